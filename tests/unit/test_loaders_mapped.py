"""Files read by a mapping: what it names must be there, and what it says must be known words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.db import Database, TenantStore
from copilot.domain import Failure, Interaction, Item
from copilot.errors import InvalidInput
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions
from ingest.mapping import read_mapping
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

MAPPING: dict[str, Any] = {
    "columns": {
        "conversation_id": "Ticket ID", "speaker": "Who", "text": "Body", "created_at": "Sent",
    },
    "defaults": {"visibility": "public"},
}  # fmt: skip
HEADER = "Ticket ID,Who,Body,Sent,CSAT\n"
ROWS = (
    "1,customer,My hub is dark.,2026-01-02T10:00:00Z,\n"
    "1,agent,Press its pin.,2026-01-02T10:01:00Z,5\n"
)


def read(path: Path, given: dict[str, Any]) -> list[Item | Failure]:
    options = LoadOptions(mapping=given, roots=(path.parent,))
    loader = choose(path, options=options)
    assert not isinstance(loader, Failure), loader.reason
    return list(loader.load(path, options))


def mapped(**changed: Any) -> dict[str, Any]:
    return {**MAPPING, "columns": {**MAPPING["columns"], **changed}}


def test_a_column_that_the_file_lacks_refuses_it_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    (failure,) = read(path, mapped(created_at="Created At", rating="Score"))
    assert isinstance(failure, Failure)
    assert "'Created At' for created_at; 'Score' for rating" in failure.reason
    assert "ticket id, who, body, sent, csat" in failure.reason
    assert "optional" in failure.reason
    (found,) = read(path, mapped(rating="csat "))
    assert isinstance(found, Interaction)
    assert (found.outcome.rating, len(found.turns)) == (5, 2)


def test_an_optional_column_may_lack(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(HEADER + ROWS, "utf-8")
    (found,) = read(path, {**mapped(rating="Score"), "optional": ["rating"]})
    assert isinstance(found, Interaction)
    assert found.outcome.rating is None


def test_a_changed_export_wipes_nothing_that_is_stored(tmp_path: Path) -> None:
    store: TenantStore = Database.open(f"sqlite:///{tmp_path / 'truth.db'}").create_tenant("t")
    pipeline, path = Pipeline(store, FakeEmbedder()), tmp_path / "m.csv"
    options = LoadOptions(mapping=mapped(rating="CSAT"), roots=(path,))
    path.write_text(HEADER + ROWS, "utf-8")
    assert pipeline.run([path], options=options).counts["added"] == 1
    before = store.sources.get("interaction", "1")
    path.write_text(HEADER.replace("Sent", "Sent (UTC)") + ROWS, "utf-8")
    report = pipeline.run([path], options=options)
    assert dict(report.counts) == {"failed": 1}
    assert "'Sent' for created_at" in report.failures[0].reason
    assert store.sources.get("interaction", "1") == before


RECORDS = [
    {"ticket": {"id": 1}, "who": "customer", "body": "Dark.", "meta": None},
    {"ticket": {"id": 1}, "who": "agent", "body": "Press its pin.", "score": 5},
]  # fmt: skip
OF_JSON: dict[str, Any] = {
    "columns": {
        "conversation_id": "ticket.id", "speaker": "who", "text": "Body", "rating": "score",
    },
    "defaults": {"visibility": "public"},
}  # fmt: skip


def test_a_column_of_json_may_lack_in_some_records_but_not_in_all(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(map(json.dumps, RECORDS)), "utf-8")
    (found,) = read(path, OF_JSON)
    assert isinstance(found, Interaction)
    assert found.outcome.rating == 5
    wrong = {**OF_JSON, "columns": {**OF_JSON["columns"], "author": "ticket.name"}}
    (failure,) = read(path, wrong)
    assert isinstance(failure, Failure)
    assert "'ticket.name' for author" in failure.reason
    assert "ticket.id, who, body, meta, score" in failure.reason
    below_null = {**OF_JSON, "columns": {**OF_JSON["columns"], "author": "meta.name"}}
    assert isinstance(read(path, below_null)[0], Interaction)  # nobody can tell what a null hides


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"column": {"text": "Body"}}, "no part column"),
        ({"columns": {"texts": "Body"}}, "no field texts"),
        ({"columns": {"text": "Body"}, "optional": ["rating"]}, "rating is no mapped column"),
        ({"columns": ["text"]}, "must be an object"),
    ],
)
def test_a_mapping_that_says_nothing_we_know_is_refused(
    tmp_path: Path, given: dict[str, Any], told: str
) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(given), "utf-8")
    with pytest.raises(InvalidInput, match=told):
        read_mapping(path)


TICKETS = (
    "Ticket ID,Asked,Answered,Sent,Answered at\n"
    "1,My trap never came.,I will send another trap by Friday 20 March.,2026-03-18T09:00:00Z,"
    "2026-03-19T08:00:00Z\n"
)
PER_TICKET: dict[str, Any] = {
    "columns": {
        "conversation_id": "Ticket ID", "text": "Asked", "reply": "Answered", "created_at": "Sent",
    },
    "defaults": {"visibility": "public", "speaker": "customer"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "day", "is_borrowed"), [({}, 18, True), ({"reply_at": "Answered at"}, 19, False)]
)
def test_a_reply_takes_the_tickets_time_where_no_column_has_its_own(
    columns: dict[str, str], day: int, *, is_borrowed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, "utf-8")
    given = {**PER_TICKET, "columns": {**PER_TICKET["columns"], **columns}}
    (talk,) = read(path, given)
    assert isinstance(talk, Interaction)
    asked, answered = talk.turns
    assert asked.at and answered.at and (asked.at.day, answered.at.day) == (18, day)
    assert ("reply time" in talk.meta["unstated"]) is is_borrowed


def test_a_ticket_without_any_time_leaves_its_reply_undated(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, "utf-8")
    columns = {k: v for k, v in PER_TICKET["columns"].items() if k != "created_at"}
    (talk,) = read(path, {**PER_TICKET, "columns": columns})
    assert isinstance(talk, Interaction) and [turn.at for turn in talk.turns] == [None, None]
    assert "reply time" not in talk.meta["unstated"]


def test_the_report_says_that_replies_took_the_tickets_time(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, "utf-8")
    pipeline = Pipeline(
        Database.open(f"sqlite:///{tmp_path / 'truth.db'}").create_tenant("t"), FakeEmbedder()
    )
    for columns, count in (({}, 1), ({"reply_at": "Answered at"}, 0)):
        given = {**PER_TICKET, "columns": {**PER_TICKET["columns"], **columns}}
        told = pipeline.run([path], options=LoadOptions(mapping=given, roots=(tmp_path,))).as_dict()
        assert [r["count"] for r in told["remarks"]] == [1] * count
