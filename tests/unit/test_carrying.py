"""Of a reply to one customer another hears rules and advice: no date, sum, deed, name or state."""

from __future__ import annotations

import pytest

from copilot.extractive.guards import german
from copilot.suggester.carrying import Known, carried, without_address

ARTICLES = (
    "You can leave with 30 days' notice. In the minimum term each month that is left costs £10.",
    "Open Settings > Data > Export. The file is ready within an hour.",
    "Large print is free. Your next bill comes in it after you have asked.",
    "The repair is version 3.2, on 8 December; it installs itself.",
    "Guard Plus covers a kettle that leaks. It is open Monday to Friday.",
)
KNOWN = Known.of(ARTICLES, "My kettle leaks, I am in Porto", ("Guard Plus", "Lumo Basic"))


@pytest.mark.parametrize(
    "text",
    [
        "You can leave with 30 days' notice.",
        "Please switch it off for a minute and tell me what you see.",
        "Could you send me a photo of the back?",
        "If you have moved, tell us the new address within a month.",
        "Open Settings > Data > Export.",
        "The repair is version 3.2, on 8 December; it installs itself.",
        "Keep the broken parts until we have written to you.",
        "Kettles in Porto work with the same plug.",
        "The file is ready within an hour.",
    ],
)
def test_what_is_true_for_everybody_stays_as_it_is(text: str) -> None:
    assert carried(text, KNOWN) == text


@pytest.mark.parametrize(
    "text",
    [
        "Your contract ends on 14 August.",
        "It ends on the seventh of July, your bill date.",
        "They arrive on Saturday, between nine and noon.",
        "The engineer comes tomorrow morning and brings it.",
        "The repair is on 8 January and installs itself.",
        "The missing part costs £64.90 with the postage.",
        "I have corrected the name on the account.",
        "Booked: the line is moved to the new house.",
        "Your bill is corrected and the label is attached.",
        "We credited the difference to your card.",
        "I will post you ten batteries this week.",
        "Let me look it up, you will hear from me.",
        "You have three zones and the hub has space.",
        "You told us about the leak in spring.",
        "You're on the small plan without a term.",
        "Your contract has run out already.",
        "Yes, the kettle works with your old plug.",
        "He rings before he comes to the door.",
        "Ask your husband for the code of the door.",
        "The link is on its way to Kevin.",
        'Hold your finger on "Kitchen 2" for long.',
        "Then nothing is due for the parcel.",
        "That is an RX body, so the adapter fits.",
        "It works with every router you can buy.",
        "The form went to [NAME] and the bank.",
        "Lumo Basic is what people like you take.",
        "It is our fault that the parcel is late.",
        "A pole was hit there at noon and lies down.",
        "The form goes to [NAME] and the bank.",
        "Then a cable in the ground is best.",
        "I'll have a look at the parcel.",
        "Saturday is a good day for the visit.",
        "The desk opens at 9:30 for you.",
        "The missing part costs £65 with the postage.",
        "That is the Data folder, so leave it.",
        "Please ask for Kevin at the desk.",
        "“Sunroom” is the one to delete.",
        "Ask for Lumo Basic at the desk.",
    ],
)
def test_what_was_true_in_another_case_is_not_said(text: str) -> None:
    assert carried(text, KNOWN) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("You can leave with 30 days' notice. Yours ends on 14 August.",
         "You can leave with 30 days' notice."),
        ("Good afternoon Ms [NAME], yes, large print is free. Your next bill, 3 May, comes in it.",
         "Large print is free. Your next bill comes in it."),
        ("Hi Sam! Yes: open Settings > Data > Export. I've sent Kevin the link. It is blue.",
         "Open Settings > Data > Export."),
        ("Please send a photo of the kettle. Good luck with the loft! Kind regards, [NAME]",
         "Please send a photo of the kettle."),
    ],
)  # fmt: skip
def test_what_is_anothers_is_cut_and_what_leans_on_it(text: str, left: str) -> None:
    assert carried(text, KNOWN) == left


def test_a_reply_whose_answer_is_cut_is_of_no_use() -> None:
    assert carried("I corrected it today. Bills can be had in large print as well.", KNOWN) is None
    assert carried("I'm sorry. Your line is booked for Monday.", KNOWN) is None
    assert carried("No visits.", KNOWN) is None
    told = "I told the desk in the hall about the lamp with the green shade and the broken switch."
    assert carried(f"Please send a photo now. {told}", KNOWN) is None


def test_over_trouble_no_other_product_is_named() -> None:
    covers = "Guard Plus covers a kettle that leaks."
    assert carried(covers, KNOWN) == covers
    guarded = Known.of(ARTICLES, "", ("Guard Plus",), is_guarded=True)
    assert carried(covers, guarded) is None
    assert carried(
        covers, Known.of(ARTICLES, "", ("Guard Plus",), ("guard plus",), is_guarded=True)
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dear Ms [NAME], please wait. [NAME]", "Please wait."),
        ("Good morning [NAME]. Please wait.", "Please wait."),
        ("Good evening, Mr [NAME], please wait.", "Please wait."),
        ("Sorry about that, Mrs [NAME]. Please wait.", "Sorry about that. Please wait."),
        ("Hello Ada! Please wait. Kind regards, Ben", "Please wait. Kind regards, Ben"),
    ],
)
def test_whom_it_spoke_to_is_left_out(text: str, left: str) -> None:
    assert without_address(text) == left


IN_GERMAN = Known.of(
    (
        "Wir schicken ein Etikett per Mail und zahlen die Rücksendung. Die Maschine holen wir ab.",
        "Bestellungen sind bis Donnerstag 12 Uhr für den folgenden Dienstag möglich.",
    ),
    "Wie bekomme ich das Etikett für Ihnen die Maschine?",
)


@pytest.mark.parametrize(
    "text",
    [
        "Ich schicke Ihnen das Etikett heute noch per Mail.",
        "Das Etikett schicke ich Ihnen gleich zu.",
        "Ich rufe Sie zurück, wenn die Ablesung da ist.",
        "Da ruf ich Sie gleich noch einmal an.",
        "Ich habe den echten Stand geholt und die Tassen abgezogen.",
        "Die Rechnung hab ich schon korrigiert und verschickt.",
        "Wir haben Ihnen die Differenz auf das Konto überwiesen.",
        "Wir werden das mit dem Techniker klären und prüfen.",
        "Wir melden uns bei Ihnen wegen der Sache.",
        "Ich kümmere mich um den Termin mit dem Techniker.",
        "Der Termin ist jetzt auf Ihren Namen gebucht.",
        "Die neue Dichtung ist schon unterwegs zu Ihnen.",
        "Sie bekommen das Formular gleich von mir.",
        "Der Techniker kommt morgen zwischen acht und elf.",
        "Die Frist endet für Sie am 14. August.",
        "Das Paket geht am Freitag an Sie raus.",
    ],
)
def test_a_deed_a_promise_or_a_day_in_german_is_no_others(text: str) -> None:
    assert german.tells_deed(text) or german.DATED.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wir holen die Maschine kostenlos ab.",
        "Wir schicken ein Etikett und zahlen die Rücksendung.",
        "Bitte prüfen Sie unter Menü das WLAN der Maschine.",
        "Sie können die Maschine auch selbst tragen, das ist kostenlos.",
        "Bestellungen sind bis Donnerstag 12 Uhr möglich.",
        "Ich empfehle Ihnen, die Düse fünfzehn Minuten einzuweichen.",
        "Sobald die Maschine hier ist, kommt die Kaution zurück.",
        "Die Maschine können Sie ohne Termin am Schalter abgeben.",
    ],
)
def test_a_rule_or_advice_in_german_may_be_told_to_all(text: str) -> None:
    assert not german.tells_deed(text)


def test_what_was_promised_in_german_is_promised_to_nobody_else() -> None:
    """A label that nobody sends, though an article tells of labels and of mail."""
    rule = "Wir schicken ein Etikett per Mail und zahlen die Rücksendung."
    assert carried(rule, IN_GERMAN) == rule
    assert carried("Das Etikett schicke ich Ihnen per Mail zu.", IN_GERMAN) is None
    assert carried(f"{rule} Das Etikett schicke ich Ihnen per Mail zu.", IN_GERMAN) == rule
    assert carried("Das Etikett kommt heute noch per Mail an.", IN_GERMAN) is None
    kept = "Bestellungen sind bis Donnerstag 12 Uhr möglich."
    assert carried(kept, IN_GERMAN) == kept
