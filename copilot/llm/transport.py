"""An HTTP client that stops reading an answer no model would give."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import openai

MAX_ANSWER_BYTES = 8_000_000
READ_TIMEOUT_S = 120.0  # a backstop only: the deadline of the call is what counts


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise ValueError("the answer is too large")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


def bounded_client(base_url: str) -> httpx2.AsyncClient:
    """A client of our own per event loop: a shared one would outlive the loop it belongs to."""
    return openai.DefaultAsyncHttpxClient(
        base_url=base_url,
        timeout=httpx2.Timeout(READ_TIMEOUT_S),
        event_hooks={"response": [_bound]},
    )
