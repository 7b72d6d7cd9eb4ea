"""A changed export: whatever stands in a field, it costs its record and never the run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Customer, Failure, Interaction, Item, Product
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions

DATA = Path(__file__).resolve().parents[1] / "data"
DECLARED: dict[str, Any] = {
    "own_domains": ("acme.test",),
    "date_order": "dmy",
    "timezone": "Europe/Berlin",
    "roles": {"Ana Silva": "customer", "Sam Ortiz": "agent:service", "Shop": "agent:sales"},
}


def read(path: Path | str, **declared: Any) -> list[Item | Failure]:
    file = DATA / path
    options = LoadOptions(roots=(file.parent,), **{**DECLARED, **declared})
    loader = choose(file, options=options)
    assert not isinstance(loader, Failure), loader.reason
    return list(loader.load(file, options))


def items(path: Path | str, **declared: Any) -> list[Any]:
    return [one for one in read(path, **declared) if not isinstance(one, Failure)]


def spoken(item: Interaction) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.visibility) for turn in item.turns]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(DATA.rglob("*.json")) if "slack" not in path.parts],
    ids=lambda path: path.relative_to(DATA).as_posix(),
)
@pytest.mark.parametrize("wrong", ["text", ["list"], {"x": 1}, 7, None])
def test_changed_export_costs_records_never_the_run(path: Path, wrong: Any, tmp_path: Path) -> None:
    """Each field of the first record in turn is replaced by something of another type."""
    options = LoadOptions(roots=(tmp_path,), **DECLARED)
    loader = choose(path, options=options)
    if isinstance(loader, Failure):
        pytest.skip("part of a folder that is read whole")
    whole = json.loads(path.read_text())
    shutil.rmtree(tmp_path, ignore_errors=True)
    tmp_path.mkdir()
    for number, changed in enumerate(_changed(whole, wrong)):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(changed))
        for item in loader.load(file, options):
            assert isinstance(item, Interaction | Product | Customer | Failure) or item.text


def _changed(whole: Any, wrong: Any) -> list[Any]:
    """Copies of a document, each with one value at depth three or four replaced."""
    text = json.dumps(whole)
    found = []
    for keys in _paths(whole, 5)[:120]:
        copy = json.loads(text)
        here = copy
        for key in keys[:-1]:
            here = here[key]
        here[keys[-1]] = wrong
        found.append(copy)
    return found


def _paths(value: Any, depth: int) -> list[tuple[Any, ...]]:
    entries = (
        list(value.items()) if isinstance(value, dict)
        else list(enumerate(value[:1])) if isinstance(value, list) else []
    )  # fmt: skip
    found: list[tuple[Any, ...]] = []
    for key, one in entries:
        found.append((key,))
        if depth:
            found += [(key, *rest) for rest in _paths(one, depth - 1)]
    return found
