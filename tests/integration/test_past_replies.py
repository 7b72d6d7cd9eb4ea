"""Past replies over eleven trades: what is true for everybody is offered, another's case never.

Each pair is a conversation now, what another customer asked once, and what a colleague replied;
`keeps` are words that may be offered, a pair without them must offer nothing.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import build
from copilot.config import Settings
from copilot.domain import Conversation, Turn
from copilot.embedder import Embedder, build_embedder
from ingest.cli import run_with_progress

CASES = json.loads((Path(__file__).parents[1] / "past_replies.json").read_text("utf-8"))
GOOD = [pair for pair in CASES["pairs"] if "keeps" in pair]
BAD = [pair for pair in CASES["pairs"] if "keeps" not in pair]
LEAST_OFFERED = 0.85
AT = "2026-03-04T10:00:00Z"


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """One for all the small companies."""
    return build_embedder(Settings(home=tmp_path_factory.mktemp("embedder"), model=""))


def _written(pair: dict[str, Any], folder: Path) -> list[Path]:
    """The company of a pair as files, with that one past conversation."""
    world = CASES["worlds"][pair["world"]]
    (folder / "articles").mkdir(parents=True)
    for name, title, text in world["articles"]:
        head = f'---\nid: {name}\ntitle: "{title}"\nvisibility: public\n---\n\n# {title}\n\n'
        (folder / "articles" / f"{name}.md").write_text(head + text, "utf-8")
    rows = [
        f"{sku},{name},{price or ''},{'GBP' if price else ''},{period},available"
        for sku, name, price, period in world["products"]
    ]
    head = "sku,name,price,currency,period,status"
    (folder / "catalogue.csv").write_text("\n".join([head, *rows]), "utf-8")
    (folder / "customers.json").write_text(json.dumps([world["customer"]]), "utf-8")
    said = [("customer", pair["asked"]), ("agent", pair["replied"])]
    past = {
        "id": "past", "channel": "chat", "customer_id": "somebody-else", "at": AT,
        "outcome": {"resolved": True, "reopened": False},
        "turns": [
            {"id": f"t{n}", "speaker": who, "text": text, "at": AT, "visibility": "public"}
            for n, (who, text) in enumerate(said)
        ],
    }  # fmt: skip
    (folder / "interactions.jsonl").write_text(json.dumps(past) + "\n", "utf-8")
    names = ("articles", "catalogue.csv", "customers.json", "interactions.jsonl")
    return [folder / name for name in names]


def offered(pair: dict[str, Any], folder: Path, embedder: Embedder) -> list[str]:
    """What the whole product shows beside its draft."""
    copilot = build(Settings(home=folder / "home", model=""), embedder=embedder)
    store = copilot.store()
    run_with_progress(copilot, store, _written(pair, folder / "source"))
    turns = tuple(
        Turn("customer", told) if isinstance(told, str) else Turn("agent", told["agent"])
        for told in pair["now"]
    )
    customer = CASES["worlds"][pair["world"]]["customer"]["customer_id"]
    prepared = copilot.suggester.prepare(store, Conversation(turns, None, "chat", customer), 3)
    asyncio.run(copilot.aclose())
    return [one.text for one in prepared.alternatives]


@pytest.mark.parametrize("pair", BAD, ids=lambda pair: f"{pair['world']}: {pair['replied'][:40]}")
def test_anothers_case_is_never_offered(
    pair: dict[str, Any], tmp_path: Path, embedder: Embedder
) -> None:
    assert offered(pair, tmp_path, embedder) == []


def test_what_is_true_for_everybody_mostly_is(tmp_path: Path, embedder: Embedder) -> None:
    found = [offered(pair, tmp_path / str(n), embedder) for n, pair in enumerate(GOOD)]
    for pair, texts in zip(GOOD, found, strict=True):
        assert not any(word in text for word in pair.get("drops", ()) for text in texts), pair
        assert len(texts) < 2, pair  # one past turn is one choice
    right = sum(
        any(pair["keeps"] in text for text in texts)
        for pair, texts in zip(GOOD, found, strict=True)
    )
    assert right >= LEAST_OFFERED * len(GOOD), (right, len(GOOD))
