"""Articles ranked for a plan: what names, audiences, overviews and links add, and bad input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from copilot.domain import Document
from copilot.retriever.document_search import DocumentSearch, Ranked, Weights
from copilot.retriever.facts import facts_of, place_of
from copilot.retriever.library import Library
from copilot.retriever.names import Names
from copilot.retriever.query import plan

TODAY = date(2026, 1, 15)
FLAT = Weights(
    dense=1.0, lexical=0.0, title=0.0, audience=0.0, audience_in_choice=0.0, overview=0.0,
    named=0.0, special=0.0, links=0.0, spread=0.0,
)  # fmt: skip


def _article(source_id: str, title: str, text: str = "", **more: object) -> Document:
    return Document(source_id, title, text or f"{title}, in words.", **more)  # type: ignore[arg-type]


def _library(*articles: Document) -> Library:
    """Article n of the sorted ids has the one passage n + 1."""
    kept = sorted(articles, key=lambda article: article.source_id)
    passages = {article.source_id: [n] for n, article in enumerate(kept, start=1)}
    return Library.build(map(facts_of, kept), passages)


def _found(
    library: Library,
    asked: str,
    near: Sequence[tuple[str, float]],
    weights: Weights = FLAT,
    **more: object,
) -> list[Ranked]:
    matches = [(library.passages[library.position[name]][0], score) for name, score in near]
    asking = plan(asked, acronyms=library.acronyms)
    return DocumentSearch(library, weights).rank(asking, [matches], [], **more)  # type: ignore[arg-type]


def _ids(ranked: Sequence[Ranked]) -> list[str]:
    return [one.source_id for one in ranked]


@pytest.mark.parametrize(
    ("source_id", "place"),
    [
        ("doc_cards_gold_003", (("doc", "cards", "gold"), 3, False)),
        ("kb/billing/refunds.md", (("kb", "billing"), None, False)),
        ("kb/billing/index.md", (("kb", "billing"), None, True)),
        ("faq", ((), None, False)),
        ("", ((), None, False)),
        ("12", ((), None, False)),
    ],
)
def test_the_place_of_an_article_is_read_from_its_id(source_id: str, place: object) -> None:
    assert place_of(source_id) == place


def test_a_longer_name_takes_its_words_from_the_shorter() -> None:
    names = Names([("card",), ("gold", "card"), ("gold", "card"), ()])
    assert names.mentioned(["my", "gold", "card"]) == {1, 2}
    assert names.mentioned(["my", "card", "and", "gold"]) == {0}


def test_articles_for_agents_come_first_for_a_problem_only() -> None:
    library = _library(
        _article("pub", "Dispute a charge"),
        _article("int", "Filing a dispute (Internal)"),
        _article("far", "Opening hours"),
    )
    near = [("pub", 0.8), ("int", 0.75), ("far", 0.1)]
    weights = replace(FLAT, audience=0.4)
    assert _ids(_found(library, "I must dispute a charge", near, weights))[0] == "int"
    assert _ids(_found(library, "I must dispute a charge", near))[0] == "pub"


def test_text_about_the_customer_is_for_agents_and_text_to_them_is_not() -> None:
    procedure = "Ask the customer for a name. The customer must confirm. Then " * 3
    public = "You can change your name in your profile. Your customer number helps you."
    assert facts_of(_article("a", "Names", procedure)).is_for_agents
    assert not facts_of(_article("b", "Names", public)).is_for_agents


def test_what_cannot_be_quoted_is_not_lifted_above_what_can() -> None:
    playbook = "Ask the customer for a name. The customer must confirm. Then " * 3
    assert not facts_of(_article("c", "Names", playbook, visibility="internal")).is_for_agents


SHELF = [
    _article(f"doc_{kind}_accounts_{colour}_{n:03d}", f"{colour} {kind} {topic}")
    for kind in ("savings", "checking", "business_savings")
    for colour in ("gold", "silver", "bronze")
    for n, topic in ((1, "at a glance"), (2, "fees"), (3, "limits"))
]


def test_someone_who_chooses_sees_the_overviews_of_that_category_alone() -> None:
    library = _library(*SHELF)
    near = [("doc_savings_accounts_gold_002", 0.6), ("doc_checking_accounts_gold_003", 0.5)]
    weights = replace(FLAT, overview=5.0)
    choosing = _ids(_found(library, "I want to open a savings account", near, weights))
    assert set(choosing[:3]) == {
        f"doc_savings_accounts_{colour}_001" for colour in ("gold", "silver", "bronze")
    }
    assert not [name for name in choosing if "business" in name]
    problem = _ids(_found(library, "My savings account is locked", near, weights))
    assert problem == ["doc_savings_accounts_gold_002", "doc_checking_accounts_gold_003"]


def test_the_special_case_waits_until_somebody_mentions_it() -> None:
    library = _library(*SHELF)
    near = [("doc_business_savings_accounts_gold_002", 0.7), ("doc_savings_accounts_gold_002", 0.6),
            ("doc_savings_accounts_gold_003", 0.1)]  # fmt: skip
    weights = replace(FLAT, special=0.9)
    assert _ids(_found(library, "savings fees", near, weights))[0] == near[1][0]
    assert _ids(_found(library, "savings fees of my business", near, weights))[0] == near[0][0]


def test_a_named_product_lifts_what_was_found_of_it() -> None:
    library = _library(*SHELF)
    near = [("doc_savings_accounts_gold_002", 0.6), ("doc_savings_accounts_silver_002", 0.59),
            ("doc_savings_accounts_bronze_003", 0.2)]  # fmt: skip
    weights = replace(FLAT, named=0.2)
    assert _ids(_found(library, "fees of my Silver savings", near, weights))[0] == near[1][0]
    assert _ids(_found(library, "fees of my savings", near, weights))[0] == near[0][0]


PROCEDURES = [
    _article("close", "Internal: Closing a card",
             "Check that no replacement order is pending.\nUse lock_card_17."),
    _article("orders", "Internal: Pending replacement orders", "Look at the list."),
    _article("lock", "Internal: Locks", "Call lock_card_17 with the number."),
    _article("letter", "Internal: Letters", "Print the letter."),
    _article("public", "Pending replacement orders", "You see your replacement here."),
    *[_article(f"other{n}", f"Topic {n}", f"You read about subject {n}.") for n in range(20)],
]  # fmt: skip


def test_a_procedure_brings_what_it_mentions_and_what_shares_its_tool() -> None:
    library = _library(*PROCEDURES)
    near = [("close", 0.8), ("other1", 0.3), ("other2", 0.2)]
    found = _ids(_found(library, "close my card", near, replace(FLAT, links=0.5)))
    assert found[0] == "close"
    assert {"orders", "lock"} <= set(found)
    assert not {"letter", "public"} & set(found)
    assert "orders" not in _ids(_found(library, "close my card", near))


def test_a_mention_also_leads_back() -> None:
    library = _library(*PROCEDURES)
    near = [("orders", 0.8), ("other1", 0.3)]
    assert "close" in _ids(_found(library, "my order", near, replace(FLAT, links=0.5)))


def test_of_two_equal_articles_one_is_shown() -> None:
    library = _library(
        _article("a", "Refunds", "Same words."), _article("b", "Refunds!", "Same  words"),
        _article("c", "Fees", "Other words."),
    )  # fmt: skip
    near = [("b", 0.9), ("a", 0.8), ("c", 0.5)]
    assert _ids(_found(library, "refunds", near)) == ["b", "c"]


def test_an_article_outside_its_dates_is_left_out_when_a_day_is_given() -> None:
    library = _library(
        _article("old", "Rates", "old rates", valid_to=date(2025, 12, 31)),
        _article("new", "Rates", "new rates", valid_from=date(2026, 1, 1)),
        _article("next", "Rates", "next rates", valid_from=date(2027, 1, 1)),
    )
    near = [("old", 0.9), ("new", 0.8), ("next", 0.7)]
    assert _ids(_found(library, "rates", near, on=TODAY)) == ["new"]
    assert len(_found(library, "rates", near)) == 3


def test_titles_that_say_the_same_make_room_for_another_topic() -> None:
    library = _library(
        _article("card_1", "Block a lost card"), _article("card_2", "Block a stolen card"),
        _article("card_3", "Order a new card"),
    )  # fmt: skip
    near = [("card_1", 0.9), ("card_2", 0.85), ("card_3", 0.84), ("card_3", 0.2)]
    spread = replace(FLAT, spread=0.5, alike_from=0.3)
    assert _ids(_found(library, "lost card", near, spread)) == ["card_1", "card_3", "card_2"]
    assert _ids(_found(library, "lost card", near)) == ["card_1", "card_2", "card_3"]


def test_the_best_passage_of_an_article_is_the_one_handed_on() -> None:
    library = Library.build([facts_of(_article("a", "Fees"))], {"a": [11, 12, 13]})
    found = DocumentSearch(library).rank(plan("fees"), [[(12, 0.9), (11, 0.3)]], [(13, 4.0)])
    assert found[0].chunk == 12


def test_words_alone_are_enough_when_the_vectors_are_away() -> None:
    library = _library(_article("a", "Fees"), _article("b", "Limits"))
    found = DocumentSearch(library).rank(plan("fees"), [], [(1, 3.0), (2, 1.0)])
    assert _ids(found) == ["a", "b"]


@pytest.mark.parametrize("k", [0, -1, 1, 10_000])
def test_any_number_of_results_is_answered(k: int) -> None:
    library = _library(*SHELF)
    near = [(fact.source_id, 1.0 - n / 100) for n, fact in enumerate(library.facts)]
    assert len(_found(library, "account fees", near, k=k)) == min(max(k, 0), len(library))


def test_an_empty_library_an_empty_plan_and_unknown_passages_find_nothing() -> None:
    empty = Library.build([], {})
    assert DocumentSearch(empty).rank(plan("fees"), [[(1, 0.9)]], [(1, 2.0)]) == []
    library = _library(_article("a", "Fees"))
    assert DocumentSearch(library).rank(plan("🎉"), [[(1, 0.9)]], []) == []
    assert DocumentSearch(library).rank(plan("limits"), [[(77, 0.9)]], [(78, 2.0)]) == []


def test_the_same_question_gets_the_same_answer() -> None:
    library = _library(*SHELF)
    near = [(fact.source_id, 0.5) for fact in library.facts]
    first = _found(library, "open a savings account", near, Weights())
    assert first == _found(library, "open a savings account", near, Weights())


def test_rare_title_words_are_scored_and_the_commonest_left_out_when_it_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    articles = [_article(f"card_{n}", f"Card topic{n}") for n in range(1, 40)]
    library = _library(*articles)
    assert len(library.title_scores(["topic7", "card"])) == 39
    assert len(library.title_scores(["topic7", "card"], 5)) == 5
    monkeypatch.setattr("copilot.retriever.library.MAX_POSTINGS", 10)
    found = library.title_scores(["topic7", "card"])
    assert found.articles.tolist() == [library.position["card_7"]]


def test_a_category_too_wide_to_choose_from_brings_only_what_was_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = _library(*SHELF)
    near = [("doc_savings_accounts_gold_002", 0.6), ("doc_savings_accounts_gold_001", 0.5)]
    weights = replace(FLAT, overview=1.0)
    assert len(_found(library, "I want to open a savings account", near, weights)) == 4
    monkeypatch.setattr("copilot.retriever.document_search.MAX_OVERVIEWS", 2)
    assert len(_found(library, "I want to open a savings account", near, weights)) == 2


def test_a_code_in_a_title_weighs_most() -> None:
    library = _library(
        _article("a", "E23: the valve cannot measure"),
        _article("b", "Valves in winter", "The valve shows E23 or E42 in winter."),
    )
    near = [("b", 0.9), ("a", 0.5)]
    assert _ids(_found(library, "valve shows E23", near)) == ["a", "b"]
    assert _ids(_found(library, "valve shows nothing", near)) == ["b", "a"]
    assert _ids(_found(library, "valve shows E23", near, replace(FLAT, code=0.0)))[0] == "b"


FILLING = [
    _article(f"page_{n}", f"Topic{n} in words", "Gadgets and lost luggage.") for n in range(60)
]


@pytest.mark.parametrize(
    ("asked", "others", "first"),
    [
        # Among two articles "lost" is as rare as anything: it tells little.
        ("i lost my pace at the hurdles, runners outrun me", [], "training"),
        # Among many, all of whose words are known, words shared lead as they always did.
        ("lost luggage, and gadgets lost", FILLING, "lockers"),
        # Among many whose articles know none of the other words, one shared by chance does not.
        ("i lost my pace at the hurdles, runners outrun everybody", FILLING, "training"),
    ],
)
def test_a_word_shared_by_chance_does_not_outweigh_the_meaning(
    asked: str, others: list[Document], first: str
) -> None:
    library = _library(
        _article("lockers", "Lost the gadgets of your luggage"),
        _article("training", "Sprints and rhythm", "We coach you."),
        *others,
    )
    near = [[(_chunk(library, "training"), 0.7), (_chunk(library, "lockers"), 0.55), (0, 0.1)]]
    worded = [(_chunk(library, "lockers"), 4.0)]
    ranked = DocumentSearch(library).rank(plan(asked), near, worded, k=2)
    assert ranked[0].source_id == first


def _chunk(library: Library, source_id: str) -> int:
    return library.passages[library.position[source_id]][0]
