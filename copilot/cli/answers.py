"""`search`, `suggest` and `assess`: the answers of the API at a terminal."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from copilot.api.reasons import told
from copilot.api.schemas import ConversationIn, results_of, wire
from copilot.bootstrap import Copilot, build
from copilot.cli.console import (
    err,
    out,
    outdated_words,
    print_json,
    show_results,
    show_suggestion,
    warn,
)
from copilot.config import Settings
from copilot.db import TenantStore
from copilot.errors import InvalidInput, NotFound
from copilot.needs import NeedEngine, assess_lines, build_engine
from copilot.needs.lines import failure, read_line

CASES_AT_ONCE = 4
NO_MODEL = (
    "No language model is configured, so this reply is made of sentences of your sources. Set"
    " COPILOT_MODEL, or leave --generator out."
)
Tenant = Annotated[str | None, typer.Option(help="Whose data; default: COPILOT_TENANT.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many sources.")] = 10,
    kinds: Annotated[
        str, typer.Option(help="document, interaction or both.")
    ] = "document,interaction",
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Find articles and past interactions, one row per source, best first."""
    wanted = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
    if not wanted or not set(wanted) <= {"document", "interaction"}:
        raise InvalidInput(f"--kinds takes document and interaction, not {kinds!r}.")
    if not text.strip():
        raise InvalidInput("The query is empty: say what to look for.")
    copilot = build(Settings())
    hits = copilot.retriever.search(_there(copilot, tenant), text, k=k, kinds=wanted)  # type: ignore[arg-type]
    results = [row.model_dump() for row in results_of(hits)]
    if as_json:
        print_json({"results": results})
    else:
        show_results(list(results))


def _there(copilot: Copilot, tenant: str | None) -> TenantStore:
    """The store to read from. Raises NotFound for a name that has none: a slip makes no tenant."""
    names = copilot.database.tenants()
    if tenant and tenant not in names:
        there = ", ".join(names) if names else "none yet"
        raise NotFound(f"There is no tenant {tenant!r}. There are: {there}.")
    store = copilot.store(tenant)
    if outdated := store.outdated.count(copilot.embedder.name):
        warn(" ".join(outdated_words(outdated, copilot.embedder.name)))
    return store


def suggest(
    conversation: Annotated[Path, typer.Option(help="A conversation as JSON; - reads stdin.")],
    alternatives: Annotated[int, typer.Option(min=0, max=5, help="Other replies.")] = 0,
    generator: Annotated[
        str,
        typer.Option(
            help="auto, llm or extractive. Without a model llm warns, answers from your sources"
            " and still exits with 0."
        ),
    ] = "auto",
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Suggest the next reply to a conversation, with its sources."""
    if generator not in ("auto", "llm", "extractive"):
        raise InvalidInput(f"--generator takes auto, llm or extractive, not {generator!r}.")
    body = read_conversation(conversation)
    copilot = build(Settings())
    answer = asyncio.run(_suggest(copilot, body, tenant, alternatives, generator))
    if generator == "llm" and copilot.chat is None:
        warn(NO_MODEL)
    if as_json:
        print_json(answer)
    else:
        show_suggestion(answer)


def assess(
    cases: Annotated[Path, typer.Argument(help="Cases, one JSON object a line.")],
    to: Annotated[Path, typer.Option("--out", help="Where the answers go, one a line.")],
    as_json: AsJson = False,
) -> None:
    """Assess cases for genuine needs, promises and open requests; nothing is stored."""
    if not cases.is_file():
        raise InvalidInput(f"There is no file {str(cases)!r}.")
    if not to.resolve().parent.is_dir():
        raise InvalidInput(f"{str(to)!r} cannot be written: there is no such folder.")
    engine = build_engine(Settings())
    done = failed = 0
    with (
        cases.open(encoding="utf-8", errors="replace") as lines,
        to.open("w", encoding="utf-8") as answers,
    ):
        for answer in asyncio.run(_assess_all(engine, lines)):
            if "error" in answer:
                failed += 1
                err.print(f"line {answer['line']}: {answer['detail']}", markup=False)
            else:
                done += 1
            answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"assessed": done, "failed": failed, "out": str(to)})
    else:
        out.print(f"{done} assessed, {failed} failed → {to}")
    if failed:
        raise typer.Exit(1)


async def _assess_all(engine: NeedEngine, lines: Iterable[str]) -> list[dict[str, Any]]:
    """Answers in the order of the lines; with a model some cases are asked about at a time."""
    if not engine.has_model:
        return list(assess_lines(lines, engine))
    slots = asyncio.Semaphore(CASES_AT_ONCE)

    async def one(number: int, line: str) -> dict[str, Any]:
        async with slots:
            try:
                return (await engine.assess_with_model(read_line(line))).to_json()
            except InvalidInput as error:
                return failure(number, error)

    numbered = [(n, line) for n, line in enumerate(lines, start=1) if line.strip()]
    return list(await asyncio.gather(*(one(n, line) for n, line in numbered)))


def read_conversation(path: Path) -> ConversationIn:
    """Reads and checks a conversation file. Raises InvalidInput with the place of the fault."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
        raw: Any = json.loads(text)
    except OSError as error:
        raise InvalidInput(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{str(path)!r} is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{str(path)!r} is not JSON: line {error.lineno}, {error.msg}."
        ) from error
    except RecursionError:
        raise InvalidInput(f"{str(path)!r} is not JSON we can read: nested too deep.") from None
    if isinstance(raw, dict):  # demo files carry a title and a note for the reader
        raw = {name: value for name, value in raw.items() if name not in ("title", "about")}
    try:
        return ConversationIn.model_validate(raw)
    except ValidationError as error:
        raise InvalidInput(
            f"{str(path)!r}: {told(error.errors()[0], 'the conversation')}"
        ) from error


async def _suggest(
    copilot: Copilot, body: ConversationIn, tenant: str | None, alternatives: int, generator: str
) -> dict[str, Any]:
    try:
        store = _there(copilot, tenant)
        suggestion = await copilot.suggester.suggest(
            store,
            body.domain(),
            alternatives=alternatives,
            generator=generator,  # type: ignore[arg-type]
        )
        return wire(suggestion)
    finally:
        await copilot.aclose()
