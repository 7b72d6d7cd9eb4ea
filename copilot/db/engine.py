"""Opens the database: SQLite in WAL mode or PostgreSQL by URL, migrated to the newest schema."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from copilot.db.statistics import tell_planner
from copilot.errors import ConfigError, CopilotError, StoreError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_WRITES = {"copilot_write": True}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _View:
    """The connection that the reads of one request share, and what they found once for all."""

    engine: Engine
    connection: Connection
    memo: dict[str, Any] = field(default_factory=dict)


_held: ContextVar[_View | None] = ContextVar("held", default=None)
_open: ContextVar[tuple[Engine, Connection] | None] = ContextVar("open", default=None)


def now() -> datetime:
    """The present moment in UTC: the one clock of the store."""
    return datetime.now(UTC)


def open_engine(url: str) -> Engine:
    """Connects and migrates. Raises StoreError when the database cannot be reached."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(
            "COPILOT_DATABASE_URL is no database address: write sqlite:///PATH, or "
            "postgresql://USER:PASSWORD@HOST/NAME."
        ) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    options = {} if parsed.get_backend_name() == "sqlite" else {"pool_pre_ping": True}
    engine = create_engine(parsed, pool_size=20, max_overflow=20, **options)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    try:
        _migrate(engine)
    except SQLAlchemyError as error:
        raise _named(error, url=parsed.render_as_string(hide_password=True)) from error
    return engine


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # what was acknowledged survives a power cut
            "busy_timeout=30000",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            "mmap_size=268435456",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: an upgrade in mid-transaction could not wait.
        writes = connection.get_execution_options().get("copilot_write")
        if writes:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # it takes no lock yet, so it cannot fail: straight to the driver, for each request
            connection.connection.cursor().execute("BEGIN")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(**_WRITES) as connection, connection.begin():
        if engine.dialect.name == "postgresql":  # two processes starting at once migrate in turn
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7248310)")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:  # a revision that this version has never heard of
            raise StoreError(
                "A newer version of Continuum has opened this database and changed its schema. "
                "Update Continuum, or restore the copy from before the update."
            ) from error
        if engine.dialect.name == "sqlite":
            tell_planner(connection)


@contextmanager
def snapshot(engine: Engine) -> Iterator[None]:
    """Lets all reads of this thread within share one connection: a request asks a dozen things."""
    if _connection(engine) is not None:
        yield
        return
    with reading(engine) as connection:
        token = _held.set(_View(engine, connection))
        try:
            yield
        finally:
            _held.reset(token)


def once(engine: Engine, name: str, look: Callable[[], T]) -> T:
    """What `look` finds; within a snapshot it looks once."""
    view = _held.get()
    if view is None or view.engine is not engine:
        return look()
    if name not in view.memo:
        view.memo[name] = look()
    found: T = view.memo[name]
    return found


def _connection(engine: Engine) -> Connection | None:
    view = _held.get()
    return view.connection if view is not None and view.engine is engine else None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reads; faults become StoreError."""
    held = _connection(engine)
    try:
        if held is not None:
            yield held
            return
        with engine.connect() as connection:
            yield connection
    except CopilotError:
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:  # some questions go straight to the driver
        raise _named(error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it or nothing; faults become StoreError.

    A write within another one of the same thread joins it: both are kept, or neither.
    """
    outer = _open.get()
    if outer is not None and outer[0] is engine:
        yield outer[1]
        return
    try:
        with engine.connect().execution_options(**_WRITES) as connection, connection.begin():
            token = _open.set((engine, connection))
            try:
                yield connection
            finally:
                _open.reset(token)
    except CopilotError:
        raise
    except SQLAlchemyError as error:
        raise _named(error) from error


def _named(error: SQLAlchemyError | sqlite3.Error, url: str = "") -> StoreError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = type(error).__name__ if isinstance(cause, SQLAlchemyError) else str(cause)
    if re.search(r"disk is full|No space left|database or disk", text, re.IGNORECASE):
        return StoreError("The disk is full: nothing was stored. Free some space and try again.")
    if getattr(getattr(error, "orig", None), "sqlite_errorname", "") == "SQLITE_IOERR_WRITE":
        return StoreError(
            "The disk took no more of the database's file: the disk is full, or the file has "
            "reached the largest size that the system allows it. Nothing was stored. Free some "
            "space or raise the limit, and try again."
        )
    if "readonly" in text or "unable to open" in text:
        return StoreError(f"The database cannot be written {url}: check the folder's permissions.")
    if "locked" in text:
        return StoreError("The database is busy with another writer. Try again in a moment.")
    if re.search(r"connect|connection|refused|does not exist|authentication", text):
        return StoreError(
            f"The database {url} cannot be reached. Check COPILOT_DATABASE_URL and that it runs."
        )
    return StoreError(f"The database refused the operation ({type(error).__name__}).")
