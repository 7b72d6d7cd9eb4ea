"""The gate between a draft and the agent: citations, hard facts, wording, pitches, questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from copilot.domain import Chunk, Citation, Conversation, Draft, Hit, Origin, Segment, Turn
from copilot.extractive import stems
from copilot.guardrails.clean import clean
from copilot.guardrails.links import strip_links
from copilot.guardrails.pitch import hidden_pitch
from copilot.guardrails.repeats import SAME_QUESTION, Repeat, repeated_questions
from copilot.guardrails.support import check_segments
from copilot.guardrails.wording import check_wording
from copilot.story import Story, started
from copilot.suggester.commitments import Owed

QUOTE_CHARS = 320
MAX_PAST_TURNS = 120
_MADE_OF: dict[str, Origin] = {"record": "record", "fact": "catalogue"}
_SORRY = re.compile(r"^(?:i|we)(?: am|['’]m| are|['’]re) (?:\w+ )?sorry\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
# "£90", yet not the 3 of "R3", nor the 2 of "2-year", which every "Hub 2" would hold.
_FIGURE = re.compile(r"(?<!\w)\d[\d.,:]*(?!\d)(?!-[a-z])")
_MARKUP = re.compile(r"\[([^\[\]]{1,300})\]\([^)]{0,2000}\)|[*`]{1,3}|^\s*#{1,6} |^\s*[-*•] ")


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft that passed: sentences, numbered evidence, and what the agent should know."""

    segments: tuple[Segment, ...]
    citations: tuple[Citation, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Screened:
    """A sentence without what may not be shown, or why it was left out."""

    segment: Segment | None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a reply may name: product names that are ours, and those the customer asked about."""

    product_names: tuple[str, ...] = ()
    named_by_customer: tuple[str, ...] = ()

    def quoted(self, draft: Draft) -> Allowed:
        """With what quoted sentences name: they were chosen by whether it was asked about."""
        said = " ".join(segment.text.lower() for segment in draft.segments)
        named = tuple(name for name in self.product_names if name.lower() in said)
        return replace(self, named_by_customer=(*self.named_by_customer, *named))


def check(
    draft: Draft,
    hits: Sequence[Hit],
    owed: Sequence[Owed],
    conversation: Conversation,
    story: Story,
    allowed: Allowed,
    today: date | None = None,
) -> Checked:
    """Runs every check on a draft and renumbers the citations that remain."""
    screened = [screen(segment, hits, allowed) for segment in draft.segments]
    warnings = [one.warning for one in screened if one.warning]
    kept = [one.segment for one in screened if one.segment]
    kept, asked = _no_question_twice(kept, conversation, story)
    warnings += asked
    kept = _with_facts_checked(kept, hits, conversation, today)
    return _number(kept, hits, owed, warnings)


def screen(segment: Segment, hits: Sequence[Hit], allowed: Allowed) -> Screened:
    """What may be shown of one sentence as soon as it is written: no live link, no pitch."""
    text = strip_links(clean(segment.text), _urls(hits)).strip()
    fault = _fault(text, allowed)
    if fault is None and _quotes_internal(text, hits):
        fault = "A sentence that quoted an internal source was left out."
    if fault or not text:
        return Screened(None, fault)
    return Screened(replace(segment, text=text))


def _urls(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(hit.url for hit in hits if hit.url)


def _fault(text: str, allowed: Allowed) -> str | None:
    wording = check_wording(text)
    if wording:
        return f"A sentence was left out for its wording ({wording[0].rule})."
    if hidden_pitch(text, allowed.product_names, allowed.named_by_customer):
        return "A sentence that promoted a product was left out: see the needs instead."
    return None


def _quotes_internal(text: str, hits: Sequence[Hit]) -> bool:
    """Whether a sentence repeats seven words in a row that stand only in internal sources."""
    words = _flat(text).split()
    runs = {" ".join(words[i : i + 7]) for i in range(len(words) - 6)}
    internal = [_flat(h.chunk.text) for h in hits if h.visibility == "internal"]
    public = " ".join(_flat(h.chunk.text) for h in hits if h.visibility == "public")
    return any(run in body and run not in public for run in runs for body in internal)


def _no_question_twice(
    segments: Sequence[Segment], conversation: Conversation, story: Story
) -> tuple[list[Segment], list[str]]:
    """What the customer has said in any channel is confirmed with its source, never asked."""
    if not any("?" in segment.text for segment in segments):
        return list(segments), []
    said: list[tuple[Turn, str]] = [
        (turn, f"on {started(contact):%d %B %Y} by {contact.channel}")
        for contact in story.contacts
        for turn in contact.turns
    ][-MAX_PAST_TURNS:]
    said += [(turn, "a moment ago") for turn in conversation.turns]
    turns = [turn for turn, _ in said]
    kept: list[Segment] = []
    warnings: list[str] = []
    for segment in segments:
        known = repeated_questions(segment.text, turns) if "?" in segment.text else []
        if not known:
            kept.append(segment)
            continue
        when = said[known[0].turn][1] if known[0].turn is not None else "before"
        if when != "a moment ago" and not _is_on_the_matter(known[0], conversation):
            warnings.append("A question from another matter was left out.")
            continue
        kept.append(_confirmation(known[0], when))
        warnings.append(f"A question was answered {when} ({known[0].slot}): it is confirmed.")
    return kept, warnings


def _is_on_the_matter(repeat: Repeat, conversation: Conversation) -> bool:
    """Whether what was asked and answered before has to do with what the customer writes now.

    Only for questions that ask for nothing we know by name: a name or a number always counts.
    """
    if repeat.slot != SAME_QUESTION:
        return True
    now = [t.text for t in conversation.turns if t.speaker == "customer"][-1:]
    said = frozenset(stems(" ".join(now)))
    return not said.isdisjoint(stems(repeat.question)) and not said.isdisjoint(stems(repeat.answer))


def _confirmation(repeat: Repeat, when: str) -> Segment:
    return Segment(f"You told us {when}: “{strip_links(repeat.answer)}”, so I go by that.")


def _with_facts_checked(
    segments: Sequence[Segment],
    hits: Sequence[Hit],
    conversation: Conversation,
    today: date | None,
) -> list[Segment]:
    sources = [f"{hit.title}\n{hit.chunk.text}\n{hit.url or ''}" for hit in hits]
    known = [turn.text for turn in conversation.turns if turn.speaker == "customer"]
    return list(check_segments(segments, sources, known=known, today=today))


def _number(
    segments: Sequence[Segment], hits: Sequence[Hit], owed: Sequence[Owed], warnings: list[str]
) -> Checked:
    citations: list[Citation] = []
    numbers: dict[int, int] = {}
    opening = [_owed_segment(item, citations) for item in owed if item.text]
    body: list[Segment] = []
    for segment in segments:
        cited = [old for old in segment.citations if 1 <= old <= len(hits)]
        for old in cited:
            if old not in numbers:
                numbers[old] = len(citations) + 1
                told = [other.text for other in segments if old in other.citations]
                citations.append(_citation(len(citations) + 1, hits[old - 1], told))
        body.append(replace(segment, citations=tuple(numbers[old] for old in cited)))
    first = _opening_length(body)
    ordered = (*body[:first], *opening, *body[first:])
    if any(not segment.supported for segment in ordered):
        warnings.append("A sentence has no source for a fact in it: check it before you send.")
    return Checked(ordered, tuple(citations), tuple(dict.fromkeys(warnings)))


def _opening_length(body: Sequence[Segment]) -> int:
    """How many sentences only greet or say sorry: what we owe comes after them."""
    length = 1 if body and body[0].text.endswith(",") else 0
    if len(body) > length and not body[length].citations and _SORRY.search(body[length].text):
        length += 1
    return length


def _owed_segment(item: Owed, citations: list[Citation]) -> Segment:
    n = len(citations) + 1
    citations.append(
        Citation(
            n, "interaction", item.source_id, item.title, item.quote, turn=item.turn,
            origin="conversation",
        )
    )  # fmt: skip
    text = strip_links(item.text)  # it repeats words of a past contact
    if item.fact is None:
        return Segment(text, (n,))
    citations.append(_citation(n + 1, item.fact, (item.quote,)))
    return Segment(text, (n, n + 1))


def _citation(n: int, hit: Hit, told: Sequence[str]) -> Citation:
    chunk = hit.chunk
    return Citation(
        n=n,
        kind=chunk.kind,
        source_id=chunk.source_id,
        title=hit.title or chunk.context.splitlines()[-1][:80] if chunk.context else hit.title,
        quote=quote_of(chunk.text, told),
        turn=chunk.turn,
        url=hit.url,
        visibility=hit.visibility,
        origin=_origin(chunk),
    )


def _origin(chunk: Chunk) -> Origin:
    """A record and a line of the catalogue are made into passages whose id says so."""
    if chunk.kind == "interaction":
        return "conversation"
    return _MADE_OF.get(chunk.id.rpartition("#")[2], "article")


def quote_of(text: str, told: Sequence[str]) -> str:
    """What of a passage carries the sentences that cite it, in their order."""
    quote = ""
    for part in dict.fromkeys(best_quote(text, sentence) for sentence in told):
        longer = f"{quote} … {part}" if quote else part
        if len(longer) > 2 * QUOTE_CHARS:
            break
        quote = longer
    return quote


def best_quote(text: str, about: str) -> str:
    """The sentence or row of a passage that carries most figures of another text, then words."""
    figures = _figures(about)
    wanted = frozenset(word for word in stems(about) if not word.isdigit())
    best = max(
        _pieces(text),
        key=lambda p: (len(figures & p.figures), len(wanted & p.stems), -len(p.text)),
    ).text
    return best if len(best) <= QUOTE_CHARS else best[: QUOTE_CHARS - 1].rsplit(" ", 1)[0] + "…"


class _Piece(NamedTuple):
    text: str
    stems: frozenset[str]
    figures: frozenset[str]


@lru_cache(maxsize=2_048)  # the same passages are quoted again and again
def _pieces(text: str) -> tuple[_Piece, ...]:
    """The sentences and rows of a passage, as one reads them: without Markdown."""
    found = [plain for line in _SENTENCE.split(text) if (plain := _plain(line))]
    return tuple(_Piece(p, frozenset(stems(p)), _figures(p)) for p in found or [text])


def _plain(line: str) -> str:
    text = _MARKUP.sub(lambda m: m.group(1) or "", line.strip())
    if not text.startswith("|"):
        return text.strip()
    cells = [cell.strip() for cell in text.strip("|").split("|")]
    return " | ".join(cell for cell in cells if cell.strip("-: "))


def _figures(text: str) -> frozenset[str]:
    return frozenset(figure.rstrip(".,") for figure in _FIGURE.findall(text))


@lru_cache(maxsize=4_096)  # the same passages are looked through for every sentence
def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
