"""Replies without a model on the demo company: the promised shares, and cases that can be right."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest

from copilot.bootstrap import build
from copilot.config import Settings
from eval.demo import DEMO, PARTS
from eval.replies import measure, read, scored
from ingest.cli import run_with_progress

FLOORS = {"reached": 0.85, "answered": 0.72, "on the matter": 0.88, "gaps named": 0.9}


@pytest.mark.parametrize("case", read(), ids=lambda case: case["id"])
def test_the_words_of_an_answer_stand_in_its_article(case: dict[str, object]) -> None:
    for part in case["parts"]:  # type: ignore[attr-defined]
        texts = [(DEMO / "articles" / f"{name}.md").read_text("utf-8") for name in part["sources"]]
        plain = re.sub(r"[*_`|]|\]\([^)]*\)|\[", "", " ".join(texts)).lower()
        assert any(all(word in plain for word in said.lower().split()) for said in part["says"]), (
            part
        )


def test_the_questions_of_the_demo_are_answered_or_named(tmp_path: Path) -> None:
    copilot = build(Settings(home=tmp_path, model=""))
    run_with_progress(copilot, copilot.store(), [DEMO / name for name in PARTS])
    hit: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for case, suggestion in measure(copilot, read()):
        some, out_of = scored(case, suggestion)
        hit.update(some)
        of.update(out_of)
        assert all(segment.supported for segment in suggestion.segments), case["id"]
    asyncio.run(copilot.aclose())
    assert hit["repeated"] == 0 and of["repeated"] > 0
    shares = {name: hit[name] / of[name] for name in FLOORS}
    assert all(shares[name] >= floor for name, floor in FLOORS.items()), shares
