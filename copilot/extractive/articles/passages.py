"""An article as sentences: each knows its heading, its paragraph and whether it is a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from copilot.extractive.articles.leads import (
    Lead,
    allows,
    denying,
    is_open,
    lead_of,
    lead_of_line,
    needs_lead,
    told_items,
    with_questions,
)
from copilot.extractive.articles.tables import Cell, Told, told, without_codes
from copilot.extractive.articles.timing import is_of_first
from copilot.extractive.language.amounts import Span, span_of
from copilot.extractive.language.labels import codes_in
from copilot.extractive.language.words import WORD, meanings

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
_LABEL_WORDS = 8
_BOLD = re.compile(r"^\*\*([^*]{1,80}[^*.!]):?\*\*:?$")
_ASKS = re.compile(r"^[^.!?]{1,80}\?$")
# Where the first clause of a case ends, and what stands beside it in brackets.
_CASE = re.compile(r"[,;:]\s|\.\s|\s(?:and|but)\s")
_ASIDE = re.compile(r"\s*\([^)]{0,200}\)")
_HEADING = re.compile(r"^\s*#{1,6}\s+(.{1,300})$")
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
_EMPTY = re.compile(r" ?\(\s*\)")
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
    case: frozenset[str] = frozenset()  # of a list of cases, the words of this one


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
        self.above = lead_of(title) if denying(title) else None
        self.lead: Lead | None = None  # the line that leads to a list
        self.open = ""  # a line that goes on in what follows, and where it stands
        self.open_at = (0, 0)
        self.cases: list[tuple[int, str]] = []  # the items of a list of cases, by their lines
        self.is_first = False
        self.table: list[list[str]] = []
        self.block = self.line = 0
        self.last: Kind = "prose"

    def read(self, passage: str) -> list[Sentence]:
        for line in passage.splitlines():
            if _ROW.match(line):
                self._end_list()
                self._say_open()
                self.table.append([_plain(cell) for cell in line.strip().strip("|").split("|")])
                continue
            self._end_table()
            if not line.strip():
                self.block += self.last == "prose"
                continue
            self._line(line)
        self._end_table()
        self._end_list()
        self._say_open()
        return self.found

    def _line(self, line: str) -> None:
        if self._goes_on(line):
            return
        self.line += 1
        heading = _heading_of(line)
        if heading is not None:
            self._heading(line, heading)
            return
        kind: Kind = "step" if _STEP.match(line) else "bullet" if _BULLET.match(line) else "prose"
        plain = "" if _NOISE.match(line) else _plain(_BULLET.sub("", _STEP.sub("", line)))
        led = self._led()
        if kind == "prose" or (kind == "step" and not (led and led.is_begun)):
            self._end_list()
            self._say_open()
        elif led is not None and not led.is_denial:
            self.open, self.last = "", "bullet"
            self.cases.append((self.line, plain))
            return
        if kind != self.last:
            self.block += 1
        self.last = kind
        if kind == "prose":
            self._prose(plain)
            return
        led = led if kind == "bullet" else None
        if led is None or not self.lead:
            self._say_open()
        pieces = [plain] if kind == "step" else with_questions(_SENTENCE.split(plain))
        for n, piece in enumerate(pieces):
            is_denied = led is not None and n == 0 and needs_lead(piece)
            is_told = led is not None and is_denied and not allows(piece)
            self._add(led.with_item(piece) if led and is_told else piece, kind, is_denied=is_denied)

    def _heading(self, line: str, heading: str) -> None:
        self._end_list()
        self._say_open()
        self.heading = frozenset(meanings(heading))
        level = len(line.lstrip()) - len(line.lstrip().lstrip("#")) or _LABEL
        self.codes = {n: codes for n, codes in self.codes.items() if n < level}
        self.codes[level] = codes_in(heading)
        self.above, self.lead = lead_of(heading), None
        self.is_first = is_of_first(heading)
        self.last = "prose"
        self.block += 1
        if _PRICE.search(heading):  # "Mesh Point, £65": a fact that stands nowhere else
            self._add(_NAME_AND_PRICE.sub(r"\1 costs \2", heading), "row")

    def _prose(self, plain: str) -> None:
        """The sentences of a line; one that goes on in a list waits for what comes."""
        pieces = with_questions(_SENTENCE.split(plain))
        self.lead = None
        if pieces and is_open(pieces[-1]):
            self.open, self.open_at = pieces.pop(), (self.block, self.line)
            self.lead = lead_of_line(self.open)
        for piece in pieces:
            self._add(piece, "prose")

    def _led(self) -> Lead | None:
        """What leads to an item: the line before its list, else the heading."""
        is_over = self.above is not None and (not self.open or self.above.is_denial)
        return self.lead or (self.above if is_over else None)

    def _say_open(self) -> None:
        """A line that goes on in no list of cases stands as it is, if it says anything alone."""
        if self.open.endswith(":"):
            now = self.block, self.line
            self.block, self.line = self.open_at
            self._add(self.open, "prose")
            self.block, self.line = now
        self.open = ""

    def _end_list(self) -> None:
        """Tells the cases that were gathered, now that all of their list is known."""
        led = self._led()
        if self.cases and led is not None:
            self.block += 1
            line = self.line
            items = [item for _, item in self.cases]
            for n, text in told_items(led, items):
                self.line = self.cases[n][0]
                case = frozenset(meanings(_CASE.split(_ASIDE.sub("", items[n]))[0]))
                self._add(text, "bullet", case=case or frozenset({""}))
            self.line = line
        self.cases = []

    def _goes_on(self, line: str) -> bool:
        """Whether an indented line belongs to the list item above; if so, it is joined to it."""
        if self.last not in ("step", "bullet") or not line.startswith("  "):
            return False
        if _STEP.match(line) or _BULLET.match(line) or _ROW.match(line):
            return False
        if self.cases:
            n, item = self.cases[-1]
            self.cases[-1] = (n, f"{item} {_plain(line)}".strip())
            return True
        if not self.found:
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
        case: frozenset[str] = frozenset(),
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
                is_denied, self.is_first, case,
            )
        )  # fmt: skip


def _heading_of(line: str) -> str | None:
    """A heading's words; a short line before a colon, in bold or that asks counts as one."""
    match = _HEADING.match(line)
    if match:
        return _plain(match.group(1))
    text = line.strip()
    if _BULLET.match(line) or _STEP.match(line) or len(text.split()) > _LABEL_WORDS:
        return None
    if (bold := _BOLD.match(text)) or _ASKS.match(text):
        return _plain(bold.group(1) if bold else text)
    return text[:-1] if text.endswith(":") else None


def _plain(text: str) -> str:
    text = _EMPTY.sub("", _HURRY.sub("", _POINTER.sub("", text)))
    return " ".join(without_codes(_MARKUP.sub(lambda m: m.group(1) or "", text)).split())
