"""Each stage of the article search off by turns, and random weights around the released ones.

`python -m eval.retrieval.ablation --data FOLDER` prints both over the articles of the bank.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation
from copilot.retriever.document_search import LOOKED_UP, NEAREST, DocumentSearch, Weights
from copilot.retriever.query import plan
from eval.retrieval.bootstrap import Interval, interval
from eval.retrieval.metrics import recall_at
from eval.retrieval.runner import Run, Search, difference, run
from eval.retrieval.sets import Case, bank
from ingest.pipeline import Pipeline

STAGES: Mapping[str, tuple[str, ...]] = {
    "vectors": ("dense",),
    "full text": ("lexical",),
    "titles and phrases": ("title",),
    "articles for agents first": ("audience", "audience_in_choice"),
    "overviews of the category": ("overview",),
    "named products": ("named",),
    "special cases held back": ("special",),
    "links between procedures": ("links",),
    "spread over topics": ("spread",),
    "words shared by chance": ("few", "known"),
}
FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True, slots=True)
class Stability:
    """How much the figure hangs on the exact weights."""

    quantiles: tuple[float, float, float]  # 5 %, 50 %, 95 % of recall@10 over random weights
    cross_validated: Interval  # recall@10 of weights chosen without the queries they are judged on


def without(weights: Weights, stage: str) -> Weights:
    """The weights with one stage off."""
    off: dict[str, Any] = dict.fromkeys(STAGES[stage], 0.0)
    return replace(weights, **off)


def ablate(search_of: Callable[[Weights], Search], cases: Sequence[Case]) -> tuple[Run, list[Run]]:
    """The full run, and one run without each stage."""
    weights = Weights()
    full = run("all stages", search_of(weights), cases)
    return full, [run(stage, search_of(without(weights, stage)), cases) for stage in STAGES]


def stability(
    search_of: Callable[[Weights], Search],
    cases: Sequence[Case],
    *,
    settings: int = 120,
    folds: int = 7,
    repeats: int = 40,
    seed: int = 5,
) -> Stability:
    """Draws weights between half and one and a half of the released ones, and cross-validates.

    In each fold the best setting of the other folds is judged on the fold it has not seen.
    """
    draws = random.Random(seed)
    table = np.array(
        [
            [recall_at(list(search(case.asked)), case.relevant, 10) for case in cases]
            for search in (search_of(_drawn(draws)) for _ in range(settings))
        ]
    )
    low, middle, high = (float(q) for q in np.quantile(table.mean(axis=1), [0.05, 0.5, 0.95]))
    held_back = np.zeros(len(cases))
    for repeat in range(repeats):
        order = list(range(len(cases)))
        random.Random(seed + repeat).shuffle(order)
        for fold in range(folds):
            judged = order[fold::folds]
            seen = [place for place in order if place not in set(judged)]
            best = int(np.argmax(table[:, seen].mean(axis=1)))
            held_back[judged] += table[best, judged] / repeats
    return Stability((low, middle, high), interval(held_back.tolist()))


def _drawn(draws: random.Random) -> Weights:
    weights = Weights()
    names = sorted({name for stage in STAGES.values() for name in stage})
    return replace(weights, **{n: getattr(weights, n) * draws.choice(FACTORS) for n in names})


def searches(copilot: Copilot, tenant: str) -> Callable[[Weights], Search]:
    """The article search of a tenant with any weights; what it ranks is found once a query."""
    store = copilot.store(tenant)
    library = copilot.retriever.libraries.of(store)
    key = copilot.indexer.sync(store, "document")

    @cache
    def found(asked: Conversation | str) -> Any:  # noqa: ANN401 - the arguments of one ranking
        planned = plan(asked, acronyms=library.acronyms)
        vectors = np.stack([copilot.embedder.embed_query(text) for text in planned.texts])
        dense = copilot.indexer.vectors.query_many(key, vectors, NEAREST)
        return planned, dense, store.fulltext.search(planned.terms, "document", LOOKED_UP)

    def search_of(weights: Weights) -> Search:
        ranks = DocumentSearch(library, weights)
        return lambda asked: [one.source_id for one in ranks.rank(*found(asked), k=20)]

    return search_of


def main() -> None:
    """Prints what is lost without each stage, and how far the figure hangs on the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds bank/")
    parser.add_argument("--settings", type=int, default=120, help="weights drawn at random")
    given = parser.parse_args()
    articles = bank(given.data / "bank")
    with tempfile.TemporaryDirectory(prefix="eval-") as home:
        copilot = build(Settings(home=Path(home), model="", database_url="", chroma_url=""))
        Pipeline(copilot.store("bank"), copilot.embedder).ingest(articles.documents, origin="bank")
        search_of = searches(copilot, "bank")
        full, less = ablate(search_of, articles.cases)
        drawn = stability(search_of, articles.cases, settings=given.settings)
        copilot.keeper.close()
        copilot.database.close()
    sys.stdout.write("\n".join(_told(full, less, drawn)) + "\n")


def _told(full: Run, less: Sequence[Run], drawn: Stability) -> Iterator[str]:
    metrics = ("recall@10", "hit@5", "ndcg@10")
    yield "  ".join(("all stages", *(f"{metric} {full.interval(metric)}" for metric in metrics)))
    for off in less:
        lost = (f"{metric} {difference(off, full, metric)}" for metric in metrics)
        yield "  ".join((f"lost without {off.name}", *lost))
    low, middle, high = drawn.quantiles
    yield f"recall@10 of drawn weights: 5 % {low:.3f}, 50 % {middle:.3f}, 95 % {high:.3f}"
    yield f"recall@10 cross-validated: {drawn.cross_validated}"


if __name__ == "__main__":
    main()
