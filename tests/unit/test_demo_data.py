"""The demo data is complete and consistent with itself: references, quotes, prices, dates."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

DEMO = Path(__file__).resolve().parents[2] / "demo"
AS_OF = date(2026, 11, 1)
CHANNELS = {"chat", "email", "phone", "social", "in_person"}
NEED_TYPES = {"stated", "implied", "latent", "blocked"}
DISPOSITIONS = {
    "surface_now", "surface_after_resolution", "hold", "handoff_sales", "log_blocked",
}  # fmt: skip
NONE_REASONS = {
    "already_entitled", "free_fix", "cheaper_better", "information_only", "agent_planted",
    "not_customer_words", "figurative", "declined_recently", "opted_out", "open_complaint",
    "disruption", "promise_conflict", "open_commitments_first", "fraud_or_security",
    "vulnerability_bereavement", "vulnerability_financial", "vulnerability_health",
    "vulnerability_pressure", "no_authority", "not_eligible", "no_suitable_product", "ask_first",
}  # fmt: skip


def load(name: str) -> Any:
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


def front_matter(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


@pytest.fixture(scope="module")
def articles() -> dict[str, tuple[dict[str, Any], str]]:
    found = [front_matter(path) for path in sorted((DEMO / "articles").glob("*.md"))]
    return {meta["id"]: (meta, body) for meta, body in found}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, dict[str, str]]:
    with (DEMO / "catalogue.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len({row["sku"] for row in rows}) == 25
    return {row["sku"]: row for row in rows}


@pytest.fixture(scope="module")
def customers() -> dict[str, dict[str, Any]]:
    return {each["customer_id"]: each for each in load("customers.json")}


@pytest.fixture(scope="module")
def interactions() -> dict[str, dict[str, Any]]:
    lines = (DEMO / "interactions.jsonl").read_text(encoding="utf-8").splitlines()
    return {each["id"]: each for each in map(json.loads, lines)}


def split(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def when(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment


def turn_of(interaction: dict[str, Any], turn_id: str) -> dict[str, Any]:
    return next(turn for turn in interaction["turns"] if turn["id"] == turn_id)


def test_articles_are_whole_and_linked(articles: dict[str, Any]) -> None:
    assert 40 <= len(articles) <= 55
    assert Counter(meta["visibility"] for meta, _ in articles.values())["internal"] == 5
    assert len({meta["url"] for meta, _ in articles.values()}) == len(articles)
    for name, (meta, body) in articles.items():
        assert (DEMO / "articles" / f"{name}.md").is_file()
        assert 120 <= len(body.split()) <= 470, name
        assert isinstance(meta["updated_at"], date), name
        assert meta["tags"], name
        for target in re.findall(r"\]\(([^)]+)\.md\)", body):
            assert target in articles, (name, target)


def test_no_public_article_links_to_an_internal_one(articles: dict[str, Any]) -> None:
    for name, (meta, body) in articles.items():
        targets = re.findall(r"\]\(([^)]+)\.md\)", body)
        if meta["visibility"] == "public":
            assert all(articles[t][0]["visibility"] == "public" for t in targets), name


def test_a_superseded_policy_has_a_successor_that_starts_the_next_day(
    articles: dict[str, Any],
) -> None:
    old = [meta for meta, _ in articles.values() if "valid_to" in meta]
    assert len(old) >= 2
    for meta in old:
        assert meta["valid_to"] < AS_OF
        starts = [m["valid_from"] for m, _ in articles.values() if "valid_from" in m]
        assert any((start - meta["valid_to"]).days == 1 for start in starts), meta["id"]


def test_catalogue_references_and_dates_resolve(
    catalogue: dict[str, dict[str, str]], articles: dict[str, Any]
) -> None:
    urls = {meta["url"] for meta, _ in articles.values()}
    for sku, row in catalogue.items():
        assert Decimal(row["price"]) >= 0
        assert row["period"] in {"month", "year", "once"}
        assert row["url"] in urls, sku
        assert set(split(row["requires"]) + split(row["excludes"])) <= catalogue.keys() - {sku}
        for limit in split(row["limits"]):
            assert float(limit.split("=")[1]) > 0
        for day in filter(None, (row["valid_from"], row["valid_to"])):
            date.fromisoformat(day)
    assert {row["status"] for row in catalogue.values()} == {
        "available", "limited", "roadmap", "withdrawn", "known_issue",
    }  # fmt: skip


def test_catalogue_prices_stand_in_the_article_they_point_to(
    catalogue: dict[str, dict[str, str]], articles: dict[str, Any]
) -> None:
    bodies = {meta["url"]: body for meta, body in articles.values()}
    for sku, row in catalogue.items():
        if row["status"] == "roadmap":
            continue
        price = row["price"].removesuffix(".00")
        assert re.search(rf"£{re.escape(price)}(?![\d])", bodies[row["url"]]), sku


def test_customers_own_only_what_exists_and_what_it_requires(
    customers: dict[str, Any], catalogue: dict[str, dict[str, str]]
) -> None:
    assert len(customers) == 30
    assert sum(each["do_not_sell"] for each in customers.values()) == 2
    assert sum(bool(each["care"]) for each in customers.values()) >= 2
    assert sum(len(each["emails"]) > 1 for each in customers.values()) >= 2
    for name, each in customers.items():
        owned = {item["sku"] for item in each["entitlements"]}
        for item in each["entitlements"]:
            row = catalogue[item["sku"]]
            assert set(split(row["requires"])) <= owned, (name, item["sku"])
            assert set(item["used"]) <= set(item["limits"]), (name, item["sku"])
            capped = "ZONE-4" not in owned
            assert not capped or all(item["used"][k] <= item["limits"][k] for k in item["used"])
            assert date.fromisoformat(item["since"]) < AS_OF


def test_contact_data_is_fictional(customers: dict[str, Any]) -> None:
    for each in customers.values():
        for email in each["emails"]:
            assert re.search(r"@(example\.(com|net|org)|[\w-]+\.example)$", email), email
        for phone in each["phones"]:
            assert re.fullmatch(r"\+44(7700900|1632960)\d{3}", phone), phone


def test_interactions_are_spread_over_channels_departments_and_time(
    interactions: dict[str, Any], customers: dict[str, Any]
) -> None:
    assert len(interactions) == 150
    assert {each["channel"] for each in interactions.values()} == CHANNELS
    assert {each["customer_id"] for each in interactions.values()} == customers.keys()
    roles = [{t.get("role") for t in each["turns"]} - {None} for each in interactions.values()]
    assert sum("sales" in found for found in roles) >= 55
    assert sum("service" in found for found in roles) >= 85
    months = {each["at"][:7] for each in interactions.values()}
    assert (min(months), max(months), len(months)) == ("2025-11", "2026-10", 12)


def test_every_interaction_runs_forward_in_time(interactions: dict[str, Any]) -> None:
    for name, each in interactions.items():
        turns = each["turns"]
        assert 3 <= len(turns) <= 12, name
        assert len({turn["id"] for turn in turns}) == len(turns)
        moments = [when(turn["at"]) for turn in turns]
        assert moments == sorted(moments), name
        assert moments[0] == when(each["at"])
        assert moments[-1].date() < AS_OF
        for turn in turns:
            assert (turn["speaker"] == "agent") == ("role" in turn), name
            assert turn["visibility"] == "public" or turn["speaker"] == "agent", name


def test_no_dialogue_is_a_copy_of_another(interactions: dict[str, Any]) -> None:
    texts = [t["text"] for each in interactions.values() for t in each["turns"]]
    long_ones = Counter(text for text in texts if len(text) > 60)
    assert max(long_ones.values()) == 1


def test_outcomes_hold_failures_too(interactions: dict[str, Any]) -> None:
    outcomes = [each["outcome"] for each in interactions.values()]
    assert sum(each["resolved"] is False for each in outcomes) >= 15
    assert sum(each["reopened"] is True for each in outcomes) >= 8
    assert sum(each["rating"] <= 2 for each in outcomes) >= 10


def test_each_label_quotes_its_turn_exactly(interactions: dict[str, Any]) -> None:
    labels = load("labels.json")
    for kind in ("promises", "open_loops", "needs", "ask_first"):
        for label in labels[kind]:
            turn = turn_of(interactions[label["interaction"]], label["turn"])
            assert label["quote"] in turn["text"], label
            assert turn["visibility"] == "public", label
            if kind != "promises":
                assert turn["speaker"] == "customer", label
            if kind in {"needs", "ask_first"}:
                assert 8 <= len(label["quote"]) <= 240, label


def test_there_are_enough_labels_of_each_kind() -> None:
    labels = load("labels.json")
    assert len(labels["promises"]) >= 12
    assert {each["status"] for each in labels["promises"]} == {
        "open", "kept", "overdue", "conflict",
    }  # fmt: skip
    assert len(labels["open_loops"]) >= 8
    assert len(labels["ask_first"]) >= 6
    assert {each["need_type"] for each in labels["needs"]} == NEED_TYPES
    assert len({each["none_reason"] for each in labels["hard_negatives"]}) >= 10


def test_promises_know_who_and_when(interactions: dict[str, Any]) -> None:
    for label in load("labels.json")["promises"]:
        turn = turn_of(interactions[label["interaction"]], label["turn"])
        assert label["promisor_role"] == turn.get("role", "customer"), label
        assert (label["status"] == "conflict") == bool(label["conflict_with"]), label
        due = label["due"] and date.fromisoformat(label["due"])
        assert due is None or due >= when(turn["at"]).date(), label
        if label["status"] == "overdue":
            assert due is None or due < AS_OF, label
        if label["status"] == "open":
            assert due is None or due >= AS_OF, label


def test_needs_name_products_that_exist(catalogue: dict[str, dict[str, str]]) -> None:
    for label in load("labels.json")["needs"]:
        assert label["disposition"] in DISPOSITIONS
        assert set(label["recommended"]) <= catalogue.keys(), label
        if label["need_type"] == "blocked":
            assert label["disposition"] == "log_blocked"
        else:
            assert label["recommended"], label
        sold = [catalogue[sku]["status"] for sku in label["recommended"]]
        assert "withdrawn" not in sold


def test_where_nothing_may_be_offered_no_need_is_labelled() -> None:
    labels = load("labels.json")
    assert {each["none_reason"] for each in labels["hard_negatives"]} <= NONE_REASONS
    silent = {each["interaction"] for each in labels["hard_negatives"]}
    assert not silent & {each["interaction"] for each in labels["needs"]}


def test_conversations_to_play_fit_the_customers(customers: dict[str, Any]) -> None:
    found = [json.loads(path.read_text("utf-8")) for path in (DEMO / "conversations").glob("*")]
    assert len(found) == len({each["id"] for each in found}) == 8
    for each in found:
        assert each["customer_id"] in customers
        assert each["channel"] in CHANNELS
        assert each["turns"][-1]["speaker"] == "customer", each["id"]
        moments = [when(turn["at"]) for turn in each["turns"]]
        assert moments == sorted(moments)
        assert AS_OF < moments[0].date() < date(2026, 11, 8)
