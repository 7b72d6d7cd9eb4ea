"""Text to vectors: the one seam for embeddings and its two makers, local and remote."""

from __future__ import annotations

from collections.abc import Callable

from copilot.config import Settings
from copilot.embedder.local import LocalEmbedder
from copilot.embedder.remote import OpenAIEmbedder
from copilot.embedder.seam import Embedder, Vectors
from copilot.errors import ConfigError

__all__ = ["Embedder", "LocalEmbedder", "OpenAIEmbedder", "Vectors", "build_embedder"]


def build_embedder(settings: Settings, *, is_alone: Callable[[], bool] | None = None) -> Embedder:
    """The embedder the settings ask for; `local` builds its graph at the first use.

    `is_alone` tells whether nobody else computes: the local one then hurries.
    """
    kind, _, model = settings.embeddings.partition(":")
    if kind == "local":
        return LocalEmbedder.load(
            settings.models_dir,
            quantise=settings.quantise,
            threads=settings.threads,
            is_alone=is_alone,
        )
    if kind == "openai":
        key = settings.openai_api_key
        return OpenAIEmbedder(
            model,
            key=key.get_secret_value() if key else "",
            base_url=settings.openai_base_url,
            deadline_s=settings.model_deadline_s,
        )
    raise ConfigError(
        f"COPILOT_EMBEDDINGS={settings.embeddings!r} is unknown: use 'local' or 'openai:NAME'."
    )
