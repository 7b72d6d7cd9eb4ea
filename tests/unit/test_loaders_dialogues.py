"""Whether dialogues were said aloud: by their format, or by what any of their file states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot.domain import Failure, Interaction
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions
from tests.loading import one, put, read


def test_bare_dialogue_is_public_by_its_format_and_says_so(tmp_path: Path) -> None:
    dialogue = {
        "id": "d-1",
        "tasks": ["weather"],
        "completion": "Complete",
        "turns": [
            {"speaker": "customer", "text": "Rain?"},
            {"speaker": "agent", "text": "Yes.", "action": "inform"},
        ],
    }
    found = one(put(tmp_path / "a.jsonl", dialogue))
    assert found.outcome.resolved is True
    assert found.turns[1].label == "inform"
    assert found.turns[1].visibility == "public"
    assert found.meta["unstated"] == ["visibility"]


def test_bare_dialogue_that_speaks_of_visibility_once_must_do_so_always(tmp_path: Path) -> None:
    turns = [
        {"speaker": "customer", "text": "Rain?"},
        {"speaker": "agent", "text": "He is a VIP.", "visibility": "internal"},
        {"speaker": "agent", "text": "Yes."},
    ]
    found = one(put(tmp_path / "a.jsonl", {"id": "d-2", "turns": turns}))
    assert "turn 0: no visibility" in found.reason


@pytest.mark.parametrize("form", [None, "dialogues"])
@pytest.mark.parametrize("is_marked_first", [True, False])
def test_one_record_that_states_visibility_makes_all_of_its_file_state_it(
    tmp_path: Path, is_marked_first: bool, form: str | None
) -> None:
    said = {"speaker": "agent", "text": "She is about to leave us, go easy."}
    marked = {"id": "d-1", "turns": [{**said, "visibility": "internal"}]}
    bare = {"id": "d-2", "turns": [{"speaker": "customer", "text": "Rain?"}, said]}
    records = [marked, bare] if is_marked_first else [bare, marked]
    path = put(tmp_path / "a.jsonl", *records)
    options = LoadOptions(roots=(tmp_path,))
    loader = choose(path, format=form, options=options)
    assert not isinstance(loader, Failure)
    found = {type(item): item for item in loader.load(path, options)}
    stood, refused = found[Interaction], found[Failure]
    assert isinstance(stood, Interaction)
    assert isinstance(refused, Failure)
    assert (stood.source_id, stood.turns[0].visibility) == ("d-1", "internal")
    assert (refused.record_id, refused.line) == ("d-2", 2 if is_marked_first else 1)
    assert "no visibility" in refused.reason
    if not is_marked_first:
        assert "line 2 of this file states" in refused.reason


def test_a_broken_record_that_states_visibility_counts_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    bare = {"id": "d-1", "turns": [{"speaker": "agent", "text": "She is a VIP."}]}
    cut = '{"id": "d-2", "turns": [{"speaker": "agent", "visibility" : "internal", "te'
    path.write_text(f"{json.dumps(bare)}\n{cut}")
    assert all(isinstance(item, Failure) for item in read(path))


def test_who_only_speaks_of_visibility_states_none(tmp_path: Path) -> None:
    turns = [{"speaker": "customer", "text": 'The field "visibility": what is it?'}]
    found = one(put(tmp_path / "a.jsonl", {"id": "d-1", "turns": turns, "tags": ["visibility"]}))
    assert found.turns[0].visibility == "public"
