"""Whatever a model's server does, a call ends in a whole answer or in one of our short words."""

from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from pydantic import BaseModel, SecretStr

from copilot.config import Settings
from copilot.errors import ConfigError, ModelError
from copilot.llm import Message, build_chat_model, draft_schema, parse_draft
from copilot.llm.breaker import Breaker
from copilot.llm.openai_chat import LangChainChat
from tests.fake_upstream import SECRET, THE_21, FakeUpstream, Fault, Say

ASK = [Message("system", "Answer."), Message("user", "Where is my order?")]
GUARD_S = 30.0  # a call that overstays its deadline by far would hang the suite without it

# fault: (reason of a whole call, reason of a stream)
REASONS = {
    "status_500": ("upstream_error", "upstream_error"),
    "status_429_soon": ("rate_limited", "rate_limited"),
    "status_429_late": ("rate_limited", "rate_limited"),
    "status_401": ("unauthorised", "unauthorised"),
    "html": ("malformed", "malformed"),
    "truncated_json": ("malformed", "malformed"),
    "no_choices": ("empty", "truncated"),
    "null_content": ("empty", "empty"),
    "length": ("truncated", "truncated"),
    "reset": ("unreachable", "unreachable"),
    "hang": ("timeout", "timeout"),
    "slow_body": ("timeout", "timeout"),
    "stream_no_finish": ("truncated", "truncated"),
    "stream_aborted": ("unreachable", "unreachable"),
    "stream_bad_json": ("malformed", "malformed"),
    "stream_bad_utf8": ("malformed", "malformed"),
    "stream_error_event": ("malformed", "upstream_error"),
    "stream_drip": ("timeout", "timeout"),
    "stream_stall": ("timeout", "timeout"),
    "malformed_body": ("malformed", "malformed"),
    "content_filter": ("refused", "refused"),
    "huge_body": ("malformed", "malformed"),
    "status_404": ("refused", "refused"),
    "tool_calls": ("malformed", "malformed"),
}


class Answer(BaseModel):
    """A shape asked for."""

    colour: str


def chat(upstream: FakeUpstream | str, *, breaker: Breaker | None = None) -> LangChainChat:
    url = upstream if isinstance(upstream, str) else upstream.base_url
    return LangChainChat("fake", base_url=url, api_key="k", breaker=breaker)


def deadline_for(reason: str) -> float:
    return {"timeout": 0.7, "rate_limited": 0.9}.get(reason, 5.0)


async def whole(model: LangChainChat, **options: object) -> str:
    async with asyncio.timeout(GUARD_S):
        return (await model.complete(ASK, **options)).text


async def streamed(model: LangChainChat, **options: object) -> str:
    async with asyncio.timeout(GUARD_S):
        return "".join([piece async for piece in model.stream(ASK, **options)])


def test_all_21_faults_are_named() -> None:
    assert set(THE_21) <= REASONS.keys()
    assert len(THE_21) == 21


@pytest.mark.parametrize("fault", REASONS)
async def test_a_whole_call_ends_in_our_own_word(
    fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    reason = REASONS[fault][0]
    caplog.set_level(logging.DEBUG)
    with FakeUpstream(Fault(fault)) as upstream, pytest.raises(ModelError) as caught:
        await whole(chat(upstream), deadline_s=deadline_for(reason))
    assert caught.value.reason == reason
    assert_nothing_leaks(caught.value, caplog)


@pytest.mark.parametrize("fault", REASONS)
async def test_a_stream_ends_in_our_own_word(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    reason = REASONS[fault][1]
    caplog.set_level(logging.DEBUG)
    with FakeUpstream(Fault(fault)) as upstream, pytest.raises(ModelError) as caught:
        await streamed(chat(upstream), deadline_s=deadline_for(reason))
    assert caught.value.reason == reason
    assert_nothing_leaks(caught.value, caplog)


def assert_nothing_leaks(error: ModelError, caplog: pytest.LogCaptureFixture) -> None:
    seen = "".join(traceback.format_exception(error)) + str(error) + caplog.text
    assert SECRET not in seen
    chained = error.__context__
    while chained is not None:
        assert SECRET not in str(chained)
        chained = chained.__context__


async def test_a_healthy_server_answers_whole_and_streamed() -> None:
    with FakeUpstream("It is on its way.") as upstream:
        model = chat(upstream)
        assert await whole(model) == "It is on its way."
        assert await streamed(model) == "It is on its way."
        completion = await model.complete(ASK)
    assert (completion.prompt_tokens, completion.completion_tokens) == (11, 7)
    assert not completion.estimated


async def test_missing_token_counts_are_estimated_and_said_so() -> None:
    with FakeUpstream(Say("It is on its way.", usage=False)) as upstream:
        completion = await chat(upstream).complete(ASK)
    assert completion.estimated
    assert completion.completion_tokens > 0


async def test_a_fault_that_passes_is_tried_again() -> None:
    with FakeUpstream([Fault("status_500"), Fault("reset"), "Fine."]) as upstream:
        assert await whole(chat(upstream)) == "Fine."
    assert len(upstream.requests) == 3


@pytest.mark.parametrize("fault", ["html", "null_content"])
async def test_a_bad_answer_is_asked_for_once_more_and_no_oftener(fault: str) -> None:
    with FakeUpstream(Fault(fault)) as upstream, pytest.raises(ModelError):
        await whole(chat(upstream))
    assert len(upstream.requests) == 2


async def test_a_stream_is_tried_again_only_before_its_first_piece() -> None:
    with FakeUpstream([Fault("status_500"), "Fine."]) as upstream:
        assert await streamed(chat(upstream)) == "Fine."
    with FakeUpstream([Fault("stream_aborted"), "Fine."]) as upstream, pytest.raises(ModelError):
        await streamed(chat(upstream))
    assert len(upstream.requests) == 1


async def test_retry_after_is_obeyed_if_it_fits_the_deadline() -> None:
    with FakeUpstream([Fault("status_429_soon"), "Fine."]) as upstream:
        assert await whole(chat(upstream), deadline_s=10) == "Fine."


@pytest.mark.parametrize("fault", ["status_429_late", "status_401", "length", "content_filter"])
async def test_what_will_not_pass_is_not_tried_again(fault: str) -> None:
    with FakeUpstream([Fault(fault), "Fine."]) as upstream, pytest.raises(ModelError):
        await whole(chat(upstream))
    assert len(upstream.requests) == 1


async def test_a_retry_that_does_not_fit_the_deadline_is_not_begun() -> None:
    with (
        FakeUpstream([Fault("status_429_soon"), "Fine."]) as upstream,
        pytest.raises(ModelError, match="refuses more requests"),
    ):
        await whole(chat(upstream), deadline_s=0.9)
    assert len(upstream.requests) == 1


async def test_a_refusal_is_no_answer() -> None:
    with (
        FakeUpstream(Say("", refusal="I will not.")) as upstream,
        pytest.raises(ModelError) as caught,
    ):
        await whole(chat(upstream))
    assert caught.value.reason == "refused"


async def test_nobody_listening_is_unreachable() -> None:
    with FakeUpstream() as upstream:
        url = upstream.base_url
    with pytest.raises(ModelError) as caught:
        await whole(chat(url))
    assert caught.value.reason == "unreachable"


async def test_a_dead_server_is_left_alone_and_tried_once_after_the_rest() -> None:
    now = [0.0]
    breaker = Breaker(threshold=2, rest_s=10, clock=lambda: now[0])
    with FakeUpstream([Fault("status_401")] * 2 + ["Back."]) as upstream:
        model = chat(upstream, breaker=breaker)
        for _ in range(5):
            with pytest.raises(ModelError) as caught:
                await whole(model)
            assert caught.value.reason == "unauthorised"
        assert len(upstream.requests) == 2
        now[0] = 11
        assert await whole(model) == "Back."
        assert await whole(model) == "Back."


async def test_faults_of_single_requests_do_not_open_the_breaker() -> None:
    with FakeUpstream([Fault("length")] * 4 + ["Fine."]) as upstream:
        model = chat(upstream, breaker=Breaker(threshold=2))
        for _ in range(4):
            with pytest.raises(ModelError):
                await whole(model)
        assert await whole(model) == "Fine."


async def test_a_reader_who_leaves_a_stream_leaves_the_breaker_as_it_was() -> None:
    now = [0.0]
    breaker = Breaker(threshold=1, rest_s=10, clock=lambda: now[0])
    with FakeUpstream([Fault("status_401"), "One two three four."]) as upstream:
        model = chat(upstream, breaker=breaker)
        with pytest.raises(ModelError):
            await whole(model)
        now[0] = 11
        pieces = model.stream(ASK)
        assert await anext(pieces)
        await pieces.aclose()
        assert await whole(model) == "One two three four."


async def test_structured_answers_are_asked_for_by_schema() -> None:
    with FakeUpstream('{"colour": "red"}') as upstream:
        completion = await chat(upstream).complete(ASK, schema=Answer)
    assert completion.parsed == Answer(colour="red")
    assert upstream.requests[0].body["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("rejects", "asked"),
    [({"json_schema"}, "json_object"), ({"json_schema", "json_object"}, None)],
)
async def test_a_server_without_schemas_is_asked_in_simpler_ways_and_remembered(
    rejects: set[str], asked: str | None
) -> None:
    with FakeUpstream('Sure! ```json\n{"colour": "red"}\n```', rejects=rejects) as upstream:
        model = chat(upstream)
        assert (await model.complete(ASK, schema=Answer)).parsed == Answer(colour="red")
        first = len(upstream.requests)
        assert (await model.complete(ASK, schema=Answer)).parsed == Answer(colour="red")
    assert len(upstream.requests) == first + 1
    last = upstream.requests[-1]
    assert last.body.get("response_format", {}).get("type") == asked
    assert "colour" in last.text


async def test_a_rejected_temperature_is_left_out() -> None:
    with FakeUpstream("Fine.", rejects={"temperature"}) as upstream:
        assert await whole(chat(upstream), temperature=0.7) == "Fine."


@pytest.mark.parametrize("text", ['{"colour": 7}', "no json at all", '{"colour": "re', "[]", "{}"])
async def test_an_answer_of_another_shape_is_malformed(text: str) -> None:
    with FakeUpstream(text) as upstream, pytest.raises(ModelError) as caught:
        await chat(upstream).complete(ASK, schema=Answer)
    assert caught.value.reason == "malformed"


async def test_a_citation_outside_the_schema_is_dropped_and_its_sentence_marked() -> None:
    """One invented number costs its sentence the support, not the agent the whole draft."""
    invented = (
        '{"segments": [{"text": "Hi.", "citations": [9]}], "abstained": false, "missing": []}'
    )
    with FakeUpstream(invented) as upstream:
        completion = await chat(upstream).complete(ASK, schema=draft_schema(2))
    [segment] = parse_draft(completion.parsed, 2).segments
    assert segment.citations == ()
    assert not segment.supported


async def test_a_draft_comes_through_whole() -> None:
    good = '{"segments": [{"text": "Hi.", "citations": [2]}], "abstained": false, "missing": []}'
    with FakeUpstream(good) as upstream:
        completion = await chat(upstream).complete(ASK, schema=draft_schema(2))
    assert parse_draft(completion.parsed, 2).segments[0].citations == (2,)


async def test_a_base_url_needs_no_key() -> None:
    with FakeUpstream("Hello.") as upstream:
        model = build_chat_model(
            Settings(model="openai:local", openai_base_url=upstream.base_url, openai_api_key=None)
        )
        assert model is not None
        assert (await model.complete(ASK)).text == "Hello."
        await model.aclose()
    assert upstream.requests[0].body["model"] == "local"
    assert upstream.requests[0].body["max_tokens"] == 700


async def test_the_configured_key_is_sent() -> None:
    with FakeUpstream("Hello.") as upstream:
        settings = Settings(
            model="openai:local",
            openai_base_url=upstream.base_url,
            openai_api_key=SecretStr("mine"),
        )
        model = build_chat_model(settings)
        assert model is not None
        await model.complete(ASK)
    assert upstream.requests[0].headers["authorization"] == "Bearer mine"


def test_no_model_is_no_model_and_half_a_configuration_is_told() -> None:
    assert build_chat_model(Settings(model="")) is None
    with pytest.raises(ConfigError, match="openai:NAME"):
        build_chat_model(Settings(model="gpt"))
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        build_chat_model(Settings(model="openai:gpt", openai_base_url="", openai_api_key=None))


def test_one_model_serves_several_event_loops() -> None:
    with FakeUpstream("Hello.") as upstream:
        model = chat(upstream)
        assert asyncio.run(whole(model)) == "Hello."
        assert asyncio.run(whole(model)) == "Hello."


async def test_cancelling_a_call_cancels_it() -> None:
    with FakeUpstream(Fault("hang")) as upstream:
        task = asyncio.create_task(whole(chat(upstream)))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
