"""Lists at a terminal: customers with their ids, and the work queue as the page orders it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.padding import Padding

from copilot.cli.console import out

Row = Mapping[str, Any]
UNNAMED = "no name on file"
DISPOSITIONS = {
    "surface_now": "can be said now",
    "surface_after_resolution": "after their issue is solved",
    "hold": "held back",
    "handoff_sales": "for a colleague in sales",
}


def show_customers(rows: Sequence[Row], *, name: str | None, is_cut: bool) -> None:
    """One customer a line, the id first: it is what other commands take."""
    if not rows:
        none = "There is no customer yet. Run `copilot ingest PATH…`."
        out.print(none if name is None else f"No customer has the name {name!r}.", markup=False)
    for row in rows:
        segment = f"  [dim]{escape(row['segment'])}[/]" if row["segment"] else ""
        out.print(f"{escape(row['id'])}  {escape(row['name'] or UNNAMED)}{segment}")
    if is_cut:
        out.print(f"[dim]… the first {len(rows)}; --name or --limit shows others[/]")


def show_worklist(queue: Mapping[str, Sequence[Row]], names: Mapping[str, str | None]) -> None:
    """The parts of the queue that have entries, the most pressing first."""
    parts = [(title, rows) for title, rows in _parts(queue) if rows]
    for title, rows in parts:
        out.print(f"[bold]{title}[/] [dim]({len(rows)})[/]")
        for row in rows:
            who = row["customer_id"] or "unknown customer"
            name = f" {names[who]}" if names.get(who) else ""
            facts = " · ".join(fact for fact in _facts(row) if fact)
            out.print(Padding(f"{escape(who + name)} [dim]{escape(facts)}[/]", (0, 2)))
            out.print(Padding(f"“{escape(_words(row))}”", (0, 4)))
    if not parts:
        out.print("Nothing waits.")


def _parts(queue: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, list[Row]]]:
    every = queue.get("promises", ())
    ours = [row for row in every if row["body"].get("promisor_role") != "customer"]
    kept = [row for row in ours if row["status"] != "conflict"]
    yield "Overdue promises", [row for row in kept if row["is_overdue"]]
    yield "Promises against a fact", [row for row in ours if row["status"] == "conflict"]
    yield "Requests passed over", list(queue.get("loops", ()))
    yield "Needs", list(queue.get("needs", ()))
    yield "Promises to keep", [row for row in kept if not row["is_overdue"]]
    yield "What customers promised us", [row for row in every if row not in ours]


def _facts(row: Row) -> Iterator[str]:
    """What is known of an entry beside its words."""
    body = row["body"]
    yield body.get("promisor_role") or body.get("asked_of") or ""
    if "disposition" in row:
        yield DISPOSITIONS.get(row["disposition"]) or str(row["disposition"])
        yield f"release on {body['release_on']}" if body.get("release_on") else ""
        yield body.get("release_when") or ""
    elif row["kind"] == "promise":
        yield f"due {row['due'][:10]}" if row["due"] else "no date given"
        yield f"see {body['conflict_with']}" if body.get("conflict_with") else ""
    else:
        times = body.get("times_asked", 1)
        yield f"asked {times} times" if times > 1 else "asked once"
        yield f"first on {body['first_asked_at'][:10]}" if body.get("first_asked_at") else ""
    yield f"in {row.get('source_id') or row.get('conversation_id')}"


def _words(row: Row) -> str:
    """The words it rests on."""
    body = row["body"]
    quotes = [one["quote"] for one in body.get("evidence", ())]
    return str(body.get("quote") or next(iter(quotes), ""))
