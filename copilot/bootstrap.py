"""Builds the Copilot from Settings, or from parts that are given."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.auth import digest
from copilot.compute import Compute
from copilot.config import Settings
from copilot.db import Database, TenantStore, now
from copilot.embedder import Embedder, build_embedder
from copilot.guardrails.redaction import PeopleRedactor
from copilot.identity import people_of
from copilot.indexer import Indexer
from copilot.llm import ChatModel, build_chat_model
from copilot.needs import NeedEngine, build_engine
from copilot.prompts import Prompts
from copilot.retriever import Repliers, Retriever
from copilot.suggester import Suggester
from copilot.suggester.catalogue import Catalogue
from copilot.suggester.drafting import Drafter
from copilot.suggester.held import HeldBack
from copilot.suggester.keeper import Keeper
from copilot.suggester.ledgerbook import LedgerBook
from copilot.suggester.made import Workers
from copilot.suggester.rewriting import Rewriter
from copilot.tokens import TokenCounter
from copilot.vectorstore import (
    ChromaServerStore,
    ChromaStore,
    ExactStore,
    TieredStore,
    VectorStore,
)


@dataclass(frozen=True, slots=True)
class Copilot:
    """The built product: doors ask it, and nothing else."""

    settings: Settings
    database: Database
    embedder: Embedder
    vectors: VectorStore
    indexer: Indexer
    retriever: Retriever
    engine: NeedEngine
    suggester: Suggester
    keeper: Keeper
    ledgers: LedgerBook
    chat: ChatModel | None
    counter: TokenCounter
    compute: Compute

    def store(self, tenant: str | None = None) -> TenantStore:
        """A tenant's store; the configured one by default, made when it is new."""
        name = tenant or self.settings.tenant
        return self.database.create_tenant(name)

    def redactor_of(self, store: TenantStore) -> PeopleRedactor:
        """What replaces a tenant's customers' personal data before it is embedded, for one run."""
        return _redactor_of(store)

    async def aclose(self) -> None:
        """Gives back what was opened, the last writes first."""
        self.keeper.close()
        if self.chat is not None:
            await self.chat.aclose()
        self.vectors.close()
        self.database.close()


def build(
    settings: Settings,
    *,
    chat: ChatModel | None = None,
    embedder: Embedder | None = None,
    vectors: VectorStore | None = None,
    compute: Compute | None = None,
    workers: Workers | None = None,
) -> Copilot:
    """Builds every part that was not given. Raises StoreError, ConfigError, EmbedderError.

    Without `vectors` the exact store is used: it needs no lock, so a command may run beside the
    server. The server passes the index it alone holds. With `compute` queries that come alone are
    embedded by several cores.
    """
    database = Database.open(settings.database)
    _first_key(database, settings)
    embedder = embedder or build_embedder(settings, is_alone=compute.is_alone if compute else None)
    chat = chat or build_chat_model(settings)
    vectors = vectors or ExactStore()
    indexer = Indexer(vectors, embedder.name)
    repliers = Repliers(settings.home / "rankers", embedder, _redactor_of)
    retriever = Retriever(indexer, embedder, repliers)
    prompts = Prompts.load()
    counter = TokenCounter(settings.tiktoken_dir, model=_model_name(settings))
    keeper, compute = Keeper(), compute or Compute()
    engine = build_engine(chat=chat, prompts=prompts, compute=compute)
    catalogue = Catalogue()
    drafter = (
        Drafter(
            chat=chat,
            prompts=prompts,
            counter=counter,
            brand=settings.brand,
            context_tokens=settings.model_context_tokens,
            max_tokens=settings.model_max_output_tokens,
            deadline_s=settings.model_deadline_s,
        )
        if chat is not None
        else None
    )
    suggester = Suggester(
        retriever=retriever,
        engine=engine,
        catalogue=catalogue,
        drafter=drafter,
        held=HeldBack(engine.policy),
        clock=now,
        keep=keeper.keep,
        compute=compute,
        rewriter=Rewriter(chat, prompts) if chat and settings.rewrite_queries else None,
        workers=workers,
    )
    return Copilot(
        settings, database, embedder, vectors, indexer, retriever, engine, suggester, keeper,
        LedgerBook(engine, retriever, catalogue), chat, counter, compute,
    )  # fmt: skip


def build_vectors(settings: Settings) -> TieredStore:
    """The store of the one process that owns the index: exact for all, Chroma for the large.

    Raises IndexLocked when another process owns it.
    """
    if settings.chroma_url:
        return TieredStore(
            ExactStore(),
            ChromaServerStore(settings.chroma_url),
            threshold=settings.exact_search_below,
        )
    settings.index_dir.mkdir(parents=True, exist_ok=True)
    index = ChromaStore(settings.index_dir)
    return TieredStore(ExactStore(), index, threshold=settings.exact_search_below)


def _redactor_of(store: TenantStore) -> PeopleRedactor:
    return PeopleRedactor(people_of(store))


def _model_name(settings: Settings) -> str | None:
    return settings.model.partition(":")[2] or None


def _first_key(database: Database, settings: Settings) -> None:
    if settings.bootstrap_key is not None and settings.bootstrap_key.get_secret_value():
        key = settings.bootstrap_key.get_secret_value()
        database.add_key(
            tenant=settings.tenant, role="admin", digest=digest(key), label="bootstrap"
        )
