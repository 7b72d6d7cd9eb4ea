"""One thing that is owed, with the sentence that owns up to it and the past words it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from copilot.domain import Hit, Interaction, Turn
from copilot.extractive import DO_FIRST
from copilot.ledger import only_assures
from copilot.ledger.asks import objects
from copilot.ledger.complaints import Later, Word, complained_of, sums
from copilot.ledger.language import plain, sentences, topic
from copilot.ledger.patterns import pattern
from copilot.needs.output import LoopOut, PromiseOut
from copilot.suggester.phrasing import on_day, promised, quoted, requested

SAME_TOPIC = 2  # words of meaning that an older matter must share with the present one …


Place = tuple[int, int]  # a turn and a sentence in it


@dataclass(frozen=True, slots=True)
class Owed:
    """A sentence for the customer and the past turn (and fact) it rests on."""

    text: str
    source_id: str
    turn: int | None
    title: str
    quote: str
    fact: Hit | None = None
    todo: str = ""  # what the agent must do for the sentence to be true


@dataclass(frozen=True, slots=True)
class Matter:
    """Something owed, with what it is about: the same thing is not said twice."""

    weight: int
    about: frozenset[str]
    owed: Owed
    day: str | None = None  # on which it fell due or was asked
    is_sore: bool = False  # they have complained of it before
    is_wrong: bool = False  # said only to who speaks of it
    is_request: bool = False  # theirs; else our word
    around: frozenset[str] = frozenset()  # what was asked when we said that we would be in touch
    felt: frozenset[int] = frozenset()  # turns on the screen that say it did not come about
    things: frozenset[str] = frozenset()  # what should have come: a letter, however it was called
    named: Place | None = None  # where on the screen they first name it

    @property
    def order(self) -> tuple[int, Place, str]:
        """What they name themselves first, as they name it; then the heaviest, the oldest first."""
        weight = self.weight if self.named is None else 0
        return weight, self.named or (0, 0), self.day or ""


def unsaid(matter: Matter) -> Matter:
    """The same as a note to the agent: they have not been told it yet."""
    words = matter.owed.quote.strip().rstrip(".!")
    return replace(matter, owed=replace(matter.owed, todo=f"not yet owned up to: “{words}”"))


def speaks_of(said: frozenset[str], about: frozenset[str]) -> bool:
    """These words are about this very thing."""
    return len(said & about) >= min(SAME_TOPIC, max(1, len(about)))


def of_promise(
    promise: PromiseOut,
    contact: Interaction,
    facts: dict[str, Hit],
    since: Sequence[Later],
    now: Sequence[tuple[int, Later]],
    *,
    halved: bool = False,
) -> list[Matter]:
    """One promise that is due or wrong; `halved` where another of the same turn was kept."""
    if only_assures(promise.quote) or promise.kept_evidence:
        return []  # … or it was put right: an apology for that is said once
    about = topic(promise.quote)
    turn = turn_of(contact, promise.turn)
    named = promised(promise.quote)
    words = quoted(promise.quote, None if halved else _text(turn))
    said = f"promised {named}." if named else f"told you: {words}"
    said = f"{opening_of(contact, turn)} we {said}"
    if promise.status == "conflict":
        fact = facts.get(promise.conflict_with or "")
        text = f"{said} That was wrong, and I am sorry."
        item = owed_item(text, contact, promise.turn, promise.quote, fact)
        return [Matter(0, about, item, is_wrong=True, named=_named(now, about))]
    if promise.status != "overdue":
        return []
    word = Word.of(promise.quote, day_of(promise.due), _customer_before(contact, promise.turn))
    felt = frozenset(place for place, later in now if complained_of(word, [later]))
    broken = bool(felt) or complained_of(word, [*since, *(later for _, later in now)])
    if not broken and not _is_ours(promise.quote):
        return []  # whether it came about only they know, and they do not say that it did not
    mended = broken and named
    plea = BROKEN if broken else _UNSURE
    item = owed_item(f"{said} {plea}{_NOW if mended else ''}", contact, promise.turn, promise.quote)
    item = replace(item, todo=f"{DO_FIRST}: we promised {named}" if mended else "")
    in_touch = pattern("promise_reports_back").search(plain(promise.quote))
    around = word.matter() if in_touch else frozenset[str]()
    weight = 1 if felt else 2 if broken else 3
    return [
        Matter(
            weight,
            about,
            item,
            promise.due,
            is_sore=broken,
            around=around - about,
            things=objects(promise.quote),
            felt=felt,
            named=_missed(now, word) if felt else None,
        )
    ]


def _named(now: Sequence[tuple[int, Later]], about: frozenset[str]) -> Place | None:
    """The first sentence of theirs on the screen that speaks of a matter."""
    for place, (text, _) in now:
        for n, sentence in enumerate(sentences(text)):
            if speaks_of(topic(sentence.text) | objects(sentence.text), about):
                return place, n
    return None


def _missed(now: Sequence[tuple[int, Later]], word: Word) -> Place | None:
    """… that says that a word of ours did not come about; else the turn that does as a whole."""
    for place, (text, day) in now:
        told = enumerate(sentences(text))
        found = next((n for n, s in told if complained_of(word, [(s.text, day)])), None)
        if found is not None or complained_of(word, [(text, day)]):
            return place, found or 0
    return None


_NOW = " I see to it now."


BROKEN = "That did not happen, and I am sorry."


BROKEN_TOO = "That did not happen either, and I am sorry."


_UNSURE = "I cannot see that it was done. If you are still waiting, I am sorry; please tell me."


def _is_ours(quote: str) -> bool:
    """An act of ours, a word from us or money: we could see whether it was done."""
    told = plain(" ".join(quote.split()))
    acts = told.startswith(_WE) or pattern("promise_reports_back").search(told)
    return bool(acts or sums(told))


_WE = ("i ", "we ", "i'", "we'")


def of_loop(loop: LoopOut, contact: Interaction, spoken: frozenset[str]) -> Matter:
    turn = turn_of(contact, loop.turn)
    first = on_day(_when(contact, turn))
    named = requested(loop.quote)
    what = f" {named}." if named else f": {quoted(loop.quote, _text(turn))}"
    verb = "asked us" if named or loop.quote.endswith("?") else "told us"
    often = f"You have {verb} more than once" + (f", first on {first}" if first else "")
    once = f"{opening_of(contact, turn)} you {verb}"
    comma = "," if named and first and loop.times_asked > 1 else ""
    said = f"{often if loop.times_asked > 1 else once}{comma}{what}"
    is_sore = loop.times_asked > 1
    done = _NOW if named and is_sore else ""
    plea = f"That is still open, and I am sorry.{done}"
    item = owed_item(f"{said} {plea}", contact, loop.turn, loop.quote)
    item = replace(item, todo=f"{DO_FIRST}: they asked {named}" if done else "")
    # In the words they use for it now, where it has been asked for in several.
    about = max((objects(loop.quote), objects(loop.what)), key=lambda a: speaks_of(spoken, a))
    weight = 1 if is_sore and speaks_of(spoken, about) else 4
    day = loop.first_asked_at or None
    return Matter(weight, about, item, day, is_sore=is_sore, is_request=True)


def _customer_before(contact: Interaction, turn: str) -> list[str]:
    """What they had said in that contact up to a turn."""
    place = _place(contact, turn)
    return [t.text for t in contact.turns[:place] if t.speaker == "customer"]


def owed_item(
    text: str, contact: Interaction, turn: str, quote: str, fact: Hit | None = None
) -> Owed:
    """A sentence with the past words it rests on."""
    place = _place(contact, turn)
    title = (
        contact.subject or f"{contact.channel}, {contact.at.date() if contact.at else 'undated'}"
    )
    return Owed(text, contact.source_id, place, title, quote, fact)


def _place(contact: Interaction, turn: str) -> int | None:
    return next((n for n, t in enumerate(contact.turns) if (t.id or f"t{n + 1}") == turn), None)


def turn_of(contact: Interaction, turn: str) -> Turn | None:
    """The turn of that id."""
    place = _place(contact, turn)
    return None if place is None else contact.turns[place]


def _text(turn: Turn | None) -> str | None:
    return turn.text if turn else None


def _when(contact: Interaction, turn: Turn | None) -> datetime | None:
    """The turn's own time: a contact by mail may run for weeks."""
    return turn.at if turn and turn.at else contact.at


def opening_of(contact: Interaction, turn: Turn | None) -> str:
    """ "On 10 April 2026", of a turn; "Earlier" where nobody knows."""
    moment = _when(contact, turn)
    return f"On {on_day(moment)}" if moment else "Earlier"


def day_of(text: str | None) -> date | None:
    """A due date as stored; None where it is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
