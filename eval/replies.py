"""Measures the replies without a model, firm by firm: `python -m eval.replies`.

The firms are the demo company and those of `eval/firms/`, each with articles, a record and cases
of its own: a rule that only knows one company's words shows there. Each case of
`eval/cases/replies_*.jsonl`, or of a firm's `replies.jsonl`, is a conversation with the parts of
its question, the sources that answer each, and words of the answer; some have a part of which no
article speaks.
Those of `deeds` are with a customer whose record counts: what is worked out for them, what they
have already, and what the agent must do before the reply is true.
Printed are, with denominators:

- reached: parts for which a sentence of an expected article stands in the reply;
- answered: of these, those whose sentence holds the words of the answer;
- at hand: parts of which an expected article is cited, or stands beside the reply to read on;
- on the matter: sentences of articles and solved cases that come from an expected article;
- gaps named: unanswerable parts for which the reply abstains, or tells the agent what is missing;
- abstained: conversations without any answer to which the reply says nothing;
- repeated: replies that tell again what was tried, refused or already said, or what is not so;
- left open: parts with an answer that the reply says no source has; what is neither answered nor
  left open got a wrong answer;
- said: replies that hold a word that no source gives, such as who is speaking;
- noted: replies whose agent is told what to do first, or that there is nothing to do.

The cases of `demo` are the demo's own conversations; those of `dev` were read while the rules were
tuned, as were `trial` (what a support lead found), `asked`, `more` and `deeds`. Those of `held`,
`unseen` and `last` were written after that; what was wrong in them has been read since, as in
`messy`, `messy2` and `messy3`. Only `messy4` was written before the replies were made stricter and
is not read: a figure of the others is no forecast. Write new ones before you trust one again.
A split named `…-held` is not read either.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from copilot.api.schemas import ConversationIn
from copilot.bootstrap import Copilot, build
from copilot.config import ROOT, Settings
from copilot.domain import Conversation, Segment, Suggestion, Turn
from eval.demo import DEMO, PARTS
from ingest.cli import run_with_progress

CASES = tuple(
    ROOT / "eval" / "cases" / f"replies_{name}.jsonl"
    for name in (
        "demo",
        "trial",
        "asked",
        "more",
        "unseen",
        "last",
        "worked",
        "messy",
        "messy2",
        "messy3",
        "messy4",
    )
)
FIRMS = ROOT / "eval" / "firms"
RATES = (
    "reached", "answered", "at hand", "left open", "on the matter", "gaps named", "abstained",
    "repeated", "said", "noted",
)  # fmt: skip
NO_SOURCE = "no source answers"
HELD = "-held"
Case = Mapping[str, Any]
out = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Firm:
    """A company that is asked: what is ingested of it, and its cases."""

    name: str
    folder: Path
    cases: tuple[Path, ...]


def firms() -> list[Firm]:
    """The demo company, then the others by name."""
    others = sorted(path.parent for path in FIRMS.glob("*/replies.jsonl"))
    found = [Firm(folder.name, folder, (folder / "replies.jsonl",)) for folder in others]
    return [Firm("demo", DEMO, CASES), *found]


def read(*paths: Path) -> list[Case]:
    """The cases of files, one JSON object a line."""
    lines = [line for path in paths or CASES for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines if line.strip()]


def conversation_of(case: Case) -> Conversation:
    """A case's own turns, or those of a demo conversation up to the turn it names."""
    if "conversation" not in case:
        at = datetime.fromisoformat(f"{case['at']}T10:00:00+00:00") if "at" in case else None
        turns = tuple(Turn(speaker, text, at=at) for speaker, text in case["turns"])
        return Conversation(turns, case["id"], customer_id=case.get("customer_id"))
    path = DEMO / "conversations" / f"{case['conversation']}.json"
    raw = json.loads(path.read_text("utf-8"))
    last = next(n for n, turn in enumerate(raw["turns"]) if turn["id"] == case["until"])
    told = {k: v for k, v in raw.items() if k not in ("title", "about")}
    told["turns"] = raw["turns"][: last + 1]
    return ConversationIn.model_validate(told).domain()


def scored(case: Case, suggestion: Suggestion) -> tuple[Counter[str], Counter[str]]:
    """What was hit and out of how many, by the names of RATES."""
    hit: Counter[str] = Counter()
    of: Counter[str] = Counter()
    sources = {citation.n: citation.source_id for citation in suggestion.citations}
    body = [s for s in suggestion.segments if s.citations and not _is_owed(s, suggestion)]
    for part in case["parts"]:
        of["reached"] += 1
        of["answered"] += 1
        told = [s for s in body if _cites(s, sources) & set(part["sources"])]
        is_answered = any(_holds(s.text, part["says"]) for s in told)
        hit["reached"] += bool(told)
        beside = {near.source_id for near in suggestion.nearest}
        of["at hand"] += 1
        hit["at hand"] += bool(told) or not beside.isdisjoint(part["sources"])
        hit["answered"] += is_answered
        of["left open"] += 1
        hit["left open"] += not is_answered and _leaves_open(suggestion, case)
    wanted = {source for part in case["parts"] for source in part["sources"]}
    of["on the matter"] = len(body)
    hit["on the matter"] = sum(bool(_cites(s, sources) & wanted) for s in body)
    if "gap" in case:
        of["gaps named"] = 1
        hit["gaps named"] = suggestion.abstained or _holds(
            " ".join(suggestion.missing), case["gap"]
        )
        of["abstained"] = not case["parts"]
        hit["abstained"] = suggestion.abstained and not case["parts"]
    if "never" in case:
        of["repeated"] = 1
        hit["repeated"] = any(_holds(s.text, case["never"]) for s in suggestion.segments)
    for rate, key, text in (
        ("said", "says", suggestion.text),
        ("noted", "note", " ".join(suggestion.missing)),
    ):
        if key in case:
            of[rate] = 1
            hit[rate] = _holds(text, case[key])
    return hit, of


def measure(copilot: Copilot, cases: Sequence[Case]) -> list[tuple[Case, Suggestion]]:
    """The suggestion for each case."""
    store = copilot.store()

    async def answers() -> list[tuple[Case, Suggestion]]:
        suggest = copilot.suggester.suggest
        return [
            (case, await suggest(store, conversation_of(case), generator="extractive"))
            for case in cases
        ]

    return asyncio.run(answers())


def _cites(segment: Segment, sources: Mapping[int, str]) -> set[str]:
    return {sources[n] for n in segment.citations}


def _leaves_open(suggestion: Suggestion, case: Case) -> bool:
    """Whether it says that something with an answer has none."""
    open_now = [m for m in suggestion.missing if m.startswith(NO_SOURCE)]
    gap = case.get("gap", ())
    return suggestion.abstained or any(not _holds(m, gap) for m in open_now)


def _is_owed(segment: Segment, suggestion: Suggestion) -> bool:
    """A sentence about a promise or a request of old: not a part of the answer."""
    first = suggestion.citations[segment.citations[0] - 1]
    return first.kind == "interaction" and f"“{first.quote[:20]}" in segment.text


def _holds(text: str, words: Sequence[str]) -> bool:
    return any(word.lower() in text.lower() for word in words)


def _show(case: Case, suggestion: Suggestion) -> None:
    hit, of = scored(case, suggestion)
    marks = ", ".join(f"{name} {hit[name]}/{of[name]}" for name in RATES if of[name])
    out.print(f"\n[bold]{case['id']}[/] {marks}")
    for turn in conversation_of(case).turns:
        out.print(f"  {turn.speaker}: {turn.text}", markup=False)
    for segment in suggestion.segments:
        cited = ", ".join(suggestion.citations[n - 1].source_id for n in segment.citations)
        out.print(f"    > {segment.text} [{cited}]", markup=False)
    for near in suggestion.nearest:
        out.print(f"    ~ {near.title} › {near.heading} [{near.source_id}]", markup=False)
    for warning in suggestion.warnings:
        out.print(f"    ! {warning}", markup=False)
    for gap in suggestion.missing:
        out.print(f"    ? {gap}", markup=False)


def answered_by(firm: Firm, cases: Sequence[Case]) -> list[tuple[Case, Suggestion]]:
    """Ingests a firm into a temporary home and asks its cases."""
    with tempfile.TemporaryDirectory() as home:
        copilot = build(Settings(home=Path(home), model=""))
        run_with_progress(copilot, copilot.store(), [firm.folder / name for name in PARTS])
        answered = measure(copilot, cases)
        asyncio.run(copilot.aclose())
    return answered


def main() -> None:
    """Asks every firm that has a case, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--show", action="store_true", help="print every reply that may be read")
    parser.add_argument("--firm", help="only this firm", choices=[firm.name for firm in firms()])
    parser.add_argument("--split", help="only cases of this split: dev, demo or held")
    parser.add_argument("--only", help="only cases whose id holds this")
    options = parser.parse_args()
    for firm in firms():
        cases = [c for c in read(*firm.cases) if options.split in (None, c["split"])]
        cases = [c for c in cases if options.only is None or options.only in c["id"]]
        if cases and options.firm in (None, firm.name):
            report(answered_by(firm, cases), is_shown=options.show)


def report(answered: Sequence[tuple[Case, Suggestion]], *, is_shown: bool) -> None:
    """Prints the replies that may be read, and each split's figures."""
    for case, suggestion in answered if is_shown else ():
        if not case["split"].endswith(HELD):
            _show(case, suggestion)
    for split in dict.fromkeys(case["split"] for case, _ in answered):
        hit: Counter[str] = Counter()
        of: Counter[str] = Counter()
        for case, suggestion in answered:
            if case["split"] == split:
                more, out_of = scored(case, suggestion)
                hit.update(more)
                of.update(out_of)
        rates = "  ".join(f"{name} {hit[name]}/{of[name]}" for name in RATES if of[name])
        out.print(f"{split:5} {rates}", markup=False)


if __name__ == "__main__":
    main()
