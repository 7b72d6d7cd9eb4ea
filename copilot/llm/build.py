"""Builds the chat model that the settings name."""

from __future__ import annotations

from copilot.config import Settings
from copilot.errors import ConfigError
from copilot.llm.openai_chat import LangChainChat
from copilot.llm.protocol import ChatModel
from copilot.tokens import TokenCounter

OPENAI_URL = "https://api.openai.com/v1"
DUMMY_KEY = "not-needed"  # local servers ask for a key and take any


def build_chat_model(settings: Settings) -> ChatModel | None:
    """The configured model, or None where none is; a half-set configuration is an error."""
    if not settings.model:
        return None
    vendor, _, name = settings.model.partition(":")
    if vendor != "openai" or not name:
        raise ConfigError(
            f"COPILOT_MODEL is {settings.model!r}; write openai:NAME, for any server that speaks "
            "the OpenAI protocol (set OPENAI_BASE_URL for your own)."
        )
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    if not key and not settings.openai_base_url:
        raise ConfigError(
            "COPILOT_MODEL is set but neither OPENAI_API_KEY nor OPENAI_BASE_URL is: set a key, "
            "or the address of your own server, or leave COPILOT_MODEL empty."
        )
    return LangChainChat(
        name,
        base_url=settings.openai_base_url or OPENAI_URL,
        api_key=key or DUMMY_KEY,
        counter=TokenCounter(settings.tiktoken_dir, model=name),
    )
