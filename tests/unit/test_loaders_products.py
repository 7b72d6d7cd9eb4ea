"""What each product's export means: who spoke, who could read it, how it ended, what is owned."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Customer, Failure, Interaction, Item, Product
from copilot.errors import InvalidInput
from ingest.chunker import chunk_interaction
from ingest.detect import choose
from ingest.loaders.mailtext import own_words
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


def test_mail_thread_by_headers_with_roles_by_domain() -> None:
    first, second = items("mail/support.mbox")
    assert first.source_id == "a1@cust.test"
    assert spoken(first) == [
        ("customer", "public"),
        ("bot", "public"),
        ("agent", "internal"),
        ("agent", "public"),
    ]
    assert first.turns[0].text.endswith("From tomorrow on we are twelve.")
    assert first.turns[3].text.endswith("49 EUR a month.")
    assert second.turns[0].text == "Wann kommt das Paket für Köln?"


def test_mail_without_own_domains_is_not_guessed() -> None:
    (failure,) = read("mail/support.mbox", own_domains=())
    assert "--own-domain" in failure.reason


def test_mail_text_in_a_false_charset_fails_alone() -> None:
    failures = [one for one in read("mail/support.mbox") if isinstance(one, Failure)]
    assert "us-ascii" in failures[0].reason


def test_mail_subdomain_of_ours_is_ours_and_a_lookalike_is_not(tmp_path: Path) -> None:
    (found,) = items("maildir")
    assert found.turns[1].speaker == "agent"
    (tmp_path / "a.eml").write_text("From: x@notacme.test\nTo: help@acme.test\n\nHi\n")
    (other,) = items(tmp_path / "a.eml")
    assert other.turns[0].speaker == "customer"


QUOTED = {
    "English": "Yes.\n\nOn Fri, 2 Jan 2026 at 10:00, Ana <a@x.test> wrote:\n> No?",
    "wrapped": "Yes.\n\nOn Fri, 2 Jan 2026 at 10:00, Ana Silva\n<a@x.test> wrote:\n> No?",
    "German": "Yes.\n\nAm 02.01.26 um 10:00 schrieb Ana <a@x.test>:\n> No?",
    "French": "Yes.\n\nLe ven. 2 janv. 2026 à 10:00, Ana a écrit :\n> No?",
    "Spanish": "Yes.\n\nEl vie, 2 ene 2026 a las 10:00, Ana escribió:\n> No?",
    "Italian": "Yes.\n\nIl giorno ven 2 gen 2026 alle ore 10:00 Ana ha scritto:\n> No?",
    "Portuguese": "Yes.\n\nEm sex., 2 de jan. de 2026 às 10:00, Ana escreveu:\n> No?",
    "Dutch": "Yes.\n\nOp vr 2 jan 2026 om 10:00 schreef Ana <a@x.test>:\n> No?",
    "Polish": "Yes.\n\nW dniu 2.01.2026 o 10:00 Ana pisze:\n> No?",
    "Outlook": "Yes.\n\n-----Original Message-----\nFrom: Ana\nNo?",
    "Outlook, German": "Yes.\n\nVon: Ana\nGesendet: Freitag\nAn: Sam\nBetreff: x\n\nNo?",
    "unmarked": "Yes.\n\nOn Fri, 2 Jan 2026 at 10:00, Ana wrote:\nNo?\nReally?",
}


@pytest.mark.parametrize("language", QUOTED)
def test_quoted_history_goes(language: str) -> None:
    assert own_words(QUOTED[language]) == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n\nBest regards,\nSam Ortiz\nAcme Ltd\n+44 20 7946 0000",
        "Yes.\n\nMit freundlichen Grüßen\nSam",
        "Yes.\n\nCordialement,\nSam",
        "Yes.\n\nUn saludo\nSam",
        "Yes.\n-- \nSam\nAcme",
        "Yes.\n\nSent from my iPhone",
        "Yes.\n\nVon meinem iPhone gesendet",
    ],
)
def test_signature_goes(text: str) -> None:
    assert own_words(text) == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.\nBest regards to your colleague who helped me.",
        "On Monday I wrote\nyou about the hub.",
        "Regards,\nSam\n\nP.S. The parcel is late.",
        "From: our side nothing is open.",
        "---------- Forwarded message ---------\nFrom: Ana\nThe hub is broken.",
    ],
)
def test_words_that_only_look_like_history_stay(text: str) -> None:
    assert own_words(text) == text.strip()


def test_answers_between_quoted_lines_stay() -> None:
    text = "On Fri, Ana (x) wrote:\n> One?\nYes, one.\n> Two?\nNo, not two."
    assert own_words(text) == "Yes, one.\nNo, not two."


def test_webvtt_unknown_speaker_is_asked_for_and_its_words_go_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    cue = "\n\n00:{0:02d}.000 --> 00:{0:02d}.900\n{1}"
    said = ["Ana Silva: Hi", "Stranger: Who?", "still the stranger", "Sam Ortiz: Hello"]
    path.write_text("WEBVTT" + "".join(cue.format(n, one) for n, one in enumerate(said)))
    *failures, found = read(path)
    assert [turn.text for turn in found.turns] == ["Hi", "Hello"]
    assert len(failures) == 2
    assert "Stranger" in failures[0].reason


def test_call_analytics_keeps_roles_issues_and_language() -> None:
    (found,) = items("calls/transcribe.json")
    assert [turn.speaker for turn in found.turns] == ["agent", "customer", "agent"]
    assert found.meta["issues"] == ["router blinks red"]
    assert found.language == "en-US"
    assert found.tags == ("router-trouble",)


def test_slack_thread_across_days_and_internal_chatter() -> None:
    found = {item.source_id: item for item in items("slack")}
    thread = found["support/1767348010.000200"]
    assert [turn.speaker for turn in thread.turns] == ["customer", "bot", "agent"]
    assert thread.turns[0].text.startswith("Hi @Sam Ortiz, is the API down?")
    assert thread.turns[2].text == "It is back & stable."
    assert {turn.visibility for turn in found["support/2026-01-02"].turns} == {"internal"}


def test_slack_archive_is_read_like_its_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in sorted((DATA / "slack").rglob("*.json")):
            archive.write(file, file.relative_to(DATA / "slack").as_posix())
    assert items(tmp_path / "export.zip") == items("slack")


def test_whatsapp_asks_for_the_order_of_its_dates() -> None:
    failures = read("whatsapp/ios.txt", date_order=None)
    assert all("--date-order" in one.reason for one in failures[:2])
    (found,) = items("whatsapp/ios.txt", date_order="mdy")
    assert found.turns[0].at.month == 2


def test_whatsapp_lines_run_on_and_the_archive_is_read_too(tmp_path: Path) -> None:
    (found,) = items("whatsapp/ios.txt")
    assert found.turns[0].text == "Hi, is the hub in stock?\nI need two."
    assert found.turns[1].role == "sales"
    with zipfile.ZipFile(tmp_path / "WhatsApp Chat - Ana.zip", "w") as archive:
        archive.write(DATA / "whatsapp/ios.txt", "_chat.txt")
        archive.writestr("00000012-PHOTO.jpg", b"\xff\xd8")
    (packed,) = items(tmp_path / "WhatsApp Chat - Ana.zip")
    assert packed.turns == found.turns


def test_guessed_mapping_leaves_what_is_unclear_open() -> None:
    guessed = guess_mapping(DATA / "generic/unknown.csv")
    assert guessed["columns"]["conversation_id"] == "ticket id"
    assert guessed["columns"]["text"] == "body"
    assert guessed["values"]["speaker"] == {"Staff": "agent", "Customer": "customer", "Wizard": "?"}
    assert guessed["values"]["visibility"] == {"true": "public", "false": "internal"}
    assert any("Wizard" in question for question in guessed["unsure"])
    assert any("--date-order" in question for question in guessed["unsure"])


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


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(DATA.rglob("*.json")) if "slack" not in path.parts],
    ids=lambda path: path.relative_to(DATA).as_posix(),
)
@pytest.mark.parametrize("wrong", ["text", ["list"], {"x": 1}, 7, None])
def test_changed_export_costs_records_never_the_run(path: Path, wrong: Any, tmp_path: Path) -> None:
    """Each field of the first record in turn is replaced by something of another type."""
    options = LoadOptions(roots=(tmp_path,), **DECLARED)
    loader = choose(path, options=options)
    if isinstance(loader, Failure):
        pytest.skip("part of a folder that is read whole")
    whole = json.loads(path.read_text())
    shutil.rmtree(tmp_path, ignore_errors=True)
    tmp_path.mkdir()
    for number, changed in enumerate(_changed(whole, wrong)):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(changed))
        for item in loader.load(file, options):
            assert isinstance(item, Interaction | Product | Customer | Failure) or item.text


def _changed(whole: Any, wrong: Any) -> list[Any]:
    """Copies of a document, each with one value at depth three or four replaced."""
    text = json.dumps(whole)
    found = []
    for keys in _paths(whole, 5)[:120]:
        copy = json.loads(text)
        here = copy
        for key in keys[:-1]:
            here = here[key]
        here[keys[-1]] = wrong
        found.append(copy)
    return found


def _paths(value: Any, depth: int) -> list[tuple[Any, ...]]:
    entries = (
        list(value.items()) if isinstance(value, dict)
        else list(enumerate(value[:1])) if isinstance(value, list) else []
    )  # fmt: skip
    found: list[tuple[Any, ...]] = []
    for key, one in entries:
        found.append((key,))
        if depth:
            found += [(key, *rest) for rest in _paths(one, depth - 1)]
    return found


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
    (tmp_path / "good.json").write_text(json.dumps(guessed))
    assert read_mapping(tmp_path / "good.json") == guessed
