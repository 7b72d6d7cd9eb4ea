"""Our own formats: what each field becomes, and what an unstated one stays."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Customer, Document, Failure, Interaction, Product
from ingest.detect import choose
from ingest.loaders.customers import OWNED
from ingest.loaders.protocol import LoadOptions
from tests.loading import one, put, read

INTERACTION = {
    "id": "c-1",
    "channel": "email",
    "customer_id": "7",
    "subject": "Seat limit",
    "at": "2026-01-02T10:00:00Z",
    "outcome": {"resolved": True, "reopened": False, "rating": 4, "status": "solved"},
    "tags": ["billing"],
    "language": "en",
    "turns": [
        {"speaker": "customer", "text": "We are full.", "visibility": "public"},
        {
            "id": "t2",
            "speaker": "agent",
            "role": "service",
            "author": "Sam",
            "text": "Ten more seats are free\u200b this month.",
            "at": "2026-01-02T10:05:00Z",
            "visibility": "public",
            "action": "offer_seats",
        },
        {"speaker": "agent", "role": "sales", "text": "Call her.", "visibility": "internal"},
    ],
}


def test_own_interaction_keeps_its_meaning(tmp_path: Path) -> None:
    found = one(put(tmp_path / "a.jsonl", INTERACTION))
    assert isinstance(found, Interaction)
    assert found.outcome.resolved is True
    assert found.outcome.rating == 4
    assert found.at == datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert [turn.visibility for turn in found.turns] == ["public", "public", "internal"]
    assert found.turns[1].text == "Ten more seats are free this month."
    assert found.turns[1].label == "offer_seats"
    assert found.turns[1].role == "service"
    assert found.turns[0].role is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"speaker": None}, "no speaker"),
        ({"speaker": "supervisor"}, "unknown"),
        ({"role": "marketing"}, "sales or service"),
        ({"visibility": None}, "no visibility"),
        ({"visibility": "private"}, "public or internal"),
        ({"text": None}, "no text"),
        ({"at": "02/03/2026"}, "--date-order"),
    ],
)
def test_turn_without_what_is_required_fails_the_record_by_number(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    turns = [INTERACTION["turns"][0], INTERACTION["turns"][1] | change]
    bad = INTERACTION | {"id": "c-2", "turns": turns}
    good, failure = read(put(tmp_path / "a.jsonl", INTERACTION, bad))
    assert isinstance(good, Interaction)
    assert isinstance(failure, Failure)
    assert (failure.line, failure.record_id) == (2, "c-2")
    assert "turn 1" in failure.reason
    assert reason in failure.reason


def test_incomplete_dialogue_is_not_resolved(tmp_path: Path) -> None:
    dialogue = {"id": "d", "completion": "Disconnect", "turns": [{"speaker": "agent", "text": "?"}]}
    assert one(put(tmp_path / "a.jsonl", dialogue)).outcome.resolved is False


def test_trajectory_keeps_tool_turns_internal_and_in_place(tmp_path: Path) -> None:
    call = {"function": {"name": "get_user", "arguments": '{"user_id":"u_1"}'}}
    record = {
        "task_id": 3,
        "trial": 1,
        "solved": False,
        "traj": [
            {"role": "user", "content": "Cancel it."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "name": "get_user", "content": '{"order_id": "#W1"}'},
            {"role": "assistant", "content": "Done."},
        ],
    }
    found = one(put(tmp_path / "t.jsonl", record))
    assert found.source_id == "3-1"
    assert found.outcome.resolved is False
    assert found.outcome.order_ids == ("#W1",)
    assert found.customer_id == "u_1"
    assert [turn.speaker for turn in found.turns] == ["customer", "system", "system", "agent"]
    assert [turn.visibility for turn in found.turns[1:3]] == ["internal", "internal"]


def test_transcript_with_role_prefixes_is_split_into_turns(tmp_path: Path) -> None:
    shown = "user: Hi\nI am Ana\nassistant: None\ntool: {}\nassistant: Hello Ana: welcome"
    found = one(put(tmp_path / "chats.jsonl", {"messages_display": shown}))
    assert [turn.speaker for turn in found.turns] == ["customer", "system", "system", "agent"]
    assert found.turns[0].text == "Hi\nI am Ana"
    assert found.outcome.resolved is None


CATALOGUE = (
    "sku,name,price,currency,period,features,limits,requires,status,valid_from\n"
    "PRO,Pro,19.90,eur,month,Export;Roles,seats=10;storage_gb=50,BASE,available,2026-01-01\n"
    "BAD,Bad,12 euro,EUR,month,,,,,\n"
    "ODD,Odd,1.00,EUR,now and then,,,,,\n"
    "NOC,Nameless currency,5,,month,,,,,\n"
)


def test_catalogue_csv_reads_money_exactly_and_names_bad_rows(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CATALOGUE)
    found = read(tmp_path / "c.csv")
    product = found[0]
    assert isinstance(product, Product)
    assert product.price == Decimal("19.90")
    assert product.currency == "EUR"
    assert product.limits == {"seats": 10.0, "storage_gb": 50.0}
    assert product.features == ("Export", "Roles")
    assert product.requires == ("BASE",)
    assert [(one.line, one.record_id) for one in found[1:]] == [(3, "BAD"), (4, "ODD"), (5, "NOC")]
    assert "12.50" in found[1].reason
    assert "day, week, month, quarter, year, once" in found[2].reason
    assert "currency" in found[3].reason


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("week", "week"), ("per week", "week"), ("Weekly", "week"), ("a quarter", "quarter"),
        ("Quarterly", "quarter"), ("annual", "year"), ("per annum", "year"), ("/month", "month"),
        ("one-off", "once"), ("", "month"), ("4 weeks", "4 weeks"), ("every four weeks", "4 weeks"),
        ("28 days", "4 weeks"), ("fortnight", "2 weeks"), ("per 7 days", "week"), ("day", "day"),
        ("3 months", "quarter"), ("12 months", "year"), ("half-yearly", "6 months"),
        ("2 years", "2 years"), ("30 days", "30 days"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_say_it(said: str, kept: str, tmp_path: Path) -> None:
    row = {"sku": "BOX", "name": "Veg box", "price": 12, "currency": "GBP", "period": said}
    product = one(put(tmp_path / "c.json", row))
    assert isinstance(product, Product)
    assert product.period == kept


@pytest.mark.parametrize("said", ["biweekly", "0 weeks", "per month per seat", "perweek", "night"])
def test_a_period_whose_length_we_do_not_keep_is_refused(said: str, tmp_path: Path) -> None:
    row = {"sku": "BOX", "name": "Veg box", "price": 12, "currency": "GBP", "period": said}
    (found,) = read(put(tmp_path / "c.json", row))
    assert isinstance(found, Failure)
    assert "use day, week, month, quarter, year, once, or so many of them" in found.reason


def test_catalogue_json_never_passes_money_through_a_float(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(
        '[{"sku":"A","name":"A","price":0.1,"currency":"USD","limits":{"seats":5}},'
        '{"sku":"B","name":"B","price":12345678.90,"currency":"USD"}]'
    )
    first, second = read(tmp_path / "c.json")
    assert first.price == Decimal("0.1")
    assert str(second.price) == "12345678.90"


def test_variants_are_products_with_an_unknown_currency(tmp_path: Path) -> None:
    variants = {
        "v1": {"item_id": "v1", "options": {"size": "M"}, "available": True, "price": 50.88},
        "v2": {"item_id": "v2", "options": {"size": "L"}, "available": False, "price": 1},
    }
    path = put(
        tmp_path / "p.json", {"9": {"name": "Shirt", "product_id": "9", "variants": variants}}
    )
    first, second = read(path)
    assert (first.sku, first.name, first.price) == ("v1", "Shirt (size: M)", Decimal("50.88"))
    assert first.currency is None
    assert first.meta["unstated"] == ["currency"]
    assert second.status == "limited"
    assert read(path, currency="usd")[0].currency == "USD"


CUSTOMER = {
    "customer_id": "C-1",
    "name": "Ana Silva",
    "emails": ["Ana@Example.test"],
    "external_ids": {"zendesk": 7},
    "entitlements": [
        {"id": "E1", "name": "Basic", "limits": {"seats": 10}, "used": {"seats": 9}, "until": None}
    ],
    "consent": {"marketing": False},
    "do_not_sell": True,
    "care": ["hearing"],
}


def test_customer_with_entitlements(tmp_path: Path) -> None:
    found = one(put(tmp_path / "c.jsonl", CUSTOMER))
    assert isinstance(found, Customer)
    assert found.emails == ("ana@example.test",)
    assert found.external_ids == {"zendesk": "7"}
    assert found.entitlements[0].used == {"seats": 9.0}
    assert found.do_not_sell is True
    assert found.consent == {"marketing": False}


def test_customers_in_csv_with_entitlements_as_json(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "customer_id;name;emails;do_not_sell;consent;entitlements\n"
        'C-1;Ana;a@x.test|;no;marketing=true;"[{""id"":""E1"",""name"":""Basic""}]"\n'
        "C-2;Bo;;maybe;;\n".replace("|;", ";")
    )
    found = read(tmp_path / "c.csv")
    assert found[0].entitlements[0].name == "Basic"
    assert found[0].consent == {"marketing": True}
    assert "neither true nor false" in found[1].reason


def test_what_a_customer_lacks_is_told_with_its_place_and_an_example(tmp_path: Path) -> None:
    good = {"id": "E-1", "name": "Basic"}
    records = [
        {"customer_id": "C-1", "emails": [], "entitlements": [good, {"name": "Plus"}]},
        {"name": "Nobody", "emails": []},
        7,
        {"customer_id": "C-3", "emails": [], "entitlements": ["Basic"]},
        {"customer_id": "C-4", "emails": [], "entitlements": {"id": "E-1"}},
        {"customer_id": "C-5", "emails": [], "entitlements": [good]},
    ]
    path = tmp_path / "customers.json"
    for text in (json.dumps(records), json.dumps({"customers": records})):  # all in one line
        path.write_text(text, "utf-8")
        *failures, sound = read(path)
        assert isinstance(sound, Customer)  # each of the others failed alone
        told = [(f.record_id, f.reason) for f in failures if isinstance(f, Failure)]
        assert told == [
            ("C-1", 'entitlement 2: no id; write one, such as "id": "E-1"'),
            (None, "record 2: no customer_id; write one, such as C-1001"),
            (None, "record 3 must be an object, not a number"),
            ("C-3", f"entitlement 1: it must be an object such as {OWNED}, not a text"),
            ("C-4", f"entitlements must be a list such as [{OWNED}], not an object"),
        ]
    path.write_text("[\n" + ",\n".join(map(json.dumps, records)) + "\n]", "utf-8")
    assert [f.line for f in read(path) if isinstance(f, Failure)] == [2, 3, 4, 5, 6]


def test_messages_csv_by_declared_mapping(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(
        "Ticket;From;Kind;Body;When\n"
        "1;Client;Reply;Hello;02.03.2026 10:00\n"
        "2;Client;Reply;Other;02.03.2026 10:01\n"
        "1;Staff;Reply;Hi Ana;02.03.2026 10:05\n"
        "1;Staff;Note;Careful;02.03.2026 10:06\n"
        "1;Robot;Reply;Beep;02.03.2026 10:07\n"
    )
    mapping = {
        "columns": {
            "conversation_id": "Ticket",
            "speaker": "From",
            "visibility": "Kind",
            "text": "Body",
            "created_at": "When",
        },
        "values": {
            "speaker": {"Client": "customer", "Staff": "agent:service"},
            "visibility": {"Reply": "public", "Note": "internal"},
        },
    }
    found = read(tmp_path / "m.csv", mapping=mapping, date_order="dmy", timezone="Europe/Berlin")
    failures = [item for item in found if isinstance(item, Failure)]
    first = next(item for item in found if isinstance(item, Interaction))
    assert [turn.text for turn in first.turns] == ["Hello", "Hi Ana", "Careful"]
    assert [turn.visibility for turn in first.turns] == ["public", "public", "internal"]
    assert first.turns[1].role == "service"
    assert first.at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert [(one.line, "Robot" in one.reason) for one in failures] == [(6, True)]
    assert len([item for item in found if isinstance(item, Interaction)]) == 2


def test_messages_csv_without_visibility_fails_unless_it_is_declared(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("conversation_id,speaker,text\n1,customer,Hi\n")
    assert "no visibility" in one(tmp_path / "m.csv").reason
    declared = {"columns": {}, "defaults": {"visibility": "public"}}
    assert isinstance(one(tmp_path / "m.csv", mapping=declared), Interaction)


def test_mapping_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("conversation_id,speaker,text\n1,customer,Hi\n")
    assert "no field txet" in one(tmp_path / "m.csv", mapping={"columns": {"txet": "b"}}).reason


def test_kind_that_does_not_fit_is_a_failure_that_names_the_fields(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", INTERACTION)
    (failure,) = read(path, kind="catalogue")
    assert "--kind catalogue" in failure.reason
    assert "turns" in failure.reason


@pytest.mark.shared
def test_real_articles_dialogues_and_trials_come_in_whole(shared: Path) -> None:
    documents = [
        item for file in sorted((shared / "bank/documents").iterdir()) for item in read(file)
    ]
    assert {type(item) for item in documents} == {Document}
    assert len({item.source_id for item in documents}) == 698
    trials = read(shared / "airline" / "trajectories.jsonl.gz")
    assert len(trials) == 200
    assert sum(item.outcome.resolved for item in trials) == 84
    dialogues = read(shared / "star" / "dev.jsonl.gz")
    assert len(dialogues) == 4_477
    assert {type(item) for item in dialogues} == {Interaction}
    assert len(read(shared / "retail" / "chats.jsonl")) == 69
    assert {type(item) for item in read(shared / "retail" / "products.json")} == {Product}


def test_a_prefix_stands_before_the_ids_of_our_own_formats_too(tmp_path: Path) -> None:
    turns = [{"speaker": "customer", "text": "Dark.", "visibility": "public"}]
    records: dict[str, list[dict[str, Any]]] = {
        "talks.jsonl": [{"id": "1", "turns": turns}],
        "bare.jsonl": [{"id": "1", "turns": [{"speaker": "customer", "text": "Dark."}]}],
        "trials.jsonl": [{"task_id": 1, "trial": 0, "traj": [{"role": "user", "content": "Hi"}]}],
        "chats.jsonl": [{"id": "1", "messages_display": "user: Hi\nassistant: Hello"}],
        "rows.jsonl": [
            {"conversation_id": "1", "speaker": "customer", "text": "Hi", "visibility": "public"}
        ],
        "articles.jsonl": [{"id": "1", "title": "T", "content": "Text."}],
    }
    for name, lines in records.items():
        path = tmp_path / name
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
        options = LoadOptions(roots=(tmp_path,), id_prefix="old-")
        loader = choose(path, options=options)
        assert not isinstance(loader, Failure)
        (item,) = loader.load(path, options)
        assert isinstance(item, Interaction | Document), name
        assert item.source_id.startswith("old-1"), name


def test_the_documented_customer_is_read_as_it_stands_there(tmp_path: Path) -> None:
    """Who copies it has a record with a term, a beginning and a use: the days hang on them."""
    written = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text("utf-8")
    shown = re.search(r"```json\n(\[\{\"customer_id\".*?)```", written, re.DOTALL)
    assert shown
    found = one(put(tmp_path / "customers.jsonl", *json.loads(shown[1])))
    assert isinstance(found, Customer)
    (held,) = found.entitlements
    assert held.since and (held.limits["term_months"], held.used["cups"]) == (24, 390)
