"""What customers write as one would spell it out: "wat do u charge" is "what do you charge".

For looking things up and for matching words only: needs, the ledger and the agent see what was
written. Reads English; a text in another language stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from copilot.domain import Conversation, Turn
from copilot.retriever.language import language_of
from copilot.retriever.spelling import MOST_KEPT, Spelling

MAX_CHARS = 4_000  # of one turn: a longer one is a pasted log

_WORD = re.compile(
    r"(?<![\w'’@./:-])[A-Za-z](?:[A-Za-z]|\d(?=[a-z]))*(?![\w'’@]|[./:-]\w)|\b(?:b4|2(?:day|moro|nite))\b"
)
_FIRST = re.compile(r"(?:^|[.!?\n…])[\s\"'“(]*$")
_DRAWN = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)  # "sooo"
_ARE = re.compile(
    r"\b(?:r(?= (?:u|you|we|they|there|these|those|the|my|your|ur)\b)"
    r"|(?<=\bu )r|(?<=\bwe )r|(?<=\byou )r|(?<=\bthey )r)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"(?<=[\w,] )n(?= \w)")
_TIME = re.compile(r"(?<=\d)(?: )?(min|hr|yr)\b", re.IGNORECASE)
_TIMES = {"min": " minutes", "hr": " hours", "yr": " years"}
_FIRSTS = {"1st": "first", "2nd": "second", "3rd": "third"}
_NTH = re.compile(
    r"\b(1st|2nd|3rd)(?= (?!of\b|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z])", re.I
)
_SUM = re.compile(
    r"(?<![\w£$€.])(?:(?P<sum>\d+(?:\.\d\d?)?) ?(?:quid|pounds?)\b(?! (?:of|in weight))"
    r"|(?:a )?(?P<note>fiver|tenner)\b)",
    re.IGNORECASE,
)
_THE_ONE = re.compile(r"\bthe (?P<what>[£$€]?\d+(?:\.\d\d)?) one\b")
Called = Callable[[str], str | None]
_NOTES = {"fiver": "£5", "tenner": "£10"}


class _Change(NamedTuple):
    """A piece that was spelled out: where it stood, and what stands there now."""

    start: int
    end: int
    now: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A text spelled out, and the way back to what was written."""

    text: str
    written: str
    pieces: tuple[tuple[int, int, str], ...] = ()  # in the new text, and what stood there

    def as_written(self, part: str) -> str | None:
        """What stood where a part of the new text stands; None where it is no part of it."""
        wanted = re.compile(r"\s+".join(map(re.escape, part.split())))
        found = wanted.search(self.text) if part.strip() else None
        if found is None:
            return None
        told, at = "", found.start()
        for start, end, before in self.pieces:
            if start < found.start() or end > found.end():
                continue
            told += self.text[at:start] + before
            at = end
        return " ".join((told + self.text[at : found.end()]).split())


@dataclass(frozen=True, slots=True)
class Read:
    """A conversation whose customers' words are spelled out."""

    conversation: Conversation
    texts: tuple[Plain, ...] = ()

    @property
    def by_customer(self) -> list[str]:
        """What the customer said, turn by turn, as all may read it."""
        turns = self.conversation.turns
        return [t.text for t in turns if t.speaker == "customer" and t.visibility == "public"]

    def as_written(self, part: str) -> str:
        """Words of the conversation as the customer wrote them."""
        found = (text.as_written(part) for text in reversed(self.texts))
        return next((told for told in found if told is not None), part)

    def quoted(self, note: str) -> str:
        """A note to the agent, what it quotes being what was written."""
        return _QUOTED.sub(lambda m: f"“{self.as_written(m[1])}”", note) if self.texts else note


_QUOTED = re.compile(r"“([^“”]+)”")


def read(conversation: Conversation, spelling: Spelling, called: Called = lambda _: None) -> Read:
    """A conversation with what customers wrote in it spelled out.

    `called` names what is meant by "the 300 one" or "the £9 one", where it can be told.
    """
    turns: list[Turn] = []
    changed: list[Plain] = []
    for turn in conversation.turns:
        text = plain(turn.text, spelling, called) if turn.speaker != "agent" else None
        if text is None or text.text == turn.text:
            turns.append(turn)
            continue
        turns.append(replace(turn, text=text.text))
        changed.append(text)
    if not changed:
        return Read(conversation)
    return Read(replace(conversation, turns=tuple(turns)), tuple(changed))


def plain(text: str, spelling: Spelling, called: Called = lambda _: None) -> Plain:
    """A text with its shorthand, its slips and its sums spelled out."""
    if len(text) > MAX_CHARS or language_of(text) not in ("en", None):
        return Plain(text, text)
    spelled = _spelled_out(text, spelling)
    named = list(_by_name(spelled.text, called))
    return _joined(spelled, _changed(spelled.text, named)) if named else spelled


def _spelled_out(text: str, spelling: Spelling) -> Plain:
    """Remembered with the spelling: a turn is read again with every turn that follows it."""
    known = spelling.read.get(text)
    if known is None:
        first = _changed(text, _by_form(text))
        made = _joined(first, _changed(first.text, _by_word(first.text, spelling)))
        known = (made.text, made.pieces)
        if len(spelling.read) >= MOST_KEPT:
            spelling.read.clear()
        spelling.read[text] = known
    return Plain(known[0], text, known[1])


def _by_form(text: str) -> Iterable[_Change]:
    """What the form alone tells: "25 quid", "r u", "8 n 12"."""
    for match in _ARE.finditer(text):
        yield _Change(*match.span(), "are")
    for match in _AND.finditer(text):
        yield _Change(*match.span(), "and")
    for match in _TIME.finditer(text):
        yield _Change(*match.span(), _TIMES[match[1].lower()])
    for match in _NTH.finditer(text):
        yield _Change(*match.span(), _FIRSTS[match[1].lower()])
    for match in _SUM.finditer(text):
        note = match["note"]
        yield _Change(*match.span(), _NOTES[note.lower()] if note else f"£{match['sum']}")


def _by_word(text: str, spelling: Spelling) -> Iterable[_Change]:
    """What stands in the list of shorthand, and slips."""
    for match in _WORD.finditer(text):
        word = match[0]
        is_first = bool(_FIRST.search(text[max(0, match.start() - 8) : match.start()]))
        if word[1:] != word[1:].lower():
            continue  # a name, a code, or shouted
        if word[0].isupper() and not is_first:
            continue
        now = _spelled(word.lower(), spelling, is_first=word[0].isupper())
        if now is not None and now != word.lower():
            yield _Change(*match.span(), now.capitalize() if word[0].isupper() else now)


def _by_name(text: str, called: Called) -> Iterable[_Change]:
    """Products that are called by a number or a price: "the 300 one"."""
    for match in _THE_ONE.finditer(text):
        if (name := called(match["what"])) is not None:
            yield _Change(*match.span(), name)


def _spelled(word: str, spelling: Spelling, *, is_first: bool) -> str | None:
    if word in spelling.words:
        return None
    short = _shorthand().get(word)
    if short is not None:
        return short
    drawn = _DRAWN.sub(r"\1", word)
    if drawn != word:
        return drawn
    if is_first and len(word) < LEAST_FIRST:  # "Ilves" may be a name
        return None
    return spelling.meant(word)


LEAST_FIRST = 7


def _changed(text: str, changes: Iterable[_Change]) -> Plain:
    new, at = "", 0
    pieces: list[tuple[int, int, str]] = []
    for change in sorted(changes):
        if change.start < at:
            continue
        new += text[at : change.start]
        pieces.append((len(new), len(new) + len(change.now), text[change.start : change.end]))
        new += change.now
        at = change.end
    return Plain(new + text[at:], text, tuple(pieces))


def _joined(first: Plain, second: Plain) -> Plain:
    """Two readings, one after the other, as one."""
    moved = [(_after(second, start), _after(second, end), was) for start, end, was in first.pieces]
    return Plain(second.text, first.written, tuple(sorted((*moved, *second.pieces))))


def _after(plain: Plain, place: int) -> int:
    """Where a place of the text before stands in the text after."""
    shift = 0
    for start, end, was in plain.pieces:
        if start - shift >= place:
            break
        shift += (end - start) - len(was)
    return place + shift


@cache
def _shorthand() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in (Path(__file__).parent / "shorthand.txt").read_text("utf-8").splitlines():
        short, is_pair, long = line.partition(" = ")
        if is_pair and not line.startswith("#"):
            found.update((word.strip(), long.strip()) for word in short.split(","))
    return found
