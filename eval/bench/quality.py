"""Recall and time of ours and of every peer over the bank's articles, for the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from copilot.domain import Conversation
from eval.bench.corpus import DATA, Articles
from eval.bench.ingest import Sides
from eval.bench.peers import Peer, peers, with_txtai
from eval.bench.txtai_peer import Txtai
from eval.retrieval.runner import Run, run
from eval.retrieval.sets import bank

MARKS = ("<!-- peers: written by python -m eval.bench --peers -->", "<!-- end of peers -->")
HEAD = """\
## Beside others

698 articles of the bank, {n} openings, {day}, {on}, shared with other work;
searches by turns in one process, one client, warm, no query answered from a cache. Peers use the
same weights of all-MiniLM-L6-v2 in fp32 and passages of 1,000/200 characters by LangChain's
splitter; their passages are reduced to articles, best first. Nothing of theirs is tuned. txtai
brings PyTorch and runs in a process of its own; it is given the same vectors.

| search | recall@10 | hit@5 | recall@20 | MRR@10 | p50 ms |
|---|---|---|---|---|---|"""
WARM = ("Is anybody there?", "Where do I see my bills?", "How long does a transfer take?")


def compare(sides: Sides, articles: Articles) -> list[Run]:
    """Every search over the openings, by turns; empty without the bank's data."""
    if articles.name != "bank":
        return []
    cases = bank(DATA / "bank").cases
    ours, store = sides.ours, sides.ours.store()

    def mine(query: str) -> list[str]:
        hits = ours.retriever.search(store, query, k=20, kinds=("document",))
        return [hit.chunk.source_id for hit in hits]

    lean = sides.lean
    vectors = np.stack([lean.embeddings.known[text] for _, text in lean.texts])
    txtai = Txtai([text for _, text in lean.texts], vectors, sides.folder)
    searches = [
        Peer("Continuum, all stages, int8", mine), *peers(lean), with_txtai(lean, txtai),
    ]  # fmt: skip
    for peer in searches:
        for query in WARM:
            peer.search(query)
    by_case = [[run(p.name, _asked(p.search), [case]) for p in searches] for case in cases]
    txtai.close()
    return [
        Run(peer.name, tuple(runs[place].rows[0] for runs in by_case))
        for place, peer in enumerate(searches)
    ]


def _asked(search: Callable[[str], list[str]]) -> Callable[[Conversation | str], list[str]]:
    return lambda asked: search(asked if isinstance(asked, str) else "")


def written(report: str, runs: list[Run], machine: str) -> str:
    """The report with its section on peers replaced, or added at the end."""
    if not runs:
        return report
    start, end = MARKS
    section = f"{start}\n{_section(runs, machine)}\n{end}"
    if start in report:
        pattern = re.escape(start) + r".*?" + re.escape(end)
        return re.sub(pattern, lambda _: section, report, flags=re.DOTALL)
    return f"{report.rstrip()}\n\n{section}\n"


def _section(runs: list[Run], machine: str) -> str:
    lines = [HEAD.format(n=len(runs[0].rows), day=f"{datetime.now(UTC):%d %B %Y}", on=machine)]
    for found in runs:
        cells = [str(found.interval(m)) for m in ("recall@10", "hit@5", "recall@20", "mrr@10")]
        lines.append("| " + " | ".join([found.name, *cells, f"{found.took(0.5):.1f}"]) + " |")
    return "\n".join(lines)
