"""Prompts are text with fixed variables: nothing in them or in their values is ever executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.errors import PromptError
from copilot.prompts import PROMPTS_DIR, Prompts, dump, parse

GOOD = """+++
name = "greet"
version = 1
description = "Greets."
output = "text"

[variables]
who = 20
what = 100
+++
# system
You greet {{who}}.

# user
{{what}}
"""


def write(folder: Path, text: str, name: str = "greet", releases: str = '{"greet": 1}') -> Path:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "v1.md").write_text(text)
    (folder / "releases.json").write_text(releases)
    return folder


def test_a_prompt_is_filled_in(tmp_path: Path) -> None:
    rendered = Prompts.load(write(tmp_path, GOOD)).render("greet", {"who": "Jo", "what": "Hi"})
    assert (rendered.system, rendered.user) == ("You greet Jo.", "Hi")
    assert (rendered.name, rendered.version, len(rendered.sha256)) == ("greet", 1, 64)


@pytest.mark.parametrize(
    "value", ["{{who}}", "{{what}}", "{0.__class__}", "{% x %}", "$who", "\\1"]
)
def test_a_value_stays_literal(value: str) -> None:
    assert parse(GOOD).render({"who": "Jo", "what": value}).user == value


def test_json_in_a_prompt_is_text() -> None:
    text = GOOD.replace("You greet", 'Answer {"a": {"b": 1}}. You greet')
    assert '{"b": 1}}' in parse(text).render({"who": "Jo", "what": ""}).system


def test_the_digest_follows_the_template_and_not_the_values() -> None:
    one, other = (parse(GOOD).render({"who": "Jo", "what": w}) for w in ("a", "b"))
    assert one.sha256 == other.sha256
    changed = parse(GOOD.replace("You greet", "Please greet"))
    assert changed.sha256 != one.sha256


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"who": "Jo"}, "misses the value of 'what'"),
        ({"who": "Jo", "what": "", "more": ""}, "has no variable 'more'"),
        ({"who": "J" * 21, "what": ""}, "at most 20"),
        ({"who": 7, "what": ""}, "must be text"),
        ({"who": None, "what": ""}, "must be text"),
    ],
)
def test_a_value_that_misses_or_does_not_fit_is_an_error(
    values: dict[str, str], message: str
) -> None:
    with pytest.raises(PromptError, match=message):
        parse(GOOD).render(values)


PAYLOADS = [
    "{{ who }}",
    "{{who.__class__}}",
    "{{who[0]}}",
    "{{who|upper}}",
    "{{who()}}",
    "{{WHO}}",
    "{{}}",
    "{{{who}}}}",
    "{{who",
    "{% for x in who %}a{% endfor %}",
    "{% include 'x' %}",
    "{# note #}",
    "{{ 7*7 }}",
    "{{''.__class__.__mro__}}",
    "{{config}}",
    "{{self}}",
    "{{lipsum}}",
    "{{range(9999999)}}",
    "{{other}}",
    "{{who}} {{unknown}}",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_anything_but_a_known_variable_is_refused(payload: str) -> None:
    with pytest.raises(PromptError):
        parse(GOOD.replace("You greet", f"{payload} You greet"))


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        GOOD.replace("# user", "# person"),
        GOOD.replace("You greet {{who}}.", "You greet."),
        GOOD.replace('name = "greet"', 'name = "Greet!"'),
        GOOD.replace("version = 1", "version = 0"),
        GOOD.replace("version = 1", 'version = "1"'),
        GOOD.replace("version = 1", "version = 1\nextra = 1"),
        GOOD.replace("who = 20", "who = 0"),
        GOOD.replace("who = 20", "who = 99999999"),
        GOOD.replace("who = 20", "who ="),
        GOOD.replace("You greet", "x" * 20_001),
        GOOD.replace("You greet {{who}}.", "").replace("{{what}}", "{{who}} {{what}}"),
    ],
)
def test_a_malformed_prompt_is_refused_with_its_reason(text: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse(text)
    assert caught.value.detail.endswith(".")


def test_a_result_has_a_most_size() -> None:
    big = GOOD.replace("who = 20", "who = 150000").replace("what = 100", "what = 150000")
    with pytest.raises(PromptError, match="too long once filled in"):
        parse(big).render({"who": "x" * 120_000, "what": "x" * 120_000})


def test_what_is_dumped_is_what_was_parsed() -> None:
    assert parse(dump(parse(GOOD))) == parse(GOOD)


@pytest.mark.parametrize("releases", ['{"greet": 2}', '{"other": 1}', "[]", "{", '{"greet": "1"}'])
def test_a_release_of_what_is_not_there_is_refused(tmp_path: Path, releases: str) -> None:
    with pytest.raises(PromptError):
        Prompts.load(write(tmp_path, GOOD, releases=releases))


def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="front matter says"):
        Prompts.load(write(tmp_path, GOOD, name="other", releases="{}"))


def test_a_fault_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"greet/v1\.md"):
        Prompts.load(write(tmp_path, "nothing"))


def test_only_a_released_prompt_is_live(tmp_path: Path) -> None:
    prompts = Prompts.load(write(tmp_path, GOOD, releases="{}"))
    with pytest.raises(PromptError, match="released"):
        prompts.render("greet", {"who": "", "what": ""})
    assert prompts.render("greet", {"who": "Jo", "what": ""}, version=1).version == 1


def test_every_prompt_of_ours_loads_and_renders() -> None:
    prompts = Prompts.load(PROMPTS_DIR)
    assert {"suggest_reply", "rewrite_query"} <= prompts.live.keys()
    for name in prompts.live:
        values = dict.fromkeys(prompts.get(name).variables, "x")
        rendered = prompts.render(name, values)
        assert "{{" not in rendered.system + rendered.user
