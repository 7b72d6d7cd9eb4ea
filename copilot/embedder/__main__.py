"""`python -m copilot.embedder`: builds the local model's graph and says what it did."""

from __future__ import annotations

import sys
from time import perf_counter

from copilot.config import Settings
from copilot.embedder import build_embedder


def main() -> None:
    """Builds the graph the settings name, unless it is in place."""
    settings = Settings()
    began = perf_counter()
    embedder = build_embedder(settings)
    embedder.embed_query("ready")
    took = perf_counter() - began
    sys.stdout.write(f"embeddings ready in {took:.1f} s: {embedder.name} ({settings.models_dir})\n")


if __name__ == "__main__":
    main()
