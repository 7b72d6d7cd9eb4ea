"""A promise that is not due yet, told with its day to who asks: nothing to be sorry for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time

from copilot.domain import Conversation, Interaction
from copilot.ledger import only_assures
from copilot.ledger.complaints import sums
from copilot.ledger.language import ordinal, plain, sentences, topic
from copilot.needs.output import PromiseOut
from copilot.suggester.matters import Owed, day_of, opening_of, owed_item, speaks_of, turn_of
from copilot.suggester.phrasing import on_day, quoted

_ASKS = re.compile(
    r"\?\W*$|^(?:(?:so|and|but|hi|hello|hey|ok(?:ay)?|well),? )*(?:is|are|was|will|did|do|does|"
    r"when|where|has|have|can|any (?:news|word|sign))\b"
)


def pending(
    promises: Sequence[PromiseOut],
    past: dict[str, Interaction],
    conversation: Conversation,
    as_of: datetime,
) -> list[Owed]:
    """The one open promise with a day to come that they ask about; nothing where it is not clear.

    A sum tells which promise is meant, wherever in our turn it was named.
    """
    asked = _asked(conversation)
    found: list[tuple[PromiseOut, Interaction]] = []
    for promise in promises:
        contact = past.get(promise.conversation_id)
        day = day_of(promise.due)
        if contact is None or day is None or promise.promisor_role == "customer":
            continue
        if promise.status != "open" or day < as_of.date() or only_assures(promise.quote):
            continue
        said = turn_of(contact, promise.turn)
        money = sums(said.text if said else "")
        about = frozenset(w for w in topic(promise.quote) if ordinal(w) is None) | money
        if any(words & money or speaks_of(words, about) for words in asked):
            found.append((promise, contact))
    return [_told(*found[0], as_of)] if len(found) == 1 else []


def _asked(conversation: Conversation) -> list[frozenset[str]]:
    """What each question of theirs since our side spoke last is about."""
    turns = list(conversation.turns)
    ours = [n for n, turn in enumerate(turns) if turn.speaker in ("agent", "bot")]
    since = turns[ours[-1] + 1 :] if ours else turns
    return [
        topic(sentence.text)
        for turn in since
        if turn.speaker == "customer"
        for sentence in sentences(turn.text)
        if _ASKS.search(plain(sentence.text))
    ]


def _told(promise: PromiseOut, contact: Interaction, as_of: datetime) -> Owed:
    turn, day = turn_of(contact, promise.turn), day_of(promise.due)
    words = quoted(promise.quote, turn.text if turn else None)
    on = on_day(datetime.combine(day, time())) if day else ""
    coming = (
        f"That is today, {on}." if day == as_of.date() else f"That day, {on}, is still to come."
    )
    text = f"{opening_of(contact, turn)} we told you: {words} {coming}"
    return owed_item(text, contact, promise.turn, promise.quote)
