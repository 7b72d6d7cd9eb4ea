"""The promise ledger: who owes what to whom, until when, and how it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from copilot.ledger.calendar import Due, DueBasis, WorkingCalendar, due
from copilot.ledger.commitments import Clause, accepts, commitments, own_commitments
from copilot.ledger.conflicts import contradicted_by
from copilot.ledger.language import plain, sentences, stems
from copilot.ledger.patterns import pattern
from copilot.ledger.timeline import Said, Timeline

Promisor = Literal["sales", "service", "bot", "company", "customer"]
PromiseStatus = Literal["open", "kept", "overdue", "conflict", "withdrawn"]


@dataclass(frozen=True, slots=True)
class LedgerPolicy:
    """What the ledgers need from policy: the calendar, the local zone and default due times."""

    calendar: WorkingCalendar = WorkingCalendar()
    default_due_days: int | None = None
    similar: float = 0.5


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment with its exact words, and what became of it."""

    promisor_role: Promisor
    promisor: str
    to: str
    conversation_id: str
    turn: str
    quote: str
    what: str
    due: date | None
    due_basis: DueBasis
    status: PromiseStatus
    conflict_with: str | None = None
    kept_evidence: str | None = None
    owner: str | None = None
    said_at: datetime | None = None
    kind: str = field(default="pledge")

    @property
    def promise_id(self) -> str:
        """Stable for the same words in the same turn."""
        return f"{self.conversation_id}/{self.turn}/{abs(hash_text(self.quote)):x}"


def hash_text(text: str) -> int:
    """A number for a text that is the same in every process."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def promises(timeline: Timeline, as_of: datetime, policy: LedgerPolicy) -> list[Promise]:
    """All promises of a timeline as they stand at `as_of`, in the order they were made."""
    found: list[Promise] = []
    for place, turn in enumerate(timeline.turns):
        for clause in _binding(timeline.turns, place):
            found.append(_promise(timeline, place, clause, as_of, policy))  # noqa: PERF401
    return _once(found)


def local_day(moment: datetime | None, zone: tzinfo | None) -> date | None:
    """The calendar day on which something was said, where the customer lives."""
    if moment is None:
        return None
    return (moment.astimezone(zone) if zone and moment.tzinfo else moment).date()


def is_overdue(on: date | None, as_of: datetime, zone: tzinfo | None) -> bool:
    """Past the end of the due day, local time."""
    if on is None:
        return False
    end = datetime.combine(on + timedelta(days=1), time(), tzinfo=zone or as_of.tzinfo)
    return as_of >= end


def _binding(turns: Sequence[Said], place: int) -> list[Clause]:
    turn = turns[place]
    if turn.speaker == "customer":
        return own_commitments(turn.text)
    if not turn.ours:
        return []
    clauses = commitments(turn.text, sales=turn.role == "sales")
    return [c for c in clauses if c.kind != "offer" or _accepted(turns, place)]


def _accepted(turns: Sequence[Said], place: int) -> bool:
    """The customer's next turn says yes to the offer."""
    for later in turns[place + 1 : place + 3]:
        if later.conversation_id != turns[place].conversation_id:
            return False
        if later.speaker == "customer":
            return accepts(later.text)
    return False


def _promise(
    timeline: Timeline, place: int, clause: Clause, as_of: datetime, policy: LedgerPolicy
) -> Promise:
    turn = timeline.turns[place]
    said = local_day(turn.at, timeline.zone)
    when = due(clause.text, said, policy.calendar)
    if when.on is None:
        when = due(clause.sentence.text, said, policy.calendar)
    if when.on is None and policy.default_due_days is not None and said and clause.kind != "claim":
        when = Due(policy.calendar.add(said, policy.default_due_days), "policy_default")
    status, conflict, kept = _standing(timeline, place, clause, when, as_of, policy)
    customer = turn.speaker == "customer"
    return Promise(
        promisor_role=_role(turn),
        promisor=turn.name or turn.role or turn.speaker,
        to="company" if customer else timeline.customer,
        conversation_id=turn.conversation_id,
        turn=turn.id,
        quote=clause.text[:240],
        what=_what(clause),
        due=when.on,
        due_basis=when.basis,
        status=status,
        conflict_with=conflict,
        kept_evidence=kept,
        owner=None if customer else (turn.name or turn.role),
        said_at=turn.at,
        kind=clause.kind,
    )


def promise_from(
    timeline: Timeline,
    turn: Said,
    quote: str,
    as_of: datetime,
    policy: LedgerPolicy,
    *,
    what: str = "",
    due_words: str = "",
    conflict_hint: str | None = None,
    kept_hint: str | None = None,
    withdrawn_hint: str | None = None,
) -> Promise:
    """A promise that a closer reader found: date, overdue and the hints are checked by code."""
    place = timeline.turns.index(turn)
    start = turn.text.find(quote)
    sentence = next(
        (s for s in sentences(turn.text) if s.start <= start < s.end), sentences(turn.text)[0]
    )
    made = _promise(timeline, place, Clause(quote, start, "pledge", sentence), as_of, policy)
    if made.due is None and due_words and due_words in turn.text:
        when = due(due_words, local_day(turn.at, timeline.zone), policy.calendar)
        made = replace(made, due=when.on, due_basis=when.basis)
    made = replace(made, what=what.strip()[:120] or made.what)
    later = {t.id for t in timeline.turns[place + 1 :]}
    facts = {f.id for f in timeline.facts if f.kind == "customer"}
    if withdrawn_hint in later:
        return replace(made, status="withdrawn")
    if conflict_hint and made.status != "withdrawn":
        return replace(made, status="conflict", conflict_with=conflict_hint)
    if kept_hint is not None and kept_hint in later | facts and made.status in ("open", "overdue"):
        return replace(made, status="kept", kept_evidence=kept_hint)
    if made.status == "open" and is_overdue(made.due, as_of, timeline.zone):
        return replace(made, status="overdue")
    return made


def _role(turn: Said) -> Promisor:
    if turn.speaker == "customer":
        return "customer"
    if turn.speaker == "bot" or turn.role == "bot":
        return "bot"
    if turn.role == "sales":
        return "sales"
    return "service" if turn.role == "service" else "company"


def _what(clause: Clause) -> str:
    lowered = clause.text.strip()
    shorter = re.sub(
        r"^(?:I|We|You)(?:['’]ll| will| shall)(?: get| receive| have)? |^(?:I|We)['’]?(?:m|re)? going to |^Done, and ",
        "",
        lowered,
    )
    return shorter[:120] or lowered[:120]


def _standing(
    timeline: Timeline, place: int, clause: Clause, when: Due, as_of: datetime, policy: LedgerPolicy
) -> tuple[PromiseStatus, str | None, str | None]:
    turn = timeline.turns[place]
    about = stems(clause.text) or stems(clause.sentence.text)
    for later in timeline.turns[place + 1 :]:
        if later.ours and _withdraws(later, about):
            return "withdrawn", None, later.id
    if turn.speaker != "customer":
        said = local_day(turn.at, timeline.zone)
        conflict = contradicted_by(
            clause.text, timeline.facts, said, local_day(as_of, timeline.zone)
        )
        if conflict:
            return "conflict", conflict, None
    kept = _kept_by(timeline, place, about)
    if kept:
        return "kept", None, kept
    if is_overdue(when.on, as_of, timeline.zone):
        return "overdue", None, None
    return "open", None, None


def _withdraws(later: Said, about: frozenset[str]) -> bool:
    return any(
        pattern("promise_taken_back").search(s.lower) and (about & stems(s.text))
        for s in sentences(later.text)
    ) and bool(pattern("promise_sorry").search(plain(later.text)))


def _kept_by(timeline: Timeline, place: int, about: frozenset[str]) -> str | None:
    """The later turn, or the fact on file, that says the thing has happened. Thanks do not."""
    for later in timeline.turns[place + 1 :]:
        if later.speaker in ("customer", "agent", "bot", "system"):
            for sentence in sentences(later.text):
                if _says_done(sentence.lower) and about & stems(sentence.text):
                    return later.id
    for fact in timeline.facts:
        if (
            fact.kind == "customer"
            and _says_done(plain(fact.text))
            and len(about & stems(fact.text)) >= 2
        ):
            return fact.id
    return None


def _says_done(lowered: str) -> bool:
    return bool(pattern("promise_done").search(lowered)) and not pattern("promise_not_done").search(
        lowered
    )


def _once(found: list[Promise]) -> list[Promise]:
    """A clause said twice in one turn is one promise; a claim beside a claim in one sentence too."""
    seen: set[tuple[str, str, str]] = set()
    kept: list[Promise] = []
    for promise in found:
        key = (promise.conversation_id, promise.turn, promise.quote)
        if key not in seen:
            seen.add(key)
            kept.append(promise)
    return kept
