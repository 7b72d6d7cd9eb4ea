"""Consent to be handed to sales: where the customer said it, in words that agree to something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from copilot.domain import Interaction, Turn
from copilot.errors import InvalidInput, NotTheirWords
from copilot.ledger.language import plain, sentences
from copilot.needs.evidence import LONGEST, SHORTEST
from copilot.needs.scene import foreign_spans, is_foreign, shows
from copilot.story import Story

_REACH = r"(?:call|ring|phone|contact|e-?mail|write|text|speak|talk|reach|visit|pass|get in touch)"
_NO = re.compile(
    r"^\W*(?:no|nope|nah|never|not (?:now|today|yet|really))\W*$"
    rf"|\b(?:don't|do not|dont|never|no need (?:to|for)|needn't|not to)\b"
    rf"(?! mind| object)[^.;!?]{{0,40}}\b{_REACH}"
    r"|\brather (?:not|(?:nobody|no one) \w+|(?:you|they|he|she) (?:did|do|would)(?:n't| not))\b"
    rf"|\b(?:nobody|no one|none of you|not one of you)\b[^.;!?]{{0,30}}\b{_REACH}"
    r"|\b(?:you|they|he|she|sales) (?:must|may|should|can)(?:n't|'t|not| not)"
    rf"(?: \w+){{0,2}} {_REACH}"
    r"|\b(?:i|we) (?:won't|will not|refuse to) (?:\w+ )?(?:speak|talk|answer|pick up)"
    r"|\bno (?:more )?(?:(?:sales|phone) )?(?:calls?|e-?mails?|contact|visits?|visitors)\b"
    r"|\bleave (?:me|us) (?:alone|in peace)\b"
)
# A bare no to being reached; "don't ring before six" says when.
_TAKES_BACK = re.compile(
    r"\b(?:don't|do not|dont|no need to|needn't|(?:rather|better) not|rather (?:you|they) didn't)\b"
    r"(?:(?! mind| object)[^.,;!?]){0,25}\b(?:call|ring|phone|contact|e-?mail|visit|get in touch)"
    r"(?: (?:me|us|him|her|with (?:me|us)))?(?:,? (?:back|after all|any ?more|then|please|now"
    r"|at all|again|about (?:it|that|this)|thanks?|thank you))*\W*$"
)
_MAY = re.compile(rf"\b(?:can|may|could|should|please|do|happy to|glad to|let) (?:\w+ )?{_REACH}")
_YET = re.compile(r"\b(?:but|instead|though)\b")


@dataclass(frozen=True, slots=True)
class Consent:
    """The customer's agreement: the quote, the turn it stands in, and what it answered."""

    quote: str
    conversation: str
    turn: str
    at: datetime | None
    asked: str | None  # our words just before it
    contact: int | None  # its place in the story; None where the conversation is not stored
    is_asked_for: bool = False  # they ask to be contacted, and do not merely agree


def noted(need: Mapping[str, Any] | None) -> str | None:
    """The words in which the customer agreed, where the need engine noted them with the need."""
    handoff = need["body"].get("handoff") if need else None
    return (handoff.get("consent_quote") or None) if isinstance(handoff, Mapping) else None


def consent_of(
    quote: str | None, need: Mapping[str, Any] | None, story: Story, as_of: datetime, days: int
) -> Consent:
    """Where the customer agreed. Raises InvalidInput or NotTheirWords with what to do."""
    known = noted(need)
    words = quote or known
    if words is None:
        raise InvalidInput(
            "A hand-off to sales needs `consent_quote`: the words in which the customer agreed to"
            " be contacted. Ask them first; to service it needs none."
        )
    found = _located(words, story)
    if found is None and need is not None and words == known:
        found = _as_noted(words, need)
    if found is None:
        raise NotTheirWords(
            "`consent_quote` stands in no turn of this customer. Copy it from what they said,"
            f" {SHORTEST} to {LONGEST} characters or a whole short answer, not from quoted text;"
            " for a conversation in progress send it along as `conversation`."
        )
    if found.at is not None and (as_of - found.at).days > days:
        raise NotTheirWords(
            f"The customer agreed to this on {found.at.date()}, more than {days} days ago. Ask"
            " them again."
        )
    return found


def _located(words: str, story: Story) -> Consent | None:
    """The latest place where they said it."""
    said_no = taken_back = False
    for place, contact, number, turn in _spoken(story):
        asked = _before(contact, number)
        start = _stands(words, turn, asked)
        if start is None:
            taken_back = taken_back or _takes_back(turn.text)
            continue
        if taken_back:
            raise NotTheirWords("The customer has taken this back since. Ask them again.")
        before, after = _around(words, turn.text, start)
        if _refuses(before, words, after):
            said_no = True
            continue
        return Consent(
            words,
            contact.source_id,
            turn.id or f"t{number + 1}",
            _aware(turn.at or contact.at),
            asked,
            place,
            shows("consent_contact", words + after),
        )
    if said_no:
        raise NotTheirWords(
            "These words stand in a sentence in which the customer says no. They do not agree to"
            " be contacted."
        )
    return None


def _spoken(story: Story) -> Iterator[tuple[int, Interaction, int, Turn]]:
    """The customer's public turns, the latest first."""
    for place in reversed(range(len(story.contacts))):
        contact = story.contacts[place]
        for number in reversed(range(len(contact.turns))):
            turn = contact.turns[number]
            if turn.speaker == "customer" and turn.visibility == "public":
                yield place, contact, number, turn


def _stands(words: str, turn: Turn, asked: str | None) -> int | None:
    """E1 and E2; a whole short answer to us ("Yes.") is no picked piece and counts as well."""
    if len(words) < SHORTEST:
        return turn.text.find(words) if asked and words == turn.text.strip() else None
    if len(words) > LONGEST:
        return None
    spans = foreign_spans(turn.text)
    return next(
        (
            match.start()
            for match in re.finditer(re.escape(words), turn.text)
            if not is_foreign(match.start(), match.end(), spans)
        ),
        None,
    )


def _around(words: str, text: str, start: int) -> tuple[str, str]:
    """What stands before and after the words in their sentences."""
    end = start + len(words)
    near = [s for s in sentences(text) if s.start < end and start < s.end]
    first = min([start, *(s.start for s in near)])
    return text[first:start], text[end : max([end, *(s.end for s in near)])]


def _refuses(before: str, words: str, after: str) -> bool:
    """They say no; "not before six, but do ring me" is none, and "do ring me" picked of it none."""
    own = _YET.split(plain(words))[-1]
    if own != plain(words) and (shows("consent_contact", own) or _MAY.search(own)):
        said = f"{own}{plain(after)}"
    else:
        said = " ".join(f"{_YET.split(plain(before))[-1]} {plain(words)}{plain(after)}".split())
    return bool(_NO.search(said)) or shows("refusal", said) or shows("objection", said)


def _takes_back(text: str) -> bool:
    """In words of their own they want no call after all."""
    spans = foreign_spans(text)
    return any(
        _TAKES_BACK.search(plain(s.text)) and not is_foreign(s.start, s.end, spans)
        for s in sentences(text)
    )


def _before(contact: Interaction, number: int) -> str | None:
    """Our words just before a turn."""
    for turn in reversed(contact.turns[:number]):
        if turn.visibility == "public" and turn.speaker != "system":
            return turn.text if turn.speaker in ("agent", "bot") else None
    return None


def _as_noted(words: str, need: Mapping[str, Any]) -> Consent:
    """The need engine read it in a conversation that is not stored, and checked it then."""
    told: Mapping[str, Any] = next(iter(need["body"].get("evidence", ())), {})
    at = datetime.fromisoformat(told["at"]) if told.get("at") else None
    return Consent(
        words, need["conversation_id"] or "", told.get("turn", ""), _aware(at), None, None,
        is_asked_for=True,
    )  # fmt: skip


def _aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is read as UTC."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
