"""Files to stored chunks: what is new is chunked, embedded and stored; what is gone is deleted.

Work is done in batches, each one transaction: a run that was interrupted is simply run again and
skips what is already stored. A bad record is reported and never stops the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from copilot.db import Prepared, TenantStore, fingerprint, id_of, kind_of
from copilot.domain import (
    SOURCE_KINDS,
    Chunk,
    Customer,
    Document,
    Failure,
    Interaction,
    Item,
    Product,
)
from ingest.chunker import CHUNKER, chunk_document, chunk_interaction, embed_text
from ingest.detect import choose, find_files
from ingest.items import groups, oversized, size_of, state_of, title_of
from ingest.loaders.protocol import LEFT_OUT, Loader, LoadOptions
from ingest.report import Fate, Report

COLLISION = "another system has a record with this id: give one of them a prefix with --id-prefix"
BATCH_ITEMS = 512
BATCH_CHUNKS = 1_024
BATCH_CHARS = 2_000_000


Known = dict[tuple[str, str], tuple[str, str]]  # (kind, id) -> (fingerprint, origin)


class Embeds(Protocol):
    """The part of an embedder that the pipeline needs."""

    @property
    def name(self) -> str: ...

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> np.ndarray: ...


class Redacts(Protocol):
    """Replaces personal data in what will be embedded and retrieved."""

    def mark(self, interaction: Interaction) -> str: ...

    def redact(self, interaction: Interaction) -> Interaction: ...


class Progress(Protocol):
    """Hears how far a run is."""

    def file(self, path: str, done: int, total: int) -> None: ...

    def records(self, done: int) -> None: ...


class Silent:
    """No progress at all."""

    def file(self, path: str, done: int, total: int) -> None:
        """Says nothing."""

    def records(self, done: int) -> None:
        """Says nothing."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that is new or changed and waits for its batch."""

    item: Item
    fingerprint: str
    origin: str
    fate: Fate


class Cut(NamedTuple):
    """A source as it will be found: its title and chunks, redacted where it is an interaction."""

    waiting: Waiting
    title: str
    chunks: Sequence[Chunk]


@dataclass(slots=True)
class Run:
    """The state of one run: its report, the batch in hand, and what was seen per origin."""

    report: Report = field(default_factory=Report)
    waiting: list[Waiting] = field(default_factory=list)
    chars: int = 0
    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # (kind, origin) -> ids
    held: set[tuple[str, str]] = field(default_factory=set)  # (kind, id) of those that wait
    files: frozenset[str] = frozenset()  # the origins of this run
    read: set[str] = field(default_factory=set)  # those of them that were read to their end
    passed_over: set[tuple[str, str]] = field(default_factory=set)  # left to another file
    moved: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # same text, new file
    unsure: set[str] = field(default_factory=set)  # origins with failures: nothing is removed
    done: int = 0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Brings files into one tenant's store; `redactor` sees interactions before the embedder."""

    store: TenantStore
    embedder: Embeds
    redactor: Redacts | None = None

    def run(
        self,
        paths: Sequence[Path],
        *,
        kind: str = "auto",
        form: str | None = None,
        options: LoadOptions | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Ingests files and folders; returns counts and failures. Raises StoreError only."""
        started = time.perf_counter()
        progress = progress or Silent()
        options = options or LoadOptions(roots=tuple(paths))
        files = list(find_files(paths))
        known = [p for p in files if isinstance(p, Path)]
        run = Run(files=frozenset(str(path.resolve()) for path in known))
        for failure in files:
            if isinstance(failure, Failure):
                run.report.fail(failure)
        plan = [(path, choose(path, kind, form, options)) for path in known]
        # Who customers are is known before what they said is cut, redacted and embedded.
        plan.sort(key=lambda step: not _is_of_customers(step[1]))
        for number, (path, loader) in enumerate(plan):
            progress.file(str(path), number, len(plan))
            self._read(run, path, loader, options, progress)
            if _is_of_customers(loader):
                self._flush(run, progress)
        self._flush(run, progress)
        self._remove_vanished(run, known, paths)
        run.report.seconds = time.perf_counter() - started
        return run.report

    def ingest(self, items: Iterable[Item | Failure], *, origin: str) -> Report:
        """Ingests items that did not come from a file (an upload, a connector)."""
        started = time.perf_counter()
        run = Run()
        self._take(run, items, origin, "", Silent())
        self._flush(run, Silent())
        run.report.seconds = time.perf_counter() - started
        return run.report

    def remove(self, kind: str, ids: Sequence[str]) -> int:
        """Deletes sources or records at once."""
        if kind in SOURCE_KINDS:
            return self.store.sources.remove(kind, ids)
        return self.store.records.remove(kind, ids)

    def _read(
        self,
        run: Run,
        path: Path,
        loader: Loader | Failure,
        options: LoadOptions,
        progress: Progress,
    ) -> None:
        origin = str(path.resolve())
        if isinstance(loader, Failure):
            run.unsure.add(origin)
            run.report.fail(loader, left_out=loader.reason.startswith(LEFT_OUT))
            return
        self._take(run, loader.load(path, options), origin, loader.format, progress)
        run.read.add(origin)

    def _take(
        self,
        run: Run,
        items: Iterable[Item | Failure],
        origin: str,
        form: str,
        progress: Progress,
    ) -> None:
        for group in groups(items):
            known = self._known([item for item in group if not isinstance(item, Failure)])
            for item in group:
                run.done += 1
                if isinstance(item, Failure):
                    left_out = item.reason.startswith(LEFT_OUT)
                    if not left_out:
                        run.unsure.add(origin)
                    run.report.fail(item, left_out=left_out, form=form)
                    continue
                self._sort(run, item, origin, form, known, progress)
            progress.records(run.done)

    def _sort(
        self,
        run: Run,
        item: Item,
        origin: str,
        form: str,
        known: Known,
        progress: Progress,
    ) -> None:
        kind, item_id = kind_of(item), id_of(item)
        if reason := oversized(item):
            run.unsure.add(origin)
            run.report.fail(Failure(origin, reason, record_id=item_id[:200]), form=form)
            return
        seen = run.seen.setdefault((kind, origin), set())
        if item_id in seen or (kind, item_id) in run.held:
            # Twice in one run: the later one is judged against the earlier one, once it is stored.
            self._flush(run, progress)
            known = self._known([item])
        seen.add(item_id)
        mark = self._fingerprint(item)
        stored = known.get((kind, item_id))
        if stored and stored[0] == mark:
            run.report.note(origin, "unchanged", form=form)
            if stored[1] != origin:
                run.moved.setdefault((kind, origin), []).append(item_id)
            return
        if stored and stored[1] != origin and self._is_of_another_system(item):
            run.unsure.add(origin)
            run.report.fail(Failure(origin, COLLISION, record_id=item_id))
            return
        if stored and stored[1] != origin and (reason := self._older(run, item, stored[1])):
            run.passed_over.add((kind, item_id))
            left_out = reason.startswith(LEFT_OUT)
            run.report.fail(
                Failure(origin, reason, record_id=item_id), left_out=left_out, form=form
            )
            return
        fate: Fate = "changed" if stored else "added"
        run.report.note(origin, fate, form=form)
        run.waiting.append(Waiting(item, mark, origin, fate))
        run.held.add((kind, item_id))
        run.chars += size_of(item)
        if len(run.waiting) >= BATCH_ITEMS or run.chars >= BATCH_CHARS:
            self._flush(run, progress)

    def _older(self, run: Run, item: Item, origin: str) -> str | None:
        """Why the state of another file of this run stands: it is the newer one, or came first.

        Exports of two months hold the same tickets; whichever is read last, the result is one.
        """
        if origin not in run.files or not isinstance(item, Document | Interaction):
            return None
        if origin in run.read and item.source_id not in run.seen.get((kind_of(item), origin), ()):
            return None  # the other file holds it no more
        stored = self.store.sources.get(kind_of(item), item.source_id)  # type: ignore[arg-type]
        ours, theirs = state_of(item), state_of(stored) if stored else None
        if ours and theirs and ours > theirs:
            return None
        name = Path(origin).name
        if ours and theirs and ours < theirs:
            return f"{LEFT_OUT}{name} holds a newer state of this record"
        return (
            f"{name} holds another record with this id, and no time says which is newer: give "
            "each an id of its own, or ingest one of the files with an --id-prefix"
        )

    def _is_of_another_system(self, item: Item) -> bool:
        """Whether the stored interaction of this id came from another helpdesk."""
        if not isinstance(item, Interaction):
            return False
        stored = self.store.sources.get("interaction", item.source_id)
        theirs = stored.meta.get("source") if stored else None
        ours = item.meta.get("source")
        return bool(theirs and ours and theirs != ours)

    def _known(self, items: Sequence[Item]) -> Known:
        found: Known = {}
        for kind in {kind_of(item) for item in items}:
            ids = [id_of(item) for item in items if kind_of(item) == kind]
            room = self.store.sources if kind in SOURCE_KINDS else self.store.records
            marks = room.fingerprints(kind, ids)  # type: ignore[arg-type]
            found.update(((kind, item_id), mark) for item_id, mark in marks.items())
        return found

    def _fingerprint(self, item: Item) -> str:
        if isinstance(item, Document):
            return fingerprint(item, CHUNKER, self.embedder.name)
        if isinstance(item, Interaction):
            rules = self.redactor.mark(item) if self.redactor else ""
            return fingerprint(item, CHUNKER, self.embedder.name, rules)
        return fingerprint(item)

    def _flush(self, run: Run, progress: Progress) -> None:
        waiting, run.waiting, run.chars = run.waiting, [], 0
        run.held.clear()
        for origin in {w.origin for w in waiting}:
            pairs = [
                (w.item, w.fingerprint)
                for w in waiting
                if w.origin == origin and isinstance(w.item, Product | Customer)
            ]
            if pairs:
                self.store.records.replace(pairs, origin)
        self._store_sources([w for w in waiting if isinstance(w.item, Document | Interaction)])
        for (kind, origin), ids in run.moved.items():
            room = self.store.sources if kind in SOURCE_KINDS else self.store.records
            room.touch(kind, ids, origin)  # type: ignore[arg-type]
        run.moved.clear()
        run.report.customers |= {
            w.item.customer_id
            for w in waiting
            if isinstance(w.item, Interaction | Customer) and w.item.customer_id
        }
        progress.records(run.done)

    def _store_sources(self, waiting: Sequence[Waiting]) -> None:
        for group in _by_chunks([self._cut(w) for w in waiting]):
            texts = [
                embed_text(chunk, title_of(w.item)) for w, _, chunks in group for chunk in chunks
            ]
            vectors = self.embedder.embed(texts) if texts else np.zeros((0, 1), dtype=np.float32)
            start = 0
            prepared: dict[str, list[Prepared]] = {}
            for w, title, chunks in group:
                end = start + len(chunks)
                assert isinstance(w.item, Document | Interaction)
                prepared.setdefault(kind_of(w.item), []).append(
                    Prepared(
                        w.item, chunks, vectors[start:end], self.embedder.name, w.fingerprint,
                        w.origin, title,
                    )
                )  # fmt: skip
                start = end
            for kind, some in prepared.items():
                self.store.sources.replace(kind, some)  # type: ignore[arg-type]

    def _cut(self, waiting: Waiting) -> Cut:
        item = waiting.item
        if isinstance(item, Document):
            return Cut(waiting, item.title, chunk_document(item))
        assert isinstance(item, Interaction)
        shown = self.redactor.redact(item) if self.redactor else item
        return Cut(waiting, shown.subject or "", chunk_interaction(shown))

    def _remove_vanished(self, run: Run, files: Sequence[Path], paths: Sequence[Path]) -> None:
        """Deletes what an origin no longer holds; an origin with failures keeps everything."""
        present = {str(path.resolve()) for path in files}
        roots = [path.resolve() for path in paths]
        known = self.store.sources.origins() | self.store.records.origins()
        below = {o for o in known if any(_is_below(o, root) for root in roots)}
        for origin in sorted(below):
            if origin in run.unsure or (origin not in present and Path(origin).exists()):
                continue
            for kind in ("document", "interaction", "product", "customer"):
                room = self.store.sources if kind in SOURCE_KINDS else self.store.records
                stored = room.ids_of_origin(kind, origin)  # type: ignore[arg-type]
                seen = run.seen.get((kind, origin), set())
                gone = sorted(i for i in stored - seen if (kind, i) not in run.passed_over)
                for _ in range(self.remove(kind, gone) if gone else 0):
                    run.report.note(origin, "removed")


def _is_of_customers(loader: Loader | Failure) -> bool:
    return not isinstance(loader, Failure) and loader.kind == "customer"


def _by_chunks(cuts: Iterable[Cut]) -> Iterator[list[Cut]]:
    group: list[Cut] = []
    held = 0
    for cut in cuts:
        group.append(cut)
        held += len(cut.chunks)
        if held >= BATCH_CHUNKS:
            yield group
            group, held = [], 0
    if group:
        yield group


def _is_below(origin: str, root: Path) -> bool:
    return origin == str(root) or origin.startswith(f"{root}/")
