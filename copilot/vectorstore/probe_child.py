"""The child of `probe`: opens a store twice, each time in a fresh fork, under a file size limit.

It runs as a plain script (`python -P probe_child.py FOLDER`), so it imports nothing of ours.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings

_OPENINGS = 2  # a torn write may read well once and crash the next process that opens it
_SPARE_BYTES = 256 * 2**20
_TOLERATED = 50  # one in 50: a sound graph is approximate, torn ones lost 1.5 % to 29 %
_SAME = 1e-3  # cosine distance of a vector to itself, with room for rounding


def _limit_files(folder: Path) -> None:
    """A torn link list once made Chroma write a file of 1.6 TB."""
    largest = max((p.stat().st_size for p in folder.rglob("*") if p.is_file()), default=0)
    most = 2 * largest + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _check(folder: Path, samples: Mapping[str, Any]) -> None:
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    client: Any = chromadb.PersistentClient(str(folder), settings=settings)
    for collection in client.list_collections():
        own = collection.get(limit=8, include=["embeddings"])
        if len(own["ids"]):
            _check_samples(collection, np.array(own["ids"], dtype=np.int64), own["embeddings"])
        if f"ids:{collection.name}" in samples:
            _check_samples(
                collection, samples[f"ids:{collection.name}"], samples[f"vectors:{collection.name}"]
            )
    client.close()


def _check_samples(collection: Any, ids: Any, vectors: Any) -> None:  # noqa: ANN401
    held = set(collection.get(ids=[str(i) for i in ids.tolist()], include=[])["ids"])
    rows = [row for row, i in enumerate(ids.tolist()) if str(i) in held]
    if not rows:
        return  # a sample that is newer than the index says nothing about it
    found = collection.query(query_embeddings=vectors[rows], n_results=1, include=["distances"])
    lost = sum(not near or near[0] > _SAME for near in found["distances"])
    if lost > max(1, len(rows) // _TOLERATED):
        sys.exit(f"{lost} of {len(rows)} sampled vectors cannot be found in {collection.name}")


def open_repeatedly(folder: Path, samples: Mapping[str, Any]) -> None:
    """Ends this process with the reason where any of the openings fails."""
    for _ in range(_OPENINGS):
        _open_in_a_fork(folder, samples)


def _open_in_a_fork(folder: Path, samples: Mapping[str, Any]) -> None:
    """Chroma is loaded but untouched here, so a fork opens the store as a fresh process would."""
    child = os.fork()
    if not child:
        _check(folder, samples)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:
        sys.exit(f"opening it ended a process with signal {-status}")
    if status:
        os._exit(status)  # the fork said why


def _main() -> None:
    folder = Path(sys.argv[1])
    _limit_files(folder)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as packed:
        samples = dict(packed)
    open_repeatedly(folder, samples)


if __name__ == "__main__":
    _main()
