"""One person, many records: sure merges only, explained, undone for good, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.db import Database, TenantStore, fingerprint
from copilot.domain import Customer, Interaction, Turn
from copilot.guardrails.redaction import PeopleRedactor
from copilot.identity import people_of, propose_merges, resolve
from copilot.story import conflicts, story_of
from ingest.pipeline import Pipeline
from tests.fakes import FakeEmbedder

ANNA = Customer("crm-1", name="Anna Berg", emails=("anna@x.example",), segment="gold")
ANNA_SHOP = Customer("shop-7", name="Anna Berg", emails=("ANNA@x.example",), segment="new")
NAMELESS = Customer("desk-3", emails=("anna@x.example",))
PETER = Customer("crm-2", name="Peter Berg", emails=("peter@x.example",), phones=("+442079460018",))
PETRA = Customer("crm-3", name="Petra Berg", phones=("+44 20 7946 0018",))


numbers = itertools.count()  # a database may be shared: each test has its own tenant


@pytest.fixture
def store(database: Database) -> TenantStore:
    return database.create_tenant(f"p{next(numbers)}")


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path_factory.mktemp('people') / 'truth.db'}")
    yield opened
    opened.close()


def add(store: TenantStore, *customers: Customer) -> None:
    for customer in customers:
        store.records.replace([(customer, fingerprint(customer))], "file")


def tell(store: TenantStore, *interactions: Interaction) -> None:
    redactor = PeopleRedactor(people_of(store))
    report = Pipeline(store, FakeEmbedder(), redactor).ingest(interactions, origin="mail")
    assert not report.counts["failed"]


def said(source_id: str, text: str, **more: object) -> Interaction:
    turns = (Turn("customer", text), Turn("agent", f"Noted: {text}"))
    return Interaction(source_id, turns, **more)  # type: ignore[arg-type]


def persons(store: TenantStore, ids: Sequence[str]) -> set[frozenset[str]]:
    return {frozenset(store.records.aliases(i)) for i in ids}


def test_one_address_and_fitting_names_are_one_person_and_say_why(store: TenantStore) -> None:
    add(store, ANNA, ANNA_SHOP, NAMELESS)
    done = resolve(store)
    assert {(p.kept, p.absorbed) for p in done.applied} == {
        ("crm-1", "shop-7"), ("crm-1", "desk-3"),
    }  # fmt: skip
    assert done.touched == {"crm-1", "shop-7", "desk-3"}
    assert all("email anna@x.example" in m["reason"] for m in store.records.merges())


def test_a_household_stays_two_people(store: TenantStore) -> None:
    add(store, PETER, PETRA)
    done = resolve(store)
    assert (done.applied, store.records.merges()) == ((), [])
    (doubt,) = done.unsure
    assert {doubt.kept, doubt.absorbed} == {"crm-2", "crm-3"}
    assert "household" in doubt.reason


def test_two_customers_under_one_roof_are_never_merged(store: TenantStore) -> None:
    roof = "Lindenweg 14, 10997 Berlin"
    add(store, replace(ANNA, address=roof), Customer("crm-9", name="Anna Berg", address=roof))
    done = resolve(store)
    assert (done.applied, done.unsure) == ((), ())


@pytest.mark.parametrize(
    "other",
    [
        Customer("z", name="Peter Berg", emails=("anna@x.example",)),
        replace(ANNA_SHOP, meta={"email_verified": False}),
    ],
)
def test_one_address_is_not_enough_against_a_contradiction(
    store: TenantStore, other: Customer
) -> None:
    add(store, ANNA, other)
    done = resolve(store)
    assert done.applied == ()
    assert len(done.unsure) == 1


def test_two_accounts_of_one_system_are_left_to_people(store: TenantStore) -> None:
    add(
        store,
        replace(ANNA, external_ids={"shop": "1"}),
        replace(ANNA_SHOP, external_ids={"shop": "2"}),
    )
    assert "one system knows them as two" in resolve(store).unsure[0].reason


def test_a_desks_address_joins_nobody(store: TenantStore) -> None:
    add(store, *(Customer(f"c{n}", emails=("info@acme.example",)) for n in range(3)))
    done = resolve(store)
    assert (done.applied, done.unsure) == ((), ())


def test_one_number_and_one_full_name_are_one_person(store: TenantStore) -> None:
    add(store, PETER, Customer("shop-8", name="Berg, Peter", phones=("0044 20 7946 0018",)))
    assert len(resolve(store).applied) == 1


def test_a_number_without_a_full_name_is_not_enough(store: TenantStore) -> None:
    add(store, PETER, Customer("shop-8", name="Peter", phones=("+442079460018",)))
    assert resolve(store).applied == ()


def test_a_chain_that_ends_in_another_name_is_not_one_person(store: TenantStore) -> None:
    middle = Customer("m", emails=("anna@x.example", "peter@x.example"))
    add(store, ANNA, middle, PETER)
    done = resolve(store)
    assert done.applied == ()
    assert len(done.unsure) == 2


def test_what_is_undone_is_never_made_again_and_the_others_stay(store: TenantStore) -> None:
    add(store, ANNA, ANNA_SHOP, NAMELESS)
    resolve(store)
    undone = next(m for m in store.records.merges() if m["absorbed"] == "shop-7")
    assert store.records.undo_merge(undone["id"])
    assert store.records.aliases("shop-7") == ["shop-7"]
    done = resolve(store)
    assert (done.applied, done.withdrawn) == ((), ())
    assert store.records.aliases("crm-1") == ["crm-1", "desk-3"]
    assert any("took them apart" in p.reason for p in done.unsure)


def test_a_persons_own_merge_stands_against_the_rules(store: TenantStore) -> None:
    add(store, PETER, PETRA)
    store.records.merge("crm-2", "crm-3", reason="She changed her name.", by="key-1")
    done = resolve(store)
    assert (done.withdrawn, done.unsure) == ((), ())
    assert store.records.aliases("crm-3") == ["crm-2", "crm-3"]


def test_a_merge_goes_when_the_records_no_longer_carry_it_and_may_come_back(
    store: TenantStore,
) -> None:
    add(store, ANNA, ANNA_SHOP)
    resolve(store)
    add(store, replace(ANNA_SHOP, emails=("other@x.example",)))
    assert resolve(store).withdrawn == (("crm-1", "shop-7"),)
    add(store, ANNA_SHOP)
    assert len(resolve(store).applied) == 1


def test_two_systems_facts_stand_side_by_side(store: TenantStore) -> None:
    add(store, ANNA, ANNA_SHOP)
    resolve(store)
    story = story_of(store, "shop-7")
    (conflict,) = conflicts(story.records)
    assert conflict["values"] == {"crm-1": "gold", "shop-7": "new"}


def test_mail_belongs_to_the_only_holder_of_its_address(store: TenantStore) -> None:
    add(store, ANNA, ANNA_SHOP, PETER)
    tell(
        store,
        said("m1", "the lamp", customer_id="anna@x.example"),
        said("m2", "the shade", customer_id="nobody@x.example"),
        said("m3", "the cable", meta={"customer_email": "Anna@x.example"}),
    )
    done = resolve(store)
    assert done.linked == 1
    assert [c.source_id for c in story_of(store, "crm-1").contacts] == ["m1", "m3"]
    assert "anna@x.example writes from" in next(
        m["reason"] for m in store.records.merges() if m["absorbed"] == "anna@x.example"
    )
    again = resolve(store)
    assert (again.applied, again.withdrawn, again.linked) == ((), (), 0)


def test_mail_from_a_shared_address_belongs_to_nobody_until_somebody_says(
    store: TenantStore,
) -> None:
    add(store, ANNA, Customer("crm-4", name="Otto Berg", emails=("anna@x.example",)))
    tell(
        store,
        said("m1", "the lamp", customer_id="anna@x.example"),
        said("m3", "the cable", meta={"customer_email": "anna@x.example"}),
    )
    assert (resolve(store).applied, story_of(store, "crm-1").contacts) == ((), ())


def test_a_link_is_taken_back_when_a_second_holder_comes(store: TenantStore) -> None:
    add(store, ANNA)
    tell(store, said("m3", "the cable", meta={"customer_email": "anna@x.example"}))
    assert resolve(store).linked == 1
    add(store, Customer("crm-4", name="Otto Berg", emails=("anna@x.example",)))
    assert resolve(store).linked == 1
    assert story_of(store, "crm-1").contacts == ()


def test_what_is_stored_to_be_found_is_redacted_and_the_original_is_kept(
    store: TenantStore,
) -> None:
    add(store, replace(ANNA, orders=("A-10023",)))
    told = said("m1", "Anna here, A-10023 is dark, and A-10024 too.", customer_id="anna@x.example",
                subject="Anna Berg: dark lamp")  # fmt: skip
    tell(store, told)
    assert store.fulltext.search(["anna"], "interaction", 5) == []
    found = store.fulltext.search(["dark"], "interaction", 5)
    chunk = next(iter(store.sources.chunks([found[0][0]]).values()))
    assert chunk.chunk.text == "Noted: [NAME] here, [ORDER] is dark, and A-10024 too."
    assert chunk.title == "[NAME]: dark lamp"
    assert store.sources.get("interaction", "m1") == told


def test_customers_in_the_same_folder_are_known_before_their_mail_is_cut(
    store: TenantStore, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.jsonl").write_text(
        '{"id":"m1","customer_id":"crm-1","turns":[{"speaker":"customer","text":"Anna again"},'
        '{"speaker":"agent","text":"Hello Anna, the lamp ships."}]}\n'
    )
    (folder / "z.jsonl").write_text(
        '{"customer_id":"crm-1","name":"Anna Berg","emails":["anna@x.example"]}\n'
    )
    pipeline = Pipeline(store, FakeEmbedder(), PeopleRedactor(people_of(store)))
    assert pipeline.run([folder]).counts["added"] == 2
    assert store.fulltext.search(["anna"], "interaction", 5) == []
    assert pipeline.run([folder]).counts["unchanged"] == 2


def test_what_becomes_known_of_a_customer_is_redacted_at_the_next_run(store: TenantStore) -> None:
    told = said("m1", "It is Anna", customer_id="crm-1")
    tell(store, told)
    assert store.fulltext.search(["anna"], "interaction", 5) != []
    add(store, ANNA)
    tell(store, told)
    assert store.fulltext.search(["anna"], "interaction", 5) == []


OTTO = Customer("o", name="Otto Berg", emails=("anna@x.example", "peter@x.example"))
INITIAL = Customer("p", name="P. Berg", emails=("peter@x.example",))
BRIDGE = Customer("q", emails=("peter@x.example", "q@x.example"), phones=("+442079460018",))
RECORDS = (ANNA, ANNA_SHOP, NAMELESS, PETER, PETRA, OTTO, INITIAL, BRIDGE)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_order_of_ingest_does_not_matter_and_a_second_run_changes_nothing(
    databases: Database, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(RECORDS), unique_by=lambda c: c.customer_id))
    order = data.draw(st.permutations(chosen))
    at_once = databases.create_tenant(f"a{next(numbers)}")
    one_by_one = databases.create_tenant(f"b{next(numbers)}")
    add(at_once, *chosen)
    resolve(at_once)
    for customer in order:
        add(one_by_one, customer)
        resolve(one_by_one)
    ids = [customer.customer_id for customer in chosen]
    assert persons(at_once, ids) == persons(one_by_one, ids)
    pairs = {(m["kept"], m["absorbed"]) for m in one_by_one.records.merges()}
    assert pairs == {(m["kept"], m["absorbed"]) for m in at_once.records.merges()}
    again = resolve(one_by_one)
    assert (again.applied, again.withdrawn, again.linked) == ((), (), 0)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_undoing_everything_restores_every_record_for_good(
    databases: Database, data: st.DataObject
) -> None:
    store = databases.create_tenant(f"c{next(numbers)}")
    chosen = data.draw(st.lists(st.sampled_from(RECORDS), unique_by=lambda c: c.customer_id))
    add(store, *chosen)
    for _ in range(len(RECORDS)):
        resolve(store)
        for merge in store.records.merges():
            store.records.undo_merge(merge["id"])
    assert resolve(store).applied == ()
    for customer in chosen:
        assert store.records.aliases(customer.customer_id) == [customer.customer_id]
        assert store.records.customer(customer.customer_id) == customer


def test_proposals_change_nothing(store: TenantStore) -> None:
    add(store, ANNA, ANNA_SHOP)
    assert [p.is_sure for p in propose_merges(store)] == [True]
    assert store.records.merges() == []
