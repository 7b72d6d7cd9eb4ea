"""A changed export: whatever stands in a field, it costs its record and never the run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from copilot.domain import Customer, Failure, Interaction, Product
from ingest.detect import choose
from ingest.loaders.protocol import LoadOptions

DATA = Path(__file__).resolve().parents[1] / "data"
DECLARED: dict[str, Any] = {
    "own_domains": ("acme.test",),
    "date_order": "dmy",
    "timezone": "Europe/Berlin",
    "roles": {"Ana Silva": "customer", "Sam Ortiz": "agent:service", "Shop": "agent:sales"},
}


PARTS = {"slack", "support", "deals", "line_items"}  # files that are read with their folder


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(DATA.rglob("*.json")) if not PARTS & {path.parent.name, path.stem}],
    ids=lambda path: path.relative_to(DATA).as_posix(),
)
@pytest.mark.parametrize("wrong", ["text", ["list"], {"x": 1}, 7, None])
def test_changed_export_costs_records_never_the_run(path: Path, wrong: Any, tmp_path: Path) -> None:
    """Each field of the first record in turn is replaced by something of another type."""
    options = LoadOptions(roots=(tmp_path,), **DECLARED)
    loader = choose(path, options=options)
    assert not isinstance(loader, Failure)
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
    for keys in _paths(whole, 5)[:70]:
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
