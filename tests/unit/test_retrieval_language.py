"""Articles in the language that was asked in go first; where it is not clear nothing moves."""

from __future__ import annotations

import pytest

from copilot.domain import Document
from copilot.retriever.document_search import DocumentSearch, Weights
from copilot.retriever.facts import facts_of
from copilot.retriever.language import language_of, primary
from copilot.retriever.library import Library
from copilot.retriever.query import plan

FLAT = Weights(
    dense=1.0, lexical=0.0, title=0.0, audience=0.0, audience_in_choice=0.0, overview=0.0,
    named=0.0, special=0.0, links=0.0, spread=0.0,
)  # fmt: skip
ENGLISH = "How do I get a refund for the order that was never delivered?"
GERMAN = "Wie bekomme ich mein Geld für die Bestellung zurück, die nicht geliefert ist?"


def ranked(asked: str, *languages: str | None) -> list[str]:
    """The order of equal articles but for their language; the first was found a little better."""
    documents = [
        Document(f"a{n}", f"Refunds {n}", f"Refund number {n}.", language=language)
        for n, language in enumerate(languages)
    ]
    passages = {document.source_id: [n + 1] for n, document in enumerate(documents)}
    library = Library.build(map(facts_of, documents), passages)
    near = [(n + 1, 0.6 - n / 100) for n in range(len(documents))]
    found = DocumentSearch(library, FLAT).rank(plan(asked), [near], [], floor=0.0)
    return [one.source_id for one in found]


def test_what_is_in_the_language_of_the_question_goes_first() -> None:
    assert ranked(GERMAN, "en", "de-CH") == ["a1", "a0"]
    assert ranked(ENGLISH, "en_US", "de") == ["a0", "a1"]


def test_nothing_is_left_out_and_nothing_moves_without_a_reason() -> None:
    assert ranked(GERMAN, "en", "fr") == ["a0", "a1"]  # nobody speaks it: all stay as found
    assert ranked(GERMAN, "en", None) == ["a0", "a1"]
    assert ranked("IBAN 4711", "en", "de") == ["a0", "a1"]
    assert ranked(GERMAN, None, "de") == ["a0", "a1"]  # what states no language is not foreign


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        ("Je ne trouve pas ma facture et le montant est faux, que dois-je faire ?", "fr"),
        ("¿Cómo puedo cambiar mi tarjeta? No quiero pagar la comisión por una copia", "es"),
        ("Non riesco ad aprire il conto e la mia carta è bloccata, come si fa?", "it"),
        ("Não consigo abrir a conta e o meu cartão não está ativo", "pt"),
        ("Ik kan mijn rekening niet openen en de kaart is geblokkeerd", "nl"),
        ("カードが使えません", "ja"),
        ("카드가 거절되었습니다", "ko"),
        ("refund", None),
        ("", None),
        ("😀🎉", None),
        ("ERROR 4711 java.lang.NullPointerException", None),
        ("die card", None),
    ],
)
def test_a_language_is_named_where_it_is_clear(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_a_tag_has_its_language_before_its_region() -> None:
    assert [primary(tag) for tag in ("de-CH", "EN_us", " fr ", "", None)] == [
        "de", "en", "fr", None, None,
    ]  # fmt: skip
