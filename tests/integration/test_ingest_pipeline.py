"""Files in, truth out: incremental, resumable, and nothing silently dropped."""

from __future__ import annotations

import json
import multiprocessing
import resource
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest.pipeline
from copilot.db import Database, TenantStore
from copilot.domain import Document, Interaction, Turn
from copilot.errors import EmbedderError, StoreError
from ingest.pipeline import Pipeline
from tests import soak_ingest
from tests.fakes import FakeEmbedder

RECORDS = ("added", "changed", "unchanged", "failed", "left_out")


def article(source_id: str, text: str) -> dict[str, str]:
    return {"id": source_id, "title": f"Title {source_id}", "content": text}


def write(folder: Path, name: str, *records: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> TenantStore:
    return Database.open(f"sqlite:///{tmp_path / 'truth.db'}").create_tenant("t")


@pytest.fixture
def pipeline(store: TenantStore) -> Pipeline:
    return Pipeline(store, FakeEmbedder())


def test_a_second_run_embeds_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", article("1", "one"), article("2", "two"))
    first = pipeline.run([docs])
    embedded = len(pipeline.embedder.embedded)  # type: ignore[attr-defined]
    second = pipeline.run([docs])
    assert (first.counts["added"], second.counts["unchanged"]) == (2, 2)
    assert len(pipeline.embedder.embedded) == embedded  # type: ignore[attr-defined]


def test_edits_and_deletions_are_followed(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", article("1", "the zebra"), article("2", "the giraffe"))
    gone = write(docs, "b.jsonl", article("3", "the okapi"))
    pipeline.run([docs])
    write(docs, "a.jsonl", article("1", "the lion"))
    gone.unlink()
    report = pipeline.run([docs])

    assert {f: report.counts[f] for f in ("changed", "removed")} == {"changed": 1, "removed": 2}
    for word in ("zebra", "giraffe", "okapi"):
        assert store.fulltext.search([word], "document", 5) == []
    assert len(store.fulltext.search(["lion"], "document", 5)) == 1


def ticket(text: str, day: int) -> dict[str, object]:
    turn = {"speaker": "customer", "text": text, "visibility": "public"}
    return {"id": "42", "updated_at": f"2026-01-{day:02d}T10:00:00Z", "turns": [turn]}


@pytest.mark.parametrize("newer", ["january.jsonl", "february.jsonl"])
def test_of_two_states_in_one_run_the_newer_one_stands_and_stays(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path, newer: str
) -> None:
    docs = tmp_path / "docs"
    for name in ("january.jsonl", "february.jsonl"):
        write(docs, name, ticket(f"told in {name}", 20 if name == newer else 10))
    first, second = pipeline.run([docs]), pipeline.run([docs])
    stored = store.sources.get("interaction", "42")
    assert isinstance(stored, Interaction)
    assert stored.turns[0].text == f"told in {newer}"
    assert first.counts["failed"] == second.counts["failed"] == 0
    assert dict(second.counts) == {"unchanged": 1, "left_out": 1}
    assert f"{newer} holds a newer state" in second.failures[0].reason
    (docs / newer).unlink()  # then the other file's state is what there is
    assert pipeline.run([docs]).counts["changed"] == 1


def test_two_records_of_one_id_are_a_finding_and_the_first_one_stands(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", article("1", "the zebra"))
    write(docs, "b.jsonl", article("1", "the giraffe"), article("2", "the okapi"))
    for added, unchanged in ((2, 0), (0, 2)):
        report = pipeline.run([docs])
        assert (report.counts["added"], report.counts["unchanged"]) == (added, unchanged)
        assert report.counts["failed"] == 1
        assert "a.jsonl holds another record with this id" in report.failures[0].reason
    assert store.fulltext.search(["giraffe"], "document", 5) == []
    write(docs, "a.jsonl", article("3", "the lion"))
    assert pipeline.run([docs]).counts["removed"] == 0  # it moved to the other file
    assert len(store.fulltext.search(["giraffe"], "document", 5)) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"id": "x" * 513}, "its id has 513 characters"),
        ({"customer_id": "x" * 257}, "its customer_id has 257 characters"),
        ({"language": "English as spoken in Derby"}, "its language has 26 characters"),
    ],
)
def test_a_value_that_no_column_holds_fails_alone(
    pipeline: Pipeline, tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    turns = [{"speaker": "customer", "text": "Dark.", "visibility": "public"}]
    good = {"id": "y" * 512, "customer_id": "c", "language": "en", "turns": turns}
    report = pipeline.run([write(tmp_path, "a.jsonl", {**good, "id": "z", **changed}, good)])
    assert (report.counts["added"], report.counts["failed"]) == (1, 1)
    assert told in report.failures[0].reason


def test_a_renamed_file_loses_nothing(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    path = write(docs, "a.jsonl", article("1", "one"))
    pipeline.run([docs])
    path.rename(docs / "z.jsonl")
    report = pipeline.run([docs])
    assert report.counts["removed"] == 0
    assert store.sources.count("document")[0] == 1


def test_an_article_that_is_said_twice_in_one_file_is_stored_as_the_later_says(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", article("1", "the zebra"), article("1", "the okapi"))
    report = pipeline.run([docs])
    assert (report.counts["added"], report.counts["changed"]) == (1, 1)
    assert len(store.fulltext.search(["okapi"], "document", 5)) == 1
    assert store.fulltext.search(["zebra"], "document", 5) == []


def test_many_batches_on_their_way_are_all_stored_and_in_order(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.pipeline, "BATCH_ITEMS", 3)
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", *[article(str(n % 40), f"word{n}") for n in range(100)])
    report = pipeline.run([docs])
    assert (report.counts["added"], report.counts["changed"]) == (40, 60)
    assert store.sources.count("document") == (40, 40)
    assert len(store.fulltext.search(["word99"], "document", 5)) == 1
    assert store.fulltext.search(["word59"], "document", 5) == []


def test_a_fault_of_the_embedder_stores_no_half_batch_and_the_next_run_goes_on(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.pipeline, "BATCH_ITEMS", 3)
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", *[article(str(n), f"word{n}") for n in range(20)])
    made = FakeEmbedder.embed

    def broken(self: FakeEmbedder, texts: list[str], **more: object) -> object:
        if any("word7" in text for text in texts):
            raise EmbedderError("gone")
        return made(self, texts)

    monkeypatch.setattr(FakeEmbedder, "embed", broken)
    with pytest.raises(EmbedderError):
        pipeline.run([docs])
    assert store.sources.count("document") == (6, 6)
    monkeypatch.setattr(FakeEmbedder, "embed", made)
    report = pipeline.run([docs])
    assert (report.counts["unchanged"], report.counts["added"]) == (6, 14)


def test_a_file_with_failures_removes_nothing(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    path = write(docs, "a.jsonl", article("1", "one"), article("2", "two"))
    pipeline.run([docs])
    path.write_text(json.dumps(article("1", "one")) + '\n{"id": "2", "title": "cut o')
    report = pipeline.run([docs])
    assert report.counts["failed"] == 1
    assert report.failures[0].line == 2
    assert store.sources.count("document")[0] == 2


def test_another_embedding_model_embeds_anew(
    pipeline: Pipeline, store: TenantStore, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", article("1", "one"))
    pipeline.run([docs])
    report = Pipeline(store, FakeEmbedder(name="other-64d")).run([docs])
    assert report.counts["changed"] == 1
    assert sum(len(ids) for ids, _ in store.sources.vectors("document", "fake-64d")) == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.fixed_dictionaries(
                {
                    "id": st.sampled_from("abcd"),
                    "title": st.text(max_size=5),
                    "content": st.text(max_size=20),
                }
            ),
            st.just({"title": "no id and no content"}),
            st.just("not an object"),
            st.none(),
        ),
        max_size=12,
    )
)
def test_nothing_is_silently_dropped(
    pipeline: Pipeline, tmp_path: Path, records: list[object]
) -> None:
    path = write(tmp_path / "docs", "a.jsonl", {"id": "x", "title": "t", "content": "c"}, *records)
    report = pipeline.run([path])
    assert sum(report.counts[fate] for fate in RECORDS) == len(records) + 1


def test_a_full_disk_is_named_and_nothing_is_lost(
    store: TenantStore, pipeline: Pipeline, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    write(docs, "a.jsonl", article("1", "one"))
    pipeline.run([docs])
    with store.sources.scope.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    store.sources.scope.engine.dispose()

    from sqlalchemy import event

    @event.listens_for(store.sources.scope.engine, "connect")
    def _small(dbapi, _record):
        dbapi.execute(f"PRAGMA max_page_count={pages + 2}")

    write(docs, "b.jsonl", *(article(f"n{i}", "word " * 2000) for i in range(20)))
    with pytest.raises(StoreError, match="disk is full"):
        pipeline.run([docs])
    assert store.sources.get("document", "1") is not None
    assert store.sources.count("document")[0] == 1


def _ingest_under_a_limit(url: str, pipe: Connection) -> None:
    store = Database.open(url).create_tenant("t")
    wal = Path(url.removeprefix("sqlite:///") + "-wal")
    limit = wal.stat().st_size + 20_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    long = [Document(f"n{i}", "long", "word " * 2_000) for i in range(50)]
    try:
        Pipeline(store, FakeEmbedder()).ingest(long, origin="test")
    except StoreError as fault:
        pipe.send((fault.detail, store.sources.count("document")[0]))


def test_a_file_that_may_not_grow_is_named_like_a_full_disk(tmp_path: Path) -> None:
    told, telling = multiprocessing.Pipe(duplex=False)
    url = f"sqlite:///{tmp_path / 'small.db'}"
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_ingest_under_a_limit, args=(url, telling))
    child.start()
    telling.close()
    said, kept = told.recv()
    child.join()
    assert "the disk is full, or the file has reached the largest size" in said
    assert kept == 0


def test_a_killed_ingest_keeps_what_it_acknowledged_and_resumes(tmp_path: Path) -> None:
    """Twenty kills at different moments; each time every acknowledged document is there."""
    total = soak_ingest.soak(tmp_path, kills=20)
    assert {fault: total[fault] for fault in soak_ingest.FAULTS} == dict.fromkeys(
        soak_ingest.FAULTS, 0
    )
    assert total["kills"] >= 15, "the children ended before they could be killed"


def test_two_systems_that_number_alike_do_not_overwrite_each_other(
    pipeline: Pipeline, store: TenantStore
) -> None:
    def ticket(system: str, text: str) -> Interaction:
        turns = (Turn("customer", text), Turn("agent", "We look into it now."))
        return Interaction("42", turns, meta={"source": system})

    pipeline.ingest([ticket("zendesk", "first")], origin="a")
    report = pipeline.ingest([ticket("freshdesk", "second")], origin="b")
    assert report.counts["failed"] == 1
    assert "--id-prefix" in report.failures[0].reason
    kept = store.sources.get("interaction", "42")
    assert isinstance(kept, Interaction)
    assert kept.turns[0].text == "first"
