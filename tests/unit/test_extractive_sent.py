"""What they have sent is not asked for again; what they have done is not told to do again."""

from __future__ import annotations

import pytest

from copilot.domain import Chunk, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.hearing.asking import hear
from copilot.extractive.hearing.sent import asks_again, sent_in, unasked


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("i sent u the certificate, does it end today?", "certif"),
        ("The grant of probate has arrived, I attach it.", "probat"),
        ("The meter photo is attached.", "photo"),
        ("Attached: the signed contract", "contract"),
        ("I've already uploaded my passport", "passport"),
    ],
)
def test_what_they_say_they_sent_is_heard(said: str, thing: str) -> None:
    assert any(word.startswith(thing[:5]) for word in sent_in(said))


@pytest.mark.parametrize(
    "said",
    [
        "How do I attach the photo?",
        "Should I send the certificate?",
        "I will send the form tomorrow",
        "I have not sent the form",
        "Can I upload my passport?",
    ],
)
def test_what_they_only_may_send_is_not(said: str) -> None:
    assert not sent_in(said)


@pytest.mark.parametrize(
    ("advice", "left"),
    [
        ("Please send the certificate.", None),
        (
            "Send us the certificate that names you and the site; the cover then ends.",
            "the cover then ends.",
        ),
        ("Please send the form and the certificate.", "Please send the form."),
        ("Please send the form.", "Please send the form."),
        ("The certificate arrives within two days.", "The certificate arrives within two days."),
    ],
)
def test_a_sentence_is_told_without_its_call_for_what_was_sent(
    advice: str, left: str | None
) -> None:
    assert unasked(advice, sent_in("I sent you the certificate")) == left
    assert unasked(advice, frozenset()) == advice
    assert asks_again(advice, sent_in("I sent you the certificate")) == (left != advice)


def reply(said: str) -> str:
    text = (
        "# End of cover\n"
        "Send us the certificate of your insurer; the cover then ends within 2 days.\n"
    )
    hit = Hit(Chunk("a#0", "document", "a", 0, text), "End of cover", 1, 0.6)
    return " ".join(s.text for s in compose([Turn("customer", said)], [hit]).segments)


def test_the_reply_keeps_the_rest_of_the_sentence() -> None:
    assert "Send us" in reply("When does the cover end?")
    told = reply("I sent you the certificate. When does the cover end?")
    assert "The cover then ends within 2 days." in told and "Send us" not in told


@pytest.mark.parametrize(
    "said", ["done, still E7", "Tried that", "ok done. no change", "I did both"]
)
def test_done_answers_what_we_advised(said: str) -> None:
    ours = Turn("agent", "Please switch Bluetooth off and on and stand closer.")
    heard = hear([Turn("customer", "E7"), ours, Turn("customer", said)])
    assert any({"bluetooth"} & set(deed) for deed in heard.followed)


def test_what_is_not_yet_done_does_not() -> None:
    ours = Turn("agent", "Please switch Bluetooth off and on and stand closer.")
    for said in ("when it is done, will it work?", "how is that done?"):
        assert not hear([Turn("customer", "E7"), ours, Turn("customer", said)]).followed


def test_a_row_whose_cure_they_tried_is_not_told_and_nothing_takes_its_place() -> None:
    text = (
        "# App codes\nThe app opens all doors by Bluetooth.\n\n| Code | Cure |\n|---|---|\n"
        "| E-7 | Switch Bluetooth off, and stand closer. |\n| E-8 | Pay the bill. |\n"
    )
    hit = Hit(Chunk("a#0", "document", "a", 0, text), "App codes", 1, 0.6)

    def told(said: str) -> str:
        return " ".join(s.text for s in compose([Turn("customer", said)], [hit]).segments)

    assert "Switch Bluetooth off" in told("the app shows E-7")
    assert told("still E-7, Bluetooth was switched off already") == ""


def test_a_row_whose_cure_we_advised_and_they_followed_is_not_told_again() -> None:
    text = "| Code | Cure |\n|---|---|\n| E-7 | Switch Bluetooth off, and stand closer. |\n"
    hit = Hit(Chunk("a#0", "document", "a", 0, text), "App codes", 1, 0.6)
    turns = [
        Turn("customer", "the app shows E-7"),
        Turn("agent", "Please switch Bluetooth off and on and stand closer."),
        Turn("customer", "done, still E-7"),
    ]
    assert "Bluetooth" in " ".join(s.text for s in compose(turns[:1], [hit]).segments)
    assert "Bluetooth" not in " ".join(s.text for s in compose(turns, [hit]).segments)
