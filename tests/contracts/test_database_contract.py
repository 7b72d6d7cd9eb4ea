"""What the store promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from copilot.db import Database, Prepared, TenantStore, fingerprint
from copilot.domain import Chunk, Customer, Document, Interaction, Outcome, Product, Turn
from copilot.errors import Conflict, InvalidInput, NotFound

MODEL = "test-4d"


def document(source_id: str, text: str, title: str = "Stripes") -> Prepared:
    item = Document(source_id=source_id, title=title, text=text)
    chunk = Chunk(f"c-{source_id}", "document", source_id, 0, text, heading_path=("Top", "Sub"))
    vector = np.ones((1, 4), dtype=np.float32) / 2
    return Prepared(item, [chunk], vector, MODEL, fingerprint(item), "file:a")


@pytest.fixture
def store(database: Database) -> TenantStore:
    return database.create_tenant(f"t{uuid.uuid4().hex[:10]}")


def test_a_source_comes_back_as_it_was_given(store: TenantStore) -> None:
    turns = (Turn("customer", "Hallo – ça va?"), Turn("agent", "Yes.", role="sales", label="greet"))
    item = Interaction("i1", turns, customer_id="C1", outcome=Outcome(resolved=True, rating=5))
    chunk = Chunk("k", "interaction", "i1", 0, "Yes.", context="Hallo", turn=1, label="greet")
    vectors = np.array([[0.1, 0.2, 0.3, 0.4]], dtype=np.float32)
    store.sources.replace("interaction", [Prepared(item, [chunk], vectors, MODEL, "f", "o")])

    assert store.sources.get("interaction", "i1") == item
    [(ids, block)] = list(store.sources.vectors("interaction", MODEL))
    np.testing.assert_array_equal(block, vectors)
    found = store.sources.chunks(ids)[ids[0]]
    assert (found.chunk, found.resolved, found.customer_id) == (chunk, True, "C1")


def test_replacing_leaves_nothing_of_the_old_version(store: TenantStore) -> None:
    store.sources.replace("document", [document("d", "a zebra crossing")])
    old = store.fulltext.search(["zebra"], "document", 5)
    store.sources.replace("document", [document("d", "a giraffe")])

    assert store.fulltext.search(["zebra"], "document", 5) == []
    assert store.sources.chunks([old[0][0]]) == {}
    assert store.sources.count("document") == (1, 1)


def test_removal_is_gone_from_text_vectors_and_log(store: TenantStore) -> None:
    store.sources.replace("document", [document("d", "zebra"), document("e", "zebra")])
    before = store.sources.seq()
    assert store.sources.remove("document", ["d", "never-there"]) == 1

    hits = store.fulltext.search(["zebra"], "document", 5)
    assert len(hits) == 1
    assert [c.op for c in store.sources.changes("document", before)] == ["delete"]
    assert sum(len(ids) for ids, _ in store.sources.vectors("document", MODEL)) == 1


def test_change_numbers_only_grow_and_ids_are_never_reused(store: TenantStore) -> None:
    store.sources.replace("document", [document("d", "one")])
    [first] = store.sources.meta("document")
    store.sources.remove("document", ["d"])
    store.sources.replace("document", [document("d", "one")])
    [second] = store.sources.meta("document")

    assert second.id > first.id
    seqs = [change.seq for change in store.sources.changes("document", 0)]
    assert seqs == sorted(seqs)
    assert store.sources.seq() == 3


def test_a_failed_batch_leaves_nothing_behind(store: TenantStore) -> None:
    good = document("good", "zebra")
    bad = replace(document("bad", "zebra"), vectors=np.ones((2, 4), dtype=np.float32))
    with pytest.raises(ValueError):
        store.sources.replace("document", [good, bad])
    assert store.sources.count("document") == (0, 0)
    assert store.fulltext.search(["zebra"], "document", 5) == []


@pytest.mark.parametrize(
    "text",
    [
        'a AND b OR "c',
        "col:zebra NEAR(x)",
        "zebra*",
        "';DROP TABLE sources;--",
        "\0",
        "🎉",
        "",
        "&|!()",
    ],
)
def test_operators_in_a_query_have_no_meaning(store: TenantStore, text: str) -> None:
    store.sources.replace("document", [document("d", "zebra")])
    hits = store.fulltext.search(text.split(), "document", 5)
    assert len(hits) == (1 if "zebra" in text else 0)


def test_title_outweighs_body(store: TenantStore) -> None:
    store.sources.replace(
        "document",
        [
            document("body", "refund rules apply to the whole text here", title="Other"),
            document("title", "other rules apply to the whole text here", title="Refund"),
        ],
    )
    best = store.fulltext.search(["refund"], "document", 2)
    assert store.sources.chunks([best[0][0]])[best[0][0]].chunk.source_id == "title"


def test_one_tenant_never_sees_another(database: Database) -> None:
    mine, other = (database.create_tenant(f"t{uuid.uuid4().hex[:10]}") for _ in range(2))
    mine.sources.replace("document", [document("d", "canary zebra")])
    mine.records.replace([(Customer("C1", emails=("a@example.com",)), "f")], "o")
    [meta] = mine.sources.meta("document")

    assert other.fulltext.search(["canary"], "document", 5) == []
    assert other.sources.get("document", "d") is None
    assert other.sources.chunks([meta.id]) == {}
    assert list(other.sources.vectors("document", MODEL)) == []
    assert other.records.customer("C1") is None
    assert other.records.holders("email", "a@example.com") == []
    assert other.sources.remove("document", ["d"]) == 0
    assert mine.sources.count("document") == (1, 1)


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "x" * 64, "a;b"])
def test_a_bad_tenant_name_is_refused(database: Database, name: str) -> None:
    with pytest.raises(InvalidInput):
        database.create_tenant(name)


def test_an_unknown_tenant_is_not_made_by_asking(database: Database) -> None:
    with pytest.raises(NotFound):
        database.tenant("nobody-here")


def test_records_keep_money_exact_and_identities_apart(store: TenantStore) -> None:
    product = Product("A", "Plan", Decimal("19.90"), "EUR", limits={"seats": 10})
    first = Customer("C1", emails=("Ana@Example.com",), external_ids={"crm": "7"})
    second = Customer("C2", emails=("ana@example.com",))
    store.records.replace([(product, "f"), (first, "f"), (second, "f")], "o")

    assert store.records.products() == [product]
    assert store.records.holders("email", "ana@example.com") == ["C1", "C2"]


def test_a_merge_is_explained_and_can_be_undone(store: TenantStore) -> None:
    merge = store.records.merge("C1", "C2", reason="same e-mail", by="k1")
    assert store.records.aliases("C2") == ["C1", "C2"]
    assert store.records.merges()[0]["reason"] == "same e-mail"
    assert store.records.undo_merge(merge)
    assert store.records.aliases("C2") == ["C2"]


def test_a_handoff_moves_only_along_its_path(store: TenantStore) -> None:
    row = store.ledgers.add_handoff(customer_id="C", to_role="sales", packet={"need": "x"}, by="k")
    moved = store.ledgers.move_handoff(row["id"], state="accepted", allowed=("offered",), note=None)
    assert moved["state"] == "accepted"
    with pytest.raises(Conflict):
        store.ledgers.move_handoff(row["id"], state="declined", allowed=("offered",), note="no")


def test_keys_are_found_by_digest_until_revoked(database: Database) -> None:
    tenant = f"t{uuid.uuid4().hex[:10]}"
    digest = uuid.uuid4().hex * 2
    key_id = database.add_key(tenant=tenant, role="qa", digest=digest)
    assert database.add_key(tenant=tenant, role="qa", digest=digest) == key_id
    found = database.key(digest)
    assert found is not None and found["role"] == "qa"
    assert "digest" not in database.keys(tenant)[0]
    database.revoke_key(tenant=tenant, key_id=key_id)
    assert database.key(digest) is None
