"""By which name a customer is greeted: a person's given name, and no firm's first word."""

from __future__ import annotations

import pytest

from copilot.story import given_name


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Hannah Oduya", "Hannah"),
        ("Hannah", "Hannah"),
        ("Oduya, Hannah", "Hannah"),
        ("Dr. Anne-Marie O’Neill", "Anne-Marie"),
        ("Café Lindenblüte, Jonas Ritter", "Jonas"),
        ("Bakery Oskam, Lieke Oskam", "Lieke"),
        ("Lieke Oskam (Bakery Oskam)", "Lieke"),
        ("Bakery Oskam", None),
        ("Westerby Surgery", None),
        ("Lumen Ltd", None),
        ("Mr Oduya", None),
        ("H. Oduya", None),
        ("4 Walls", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_given_name_is_called_out(name: str | None, greeted: str | None) -> None:
    assert given_name(name) == greeted
