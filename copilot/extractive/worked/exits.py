"""The last day of a contract: by its rule on notice, from today, and against the day they wish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from copilot.domain import Entitlement, Segment, Working
from copilot.extractive.worked.rules import Rule, the_rule
from copilot.extractive.worked.told import Desk
from copilot.guardrails.days import MONTHS, Named, after, days_named, end_of, written

_Ends = Literal["end of month", "end of next month", "end of quarter", "end of year"]


@dataclass(frozen=True, slots=True)
class Exit:
    """One contract that is to end: on which day, and until when its term runs."""

    own: Entitlement
    notice: Rule
    earliest: date
    day: date
    wish: Named | None
    term_end: date | None
    steps: tuple[Working, ...]

    @property
    def rest(self) -> date:
        """From when what remains of the term is counted: a month that they stay to its end is not
        among it."""
        return self.day + timedelta(days=1) if self.notice.edge else self.day


def exit_of(desk: Desk, own: Entitlement, text: str, term_end: date | None) -> Exit | None:
    today = desk.record.today
    in_term = term_end is not None and term_end > today
    notice = the_rule(
        desk.rules, ("notice",), own.name, desk.names, text, when="in" if in_term else "after"
    )
    found = _earliest(notice, today) if notice else None
    if notice is None or found is None:
        return None
    earliest, steps = found
    wish = next(iter(days_named(text, today)), None)
    day = wish.day if wish and wish.day >= earliest else earliest
    if notice.edge and day != earliest:
        on_edge = end_of(day, notice.edge)
        if on_edge is None:
            return None
        given = Working("given", (written(day),), written(day))
        steps = (*steps, given, _to_end(day, notice.edge, on_edge)) if on_edge != day else steps
        day = on_edge
    return Exit(own, notice, earliest, day, wish, term_end, steps)


def _earliest(notice: Rule, today: date) -> tuple[date, tuple[Working, ...]] | None:
    """The first day on which it can end, and how it is counted."""
    if notice.by:
        edge = "month" if today.day <= notice.by else "next month"
        end = end_of(today, edge)
        return (end, (_to_end(today, edge, end),)) if end else None
    first = after(today, notice.count, notice.unit)
    if first is None:
        return None
    steps = (Working("after", (written(today), notice.figure), written(first)),)
    end = end_of(first, notice.edge) if notice.edge else first
    if notice.edge is None or end is None:
        return first, steps
    return end, (*steps, _to_end(first, notice.edge, end))


def _to_end(day: date, edge: str, end: date) -> Working:
    how: dict[str, _Ends] = {
        "month": "end of month", "next month": "end of next month", "quarter": "end of quarter",
        "year": "end of year",
    }  # fmt: skip
    return Working(how[edge], (written(day),), written(end))


def day_told(desk: Desk, exit_: Exit, *, is_agreed: bool) -> tuple[Segment, ...]:
    """The day, against the one they wish for."""
    cited = (*desk.own, exit_.notice.n)
    name, notice = exit_.own.name, _notice_said(exit_.notice)
    if is_agreed:
        text = f"Your {name} ends on {written(exit_.day)}."
    elif exit_.wish is None:
        text = (
            f"With {notice} from today, your {name} can end on {written(exit_.day)} at the"
            " earliest."
        )
    elif exit_.wish.day < exit_.earliest:
        text = (
            f"With {notice} from today, the earliest day is {written(exit_.day)}, so"
            f" {_plain(exit_.wish.words)} is not possible."
        )
    else:
        text = f"With {notice}, your {name} can end on {written(exit_.day)}."
    return (Segment(text, cited, workings=(*exit_.steps, *as_given(exit_))),)


def _notice_said(rule: Rule) -> str:
    """As one says it: "30 days' notice", "3 months' notice to the end of a month"."""
    if rule.by:
        return "notice"
    said = re.sub(r"\b(day|week|month|year)s\b", r"\1s'", rule.figure)
    said = re.sub(r"^(1 \w+)$", r"\1's", said)
    return f"{said} notice to the end of a {rule.edge}" if rule.edge else f"{said} notice"


def as_given(exit_: Exit) -> tuple[Working, ...]:
    """The day they wish for is theirs to choose."""
    if exit_.day == exit_.earliest:
        return ()
    return (Working("given", (written(exit_.day),), written(exit_.day)),)


def _plain(words: str) -> str:
    text = " ".join(words.split())
    text = re.sub(r"\b([a-z]{3,9})\b", lambda m: _named(m[1]), text)
    return f"the {text}" if text.lower().startswith(("end", "start", "beginning", "last")) else text


def _named(word: str) -> str:
    found = [m for m in MONTHS if len(word) >= 3 and m.startswith(word.lower())]
    return found[0].capitalize() if len(found) == 1 else word
