"""Embeddings from OpenAI or a server that speaks its protocol: bounded, checked, never trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from functools import cached_property
from math import inf
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from copilot.embedder.cleaning import clean
from copilot.embedder.seam import Progress, QueryCache, Vectors
from copilot.errors import ConfigError, EmbedderError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

T = TypeVar("T")

BATCH = 64
PARALLEL = 4
TRIES = 3
FIRST_PAUSE_S = 0.25
# A byte-level vocabulary never makes more tokens than bytes, and the usual limit is 8,191 tokens.
MAX_BYTES = 8000
NOTHING = "."  # sent for a text without a word: servers refuse an empty one
TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
ADVICE = {
    400: "It refused the request: check the model's name in COPILOT_EMBEDDINGS.",
    401: "It refused the key: check OPENAI_API_KEY.",
    403: "It refused the key: check OPENAI_API_KEY and what the key may use.",
    404: "It does not know the model or the address: check COPILOT_EMBEDDINGS and OPENAI_BASE_URL.",
    429: "It is over its limit: wait, or raise the limit of your account.",
}


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=True)
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")
    data: list[_Item]


class _Transient(Exception):
    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class OpenAIEmbedder:
    """Asks a server for vectors; a batch with all its tries has `deadline_s` and no more."""

    def __init__(
        self, model: str, *, key: str, base_url: str = "", deadline_s: float = 8.0
    ) -> None:
        if not model:
            raise ConfigError("COPILOT_EMBEDDINGS=openai: names no model: use openai:NAME.")
        if not key and not base_url:
            raise ConfigError("Embeddings by OpenAI need a key: set OPENAI_API_KEY.")
        host = urlsplit(base_url).netloc.rpartition("@")[2] if base_url else "api.openai.com"
        self.name = f"openai/{model}@{host}/{MAX_BYTES}b"
        self._model = model
        self._key = key or "none"  # servers of one's own often want no key; the SDK insists
        self._base_url = base_url or None
        self._deadline_s = deadline_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = Lock()
        self._dim: int | None = None
        self._queries = QueryCache()

    @property
    def dim(self) -> int:
        """Length of the vectors; the first look asks the server."""
        if self._dim is None:
            self.embed_query(NOTHING)
        return self._dim or 0

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """One unit vector per text, in order; equal texts are sent once."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        distinct = list(dict.fromkeys(texts))
        batches = [distinct[at : at + BATCH] for at in range(0, len(distinct), BATCH)]
        vectors = np.concatenate(self._wait(self._all(batches, progress)))
        if progress and len(texts) > len(distinct):
            progress(len(texts) - len(distinct))
        place = {text: i for i, text in enumerate(distinct)}
        return np.ascontiguousarray(vectors[[place[text] for text in texts]])

    def embed_query(self, text: str) -> Vectors:
        """The vector of one query; remembered."""
        return self._queries.get(text, lambda asked: self._wait(self._batch([asked]))[0])

    @cached_property
    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        return AsyncOpenAI(api_key=self._key, base_url=self._base_url, max_retries=0)

    def _wait(self, work: Coroutine[None, None, T]) -> T:
        """Runs the work on this embedder's own loop: a cancelled request then really ends."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=self._loop.run_forever, name="embedder-loop", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _all(self, batches: list[list[str]], progress: Progress | None) -> list[Vectors]:
        free = asyncio.Semaphore(PARALLEL)

        async def one(batch: list[str]) -> Vectors:
            async with free:
                vectors = await self._batch(batch)
            if progress:
                progress(len(batch))
            return vectors

        tasks = [asyncio.create_task(one(batch)) for batch in batches]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _batch(self, texts: list[str]) -> Vectors:
        sent = [_sendable(text) for text in texts]
        try:
            async with asyncio.timeout(self._deadline_s):
                body = await self._tries(sent)
        except TimeoutError:
            raise self._fault(f"It gave no answer within {self._deadline_s:g} s.") from None
        return self._checked(body, len(texts))

    async def _tries(self, sent: list[str]) -> bytes:
        pause, ends = FIRST_PAUSE_S, monotonic() + self._deadline_s
        for remaining in reversed(range(TRIES)):
            try:
                return await self._once(sent)
            except _Transient as fault:
                wait_s = fault.wait_s if fault.wait_s is not None else pause
                if not remaining or monotonic() + wait_s >= ends:
                    raise self._fault(fault.reason) from None
            await asyncio.sleep(wait_s)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    async def _once(self, sent: list[str]) -> bytes:
        import openai

        try:
            answer = await self._client.embeddings.with_raw_response.create(
                model=self._model, input=sent, encoding_format="float", timeout=self._deadline_s
            )
        except openai.APIStatusError as fault:
            status = fault.status_code
            advice = ADVICE.get(status, f"It answered with status {status}.")
            if status in TRANSIENT:
                raise _Transient(advice, _retry_after(fault.response.headers)) from None
            raise self._fault(advice) from None
        except openai.APIConnectionError:
            raise _Transient("It cannot be reached: check OPENAI_BASE_URL.") from None
        except openai.OpenAIError:
            raise self._fault("Its answer is not one of this protocol.") from None
        return answer.http_response.content

    def _checked(self, body: bytes, count: int) -> Vectors:
        try:
            items = _Answer.model_validate_json(body).data
        except ValidationError:
            raise self._fault("Its answer is not one of this protocol.") from None
        if sorted(item.index for item in items) != list(range(count)):
            raise self._fault(f"It was sent {count} texts and answered for others.")
        rows = [item.embedding for item in sorted(items, key=lambda item: item.index)]
        dim = self._dim or len(rows[0])
        if not dim or any(len(row) != dim for row in rows):
            raise self._fault(f"Its vectors do not all have {dim} numbers.")
        vectors = np.array(rows, np.float64)
        with np.errstate(over="ignore"):  # what overflows is refused below
            length = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(length).all() or not length.all():
            raise self._fault("Its vectors hold what is no number, or nothing.")
        self._dim = dim
        unit: Vectors = (vectors / length).astype(np.float32)
        return unit

    def _fault(self, what: str) -> EmbedderError:
        return EmbedderError(f"The embedding server ({self.name}) did not help. {what}")


def _sendable(text: str) -> str:
    cut = clean(text, MAX_BYTES).encode()[:MAX_BYTES].decode("utf-8", "ignore")
    return cut if cut.strip() else NOTHING


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks to wait; its date form and nonsense count as not said."""
    try:
        wait_s = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait_s if 0 <= wait_s < inf else None
