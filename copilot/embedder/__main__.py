"""`python -m copilot.embedder` builds the local model's graph; `--bench` measures it."""

from __future__ import annotations

import argparse
import sys
from time import perf_counter

from copilot.config import Settings
from copilot.embedder import graphfile
from copilot.embedder.precision import chosen
from copilot.errors import CopilotError


def main(arguments: list[str] | None = None) -> int:
    """Builds the graph the settings name unless it is in place, and says so; 1 on a fault."""
    parser = argparse.ArgumentParser(prog="python -m copilot.embedder", description=__doc__)
    parser.add_argument("--bench", action="store_true", help="measure it beside the usual way")
    bench = parser.parse_args(arguments).bench
    settings = Settings()
    try:
        sys.stdout.write(_bench(settings) if bench else _build(settings))
    except CopilotError as fault:
        sys.stderr.write(f"{fault.detail}\n")
        return 1
    return 0


def _build(settings: Settings) -> str:
    if settings.embeddings != "local":
        return f"nothing to build: embeddings come from {settings.embeddings}\n"
    precision, began = chosen(settings.quantise), perf_counter()
    path = graphfile.path_of(settings.models_dir, precision)
    if graphfile.is_whole(path):
        return f"embedding graph in place: {path}\n"
    size = graphfile.size_of(graphfile.build(settings.models_dir, precision))
    took = perf_counter() - began
    return f"embedding graph built in {took:.1f} s: {path} ({size / 1e6:.0f} MB, {precision})\n"


def _bench(settings: Settings) -> str:
    from copilot.embedder.bench import report

    return report(settings.models_dir, settings.threads) + "\n"


if __name__ == "__main__":
    sys.exit(main())
