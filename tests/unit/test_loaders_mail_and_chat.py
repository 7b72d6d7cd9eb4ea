"""Mailboxes, calls and chats: roles are declared, never guessed; history is not said twice."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Failure, Interaction, Item
from ingest.detect import choose
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions

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
    (failure, found) = read(path)
    assert [turn.text for turn in found.turns] == ["Hi", "Hello"]
    assert '"Stranger" (2)' in failure.reason and failure.line


def test_whatsapp_names_all_whom_nobody_declared_in_one_line(tmp_path: Path) -> None:
    (failure,) = read("whatsapp/ios.txt", roles={})
    assert '"Ana Silva" (2), "Shop" (1), "Cousin" (1)' in failure.reason


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
