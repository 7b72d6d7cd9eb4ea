"""Consent to a hand-off is taken from the need where the customer gave it there, never presumed."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.handoff import consented


@pytest.mark.parametrize(
    ("need", "quote"),
    [
        (
            {"body": {"handoff": {"consented": True, "consent_quote": "please call me"}}},
            "please call me",
        ),
        ({"body": {"handoff": {"consented": True, "consent_quote": ""}}}, None),
        ({"body": {"handoff": False}}, None),
        ({"body": {}}, None),
        (None, None),
    ],
)
def test_consent_stands_in_the_need_or_is_missing(need: dict[str, Any] | None, quote: str) -> None:
    assert consented(need) == quote
