"""Only a connector's own, public address is fetched: no form and no detour leads inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from ingest.sync.addresses import pinned
from ingest.sync.faults import BrokenAnswerError, UnsafeAddress
from ingest.sync.fetch import Ask, Bounds, Fetcher
from tests.sync_servers import Fault, serving

INTERNAL = (
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1",
    "0177.0.0.1", "017700000001", "0x7f.0x0.0x0.0x1", "0", "0.0.0.0", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[2001:0:7f00:1::80ff:fffe]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
    "[ff02::1]", "169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]",
    "100.100.100.200", "168.63.129.16", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "localhost", "127.0.0.1.",
)  # fmt: skip


@dataclass
class Listener:
    """An internal service that counts who comes."""

    port: int
    hits: list[object] = field(default_factory=list)


@pytest.fixture
def internal() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])

        def count() -> None:
            while True:
                try:
                    connection, peer = server.accept()
                except OSError:
                    return
                listener.hits.append(peer)
                connection.close()

        threading.Thread(target=count, daemon=True).start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("host", INTERNAL)
def test_no_internal_form_is_connected_to(host: str, internal: Listener) -> None:
    url = f"http://{host}:{internal.port}/"
    with pytest.raises(UnsafeAddress), Fetcher((url,)) as fetcher:
        fetcher.fetch(Ask(url))
    assert internal.hits == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://127.0.0.1:70/", "ftp://acme.test/", "//acme.test/", "acme",
        "http://acme.test@127.0.0.1/", "http://user:pw@acme.test/", "http://", "http://[::1",
        "http://acme.test:99999/", "http://①②⑦.⓪.⓪.①/",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str, internal: Listener) -> None:
    with pytest.raises(UnsafeAddress), Fetcher((url,)) as fetcher:
        fetcher.fetch(Ask(url))
    assert internal.hits == []


def test_a_public_address_passes() -> None:
    assert pinned("acme.test", 443, resolver=lambda *_: ["93.184.215.14"]) == "93.184.215.14"
    assert pinned("93.184.215.14", 443) == "93.184.215.14"
    assert pinned("2606:2800:21f:cb07:6820:80da:af6b:8b2c", 443)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "10.0.0.7"], ["fe80::1%eth0"]])
def test_a_name_that_also_leads_inside_is_refused(found: list[str]) -> None:
    with pytest.raises(UnsafeAddress):
        pinned("acme.test", 80, resolver=lambda *_: found)


def test_a_name_is_resolved_once_per_request_and_that_address_is_used(internal: Listener) -> None:
    """Rebinding: the second look would lead inside, and there is none."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["203.0.113.7"] if len(asked) == 1 else ["127.0.0.1"]

    url = f"http://acme.test:{internal.port}/"
    with Fetcher((url,), resolver=rebinding, bounds=Bounds(silence_s=0.2)) as fetcher:
        with pytest.raises((UnsafeAddress, BrokenAnswerError)):
            fetcher.fetch(Ask(url))
        assert len(asked) == 1
        with pytest.raises(UnsafeAddress):
            fetcher.fetch(Ask(url))  # now it leads inside
    assert internal.hits == []


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/", "http://2130706433:{port}/",
                                    "//127.0.0.1:{port}/", "http://[::1]:{port}/",
                                    "http://localhost:{port}/", "file:///etc/passwd"])  # fmt: skip
def test_a_redirect_inside_is_not_followed(target: str, internal: Listener) -> None:
    """The helpdesk itself runs on loopback by permission; its redirects may still not wander."""
    with serving(lambda *_: (200, {})) as desk:
        to = target.format(port=internal.port)
        desk.faults.append(Fault("/a", 302, headers={"Location": to}))
        with (
            Fetcher((desk.url,), private_hosts=("127.0.0.1",)) as fetcher,
            pytest.raises(UnsafeAddress),
        ):
            fetcher.fetch(Ask(f"{desk.url}/a"))
    assert internal.hits == []


def test_a_redirect_within_the_helpdesk_is_followed_and_a_circle_is_not() -> None:
    with (
        serving(lambda *_: (200, {"ok": 1})) as desk,
        Fetcher((desk.url,), private_hosts=("127.0.0.1",)) as fetcher,
    ):
        desk.faults.append(Fault("/a", 302, headers={"Location": "/b"}))
        assert fetcher.fetch(Ask(f"{desk.url}/a")).body == b'{"ok": 1}'
        desk.faults.append(Fault("/c", 302, headers={"Location": "/c"}, times=99))
        with pytest.raises(BrokenAnswerError):
            fetcher.fetch(Ask(f"{desk.url}/c"))


def test_a_permitted_host_may_lie_inside_but_never_at_a_metadata_address() -> None:
    assert pinned("127.0.0.1", 80, private=("127.0.0.1",)) == "127.0.0.1"
    for host in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "0.0.0.0"):
        with pytest.raises(UnsafeAddress):
            pinned(host, 80, private=(host,))


def test_answers_are_bounded_in_size_and_time() -> None:
    ticks = iter(range(0, 10_000, 30))
    with serving(lambda *_: (200, {"x": "y" * 300_000})) as desk:
        own = {"private_hosts": ("127.0.0.1",)}
        small = Fetcher((desk.url,), bounds=Bounds(body_bytes=100_000), **own)
        with small, pytest.raises(BrokenAnswerError, match="exceeds"):
            small.fetch(Ask(desk.url))
        slow = Fetcher((desk.url,), clock=lambda: next(ticks), **own)
        with slow, pytest.raises(BrokenAnswerError, match="took more"):
            slow.fetch(Ask(desk.url))
