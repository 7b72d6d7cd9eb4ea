"""Opens an index in a child process first: a damaged one crashes there and not in the server.

It runs as a plain script (`python -P probe.py FOLDER`), so it imports nothing of ours.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_OPENINGS = 2  # a torn write may read well once and crash the next process that opens it
_SPARE_BYTES = 256 * 2**20
_SAME = 1e-3  # cosine distance of a vector to itself, with room for rounding
_IDS, _VECTORS = "ids:", "vectors:"


def fault(
    folder: Path, samples: Mapping[str, tuple[Any, Any]], *, timeout_s: float = 60.0
) -> str | None:
    """What is wrong with the Chroma store in a folder, None where nothing is.

    Args:
        folder: the store.
        samples: by collection name, ids that it must hold and their vectors.
        timeout_s: for each of the two openings.
    """
    packed = io.BytesIO()
    arrays = {_IDS + name: np.asarray(ids) for name, (ids, _) in samples.items()}
    arrays |= {_VECTORS + name: np.asarray(vectors) for name, (_, vectors) in samples.items()}
    np.savez(packed, allow_pickle=False, **arrays)
    command = [sys.executable, "-P", __file__, str(folder)]
    for _ in range(_OPENINGS):
        try:
            child = subprocess.run(  # noqa: S603 our own script, a folder we made
                command,
                input=packed.getvalue(),
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it did not answer within {timeout_s:g} s"
        if child.returncode:
            return _reason(child)
    return None


def _reason(child: subprocess.CompletedProcess[bytes]) -> str:
    if child.returncode < 0:
        return f"opening it ended a child process with signal {-child.returncode}"
    lines = child.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else f"a child process ended with {child.returncode}"


def _limit_files(folder: Path) -> None:
    """A torn link list once made Chroma write a file of 1.6 TB."""
    largest = max((p.stat().st_size for p in folder.rglob("*") if p.is_file()), default=0)
    most = 2 * largest + _SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _check(folder: Path, samples: Mapping[str, Any]) -> None:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(_env_file=None, anonymized_telemetry=False)
    client: Any = chromadb.PersistentClient(str(folder), settings=settings)
    for collection in client.list_collections():
        collection.count()
        if _IDS + collection.name in samples:
            _check_samples(
                collection, samples[_IDS + collection.name], samples[_VECTORS + collection.name]
            )
    client.close()


def _check_samples(collection: Any, ids: Any, vectors: Any) -> None:  # noqa: ANN401 vendor's type
    held = set(collection.get(ids=[str(i) for i in ids.tolist()], include=[])["ids"])
    rows = [row for row, i in enumerate(ids.tolist()) if str(i) in held]
    if not rows:
        return  # a sample that is newer than the index says nothing about it
    found = collection.query(query_embeddings=vectors[rows], n_results=1, include=["distances"])
    lost = sum(not near or near[0] > _SAME for near in found["distances"])
    if lost:
        sys.exit(f"{lost} of {len(rows)} sampled vectors cannot be found in {collection.name}")


def _main() -> None:
    folder = Path(sys.argv[1])
    _limit_files(folder)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as samples:
        _check(folder, dict(samples))


if __name__ == "__main__":
    _main()
