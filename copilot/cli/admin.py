"""`reindex`, `doctor`, `keys` and `train-ranker`: looking after an installation."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

import typer

from copilot.auth import ROLES, digest, new_key
from copilot.bootstrap import Copilot, build, build_vectors
from copilot.cli.answers import AsJson, Tenant
from copilot.cli.console import err, out, outdated_words, print_json
from copilot.config import Settings
from copilot.db import Database, TenantStore
from copilot.errors import CopilotError, InvalidInput
from copilot.folders import unusable
from eval.progress import Meter
from ingest.renewing import renew

keys = typer.Typer(help="Create, list and revoke API keys.", no_args_is_help=True)


class Finding(NamedTuple):
    """One line of the doctor: what was looked at, how it is, what to do."""

    name: str
    is_good: bool
    state: str
    advice: str = ""


def reindex(tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Rebuild the vector index from the database (the server does so by itself when needed).

    What another embedding model had embedded is embedded anew.
    """
    settings = Settings()
    vectors = build_vectors(settings)
    copilot = build(settings, vectors=vectors)
    names = [tenant] if tenant else copilot.database.tenants()
    stores = [copilot.database.tenant(name) for name in names]
    renewed = sum(_renewed(copilot, store) for store in stores)
    total = sum(copilot.indexer.rebuild(store) for store in stores)
    vectors.rebuild()
    vectors.catch_up()
    vectors.close()
    if as_json:
        print_json({"tenants": len(names), "vectors": total, "embedded": renewed})
    else:
        embedded = f", {renewed:,} of them embedded anew" if renewed else ""
        out.print(f"{total:,} vectors of {len(names)} tenants indexed anew{embedded}.")


def _renewed(copilot: Copilot, store: TenantStore) -> int:
    """How many chunks of a tenant were embedded anew, with a bar while it lasts."""
    outdated = store.outdated.count(copilot.embedder.name)
    if not outdated:
        return 0
    with Meter(f"embedding {store.tenant} anew", outdated, err) as meter:
        return renew(copilot, store, progress=meter)


def doctor(as_json: AsJson = False) -> None:
    """Say what is configured, what is missing, and what to do about it."""
    findings = list(_findings(Settings()))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            mark = "[green]✓[/]" if finding.is_good else "[red]✗[/]"
            out.print(f"{mark} [bold]{finding.name}[/] {finding.state}")
            if finding.advice:
                out.print(f"    {finding.advice}", style="dim")
    if not all(finding.is_good for finding in findings):
        raise typer.Exit(1)


def train_ranker(tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Learn from what agents accepted; the new ranker is used from the next start on."""
    copilot = build(Settings())
    result = copilot.retriever.train(copilot.store(tenant))
    if as_json:
        print_json(result)
    else:
        out.print(", ".join(f"{name}: {value}" for name, value in result.items()))


@keys.command("create")
def create_key(
    role: Annotated[str, typer.Option(help="agent, qa or admin.")],
    label: Annotated[str, typer.Option(help="Whose key it is.")] = "",
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Create an API key. It is shown once: only its digest is stored."""
    if role not in ROLES:
        raise InvalidInput(f"--role takes {', '.join(ROLES)}, not {role!r}.")
    settings = Settings()
    database = Database.open(settings.database)
    key = new_key()
    name = tenant or settings.tenant
    key_id = database.add_key(tenant=name, role=role, digest=digest(key), label=label[:120])
    if as_json:
        print_json({"id": key_id, "key": key, "role": role, "tenant": name})
    else:
        out.print(f"{key}\n[dim]id {key_id}, role {role}, tenant {name}; it is not shown again[/]")


@keys.command("list")
def list_keys(tenant: Tenant = None, as_json: AsJson = False) -> None:
    """List keys without their secrets."""
    settings = Settings()
    rows = Database.open(settings.database).keys(tenant or settings.tenant)
    plain = [
        {
            "id": row["id"], "role": row["role"], "label": row["label"],
            "created_at": row["created_at"].isoformat(), "revoked": row["revoked_at"] is not None,
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        print_json(plain)
    elif not plain:
        out.print("There is no key yet. Make one: copilot keys create --role agent")
    for row in plain if not as_json else []:
        state = "revoked" if row["revoked"] else "live"
        out.print(f"{row['id']}  {row['role']:<6} {state:<8} {row['label']}", markup=False)


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The id that `keys list` shows.")],
    tenant: Tenant = None,
) -> None:
    """End a key at once."""
    settings = Settings()
    Database.open(settings.database).revoke_key(tenant=tenant or settings.tenant, key_id=key_id)
    out.print(f"Key {key_id} is revoked.", markup=False)


def _findings(settings: Settings) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("python", sys.version_info >= (3, 11), version, "")
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.home).free // 1_000_000
    except OSError as error:
        yield Finding("home", is_good=False, state=unusable(error, settings.home))
        return
    yield Finding(
        "home", free > 500, f"{settings.home} ({free:,} MB free)",
        "" if free > 500 else "Free some disk space: the database and its index need room.",
    )  # fmt: skip
    copilot: Copilot | None = None
    try:
        copilot = build(settings)
    except (CopilotError, OSError) as error:
        state = unusable(error, settings.home) if isinstance(error, OSError) else error.detail
        yield Finding("installation", is_good=False, state=state)
        return
    yield from _parts(settings, copilot)


def _parts(settings: Settings, copilot: Copilot) -> Iterator[Finding]:
    yield Finding("database", True, copilot.database.engine.url.render_as_string())
    yield _tried("embeddings", lambda: f"{copilot.embedder.name}, {_width(copilot)} numbers")
    index = settings.chroma_url or str(settings.index_dir)
    yield Finding("index", True, f"{index} (rebuilt from the database when needed)")
    model = settings.model or "none: replies are composed from your sources, nothing is invented"
    advice = ""
    if not settings.model:
        advice = (
            "Optional: COPILOT_MODEL=openai:NAME with OPENAI_API_KEY, or with OPENAI_BASE_URL "
            "for a server of your own."
        )
    yield Finding("model", True, model, advice)
    yield Finding("tokens", True, _counting(copilot))
    names = copilot.database.tenants()
    if not names:
        yield Finding("data", True, "nothing yet", "Run `copilot ingest PATH…`.")
    for name in names:
        store = copilot.database.tenant(name)
        documents, interactions = (store.sources.count(k)[0] for k in ("document", "interaction"))
        products, customers = len(store.records.products()), len(store.records.customers(None))
        yield Finding(
            f"tenant {name}", True,
            f"{documents} documents, {interactions} interactions, {products} products, "
            f"{customers} customers",
        )  # fmt: skip
        model = copilot.embedder.name
        if outdated := store.outdated.count(model):
            yield Finding(f"tenant {name}", False, *outdated_words(outdated, model))


def _counting(copilot: Copilot) -> str:
    """How the length of a prompt is measured."""
    if copilot.counter.exact:
        return f"counted exactly, with the vocabulary {copilot.counter.label}"
    return (
        "estimated, rather too many than too few, so that no prompt grows too long "
        "(no vocabulary is here to count exactly, and none is needed)"
    )


def _tried(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, is_good=True, state=look())
    except CopilotError as error:
        return Finding(name, is_good=False, state=error.detail)


def _width(copilot: Copilot) -> int:
    return len(copilot.embedder.embed_query("Is anybody there?"))
