"""A sync that is killed, twenty times, goes on where it stopped: no duplicate and no hole."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from copilot.connectors import ConnectorFile
from copilot.db import Database
from ingest.pipeline import Pipeline
from ingest.report import Report
from ingest.sync.build import build_connector
from ingest.sync.engine import Sync
from tests.fakes import FakeEmbedder
from tests.sync_servers import ChatwootWire, Desk, HelpScoutWire, RtWire, ZendeskWire, serving

KILLS = {"zendesk": 20, "chatwoot": 10, "helpscout": 10, "rt": 10}
CASES: dict[str, tuple[Any, dict[str, Any], int, int]] = {
    "zendesk": (lambda: ZendeskWire(tickets=26, page=2), {"token": "t"}, 26, 3),
    "chatwoot": (lambda: ChatwootWire(conversations=40), {"token": "t", "account": 1}, 40, 2),
    "helpscout": (
        lambda: HelpScoutWire(conversations=40),
        {"client_id": "id", "client_secret": "s3cret"},
        40,
        2,
    ),
    "rt": (lambda: RtWire(tickets=24), {"token": "1-14-abc"}, 24, 4),
}


def child(file: ConnectorFile, url: str, gate: Event) -> None:
    gate.wait()
    database = Database.open(url)
    store = database.tenant("t")
    connector = build_connector(file, store)
    Sync(file, connector, store, Pipeline(store, FakeEmbedder())).run()
    os._exit(0)


def kill_later(desk: Desk, pid: int, dice: random.Random) -> None:
    """Kills after some requests, at any moment: during an answer, a commit, or between both."""
    left = dice.randrange(2, 14)
    pause = dice.random() * 0.03

    def after(_path: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            time.sleep(pause)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    desk.after = after


@pytest.mark.parametrize("kind", list(CASES))
def test_kills_at_any_moment_leave_no_duplicate_and_no_hole(kind: str, tmp_path: Path) -> None:
    wire, fields, total, turns = CASES[kind]
    dice = random.Random(kind)
    url = f"sqlite:///{tmp_path / 'truth.db'}"
    Database.open(url).create_tenant("t")
    fork = multiprocessing.get_context("fork")
    killed = 0
    with serving(wire()) as desk:
        file = ConnectorFile(
            kind=kind, name=kind, base_url=desk.url, allow_private_hosts=["127.0.0.1"], **fields
        )
        for _ in range(KILLS[kind]):
            gate = fork.Event()
            process = fork.Process(target=child, args=(file, url, gate))
            process.start()
            kill_later(desk, process.pid, dice)
            gate.set()
            process.join(timeout=60)
            killed += process.exitcode == -signal.SIGKILL
        desk.after = lambda _path: None
        store = Database.open(url).tenant("t")
        last = Sync(file, build_connector(file, store), store, Pipeline(store, FakeEmbedder()))
        outcome = last.run()
    assert killed == KILLS[kind]
    assert outcome.fault is None
    held = list(store.sources.iterate("interaction"))
    assert sorted(int(one.source_id.removeprefix(f"{kind}-")) for one in held) == [
        *range(1, total + 1)
    ]
    for one in held:
        ids = [turn.id for turn in one.turns]
        assert len(ids) == len(set(ids))
        assert len(ids) == (45 if one.source_id == "chatwoot-1" else turns)


class Dead(BaseException):
    """The process is gone."""


@dataclass(frozen=True, slots=True)
class Dying(Pipeline):
    """Dies at its n-th batch, just before or just after it is committed."""

    after: bool = False
    left: list[None] = field(default_factory=list)

    def ingest(self, items: Any, *, origin: str) -> Report:
        if not self.left and not self.after:
            raise Dead
        report = Pipeline.ingest(self, items, origin=origin)
        if not self.left:
            raise Dead
        self.left.pop()
        return report


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("kind", list(CASES))
def test_death_around_a_commit_costs_no_record(kind: str, after: bool, tmp_path: Path) -> None:
    small = {"zendesk": ZendeskWire(), "chatwoot": ChatwootWire(), "helpscout": HelpScoutWire()}
    wire = small.get(kind, RtWire())
    store = Database.open(f"sqlite:///{tmp_path / 'truth.db'}").create_tenant("t")
    with serving(wire) as desk:
        file = ConnectorFile(
            kind=kind, name=kind, base_url=desk.url, allow_private_hosts=["127.0.0.1"],
            **CASES[kind][1],
        )  # fmt: skip
        for batch in (0, 1, 1, 0, 1):
            dying = Dying(store, FakeEmbedder(), after=after, left=[None] * batch)
            with contextlib.suppress(Dead):
                Sync(file, build_connector(file, store), store, dying).run()
        whole = Pipeline(store, FakeEmbedder())
        assert Sync(file, build_connector(file, store), store, whole).run().fault is None
    total = getattr(wire, "tickets", None) or wire.conversations
    held = [one.source_id for one in store.sources.iterate("interaction")]
    assert sorted(held) == sorted(f"{kind}-{n}" for n in range(1, total + 1))
