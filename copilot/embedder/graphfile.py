"""Keeps the built graph on disk: written atomically, verified when read, rebuilt when damaged."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from copilot.embedder import weights
from copilot.embedder.precision import Precision
from copilot.errors import EmbedderError

VERSION = 2  # raise it with every change that moves a vector


def path_of(models_dir: Path, precision: Precision) -> Path:
    """The file of one version and precision; another version never reads it."""
    return models_dir / f"all-minilm-l6-v2-g{VERSION}-{precision}.onnx"


def ensure(models_dir: Path, precision: Precision) -> bytes:
    """The graph's bytes, built now if the file is missing or not what was written."""
    return verified(path_of(models_dir, precision)) or build(models_dir, precision)


def build(models_dir: Path, precision: Precision) -> bytes:
    """Builds and stores the graph. Two processes at once write the same bytes: either may win."""
    from copilot.embedder import graph  # needs onnx, which nothing else does

    content = graph.write(weights.load(), precision)
    path = path_of(models_dir, precision)
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
        _replace(seal_of(path), hashlib.sha256(content).hexdigest().encode())
    except OSError as fault:
        raise EmbedderError(
            f"The embedding graph cannot be written to {path} ({fault.strerror}). Make room or "
            "make the folder writable, or name another one in COPILOT_MODELS_DIR."
        ) from fault
    return content


def verified(path: Path) -> bytes | None:
    """The file's bytes if they are the ones that were written, else None."""
    try:
        content, seal = path.read_bytes(), seal_of(path).read_text("ascii", "replace")
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == seal else None


def seal_of(path: Path) -> Path:
    """Where the hash of a graph file stands."""
    return path.with_suffix(".sha256")


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
