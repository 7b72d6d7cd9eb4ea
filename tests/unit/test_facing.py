"""What a customer faces is read from plain signs, and not from words that only look like them."""

from __future__ import annotations

import pytest

from copilot.facing import facing


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("They closed our branch, I can't keep everything up.", ["hardship"]),
        ("My hours were cut and the bill bounced.", ["hardship"]),
        ("We closed our deal; the price was cut.", []),
        ("I can't afford to wait any longer.", []),
        ("I can't read the letters, they need bigger print.", ["access"]),
        ("I can't see the app on my phone.", []),
        ("My husband died in May.", ["death"]),
        ("The battery died in May.", []),
        ("We found a house and move out in June.", ["moving"]),
        ("I am moving the lamp to the left.", []),
        ("Your colleague told me I could rely on it.", ["promise"]),
        ("Nobody turned up on Tuesday.", ["missed"]),
        ("Please cancel my plan.", ["leaving"]),
        ("Stop sending me adverts.", ["adverts"]),
        ("He watches the cameras and I'm scared.", ["safety"]),
        ("Please end everything, I want to leave.", ["leaving"]),
        ("I no longer need my landline plan.", ["leaving"]),
        ("We need no phone any more.", ["leaving"]),
        ("I no longer need the ladder.", []),
        ("I do NOT want to cancel.", []),
        ("I didn't want to leave, but now I want to cancel.", ["leaving"]),
        ("I only want the money taken on another day.", ["payment day"]),
        ("Can I pay on a different day?", ["payment day"]),
        ("I paid for another person.", []),
        ("My flatmate has moved out.", ["leaver"]),
        ("The tenant moved the lamp out.", []),
        ("I want to make a complaint.", ["complaint"]),
        ("I am not happy with how I was treated.", ["complaint"]),
        ("I am not happy with the colour.", []),
        ("Could somebody ring me, please?", ["callback"]),
        ("I ring my sister every week.", []),
        ("Can I change the day you take the money?", ["payment day"]),
        ("How do I bring down my bill?", ["saving"]),
        ("I get housing benefit.", ["benefit"]),
        ("What is the benefit of that plan?", []),
        ("My mother, who held the contract, has sadly died.", ["death"]),
        ("It is my late father's account.", ["death"]),
        ("What happens to the line if I die?", ["death"]),
        ("My father is dead.", ["death"]),
        ("I lost my wife in June.", ["death"]),
        ("Arthur Pell, our tenant, has died.", ["death"]),
        ("My phone died and then my husband died.", ["death"]),
        ("The battery has died.", []),
        ("My phone just died.", []),
        ("My mother's phone has died.", []),
        ("My mother says her phone has died.", []),
        ("I lost my mother's number.", []),
        ("My sister, who is 81, told me that the number is dead.", []),
        ("These fees are killing me.", []),
        ("My late payment is the latest.", []),
        ("The line is dead.", []),
        ("My router has passed away.", []),
        ("The stairs are a death trap, and I am sick to death of my bills.", []),
        ("I can't pay by card.", []),
        ("I can't pay my bill in the app.", []),
        ("I can't pay by Friday.", ["hardship"]),
        ("", []),
    ],
)
def test_signs_are_told_from_what_looks_like_them(said: str, names: list[str]) -> None:
    assert [matter.name for matter in facing([said])] == names


def test_what_several_turns_say_is_counted_once() -> None:
    twice = facing(["I lost my job.", "As I said, I was made redundant."])
    assert [matter.name for matter in twice] == ["hardship"]


@pytest.mark.parametrize(
    ("name", "said", "is_so"),
    [
        (
            "late fee",
            "I was a few days late, there is £5 extra on my bill. Can you take that off?",
            True,
        ),
        ("late fee", "I paid two days late.", True),
        ("late fee", "You charged me a late fee.", True),
        ("late fee", "Never been late before.", True),
        ("offline", "The light on your box is blinking.", True),
        ("offline", "There is no internet.", True),
        ("offline", "The router's light is red.", True),
        ("amber light", "The little light on your box has been blinking orange.", True),
        ("amber light", "My router blinks amber.", True),
        ("no pages", "Nothing opens on the laptop.", True),
        ("no pages", "The websites won't load.", True),
        ("visit change", "How do I change an engineer visit?", True),
        ("visit change", "One of your engineers is booked for Thursday. Can I shift it?", True),
        ("payment day", "My direct debit is on the 1st. Can I make it come out later?", True),
        ("payment day", "I get paid on the 25th and the direct debit goes on the 1st.", True),
        ("nuisance calls", "Those calls have started again.", True),
        ("late fee", "I was late home and the engineer had left, is there a fee?", False),
        ("late fee", "Your engineer was late, is there a fee?", False),
        ("late fee", "My latest bill is £5 more.", False),
        ("late fee", "The parcel was late.", False),
        ("late fee", "I was late home and had no time for the bill.", False),
        ("offline", "The parcel box arrived damaged.", False),
        ("offline", "No internet needed for this.", False),
        ("offline", "I can't get my email changed.", False),
        ("offline", "The light in the hall is too dark.", False),
        ("amber light", "The mesh has an orange light.", False),
        ("amber light", "The router stands in the orange room.", False),
        ("no pages", "Nothing is owed.", False),
        ("visit change", "Can I change my plan?", False),
        ("visit change", "I want to visit your shop.", False),
        ("visit change", "Your engineer was here; can I change my plan?", False),
        ("payment day", "I get paid at the end of the month, can the debit go out later?", True),
        ("payment day", "Can you take the money after payday instead?", True),
        ("payment day", "The rent comes out before my wages do.", True),
        ("payment day", "Please pay back what I paid before.", False),
        ("missed", "the engineer never came this morning, second time", True),
        ("missed", "Nobody came on Tuesday.", True),
        ("missed", "The technician did not come.", True),
        ("missed", "They never came back to me.", False),
        ("missed", "My parcel never came.", False),
        ("missed", "The idea never came up.", False),
        ("payment day", "Can I pay until Friday?", False),
        ("payment day", "When does the new phone come out later?", False),
        ("payment day", "The bill was higher than last month.", False),
        ("nuisance calls", "My calls drop again.", False),
        ("nuisance calls", "The calls have a bad sound.", False),
    ],
)
def test_everyday_words_name_what_help_centres_call_otherwise(
    name: str, said: str, *, is_so: bool
) -> None:
    assert (name in [matter.name for matter in facing([said])]) is is_so
