"""What a model is given to read: the file, the knowledge and the turns as plain numbered text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from copilot.ledger import Said
from copilot.needs.catalogue import Offering
from copilot.needs.proposal import Candidate
from copilot.needs.scene import Scene

_WHO = {"customer": "CUSTOMER", "third_party": "THIRD PARTY", "system": "SYSTEM", "bot": "BOT"}
MOST = 55_000


def customer_file(scene: Scene) -> str:
    """Who they are, what they own, what they allow: every line with its id."""
    customer = scene.case.customer
    lines = [
        f"segment: {customer.segment}",
        f"marketing allowed: {_yes(customer.consent.marketing)}",
    ]
    lines.append(f"do not sell: {_yes(customer.state.do_not_sell)}")
    for own in customer.entitlements:
        since = f", since {own.since}" if own.since else ""
        until = f", until {own.until}" if own.until else ""
        limits = f"; limits: {_amounts(own.limits)}" if own.limits else ""
        used = f"; used: {_amounts(own.used)}" if own.used else ""
        lines.append(
            f"{own.id}: owns {own.name} (includes: {', '.join(own.includes) or 'nothing more'}"
            f"{since}{until}{limits}{used})"
        )
    lines += [f"customer.facts[{n}]: {fact}" for n, fact in enumerate(customer.facts)]
    lines += [f"open case: {case}" for case in customer.state.open_cases]
    lines += [f"care code on file: {code}" for code in customer.state.vulnerability]
    lines += [f"recent offer: {line}" for o in customer.state.recent_offers if (line := _offer(o))]
    return _cut("\n".join(lines))


def _offer(raw: object) -> str:
    """An offer on file in one line; that our own flag was shown tells a reader nothing."""
    if not isinstance(raw, Mapping):
        return str(raw)
    if raw.get("result") == "shown":
        return ""
    hidden = ("need_id", "quote", "here", "save")
    return ", ".join(f"{k}: {v}" for k, v in raw.items() if k not in hidden and v)


def _amounts(amounts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in amounts.items())


def _yes(value: bool) -> str:  # noqa: FBT001 - a word for a truth value
    return "yes" if value else "no"


def knowledge(scene: Scene) -> str:
    """Knowledge, one entry a line."""
    return _cut(
        "\n".join(f"{k.id}: {' '.join(k.text.split())}" for k in scene.case.knowledge) or "none"
    )


def facts(scene: Scene) -> str:
    """All that promises are held against: knowledge, products, what is owned and known."""
    lines = [f"{k.id}: {' '.join(k.text.split())}" for k in scene.case.knowledge]
    lines += [
        f"{i.sku}: {i.product.name}: {i.product.features} (status {i.product.status})"
        for i in scene.items
    ]
    return _cut("\n".join([*lines, customer_file(scene)]))


def conversation(turns: Iterable[Said]) -> str:
    """The turns, each with the id by which it is quoted."""
    lines = []
    for turn in turns:
        who = _WHO.get(turn.speaker) or f"AGENT ({turn.role or 'unknown'})"
        at = f" ({turn.at.isoformat(timespec='minutes')})" if turn.at else ""
        lines.append(f"[{turn.conversation_id}/{turn.id}] {who}{at}: {turn.text}")
    text = "\n".join(lines)
    return text if len(text) <= 2 * MOST else "…" + text[-2 * MOST :]


def units(scene: Scene) -> str:
    """The units in which the catalogue counts, without any product's name."""
    found = dict.fromkeys(a.unit for i in scene.items for a in i.amounts)
    return ", ".join({"data": "GB", "seat": "users"}.get(u, u) for u in found)[:2000] or "none"


def products(items: Iterable[Offering]) -> str:
    """Product texts without prices: what suffices is read before what it costs is known."""
    return _cut("\n".join(product_line(item) for item in items))


def product_line(item: Offering) -> str:
    """A product as it is shown; a fact is believed only if it stands in this line."""
    p = item.product
    limits = _amounts(p.limits)
    term = f"; runs for {p.commitment_months} months" if p.commitment_months else ""
    return (
        f"{p.sku}: {p.name}: {p.features}{f'; limits: {limits}' if limits else ''}; "
        f"paid per {p.period}{term}; requires: {p.requires or 'nothing'}; status: {p.status}"
    )


def numbered(candidate: Candidate) -> str:
    """The constraints with the numbers under which they are answered."""
    return _cut(
        "\n".join(f"{n}: ({c.kind}) {c.text}" for n, c in enumerate(candidate.constraints))
        or "none"
    )


def quotes(candidate: Candidate) -> str:
    """The customer's words, one quote a line."""
    return "\n".join(f"[{q.turn}] {q.text}" for q in candidate.quotes)[:4000]


def around(scene: Scene, candidate: Candidate, *, reach: int = 8) -> str:
    """The turns around the first quote, for a second look."""
    turns = scene.timeline.turns
    first = candidate.quotes[0]
    place = next((n for n, t in enumerate(turns) if t.id == first.turn), 0)
    return conversation(turns[max(0, place - reach) : place + reach + 1])[:MOST]


def _cut(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]}…"
