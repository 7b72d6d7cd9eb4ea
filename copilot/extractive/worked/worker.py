"""Works out what holds for this customer, before sentences of articles are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain import Hit, Segment
from copilot.extractive.fitting.matching import Article
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.extractive.records.record import Record
from copilot.extractive.worked.account import account
from copilot.extractive.worked.contracts import speaks_of_leaving, which
from copilot.extractive.worked.having import Order, bought, had, orders, plans, used
from copilot.extractive.worked.keeping import kept
from copilot.extractive.worked.leaving import leaving, of_contract, term
from copilot.extractive.worked.prices import difference, of_it, ordered, total
from copilot.extractive.worked.remedies import remedies
from copilot.extractive.worked.rules import rules_of
from copilot.extractive.worked.told import Desk, Told


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out; the questions in `settled` need no sentence of an article."""

    segments: tuple[Segment, ...] = ()
    settled: frozenset[Ask] = frozenset()
    gaps: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    last: tuple[Segment, ...] = ()
    partly: frozenset[Ask] = frozenset()


def desk_of(
    heard: Heard, record: Record, articles: Sequence[Article], numbers: Sequence[Hit]
) -> Desk:
    """What a fact may be worked out from. `numbers` are all sources in the order of theirs."""
    return Desk(
        heard=heard,
        record=record,
        rules=rules_of(articles),
        articles=articles,
        numbers={hit.chunk.id: n for n, hit in enumerate(numbers, 1)},
        names=tuple(p.name for p in record.catalogue.values()),
    )


def work_out(desk: Desk) -> Worked:
    """All that can be said from the record and the rules; silence where something is unknown."""
    found: list[Told] = [bought(desk)]
    found += [leaving(desk), account(desk)]
    if desk.record.held:
        found += [had(desk), term(desk), kept(desk), used(desk), plans(desk)]
    priced = [difference(desk), total(desk)]
    found += [*priced, remedies(desk)]
    if not any(told.segments for told in priced):
        found += [ordered(desk), of_it(desk)]
    segments = tuple(dict.fromkeys(s for told in found for s in told.segments))
    return Worked(
        segments,
        frozenset(a for told in found for a in told.settles),
        tuple(dict.fromkeys(g for told in found for g in told.gaps)),
        orders(desk),
        tuple(dict.fromkeys(s for told in found for s in told.last))[:1],
        frozenset(a for told in found for a in told.partly),
    )


def agreed_end(desk: Desk, before: Sequence[str], said: str) -> tuple[Segment, ...]:
    """The end of a contract that was asked for before and is agreed to now, with its sum."""
    asked = next((t for t in reversed(before) if speaks_of_leaving(t, desk)), None)
    own = which(desk, asked) if asked else None
    if own is None:
        return ()
    return of_contract(desk, own, said, is_agreed=True).segments
