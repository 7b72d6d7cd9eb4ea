"""A database of an earlier version is brought up to date when it is opened, with all it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from copilot.db import Database, now
from copilot.db.engine import MIGRATIONS, open_engine
from copilot.db.tables import metadata
from copilot.errors import StoreError


def test_what_an_earlier_schema_holds_is_there_after_it_was_moved_up(database: Database) -> None:
    engine, journal = database.engine, database.create_tenant("early").journal
    row = {
        "conversation_id": "T-1", "customer_id": "C-1", "generator": "extractive", "prompt": None,
        "trace": {"text": "Hold the button."}, "id": "s1", "created_at": now(),
    }  # fmt: skip
    journal.add_suggestions([row])
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    assert _lacking(engine) == ["ix_suggestions_customer"]

    again = open_engine(engine.url.render_as_string(hide_password=False))
    assert _lacking(again) == []
    again.dispose()
    assert journal.suggestion("s1")["trace"] == row["trace"]


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'truth.db'}"
    opened = Database.open(url)
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="Update Continuum"):
        open_engine(url)
    with opened.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    opened.close()
    assert kept == "9999"


def _lacking(engine: Engine) -> list[str]:
    """What the tables of the code have and those of the database have not."""
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    return [one[1].name for one in found if isinstance(one, tuple) and one[0].startswith("add_")]
