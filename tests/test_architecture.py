"""Rules of the house that a machine checks: floors, sizes, names, prompts, documents."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.config import ROOT, Settings
from copilot.prompts import Prompts

ROOMS = ("copilot", "ingest", "eval")
FORBIDDEN = {
    "utils",
    "helpers",
    "common",
    "base",
    "core",
    "manager",
    "service",
    "misc",
    "model",
    "models",
}
MAX_LINES, MAX_FUNCTION = 400, 60
VENDORS = {
    "chromadb": ("copilot/vectorstore/",),
    "sqlalchemy": ("copilot/db/", "copilot/migrations/"),
    "alembic": ("copilot/db/", "copilot/migrations/"),
    "onnxruntime": ("copilot/embedder/",),
    "tokenizers": ("copilot/embedder/",),
    "openai": ("copilot/llm/", "copilot/embedder/"),
    "langchain_openai": ("copilot/llm/",),
    "langchain_core": ("copilot/llm/",),
    "langchain_text_splitters": ("ingest/chunker",),
    "tiktoken": ("copilot/tokens.py",),
    "fastapi": ("copilot/api/", "server.py"),
    "typer": ("copilot/cli/", "ingest/cli.py", "ingest/sync/cli.py", "eval/cli.py"),
}  # fmt: skip


def files(*suffixes: str) -> list[Path]:
    found = [ROOT / "server.py"] if ".py" in suffixes else []
    for room in (*ROOMS, "tests"):
        found += [p for p in (ROOT / room).rglob("*") if p.suffix in suffixes]
    return [p for p in found if "versions" not in p.parts and "node_modules" not in p.parts]


def product_files() -> list[Path]:
    return [p for p in files(".py") if (ROOT / "tests") not in p.parents]


def trees() -> list[tuple[str, ast.Module]]:
    return [(str(p.relative_to(ROOT)), ast.parse(p.read_text("utf-8"))) for p in product_files()]


def test_no_file_is_longer_than_a_sitting() -> None:
    sizes = {
        str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines())
        for p in files(".py", ".ts", ".css", ".js")
    }
    assert {name: n for name, n in sizes.items() if n > MAX_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name}:{node.name}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, tree in trees() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_room_has_a_name_that_says_nothing() -> None:
    assert [
        str(p) for p in product_files() if p.stem in FORBIDDEN or p.parent.name in FORBIDDEN
    ] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        name
        for name, tree in trees()
        if name != "copilot/config.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in ("environ", "getenv", "putenv")
    ]
    assert readers == []


def imports(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_each_vendor_has_one_room(vendor: str) -> None:
    allowed = VENDORS[vendor] + (("eval/bench", "eval/peers") if vendor != "typer" else ())
    strays = [
        name for name, tree in trees() if vendor in imports(tree) and not name.startswith(allowed)
    ]
    assert strays == []


def test_nothing_imports_the_server_but_the_command_line() -> None:
    users = [name for name, tree in trees() if "server" in imports(tree)]
    assert users == ["copilot/cli/document.py", "copilot/cli/serving.py"]


def test_arrows_point_down() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_released_prompt_loads() -> None:
    prompts = Prompts.load()
    assert prompts.live
    for name in prompts.live:
        assert prompts.get(name).system


def runs(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    if path.is_dir():
        return (path / "__main__.py").is_file()
    source = path.with_suffix(".py")
    return source.is_file() and '__name__ == "__main__"' in source.read_text("utf-8")


def test_every_module_that_the_makefile_or_a_page_runs_is_there() -> None:
    pages = [ROOT / "Makefile", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    ours = "|".join((*ROOMS, "tests"))
    named = {
        module
        for page in pages
        for module in re.findall(rf"-m ((?:{ours})[.\w]*\w)", page.read_text("utf-8"))
    }
    assert "tests.soak_ingest" in named
    assert sorted(module for module in named if not runs(module)) == []


def test_the_example_environment_names_every_setting() -> None:
    written = set(
        re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    )
    fields = Settings.model_fields.items()
    wanted = {str(f.validation_alias or f"COPILOT_{name.upper()}") for name, f in fields}
    assert written == wanted


def test_the_committed_openapi_document_is_up_to_date() -> None:
    from server import create_app

    written = json.loads((ROOT / "openapi.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(create_app().openapi())), "run `make openapi`"
