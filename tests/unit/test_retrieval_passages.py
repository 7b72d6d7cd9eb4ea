"""An article around its passage: whole, in order, each heading once; others as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from copilot.db import Database
from copilot.db.sources import Prepared
from copilot.domain import Chunk, Document, Hit
from copilot.retriever.keeping import Libraries
from copilot.retriever.passages import ARTICLES, widened


def test_the_passages_around_a_hit_are_read_in_order(tmp_path: Path) -> None:
    store = Database.open(f"sqlite:///{tmp_path / 'a.db'}").create_tenant("t")
    document = Document("a", "Lamps", "unused")
    texts = [("Sizes", "Small."), ("Sizes", "Large."), ("Price", "Four pounds.")]
    chunks = [
        Chunk(f"a#{n}", "document", "a", n, text, heading_path=(path,))
        for n, (path, text) in enumerate(texts)
    ]
    vectors = np.zeros((3, 4), dtype=np.float32)
    store.sources.replace("document", [Prepared(document, chunks, vectors, "m", "1", "f")])
    library = Libraries().of(store)
    found = Hit(chunks[2], "Lamps", 1, 0.5)
    other = Hit(Chunk("x#0", "document", "gone", 0, "Deleted."), "Gone", 2, 0.4)
    whole = widened(store, library, [found, other])
    assert whole[0].chunk.text == "## Sizes\nSmall.\nLarge.\n\n## Price\nFour pounds."
    assert whole[1] is other
    many = [other] * ARTICLES + [found]
    assert widened(store, library, many)[-1] is found, "only the best articles are read whole"
