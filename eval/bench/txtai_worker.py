"""txtai over given passages and vectors, in an environment of its own: it brings PyTorch.

Run by that environment's interpreter, hence nothing of this project is imported. Reads a file of
passages, then a query with its vector a line; answers each with the places found.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import Any

import numpy as np


def main() -> None:
    """Index, say which version it is, answer until the input ends."""
    from txtai.embeddings import Embeddings

    with np.load(sys.argv[1]) as file:
        texts, vectors = file["texts"].tolist(), file["vectors"]
    known: dict[str, Any] = dict(zip(texts, vectors, strict=True))

    def given(some: list[str]) -> Any:  # noqa: ANN401 - an array
        return np.stack([known[text] for text in some])

    index = Embeddings({"method": "external", "transform": given, "hybrid": True})
    index.index([(n, text, None) for n, text in enumerate(texts)])
    _say({"version": version("txtai")})
    for line in sys.stdin:
        asked = json.loads(line)
        known[asked["query"]] = np.array(asked["vector"], np.float32)
        found = index.search(asked["query"], asked["k"])
        _say({"places": [int(place) for place, _ in found]})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
