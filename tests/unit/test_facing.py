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
