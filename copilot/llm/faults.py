"""Every way a model can fail, told in our own words: nothing an upstream said gets through."""

from __future__ import annotations

import asyncio
import math
from typing import Final

from copilot.errors import ModelError
from copilot.llm.protocol import Reason

SENTENCES: Final[dict[Reason, str]] = {
    "timeout": "The language model did not answer in time.",
    "rate_limited": "The language model's provider refuses more requests for now.",
    "unauthorised": "The language model's provider rejects our key; check OPENAI_API_KEY.",
    "upstream_error": "The language model's provider reports a fault of its own.",
    "malformed": "The language model's answer was not in the form asked for.",
    "truncated": "The language model's answer ended early and was discarded.",
    "empty": "The language model gave no answer.",
    "unreachable": "The language model cannot be reached; check OPENAI_BASE_URL and the network.",
    "refused": "The language model's provider refused this request; check COPILOT_MODEL.",
}
RETRYABLE: Final[frozenset[Reason]] = frozenset(
    {"rate_limited", "upstream_error", "unreachable", "malformed", "empty"}
)
# A bad answer that was paid for: asked for once more, no oftener.
REROLLED: Final[frozenset[Reason]] = frozenset({"malformed", "empty"})
# Faults of the server or the way to it; the others lie in one request and say nothing of the next.
OUTAGES: Final[frozenset[Reason]] = frozenset(
    {"timeout", "rate_limited", "unauthorised", "upstream_error", "unreachable"}
)


class CallError(ModelError):
    """A `ModelError` with what the retry loop needs to know."""

    reason: Reason

    def __init__(
        self,
        reason: Reason,
        *,
        retry_after_s: float | None = None,
        rejected: bool = False,
        resting: bool = False,
    ) -> None:
        detail = SENTENCES[reason]
        if resting:
            detail += " After repeated faults it is left alone for a moment."
        super().__init__(detail, reason=reason)
        self.retry_after_s = retry_after_s
        self.rejected = rejected  # the request's form; another form may pass


def fault_of(error: Exception) -> CallError:
    """The fault behind any exception of the vendor's stack; its text is dropped here."""
    import openai  # the vendor's import takes most of a second

    if isinstance(error, CallError):
        return error
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, error.response.headers.get("retry-after"))
    if isinstance(error, openai.APITimeoutError | TimeoutError | asyncio.TimeoutError):
        return CallError("timeout")
    if isinstance(error, openai.LengthFinishReasonError):
        return CallError("truncated")
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return CallError("refused")
    if isinstance(error, openai.APIConnectionError | OSError):
        return CallError("unreachable")
    if isinstance(error, openai.APIResponseValidationError):
        return CallError("malformed")
    if isinstance(error, openai.APIError):  # an error event inside a stream
        return CallError("upstream_error")
    if isinstance(error, IndexError):  # an answer without choices
        return CallError("empty")
    return _of_transport(error)


def _of_transport(error: Exception) -> CallError:
    import httpx2

    if isinstance(error, httpx2.TimeoutException):
        return CallError("timeout")
    if isinstance(error, httpx2.TransportError):
        return CallError("unreachable")
    return CallError("malformed")  # JSONDecodeError, UnicodeDecodeError, TypeError, KeyError, ...


def _of_status(status: int, retry_after: str | None) -> CallError:
    if status in {401, 403}:
        return CallError("unauthorised")
    if status == 429:
        return CallError("rate_limited", retry_after_s=_seconds(retry_after))
    if status in {408, 504}:
        return CallError("timeout")
    if status >= 500:
        return CallError("upstream_error", retry_after_s=_seconds(retry_after))
    return CallError("refused", rejected=status in {400, 415, 422})


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds. A date is treated as too far: it is rare and never short."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return math.inf
    return max(seconds, 0.0) if math.isfinite(seconds) else math.inf
