"""Keeps the built graph on disk: written atomically, verified when read, rebuilt when damaged."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from copilot.embedder import weights
from copilot.embedder.precision import Precision
from copilot.errors import EmbedderError

VERSION = 3  # raise it with every change that moves a vector


def path_of(models_dir: Path, precision: Precision) -> Path:
    """The file of one version and precision; another version never reads it."""
    return models_dir / f"all-minilm-l6-v2-g{VERSION}-{precision}.onnx"


def ensure(models_dir: Path, precision: Precision) -> Path:
    """The graph's file, built now if it or its words are missing or not what was written."""
    path = path_of(models_dir, precision)
    return path if is_whole(path) else build(models_dir, precision)


def build(models_dir: Path, precision: Precision) -> Path:
    """Builds and stores the graph. Two processes at once write the same bytes: either may win."""
    from copilot.embedder import graph  # needs onnx, which nothing else does

    path, known = path_of(models_dir, precision), weights.load()
    words = graph.words(known, precision)
    content = graph.write(known, precision, words_of(path).name)
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        _replace(words_of(path), words)
        _replace(path, content)
        _replace(seal_of(path), _seal(content, words).encode())
    except OSError as fault:
        raise EmbedderError(
            f"The embedding graph cannot be written to {path} ({fault.strerror}). Make room or "
            "make the folder writable, or name another one in COPILOT_MODELS_DIR."
        ) from fault
    return path


def is_whole(path: Path) -> bool:
    """Whether a graph's files hold what was written."""
    try:
        content, words = path.read_bytes(), words_of(path).read_bytes()
        seal = seal_of(path).read_text("ascii", "replace")
    except OSError:
        return False
    return _seal(content, words) == seal


def size_of(path: Path) -> int:
    """The bytes that a graph takes on the disk."""
    return path.stat().st_size + words_of(path).stat().st_size


def words_of(path: Path) -> Path:
    """Where the vectors of a graph's words stand."""
    return path.with_suffix(".words")


def seal_of(path: Path) -> Path:
    """Where the hash of a graph's files stands."""
    return path.with_suffix(".sha256")


def _seal(content: bytes, words: bytes) -> str:
    seal = hashlib.sha256(content)
    seal.update(words)
    return seal.hexdigest()


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
