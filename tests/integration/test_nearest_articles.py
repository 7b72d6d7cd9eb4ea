"""Where no source answers, the agent is shown what to read on in; and nothing where all is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot.bootstrap import Copilot, build
from copilot.config import Settings
from copilot.domain import Conversation, Document, Suggestion, Turn
from ingest.pipeline import Pipeline

FREEZE = "## What it costs\nA freeze costs £5 a month. It may last 3 months.\n"
DESK = "## Refusing a freeze\nWe do not freeze memberships in arrears.\n"
CARD = "## A new card\nA lost card is replaced at the desk for £5.\n"
HEATER = "## F31\n1. Wait 20 minutes.\n2. Plug the sauna heater in again.\n"
ARTICLES = (
    Document("heater", "F31: the sauna heater", HEATER),
    Document("freeze", "Freezing a membership", FREEZE),
    Document("int-desk", "Freezing: notes for the desk", DESK, visibility="internal"),
    Document("card", "Cards and turnstiles", CARD, url="https://help.example/card"),
)


@pytest.fixture(scope="module")
def copilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    built = build(Settings(home=tmp_path_factory.mktemp("home"), model=""))
    Pipeline(built.store(), built.embedder).ingest(list(ARTICLES), origin="o")
    yield built
    built.keeper.close()
    built.database.close()


async def reply(copilot: Copilot, *said: str) -> Suggestion:
    turns = tuple(Turn("customer", text) for text in said)
    return await copilot.suggester.suggest(copilot.store(), Conversation(turns, "c"))


async def test_a_silent_reply_shows_what_is_nearest_with_its_place(copilot: Copilot) -> None:
    made = await reply(copilot, "off to oz till april, can i put my membership on ice?")
    assert made.abstained
    first = next(near for near in made.nearest if near.visibility == "public")
    assert (first.source_id, first.heading) == ("freeze", "What it costs")
    assert "A freeze costs £5 a month" in first.quote


async def test_an_internal_article_is_marked(copilot: Copilot) -> None:
    made = await reply(copilot, "off to oz till april, can i put my membership on ice?")
    assert [n.visibility for n in made.nearest if n.source_id == "int-desk"] == ["internal"]


async def test_beside_an_answer_only_the_open_question_is_looked_up(copilot: Copilot) -> None:
    made = await reply(
        copilot, "What does a new card cost? And can I put my membership on ice till april?"
    )
    assert "card" in {c.source_id for c in made.citations}
    assert made.nearest
    assert made.nearest[0].source_id in {"freeze", "int-desk"}
    assert "card" not in {near.source_id for near in made.nearest}


async def test_beside_a_danger_no_other_steps_are_there_to_read(copilot: Copilot) -> None:
    quiet = await reply(copilot, "is the sauna heater loud?")
    assert "heater" in {n.source_id for n in quiet.nearest} | {c.source_id for c in quiet.citations}
    made = await reply(copilot, "there is smoke coming out of the sauna heater")
    assert made.missing[0].startswith("danger: ")
    assert "heater" not in {near.source_id for near in made.nearest}


async def test_what_is_about_something_else_is_not_near(copilot: Copilot) -> None:
    made = await reply(copilot, "do you know a good recipe for lentil soup with ginger?")
    assert made.abstained and not made.nearest


@pytest.mark.parametrize("said", ["What does a new card cost?", "Thanks, bye!"])
async def test_where_nothing_is_open_there_is_nothing_to_read(copilot: Copilot, said: str) -> None:
    made = await reply(copilot, said)
    assert not made.nearest
