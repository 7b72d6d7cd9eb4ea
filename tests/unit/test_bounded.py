"""No text, however long or odd, holds anybody up: what is read of it is bounded."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation, Customer, Document, Turn
from copilot.guardrails.bounded import (
    CONVERSATION_CHARS,
    FIRST,
    OLDER_CHARS,
    TURN_CHARS,
    TURNS,
    bounded,
    bounded_turns,
)
from copilot.needs import NeedEngine, parse_case
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

SECONDS = 20  # of the processor, not of a clock: the worst of these takes one
LONG = 100_000
ODD = {
    "dashes": "-", "blanks": " ", "line ends": "\n", "blank lines": "\n ", "quotes": '"',
    "pasted": "> x\n", "empty pasted": ">\n", "figures": "1,", "one letter": "a",
    "questions": "? ", "commas": ", ", "amounts": "£9 ", "rows": "| ", "joined": "and ",
    "yours": "you'll ", "addresses": "a@", "stars": "**", "brackets": "[",
}  # fmt: skip


def odd(unit: str, size: int = LONG) -> str:
    return f"My lamp is broken. {(unit * (size // len(unit) + 1))[:size]} Can I have a new one?"


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ends a test whose code goes through a text again and again."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {SECONDS} s of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    home: Path = tmp_path_factory.mktemp("bounded")
    built = build(Settings(home=home, model=""), embedder=FakeEmbedder())  # type: ignore[arg-type]
    lamp = Document("lamp", "A broken lamp", "A broken lamp is replaced. Send us a picture of it.")
    Pipeline(built.store(), FakeEmbedder()).ingest([lamp, Customer("C1", "Ana")], origin="o")
    yield built
    built.keeper.close()
    built.database.close()


@pytest.mark.parametrize("unit", ODD.values(), ids=ODD)
def test_a_turn_of_anything_is_answered(copilot: Copilot, endless: None, unit: str) -> None:
    asked = Conversation((Turn("customer", odd(unit)),), "c", "chat", "C1")
    assert copilot.suggester.work_out(copilot.store(), asked, 3, "auto").suggestion.id


@pytest.mark.parametrize("unit", ODD.values(), ids=ODD)
def test_a_case_of_anything_is_assessed(endless: None, unit: str) -> None:
    turns = [{"id": "t1", "speaker": "customer", "text": odd(unit)}]
    past = [{"id": "p", "channel": "email", "turns": [{"speaker": "agent", "text": odd(unit)}]}]
    moment = datetime(2026, 5, 8, 12, tzinfo=UTC).isoformat()
    case = parse_case({"id": "odd", "as_of": moment, "turns": turns, "history": past})
    assert NeedEngine().assess(case).case_id == "odd"


def test_many_long_turns_and_very_many_short_ones_are_answered(
    copilot: Copilot, endless: None
) -> None:
    said = "My lamp is broken and the plan costs too much, could you send me a new one please? "
    for text, count in ((said * 1_100, 19), (said, 1_999)):
        turns = tuple(Turn("customer" if n % 2 == 0 else "agent", text) for n in range(count))
        asked = Conversation(turns, "c", "chat", "C1")
        assert copilot.suggester.work_out(copilot.store(), asked, 0, "auto").suggestion.id


def test_what_is_short_stays_as_it_is() -> None:
    for text in ("", "Hello!", "----- Original message -----", "a\n\n\nb", "word " * 1_000):
        assert bounded(text) == text


def test_a_long_text_keeps_its_start_and_its_end_in_whole_lines() -> None:
    lines = [f"line {n}" for n in range(5_000)]
    kept = bounded("\n".join(lines))
    assert len(kept) <= TURN_CHARS
    assert kept.startswith("line 0\nline 1\n")
    assert kept.endswith("\nline 4999")
    assert set(kept.split("\n")) <= set(lines)


def test_of_an_endless_conversation_the_newest_turns_are_read_and_places_are_kept() -> None:
    told = [f"turn {n}" for n in range(TURNS + 100)]
    kept = bounded_turns(told)
    assert len(kept) == len(told)
    assert kept[:FIRST] == told[:FIRST]
    assert kept[FIRST : FIRST + 100] == [""] * 100
    assert kept[FIRST + 100 :] == told[FIRST + 100 :]


def test_of_long_turns_the_newest_are_read_whole() -> None:
    text = "one two three. " * 300
    kept = bounded_turns([text] * 50)
    assert kept[-1] == text
    assert len(kept[0]) <= OLDER_CHARS
    assert sum(map(len, kept)) <= CONVERSATION_CHARS + 50 * OLDER_CHARS + TURN_CHARS
