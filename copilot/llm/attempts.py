"""The course of one request: which form to try, when to try again, when to give up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from copilot.llm.faults import REROLLED, RETRYABLE, CallError, fault_of
from copilot.llm.protocol import Message, Schema
from copilot.llm.structured import Dialect, Form

ATTEMPTS = 3
FIRST_PAUSE_S = 0.2
LEAST_ATTEMPT_S = 0.3  # with less time left another attempt cannot succeed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model, with the moment (on the loop's clock) by which it is over."""

    messages: Sequence[Message]
    schema: Schema | None
    max_tokens: int
    temperature: float | None
    end: float

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self.end - asyncio.get_running_loop().time()


class Course:
    """Tries forms until one is not rejected, and a form again while its fault may pass."""

    def __init__(self, request: Request, dialect: Dialect) -> None:
        self._request = request
        self._dialect = dialect
        self._forms = dialect.forms(request.schema, request.temperature)
        self._rejected: list[Form] = []
        self._attempts = 0
        self.form = next(self._forms)

    def passed(self) -> None:
        """The present form gave an answer."""
        self._dialect.learn(self.form, self._rejected)

    async def after(self, fault: CallError) -> None:
        """Prepare the next attempt, or raise the fault."""
        if fault.rejected:
            self._next_form(fault)
            return
        self._attempts += 1
        pause_s = fault.retry_after_s
        if pause_s is None:
            pause_s = FIRST_PAUSE_S * 2 ** (self._attempts - 1)
        if fault.reason in REROLLED:  # the server is well, another answer may be too
            pause_s = 0.0
        most = 2 if fault.reason in REROLLED else ATTEMPTS
        hopeless = fault.reason not in RETRYABLE or self._attempts >= most
        if hopeless or pause_s + LEAST_ATTEMPT_S > self._request.left_s:
            raise fault
        await asyncio.sleep(pause_s)

    def _next_form(self, fault: CallError) -> None:
        self._rejected.append(self.form)
        form = next(self._forms, None)
        if form is None:
            raise fault
        self.form = form


async def outcome(work: Awaitable[T]) -> T | CallError:
    """The result, or the fault as a value: so no vendor's exception hangs on what we raise."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - the SDK lets JSONDecodeError and more through
        return fault_of(error)
