"""A model's answer becomes a draft only as far as it keeps to what was sent."""

from __future__ import annotations

import json

import jsonschema
import pytest

from copilot.domain import Segment
from copilot.errors import ModelError
from copilot.llm import DraftStream, draft_schema, parse_draft, parse_queries, queries_schema
from copilot.llm.breaker import Breaker
from copilot.llm.faults import CallError


def reply(*segments: tuple[str, list[int]], abstained: bool = False, missing: tuple[str, ...] = ()):
    return {
        "segments": [{"text": text, "citations": cited} for text, cited in segments],
        "abstained": abstained,
        "missing": list(missing),
    }


def test_the_schema_knows_no_other_source() -> None:
    validate = jsonschema.Draft202012Validator(draft_schema(2)).is_valid
    assert validate(reply(("Hi.", [1, 2])))
    assert not validate(reply(("Hi.", [3])))
    assert not validate({**reply(("Hi.", [1])), "tool": "send"})


def test_the_schema_of_no_sources_is_still_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(draft_schema(0))
    assert jsonschema.Draft202012Validator(draft_schema(0)).is_valid(reply(("Hi.", [])))


def test_every_object_of_a_schema_is_closed_and_complete() -> None:
    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
                assert node["required"] == list(node["properties"])
            for child in node.values():
                walk(child)

    walk(draft_schema(3))
    walk(queries_schema())


def test_an_invented_citation_is_dropped_and_its_sentence_unsupported() -> None:
    draft = parse_draft(reply(("Yes.", [1]), ("No.", [1, 9]), ("So.", [7]), ("Hello.", [0])), 2)
    assert draft.segments == (
        Segment("Yes.", (1,)),
        Segment("No.", (1,), supported=False),
        Segment("So.", (), supported=False),
        Segment("Hello.", ()),
    )


def test_no_sentence_is_an_abstention_if_something_is_missing_and_else_a_fault() -> None:
    draft = parse_draft(reply(missing=("the date",)), 1)
    assert draft.abstained
    assert draft.missing == ("the date",)
    with pytest.raises(ModelError) as caught:
        parse_draft(reply(), 1)
    assert caught.value.reason == "empty"


@pytest.mark.parametrize(
    "answer", [None, [], {"segments": 1}, {"segments": [{"text": 1}]}, {"send": True}, "text"]
)
def test_another_shape_is_malformed(answer: object) -> None:
    with pytest.raises(ModelError) as caught:
        parse_draft(answer, 1)
    assert caught.value.reason == "malformed"


def test_queries_are_few_short_and_distinct() -> None:
    queries = parse_queries({"queries": ["a  b", "a b", "", "x" * 999, "c", "d", "e"]})
    assert queries == ("a b", "x" * 300, "c", "d")


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_stream_hands_out_whole_sentences_as_they_close(size: int) -> None:
    whole = reply(('A "}" here.', [1]), ("Two.", [9]), ("Three.", []))
    text = json.dumps(whole, indent=1)
    stream = DraftStream(1)
    found = [s for at in range(0, len(text), size) for s in stream.feed(text[at : at + size])]
    assert tuple(found) == stream.finish().segments == parse_draft(whole, 1).segments


def test_a_cut_stream_is_no_draft() -> None:
    stream = DraftStream(1)
    assert stream.feed('{"segments": [{"text": "One.", "citations": [1]}, {"text": "Tw')
    with pytest.raises(ModelError):
        stream.finish()


def fail(breaker: Breaker, reason: str) -> None:
    with pytest.raises(ModelError), breaker.guard():
        raise CallError(reason)


def test_a_breaker_opens_rests_and_tries_again() -> None:
    now = [0.0]
    breaker = Breaker(threshold=3, rest_s=10, clock=lambda: now[0])
    for _ in range(3):
        assert not breaker.is_open
        fail(breaker, "timeout")
    assert breaker.is_open
    now[0] = 10.5
    fail(breaker, "unreachable")
    assert breaker.is_open
    now[0] = 21.0
    with breaker.guard():
        assert breaker.is_open  # one try at a time
    assert not breaker.is_open


def test_an_answer_between_faults_starts_the_count_anew() -> None:
    breaker = Breaker(threshold=2)
    fail(breaker, "timeout")
    with breaker.guard():
        pass
    fail(breaker, "timeout")
    assert not breaker.is_open
