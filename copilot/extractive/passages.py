"""An article as sentences: each knows its heading, its paragraph and whether it is a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from copilot.extractive.amounts import Span, span_of
from copilot.extractive.labels import codes_in
from copilot.extractive.tables import Cell, Told, told, without_codes
from copilot.extractive.timing import is_of_first
from copilot.extractive.words import WORD, meanings

MAX_CHARS = 900
_LABEL = 7  # a line before a colon is a heading below all others
Kind = Literal["prose", "bullet", "step", "row"]

_STEP = re.compile(r"^\s*\d{1,2}[.)]\s+")
_BULLET = re.compile(r"^\s*[-*•]\s+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]”]*\s+(?=[A-Z0-9\"'(\[“])")
# Bounded repeats keep the search linear, whatever a source holds.
_MARKUP = re.compile(
    r"!\[[^\]]{0,300}\]\([^)]{0,2000}\)|\[([^\[\]]{1,300})\]\([^)]{0,2000}\)|[*`#]{1,3}"
    r"|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)"
)
_HEADING = re.compile(r"^\s*#{1,6}\s+(.{1,300})$")
# A heading without which its list says the opposite: "Not included", "What you may not bring".
_DENIES = re.compile(
    r"^(?:not|never)\b(?=[^?]{0,40}$)|^(?!(?:why|if|when|how|where|unless)\b)(?:"
    r"[^?]{0,100}\b(?:may|must)(?: not|n['’]t)\b(?=[^?]{0,80}$)"
    r"|[^?]{0,60}\b(?:prohibited|forbidden|banned|exclusions?|excluded|not (?:allowed|permitted))\b"
    r"(?=[^?]{0,60}$)"
    r"|(?:what|which|(?:any)?things?|items?|goods)\b[^?]{0,40}(?:\b(?:cannot|not|never)\b|n['’]t\b))",
    re.IGNORECASE,
)
# "We do not sell you anything": a sentence of its own needs no heading.
_SAYS = re.compile(r"^(?:we|you|it|they|i|he|she|nobody|no one|this|that)\b", re.IGNORECASE)
# "Tyres: four at most": an item that says itself what is allowed.
_ALLOWS = re.compile(
    r":.{0,200}\b(?:only|at most|up to|no more than|unless|except|allowed)\b", re.I
)
_ARTICLE = re.compile(r"^(?:the|an?|your|our|any|all)\b", re.IGNORECASE)
_NOISE = re.compile(r"^\s*(-{3,}|={3,}|<)")
_PRICE = re.compile(r"[£$€]\s?\d")
_NAME_AND_PRICE = re.compile(
    r"^([^,:.£$€]{2,60})[,:] ([£$€] ?\d[\d.,]*(?: (?:once|(?:a|per) \w+))?)$"
)
_ROW = re.compile(r"^\s*\|.*\|\s*$")
# "For choices see Complaints": a pointer to a page the customer does not have before them.
_POINTER = re.compile(
    r"(?:[:;]| -|^|(?<=[.!?]) |(?<=\()) ?(?<!\w)see (?:also )?\[[^\]]{1,200}\]\([^)]{0,2000}\)"
    r"(?=\s*[.,;:)]|\s*$)",
    re.IGNORECASE,
)


# Said of a thing that is sold; what hurries is left out, what it says beside that is not.
_HURRY = re.compile(r",? while (?:stocks?|supplies|they) lasts?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A sentence, list item or row; `block` numbers its paragraph or list, `line` its line."""

    text: str
    kind: Kind
    block: int
    line: int
    heading: frozenset[str]
    stems: frozenset[str]
    beside: frozenset[str]  # words of its neighbours in the same paragraph or line
    span: Span | None  # of a row "3 to 6" under "Rooms": for how many rooms it holds
    cell: Cell | None  # of a table: of which thing it tells
    pairs: frozenset[tuple[str, str]]  # neighbours: "care pendant" tells more than both apart
    codes: frozenset[str] = frozenset()  # of its row, else of the headings above it
    is_denied: bool = False  # an item of a list of what is not so, told with what says so
    is_first: bool = False  # under a heading on the first bill, or the like


@lru_cache(maxsize=2_048)  # the same articles are found again and again
def sentences(passage: str, title: str = "") -> tuple[Sentence, ...]:
    """The sentences of a passage in order; one that stands twice, for an overlap, counts once.

    A `title` that forbids is said with the items of a list that stands under no other heading.
    """
    found = _Reader(title).read(passage)
    return tuple(
        replace(sentence, beside=_beside(sentence, found[max(0, n - 1) : n], found[n + 1 : n + 2]))
        for n, sentence in enumerate(found)
    )


@lru_cache(maxsize=2_048)
def vocabulary(passage: str) -> frozenset[str]:
    """The stems of all its sentences and headings."""
    return frozenset().union(*(s.stems | s.heading for s in sentences(passage)))


def _beside(sentence: Sentence, *neighbours: Sequence[Sentence]) -> frozenset[str]:
    words: frozenset[str] = frozenset()
    for other in (one for some in neighbours for one in some):
        same = other.block == sentence.block and other.kind == sentence.kind == "prose"
        if same or other.line == sentence.line:
            words |= other.stems
    return words


class _Reader:
    """Goes through a passage line by line."""

    def __init__(self, title: str) -> None:
        self.found: list[Sentence] = []
        self.seen: set[str] = set()
        self.heading: frozenset[str] = frozenset()
        self.codes: dict[int, frozenset[str]] = {}  # by the level of the heading
        self.denied = denying(title)
        self.lead = ""  # and a sentence that leads to one
        self.is_first = False
        self.table: list[list[str]] = []
        self.block = self.line = 0
        self.last: Kind = "prose"

    def read(self, passage: str) -> list[Sentence]:
        for line in passage.splitlines():
            if _ROW.match(line):
                self.table.append([_plain(cell) for cell in line.strip().strip("|").split("|")])
                continue
            self._end_table()
            if not line.strip():
                self.block += self.last == "prose"
                continue
            self._line(line)
        self._end_table()
        return self.found

    def _line(self, line: str) -> None:
        if self._goes_on(line):
            return
        self.line += 1
        heading = _heading_of(line)
        if heading is not None:
            self.heading = frozenset(meanings(heading))
            level = len(line.lstrip()) - len(line.lstrip().lstrip("#")) or _LABEL
            self.codes = {n: codes for n, codes in self.codes.items() if n < level}
            self.codes[level] = codes_in(heading)
            self.denied, self.lead = denying(heading), ""
            self.is_first = is_of_first(heading)
            self.last = "prose"
            self.block += 1
            if _PRICE.search(heading):  # "Mesh Point, £65": a fact that stands nowhere else
                self._add(_NAME_AND_PRICE.sub(r"\1 costs \2", heading), "row")
            return
        kind: Kind = "step" if _STEP.match(line) else "bullet" if _BULLET.match(line) else "prose"
        plain = "" if _NOISE.match(line) else _plain(_BULLET.sub("", _STEP.sub("", line)))
        if kind != self.last:
            self.block += 1
        self.last = kind
        if kind == "prose":
            self.lead = plain[:-1] if plain.endswith(":") and _DENIES.match(plain[:-1]) else ""
        denied = (self.lead or self.denied) if kind == "bullet" else ""
        for n, piece in enumerate([plain] if kind == "step" else _SENTENCE.split(plain)):
            is_denied = bool(denied) and n == 0 and not _SAYS.match(piece)
            is_led = is_denied and not _ALLOWS.search(piece)
            text = f"{denied}: {_low(piece)}" if is_led else piece
            self._add(text, kind, is_denied=is_denied)

    def _goes_on(self, line: str) -> bool:
        """Whether an indented line belongs to the list item above; if so, it is joined to it."""
        if self.last not in ("step", "bullet") or not self.found or not line.startswith("  "):
            return False
        if _STEP.match(line) or _BULLET.match(line) or _ROW.match(line):
            return False
        last = self.found[-1]
        text = f"{last.text} {_plain(line)}".strip()
        if len(text) <= MAX_CHARS:
            words = meanings(text)
            self.found[-1] = replace(
                last, text=text, stems=frozenset(words), pairs=frozenset(pairwise(words))
            )
        return True

    def _end_table(self) -> None:
        """Tells the rows that were gathered, now that all of their table is known."""
        if not self.table:
            return
        self.block += 1
        self.last = "row"
        for row in told(self.table):
            self.line += 1
            for one in row:
                self._add(one.text, "row", one)
        self.table = []

    def _add(
        self,
        piece: str,
        kind: Kind,
        row: Told | None = None,
        *,
        is_denied: bool = False,
    ) -> None:
        text = piece.strip()
        if not 2 < len(text) <= MAX_CHARS or not WORD.search(text) or text in self.seen:
            return
        self.seen.add(text)
        span = row.span if row else None
        if kind == "bullet" and ":" in text:
            span = span_of(text.partition(":")[0])
        words = meanings(row.words if row and row.words else text)
        heading = self.heading | frozenset(meanings(row.columns) if row else ())
        above = (codes for _, codes in sorted(self.codes.items(), reverse=True) if codes)
        codes = (row.cell.codes if row else None) or next(above, frozenset())
        self.found.append(
            Sentence(
                text, kind, self.block, self.line, heading, frozenset(words),
                frozenset(), span, row.cell if row else None, frozenset(pairwise(words)), codes,
                is_denied, self.is_first,
            )
        )  # fmt: skip


def _low(text: str) -> str:
    """With a small first letter, where it is a word's and no name's."""
    return text[0].lower() + text[1:] if _ARTICLE.match(text) else text


@lru_cache(maxsize=2_048)
def denying(heading: str) -> str:
    """A heading that its list cannot do without, else nothing."""
    said = heading.rstrip("?")
    return said if _DENIES.match(heading) else ""


def _heading_of(line: str) -> str | None:
    """A heading's words; a short line before a colon that is no sentence counts as one."""
    match = _HEADING.match(line)
    if match:
        return _plain(match.group(1))
    text = line.strip()
    is_label = text.endswith(":") and len(text.split()) <= 8 and not _BULLET.match(line)
    return text[:-1] if is_label and not _STEP.match(line) else None


def _plain(text: str) -> str:
    text = _HURRY.sub("", _POINTER.sub("", text))
    return " ".join(without_codes(_MARKUP.sub(lambda m: m.group(1) or "", text)).split())
