"""Files to stored chunks: what is new is chunked, embedded and stored; what is gone is deleted.

Work is done in batches, each one transaction: a run that was interrupted is simply run again and
skips what is already stored. A bad record is reported and never stops the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from copilot.db import Prepared, TenantStore, fingerprint, id_of, kind_of
from copilot.domain import (
    SOURCE_KINDS,
    Customer,
    Document,
    Failure,
    Interaction,
    Item,
    Product,
)
from ingest import whose
from ingest.batch import Cut, Read, Run, Waiting, running
from ingest.chunker import CHUNKER, chunk_document, chunk_interaction, embed_text
from ingest.detect import choose, find_files
from ingest.items import groups, oversized, size_of, state_of, title_of
from ingest.loaders.mapped import REPLY_TIME, UNDATED_REPLY
from ingest.loaders.protocol import LEFT_OUT, Loader, LoadOptions
from ingest.report import Fate, Report

COLLISION = "another system has a record with this id: give one of them a prefix with --id-prefix"
BATCH_ITEMS = 128
BATCH_CHUNKS = 512
BATCH_CHARS = 1_000_000
AHEAD = 2  # batches that may wait for their vectors while the next one is read


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
        with running() as run:
            files = list(find_files(paths))
            known = [p for p in files if isinstance(p, Path)]
            run.files = frozenset(str(path.resolve()) for path in known)
            for failure in files:
                if isinstance(failure, Failure):
                    left_out = failure.reason.startswith(LEFT_OUT)
                    run.report.fail(failure, left_out=left_out)
            plan = [(path, choose(path, kind, form, options)) for path in known]
            # Who customers are is known before what they said is cut, redacted and embedded.
            first = [step for step in plan if _is_of_customers(step[1])]
            rest = [step for step in plan if not _is_of_customers(step[1])]
            for part in (first, rest):
                self._take(run, self._read(run, part, options, progress), progress)
                self._flush(run, progress)
            # A path that is not there says nothing of what was stored from it: it may be misspelt.
            self._remove_vanished(run, known, [path for path in paths if path.exists()])
        run.report.seconds = time.perf_counter() - started
        return run.report

    def ingest(self, items: Iterable[Item | Failure], *, origin: str) -> Report:
        """Ingests items that did not come from a file (an upload, a connector)."""
        started = time.perf_counter()
        with running() as run:
            self._take(run, ((item, origin, "") for item in items), Silent())
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
        plan: Sequence[tuple[Path, Loader | Failure]],
        options: LoadOptions,
        progress: Progress,
    ) -> Iterator[Read]:
        """Every record of the files, one file after the other."""
        for number, (path, loader) in enumerate(plan):
            progress.file(str(path), number, len(plan))
            origin = str(path.resolve())
            if isinstance(loader, Failure):
                run.unsure.add(origin)
                run.report.fail(loader, left_out=loader.reason.startswith(LEFT_OUT))
                continue
            items = loader.load(path, options)
            calls = loader.format in whose.CALLS
            for item in whose.of(items, path, self.store.records) if calls else items:
                yield item, origin, loader.format
            yield None, origin, loader.format

    def _take(self, run: Run, records: Iterable[Read], progress: Progress) -> None:
        for group in groups(records):
            known = self._known([i for i, _, _ in group if i and not isinstance(i, Failure)])
            run.sorted.clear()
            for item, origin, form in group:
                if item is None:
                    run.read.add(origin)
                    continue
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
        if isinstance(item, Interaction):
            self._remark(run, item, origin, form)
        seen = run.seen.setdefault((kind, origin), set())
        twice = (kind, item_id) in run.fresh or (kind, item_id) in run.sorted
        if twice:  # the later one is judged against the stored one
            self._flush(run, progress)
            known = self._known([item])
        seen.add(item_id)
        run.sorted.add((kind, item_id))
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
        run.fresh.add((kind, item_id))
        run.chars += size_of(item)
        if len(run.waiting) >= BATCH_ITEMS or run.chars >= BATCH_CHARS:
            self._pass_on(run, progress)

    def _remark(self, run: Run, item: Interaction, origin: str, form: str) -> None:
        if REPLY_TIME in item.meta.get("unstated", ()):
            run.report.remark(origin, UNDATED_REPLY)
        if form in whose.CALLS:
            for said in whose.remarks(item, self.store.records):
                run.report.remark(origin, said)

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
        """Stores all that was read; what is looked up from here on is found."""
        self._pass_on(run, progress)
        self._store_embedded(run, leaving=0)
        run.fresh.clear()

    def _pass_on(self, run: Run, progress: Progress) -> None:
        """Stores records, and sends sources on their way: they are embedded beside the reading."""
        waiting, run.waiting, run.chars = run.waiting, [], 0
        for origin in {w.origin for w in waiting}:
            pairs = [
                (w.item, w.fingerprint)
                for w in waiting
                if w.origin == origin and isinstance(w.item, Product | Customer)
            ]
            if pairs:
                self.store.records.replace(pairs, origin)
        sources = [w for w in waiting if isinstance(w.item, Document | Interaction)]
        for group in _by_chunks(self._cut(w) for w in sources):
            run.embedding.append((group, run.thread.submit(self._embedded, group)))
            self._store_embedded(run, leaving=AHEAD)
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

    def _embedded(self, group: Sequence[Cut]) -> np.ndarray:
        texts = [embed_text(chunk, title_of(w.item)) for w, _, chunks in group for chunk in chunks]
        return self.embedder.embed(texts) if texts else np.zeros((0, 1), dtype=np.float32)

    def _store_embedded(self, run: Run, *, leaving: int) -> None:
        """Stores batches in the order they were read, until so many are left."""
        while len(run.embedding) > leaving:
            group, future = run.embedding.popleft()
            vectors = future.result()
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
        sure = sorted(
            o
            for o in known
            if any(_is_below(o, root) for root in roots)
            and o not in run.unsure
            and (o in present or not Path(o).exists())
        )
        for kind in ("document", "interaction", "product", "customer"):
            room = self.store.sources if kind in SOURCE_KINDS else self.store.records
            for origin, stored in room.ids_by_origin(kind, sure).items():  # type: ignore[arg-type]
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


def _size(item: Item) -> int:
    if isinstance(item, Document):
        return len(item.text)
    if isinstance(item, Interaction):
        return sum(len(turn.text) for turn in item.turns)
    return 0


def _is_below(origin: str, root: Path) -> bool:
    return origin == str(root) or origin.startswith(f"{root}/")
