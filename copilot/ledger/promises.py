"""The promise ledger: who owes what to whom, until when, and how it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from copilot.ledger.aftermath import Aftermath
from copilot.ledger.billing import is_of_bill, on_next_bill
from copilot.ledger.calendar import Due, DueBasis, due
from copilot.ledger.commitments import Clause, accepts, commitments, own_commitments
from copilot.ledger.complaints import sums
from copilot.ledger.contacts import PerContact
from copilot.ledger.language import plain, sentences, topic
from copilot.ledger.paid import paid
from copilot.ledger.patterns import pattern
from copilot.ledger.standing import (
    LedgerPolicy,
    PromiseStatus,
    is_overdue,
    standing,
)
from copilot.ledger.subjects import head_of
from copilot.ledger.timeline import Said, Timeline, local_day

Promisor = Literal["sales", "service", "bot", "company", "customer"]


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
    def is_owed(self) -> bool:
        """Broken or false, and nothing has put it right since."""
        return self.status != "open" and is_pending(self.status, self.kept_evidence)

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
    after = Aftermath.of(timeline)
    found = [
        _promise(timeline, contact.start + place, clause, as_of, policy, after)
        for contact in timeline.contacts
        for place, clause in _bindings(contact)
    ]
    read = _made_up_for(_referred(_paid(timeline, _once(found))))
    return [promise for promise in read if _counts(promise)]


def _paid(timeline: Timeline, found: list[Promise]) -> list[Promise]:
    """ "Got the money", in a mail of its own, keeps the last sum that we had promised by then."""
    place_of = {(t.conversation_id, t.id): n for n, t in enumerate(timeline.turns)}
    ours = [p for p in found if p.promisor_role != "customer" and sums(p.quote)]
    places = frozenset(place_of[p.conversation_id, p.turn] for p in ours)
    came: dict[str, str] = {}
    for promise in ours:
        place = place_of[promise.conversation_id, promise.turn]
        told = paid(timeline, place, promise.quote, places)
        if told and promise.status in ("open", "overdue"):
            came[promise.promise_id] = told
    return [
        replace(p, status="kept", kept_evidence=came[p.promise_id]) if p.promise_id in came else p
        for p in found
    ]


def _made_up_for(found: list[Promise]) -> list[Promise]:
    """The visit that failed is made good by the next one that took place: "An engineer comes"."""
    settled: list[Promise] = []
    for place, promise in enumerate(found):
        again = _next_kept(promise, found[place + 1 :]) if promise.status == "overdue" else None
        settled.append(replace(promise, kept_evidence=again.kept_evidence) if again else promise)
    return settled


def _next_kept(promise: Promise, later: Sequence[Promise]) -> Promise | None:
    """The next promise of the same person or thing, where that one was kept."""
    who = head_of(promise.quote)
    if not who or promise.promisor_role == "customer":
        return None
    again = (p for p in later if p.promisor_role != "customer" and who <= head_of(p.quote))
    return next((p for p in again if p.status == "kept" and p.kept_evidence), None)


def _referred(found: list[Promise]) -> list[Promise]:
    """ "You can rely on that" stands or falls with the promise it speaks of."""
    settled: list[Promise] = []
    for promise in found:
        meant = _meant(promise, settled) if only_assures(promise.quote) else None
        settled.append(_standing_as(promise, meant) if meant else promise)
    return settled


def _standing_as(promise: Promise, meant: Promise) -> Promise:
    return replace(
        promise,
        due=promise.due or meant.due,
        due_basis=promise.due_basis if promise.due else meant.due_basis,
        status=meant.status,
        conflict_with=meant.conflict_with,
        kept_evidence=meant.kept_evidence,
    )


def only_assures(quote: str) -> bool:
    """A word given that names nothing of its own: "You can rely on that"."""
    lowered = plain(quote)
    return bool(pattern("say_word").search(lowered)) and not topic(
        pattern("say_word").sub(" ", lowered)
    )


def is_pending(status: str, kept_evidence: str | None) -> bool:
    """Still to be kept or put right; as stored: "conflict" with evidence beside it is settled."""
    return status == "open" or (status in ("overdue", "conflict") and kept_evidence is None)


def _meant(promise: Promise, earlier: Sequence[Promise]) -> Promise | None:
    """The last promise of ours before it in the same conversation."""
    return next(
        (
            p
            for p in reversed(earlier)
            if p.conversation_id == promise.conversation_id and p.promisor_role != "customer"
        ),
        None,
    )


def claims(timeline: Timeline) -> list[str]:
    """What sellers said that a product does, binding or not: to be held against the facts."""
    return [
        clause.text
        for turn in timeline.turns
        if turn.ours and turn.role == "sales"
        for clause in commitments(turn.text, sales=True)
        if clause.kind == "claim"
    ]


def _counts(promise: Promise) -> bool:
    """What a product does binds us only where the words are absolute, or wrong."""
    if promise.kind != "claim" or promise.status == "conflict":
        return True
    return bool(pattern("say_absolute").search(plain(promise.quote)))


def _read(turns: Sequence[Said]) -> tuple[tuple[int, Clause], ...]:
    """Every clause of a contact that binds someone, with the place of its turn."""
    return tuple(
        (place, clause) for place in range(len(turns)) for clause in _binding(turns, place)
    )


_bindings = PerContact(_read)


def _binding(turns: Sequence[Said], place: int) -> list[Clause]:
    turn = turns[place]
    if turn.speaker == "customer":
        return list(own_commitments(turn.text))
    if not turn.ours:
        return []
    clauses = commitments(turn.text, sales=turn.role == "sales")
    return [c for c in clauses if c.kind != "offer" or _taken_up(turns, place, c)]


def _taken_up(turns: Sequence[Said], place: int, offer: Clause) -> bool:
    """ "I can do that", or a day proposed, and a yes to it.

    "Shall I order both?" promises nothing: their yes is an order, and what we say to it our word.
    """
    asks = offer.text.endswith("?") and not pattern("say_proposes").search(plain(offer.text))
    return not asks and _accepted(turns, place)


def _accepted(turns: Sequence[Said], place: int) -> bool:
    """The customer's next turn says yes to the offer, and we did not act on it there and then."""
    said_yes = False
    for later in turns[place + 1 : place + 4]:
        if later.conversation_id != turns[place].conversation_id:
            break
        if later.speaker == "customer":
            if said_yes:
                break
            said_yes = accepts(later.text)
            if not said_yes:
                return False
        elif said_yes and later.ours:
            return not pattern("say_settled").search(plain(later.text))
    return said_yes


def _promise(
    timeline: Timeline,
    place: int,
    clause: Clause,
    as_of: datetime,
    policy: LedgerPolicy,
    after: Aftermath,
) -> Promise:
    turn = timeline.turns[place]
    said = local_day(turn.at, timeline.zone)
    when = due(clause.text, said, policy.calendar)
    if when.on is None and not _has_own_day(timeline.turns[place], clause, said, policy):
        when = due(clause.sentence.text, said, policy.calendar)
    if when.on is None and pattern("due_then").search(plain(clause.text)):
        when = due(turn.text[: clause.sentence.start], said, policy.calendar)
    if when.on is None and policy.default_due_days is not None and said and clause.kind != "claim":
        when = Due(policy.calendar.add(said, policy.default_due_days), "policy_default")
    undated = False
    if is_of_bill(when):
        on_bill = on_next_bill(said, timeline.facts)
        when, undated = on_bill or when, on_bill is None
    status, conflict, kept = standing(timeline, place, clause, when, as_of, after, policy)
    if undated:  # end of next month at the latest is our guess: nothing is late by it
        when = Due(None, "none")
        if status == "overdue":
            status, conflict, kept = standing(timeline, place, clause, when, as_of, after, policy)
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


def _has_own_day(turn: Said, clause: Clause, said: date | None, policy: LedgerPolicy) -> bool:
    """The day in the sentence belongs to another commitment in it."""
    others = commitments(turn.text, sales=turn.role == "sales") if turn.ours else ()
    return any(
        other.sentence.start == clause.sentence.start
        and other.start != clause.start
        and due(other.text, said, policy.calendar).on is not None
        for other in others
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
    place, after = timeline.turns.index(turn), Aftermath.of(timeline)
    start = turn.text.find(quote)
    sentence = next(
        (s for s in sentences(turn.text) if s.start <= start < s.end), sentences(turn.text)[0]
    )
    made = _promise(timeline, place, Clause(quote, start, "pledge", sentence), as_of, policy, after)
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
        r"^(?:I|We|You)(?:['’]ll| will| shall)(?: get| receive| have)? "
        r"|^(?:I|We)['’]?(?:m|re)? going to |^Done, and ",
        "",
        lowered,
    )
    return shorter[:120] or lowered[:120]


def _once(found: list[Promise]) -> list[Promise]:
    """A clause said twice in one turn is one promise."""
    seen: set[tuple[str, str, str]] = set()
    kept: list[Promise] = []
    for promise in found:
        key = (promise.conversation_id, promise.turn, promise.quote)
        if key not in seen:
            seen.add(key)
            kept.append(promise)
    return kept
