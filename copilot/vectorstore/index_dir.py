"""The folder of an embedded index: one owner, one generation, a mark while it is written."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from pathlib import Path

from copilot.errors import IndexBroken, IndexLocked, StoreError

_POINTER = "current.json"
_GENERATION = re.compile(r"gen-(\d+)")


class IndexDirectory:
    """`index/`: `lock`, `current.json` naming `gen-<n>/`, and `writing` while that one is written.

    Chroma rewrites its graph files in place, so a process killed meanwhile leaves a store that
    may read well once and crash at the next start. Hence the mark: a generation found with it is
    never opened again. Two processes corrupt a store without any error, hence the lock.
    """

    def __init__(self, path: Path, *, format_name: str) -> None:
        self._path = path
        self._format = format_name
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = self._locked()
        except OSError as exc:
            raise StoreError(f"the index folder {path} cannot be used: {exc.strerror}") from exc

    def current(self) -> Path | None:
        """The generation in force, None where there is none yet; IndexBroken where it is unfit."""
        pointer = self._path / _POINTER
        if not pointer.exists():
            return None
        try:
            named = json.loads(pointer.read_text("utf-8"))
            generation, format_name = str(named["generation"]), named["format"]
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise IndexBroken("the vector index's pointer file is unreadable") from exc
        if format_name != self._format:
            raise IndexBroken(f"the vector index was written by {format_name}, not {self._format}")
        path = self._path / generation
        if not _GENERATION.fullmatch(generation) or not path.is_dir():
            raise IndexBroken(f"the vector index's folder {generation} is missing")
        if self._mark.exists():
            raise IndexBroken("the process that wrote the vector index ended in the middle of it")
        return path

    def begin(self) -> Path:
        """A new empty generation; the pointer names it before the older ones are removed."""
        numbers = [int(found[1]) for p in self._path.iterdir() if (found := _number(p))]
        path = self._path / f"gen-{max(numbers, default=0) + 1}"
        path.mkdir(mode=0o700)
        named = json.dumps({"generation": path.name, "format": self._format})
        _write_atomically(self._path / _POINTER, named)
        self.end_writing()
        self.remove_others(path)
        return path

    def remove_others(self, keep: Path) -> None:
        """Unlink every other generation; a damaged file may be sparse and huge, so none is read."""
        for path in self._path.iterdir():
            if _number(path) and path != keep:
                shutil.rmtree(path, ignore_errors=True)

    def begin_writing(self) -> None:
        """Set the mark, on disk, before the first byte changes."""
        _write_atomically(self._mark, str(os.getpid()))

    def end_writing(self) -> None:
        """Take the mark away; what was written must be on disk by now."""
        self._mark.unlink(missing_ok=True)
        _sync(self._path)

    def release(self) -> None:
        """Give up the lock."""
        os.close(self._lock)

    @property
    def _mark(self) -> Path:
        return self._path / "writing"

    def _locked(self) -> int:
        path = self._path / "lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
            os.close(lock)
            raise IndexLocked(
                f"process {holder or 'unknown'} holds the vector index {self._path}; "
                "stop that process, or use its API instead of a second one"
            ) from exc
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        return lock


def sync_tree(folder: Path) -> None:
    """Force all files below a folder to disk: a mark taken away must survive a power cut."""
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync(Path(parent, name))
        _sync(Path(parent))


def _number(path: Path) -> re.Match[str] | None:
    return _GENERATION.fullmatch(path.name)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_atomically(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)
