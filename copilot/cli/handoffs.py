"""`handoffs`: what one department passes to the other, seen whole, taken, declined, returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.padding import Padding

from copilot.api import worklist
from copilot.bootstrap import build
from copilot.cli.answers import AsJson, Tenant
from copilot.cli.console import out, print_json
from copilot.config import Settings
from copilot.db import TenantStore
from copilot.domain import every
from copilot.errors import InvalidInput, NotFound

WAITING = ("offered", "accepted")
STATES = (*WAITING, "declined", "returned")
SHORT = 8  # letters of an id that tell one from another

handoffs = typer.Typer(
    help="Hand-offs to sales and service: list, show, accept, decline, return.",
    invoke_without_command=True,
    no_args_is_help=False,
)
Which = Annotated[str, typer.Argument(help="The id that `copilot handoffs` shows.")]
Row = Mapping[str, Any]


@handoffs.callback()
def listed(
    context: typer.Context,
    to: Annotated[str | None, typer.Option(help="Only to sales, or to service.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that are settled too.")] = False,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """List the hand-offs that wait, newest first."""
    if context.invoked_subcommand is not None:
        return
    if to not in (None, "sales", "service"):
        raise InvalidInput(f"--to takes sales or service, not {to!r}.")
    store = build(Settings()).store(tenant)
    rows = worklist.handoffs(store, states=STATES if every else WAITING, to_role=to)
    if as_json:
        print_json({"handoffs": rows})
        return
    for row in rows:
        out.print(_heading(row))
        out.print(Padding(f"[dim]{escape(_about(row['packet']))}[/]", (0, 4)))
    if not rows:
        out.print(
            f"No hand-off{f' to {to}' if to else ''} {'was ever made' if every else 'waits'}."
        )


@handoffs.command("show")
def show(handoff: Which, tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Show one hand-off with its whole packet."""
    row = _named(build(Settings()).store(tenant), handoff)
    if as_json:
        print_json(row)
        return
    out.print(_heading(row))
    for title, lines in _packet(row["packet"]):
        out.print(f"  [yellow]{title}[/]")
        for line in lines:
            out.print(Padding(escape(line), (0, 4)))
    if row["note"]:
        out.print(f"  [yellow]{row['state']}[/]")
        out.print(Padding(escape(row["note"]), (0, 4)))


@handoffs.command("accept")
def accept(handoff: Which, tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Take an offered hand-off."""
    _move(handoff, "accepted", None, tenant, as_json=as_json)


@handoffs.command("decline")
def decline(
    handoff: Which,
    note: Annotated[str, typer.Option(help="Why it is declined.")],
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Decline an offered hand-off, with the reason."""
    _move(handoff, "declined", note, tenant, as_json=as_json)


@handoffs.command("return")
def give_back(
    handoff: Which,
    note: Annotated[str, typer.Option(help="met, not a need, not now, lost to whom; in words.")],
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Return an accepted hand-off with its result."""
    _move(handoff, "returned", note, tenant, as_json=as_json)


def _move(handoff: str, state: str, note: str | None, tenant: str | None, *, as_json: bool) -> None:
    store = build(Settings()).store(tenant)
    row = worklist.move_handoff(store, _named(store, handoff)["id"], state=state, note=note)
    if as_json:
        print_json(row)
    else:
        out.print(_heading(row))


def _named(store: TenantStore, text: str) -> dict[str, Any]:
    """The hand-off whose id begins so. Raises NotFound, or InvalidInput for more than one."""
    found = [row for row in worklist.handoffs(store) if row["id"].startswith(text.strip().lower())]
    if not found:
        raise NotFound(f"There is no hand-off {text!r}. `copilot handoffs --all` lists them.")
    if len(found) > 1:
        raise InvalidInput(f"{len(found)} hand-offs begin with {text!r}: write more of the id.")
    return found[0]


def _heading(row: Row) -> str:
    name = row["packet"].get("customer", {}).get("name")
    who = " ".join(part for part in (row["customer_id"], name) if part)
    day = row["created_at"][:10]
    return (
        f"[bold]{row['id'][:SHORT]}[/]  {day}  {row['state']:<8}  to {row['to_role']:<7}"
        f"  {escape(who)}"
    )


def _about(packet: Mapping[str, Any]) -> str:
    """One line of what it is about."""
    words = [one["quote"] for one in (*packet.get("quotes", ()), *packet.get("said", ()))]
    text = " ".join(str(packet.get("note") or packet.get("need") or next(iter(words), "")).split())
    return text if len(text) <= 100 else text[:99].rsplit(" ", 1)[0] + "…"


def _packet(packet: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The parts that hold anything, in the order in which they are needed."""
    customer = packet.get("customer", {})
    consent = packet.get("consent") or {}
    parts = (
        ("Note of the sender", [packet.get("note")]),
        ("Not in this packet", [packet.get("lacking")]),
        ("Not to be done", packet.get("do_not", ())),
        ("Care", packet.get("care", ())),
        ("Need", [packet.get("need")]),
        ("Cheapest that is enough", [_bundle(packet)]),
        ("In their own words", _quotes(packet.get("said") or packet.get("quotes", ()))),
        ("Consent", [_consent(consent)]),
        ("When to reach them", _quotes(packet.get("preferred_time", ()))),
        ("Deadline", [_deadline(one) for one in packet.get("deadline", ())]),
        ("Budget", _quotes(packet.get("budget", ()))),
        ("Who decides", _quotes(packet.get("decider", ()))),
        ("Has to be", packet.get("constraints", ())),
        ("They have tried", _quotes(packet.get("tried", ()))),
        ("Open cases", customer.get("open_cases", ())),
        ("Open promises", [_owed(one) for one in packet.get("open_promises", ())]),
        ("Open requests", [_owed(one) for one in packet.get("open_loops", ())]),
        ("What they were told last", [_told(one) for one in packet.get("told_so_far", ())]),
        ("Not to be raised", [one["why"] for one in packet.get("quiet_periods", ())]),
        ("They have", [", ".join(customer.get("owns", ()))]),
        ("Known", customer.get("facts", ())),
        ("To thank", sorted({one["name"] for one in packet.get("to_thank", ())})),
        ("Kept back, in the timeline only", _kept(packet)),
    )
    for title, lines in parts:
        told = [str(line) for line in lines if line]
        if told:
            yield title, told


def _quotes(rows: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [f"“{one['quote']}”" for one in rows]


def _bundle(packet: Mapping[str, Any]) -> str:
    names = [f"{one['count']} × {one['name'] or one['sku']}" for one in packet.get("products", ())]
    costs = [_cost(one) for one in packet.get("costs", ())]
    return ": ".join(part for part in (" + ".join(names), " + ".join(costs)) if part)


def _cost(one: Mapping[str, Any]) -> str:
    amount = f"{one['amount']:.2f} {one['currency'] or ''}".strip()
    return f"{amount} {every(one['period']) or one['period']}"


def _consent(consent: Mapping[str, Any]) -> str:
    if not consent:
        return ""
    asked = f", to our “{consent['asked']}”" if consent.get("asked") else ""
    when = (consent.get("at") or "")[:16].replace("T", " ")
    return f"“{consent['quote']}” {when}{asked}"


def _deadline(one: Mapping[str, Any]) -> str:
    return f"“{one['quote']}” {one.get('on') or ''}".rstrip()


def _owed(one: Mapping[str, Any]) -> str:
    words = f"“{one['quote']}”" if one["quote"] else "(the words stay in the timeline)"
    times = f"asked {one['times_asked']} times" if one.get("times_asked") else one["status"]
    due = f", due {one['due'][:10]}" if one.get("due") else ""
    return f"{words} {times}{due}, in {one['from']}"


def _kept(packet: Mapping[str, Any]) -> list[str]:
    why = [f"{one['count']}: {one['why']}" for one in packet.get("kept_why", ())]
    count = packet.get("kept_back")  # of a packet made before reasons were noted
    return why or ([str(count)] if count else [])


def _told(one: Mapping[str, Any]) -> str:
    last = one.get("last_word_of_ours") or ""
    words = [text for text in one.get("told", ()) if text not in last]
    told = " … ".join([*words, last] if last else words)
    word = f": “{told}”" if told else ""
    return f"{one['at'] or 'undated'} {one['channel']} {one['subject'] or one['id']}{word}"
