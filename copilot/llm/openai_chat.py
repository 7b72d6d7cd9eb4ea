"""Any server that speaks OpenAI's chat completions, through LangChain, made to keep a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any

from copilot.llm.attempts import Course, Request, outcome
from copilot.llm.breaker import Breaker
from copilot.llm.faults import CallError
from copilot.llm.protocol import Completion, Message, Schema
from copilot.llm.structured import Dialect, Form, checked, instructed, response_format
from copilot.tokens import TokenCounter

if TYPE_CHECKING:
    import httpx2
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_openai.chat_models.base import BaseChatOpenAI

MAX_ANSWER_CHARS = 400_000
_VENDOR_LOGGERS = ("openai", "httpx2", "httpcore2", "httpx", "langchain_core", "langchain_openai")


class LangChainChat:
    """LangChain's client for OpenAI-compatible servers behind our `ChatModel`.

    The client's own retries are off and its timeout is a backstop: that timeout is per read
    and its retries multiply it. One deadline here governs everything.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        api_key: str,
        breaker: Breaker | None = None,
        counter: TokenCounter | None = None,
    ) -> None:
        self._model, self._base_url, self._api_key = model, base_url, api_key
        self._breaker = breaker or Breaker()
        self._counter = counter or TokenCounter(model=model)
        self._dialect = Dialect()
        self._open: tuple[asyncio.AbstractEventLoop, BaseChatOpenAI, httpx2.AsyncClient] | None
        self._open = None
        for name in _VENDOR_LOGGERS:  # below WARNING they log whole requests
            logging.getLogger(name).setLevel(logging.WARNING)
        _warm_up(model, base_url, api_key)

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self._model

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = 700,
        deadline_s: float = 8.0,
        temperature: float | None = None,
    ) -> Completion:
        """The whole answer within the deadline, or `ModelError`."""
        end = asyncio.get_running_loop().time() + deadline_s
        request = Request(messages, schema, max_tokens, temperature, end)
        with self._breaker.guard():
            answer = await outcome(self._complete(request))
            if isinstance(answer, CallError):
                raise answer
            return answer

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = 700,
        deadline_s: float = 8.0,
        idle_s: float = 4.0,
        temperature: float | None = None,
    ) -> AsyncIterator[str]:
        """The answer in pieces; `ModelError` at any piece if it does not come whole in time.

        With a schema the pieces are JSON text, to be checked by the reader (`DraftStream`).
        """
        end = asyncio.get_running_loop().time() + deadline_s
        request = Request(messages, schema, max_tokens, temperature, end)
        with self._breaker.guard():
            async with aclosing(self._stream(request, idle_s)) as pieces:
                async for piece in pieces:
                    yield piece

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if self._open is not None and self._open[0] is asyncio.get_running_loop():
            await self._open[2].aclose()
        self._open = None

    async def _complete(self, request: Request) -> Completion:
        course = Course(request, self._dialect)
        async with asyncio.timeout_at(request.end):
            while True:
                answer = await outcome(self._ask(request, course.form))
                if not isinstance(answer, CallError):
                    course.passed()
                    return answer
                await course.after(answer)

    async def _ask(self, request: Request, form: Form) -> Completion:
        with _untraced():
            message = await self._client().ainvoke(
                _vendor_messages(request, form), **_options(request, form)
            )
        _require_whole(message)
        return self._completion(message, request)

    def _completion(self, message: AIMessage, request: Request) -> Completion:
        text = str(message.text)
        if not text.strip():
            raise CallError("empty")
        parsed = checked(text, request.schema) if request.schema is not None else None
        usage = message.usage_metadata
        if usage:
            prompt_tokens, completion_tokens = usage["input_tokens"], usage["output_tokens"]
        else:
            prompt_tokens = sum(self._counter.count(m.text) for m in request.messages)
            completion_tokens = self._counter.count(text)
        return Completion(
            text, parsed, prompt_tokens, completion_tokens, self._model, estimated=not usage
        )

    async def _stream(self, request: Request, idle_s: float) -> AsyncGenerator[str]:
        course = Course(request, self._dialect)
        while True:
            sent = False
            async with aclosing(self._pieces(request, course.form, idle_s)) as pieces:
                while isinstance(piece := await outcome(anext(pieces, "")), str) and piece:
                    sent = True
                    yield piece
            if isinstance(piece, str):
                course.passed()
                return
            if sent:  # what the reader has seen cannot be taken back
                raise piece
            await course.after(piece)

    async def _pieces(self, request: Request, form: Form, idle_s: float) -> AsyncGenerator[str]:
        chunks = self._client().astream(_vendor_messages(request, form), **_options(request, form))
        size, finish, limit_s = 0, None, request.left_s
        async with aclosing(chunks):  # type: ignore[type-var]
            while (chunk := await _next(chunks, limit_s)) is not None:
                finish = chunk.response_metadata.get("finish_reason") or finish
                text = str(chunk.text)
                size += len(text)
                if size > MAX_ANSWER_CHARS:
                    raise CallError("malformed")
                if text:
                    yield text
                limit_s = min(idle_s, request.left_s)
        _require_finished(finish)
        if not size:
            raise CallError("empty")

    def _client(self) -> BaseChatOpenAI:
        loop = asyncio.get_running_loop()
        if self._open is None or self._open[0] is not loop:
            self._open = (loop, *_vendor_client(self._model, self._base_url, self._api_key))
        return self._open[1]


async def _next(chunks: AsyncIterator[AIMessageChunk], limit_s: float) -> AIMessageChunk | None:
    with _untraced():
        async with asyncio.timeout(max(limit_s, 0)):
            return await anext(chunks, None)


def _require_whole(message: AIMessage) -> None:
    if message.additional_kwargs.get("refusal"):
        raise CallError("refused")
    _require_finished(message.response_metadata.get("finish_reason"))


def _require_finished(finish: str | None) -> None:
    """Only `stop` is a whole answer; a stream that ends without a word was cut."""
    if finish == "stop":
        return
    if finish == "content_filter":
        raise CallError("refused")
    raise CallError("truncated" if finish in {None, "length"} else "malformed")


def _vendor_messages(request: Request, form: Form) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    messages = instructed(request.messages, request.schema, form.mode)
    return [kinds[message.role](message.text) for message in messages]


def _options(request: Request, form: Form) -> dict[str, Any]:
    # `extra_body` keeps the SDK's own parsing of structured answers out of the way: it turns
    # a cut or refused answer into exceptions of its own before we see why.
    options: dict[str, Any] = {"max_tokens": request.max_tokens}
    if form.temperature is not None:
        options["temperature"] = form.temperature
    wanted = response_format(request.schema, form.mode)
    if wanted is not None:
        options["extra_body"] = {"response_format": wanted}
    return options


def _warm_up(model: str, base_url: str, api_key: str) -> None:
    """Import what a first call needs and load the certificates: seconds no request should pay."""
    import langchain_core.messages  # noqa: F401
    import langsmith  # noqa: F401
    import openai.resources.chat  # noqa: F401

    with _untraced():
        _vendor_client(model, base_url, api_key)


def _vendor_client(
    model: str, base_url: str, api_key: str
) -> tuple[BaseChatOpenAI, httpx2.AsyncClient]:
    from langchain_openai import ChatOpenAI
    from langchain_openai.chat_models.base import BaseChatOpenAI
    from pydantic import SecretStr

    from copilot.llm.transport import READ_TIMEOUT_S, bounded_client

    # OpenAI wants `max_completion_tokens`; compatible servers know only `max_tokens`.
    kind = ChatOpenAI if "api.openai.com" in base_url else BaseChatOpenAI
    client = bounded_client(base_url)
    chat = kind(
        model=model,
        base_url=base_url,
        api_key=SecretStr(api_key),
        timeout=READ_TIMEOUT_S,
        max_retries=0,
        http_async_client=client,
        use_responses_api=False,
        stream_usage=False,
        stream_chunk_timeout=None,
        cache=False,
    )
    return chat, client


@contextmanager
def _untraced() -> Iterator[None]:
    """Keep LangChain from sending conversations to a tracing service the environment names."""
    from langsmith import tracing_context

    with tracing_context(enabled=False):
        yield
