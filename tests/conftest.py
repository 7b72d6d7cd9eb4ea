"""What tests of every floor share: real databases, the real data folder, one local embedder."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from copilot.db import Database

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
POSTGRES = os.environ.get(
    "TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


def required(reason: str) -> None:
    """Skips on a user's machine; fails where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"required when CI=true: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data, or a skip."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real data (../shared/data) is not beside this checkout")
    return SHARED / "data"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A fresh PostgreSQL database of this session, dropped at its end."""
    name = f"continuum_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        required("PostgreSQL does not answer at 127.0.0.1:5432")
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Each kind of database in turn; every promise of the store holds on both."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'truth.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    opened = Database.open(url)
    yield opened
    opened.close()
