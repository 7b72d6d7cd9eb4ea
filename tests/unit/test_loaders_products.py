"""What each product's export means: who spoke, who could read it, how it ended, what is owned."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Customer, Failure, Interaction, Item
from copilot.errors import InvalidInput
from ingest.chunker import chunk_interaction
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions
from ingest.mapping import guess_mapping, read_mapping

DATA = Path(__file__).resolve().parents[1] / "data"
DECLARED: dict[str, Any] = {
    "own_domains": ("acme.test",),
    "date_order": "dmy",
    "timezone": "Europe/Berlin",
    "roles": {"Ana Silva": "customer", "Sam Ortiz": "agent:service", "Shop": "agent:sales"},
}


def read(path: Path | str, **declared: Any) -> list[Item | Failure]:
    file = DATA / path
    options = LoadOptions(roots=(file.parent,), **{**DECLARED, **declared})
    loader = choose(file, options=options)
    assert not isinstance(loader, Failure), loader.reason
    return list(loader.load(file, options))


def items(path: Path | str, **declared: Any) -> list[Any]:
    return [one for one in read(path, **declared) if not isinstance(one, Failure)]


def spoken(item: Interaction) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.visibility) for turn in item.turns]


def test_zendesk_note_is_internal_rule_is_a_bot_and_entities_are_read() -> None:
    first, second = items("zendesk/tickets.json")
    assert spoken(first) == [("customer", "public"), ("agent", "internal"), ("agent", "public")]
    assert "10 seats & all" in first.turns[2].text
    assert "(https://acme.test/seats)" in first.turns[2].text
    assert first.turns[2].role == "service"  # declared for Sam Ortiz, known from `users`
    assert first.outcome.rating == 5
    assert first.url == "https://acme.zendesk.com/agent/tickets/35436"
    assert spoken(second)[1] == ("bot", "public")
    assert second.outcome.resolved is False
    assert second.outcome.rating is None


def test_zendesk_author_that_nobody_knows_fails_the_ticket(tmp_path: Path) -> None:
    comments = [{"id": 1, "author_id": 5, "body": "Hi", "public": True}]
    ticket = {"id": 1, "requester_id": 7, "status": "open", "comments": comments}
    (tmp_path / "t.jsonl").write_text(json.dumps(ticket))
    (failure,) = read(tmp_path / "t.jsonl")
    assert "author 5" in failure.reason
    assert "users" in failure.reason


def test_zendesk_events_are_folded_and_know_a_reopened_ticket() -> None:
    (ticket,) = items("zendesk/ticket_events.json")
    assert ticket.outcome.reopened is True
    assert ticket.outcome.resolved is False
    assert [turn.speaker for turn in ticket.turns] == ["customer", "agent", "customer"]
    assert ticket.channel == "email"


def test_zendesk_article_for_a_segment_is_internal() -> None:
    public, restricted = items("zendesk/articles.json")
    assert public.visibility == "public"
    assert public.updated_at == datetime(2025, 4, 20, 8, tzinfo=UTC)
    assert restricted.visibility == "internal"


def test_intercom_opening_message_bot_note_and_missing_parts() -> None:
    (found,) = items("intercom/conversations.json")
    assert [turn.speaker for turn in found.turns] == ["customer", "bot", "agent", "agent"]
    assert found.turns[0].text == "Hi, does Basic include SSO?"
    assert found.turns[2].visibility == "internal"
    assert found.outcome.reopened is True
    assert found.meta["parts_not_in_export"] == 1
    assert found.customer_id == "C-7"


def test_chatwoot_numbers_and_words_mean_the_same() -> None:
    (listed,) = items("chatwoot/conversations.json")
    assert spoken(listed)[2] == ("agent", "internal")
    assert listed.outcome.rating == 5
    assert listed.language == "de"
    (loose,) = items("chatwoot/messages.json")
    assert [turn.speaker for turn in loose.turns] == ["customer", "agent"]
    assert loose.turns[1].text == "[attachment: image]"


def test_freshdesk_description_comes_first_and_quotes_go() -> None:
    (found,) = items("freshdesk/tickets.json", base_url="https://acme.freshdesk.com")
    assert [turn.text for turn in found.turns] == [
        "Please refund order 1001.",
        "Sent to the bank today.",
        "Second refund this year.",
        "Thank you!",
    ]
    assert found.turns[2].visibility == "internal"
    assert found.url == "https://acme.freshdesk.com/a/tickets/20"


def test_helpscout_order_is_turned_drafts_are_out_and_the_assistant_is_a_bot() -> None:
    (found,) = items("helpscout/conversations.json")
    assert [turn.speaker for turn in found.turns] == ["customer", "bot", "agent", "agent"]
    assert found.turns[3].label == "10"
    assert found.meta["events_left_out"] == 2
    assert "Never sent" not in {turn.text for turn in found.turns}


def test_helpscout_assistant_is_not_learned_as_a_reply() -> None:
    (found,) = items("helpscout/conversations.json")
    assert [chunk.text for chunk in chunk_interaction(found)] == [
        "Done: it goes to Larch Walk now."
    ]


def test_front_comment_is_internal_and_a_rule_is_a_bot() -> None:
    (found,) = items("front/conversations.json")
    assert spoken(found)[1:3] == [("bot", "public"), ("agent", "internal")]
    assert found.turns[3].text == "From 50 pieces on it is 12 EUR each."


def test_gorgias_note_rule_and_stripped_text() -> None:
    (found,) = items("gorgias/tickets.json")
    assert spoken(found) == [
        ("customer", "public"),
        ("bot", "public"),
        ("agent", "internal"),
        ("agent", "public"),
    ]
    assert found.turns[0].text == "Quelle taille ?"
    assert found.turns[3].text == "Prenez du 40."


def test_hubspot_comment_is_internal_and_a_cut_message_fails_its_thread() -> None:
    found, failure = read("hubspot/threads.json")
    assert spoken(found)[1] == ("agent", "internal")
    assert "cut off" in failure.reason


def test_guessed_mapping_leaves_what_is_unclear_open() -> None:
    guessed = guess_mapping(DATA / "generic/unknown.csv")
    assert guessed["columns"]["conversation_id"] == "ticket id"
    assert guessed["columns"]["text"] == "body"
    assert guessed["values"]["speaker"] == {"Staff": "agent", "Customer": "customer", "Wizard": "?"}
    assert guessed["values"]["visibility"] == {"true": "public", "false": "internal"}
    assert any("Wizard" in place for place in guessed["to_decide"])
    assert guessed["date_order"] == "?"
    assert any("date_order" in place for place in guessed["to_decide"])


def test_guessed_mapping_reads_its_file_once_it_is_confirmed() -> None:
    guessed = guess_mapping(DATA / "generic/unknown.csv")
    found = read("generic/unknown.csv", mapping=guessed)
    assert isinstance(found[0], Failure)  # the wizard is still a question mark
    assert "'?'" in found[0].reason
    guessed["values"]["speaker"]["Wizard"] = "bot"
    first, second = items("generic/unknown.csv", mapping=guessed)
    assert spoken(first)[2] == ("agent", "internal")
    assert second.turns[0].speaker == "bot"


def test_guessed_mapping_of_nested_json(tmp_path: Path) -> None:
    rows = [
        {"ticketId": 1, "sender": {"type": "agent"}, "messageText": "x" * 60, "isPrivate": False},
        {"ticketId": 1, "sender": {"type": "buyer"}, "messageText": "y" * 60, "isPrivate": False},
    ]
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    guessed = guess_mapping(path)
    assert guessed["columns"]["speaker"] == "sender.type"
    assert guessed["columns"]["text"] == "messageText"
    assert guessed["values"]["visibility"] == {"False": "public"}
    (found,) = items(path, mapping=guessed)
    assert [turn.speaker for turn in found.turns] == ["agent", "customer"]


def test_shopify_old_and_new_headers_give_the_same_products() -> None:
    old = {item.sku: item for item in items("shopify/old.csv")}
    new = {item.sku: item for item in items("shopify/new.csv")}
    assert old["SH-L-B"].name == new["SH-L-B"].name == "Work shirt (Size: L, Color: Blue)"
    assert old["SH-M-B"].price == new["SH-M-B"].price == Decimal("49.90")
    assert new["SH-M-B"].meta["market_prices"] == {"price / international": "52.00"}
    assert old["CAP-0"].status == "withdrawn"
    assert items("shopify/new.csv", currency="EUR")[0].currency == "EUR"


def test_merchant_feed_reads_the_currency_and_never_guesses_it() -> None:
    first, second, *failures = read("merchant/feed.tsv")
    assert (first.price, first.currency) == (Decimal("25.00"), "USD")
    assert first.meta["sale_price"] == "19.00 USD"
    assert second.status == "roadmap"
    assert "currency" in failures[1].reason


def test_merchant_rss_knows_subscriptions() -> None:
    _, plan = items("merchant/feed.xml")
    assert (plan.period, plan.price, plan.currency) == ("month", Decimal("4.50"), "USD")


def test_stripe_amounts_follow_the_decimals_of_their_currency() -> None:
    found = {item.sku: item for item in items("stripe/catalogue.json")}
    assert str(found["PRO-M"].price) == "19.90"
    assert str(found["price_A2"].price) == "24000"
    assert str(found["price_A3"].price) == "1.500"
    assert found["price_A4"].price is None
    assert found["PRO-M"].limits == {"seats": 50.0}
    assert found["prod_B"].status == "withdrawn"


def test_stripe_lists_in_one_folder(tmp_path: Path) -> None:
    whole = json.loads((DATA / "stripe/catalogue.json").read_text())
    for name in ("products", "prices"):
        page = {"object": "list", "has_more": False, "data": whole[name]}
        (tmp_path / f"{name}.json").write_text(json.dumps(page))
    assert items(tmp_path) == items("stripe/catalogue.json")


def test_hubspot_won_deal_is_owned_and_a_lost_one_is_a_declined_offer() -> None:
    ana, bo = items("hubspot_crm")
    assert isinstance(ana, Customer)
    assert [one.sku for one in ana.entitlements] == ["PLUS"]
    assert ana.entitlements[0].limits == {"quantity": 1.0, "seats": 50.0}
    assert [one["result"] for one in ana.recent_offers] == ["accepted", "declined"]
    assert ana.consent == {"email": False}
    assert bo.entitlements == ()
    assert bo.consent == {}


def test_salesforce_files_are_joined_by_contact_and_account() -> None:
    ana, rui = items("salesforce")
    assert [one.name for one in ana.entitlements] == ["Hearth hub", "Gold support"]
    assert ana.entitlements[1].used == {"cases": 5.0}
    assert ana.entitlements[1].until == date(2026, 12, 31)
    assert ana.open_cases == ("00001001: Hub offline",)
    assert ana.consent == {"email": True, "phone": False}
    assert ana.meta["ended"] == ["Old hub"]
    assert [one.name for one in rui.entitlements] == ["Gold support"]
    assert rui.open_cases == ()


def test_packed_export_is_read_like_the_plain_one(tmp_path: Path) -> None:
    plain = DATA / "zendesk/tickets.json"
    (tmp_path / "tickets.json.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert items(tmp_path / "tickets.json.gz") == items("zendesk/tickets.json")


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{", "JSON"), ("[]", "object"), ('{"columns": {"txet": "b"}}', "no field txet")],
)
def test_mapping_file_is_checked_when_it_is_read(content: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(InvalidInput, match=reason):
        read_mapping(tmp_path / "m.json")
    guessed = guess_mapping(DATA / "generic/unknown.csv")
    guessed["values"]["speaker"]["Wizard"], guessed["date_order"] = "bot", "dmy"
    (tmp_path / "good.json").write_text(json.dumps(guessed))
    assert read_mapping(tmp_path / "good.json") == guessed
