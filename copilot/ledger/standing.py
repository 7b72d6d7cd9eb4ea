"""How a promise stands: kept, late, against a fact, taken back, put right; and what shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Literal

from copilot.ledger.aftermath import Aftermath
from copilot.ledger.calendar import Due, WorkingCalendar
from copilot.ledger.commitments import Clause
from copilot.ledger.complaints import Word, complained_of, meant, subject, sums
from copilot.ledger.conflicts import contradicted_by
from copilot.ledger.fate import Patience, complaints_after, fate
from copilot.ledger.language import plain, topic
from copilot.ledger.patterns import pattern
from copilot.ledger.settling import figures
from copilot.ledger.subjects import substance
from copilot.ledger.timeline import Said, Timeline, local_day

NEARBY_TURNS = 6  # how far back the product that a claim speaks of may have been named

PromiseStatus = Literal["open", "kept", "overdue", "conflict", "withdrawn"]


@dataclass(frozen=True, slots=True)
class LedgerPolicy:
    """What the ledgers need from policy: the calendar, the local zone and default due times."""

    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    default_due_days: int | None = None
    similar: float = 0.5
    presume_kept: bool = True  # after a resolved contact: who is let down says so; see `fate`
    patience_days: int = 14  # without any later contact, nothing is presumed before this long


def lasts(quote: str) -> bool:
    """A state until its day ("nothing to pay until May"): ours to honour, but no work to do."""
    return bool(pattern("say_lasts").search(plain(quote)))


def is_overdue(on: date | None, as_of: datetime, zone: tzinfo | None) -> bool:
    """Past the end of the due day, local time."""
    if on is None:
        return False
    end = datetime.combine(on + timedelta(days=1), time(), tzinfo=zone or as_of.tzinfo)
    return as_of >= end


def standing(
    timeline: Timeline,
    place: int,
    clause: Clause,
    when: Due,
    as_of: datetime,
    after: Aftermath,
    policy: LedgerPolicy,
) -> tuple[PromiseStatus, str | None, str | None]:
    about = topic(clause.text) or topic(clause.sentence.text)
    withdrawn = after.withdrawn(place, about)
    if withdrawn:
        return "withdrawn", None, withdrawn
    if timeline.turns[place].speaker == "customer":
        return _own_word(timeline, place, clause, when, as_of, after)
    conflict = _conflict(timeline, place, clause, as_of, after)
    if conflict:
        about = _denied(clause, conflict, after)
        return "conflict", conflict, _put_right(timeline, place, clause, after, false_of=about)
    kept = _kept(timeline, place, clause, when, after)
    if kept:
        return "kept", None, kept
    if clause.kind == "claim" or (clause.kind == "notice" and when.on is None):
        return "open", None, None  # a claim is never done; who waits for an event is not let down
    status, conflict, ground = _unreported(timeline, place, clause, when, as_of, policy, after)
    mended = None if ground else _put_right(timeline, place, clause, after)
    return ("withdrawn", None, mended) if mended else (status, conflict, ground)


def _own_word(
    timeline: Timeline, place: int, clause: Clause, when: Due, as_of: datetime, after: Aftermath
) -> tuple[PromiseStatus, str | None, str | None]:
    """A customer's commitment: kept by deed, or by being in touch where that was it."""
    kept = _kept(timeline, place, clause, when, after) or after.came_back.in_touch(
        timeline, place, clause.text, when.on
    )
    if kept:
        return "kept", None, kept
    return ("overdue" if is_overdue(when.on, as_of, timeline.zone) else "open"), None, None


def _conflict(
    timeline: Timeline, place: int, clause: Clause, as_of: datetime, after: Aftermath
) -> str | None:
    turn = timeline.turns[place]
    return contradicted_by(
        clause.text,
        after.facts,
        local_day(turn.at, timeline.zone),
        local_day(as_of, timeline.zone),
        is_claim=clause.kind == "claim" or _describes(turn, clause),
        context=_before(timeline.turns, place, clause),
        nearby=_nearby(timeline.turns, place, clause),
    )


def _kept(
    timeline: Timeline, place: int, clause: Clause, when: Due, after: Aftermath
) -> str | None:
    """What shows that it has happened: a report, the file, our answer, a word about the day."""
    about = topic(clause.text) or topic(clause.sentence.text)
    made = local_day(timeline.turns[place].at, timeline.zone)
    kept = after.kept(place, about | sums(clause.text), made, when.on)
    if kept or timeline.turns[place].speaker == "customer":
        return kept
    back, beside = after.came_back, _beside(timeline.turns, place, clause)
    return (
        (after.kept(place, beside, made, when.on, least=len(beside)) if beside else None)
        or back.reported(place, clause.text)
        or back.went_well(timeline, place, clause.text, when.on)
        or _on_record(timeline, place, clause, when, after)
    )


def _on_record(
    timeline: Timeline, place: int, clause: Clause, when: Due, after: Aftermath
) -> str | None:
    """What was to reach them stands in their record, with a day after the promise and no later."""
    made = local_day(timeline.turns[place].at, timeline.zone)
    if made is None or when.on is None or not pattern("promise_reaches").search(plain(clause.text)):
        return None
    begun = [o for o in after.facts.owned if o.valid_from and made < o.valid_from <= when.on]
    spoken = after.came_back.spoken(place) if begun else frozenset[str]()
    names = ((own.id, substance(own.text.partition(";")[0])) for own in begun)
    return next((name for name, words in names if words and words <= spoken), None)


def _beside(turns: Sequence[Said], place: int, clause: Clause) -> frozenset[str]:
    """What a clause that names nothing of its own points back to."""
    own = turns[place].conversation_id
    before = reversed(turns[max(0, place - NEARBY_TURNS) : place])
    said = (t.text for t in before if t.conversation_id == own and t.speaker == "customer")
    return meant(clause.text, said)


def _word(timeline: Timeline, place: int, clause: Clause, when: Due, after: Aftermath) -> Word:
    """Our word as a complaint may be of it: with its sentence, and what it points back to."""
    about = subject(clause.text) | subject(clause.sentence.text)
    about |= _beside(timeline.turns, place, clause)
    return Word(clause.text, about, when.on, partial(after.came_back.spoken, place))


def _denied(clause: Clause, conflict: str, after: Aftermath) -> frozenset[str]:
    """What a false word and the fact against it speak of: "they" are the valves, "five" years."""
    said = substance(clause.text)
    facts = (substance(fact.text) for fact in after.facts.facts if fact.id == conflict)
    return figures(clause.text).union(*(words for words in facts if not words.isdisjoint(said)))


def _put_right(
    timeline: Timeline, place: int, clause: Clause, after: Aftermath,
    false_of: frozenset[str] | None = None,
) -> str | None:  # fmt: skip
    """The turn that made good what was broken, or false; None if they complained of it since."""
    about = topic(clause.text) | topic(pattern("loop_greeting").sub("", clause.sentence.text))
    made = after.put_right(place, about | (false_of or frozenset()), false=false_of is not None)
    if made is None:
        return None
    broken = complained_of(Word.of(clause.text), complaints_after(timeline, made))
    return None if broken else timeline.turns[made].id


def _unreported(
    timeline: Timeline, place: int, clause: Clause, when: Due, as_of: datetime,
    policy: LedgerPolicy, after: Aftermath,
) -> tuple[PromiseStatus, str | None, str | None]:  # fmt: skip
    """How it stands where nobody has said a word of it."""
    patience = Patience(policy.presume_kept, policy.patience_days)
    word = _word(timeline, place, clause, when, after)
    unasked = bool(pattern("promise_by_itself").search(clause.sentence.lower))
    status, ground = fate(timeline, place, word, when.on, as_of, patience, unasked=unasked)
    if status == "overdue" and lasts(clause.text):
        state = re.split(r"\b(?:until|till)\b", clause.text, maxsplit=1)[0]
        if not complained_of(Word.of(state), complaints_after(timeline, place)):
            return "kept", None, "it lasted until its day, and nobody complained"
    return status, None, ground


def _describes(turn: Said, clause: Clause) -> bool:
    """In sales, an announcement that also says what a product does or costs is a claim too."""
    if turn.role != "sales" or pattern("say_act").search(plain(clause.text)):
        return False
    says = plain(clause.text)
    return any(pattern(name).search(says) for name in ("conflict_capable", "conflict_steady"))


def _before(turns: Sequence[Said], place: int, clause: Clause) -> str:
    """What was spoken of just before: earlier in the turn, else in the turn it answers."""
    earlier = turns[place].text[: clause.sentence.start].strip()
    if earlier:
        return earlier
    previous = turns[place - 1] if place else None
    same = previous and previous.conversation_id == turns[place].conversation_id
    return previous.text if previous and same else ""


def _nearby(turns: Sequence[Said], place: int, clause: Clause) -> list[str]:
    """What was said around and before a clause in its conversation, the nearest first."""
    own = turns[place]
    earlier = [
        turn.text
        for turn in reversed(turns[max(0, place - NEARBY_TURNS) : place])
        if turn.conversation_id == own.conversation_id
    ]
    return [clause.sentence.text, own.text[: clause.sentence.start], *earlier]
