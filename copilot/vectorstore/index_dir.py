"""The folder of an embedded index: one owner, one generation, a mark while it is written."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import zlib
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
        named = _read_json(pointer)
        if not isinstance(named, dict) or not {"generation", "format"} <= named.keys():
            raise IndexBroken("the vector index's pointer file is unreadable")
        generation, format_name = str(named["generation"]), named["format"]
        if format_name != self._format:
            raise IndexBroken(f"the vector index was written by {format_name}, not {self._format}")
        path = self._path / generation
        if not _GENERATION.fullmatch(generation) or not path.is_dir():
            raise IndexBroken(f"the vector index's folder {generation} is missing")
        if self._mark.exists():
            raise IndexBroken("the process that wrote the vector index ended in the middle of it")
        if self._seal.exists() and not _is_as_sealed(path, _read_json(self._seal)):
            raise IndexBroken("the vector index's files are not those that were written")
        return path

    def begin(self) -> Path:
        """A new empty generation; the pointer names it before the older ones are removed."""
        numbers = [int(found[1]) for p in self._path.iterdir() if (found := _number(p))]
        path = self._path / f"gen-{max(numbers, default=0) + 1}"
        path.mkdir(mode=0o700)
        named = json.dumps({"generation": path.name, "format": self._format})
        self._seal.unlink(missing_ok=True)
        _write_atomically(self._path / _POINTER, named)
        self.end_writing()
        self.remove_others(path)
        return path

    def remove_others(self, keep: Path) -> None:
        """Unlink every other generation; a damaged file may be sparse and huge, so none is read."""
        for path in self._path.iterdir():
            if _number(path) and path != keep:
                shutil.rmtree(path, ignore_errors=True)

    def seal(self, generation: Path) -> None:
        """Force what was written to disk and note the graph files' checksums."""
        _sync_tree(generation)
        sums = {name: [size, _checksum(generation / name)] for name, size in _sizes(generation)}
        _write_atomically(self._seal, json.dumps(sums))

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
    def _seal(self) -> Path:
        return self._path / "checksums.json"

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


def _sizes(generation: Path) -> list[tuple[str, int]]:
    """The graph's files; SQLite's file looks after itself."""
    files = sorted(path for path in generation.glob("*/*") if path.is_file())
    return [(str(path.relative_to(generation)), path.stat().st_size) for path in files]


def _is_as_sealed(generation: Path, sums: object) -> bool:
    sizes = _sizes(generation)
    if not isinstance(sums, dict) or sums.keys() != dict(sizes).keys():
        return False
    for name, size in sizes:  # sizes first: a damaged file may be sparse and take hours to read
        if not isinstance(sums[name], list) or sums[name][:1] != [size]:
            return False
    return all(sums[name][1:] == [_checksum(generation / name)] for name, _ in sizes)


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            value = zlib.crc32(block, value)
    return value


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _sync_tree(folder: Path) -> None:
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
