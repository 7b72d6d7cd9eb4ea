"""A model may say what to look up beside what is looked up anyway; its faults cost nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Suggestion
from copilot.retriever.query import EMPTY, plan, widened
from copilot.suggester.suggester import Prepared
from tests.fake_upstream import FakeUpstream, Fault, Step
from tests.model_desk import OTHERS, QUESTION, asked, desk, drafted, scripted, wanted

VALVE = "radiator valve shows E23 pin"
ASKED = "It blinks again. And when does my refund arrive on my card?"


DRAFT = drafted(("It arrives.", [1]))


def script(queries: Step, draft: Step = DRAFT) -> Any:
    return scripted(draft, {**OTHERS, "queries": queries})


def told(*queries: str) -> str:
    return json.dumps({"queries": queries})


async def suggested(
    home: Path, answers: Any, text: str = ASKED, *, on: bool = True, **more: Any
) -> tuple[Suggestion, list[Mapping[str, Any]]]:
    with FakeUpstream(answers) as upstream:
        async with desk(home, upstream.base_url, rewrite_queries=on, **more) as copilot:
            answer = await copilot.suggester.suggest(copilot.store(), asked(text))
        return answer, [request.body for request in upstream.requests]


def prompt_of(bodies: list[Mapping[str, Any]], kind: str) -> str:
    (body,) = (body for body in bodies if wanted(body) == kind)
    return str(body["messages"][-1]["content"])


async def test_what_the_model_would_look_up_is_found_beside_what_was_said(tmp_path: Path) -> None:
    evidence = {}
    for name, queries in (("without", told()), ("with", told(VALVE))):
        _, bodies = await suggested(tmp_path / name, script(queries))
        evidence[name] = prompt_of(bodies, "draft")
        assert "Refunds" in evidence[name]
    place = {name: text.index("Press its pin") for name, text in evidence.items() if "pin" in text}
    assert "with" in place
    assert place["with"] < place.get("without", 10**9)


async def test_the_model_sees_the_public_turns_and_the_names_of_products(tmp_path: Path) -> None:
    answer, bodies = await suggested(tmp_path, script(told(VALVE)))
    said = prompt_of(bodies, "queries")
    assert ASKED in said and "Warm Plus" in said
    assert answer.usage.prompt_tokens == 22 and not answer.usage.estimated
    assert answer.timings_ms["rewrite"] > 0


async def test_it_is_off_unless_it_is_asked_for(tmp_path: Path) -> None:
    answer, bodies = await suggested(tmp_path, script(told(VALVE)), on=False)
    assert "queries" not in {wanted(body) for body in bodies}
    assert "rewrite" not in answer.timings_ms and answer.usage.prompt_tokens == 11


async def test_without_a_model_no_query_is_rewritten(tmp_path: Path) -> None:
    async with desk(tmp_path, rewrite_queries=True) as copilot:
        answer = await copilot.suggester.suggest(copilot.store(), asked())
    assert answer.generator.kind == "extractive" and "rewrite" not in answer.timings_ms


@pytest.mark.parametrize(
    "fault",
    [Fault("status_500"), Fault("html"), Fault("null_content"), '{"queries": 7}', told(), "no"],
)
async def test_a_fault_leaves_the_plan_of_code_and_the_draft(tmp_path: Path, fault: Step) -> None:
    faulty, bodies = await suggested(tmp_path / "a", script(fault), QUESTION)
    plain, others = await suggested(tmp_path / "b", script(told()), QUESTION, on=False)
    assert (faulty.generator, faulty.text) == (plain.generator, plain.text)
    assert faulty.generator.kind == "llm"
    assert sources(bodies) == sources(others)


def sources(bodies: list[Mapping[str, Any]]) -> list[str]:
    return [line for line in prompt_of(bodies, "draft").splitlines() if line.startswith("[")]


async def test_a_rewriting_that_hangs_leaves_most_of_the_one_deadline_to_the_draft(
    tmp_path: Path,
) -> None:
    answers = script(Fault("hang"))
    with FakeUpstream(answers) as upstream:
        async with desk(
            tmp_path, upstream.base_url, rewrite_queries=True, model_deadline_s=1.5
        ) as copilot:
            answer = await copilot.suggester.suggest(copilot.store(), asked())
    assert answer.generator.kind == "llm"


async def test_both_calls_share_one_deadline(tmp_path: Path) -> None:
    with FakeUpstream(script(Fault("hang"), Fault("hang"))) as upstream:
        async with desk(
            tmp_path, upstream.base_url, rewrite_queries=True, model_deadline_s=1.5
        ) as copilot:
            drafter = copilot.suggester.drafter
            assert drafter is not None
            prepared, left = await copilot.suggester._rewritten(
                copilot.store(), asked(), 0, drafter
            )
    assert isinstance(prepared, Prepared)
    assert left.deadline_s <= 1.0


async def test_a_stream_looks_up_the_same(tmp_path: Path) -> None:
    with FakeUpstream(script(told(VALVE))) as upstream:
        async with desk(tmp_path, upstream.base_url, rewrite_queries=True) as copilot:
            stream = copilot.suggester.stream(copilot.store(), asked(ASKED))
            pieces = [piece async for piece in stream]
    assert isinstance(pieces[0], Prepared)
    assert pieces[0].rewritten.queries == (VALVE,)
    assert isinstance(pieces[-1], Suggestion) and pieces[-1].generator.kind == "llm"


def test_the_plan_of_code_leads_and_an_empty_one_stays_empty() -> None:
    own = plan(asked(QUESTION))
    wide = widened(own, [VALVE, VALVE, "  ", "the"])
    assert wide.texts == (*own.texts, VALVE)
    assert set(own.terms) < set(wide.terms) and "valve" in wide.terms
    assert wide.codes == ("e23",)
    assert widened(own, []) is own and widened(EMPTY, [VALVE]) is EMPTY


def test_a_long_conversation_leaves_room_for_the_words_of_the_model() -> None:
    own = plan(" ".join(f"word{n}" for n in range(90)))
    assert {"radiator", "valve", "e23"} <= set(widened(own, [VALVE]).terms)
