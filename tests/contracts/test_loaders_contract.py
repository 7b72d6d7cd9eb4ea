"""One class of promises for every loader, held against a sample shaped as its product exports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from copilot.domain import Customer, Document, Failure, Interaction, Item, Product
from ingest.detect import choose, find_files
from ingest.loaders.fields import ROLES, SPEAKERS, VISIBILITIES
from ingest.loaders.protocol import LEFT_OUT, LoadOptions
from ingest.loaders.registry import all_loaders
from ingest.sandbox import Sandbox

DATA = Path(__file__).resolve().parents[1] / "data"
SANDBOX = Sandbox()
DECLARED: dict[str, Any] = {
    "own_domains": ("acme.test",),
    "date_order": "dmy",
    "timezone": "Europe/Berlin",
    "roles": {"Ana Silva": "customer", "Sam Ortiz": "agent:service", "Shop": "agent:sales"},
}


@dataclass(frozen=True)
class Sample:
    """A file, the format that must know it, and how its records must fare."""

    path: str
    format: str
    items: int
    failures: int = 0
    left_out: int = 0
    turns: int = 0


SAMPLES = [
    Sample("zendesk/tickets.json", "zendesk", items=2, failures=1, left_out=1, turns=6),
    Sample("zendesk/ticket_events.json", "zendesk-events", items=1, failures=1, turns=3),
    Sample("zendesk/articles.json", "zendesk-articles", items=2, left_out=1),
    Sample("intercom/conversations.json", "intercom", items=1, failures=1, turns=4),
    Sample("intercom/articles.json", "intercom-articles", items=1, left_out=1),
    Sample("chatwoot/conversations.json", "chatwoot", items=1, turns=5),
    Sample("chatwoot/messages.json", "chatwoot", items=1, failures=1, turns=2),
    Sample("freshdesk/tickets.json", "freshdesk", items=1, failures=1, left_out=1, turns=4),
    Sample("freshdesk/articles.json", "freshdesk-articles", items=1, left_out=1),
    Sample("helpscout/conversations.json", "helpscout", items=1, failures=1, turns=4),
    Sample("front/conversations.json", "front", items=1, left_out=1, turns=4),
    Sample("gorgias/tickets.json", "gorgias", items=1, failures=1, turns=4),
    Sample("hubspot/threads.json", "hubspot", items=1, failures=1, turns=3),
    Sample("mail/support.mbox", "mbox", items=2, failures=1, turns=5),
    Sample("maildir", "maildir", items=1, turns=2),
    Sample("calls/zoom.vtt", "webvtt", items=1, failures=1, turns=3),
    Sample("calls/transcribe.json", "transcribe-call-analytics", items=1, turns=3),
    Sample("slack", "slack", items=2, failures=1, left_out=1, turns=4),
    Sample("whatsapp/ios.txt", "whatsapp", items=1, failures=1, turns=3),
    Sample("whatsapp/android.txt", "whatsapp", items=1, turns=3),
    Sample("shopify/old.csv", "shopify-csv", items=4, failures=1, left_out=2),
    Sample("shopify/new.csv", "shopify-csv", items=3),
    Sample("shopify/products.json", "shopify-json", items=2, failures=1),
    Sample("merchant/feed.tsv", "google-merchant-tsv", items=2, failures=2),
    Sample("merchant/feed.xml", "google-merchant-rss", items=2, failures=1),
    Sample("stripe/catalogue.json", "stripe", items=6, failures=1),
    Sample("hubspot_crm", "hubspot-crm", items=2, failures=1, left_out=1),
    Sample("salesforce", "salesforce", items=2, failures=1, left_out=2),
]
ids = [sample.path for sample in SAMPLES]


def read(sample: Sample, **declared: Any) -> list[Item | Failure]:
    options = LoadOptions(roots=(DATA,), sandbox=SANDBOX, **{**DECLARED, **declared})
    loader = choose(DATA / sample.path, options=options)
    assert not isinstance(loader, Failure), loader.reason
    assert loader.format == sample.format
    return list(loader.load(DATA / sample.path, options))


def interactions(found: list[Item | Failure]) -> list[Interaction]:
    return [item for item in found if isinstance(item, Interaction)]


def ident(item: Item) -> str:
    if isinstance(item, Product):
        return item.sku
    return item.customer_id if isinstance(item, Customer) else item.source_id


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_every_record_is_an_item_or_a_named_failure(sample: Sample) -> None:
    found = read(sample)
    failures = [one for one in found if isinstance(one, Failure)]
    left_out = [one for one in failures if one.reason.startswith(LEFT_OUT)]
    assert len(found) - len(failures) == sample.items
    assert len(failures) - len(left_out) == sample.failures
    assert len(left_out) == sample.left_out
    assert sum(len(one.turns) for one in interactions(found)) == sample.turns
    assert all(len(one.reason) >= 8 for one in failures)


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_every_turn_says_who_spoke_and_who_could_read_it(sample: Sample) -> None:
    for item in interactions(read(sample)):
        for turn in item.turns:
            assert turn.speaker in SPEAKERS
            assert turn.visibility in VISIBILITIES
            assert turn.role is None or (turn.role in ROLES and turn.speaker == "agent")
            assert turn.text.strip() == turn.text != ""
            assert "<p>" not in turn.text
            assert turn.at is None or turn.at.tzinfo is not None
        times = [turn.at for turn in item.turns if turn.at]
        assert times == sorted(times)


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_the_same_file_gives_the_same_items_each_under_its_own_id(sample: Sample) -> None:
    first, second = read(sample), read(sample)
    assert first == second
    counted = Counter(ident(item) for item in first if not isinstance(item, Failure))
    assert set(counted.values()) == {1}


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_what_the_format_lacks_is_listed_as_unstated(sample: Sample) -> None:
    for item in read(sample):
        if isinstance(item, Interaction):
            unstated = item.meta.get("unstated", [])
            assert item.meta["source"]
            assert item.meta["external_id"]
            assert (item.language is None) == ("language" in unstated)
            assert (item.outcome.resolved is None) == ("outcome.resolved" in unstated)
            assert (item.outcome.rating is None) == ("outcome.rating" in unstated)
            assert (item.url is None) == ("url" in unstated)
        if isinstance(item, Document):
            assert (item.url is None) == ("url" in item.meta.get("unstated", []))
        if isinstance(item, Product):
            assert (item.currency is not None and item.price is not None) or item.meta["unstated"]


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_meta_can_be_stored_as_json(sample: Sample) -> None:
    for item in read(sample):
        if not isinstance(item, Failure):
            orjson.dumps(dict(item.meta))


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_prefix_keeps_two_systems_with_the_same_numbers_apart(sample: Sample) -> None:
    for item in read(sample, id_prefix="old-"):
        if isinstance(item, Interaction | Document):
            assert item.source_id.startswith("old-")


def test_every_product_format_has_a_sample() -> None:
    own = {
        "articles-json", "catalogue-csv", "catalogue-json", "chats", "customers-csv",
        "customers-json", "dialogues", "docx", "eml", "html", "interactions-jsonl", "markdown",
        "messages-csv", "messages-json", "pdf", "text", "trajectories", "variants-json",
    }  # fmt: skip
    assert {one.format for one in all_loaders()} - own == {one.format for one in SAMPLES}


def test_folders_that_are_one_source_are_found_as_one() -> None:
    found = {path.relative_to(DATA).as_posix() for path in find_files([DATA])}  # type: ignore[union-attr]
    assert {"maildir", "slack", "salesforce", "hubspot_crm"} <= found
    assert not any(path.startswith(("maildir/", "slack/", "salesforce/")) for path in found)
