"""A local server that speaks chat completions, well or in any of the ways servers fail."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

SECRET = "upstream-secret-sk-12345"  # stands in every faulty answer; must never surface
PIECE_S = 0.15
PIECES = 200


@dataclass(frozen=True)
class Say:
    """A healthy answer, or one with a chosen ending."""

    text: str | None
    finish: str | None = "stop"
    usage: bool = True
    refusal: str | None = None


@dataclass(frozen=True)
class Fault:
    """One of `FAULTS` by name."""

    name: str


Step = str | Say | Fault
Script = Step | Iterable[Step] | Callable[[Mapping[str, Any]], Step]


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(str(m["content"]) for m in self.body["messages"])


@dataclass
class Exchange:
    """One request being answered."""

    writer: asyncio.StreamWriter
    body: Mapping[str, Any]

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    def head(self, status: str, kind: str, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def whole(self, status: str, kind: str, data: bytes, **headers: str) -> None:
        self.head(status, kind, Content_Length=str(len(data)), **headers)
        self.writer.write(data)

    def open_stream(self) -> None:
        self.head("200 OK", "text/event-stream", Transfer_Encoding="chunked")

    async def piece(self, data: bytes) -> None:
        self.writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self.writer.drain()

    async def event(self, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        await self.piece(f"data: {text}\n\n".encode())

    def close_stream(self) -> None:
        self.writer.write(b"0\r\n\r\n")


class FakeUpstream:
    """`with FakeUpstream("Hello.") as up: ... up.base_url`; records what it was sent.

    `script`: one step for ever, steps in turn (the last for ever), or a function of the
    request's body. `rejects`: request features answered with 400, of "json_schema",
    "json_object", "temperature". `in_progress`: requests not yet answered or broken off.
    """

    def __init__(self, script: Script = "Hello.", *, rejects: Iterable[str] = ()) -> None:
        self._next = _stepper(script)
        self._rejects = frozenset(rejects)
        self.requests: list[Received] = []
        self.in_progress = 0
        self.base_url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> FakeUpstream:
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.in_progress += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            received = await _read(reader)
            self.requests.append(received)
            await self._answer(Exchange(writer, received.body))
            await writer.drain()
        self.in_progress -= 1
        writer.close()

    async def _answer(self, exchange: Exchange) -> None:
        wanted = exchange.body.get("response_format", {}).get("type")
        if wanted in self._rejects or self._rejects & exchange.body.keys():
            error = json.dumps({"error": {"message": f"{wanted} is not supported {SECRET}"}})
            exchange.whole("400 Bad Request", "application/json", error.encode())
            return
        step = self._next(exchange.body)
        if isinstance(step, Fault):
            await FAULTS[step.name](exchange)
        else:
            await say(exchange, step if isinstance(step, Say) else Say(step))


def _stepper(script: Script) -> Callable[[Mapping[str, Any]], Step]:
    if callable(script):
        return script
    steps = [script] if isinstance(script, str | Say | Fault) else list(script)
    return lambda _: steps.pop(0) if len(steps) > 1 else steps[0]


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:]) if k}
    data = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0].split()[1], headers, json.loads(data or b"{}"))


async def say(exchange: Exchange, answer: Say) -> None:
    """A well-formed answer, whole or as a stream of words."""
    if not exchange.streams:
        exchange.whole("200 OK", "application/json", json.dumps(completion(answer)).encode())
        return
    exchange.open_stream()
    for part in _parts(answer.text):
        await exchange.event(chunk(part))
    await exchange.event(chunk(None, answer.finish))
    await exchange.event("[DONE]")
    exchange.close_stream()


def _parts(text: str | None) -> list[str]:
    return [text[i : i + 7] for i in range(0, len(text), 7)] if text else []


def completion(answer: Say) -> dict[str, Any]:
    """The JSON body of a whole answer."""
    message = {"role": "assistant", "content": answer.text}
    if answer.refusal:
        message["refusal"] = answer.refusal
    body: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": answer.finish}],
    }
    if answer.usage:
        body["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return body


def chunk(text: str | None, finish: str | None = None) -> dict[str, Any]:
    """One event of a stream."""
    delta = {} if text is None else {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _status(status: str, **headers: str) -> Callable[[Exchange], Any]:
    async def answer(exchange: Exchange) -> None:
        body = json.dumps({"error": {"message": f"key {SECRET} {status}", "type": "x"}})
        exchange.whole(status, "application/json", body.encode(), **headers)

    return answer


async def _html(exchange: Exchange) -> None:
    exchange.whole("200 OK", "text/html", f"<html>Login {SECRET}</html>".encode())


async def _truncated_json(exchange: Exchange) -> None:
    exchange.whole("200 OK", "application/json", b'{"id": "c1", "choices": [{"message": {"con')


async def _no_choices(exchange: Exchange) -> None:
    body = {**completion(Say("x")), "choices": []}
    if not exchange.streams:
        exchange.whole("200 OK", "application/json", json.dumps(body).encode())
        return
    exchange.open_stream()
    await exchange.event({**chunk("x"), "choices": []})
    await exchange.event("[DONE]")
    exchange.close_stream()


async def _reset(exchange: Exchange) -> None:
    exchange.writer.transport.abort()


async def _hang(exchange: Exchange) -> None:
    await asyncio.sleep(3600)


async def _slow_body(exchange: Exchange) -> None:
    """Twenty bytes at a time, each within any read timeout."""
    data = json.dumps(completion(Say("slow " * 400))).encode()
    exchange.head("200 OK", "application/json", Content_Length=str(len(data)))
    for start in range(0, len(data), 20):
        exchange.writer.write(data[start : start + 20])
        await exchange.writer.drain()
        await asyncio.sleep(PIECE_S)


async def _begin(exchange: Exchange) -> None:
    """The part of an answer that precedes a fault in its middle."""
    if exchange.streams:
        exchange.open_stream()
        await exchange.event(chunk("Your order "))
    else:
        exchange.head("200 OK", "application/json", Transfer_Encoding="chunked")
        await exchange.piece(b'{"id": "c1", "choices": [{"index": 0, "message": {"content": "Your ')


async def _no_finish(exchange: Exchange) -> None:
    if not exchange.streams:
        await say(exchange, Say("Your order ", finish=None))
        return
    await _begin(exchange)
    exchange.close_stream()


async def _aborted(exchange: Exchange) -> None:
    await _begin(exchange)
    await exchange.writer.drain()
    exchange.writer.close()


async def _bad_json(exchange: Exchange) -> None:
    await _begin(exchange)
    await exchange.piece(b"data: {broken " + SECRET.encode() + b"\n\n")
    exchange.close_stream()


async def _bad_utf8(exchange: Exchange) -> None:
    await _begin(exchange)
    await exchange.piece(b'data: {"id": "\xff\xfe\xfa"}\n\n')
    exchange.close_stream()


async def _error_event(exchange: Exchange) -> None:
    error = {"error": {"message": f"overloaded {SECRET}", "type": "server_error"}}
    if not exchange.streams:
        exchange.whole("200 OK", "application/json", json.dumps(error).encode())
        return
    await _begin(exchange)
    await exchange.event(error)
    exchange.close_stream()


async def _drip(exchange: Exchange) -> None:
    await _begin(exchange)
    for _ in range(PIECES):
        await (exchange.event(chunk("x ")) if exchange.streams else exchange.piece(b" "))
        await asyncio.sleep(PIECE_S)


async def _stall(exchange: Exchange) -> None:
    await _begin(exchange)
    await asyncio.sleep(3600)


async def _malformed_body(exchange: Exchange) -> None:
    """A 200 of another protocol altogether; to a streaming call it yields no event."""
    exchange.whole("200 OK", "application/json", json.dumps({"hello": SECRET}).encode())


async def _huge(exchange: Exchange) -> None:
    exchange.head("200 OK", "text/event-stream", Transfer_Encoding="chunked")
    while True:
        await exchange.piece(b" " * 1_000_000)


def _saying(answer: Say) -> Callable[[Exchange], Any]:
    async def run(exchange: Exchange) -> None:
        await say(exchange, answer)

    return run


FAULTS: dict[str, Callable[[Exchange], Any]] = {
    "status_500": _status("500 Internal Server Error"),
    "status_429_soon": _status("429 Too Many Requests", Retry_After="1"),
    "status_429_late": _status("429 Too Many Requests", Retry_After="7200"),
    "status_401": _status("401 Unauthorized"),
    "html": _html,
    "truncated_json": _truncated_json,
    "no_choices": _no_choices,
    "null_content": _saying(Say(None)),
    "length": _saying(Say("Your order is", finish="length")),
    "reset": _reset,
    "hang": _hang,
    "slow_body": _slow_body,
    "stream_no_finish": _no_finish,
    "stream_aborted": _aborted,
    "stream_bad_json": _bad_json,
    "stream_bad_utf8": _bad_utf8,
    "stream_error_event": _error_event,
    "stream_drip": _drip,
    "stream_stall": _stall,
    "malformed_body": _malformed_body,
    "content_filter": _saying(Say("Your ", finish="content_filter")),
    # Beyond the twenty-one.
    "huge_body": _huge,
    "status_404": _status("404 Not Found"),
    "tool_calls": _saying(Say("Your ", finish="tool_calls")),
}
THE_21 = tuple(FAULTS)[:21]
