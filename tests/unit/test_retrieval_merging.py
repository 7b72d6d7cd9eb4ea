"""Articles and past replies take turns in one list; the query's words say which kind leads."""

from __future__ import annotations

from copilot.domain import Chunk, Hit, SourceKind
from copilot.retriever.merging import close, merged

TERMS = ("cancel", "subscription")


def hit(
    name: str, text: str, score: float, *, title: str = "", kind: SourceKind = "document"
) -> Hit:
    return Hit(Chunk(name, kind, name, 0, text), title, 1, score)


def past(name: str, text: str, score: float) -> Hit:
    return hit(name, text, score, kind="interaction")


def names(hits: list[Hit]) -> list[str]:
    return [one.chunk.source_id for one in hits]


ARTICLE = hit("a1", "Cancel a subscription before the 20th.", 0.4)
OTHER = hit("a2", "Subscriptions renew by themselves.", 0.38)
LISTED = [past(f"i{n}", "I have taken you off the list.", 0.9 - n / 10) for n in range(4)]


def test_the_article_that_holds_the_words_goes_before_nearer_talk() -> None:
    assert names(merged([[ARTICLE, OTHER], LISTED], 4, TERMS)) == ["a1", "i0", "a2", "i1"]


def test_a_past_reply_that_holds_them_goes_before_an_article_that_does_not() -> None:
    told = [past("i9", "You can cancel your subscription today.", 0.4), *LISTED]
    vague = hit("a3", "Opening hours of our shops.", 0.5)
    assert names(merged([[vague], told], 3, TERMS)) == ["i9", "a3", "i0"]


def test_what_neither_holds_a_word_nor_is_near_waits() -> None:
    noise = [hit("a3", "Opening hours.", 0.1), hit("a4", "Parking.", 0.09)]
    found = merged([[ARTICLE, *noise], LISTED], 7, TERMS)
    assert names(found) == ["a1", "i0", "i1", "i2", "i3", "a3", "a4"]


def test_a_code_in_a_title_leads_whatever_the_words() -> None:
    coded = hit("a5", "Change the battery.", 0.2, title="E23: the valve is stuck")
    said = [past("i1", "What does the valve show?", 0.8)]
    assert names(merged([[coded], said], 2, ("valve", "show"), ("e23",)))[0] == "a5"
    assert names(merged([[coded], said], 2, ("valve", "show")))[0] == "i1"


def test_one_kind_keeps_its_order() -> None:
    assert names(merged([[OTHER, ARTICLE]], 2, TERMS)) == ["a2", "a1"]


def test_only_near_meaning_stays_where_no_word_is_known() -> None:
    assert names(close([ARTICLE, hit("a3", "Parking.", 0.2)])) == ["a1"]
