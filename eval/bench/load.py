"""A light HTTP load: keep-alive connections on plain sockets, each waits for its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from eval.bench.figures import quantile

OK = 200
LINE_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, milliseconds, body."""

    status: int
    took_ms: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load met."""

    answers: tuple[Answer, ...]
    seconds: float

    @property
    def errors(self) -> int:
        """Answers that were not 200."""
        return sum(answer.status != OK for answer in self.answers)

    def took(self, share: float) -> float:
        """Milliseconds below which this share of the answers lies."""
        return quantile([answer.took_ms for answer in self.answers], share)


def request_of(path: str, body: Mapping[str, Any], *, key: str = "") -> bytes:
    """A POST as bytes."""
    content = json.dumps(body).encode()
    head = [
        f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json",
        f"Content-Length: {len(content)}", *([f"Authorization: Bearer {key}"] if key else []),
    ]  # fmt: skip
    return "\r\n".join(head).encode() + LINE_END * 2 + content


def run(port: int, requests: Sequence[bytes], *, clients: int) -> Outcome:
    """All requests once, by so many clients at a time."""
    return asyncio.run(_run(port, requests, clients))


async def _run(port: int, requests: Sequence[bytes], clients: int) -> Outcome:
    waiting, answers = iter(requests), list[Answer]()
    began = perf_counter()
    await asyncio.gather(*(_client(port, waiting, answers) for _ in range(clients)))
    return Outcome(tuple(answers), perf_counter() - began)


async def _client(port: int, waiting: Iterator[bytes], answers: list[Answer]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    for request in waiting:
        began = perf_counter()
        writer.write(request)
        status, body = await _answer(reader)
        answers.append(Answer(status, (perf_counter() - began) * 1000, body))
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(LINE_END * 2)
    first, *lines = head.split(LINE_END)
    fields = (line.partition(b":") for line in lines)
    length = next((int(v) for name, _, v in fields if name.lower() == b"content-length"), 0)
    return int(first.split()[1]), await reader.readexactly(length)
