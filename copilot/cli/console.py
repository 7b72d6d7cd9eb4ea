"""What a person at a terminal sees: results, progress, suggestions, faults."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table

from copilot.extractive import DO_FIRST
from copilot.ledger import is_pending, lasts

LINE = 90  # letters of what somebody said that tell one contact from another
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def fail(detail: str) -> None:
    """One line on standard error."""
    err.print(f"[bold red]error[/] {escape(detail)}", soft_wrap=True)


def warn(detail: str) -> None:
    """A line on standard error about what was done otherwise than asked."""
    err.print(f"[bold yellow]warning[/] {escape(detail)}", soft_wrap=True)


def outdated_words(count: int, model: str) -> tuple[str, str]:
    """What it means that so many passages have no vector of this model, and what to do."""
    passages = "1 passage is" if count == 1 else f"{count:,} passages are"
    state = f"{passages} of another embedding model than {model} and may not be found."
    return state, "`copilot reindex` embeds them anew; a server does so by itself when it starts."


def show_results(results: list[Mapping[str, Any]]) -> None:
    """Search results, best first."""
    if not results:
        out.print(
            "Nothing was found: no source holds these words or is near in meaning."
            " `copilot doctor` says what is here."
        )
        return
    table = Table(show_edge=False, pad_edge=False, expand=True)
    table.add_column("#", justify="right", style="dim")
    table.add_column("source", ratio=2, overflow="fold")
    table.add_column("quote", ratio=5)
    for row in results:
        quote = " ".join(str(row["quote"]).split())[:240]
        place = f"{row['kind']}\n{row['source_id']}"
        if row.get("turn") is not None:
            place += f" · turn {row['turn']}"
        heading = f"[bold]{escape(str(row['title']))}[/]\n" if row["title"] else ""
        table.add_row(str(row["rank"]), escape(place), heading + escape(quote))
    out.print(table)


def show_suggestion(body: Mapping[str, Any]) -> None:
    """A suggestion: reply, citations, what it is unsure of, and needs."""
    reply, generator = body["reply"], body["generator"]
    made_by = generator["model"] or generator["kind"]
    out.print(Rule(f"suggested reply · {escape(str(made_by))}", align="left"))
    if generator.get("reason"):
        out.print(f"[yellow]fallback: {escape(generator['reason'])}[/]")
    for segment in reply["segments"]:
        marks = "".join(f"[cyan]\\[{n}][/]" for n in segment["citations"])
        doubt = "" if segment["supported"] else " [yellow](no source)[/]"
        out.print(Padding(f"{escape(segment['text'])} {marks}{doubt}", (0, 2)))
    if reply["abstained"]:
        out.print(Padding("[yellow]No reply: the evidence is too weak.[/]", (0, 2)))
    first = [line for line in reply["missing"] if line.startswith(DO_FIRST)]
    _show_list("Unsure:", [line for line in reply["missing"] if line not in first])
    _show_list("Check before sending:", [*first, *reply["warnings"]])
    if body["citations"]:
        out.print(Rule("sources", align="left"))
    for citation in body["citations"]:
        out.print(
            f"  [cyan]\\[{citation['n']}][/] [bold]{escape(citation['title'] or '')}[/] "
            f"[dim]({_place(citation)})[/]"
        )
        out.print(Padding(f"[dim]“{escape(citation['quote'])}”[/]", (0, 6)))
    if body["nearest"]:
        out.print(Rule("read on: nearest to what is open", align="left"))
    for near in body["nearest"]:
        _show_nearest(near)
    _show_assessment(body["assessment"])
    if body["alternatives"]:
        out.print(Rule("how colleagues answered before", align="left"))
    for n, alternative in enumerate(body["alternatives"], start=1):
        out.print(
            f"  [magenta]or {n}[/] {escape(alternative['text'])} "
            f"[dim]({_place(alternative['source'])})[/]"
        )


def _show_nearest(near: Mapping[str, Any]) -> None:
    heading = f" › {near['heading']}" if near["heading"] else ""
    mark = " [yellow]internal[/]" if near["visibility"] == "internal" else ""
    out.print(
        f"  [bold]{escape(near['title'] + heading)}[/] [dim](document"
        f" {escape(near['source_id'])})[/]{mark}"
    )
    quote = " ".join(str(near["quote"]).split())[:240]
    out.print(Padding(f"[dim]“{escape(quote)}”[/]", (0, 6)))


def _place(source: Mapping[str, Any]) -> str:
    """Which article, or which turn of which conversation."""
    turn = f", turn {source['turn']}" if source["turn"] is not None else ""
    return f"{source['kind']} {escape(source['source_id'])}{turn}"


def show_timeline(body: Mapping[str, Any]) -> None:
    """A customer's events, oldest first, then what we owe and what was passed over."""
    customer = body["customer"]
    ids = ", ".join(customer["ids"])
    out.print(f"[bold]{escape(customer.get('name') or 'unnamed')}[/] [dim]{escape(ids)}[/]")
    for event in body["events"]:
        day = (event["at"] or "undated")[:10]
        where = event.get("channel") or event["kind"]
        roles = "/".join(event.get("roles", []))
        done = _outcome(event)
        out.print(f"  {day}  {where:<11} {roles:<14} {escape(event['title'])} [dim]{done}[/]")
        if said := _said(event):
            out.print(Padding(f"[dim]“{escape(said)}”[/]", (0, 14)))
    _show_promises(body["promises"])
    loops = [loop for loop in body["open_loops"] if loop["status"] == "open"]
    _show_lines("still open", [f"“{loop['quote']}”" for loop in loops], "red")


def _outcome(event: Mapping[str, Any]) -> str:
    if event.get("reopened"):
        return "reopened"
    resolved = event.get("resolved")
    return "" if resolved is None else "solved" if resolved else "not solved"


def _said(event: Mapping[str, Any]) -> str:
    """The customer's first words, where the title is not made of them."""
    turns = [t for t in event.get("turns", ()) if t["speaker"] == "customer"]
    text = " ".join(turns[0]["text"].split()) if turns else ""
    if text.startswith(event["title"].rstrip("…")):
        return ""
    return text if len(text) <= LINE else text[: LINE - 1].rsplit(" ", 1)[0] + "…"


def _show_assessment(assessment: Mapping[str, Any]) -> None:
    out.print(Rule("the customer's side", align="left"))
    _show_promises(assessment["promises"])
    loops = [p for p in assessment["open_loops"] if p["status"] == "open"]
    _show_lines("still open", [f"“{loop['quote']}”" for loop in loops], "red")
    informs = assessment["inform"]
    free = [i["text"] for i in informs if i["kind"] not in ("truth", "process")]
    _show_lines("free for them", free, "green")
    _show_lines("to be said", [i["text"] for i in informs if i["text"] not in free], "green")
    for flag in assessment["flags"]:
        quotes = " / ".join(f"“{e['quote']}”" for e in flag["evidence"])
        out.print(f"  [green]need[/] {escape(flag['need'])} [dim]({flag['disposition']})[/]")
        out.print(Padding(f"[dim]{escape(quotes)}[/]", (0, 6)))
    question = assessment["question"]
    if question:
        out.print(f"  [green]ask[/] {escape(question['text'])}")
    if not assessment["flags"]:
        out.print(f"  [dim]nothing to offer: {escape(_silence(assessment))}[/]")


def _silence(assessment: Mapping[str, Any]) -> str:
    """The reason in words; an open issue without displeasure is called what it is."""
    reason, contact = assessment["none_reason"], assessment["contact_state"]
    if reason == "open_complaint" and not contact["complaint"]:
        status = contact["issue_status"]
        return (
            f"their issue is {status.replace('_', ' ')}" if status != "none" else "open complaint"
        )
    return str(reason).replace("_", " ") if reason else "no need was voiced"


def _show_promises(promises: Sequence[Mapping[str, Any]]) -> None:
    """What we owe, and apart from it what the customer has said they will do."""
    pending = [p for p in promises if is_pending(p["status"], p.get("kept_evidence"))]
    lines: dict[bool, list[str]] = {True: [], False: []}
    for promise in pending:
        if promise["status"] != "open" or not lasts(promise["quote"]):
            line = f"{promise['status']}: “{promise['quote']}”"
            lines[promise["promisor_role"] != "customer"].append(line)
    _show_lines("our promises", lines[True], "red")
    _show_lines("they promised", lines[False], "dim")


def _show_list(title: str, lines: Sequence[str]) -> None:
    """What an agent has to look at: whole sentences below a heading, none where there is none."""
    if lines:
        out.print(f"  [yellow]{title}[/]")
    for line in lines:
        out.print(Padding(f"- {escape(line)}", (0, 4)))


def _show_lines(title: str, lines: list[str], colour: str) -> None:
    for line in lines:
        out.print(f"  [{colour}]{title}[/] {escape(line)}")
