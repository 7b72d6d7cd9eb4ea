"""What in a past reply belongs to another customer's case, and what may stand in its place.

Nothing is invented: such a value stays only if the present customer said it too; else a
placeholder such as [time] says what the agent must fill in.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from copilot.domain import Turn
from copilot.retriever.next_reply.examples import ReplyExample, groups_of
from copilot.retriever.next_reply.turns import template

USUAL = 0.8  # a value that so many uses of a reply share belongs to us, not to a case
MIN_USES = 5
SHORT_NUMBER = 2  # digits; the same short number says too little to be the same fact
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_VALUE = re.compile(
    r"(?P<link>https?://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?P<time>\b\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b\.?|\b\d{1,2}:\d\d\b)"
    r"|(?P<date>\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    rf"|\b\d{{1,2}} {_MONTH}(?: \d{{4}}\b)?|\b{_MONTH} \d{{1,2}}\b(?:,? \d{{4}}\b)?)"
    r"|(?P<amount>[$€£¥]\s?\d[\d.,]*\d|[$€£¥]\s?\d|\b\d[\d.,]*\s?(?:[$€£¥]|(?:USD|EUR|GBP|credits)\b))"
    r"|(?P<number>[A-Z]{0,4}[#-]?\d(?:[\w.,:/-]*\w)?)"
)
_QUOTED = re.compile(r"(?<!\w)['\"“„]([^'\"”“\n]{1,60})['\"”“](?!\w)")
_NAMED = re.compile(r"(?<=[\w,'’)] )[^\W\d_a-z]\w+(?:[ '’-]+[^\W\d_a-z]\w+)*")
_TITLED = re.compile(r"(?:Dr|Mr|Mrs|Ms|Prof)\. [^\W\d_a-z]\w+")
_SAYS_NAME = re.compile(
    r"\b(?i:my name is|my name's|name is|this is|i am|i'm)\s+"
    r"([^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+){0,2})"
)
_NAME_ONLY = re.compile(r"\s*([^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+){0,2})\s*[.!]?\s*")


class Span(NamedTuple):
    """A value in a reply: where, of which kind."""

    start: int
    end: int
    kind: str


def values_in(reply: str, *, mask_capitals: bool) -> list[Span]:
    """The values in a reply, in order, without overlap."""
    found = [Span(*m.span(), m.lastgroup or "number") for m in _VALUE.finditer(reply)]
    found += [Span(*m.span(1), "detail") for m in _QUOTED.finditer(reply)]
    if mask_capitals:
        for pattern in (_TITLED, _NAMED):
            found += [Span(*m.span(), "detail") for m in pattern.finditer(reply)]
    kept: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def own_name(turns: Sequence[Turn]) -> str | None:
    """The name the customer gave: "my name is …", or alone after a question for it."""
    asked = False
    for turn in turns:
        if turn.speaker != "customer":
            asked = "name" in turn.text.lower()
            continue
        match = _SAYS_NAME.search(turn.text) or (asked and _NAME_ONLY.fullmatch(turn.text))
        if match:
            return match.group(1)
    return None


def foreign_values(examples: Sequence[ReplyExample], *, mask_capitals: bool) -> list[list[Span]]:
    """Per example the values that belong to its own case; what most uses share is ours."""
    keys = [template(e.reply, mask_capitals=mask_capitals) for e in examples]
    spans = [values_in(e.reply, mask_capitals=mask_capitals) for e in examples]
    uses: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    counted: set[tuple[int, str]] = set()
    for example, key, found, group in zip(examples, keys, spans, groups_of(examples), strict=True):
        if (group, key) in counted:
            continue
        counted.add((group, key))
        for slot, span in enumerate(found):
            uses[key, slot][example.reply[span.start : span.end]] += 1
    return [
        [
            _kind(example, span)
            for slot, span in enumerate(found)
            if not _is_usual(uses[key, slot], example.reply[span.start : span.end])
        ]
        for example, key, found in zip(examples, keys, spans, strict=True)
    ]


def fill(reply: str, foreign: Sequence[Span], now: Sequence[Turn], *, name: str | None) -> str:
    """The reply for the present customer: their name, values they share, placeholders else."""
    said = " ".join(t.text for t in now if t.speaker == "customer").casefold()
    parts: list[str] = []
    at = 0
    for span in foreign:
        value = reply[span.start : span.end]
        if not _is_said(value, said) or _is_short_number(value):
            mine = name if span.kind == "name" and name else f"[{span.kind}]"
            parts += [reply[at : span.start], mine]
            at = span.end
    return "".join((*parts, reply[at:]))


def portable(reply: str, foreign: Sequence[Span]) -> float:
    """1 for a reply free of another case's values, towards 0 the more of it they are."""
    n_words = max(1, len(reply.split()))
    return max(0.0, 1 - 3 * len(foreign) / (n_words + 2))


def _kind(example: ReplyExample, span: Span) -> Span:
    name = own_name(example.before)
    value = example.reply[span.start : span.end]
    is_name = name is not None and value.casefold() in (name.casefold(), name.split()[0].casefold())
    return span._replace(kind="name") if is_name else span


def _is_usual(uses: Counter[str], value: str) -> bool:
    total = uses.total()
    return total >= MIN_USES and uses[value] >= USUAL * total


def _is_short_number(value: str) -> bool:
    return value.isdecimal() and len(value) <= SHORT_NUMBER


def _is_said(value: str, said: str) -> bool:
    pattern = rf"(?<!\w){re.escape(value.casefold().strip())}(?!\w)"
    return re.search(pattern, said) is not None
