"""Ours as a library, without its door: `python -m eval.bench.inside HOME`, told by lines.

What is asked and answered is what the usual stack's own process is asked: a query, and what the
search took by the clock and the processor of this process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from copilot.compute import Compute, settle
from copilot.domain import SOURCE_KINDS
from eval.bench import store
from ingest.rate import Spent


def main() -> None:
    """Answers until the input ends."""
    copilot = store.opened(Path(sys.argv[1]), compute=Compute())
    tenant = copilot.store()
    copilot.retriever.warm(tenant)
    settle()
    for line in sys.stdin:
        asked, spent = json.loads(line), Spent()
        with spent.measuring():
            copilot.retriever.search(tenant, asked["query"], k=asked["k"], kinds=SOURCE_KINDS)
        sys.stdout.write(json.dumps({"clock_s": spent.clock_s, "cpu_s": spent.cpu_s}) + "\n")
        sys.stdout.flush()
    store.close(copilot)


if __name__ == "__main__":
    main()
