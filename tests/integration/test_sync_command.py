"""`copilot sync` and the server's webhooks, whole: from a connector file to the store."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from copilot.bootstrap import build
from copilot.cli import app as command
from copilot.config import Settings
from copilot.connectors import connector_paths, read_connector
from copilot.errors import ConfigError, InvalidInput
from ingest.sync.cli import show, sync_all
from ingest.sync.engine import alone
from server import create_app
from tests.fakes import FakeEmbedder
from tests.integration.test_webhooks import KEY, sign
from tests.sync_servers import ChatwootWire, serving


def install(home: Path, url: str) -> Path:
    (home / "connectors").mkdir(parents=True, exist_ok=True)
    path = home / "connectors" / "desk.json"
    path.write_text(
        json.dumps(
            {
                "kind": "chatwoot", "base_url": url, "token": "t", "account": 1,
                "allow_private_hosts": ["127.0.0.1"], "webhook": {"secret": KEY.decode()},
            }
        )
    )  # fmt: skip
    path.chmod(0o600)
    return path


def test_sync_of_all_files_fills_the_store_and_prints_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(ChatwootWire()) as desk:
        install(tmp_path, desk.url)
        copilot = build(Settings(home=tmp_path, model=""), embedder=FakeEmbedder())
        files = [read_connector(path) for path in connector_paths(tmp_path)]
        outcomes = sync_all(copilot, files, quiet=True)
    show(outcomes, as_json=True)
    summary = json.loads(capsys.readouterr().out)["desk"]
    wanted = {"added": 12, "changed": 0, "unchanged": 0, "removed": 0, "failed": 0, "fault": None}
    assert {key: summary[key] for key in wanted} == wanted
    assert summary["seconds"] >= 0
    show(outcomes, as_json=False)
    assert "desk: 12 added" in capsys.readouterr().out
    assert copilot.store().fulltext.search(["message"], "interaction", 5)


def test_two_syncs_of_one_connector_do_not_run_at_once(tmp_path: Path) -> None:
    with alone(tmp_path, "desk"):
        with pytest.raises(Exception, match="Another sync"), alone(tmp_path, "desk"):
            pass
        with alone(tmp_path, "other"):
            pass
    with alone(tmp_path, "desk"):
        pass


@pytest.mark.parametrize("words", [[], ["--all", "x.toml"], ["x.toml", "--once", "--every", "60"]])
def test_unclear_orders_are_refused(words: list[str]) -> None:
    assert isinstance(CliRunner().invoke(command, ["sync", *words]).exception, InvalidInput)


def test_a_missing_file_is_named() -> None:
    found = CliRunner().invoke(command, ["sync", "/nowhere/x.toml"]).exception
    assert isinstance(found, ConfigError)
    assert "/nowhere/x.toml" in found.detail


def test_a_delivery_to_the_server_brings_its_conversation_in(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model="")
    body = json.dumps({"event": "message_created", "conversation": {"id": 5}}).encode()
    with serving(ChatwootWire()) as desk:
        install(tmp_path, desk.url)
        served = create_app(settings, embedder=FakeEmbedder())
        with TestClient(served) as client:
            headers = sign("chatwoot", body, at=int(time.time()))
            assert client.post("/v1/webhooks/desk", content=body).status_code == 401
            answer = client.post("/v1/webhooks/desk", content=body, headers=headers)
            assert answer.status_code == 202
            store = served.state.copilot.store()
            deadline = time.monotonic() + 20
            while store.journal.unfinished_jobs() and time.monotonic() < deadline:
                time.sleep(0.01)
            found = store.sources.get("interaction", "desk-5")
    assert [turn.text for turn in found.turns] == ["Message 0 of 5", "Message 1 of 5"]
