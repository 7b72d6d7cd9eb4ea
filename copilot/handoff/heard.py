"""What our side told the customer in each contact, and who of us is to be thanked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from copilot.domain import Interaction, Turn
from copilot.guardrails.facts import hard_facts
from copilot.handoff.discretion import Discretion
from copilot.handoff.matter import Matter
from copilot.handoff.permission import is_owed
from copilot.ledger.language import digits, plain, sentences
from copilot.needs.scene import shows
from copilot.story import Story, started

MOST = 6  # sentences of an earlier contact: the latest that name a figure or a day
MOST_LAST = 12  # of the last contact, whatever they say: nobody is told it twice
_DAY = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|(?:next|this) (?:week|month|year)"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|in may|may \d|\d+ (?:days?|weeks?|months?|hours?|minutes?))\b"
)
_FALSE = ("conflict", "overdue")


def told(contact: Interaction, discretion: Discretion, *, is_last: bool) -> dict[str, Any]:
    """One contact: what it was about and what we said, of earlier ones in figures and days."""
    ours = [t for t in contact.turns if t.speaker == "agent" and t.visibility == "public"]
    said = [one.text for turn in ours for one in sentences(turn.text)]
    figures = [one for turn in ours for one in _figures(turn)]
    words = said[-MOST_LAST:] if is_last else figures[-MOST:]
    return {
        "id": contact.source_id,
        "at": started(contact).date().isoformat() if contact.at else None,
        "channel": contact.channel,
        "subject": discretion.theirs(contact.subject),
        "resolved": contact.outcome.resolved,
        "told": [kept for text in words if (kept := discretion.ours(text))],
        "last_word_of_ours": discretion.ours(ours[-1].text) if ours else None,
    }


def to_thank(matter: Matter, story: Story) -> list[dict[str, Any]]:
    """Who heard the customer: the thanks for what comes of it are theirs.

    Not theirs whose word was false or is broken, nor theirs of whom the customer complains.
    """
    blamed = set(_blamed(matter, story))
    heard = [
        {"name": turn.author, "role": turn.role, "conversation": contact.source_id}
        for contact in matter.contacts
        for turn in contact.turns
        if turn.speaker == "agent" and turn.author and plain(turn.author) not in blamed
    ]
    return [one for place, one in enumerate(heard) if one not in heard[:place]]


def _figures(turn: Turn) -> Iterator[str]:
    for sentence in sentences(turn.text):
        if hard_facts(digits(sentence.text)) or _DAY.search(sentence.lower):
            yield sentence.text


def _blamed(matter: Matter, story: Story) -> Iterator[str]:
    spoken = {
        (contact.source_id, turn.id or f"t{place}"): turn.author
        for contact in story.contacts
        for place, turn in enumerate(contact.turns, 1)
        if turn.author
    }
    for row in story.promises:
        if row["status"] in _FALSE and is_owed(row):
            yield from (plain(name) for name in _by(row, spoken) if name)
    accusing = [plain(w.text) for w in matter.scene.own_words if shows("complaint", w.text)]
    for name in {author for author in spoken.values() if author}:
        first = re.compile(rf"\b{re.escape(plain(name).split()[0])}\b")
        if any(first.search(text) for text in accusing):
            yield plain(name)


def _by(row: Mapping[str, Any], spoken: Mapping[tuple[str, str], str | None]) -> Iterator[str]:
    body = row["body"]
    yield str(body.get("promisor") or "")
    yield spoken.get((row["source_id"], str(body.get("turn")))) or ""
