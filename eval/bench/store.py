"""Our own store under measure: opened, filled by the pipeline, and filled with made passages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

import numpy as np

from copilot.bootstrap import Copilot, build
from copilot.compute import Compute
from copilot.config import Settings
from copilot.db import Prepared
from copilot.domain import Chunk, Document
from eval.bench.corpus import DEMO, DEMO_PARTS, Volume
from ingest.cli import run_with_progress


def opened(home: Path, *, compute: Compute | None = None) -> Copilot:
    """The product on a home of its own, without a model."""
    settings = Settings(home=home, model="", database_url="", chroma_url="", tenant="default")
    return build(settings, compute=compute)


def close(copilot: Copilot) -> None:
    """Gives its files back."""
    copilot.keeper.close()
    copilot.vectors.close()
    copilot.database.close()


def ingest_demo(home: Path) -> None:
    """The demo company, as `copilot demo` ingests it."""
    copilot = opened(home)
    run_with_progress(copilot, copilot.store(), [DEMO / part for part in DEMO_PARTS], quiet=True)
    close(copilot)


def volume_of(copilot: Copilot, seed: int = 11) -> Volume:
    """Volume made from the passages that are stored."""
    store = copilot.store()
    ids: list[int] = []
    blocks: list[np.ndarray] = []
    for some, block in store.sources.vectors("document", copilot.embedder.name):
        ids += some
        blocks.append(np.array(block))
    rows = store.sources.chunks(ids)
    return Volume([rows[i].chunk.text for i in ids], np.concatenate(blocks), seed)


def add_volume(
    copilot: Copilot, blocks: Iterable[tuple[list[str], np.ndarray]], *, first: int = 0
) -> float:
    """Stores made passages as articles of one passage each, with full text; returns seconds."""
    store, number, began = copilot.store(), first, perf_counter()
    for texts, vectors in blocks:
        prepared = []
        for text, vector in zip(texts, vectors, strict=True):
            number += 1
            name = f"volume_{number:07}"
            document = Document(source_id=name, title=" ".join(text.split()[:6]), text=text)
            chunk = Chunk(f"{name}#0", "document", name, 0, text)
            prepared.append(
                Prepared(
                    document, [chunk], vector.reshape(1, -1), copilot.embedder.name, name, "volume"
                )
            )
        store.sources.replace("document", prepared)
    return perf_counter() - began
