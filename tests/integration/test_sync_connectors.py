"""Each helpdesk's documented wire: what changed comes in once, faults cost time and no record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.connectors import ConnectorFile
from copilot.db import Database, TenantStore
from ingest.pipeline import Pipeline
from ingest.sync.build import Surroundings, build_connector
from ingest.sync.engine import Outcome, Sync
from ingest.sync.faults import AccessRefused, UpstreamFault
from tests.fakes import FakeEmbedder
from tests.sync_servers import (
    EPOCH,
    ChatwootWire,
    Desk,
    Fault,
    HelpScoutWire,
    RtWire,
    ZendeskWire,
    serving,
    stamp,
)

FIELDS: dict[str, dict[str, Any]] = {
    "zendesk": {"token": "t", "user": "ada@acme.test"},
    "chatwoot": {"token": "t", "account": 1},
    "helpscout": {"client_id": "id", "client_secret": "s3cret"},
    "rt": {"token": "1-14-abc"},
}
WIRES = {"zendesk": ZendeskWire, "chatwoot": ChatwootWire, "helpscout": HelpScoutWire, "rt": RtWire}
ALL = tuple(WIRES)


class Bench:
    """One connector, one store, one server; time is counted and never spent."""

    def __init__(self, kind: str, desk: Desk, store: TenantStore, **more: Any) -> None:
        self.desk, self.store, self.slept = desk, store, []
        given: dict[str, Any] = {"allow_private_hosts": ["127.0.0.1"], **FIELDS[kind], **more}
        self.file = ConnectorFile(kind=kind, name=kind, base_url=desk.url, **given)
        self.now = 2_000_000_000.0

    def sync(self) -> Outcome:
        around = Surroundings(sleep=self.slept.append)
        connector = build_connector(self.file, self.store, around)
        pipeline = Pipeline(self.store, FakeEmbedder())
        self.now += 10
        return Sync(self.file, connector, self.store, pipeline, clock=lambda: self.now).run()

    def held(self) -> list[str]:
        found = self.store.sources.ids_of_origin("interaction", self.file.origin)
        return sorted((one.removeprefix(self.file.prefix) for one in found), key=int)

    def texts(self, ident: int) -> list[str]:
        found = self.store.sources.get("interaction", f"{self.file.prefix}{ident}")
        return [turn.text for turn in found.turns]

    def turns(self, ident: int) -> list[tuple[str, str]]:
        found = self.store.sources.get("interaction", f"{self.file.prefix}{ident}")
        return [(turn.speaker, turn.visibility) for turn in found.turns]


Make = Callable[..., tuple[Bench, Any]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        store = Database.open(f"sqlite:///{tmp_path / 'truth.db'}").create_tenant("t")

        def made(kind: str, wire: Any = None, **more: Any) -> tuple[Bench, Any]:
            wire = wire or WIRES[kind]()
            desk = stack.enter_context(serving(wire))
            return Bench(kind, desk, store, **more), wire

        yield made


def size_of(wire: Any) -> int:
    return getattr(wire, "tickets", None) or wire.conversations


@pytest.mark.parametrize("kind", ALL)
def test_everything_comes_in_once_and_a_second_sync_changes_nothing(make: Make, kind: str) -> None:
    bench, wire = make(kind)
    first, second = bench.sync(), bench.sync()
    total = size_of(wire)
    assert first.fault is None
    assert first.report.failures == []
    assert bench.held() == [str(n) for n in range(1, total + 1)]
    assert (first.report.counts["added"], first.report.counts["failed"]) == (total, 0)
    assert second.report.counts["added"] == second.report.counts["changed"] == 0


def test_zendesk_keeps_roles_visibility_and_outcome_over_page_borders(make: Make) -> None:
    bench, _ = make("zendesk")  # five events a page: ticket 2 lies on two pages
    bench.sync()
    expected = [("customer", "public"), ("agent", "internal"), ("agent", "public")]
    assert [bench.turns(n) for n in range(1, 7)] == [expected] * 6
    found = bench.store.sources.get("interaction", "zendesk-2")
    assert (found.outcome.resolved, found.outcome.rating, found.channel) == (True, 5.0, "email")
    assert found.url == "https://acme.zendesk.com/agent/tickets/2"


def test_zendesk_adds_a_new_comment_without_reading_the_ticket_again(make: Make) -> None:
    bench, wire = make("zendesk")
    bench.sync()
    new = {**wire.comments(2)[0], "id": 299, "body": "Thanks!", "html_body": "<p>Thanks!</p>"}
    new["created_at"] = stamp(EPOCH + 90_000)
    wire.extra[2] = [new]
    wire.add(2, [{**new, "event_type": "Comment"}])
    bench.desk.asked.clear()
    report = bench.sync().report
    assert report.counts["changed"] == 1
    assert bench.texts(2)[-1] == "Thanks!"
    assert len(bench.texts(2)) == 4
    assert not any("/comments" in path and "/2/" in path for path in bench.desk.asked)


def test_zendesk_takes_back_what_was_redacted(make: Make) -> None:
    bench, wire = make("zendesk")
    bench.sync()
    wire.texts[2] = "My card is ▇▇▇▇"
    wire.add(2, [{"id": 1, "event_type": "CommentRedactionEvent"}])
    bench.sync()
    assert bench.texts(2)[0] == "My card is ▇▇▇▇"


def test_zendesk_removes_deleted_tickets(make: Make) -> None:
    bench, wire = make("zendesk")
    bench.sync()
    wire.deleted.add(3)
    wire.add(3, [{"id": 1, "event_type": "Change", "status": "deleted"}])
    assert bench.sync().report.counts["removed"] == 1
    assert "3" not in bench.held()


def test_zendesk_page_that_repeats_ends_with_a_word(make: Make) -> None:
    bench, wire = make("zendesk")
    wire.stuck = True
    outcome = bench.sync()
    assert isinstance(outcome.fault, UpstreamFault)
    assert "repeats" in outcome.fault.detail
    wire.stuck = False
    assert bench.sync().fault is None
    assert len(bench.held()) == 6


def test_chatwoot_reads_long_conversations_whole_and_follows_new_replies(make: Make) -> None:
    bench, wire = make("chatwoot")
    bench.sync()
    assert len(bench.texts(1)) == 45
    wire.replies[2], wire.activity[2] = "One more thing", EPOCH + 99_999
    report = bench.sync().report
    assert (report.counts["added"], report.counts["changed"]) == (0, 1)
    assert bench.texts(2)[-1] == "One more thing"


def test_chatwoot_deletions_between_pages_leave_no_hole(make: Make) -> None:
    bench, wire = make("chatwoot", ChatwootWire(conversations=14))

    def delete(path: str) -> None:
        if path.endswith("/conversations"):
            wire.gone.update({14, 13})
            bench.desk.after = lambda _path: None

    bench.desk.after = delete
    bench.sync()
    assert bench.held() == [str(n) for n in range(1, 13)]


def test_chatwoot_same_page_for_ever_ends_with_a_word(make: Make) -> None:
    class Stuck(ChatwootWire):
        def __call__(self, path: str, query: dict[str, str], *rest: Any) -> Any:
            return super().__call__(path, {**query, "page": "1"}, *rest)

    bench, _ = make("chatwoot", Stuck())
    outcome = bench.sync()
    assert isinstance(outcome.fault, UpstreamFault)
    assert "same page" in outcome.fault.detail


@pytest.mark.parametrize("kind", ["chatwoot", "helpscout", "rt"])
def test_what_vanished_silently_is_found_by_the_sweep(make: Make, kind: str) -> None:
    bench, wire = make(kind)
    bench.sync()
    wire.gone.update({4, 5})
    assert bench.sync().report.counts["removed"] == 0  # not due yet
    bench.now += 25 * 3_600
    assert bench.sync().report.counts["removed"] == 2
    assert not {"4", "5"} & set(bench.held())


def test_a_sweep_over_a_list_with_gaps_removes_nothing(make: Make) -> None:
    class Forgetful(ChatwootWire):
        forget = False

        def shown(self) -> list[int]:
            return super().shown()[:-2] if self.forget else super().shown()

    wire = Forgetful()
    bench, _ = make("chatwoot", wire)
    bench.sync()
    wire.forget = True
    bench.now += 25 * 3_600
    assert bench.sync().report.counts["removed"] == 0
    assert len(bench.held()) == 12


def test_helpscout_spam_is_removed_and_an_expired_token_renewed(make: Make) -> None:
    bench, wire = make("helpscout")
    bench.sync()
    wire.status[7], wire.modified[7] = "spam", EPOCH + 99_999
    wire.modified[8] = EPOCH + 99_998
    bench.desk.after = lambda path: setattr(wire, "valid", "other") if "token" in path else None
    outcome = bench.sync()
    assert isinstance(outcome.fault, AccessRefused)  # refused again with a fresh token
    bench.desk.after = lambda _path: None
    wire.valid = ""
    outcome = bench.sync()
    assert (outcome.fault, outcome.report.counts["removed"]) == (None, 1)
    assert "7" not in bench.held()


def test_helpscout_token_that_expires_during_the_run_is_renewed(make: Make) -> None:
    bench, wire = make("helpscout")
    expired = []

    def expire(path: str) -> None:
        if path.endswith("/9/threads") and not expired:
            expired.append(path)
            wire.valid = "expired"

    bench.desk.after = expire
    assert bench.sync().fault is None
    assert (len(bench.held()), wire.issued) == (12, 2)


def test_helpscout_many_changes_in_one_second_are_all_read(make: Make) -> None:
    same = dict.fromkeys(range(1, 13), EPOCH + 7)
    bench, _ = make("helpscout", HelpScoutWire(modified=same))
    bench.sync()
    assert len(bench.held()) == 12


def test_rt_knows_who_spoke_and_who_saw_it(make: Make) -> None:
    bench, _ = make("rt")
    bench.sync()
    assert bench.turns(1) == [
        ("customer", "public"), ("agent", "internal"), ("agent", "public"),
        ("third_party", "public"),
    ]  # fmt: skip
    assert bench.texts(1) == ["We need seat 1", "It is Basic", "Free one first.", "Me too"]


def test_rt_that_hides_its_users_is_said_and_mended_by_a_declaration(make: Make) -> None:
    bench, wire = make("rt", RtWire(tickets=3))
    wire.hidden_users = True
    outcome = bench.sync()
    assert isinstance(outcome.fault, AccessRefused)
    assert "token" in outcome.fault.detail
    wire.hidden_users = False
    assert bench.sync().report.counts["added"] == 3


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(
    "fault",
    [
        Fault("", 500, times=2),
        Fault("", 429, headers={"Retry-After": "7"}),
        Fault("", 503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Fault("", 200, b'{"ticket_events": [{"id": 1, "tick'),
        Fault("", 200, b"<html>Log in</html>", headers={"Content-Type": "text/html"}),
        Fault("", reset=True, times=2),
        Fault("", 200, b"\x1f\x8b\x00", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["500 twice", "429", "503 with a date", "truncated", "html", "reset", "packed"],
)
def test_a_passing_fault_costs_time_and_no_record(make: Make, kind: str, fault: Fault) -> None:
    bench, wire = make(kind)
    for where in ("/conversations", "ticket", "token"):
        bench.desk.faults.append(Fault(**{**vars(fault), "where": where}))
    outcome = bench.sync()
    assert outcome.fault is None
    assert len(bench.held()) == size_of(wire)
    assert bench.slept


def test_retry_after_is_honoured(make: Make) -> None:
    bench, _ = make("zendesk")
    bench.desk.faults.append(Fault("ticket_events", 429, headers={"Retry-After": "93"}))
    bench.sync()
    assert [round(one) in (93, 94) for one in bench.slept] == [True]


def test_a_lasting_fault_keeps_what_was_read_and_the_next_sync_goes_on(make: Make) -> None:
    bench, _ = make("zendesk")
    bench.desk.faults.append(Fault("tickets/show_many.json?ids=2", 500, times=99))
    outcome = bench.sync()
    assert isinstance(outcome.fault, UpstreamFault)
    assert "500" in outcome.fault.detail
    assert bench.held() == ["1", "2"]
    bench.desk.faults.clear()
    asked = len(bench.desk.asked)
    assert bench.sync().report.counts["added"] == 4
    assert str(EPOCH) not in bench.desk.asked[asked]  # not from the beginning


@pytest.mark.parametrize("kind", ALL)
def test_refused_credentials_are_named_and_not_tried_again(make: Make, kind: str) -> None:
    wrong = {"client_secret": "no"} if kind == "helpscout" else {}
    bench, _ = make(kind, **wrong)
    if not wrong:
        bench.desk.faults.append(Fault("", 403, times=99))
    outcome = bench.sync()
    assert isinstance(outcome.fault, AccessRefused)
    assert len(bench.desk.asked) == 1
    assert bench.slept == []


@pytest.mark.parametrize("kind", ALL)
def test_a_changed_schema_is_named(make: Make, kind: str) -> None:
    bench, _ = make(kind)
    body = json.dumps({"rows": [], "data": {}, "access_token": "x"}).encode()
    bench.desk.faults.append(Fault("", 200, body, times=9))
    outcome = bench.sync()
    assert isinstance(outcome.fault, UpstreamFault)
    assert "changed" in outcome.fault.detail


def test_one_unreadable_conversation_is_reported_and_tried_again(make: Make) -> None:
    class Changed(ChatwootWire):
        broken = True

        def messages(self, n: int) -> list[dict[str, Any]]:
            rows = super().messages(n)
            return [{**row, "private": "?"} for row in rows] if n == 9 and self.broken else rows

    wire = Changed()
    bench, _ = make("chatwoot", wire)
    first = bench.sync().report
    assert (first.counts["added"], first.counts["failed"]) == (11, 1)
    assert "private" in first.failures[0].reason
    wire.broken = False
    assert bench.sync().report.counts["added"] == 1
    assert len(bench.held()) == 12


def test_our_own_pace_is_kept(make: Make) -> None:
    bench, _ = make("zendesk", requests_per_minute=1)
    bench.sync()
    assert len(bench.slept) == len(bench.desk.asked) - 1
    assert min(bench.slept) > 0
