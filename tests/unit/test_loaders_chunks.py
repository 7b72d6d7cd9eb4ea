"""What a source is cut into: passages under their headings, replies with their situation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain import Document, Interaction, Turn
from ingest.chunker import CONTEXT_CHARS, chunk_document, chunk_interaction, embed_text

LONG = "Refunds take five days to arrive. " * 60


def document(text: str) -> Document:
    return Document(source_id="d", title="Refunds", text=text)


def test_passage_knows_the_headings_above_it() -> None:
    text = f"# Refunds\n\n## Cards\n\n{LONG}\n\n### Prepaid\n\n{LONG}\n\n## Cash\n\n{LONG}"
    paths = {chunk.heading_path for chunk in chunk_document(document(text))}
    assert paths == {("Cards",), ("Cards", "Prepaid"), ("Cash",)}


def test_small_neighbours_share_a_passage_and_keep_their_headings_in_it() -> None:
    (chunk,) = chunk_document(document("## Cards\n\nFive days.\n\n## Cash\n\nAt once."))
    assert chunk.heading_path == ()
    assert "Cards:\nFive days." in chunk.text
    assert "Cash:\nAt once." in chunk.text


def test_only_a_cut_passage_overlaps() -> None:
    one, *_ = chunks = chunk_document(document(LONG))
    assert len(chunks) > 1
    assert chunks[1].text.startswith("Refunds take five days to arrive.")
    assert one.text.endswith(".")
    a, b = chunk_document(document(f"## A\n\n{'a ' * 300}\n\n## B\n\n{'b ' * 300}"))
    assert "a" not in b.text
    assert "b" not in a.text


def test_heading_inside_a_code_fence_is_text() -> None:
    (chunk,) = chunk_document(document("```\n# not a heading\n```"))
    assert "# not a heading" in chunk.text


@given(st.text(alphabet="ab .\n#|`é😀", max_size=4_000), st.integers(300, 2_000))
def test_no_word_is_lost_and_no_passage_is_too_long(text: str, cap: int) -> None:
    chunks = chunk_document(document(text), max_chars=cap)
    assert all(len(chunk.text) <= cap for chunk in chunks)
    kept = "".join(chunk.text + "".join(chunk.heading_path) for chunk in chunks)
    for char in "abé😀":
        if any(char in line for line in text.split("\n") if not line.startswith("#")):
            assert char in kept


def test_ids_are_stable_and_change_with_the_text() -> None:
    first = [chunk.id for chunk in chunk_document(document(LONG))]
    assert first == [chunk.id for chunk in chunk_document(document(LONG))]
    assert first != [chunk.id for chunk in chunk_document(document(LONG + "More."))]


def test_title_and_headings_stand_in_front_of_what_is_embedded() -> None:
    (chunk,) = chunk_document(document("## Cards\n\nFive days."))
    assert embed_text(chunk, "Refunds") == "Refunds\nCards\nFive days."


def talk(*turns: Turn) -> Interaction:
    return Interaction(source_id="i", turns=turns, subject="Seats")


def test_each_public_agent_reply_is_a_chunk_with_its_situation() -> None:
    first, second = chunk_interaction(
        talk(
            Turn("customer", "We are full."),
            Turn("agent", "Ten more are free.", label="offer"),
            Turn("customer", "Great."),
            Turn("agent", "Anything else?"),
        )
    )
    assert (first.turn, first.label, first.text) == (1, "offer", "Ten more are free.")
    assert first.context == "subject: Seats\ncustomer: We are full."
    assert second.turn == 3
    assert "agent: Ten more are free." in second.context
    assert embed_text(first, "") == first.context


@pytest.mark.parametrize(
    "turn",
    [
        Turn("agent", "She is a VIP.", visibility="internal"),
        Turn("bot", "I am the assistant."),
        Turn("system", "Assigned to Sam."),
        Turn("agent", "[attachment: a.pdf]"),
        Turn("agent", "[no text]"),
    ],
)
def test_note_bot_system_and_bare_attachment_are_no_reply(turn: Turn) -> None:
    assert chunk_interaction(talk(Turn("customer", "Hi"), turn)) == []


def test_internal_note_is_in_no_context() -> None:
    note = Turn("agent", "She is a VIP.", visibility="internal")
    (chunk,) = chunk_interaction(talk(Turn("customer", "Hi"), note, Turn("agent", "Hello")))
    assert "VIP" not in chunk.context
    assert chunk.turn == 2


def test_long_situation_is_cut_from_its_old_side() -> None:
    (chunk,) = chunk_interaction(
        talk(
            Turn("customer", "old " * 400), Turn("customer", "Latest question?"), Turn("agent", "A")
        )
    )
    assert len(chunk.context) <= CONTEXT_CHARS + 20
    assert chunk.context.endswith("customer: Latest question?")


def test_thread_of_5000_messages_is_cut_in_linear_work() -> None:
    turns = tuple(Turn("agent" if n % 2 else "customer", f"m{n}") for n in range(5_000))
    chunks = chunk_interaction(talk(*turns))
    assert len(chunks) == 2_500
    assert sum(len(chunk.context) for chunk in chunks) < 2_500 * (CONTEXT_CHARS + 20)
