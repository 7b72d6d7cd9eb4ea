"""Every fault the product names, each with a stable code; doors give the HTTP status."""

from __future__ import annotations


class CopilotError(Exception):
    """Base of all named faults. `detail` is written for the person who sees it."""

    code = "internal"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class InvalidInput(CopilotError):
    """What was sent cannot be used as it is."""

    code = "invalid_input"


class TooLarge(InvalidInput):
    """What was sent exceeds a stated limit."""

    code = "too_large"


class NotTheirWords(InvalidInput):
    """A quote that does not stand in the customer's own words."""

    code = "not_customer_words"


class NotForSales(CopilotError):
    """This customer's case may not go to sales now; `reason` is one of the codes of silence."""

    code = "not_for_sales"

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail)
        self.reason = reason


class NotFound(CopilotError):
    """The thing named does not exist for this tenant."""

    code = "not_found"


class Unauthenticated(CopilotError):
    """No key, or one that is unknown or revoked."""

    code = "unauthenticated"


class Forbidden(CopilotError):
    """The key is good but its role may not do this."""

    code = "forbidden"


class Conflict(CopilotError):
    """The request contradicts the present state."""

    code = "conflict"


class RateLimited(CopilotError):
    """Too many requests; try again after `retry_after_s`."""

    code = "rate_limited"

    def __init__(self, detail: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class StoreError(CopilotError):
    """The database could not do its work (full disk, locked, unreachable)."""

    code = "store_unavailable"


class IndexLocked(CopilotError):
    """Another process holds the vector index of this installation."""

    code = "index_locked"


class IndexBroken(CopilotError):
    """The vector index is missing, damaged or behind; it is rebuilt from the tables."""

    code = "index_broken"


class EmbedderError(CopilotError):
    """Text could not be turned into vectors."""

    code = "embedder_unavailable"


class ModelError(CopilotError):
    """The language model failed; `reason` is one of our own short words, never upstream text."""

    code = "model_unavailable"

    def __init__(self, detail: str, *, reason: str = "error") -> None:
        super().__init__(detail)
        self.reason = reason


class PromptError(CopilotError):
    """A prompt file is malformed, or a variable is unknown, missing or too long."""

    code = "prompt_invalid"


class ConfigError(CopilotError):
    """A setting is missing or contradicts another."""

    code = "config_invalid"
