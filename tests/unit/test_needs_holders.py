"""Free for them is what they own, or what anybody may have; a subscription's article gives none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.need_cases import LAMP, assess, product

BOX = """# The Plant box

You get one plant in a 12 cm pot, a care card and free delivery. You can pause it at any time.
"""
CARD = """# Care cards

A care card for every plant in a 12 cm pot is free of charge: print it from your account.
"""
ASKED = ("customer", "Do you have a plant with a care card in a 12 cm pot, with delivery?")
SHOP: list[dict[str, Any]] = [LAMP, product("BOX-1", "Plant box", 15, "a plant", period="month")]


def told(article: str, *owned: dict[str, Any]) -> list[str]:
    knowledge = [{"id": "article", "text": article, "passage": True}]
    answer = assess(ASKED, catalogue=SHOP, knowledge=knowledge, entitlements=list(owned))
    return [i.source for i in answer.inform]


def test_what_subscribers_get_is_not_free_for_who_is_none() -> None:
    assert told(BOX) == []
    assert told(BOX, {"id": "E1", "name": "Reading lamp", "sku": "LAMP"}) == []


def test_what_subscribers_get_is_told_to_a_subscriber() -> None:
    assert "article" in told(BOX, {"id": "E1", "name": "Plant box", "sku": "BOX-1"})


def test_what_anybody_may_have_is_told_to_anybody() -> None:
    assert told(CARD) == ["article"]


@pytest.mark.parametrize("said", ["For members the", "With a Plant club plan the"])
def test_a_condition_said_in_the_sentence_is_kept(said: str) -> None:
    assert told(f"# Cards\n\n{said} care card for a plant in a 12 cm pot is free.\n") == []


def test_an_entitlement_comes_from_what_they_own_only() -> None:
    answer = assess(
        ("customer", "Does my lamp have a clamp for the bed?"),
        knowledge=[{"id": "K1", "text": "The clamp is included with every lamp."}],
        entitlements=[{"id": "E1", "name": "Lamp club", "includes": ["clamp for the bed"]}],
    )
    assert {i.source for i in answer.inform if i.kind == "entitlement"} == {"E1"}
