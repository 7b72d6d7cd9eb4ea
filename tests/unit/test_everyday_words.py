"""A customer's everyday words reach the part of an article that says it otherwise."""

from __future__ import annotations

from copilot.domain import Chunk, Hit, Turn
from copilot.extractive import compose
from copilot.extractive.language.phrases import in_one_word

FAULT = """## R10: red, steady. No signal
1. Check that the white cable sits firmly.
2. Look for a sharp bend in the cable.

## R21: amber, flashing. Sign-in fails
1. Wait 10 minutes: this cures itself.
2. Hold the small button for 12 seconds, until all goes out.
"""
SETUP = """## Steps
1. Plug the cable into the box on the wall and into the router.
2. Wait for a steady white light.

## What the light says
| Light | Meaning |
|---|---|
| White, steady | online |
| Amber, flashing | code R21, sign-in fails |
"""
LATE = """A bill is due 10 days after its date.

## The fee of £5
We waive it once in 12 months without a reason. Just ask.
"""
SITES = "From the second site on, the activation fee is waived, and all can be on one bill."


def hit(text: str, title: str, n: int, score: float = 0.5) -> Hit:
    return Hit(Chunk(f"a{n}#0", "document", f"a{n}", 0, text), title, n, score)


def reply(said: str, *hits: Hit) -> str:
    draft = compose([Turn("customer", said)], hits)
    return " ".join(s.text for s in draft.segments if s.citations)


def test_an_orange_light_finds_the_steps_of_the_amber_one() -> None:
    pages = (hit(SETUP, "Set up your router", 1), hit(FAULT, "No internet: R10, R21 and R34", 2))
    for said in ("The light on your box is blinking orange. What can I do?",
                 "My router is flashing amber. What can I do?"):  # fmt: skip
        told = reply(said, *pages)
        assert "small button" in told
        assert "Plug the cable" not in told and "white cable" not in told


def test_a_late_fee_that_is_to_be_taken_off_is_waived() -> None:
    pages = (hit(SITES, "Business plans", 1), hit(LATE, "Late payment and reconnection", 2))
    said = "There is £5 extra on my bill, I was a few days late. Can you take that off?"
    told = reply(said, *pages)
    assert "once in 12 months" in told and "second site" not in told


def test_only_a_charge_is_waived() -> None:
    for said in ("Can you take that off?", "Knock it off, please.", "Take it off my bill."):
        assert "waive" in in_one_word(said)
    for said in ("I take it off at night.", "Can you take it off the wall?", "Days off."):
        assert "waive" not in in_one_word(said)


def test_words_for_one_light_meet() -> None:
    page = hit("Flashing: it looks for the network. Steady: it is ready.", "Hub", 1)
    assert "looks for" in reply("What does it mean when the hub blinks?", page)
    assert "looks for" not in reply("What does it mean when the hub hums?", page)
    page = hit("Amber: it is too far away. Green: it is ready.", "Hub", 1)
    assert "far away" in reply("What does orange mean on the hub?", page)
    assert "far away" not in reply("What does green mean on the hub?", page)
