"""The product's own retriever over a set: ingested by the pipeline into a store of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation, Interaction, SourceKind
from copilot.errors import InvalidInput
from eval.retrieval import sets
from eval.retrieval.runner import Run, run
from ingest.pipeline import Pipeline

SETS = ("bank", "star")
DEPTH = 20
STAR_METRICS = ("hit@1", "hit@5", "hit@10", "mrr@10", "ndcg@10")


def measured(name: str, data: Path, *, limit: int) -> Run:
    """A run over a set. Raises InvalidInput and NotFound."""
    if name not in SETS:
        raise InvalidInput(f"There is no set {name!r}: choose {' or '.join(SETS)}.")
    with tempfile.TemporaryDirectory(prefix="eval-") as home:
        settings = Settings(home=Path(home), model="", database_url="", chroma_url="")
        copilot = build(settings)
        try:
            return _bank(copilot, data) if name == "bank" else _star(copilot, data, limit)
        finally:
            copilot.keeper.close()
            copilot.database.close()


def own(path: Path, kinds: Sequence[SourceKind]) -> tuple[Run, list[str]]:
    """A run of a user's questions over their own data, and the wanted ids that are not stored.

    Raises InvalidInput.
    """
    cases = sets.own(path)
    copilot = build(Settings(model=""))
    try:
        store = copilot.store()
        wanted = sorted({one for case in cases for one in case.relevant})
        stored = {one for kind in kinds for one in store.sources.fingerprints(kind, wanted)}
        if not stored:
            raise InvalidInput(
                f"None of the sources that {path.name} names is stored here ({wanted[0]!r}, …): "
                "ingest them first, or say with COPILOT_HOME which installation is meant."
            )
        copilot.retriever.warm(store)

        def search(asked: Conversation | str) -> Sequence[str]:
            hits = copilot.retriever.search(store, asked, k=DEPTH, kinds=tuple(kinds))
            return [hit.chunk.source_id for hit in hits]

        found = run(path.stem, search, cases)
        return found, [one for one in wanted if one not in stored]
    finally:
        copilot.keeper.close()
        copilot.database.close()


def _bank(copilot: Copilot, data: Path) -> Run:
    found, store = sets.bank(data / "bank"), copilot.store()
    Pipeline(store, copilot.embedder).ingest(found.documents, origin="bank")
    copilot.retriever.warm(store)

    def search(asked: Conversation | str) -> Sequence[str]:
        hits = copilot.retriever.search(store, asked, k=DEPTH, kinds=("document",))
        return [hit.chunk.source_id for hit in hits]

    return run("bank", search, found.cases)


def _star(copilot: Copilot, data: Path, limit: int) -> Run:
    """Past dialogues of one part are indexed; replies of the other are asked for by label."""
    past = [_plain(dialogue) for dialogue in sets.star(data / "star", "learn")[:limit]]
    held = sets.star(data / "star", "check")[: max(1, limit // 5)]
    labels = {(d.source_id, n): turn.label for d in past for n, turn in enumerate(d.turns)}
    store = copilot.store()
    Pipeline(store, copilot.embedder).ingest(past, origin="star")
    copilot.retriever.warm(store)

    def search(asked: Conversation | str) -> Sequence[str]:
        hits = copilot.retriever.search(store, asked, k=DEPTH, kinds=("interaction",))
        found = [labels.get((hit.chunk.source_id, hit.chunk.turn or 0)) for hit in hits]
        return [label for label in found if label]

    return run(f"star, {len(past)} dialogues", search, list(sets.reply_cases(held)),
               metrics=STAR_METRICS)  # fmt: skip


def _plain(dialogue: Interaction) -> Interaction:
    """Without tags and labels: what a user's own history would hold."""
    turns = tuple(replace(turn, label=None) for turn in dialogue.turns)
    return replace(dialogue, tags=(), turns=turns)
