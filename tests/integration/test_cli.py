"""The commands as scripts use them: exit codes, JSON, and faults that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copilot.config import ROOT
from tests.command_line import Run

ARTICLES = [
    {"id": "kb-valve", "title": "Valve E23", "content": "A valve at E23 is stuck. Press its pin."},
    {"id": "kb-refund", "title": "Refunds", "content": "A refund arrives after five working days."},
]  # fmt: skip
CONVERSATION = {"turns": [{"speaker": "customer", "text": "The valve shows E23, what now?"}]}
SUMMARY = {"added", "changed", "unchanged", "removed", "failed", "seconds"}
COMMANDS = (
    "ingest", "search", "suggest", "assess", "serve", "demo", "reindex", "doctor", "openapi",
    "train-ranker", "eval", "timeline", "sync", "customers", "needs",
)  # fmt: skip


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A file of two good articles."""
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(a) + "\n" for a in ARTICLES), "utf-8")
    return path


@pytest.fixture
def filled(run: Run, articles: Path) -> Path:
    """An installation with two articles."""
    assert run("ingest", articles, "--json").code == 0
    return articles


@pytest.mark.parametrize("command", [(), *((c,) for c in COMMANDS), ("keys",), ("keys", "create")])
def test_every_command_explains_itself(run: Run, command: tuple[str, ...]) -> None:
    shown = run(*command, "--help")
    assert shown.code == 0 and "Usage:" in shown.out


@pytest.mark.parametrize(
    "arguments",
    [("nothing",), ("search",), ("search", "x", "-k", "0"), ("search", "x", "--surplus")],
)
def test_wrong_use_exits_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


def test_ingest_reports_what_it_did_and_the_second_time_that_nothing_changed(
    run: Run, articles: Path
) -> None:
    first = run("ingest", articles, "--json")
    assert first.code == 0 and first.last.keys() >= SUMMARY
    assert (first.last["added"], first.last["failed"]) == (2, 0)
    again = run("ingest", articles, "--json").last
    assert (again["added"], again["unchanged"]) == (0, 2)
    articles.write_text(json.dumps(ARTICLES[0]) + "\n", "utf-8")
    assert run("ingest", articles, "--json").last["removed"] == 1
    plain = run("ingest", articles)
    assert plain.code == 0 and plain.last["unchanged"] == 1 and "articles" in plain.out


def test_a_partial_ingest_exits_1_and_keeps_the_good_part(run: Run, articles: Path) -> None:
    with articles.open("a") as lines:
        lines.write('{"id": "cut", "title"\n')
    ended = run("ingest", articles, "--json")
    assert ended.code == 1 and (ended.last["added"], ended.last["failed"]) == (2, 1)
    assert "line 3" in run("ingest", articles).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("missing.jsonl",),
        ("missing.jsonl", "missing too.jsonl"),
        ("articles.jsonl", "--kind", "secrets"),
        ("articles.jsonl", "--date-order", "dym"),
        ("articles.jsonl", "--mapping", "missing.json"),
        ("articles.jsonl", "--format", "nonsense"),
        ("articles.jsonl", "--encoding", "nonsense"),
        ("articles.jsonl", "--timezone", "Mars/North"),
        ("articles.jsonl", "--role", "Ana=emperor"),
        ("articles.jsonl", "--role", "Ana"),
        ("",),
    ],
)
def test_ingest_of_what_cannot_be_exits_2_and_stores_nothing(
    run: Run, articles: Path, arguments: tuple[str, ...]
) -> None:
    ended = run("ingest", *arguments)
    assert ended.code == 2 and ended.err.strip()
    assert run("search", "valve", "--json").last == {"results": []}


def test_one_missing_path_is_told_and_the_rest_goes_in(run: Run, articles: Path) -> None:
    ended = run("ingest", "missing.jsonl", articles, "--json")
    assert ended.code == 1 and (ended.last["added"], ended.last["failed"]) == (2, 1)
    (reason,) = ended.last["reasons"]
    assert reason["path"] == "missing.jsonl" and "no such file or folder" in reason["reason"]
    assert run("search", "valve", "-k", 1, "--json").last["results"]


def test_a_path_that_is_gone_removes_nothing_unless_its_folder_was_read(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("valve", "refund"):
        (folder / f"{name}.md").write_text(f"# The {name}\n\nAll about it.\n", "utf-8")
    assert run("ingest", folder, "--json").last["added"] == 2
    (folder / "valve.md").unlink()
    ended = run("ingest", folder / "valve.md", folder / "refund.md", "--json").last
    assert (ended["failed"], ended["removed"], ended["unchanged"]) == (1, 0, 1)
    assert run("ingest", folder, "--json").last["removed"] == 1


def test_a_proposed_mapping_goes_from_one_command_to_the_next(run: Run, tmp_path: Path) -> None:
    export, mapping = tmp_path / "export.csv", tmp_path / "mapping.json"
    export.write_text(
        "Ticket,From,Message,Sent\n1,Customer,My hub is dark since today.,03/04/2026\n"
        "1,Agent,Please press its pin for ten seconds.,03/04/2026\n",
        "utf-8",
    )
    made = run("ingest", "--guess-mapping", export)
    assert "defaults.visibility: public or internal" in made.err and "date_order" in made.err
    mapping.write_text(made.out, "utf-8")
    refused = run("ingest", export, "--mapping", mapping)
    assert refused.code == 2
    assert "defaults.visibility" in refused.err and "date_order" in refused.err
    decided = json.loads(made.out) | {"date_order": "dmy", "defaults": {"visibility": "public"}}
    mapping.write_text(json.dumps(decided), "utf-8")
    done = run("ingest", export, "--mapping", mapping, "--json")
    assert done.code == 0 and done.last["added"] == 1


@pytest.mark.usefixtures("filled")
def test_search_prints_the_api_s_results(run: Run) -> None:
    found = run("search", "valve E23", "-k", 1, "--kinds", "document", "--json")
    (row,) = found.last["results"]
    assert (row["rank"], row["kind"], row["source_id"]) == (1, "document", "kb-valve")
    assert row["quote"] and row["title"] == "Valve E23"
    assert "kb-valve" in run("search", "valve E23").out
    assert run("search", "valve", "--kinds", "interaction", "--json").last == {"results": []}


@pytest.mark.parametrize(
    "arguments", [("  ",), ("valve", "--kinds", "secrets"), ("valve", "--kinds", "")]
)
def test_a_search_for_nothing_exits_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("search", *arguments).code == 2


@pytest.mark.usefixtures("filled")
def test_suggest_reads_a_file_or_standard_input(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text(json.dumps({**CONVERSATION, "title": "A valve", "about": "x"}), "utf-8")
    from_file = run("suggest", "--conversation", path, "--json").last
    assert from_file["generator"]["kind"] == "extractive"
    assert [c["source_id"] for c in from_file["citations"]] == ["kb-valve"]
    given = run("suggest", "--conversation", "-", "--json", stdin=json.dumps(CONVERSATION).encode())
    assert given.last["reply"]["text"] == from_file["reply"]["text"]
    shown = run("suggest", "--conversation", path)
    assert "Press its pin." in shown.out and "kb-valve" in shown.out


@pytest.mark.usefixtures("filled")
def test_a_missing_model_is_a_labelled_fallback(run: Run) -> None:
    raw = json.dumps(CONVERSATION).encode()
    ended = run("suggest", "--conversation", "-", "--generator", "llm", "--json", stdin=raw)
    assert ended.code == 0
    assert ended.last["generator"] == {
        "kind": "fallback", "model": None, "reason": "no model is configured",
    }  # fmt: skip
    assert "warning" in ended.err and "COPILOT_MODEL" in ended.err
    assert not run("suggest", "--conversation", "-", "--json", stdin=raw).err


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{\n"turns": [\n', "line 3"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"[]", "conversation"),
        (b'{"turns": []}', "turns"),
        (b'{"turns": [{"speaker": "boss", "text": "x"}]}', "speaker"),
        (b'{"turns": [{"speaker": "customer"}]}', "text"),
        (b'{"turns": [{"speaker": "customer", "text": "\\ud800"}]}', "text"),
        (b'{"turns": [{"speaker": "customer", "text": "x"}], "surplus": 1}', "surplus"),
    ],
)
def test_a_bad_conversation_exits_2_and_names_the_place(
    run: Run, tmp_path: Path, raw: bytes, told: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(raw)
    for ended in (
        run("suggest", "--conversation", path),
        run("suggest", "--conversation", "-", stdin=raw),
    ):
        assert ended.code == 2 and told in " ".join(ended.err.split())


def test_other_wrong_uses_of_suggest_exit_2(run: Run, tmp_path: Path) -> None:
    assert run("suggest", "--conversation", tmp_path / "missing.json").code == 2
    assert run("suggest", "--conversation", tmp_path).code == 2
    assert run("suggest", "--conversation", "-", "--generator", "magic").code == 2
    assert run("suggest", "--conversation", "-", "--alternatives", 9).code == 2


def cases() -> list[str]:
    return (ROOT / "eval/cases/needs_dev.jsonl").read_text("utf-8").splitlines()[:2]


def test_assess_answers_each_case_and_a_bad_line_stops_none(run: Run, tmp_path: Path) -> None:
    good = cases()
    source, answers = tmp_path / "cases.jsonl", tmp_path / "answers.jsonl"
    source.write_text("\n".join(good) + "\n", "utf-8")
    assert run("assess", source, "--out", answers, "--json").last["assessed"] == 2
    source.write_text("\n".join([good[0], "{broken", '{"id": 1}', good[1]]) + "\n", "utf-8")
    ended = run("assess", source, "--out", answers, "--json")
    assert ended.code == 1
    assert (ended.last["assessed"], ended.last["failed"]) == (2, 2)
    assert "line 2" in ended.err and "line 3" in ended.err
    written = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    assert [row.get("case_id", row.get("line")) for row in written] == [
        json.loads(good[0])["id"], 2, 3, json.loads(good[1])["id"],
    ]  # fmt: skip


def test_assess_of_nothing_or_into_nowhere_exits_2(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "cases.jsonl"
    assert run("assess", source, "--out", tmp_path / "o.jsonl").code == 2
    source.write_text(cases()[0] + "\n", "utf-8")
    ended = run("assess", source, "--out", tmp_path / "no" / "folder" / "o.jsonl")
    assert ended.code == 2 and "o.jsonl" in " ".join(ended.err.split())


def test_keys_are_shown_once_listed_without_secret_and_revoked(run: Run) -> None:
    made = run("keys", "create", "--role", "agent", "--label", "desk 3", "--json").last
    assert made["key"] and made["role"] == "agent"
    listed = run("keys", "list", "--json")
    (row,) = listed.last
    assert (row["id"], row["label"], row["revoked"]) == (made["id"], "desk 3", False)
    assert made["key"] not in listed.out + run("keys", "list").out
    assert "no key yet" not in run("keys", "list").out
    assert run("keys", "revoke", made["id"]).code == 0
    assert run("keys", "list", "--json").last[0]["revoked"]
    assert run("keys", "revoke", "nobody").code == 2
    assert run("keys", "create", "--role", "emperor").code == 2


def test_a_list_of_no_keys_says_so_and_how_to_make_one(run: Run) -> None:
    assert "keys create" in run("keys", "list").out
    assert run("keys", "list", "--json").last == []


def test_doctor_says_how_things_are_and_what_to_do(run: Run, articles: Path) -> None:
    empty = run("doctor", "--json")
    names = {finding["name"]: finding for finding in empty.last}
    assert empty.code == 0
    assert {"python", "home", "database", "embeddings", "index", "model", "data"} <= names.keys()
    assert (
        "copilot ingest" in names["data"]["advice"] and "COPILOT_MODEL" in names["model"]["advice"]
    )
    assert names["tokens"]["state"].startswith(("estimated, ", "counted exactly, "))
    run("ingest", articles)
    assert "2 documents" in run("doctor").out


def test_doctor_finds_a_fault_and_exits_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_MODEL", "openai:gpt")
    ended = run("doctor", "--json")
    assert ended.code == 1
    assert any("OPENAI_API_KEY" in f["state"] for f in ended.last if not f["is_good"])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("COPILOT_MODEL", "openai:gpt", "OPENAI_API_KEY"),
        ("COPILOT_MODEL", "gpt", "openai:NAME"),
        ("COPILOT_EMBEDDINGS", "magic", "COPILOT_EMBEDDINGS"),
        ("COPILOT_DATABASE_URL", "nonsense", "COPILOT_DATABASE_URL"),
        ("COPILOT_MODEL_DEADLINE_S", "soon", "COPILOT_MODEL_DEADLINE_S"),
        ("COPILOT_RATE_PER_MINUTE", "-5", "COPILOT_RATE_PER_MINUTE"),
    ],
)
def test_a_bad_setting_is_named_and_exits_2(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    for command in (("search", "valve"), ("serve", "--port", "0")):
        ended = run(*command)
        assert ended.code == 2 and told in " ".join(ended.err.split())


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_a_home_that_cannot_be_made_is_named_by_every_command(
    run: Run, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way", "utf-8")
    monkeypatch.setenv("COPILOT_HOME", str(blocked / below))
    for command in (
        ("ingest", articles), ("search", "valve"), ("timeline", "c"), ("keys", "list"),
        ("keys", "create", "--role", "agent"), ("reindex",), ("train-ranker",),
        ("serve", "--port", "0"), ("demo", "--no-serve"),
    ):  # fmt: skip
        ended = run(*command)
        assert ended.code == 2, command
        told = " ".join(ended.err.split())
        assert "COPILOT_HOME" in told and str(blocked) in told, command
    looked = run("doctor", "--json")
    assert looked.code == 1
    (home,) = (finding for finding in looked.last if finding["name"] == "home")
    assert not home["is_good"] and "is a file, not a folder" in home["state"]


@pytest.mark.usefixtures("filled")
def test_reindex_counts_every_vector(run: Run) -> None:
    done = run("reindex", "--json")
    assert done.code == 0 and done.last == {"tenants": 1, "vectors": 2, "embedded": 0}
    assert run("search", "refund", "-k", 1, "--json").last["results"][0]["source_id"] == "kb-refund"
    assert run("reindex", "--tenant", "nobody").code == 2


def test_a_slip_in_a_tenants_name_makes_no_tenant(run: Run, articles: Path) -> None:
    run("ingest", articles, "--tenant", "one")
    refused = run("search", "valve", "--tenant", "onn")
    assert refused.code == 2
    assert "There is no tenant 'onn'. There are: one." in refused.err
    assert "onn" not in run("doctor").out


def test_tenants_are_apart(run: Run, articles: Path) -> None:
    run("ingest", articles, "--tenant", "one")
    run("keys", "create", "--role", "agent", "--tenant", "two")
    assert run("search", "valve", "--tenant", "two", "--json").last == {"results": []}
    assert run("search", "valve", "--tenant", "one", "--json").last["results"]
    assert run("search", "valve", "--tenant", "../etc").code in (1, 2)


def test_the_openapi_document_is_printed(run: Run) -> None:
    document = json.loads(run("openapi").out)
    assert {"/v1/search", "/v1/suggestions", "/v1/ingest"} <= document["paths"].keys()


@pytest.mark.usefixtures("filled")
def test_a_timeline_of_nobody_is_refused(run: Run) -> None:
    shown = run("timeline", "nobody")
    assert shown.code == 2
    assert "nobody" in shown.err
