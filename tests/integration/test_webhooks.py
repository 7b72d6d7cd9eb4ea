"""Deliveries of helpdesks: only what they signed is taken, once, and it is on disk before 2xx."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from copilot.api import problems, webhooks
from copilot.connectors import ConnectorFile
from copilot.db import Database, TenantStore
from ingest.pipeline import Pipeline
from ingest.sync.receive import receive
from tests.fakes import FakeEmbedder
from tests.sync_servers import ChatwootWire, serving

NOW = 1_767_348_000
KEY = b"a-long-shared-secret"
PATH = "an-unguessable-end-of-the-address"
Headers = dict[str, str]


def encoded(signed: bytes, method: str, key: bytes = KEY) -> str:
    return base64.b64encode(hmac.new(key, signed, method).digest()).decode()


def sign(kind: str, body: bytes, at: int = NOW, key: bytes = KEY) -> Headers:
    """The headers each product documents."""
    if kind == "zendesk":
        stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "X-Zendesk-Webhook-Signature": encoded(stamp.encode() + body, "sha256", key),
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        }
    if kind == "chatwoot":
        mark = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Chatwoot-Signature": f"sha256={mark}", "X-Chatwoot-Timestamp": str(at)}
    if kind == "helpscout":
        return {"X-HelpScout-Signature": encoded(body, "sha1", key)}
    if kind == "intercom":
        return {"X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"}
    stamp = str(at * 1000)
    signed = stamp.encode() + b":" + body
    return {"X-Front-Signature": encoded(signed, "sha256", key), "X-Front-Request-Timestamp": stamp}


TIMED = ("zendesk", "chatwoot", "front")
KINDS = (*TIMED, "helpscout", "intercom")
BODY = json.dumps({"event": "nothing", "topic": "ping", "detail": {}}).encode()


class Desk:
    """The door with one connector of each kind, before a real store."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "connectors").mkdir()
        self.database = Database.open(f"sqlite:///{home / 'truth.db'}")
        self.store = self.database.create_tenant("t")
        self.seen: list[str] = []
        self.app = FastAPI()
        self.app.include_router(webhooks.router)
        problems.install(self.app)
        self.app.state.copilot = Opened(self.database)
        self.queue = webhooks.Deliveries(self.receive, home, clock=lambda: float(NOW))
        self.app.state.deliveries = self.queue

    def receive(self, store: TenantStore, file: ConnectorFile, body: str) -> dict[str, Any]:
        self.seen.append(body)
        return receive(file, store, Pipeline(store, FakeEmbedder()), body).as_dict()

    def connector(self, kind: str, **webhook: Any) -> None:
        more = {"account": 1} if kind == "chatwoot" else {}
        value = {
            "kind": kind, "base_url": "https://desk.invalid", "token": "t", "client_id": "x",
            "client_secret": "y", "webhook": {"secret": KEY.decode(), **webhook}, **more,
        }  # fmt: skip
        self.write(kind, value)

    def write(self, name: str, value: dict[str, Any]) -> None:
        path = self.home / "connectors" / f"{name}.json"
        path.write_text(json.dumps(value), "utf-8")
        path.chmod(0o600)

    def jobs(self) -> int:
        return len(self.store.journal.unfinished_jobs())

    def settle(self) -> None:
        deadline = time.monotonic() + 20
        while self.jobs() and time.monotonic() < deadline:
            time.sleep(0.01)


@dataclass
class Opened:
    """The part of the product that the door needs."""

    database: Database

    def store(self, tenant: str | None) -> TenantStore:
        return self.database.create_tenant(tenant or "t")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def client(desk: Desk) -> TestClient:
    return TestClient(desk.app, raise_server_exceptions=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_delivery_is_on_disk_before_it_is_answered(
    desk: Desk, client: TestClient, kind: str
) -> None:
    desk.connector(kind)  # the worker is not started: what is stored now was stored before 2xx
    answer = client.post(f"/v1/webhooks/{kind}", content=BODY, headers=sign(kind, BODY))
    assert (answer.status_code, answer.json()) == (202, {"state": "stored"})
    assert [row["request"]["body"] for row in desk.store.journal.unfinished_jobs()] == [
        BODY.decode()
    ]


def refused(desk: Desk, client: TestClient, kind: str, headers: Headers, body: bytes = BODY) -> str:
    answer = client.post(f"/v1/webhooks/{kind}", content=body, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.jobs() == 0
    detail: str = answer.json()["detail"]
    return detail


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_secret_a_changed_body_and_no_signature_are_refused(
    desk: Desk, client: TestClient, kind: str
) -> None:
    desk.connector(kind)
    assert "fit" in refused(desk, client, kind, sign(kind, BODY, key=b"another"))
    assert "fit" in refused(desk, client, kind, sign(kind, BODY), BODY + b" ")
    assert "not signed" in refused(desk, client, kind, {})
    empty = dict.fromkeys(sign(kind, BODY), "")
    refused(desk, client, kind, empty)
    odd = {name: value.encode() + b"\xff" for name, value in sign(kind, BODY).items()}
    refused(desk, client, kind, odd)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("shift", [-301, 301, -86_400])
def test_a_stale_delivery_is_refused(desk: Desk, client: TestClient, kind: str, shift: int) -> None:
    desk.connector(kind)
    assert "five minutes" in refused(desk, client, kind, sign(kind, BODY, at=NOW + shift))


@pytest.mark.parametrize("kind", TIMED)
def test_a_timestamp_cannot_be_freshened_without_the_secret(
    desk: Desk, client: TestClient, kind: str
) -> None:
    desk.connector(kind)
    old, new = sign(kind, BODY, at=NOW - 9_000), sign(kind, BODY)
    mixed = {name: new[name] if "imestamp" in name else old[name] for name in new}
    refused(desk, client, kind, mixed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_replay_is_taken_once_whatever_unsigned_id_it_carries(
    desk: Desk, client: TestClient, kind: str
) -> None:
    desk.connector(kind)
    for n in range(3):
        headers = {**sign(kind, BODY), "X-Chatwoot-Delivery": f"{n}", "X-Request-Id": f"{n}"}
        answer = client.post(f"/v1/webhooks/{kind}", content=BODY, headers=headers)
        assert answer.status_code == (200 if n else 202)
    assert desk.jobs() == 1


def test_front_is_answered_its_challenge_only_when_it_signed(
    desk: Desk, client: TestClient
) -> None:
    desk.connector("front")
    good = {**sign("front", BODY), "X-Front-Challenge": "abc"}
    assert client.post("/v1/webhooks/front", content=BODY, headers=good).json() == {
        "challenge": "abc"
    }
    refused(desk, client, "front", {"X-Front-Challenge": "abc"})


@pytest.mark.parametrize("verify", ["if-present", "off"])
def test_an_old_chatwoot_that_signs_nothing_needs_the_secret_path(
    desk: Desk, client: TestClient, verify: str
) -> None:
    desk.connector("chatwoot", verify=verify, path_secret=PATH)
    refused(desk, client, "chatwoot", {})
    refused(desk, client, f"chatwoot/{PATH[:-1]}", {})
    if verify == "if-present":
        refused(desk, client, f"chatwoot/{PATH}", sign("chatwoot", BODY, key=b"another"))
    answer = client.post(f"/v1/webhooks/chatwoot/{PATH}", content=BODY)
    assert answer.status_code == 202


def test_unknown_connectors_and_bodies_that_are_no_json_store_nothing(
    desk: Desk, client: TestClient
) -> None:
    desk.connector("intercom")
    for name in ("nobody", "..%2Fconnectors%2Fintercom", "INTERCOM."):
        assert client.post(f"/v1/webhooks/{name}", content=BODY).status_code == 404
    for body in (b"<x/>", b"[1]", b"\xff\xfe", b"[" * 9_000):
        answer = client.post("/v1/webhooks/intercom", content=body, headers=sign("intercom", body))
        assert answer.status_code == 422
    assert desk.jobs() == 0


def test_a_broken_connector_file_says_nothing_of_its_place(desk: Desk, client: TestClient) -> None:
    desk.connector("intercom")
    (desk.home / "connectors" / "intercom.json").chmod(0o644)
    answer = client.post("/v1/webhooks/intercom", content=BODY, headers=sign("intercom", BODY))
    assert answer.status_code == 500
    assert str(desk.home) not in answer.text


def test_a_delivery_makes_us_read_that_conversation_again(desk: Desk, client: TestClient) -> None:
    with serving(ChatwootWire()) as upstream:
        desk.write(
            "chatwoot",
            {
                "kind": "chatwoot", "base_url": upstream.url, "token": "t", "account": 1,
                "allow_private_hosts": ["127.0.0.1"], "webhook": {"secret": KEY.decode()},
            },
        )  # fmt: skip
        body = json.dumps({"event": "message_created", "content": "forged?", "id": 1,
                           "conversation": {"id": 3}}).encode()  # fmt: skip
        client.post("/v1/webhooks/chatwoot", content=body, headers=sign("chatwoot", body))
        desk.queue.start([desk.store])  # a delivery that waited is taken up at the start
        desk.settle()
        desk.queue.stop()
    found = desk.store.sources.get("interaction", "chatwoot-3")
    assert [turn.text for turn in found.turns] == ["Message 0 of 3", "Message 1 of 3"]
    job = hashlib.sha256(f"{NOW}.".encode() + body).hexdigest()[:32]
    row = desk.store.journal.job(job)
    assert (row["state"], row["report"]["added"]) == ("done", 1)
    assert "body" not in row["request"]  # a customer's words are kept no longer than needed


def part(ident: str, who: str, text: str) -> dict[str, Any]:
    return {
        "type": "conversation_part", "id": ident, "part_type": "comment", "body": f"<p>{text}</p>",
        "created_at": NOW + int(ident), "author": {"type": who, "id": ident}, "redacted": False,
    }  # fmt: skip


def intercom(*parts: dict[str, Any]) -> bytes:
    source = {"id": "1", "body": "<p>Hello?</p>", "author": {"type": "user", "id": "7"}}
    item = {
        "type": "conversation", "id": "55", "created_at": NOW, "updated_at": NOW, "state": "open",
        "source": source, "conversation_parts": {"conversation_parts": list(parts)},
    }  # fmt: skip
    return json.dumps({"topic": "conversation.admin.replied", "data": {"item": item}}).encode()


def test_intercom_and_front_deliveries_add_up_to_the_conversation(
    desk: Desk, client: TestClient
) -> None:
    desk.connector("intercom")
    desk.connector("front")
    desk.queue.start([desk.store])
    for body in (intercom(part("2", "admin", "Hi.")), intercom(part("3", "user", "Thanks."))):
        client.post("/v1/webhooks/intercom", content=body, headers=sign("intercom", body))
        desk.settle()
    for n, inbound in ((1, True), (2, False)):
        data = {
            "id": f"msg_{n}", "type": "email", "is_inbound": inbound, "created_at": NOW + n,
            "body": f"<p>Mail {n}</p>", "recipients": [], "attachments": [],
            "author": None if inbound else {"id": "tea_1", "email": "sam@acme.test"},
        }  # fmt: skip
        event = {
            "type": "inbound", "conversation": {"id": "cnv_9", "subject": "S", "status": "open"},
            "target": {"_meta": {"type": "message"}, "data": data},
        }  # fmt: skip
        body = json.dumps(event).encode()
        client.post("/v1/webhooks/front", content=body, headers=sign("front", body))
        desk.settle()
    desk.queue.stop()
    said = desk.store.sources.get("interaction", "intercom-55")
    mail = desk.store.sources.get("interaction", "front-cnv_9")
    assert [turn.text for turn in said.turns] == ["Hello?", "Hi.", "Thanks."]
    assert [turn.speaker for turn in mail.turns] == ["customer", "agent"]


def test_a_delivery_that_failed_is_taken_again_when_it_comes_again(
    desk: Desk, client: TestClient
) -> None:
    desk.connector("chatwoot")
    body = json.dumps({"event": "conversation_updated", "id": 3}).encode()
    desk.write("chatwoot", {
        "kind": "chatwoot", "base_url": "http://127.0.0.1:9", "token": "t", "account": 1,
        "webhook": {"secret": KEY.decode()},
    })  # fmt: skip
    desk.queue.start([])
    codes = []
    for _ in range(2):
        answer = client.post("/v1/webhooks/chatwoot", content=body, headers=sign("chatwoot", body))
        codes.append(answer.status_code)
        desk.settle()
    desk.queue.stop()
    assert codes == [202, 202]  # the address is internal and not allowed: refused both times
    assert len(desk.seen) == 2
