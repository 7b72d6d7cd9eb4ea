"""What leaving means for this customer: the earliest day, what remains of a term, and its price."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from copilot.domain import Entitlement, Segment, Working
from copilot.extractive.hearing.wishes import instructions_in
from copilot.extractive.records.products import named
from copilot.extractive.worked.contracts import (
    LEAVES,
    is_about,
    is_settled,
    month_of_leaving,
    not_theirs,
    speaks_of_leaving,
    which,
)
from copilot.extractive.worked.exits import Exit, as_given, day_told, exit_of
from copilot.extractive.worked.items import joined
from copilot.extractive.worked.rules import Kind, Rule, When, the_rule
from copilot.extractive.worked.told import Desk, Told
from copilot.guardrails.days import (
    MONTHS,
    after,
    months_begun,
    months_full,
    written,
)

_TERM_OVER = re.compile(
    r"\b(?:minimum )?(?:term|contract)\b[^.;,]{0,12}\b(?<!taken )(?<!take )(?<!not )(?<!yet )"
    r"(?:over|ended|expired|finished)\b"
    r"|\bout of (?:contract|term)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(
    rf"\b(?:customer|member|with us|client|account)s? since (?:(\d{{1,2}}) )?({'|'.join(MONTHS)})"
    r" (20\d\d|19\d\d)",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:switch|upgrad|downgrad|transferr|chang|convert)\w* (?:from|to)\b|\btaken over\b", re.I
)
_SPECIAL = re.compile(
    r"\b(?:told|promised|agreed)\b[^\n]*\b(?:leav\w*|cancel\w*|exit|term|notice|contract)\b", re.I
)
_BOTH: tuple[When, When] = ("in", "after")
SOON = 3  # months to the end of a term, within which waiting is worth a word


def leaving(desk: Desk) -> Told:
    """What is worked out for who wants to leave; silent where anything needed is unknown."""
    text = desk.heard.open_text
    if not speaks_of_leaving(text, desk):
        return Told()
    if not desk.record.held:
        return _for_anyone(desk, text)
    if foreign := not_theirs(desk, text):
        why = f"they want to end {joined(list(foreign))}, which is not on their record"
        return Told(settles=tuple(a for a in desk.heard.asks if LEAVES.search(a.text)), gaps=(why,))
    own = which(desk, text)
    if own is None:
        many = [e.name for e in desk.record.held if e.limits.get("term_months")]
        is_open = len(many) > 1 and not named(text, desk.names)
        return Told(
            gaps=(f"which contract they want to end: {', '.join(many)}",) if is_open else ()
        )
    told = of_contract(desk, own, text)
    if month := month_of_leaving(text):
        told = replace(told, gaps=(*told.gaps, f"on which day, “{month}”: the sum hangs on it"))
    if not told.segments:
        told = replace(told, segments=_as_ruled(desk, own, text))
    if not told.segments:
        return told
    settles = tuple(a for a in desk.heard.asks if is_settled(a, own))
    how = [a for a in desk.heard.asks if a not in settles and a.sort == "how" and is_about(a, own)]
    if how and (way := _way(desk)):
        told = replace(told, segments=(*told.segments, way))
        settles = (*settles, *how)
    if re.search(r"\b(?:everything|it all|all of it)\b", text, re.I):
        rest = [e.name for e in desk.record.held if _runs_on(desk, e) and e is not own]
        told = replace(told, gaps=(*told.gaps, f"they want to end all: {', '.join(rest)} as well"))
    is_told_to = any(LEAVES.search(s) for s in instructions_in(text))
    return replace(told, settles=settles, last=told.last if is_told_to else ())


def _runs_on(desk: Desk, own: Entitlement) -> bool:
    product = desk.record.product(own)
    return product is not None and product.period != "once" and bool(product.price)


def _for_anyone(desk: Desk, text: str) -> Told:
    """The rules for a product that is named by who is not known: within a term, and after."""
    names = set(named(text, desk.names))
    if len(names) != 1:
        return Told()
    name = next(iter(names))
    found = [
        rule
        for when in _BOTH
        if (
            rule := the_rule(
                desk.rules, ("charge", "flat", "free"), name, desk.names, text, when=when
            )
        )
        and rule.when == when
    ]
    told = tuple(
        Segment(t if t[-1] in ".!?" else f"{t}.", (n,))
        for t, n in dict.fromkeys((r.text, r.n) for r in found)
    )
    asks = tuple(a for a in desk.heard.asks if told and a.sort in ("cost", "request"))
    return Told(told, asks)


_TERM_ASKED = re.compile(
    r"\b(?:my|our) (?:minimum |current )?(?:term|contract)\b[^?]{0,25}\b(?:end|ends|over|up"
    r"|expires?"
    r"|run(?:s|ning)? (?:out|until|to)|until|finish\w*)\b"
    r"|\b(?:am|are) (?:i|we) (?:still )?(?:bound|tied|locked|in (?:my |a |the )?contract)\b"
    r"|\b(?:end|last day) of (?:my|our) (?:minimum )?(?:term|contract)\b",
    re.IGNORECASE,
)


def term(desk: Desk) -> Told:
    """Until when their term runs, where that is asked and no product is named beside it."""
    asks = tuple(a for a in desk.heard.asks if _TERM_ASKED.search(a.text))
    bound = [e for e in desk.record.held if e.limits.get("term_months")]
    if not asks or len(bound) != 1 or bound[0].since is None:
        return Told()
    own = bound[0]
    if set(named(desk.heard.said_text, desk.names)) - {own.name.lower()}:
        return Told()  # how long they would be bound by what they speak of, not by this
    end, why_not = _term_end(desk, own)
    if why_not or end is None:
        if why_not:
            return Told(gaps=(why_not,))
        if not _TERM_OVER.search("\n".join(desk.record.notes)):
            return Told()
        return Told((Segment(f"The minimum term of your {own.name} is over.", desk.own),), asks)
    verb = "ran" if end <= desk.record.today else "runs"
    text = f"The minimum term of your {own.name} {verb} until {written(end)}."
    return Told((Segment(text, desk.own, workings=_term_steps(own, end)),), asks)


def _as_ruled(desk: Desk, own: Entitlement, text: str) -> tuple[Segment, ...]:
    """The rules for this contract where no day or sum can be worked out from them."""
    months, found = own.limits.get("term_months"), []
    end = after(own.since, int(months), "month") if own.since and months else None
    when: When = "in" if end and end > desk.record.today else "after"
    ending: tuple[Kind, ...] = ("charge", "flat") if when == "in" else ("free",)
    sorts: tuple[tuple[Kind, ...], ...] = (("cooling",), ("notice",), ending)
    for kinds in sorts:
        rule = the_rule(desk.rules, kinds, own.name, desk.names, text, when=when)
        if rule and (kinds[0] != "cooling" or _is_fresh(desk, own, rule)):
            found.append(rule)
    return tuple(
        Segment(text if text[-1] in ".!?" else f"{text}.", (n,))
        for text, n in dict.fromkeys((r.text, r.n) for r in found)
    )


def _is_fresh(desk: Desk, own: Entitlement, rule: Rule) -> bool:
    last = after(own.since, rule.count, rule.unit) if own.since else None
    return last is not None and last >= desk.record.today


def of_contract(desk: Desk, own: Entitlement, text: str, *, is_agreed: bool = False) -> Told:
    """The end of one contract, for the day that a text names."""
    if own.since is None:
        return Told(gaps=(f"since when they have {own.name}: leaving cannot be worked out",))
    if cooling := _cooling_off(desk, own):
        return cooling
    term_end, why_not = _term_end(desk, own)
    if why_not:
        return Told(gaps=(why_not,))
    found = exit_of(desk, own, text, term_end)
    if found is None:
        return Told(gaps=(f"no single rule on notice for {own.name} that days can be counted by",))
    cost, gap = _cost(desk, found)
    if gap:
        return Told(gaps=(gap,))
    book = Working("given", (written(found.day),), written(found.day))
    last = Segment(
        f"Shall I book it for {written(found.day)}?",
        (*desk.own, found.notice.n),
        workings=(*found.steps, book) if found.day != found.earliest else found.steps,
    )
    return Told((*day_told(desk, found, is_agreed=is_agreed), *cost), last=(last,))


_WAY = re.compile(
    r"\b(?:cancel|leave|end|terminate|give notice)\b[^.]*\b(?:chat|e-?mail|phone|online|account|app"
    r"|post|letter|writing|form|settings|website)\b",
    re.IGNORECASE,
)


def _way(desk: Desk) -> Segment | None:
    """How it is done, where an article with the rule says so."""
    cited = {rule.n for rule in desk.rules if rule.kind in ("notice", "charge")}
    units = [u for a in desk.articles if a.n in cited for u in a.units if _WAY.search(u.text)]
    return Segment(units[0].text, (units[0].n,)) if units else None


def _term_end(desk: Desk, own: Entitlement) -> tuple[date | None, str]:
    """The last day of the term, None where there is none or it is over; or why nobody can say."""
    months = own.limits.get("term_months")
    assert own.since is not None
    if not months or not float(months).is_integer():
        return None, ""
    end = after(own.since, int(months), "month")
    notes = "\n".join(desk.record.notes)
    if _TERM_OVER.search(notes):
        return None, ""
    if end is not None and end > desk.record.today:
        for day, month, year in _SINCE.findall(notes):
            began = date(int(year), MONTHS.index(month.lower()) + 1, int(day or 28))
            if (own.since - began).days > 31:
                return None, (
                    f"{own.name} began on {written(own.since)}, they are with us longer: check"
                    " when the minimum term began"
                )
        if _CHANGED.search(notes):
            return None, f"the record notes a change of contract: check the term of {own.name}"
        if _SPECIAL.search(notes):
            return (
                None,
                "the record notes that something was promised: read it before you name a sum",
            )
    return end, ""


def _cost(desk: Desk, exit_: Exit) -> tuple[tuple[Segment, ...], str]:
    """What leaving on that day costs, with its derivation; or what is needed and unknown."""
    own, end, text = exit_.own, exit_.term_end, desk.heard.open_text
    if end is None or exit_.rest >= end:
        rule = the_rule(desk.rules, ("free",), own.name, desk.names, text, when="after")
        if rule is None or rule.when != "after":  # what is for months that remain: none do
            rule = the_rule(desk.rules, ("charge",), own.name, desk.names, text, when="in")
        if rule is None:
            return (), f"no rule on what leaving {own.name} costs after its term"
        runs = "ran" if end and end <= desk.record.today else "runs"
        over = f" (it {runs} until {written(end)})" if end else ""
        steps = _term_steps(own, end) if end else ()
        told = f"Your minimum term is over by then{over}, so there is nothing to pay for leaving."
        return (Segment(told, (*desk.own, rule.n), workings=steps),), ""
    rule = the_rule(desk.rules, ("charge", "flat"), own.name, desk.names, text, when="in")
    if rule is None:
        return (), f"no single rule on the charge for leaving {own.name} within its term"
    if rule.kind == "flat":
        until = f"Your minimum term runs until {written(end)}"
        told = f"{until}, so the charge for leaving is {rule.figure}."
        return (Segment(told, (*desk.own, rule.n), workings=_term_steps(own, end)),), ""
    return _by_the_month(desk, exit_, rule, end)


def _by_the_month(
    desk: Desk, exit_: Exit, rule: Rule, end: date
) -> tuple[tuple[Segment, ...], str]:
    begun, full = months_begun(exit_.rest, end), months_full(exit_.rest, end)
    how = next((r for r in desk.rules if r.kind in ("begun", "full")), None)
    if begun != full and how is None:
        return (), "whether a month that has begun counts whole: the charge for leaving hangs on it"
    count = full if how and how.kind == "full" else begun
    total = _times(count, rule.figure)
    if total is None:
        return (), f"the charge of {rule.figure} a month could not be counted with"
    left = f"{count} month{'' if count == 1 else 's'}"
    remain = "remains" if count == 1 else "remain"
    steps = (
        *exit_.steps, *as_given(exit_), *_term_steps(exit_.own, end),
        Working(
            "months" if exit_.rest == exit_.day else "months after",
            (written(exit_.day), written(end)),
            left,
        ),
        Working("times", (left, rule.figure), total),
    )  # fmt: skip
    counted = " (a month that has begun counts whole)" if begun != full and count == begun else ""
    sum_ = total if count == 1 else f"{count} x {rule.figure} = {total}"
    told = (
        f"Your minimum term runs until {written(end)}: {left} {remain}{counted}, so leaving then"
        f" costs {sum_}."
    )
    cited = tuple(dict.fromkeys((*desk.own, rule.n, exit_.notice.n, *((how.n,) if how else ()))))
    return (Segment(told, cited, workings=steps), *_or_wait(desk, exit_, end)), ""


def _or_wait(desk: Desk, exit_: Exit, end: date) -> tuple[Segment, ...]:
    """Where the term ends soon and is free to leave after it, that day is worth a word."""
    name = exit_.own.name
    rule = the_rule(desk.rules, ("free",), name, desk.names, desk.heard.open_text, when="after")
    near = after(exit_.day, SOON, "month")
    if rule is None or rule.when != "after" or near is None or end > near:
        return ()
    told = f"From {written(end)} on you can leave without a charge."
    return (Segment(told, (*desk.own, rule.n), workings=_term_steps(exit_.own, end)),)


def _term_steps(own: Entitlement, end: date) -> tuple[Working, ...]:
    assert own.since is not None
    months = f"{own.limits['term_months']:g} months"
    return (Working("after", (written(own.since), months), written(end)),)


def _times(count: int, figure: str) -> str | None:
    """ "4 times £12" as "£48", written as the price is."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", figure)
    if match is None:
        return None
    total = count * Decimal(match[0].replace(",", ""))
    shown = f"{total:.2f}".removesuffix(".00")
    return f"{figure[: match.start()]}{shown}{figure[match.end() :]}"


def _cooling_off(desk: Desk, own: Entitlement) -> Told | None:
    """Within the first days after the start they may still step back: no charge is worked out."""
    rule = the_rule(desk.rules, ("cooling",), own.name, desk.names, desk.heard.open_text)
    last = after(own.since, rule.count, rule.unit) if rule and own.since else None
    if rule is None or last is None or last < desk.record.today or own.since is None:
        return None
    began = own.since
    notes = "\n".join(desk.record.notes)
    if _SINCE.search(notes) or _CHANGED.search(notes):
        return Told(gaps=(f"whether {own.name} was new or changed on {written(began)}: check it",))
    told = (
        f"Your {own.name} has run since {written(began)}, so this holds for you until"
        f" {written(last)}."
    )
    step = Working("after", (written(began), rule.figure), written(last))
    quote = Segment(rule.text if rule.text[-1] in ".!?" else f"{rule.text}.", (rule.n,))
    return Told((quote, Segment(told, (*desk.own, rule.n), workings=(step,))))
