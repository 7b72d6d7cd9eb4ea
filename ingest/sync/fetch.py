"""Fetches JSON from a helpdesk and from nowhere else: pinned, bounded, redirects judged again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import httpx

from ingest.sync.addresses import Resolve, pinned, resolve
from ingest.sync.faults import BrokenAnswerError, UnsafeAddress

REDIRECTS = (301, 302, 303, 307, 308)
Origin = tuple[str, str, int]  # scheme, host, port


@dataclass(frozen=True, slots=True)
class Bounds:
    """Caps of one answer, whatever the other side sends."""

    body_bytes: int = 50_000_000
    deadline_s: float = 60.0
    silence_s: float = 20.0  # the longest wait for the next bytes
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `form` makes it a POST."""

    url: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole and within the bounds."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Fetcher:
    """Speaks to the origins of one connector. Proxies of the environment are not used."""

    urls: tuple[str, ...]
    private_hosts: tuple[str, ...] = ()
    bounds: Bounds = Bounds()
    resolver: Resolve = resolve
    clock: Callable[[], float] = time.monotonic
    _client: httpx.Client = field(init=False)
    _origins: frozenset[Origin] = field(init=False)

    def __post_init__(self) -> None:
        self._origins = frozenset(origin_of(_url(url)) for url in self.urls)
        self._client = httpx.Client(follow_redirects=False, trust_env=False)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.close()

    def fetch(self, ask: Ask) -> Answer:
        """One answer. Raises UnsafeAddress, or BrokenAnswerError where another try may help."""
        url = _url(ask.url)
        if ask.params:
            url = url.copy_merge_params(dict(ask.params))
        until = self.clock() + self.bounds.deadline_s
        for _ in range(self.bounds.redirects + 1):
            answer = self._one(url, ask, until)
            target = answer.headers.get("location")
            if answer.status not in REDIRECTS or not target:
                return answer
            url = _url(urljoin(str(url), target))
        raise BrokenAnswerError("it redirects in a circle")

    def _one(self, url: httpx.URL, ask: Ask, until: float) -> Answer:
        scheme, host, port = origin = origin_of(url)
        if origin not in self._origins:
            raise UnsafeAddress(
                f"{scheme}://{host}:{port} is not an address of this connector; nothing was sent."
            )
        address = pinned(host, port, private=self.private_hosts, resolver=self.resolver)
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a small packed answer could unpack to a huge one
            "User-Agent": "continuum-sync",
            **ask.headers,
            "Host": url.netloc.decode("ascii"),
        }
        request = self._client.build_request(
            "POST" if ask.form is not None else "GET",
            url.copy_with(host=address),
            headers=headers,
            data=dict(ask.form) if ask.form is not None else None,
            timeout=min(self.bounds.silence_s, max(0.1, until - self.clock())),
            extensions={"sni_hostname": host},
        )
        try:
            response = self._client.send(request, stream=True)
            try:
                return Answer(response.status_code, _headers(response), self._body(response, until))
            finally:
                response.close()
        except httpx.TransportError as error:
            raise BrokenAnswerError(f"the connection failed ({type(error).__name__})") from error

    def _body(self, response: httpx.Response, until: float) -> bytes:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise BrokenAnswerError("it sent a packed answer that was not asked for")
        body = bytearray()
        for piece in response.iter_raw(chunk_size=65_536):
            body += piece
            if len(body) > self.bounds.body_bytes:
                raise BrokenAnswerError(f"its answer exceeds {self.bounds.body_bytes:,} bytes")
            if self.clock() > until:
                raise BrokenAnswerError(f"its answer took more than {self.bounds.deadline_s:g} s")
        return bytes(body)


def origin_of(url: httpx.URL) -> Origin:
    """Scheme, host and port of an address."""
    return url.scheme, url.raw_host.decode("ascii").lower().strip("[]"), url.port or _port(url)


def _port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _url(text: str) -> httpx.URL:
    """Read an address strictly. Raises UnsafeAddress."""
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError) as error:
        raise UnsafeAddress(f"The address {text[:80]!r} cannot be read.") from error
    if url.scheme not in ("http", "https") or not host:
        raise UnsafeAddress(f"Only http and https addresses are fetched, not {text[:80]!r}.")
    if url.port == 0 or (url.port or 80) > 65_535:
        raise UnsafeAddress(f"The address {text[:80]!r} has no valid port.")
    if url.userinfo:
        raise UnsafeAddress("An address with a user name in it is not fetched; use `token`.")
    return url


def _headers(response: httpx.Response) -> dict[str, str]:
    return {key.lower(): value for key, value in response.headers.items()}
