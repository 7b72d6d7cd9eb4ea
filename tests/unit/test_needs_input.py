"""What comes in: read where it can be, refused with its place where it cannot, never guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from copilot.errors import ConfigError, InvalidInput
from copilot.needs import assess_lines, load_policy, parse_case
from copilot.needs.policy import DEFAULT
from tests.need_cases import ENGINE, assess, case, turn


def test_a_minimal_case_is_enough() -> None:
    body = {
        "id": "x",
        "as_of": "2026-05-08T12:00:00Z",
        "turns": [{"speaker": "customer", "text": "Hi"}],
    }
    answer = ENGINE.assess(parse_case(body))
    assert (answer.flags, answer.none_reason) == ((), "information_only")
    assert not answer.contact_state.marketing_allowed


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"as_of": "yesterday"}, "as_of"),
        ({"turns": [{"speaker": "parrot", "text": "Hi"}]}, "turns.0.speaker"),
        ({"turns": [{"speaker": "customer"}]}, "turns.0.text"),
        ({"secret": 1}, "secret"),
        ({"catalogue": [{"name": "no number"}]}, "catalogue.0.sku"),
    ],
)
def test_a_fault_is_named_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput, match=place):
        parse_case(case(**change))


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"as_of": "yesterday"}, "2026-05-08T12:00:00Z"),
        ({"turns": [{"speaker": "parrot", "text": "Hi"}]}, "one of 'customer', 'agent'"),
        ({"turns": [{"speaker": "customer"}]}, "missing, add it"),
        ({"secret": 1}, "remove it or correct its name"),
    ],
)
def test_a_fault_says_what_to_do(change: dict[str, Any], advice: str) -> None:
    with pytest.raises(InvalidInput, match=advice):
        parse_case(case(**change))


def test_a_file_that_is_one_list_or_spread_over_lines_is_told_apart() -> None:
    listed, spread = json.dumps([case()]), json.dumps(case(), indent=1)
    assert "line of its own" in next(iter(assess_lines([listed])))["detail"]
    assert "one whole case" in next(iter(assess_lines(spread.splitlines())))["detail"]


@pytest.mark.parametrize("raw", [None, [], "text", 7])
def test_what_is_no_object_is_no_case(raw: object) -> None:
    with pytest.raises(InvalidInput):
        parse_case(raw)


def test_labels_are_dropped_unread() -> None:
    plain = parse_case(case())
    labelled = parse_case({**case(), "gold": {"flags": ["anything"]}, "kind": "positive"})
    assert plain == labelled


def test_a_bad_line_gives_an_entry_and_the_rest_goes_on() -> None:
    lines = [json.dumps(case()), "{broken", "", json.dumps({"id": "x"}), json.dumps(case())]
    answers = list(assess_lines(lines))
    assert [a.get("line") for a in answers] == [None, 2, 4, None]
    assert answers[1]["error"] == "invalid_input"
    assert "as_of" in answers[2]["detail"]


def test_turns_out_of_order_are_read_in_the_order_of_their_times() -> None:
    ask, reply = turn(1, "customer", "I'd like a reading lamp."), turn(2, "service", "Noted.")
    forward, backward = assess(turns=[ask, reply]), assess(turns=[reply, ask])
    assert forward.flags == backward.flags != ()


def test_missing_and_unreadable_times_are_no_obstacle() -> None:
    turns = [{"id": "t1", "speaker": "customer", "text": "I'd like a reading lamp.", "at": None}]
    assert assess(turns=turns).flags != ()
    turns = [{**turns[0], "at": "around noon"}]
    assert assess(turns=turns).flags != ()


def test_a_time_without_a_zone_is_read_as_utc() -> None:
    body = case(as_of="2026-05-08T12:00:00")
    assert parse_case(body).as_of.utcoffset() is not None


def test_turns_without_ids_get_one() -> None:
    turns = [{"speaker": "customer", "text": "I'd like a reading lamp."}]
    assert assess(turns=turns).flags[0].evidence[0].turn == "now-1"


def test_offers_on_file_are_read_as_words_or_as_records() -> None:
    wish = "The light is too weak, so I have to hold a reading lamp in my hand every night."
    for offer in (
        "LAMP declined on 2026-04-20",
        {"sku": "LAMP", "at": "2026-04-20", "outcome": "declined"},
    ):
        answer = assess(("customer", wish), state={"recent_offers": [offer]})
        assert (answer.flags, answer.none_reason) == ((), "declined_recently")
    old = {"sku": "LAMP", "at": "2025-01-01", "outcome": "declined"}
    assert assess(("customer", wish), state={"recent_offers": [old]}).flags != ()


def test_two_systems_that_disagree_on_an_entitlement_are_both_told() -> None:
    records = [
        {"id": "CRM-1", "name": "Bed set", "includes": ["reading lamp"], "until": "2026-01-01"},
        {"id": "BILL-1", "name": "Bed set", "includes": ["reading lamp"], "since": "2026-02-01"},
    ]
    answer = assess(entitlements=records)
    assert answer.none_reason == "already_entitled"  # the record that is in force decides
    assert answer.audit.rejected[0].gate == "G5"
    assert any("CRM-1" in note and "BILL-1" in note for note in answer.audit.notes)


def test_a_very_long_turn_and_strange_characters_are_survived() -> None:
    words = "I'd like a reading lamp. " + "\u202eİ\x00 ﷽ " * 5000
    assert assess(("customer", words)).case_id == "case"


def test_the_delivered_policy_is_versioned_and_approved() -> None:
    policy = load_policy()
    assert policy.version
    assert policy.approved_by


@pytest.mark.parametrize(
    "change",
    [
        {"approved_by": ""},
        {"thresholds": {"ordinary": 0.9, "long_contract": 0.8, "regulated": 0.7, "floor": 0.4}},
        {"caps": {"visible_per_contact": 5}},
        {"surprise": True},
        {"markets": {"default": {"timezone": "Mars/Olympus"}}},
    ],
)
def test_a_policy_that_is_wrong_is_refused(tmp_path: Any, change: dict[str, Any]) -> None:
    body = {**json.loads(DEFAULT.read_text()), **change}
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(body))
    with pytest.raises(ConfigError):
        load_policy(file)
