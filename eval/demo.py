"""Measures ledgers and needs on the demo company's labels, through the whole product.

`python -m eval.demo` ingests the demo into a temporary home, replays every interaction as the
conversation in progress with only earlier contacts known, and prints figures with denominators.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from copilot.bootstrap import Copilot, build
from copilot.config import ROOT, Settings
from copilot.db import TenantStore
from copilot.domain import Conversation, Interaction
from copilot.needs import Assessment
from copilot.needs.output import VISIBLE
from copilot.story import Story, started, story_of
from copilot.suggester.casefile import case_of
from ingest.cli import run_with_progress

DEMO = ROOT / "demo"
PARTS = ("articles", "catalogue.csv", "customers.json", "interactions.jsonl")
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
Label = Mapping[str, Any]
out = Console(highlight=False)


@dataclass(slots=True)
class Tally:
    """What was found against what is labelled."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)

    def show(self, name: str) -> None:
        """One line with denominators."""
        found, gold, hit = (self.counts[key] for key in ("found", "gold", "hit"))
        right = self.counts["status"]
        line = f"{name:<12} recall {hit}/{gold}  precision {self.counts['true']}/{found}"
        out.print(line + (f"  status {right}/{hit}" if right else ""))


def overlaps(one: str, other: str) -> bool:
    """Whether two quotes share half of the shorter one."""
    a, b = (" ".join(text.lower().split()).strip(" .!?,;") for text in (one, other))
    if a in b or b in a:
        return True
    words, others = set(a.split()), set(b.split())
    return len(words & others) >= 0.6 * min(len(words), len(others))


def compare(found: Sequence[Any], labels: Sequence[Label], source: str) -> Tally:
    """Ledger entries (all contacts of one customer) against labels by contact, turn and words."""
    tally = Tally(Counter(found=len(found), gold=len(labels)))
    for label in labels:
        same = [
            entry
            for entry in found
            if (entry.conversation_id, entry.turn) == (label["interaction"], label["turn"])
            and overlaps(entry.quote, label["quote"])
        ]
        tally.counts["hit"] += bool(same)
        tally.counts["status"] += any(entry.status == label["status"] for entry in same)
        if not same:
            tally.misses.append(f"{source}: {label['quote']}")
        elif all(entry.status != label["status"] for entry in same):
            got = same[0].status
            tally.misses.append(f"{source} {label['status']} not {got}: {label['quote']}")
    for entry in found:
        same_turn = [
            label
            for label in labels
            if (label["interaction"], label["turn"]) == (entry.conversation_id, entry.turn)
            and overlaps(entry.quote, label["quote"])
        ]
        tally.counts["true"] += bool(same_turn)
        if not same_turn:
            tally.extras.append(f"{entry.conversation_id} {entry.status}: {entry.quote}")
    return tally


def matters(tally: Tally, found: Sequence[Any], labels: Sequence[Label]) -> Tally:
    """Open loops by the matter: entries with the same `what` of one customer are one of them."""
    groups: dict[str, list[Label]] = {}
    for label in labels:
        groups.setdefault(label["what"], []).append(label)
    seen = {
        what: [e for e in found if any(same_turn(e, label) for label in group)]
        for what, group in groups.items()
    }
    tally.counts["gold"] = len(groups)
    tally.counts["hit"] = sum(bool(entries) for entries in seen.values())
    tally.counts["status"] = sum(
        any(e.status == groups[what][-1]["status"] for e in entries)
        for what, entries in seen.items()
    )
    tally.misses = [f"{groups[what][0]['interaction']}: {what}" for what in seen if not seen[what]]
    return tally


def same_turn(entry: Any, label: Label) -> bool:  # noqa: ANN401 - a promise or a loop
    """The entry quotes the words of the label."""
    here = (entry.conversation_id, entry.turn) == (label["interaction"], label["turn"])
    return here and overlaps(entry.quote, label["quote"])


def ledgers(copilot: Copilot, store: TenantStore, labels: Mapping[str, Any]) -> dict[str, Tally]:
    """Promises and open loops of every customer as of the day of the labels."""
    totals = {"promises": Tally(), "open_loops": Tally()}
    owner = {i.source_id: i.customer_id for i in store.sources.iterate("interaction")}
    for customer in store.records.customers():
        story = story_of(store, customer.customer_id)
        scene = copilot.ledgers.read(store, story, as_of=AS_OF)
        for name, found in (("promises", scene.promises), ("open_loops", scene.loops)):
            gold = [x for x in labels[name] if owner[x["interaction"]] == customer.customer_id]
            tally = compare(found, gold, customer.customer_id)
            if name == "open_loops":
                tally = matters(tally, found, gold)
            totals[name].counts += tally.counts
            totals[name].misses += tally.misses
            totals[name].extras += tally.extras
    return totals


def replayed(copilot: Copilot, store: TenantStore) -> Iterator[tuple[Interaction, Assessment]]:
    """Each interaction as the conversation in progress, with the earlier contacts only."""
    for interaction in store.sources.iterate("interaction"):
        turns = tuple(turn for turn in interaction.turns if turn.visibility == "public")
        conversation = Conversation(
            turns, interaction.source_id, interaction.channel, interaction.customer_id
        )
        story = story_of(store, interaction.customer_id)
        earlier = tuple(c for c in story.contacts if started(c) < started(interaction))
        evidence = copilot.retriever.evidence(store, conversation)
        as_of = max((t.at for t in turns if t.at), default=started(interaction))
        case = case_of(
            conversation,
            as_known_then(replace(story, contacts=earlier), interaction, last=story.contacts[-1]),
            catalogue=copilot.suggester.catalogue.of(store).products,
            knowledge=evidence.documents,
            as_of=as_of,
        )
        yield interaction, copilot.engine.assess(case)


def as_known_then(story: Story, interaction: Interaction, *, last: Interaction) -> Story:
    """The records as they stood before that contact: the file holds only those of today.

    Things owned and offers refused carry a date; an open case does not, and is taken to belong to
    the customer's last contact. Care codes and objections stay: nothing is loosened.
    """
    day = started(interaction).date()
    records = tuple(
        replace(
            record,
            entitlements=tuple(e for e in record.entitlements if e.since is None or e.since < day),
            recent_offers=tuple(
                offer for offer in record.recent_offers if str(offer["at"]) < day.isoformat()
            ),
            open_cases=record.open_cases if interaction.source_id == last.source_id else (),
        )
        for record in story.records
    )
    main = next(
        (r for r in records if story.customer and r.customer_id == story.customer.customer_id), None
    )
    return replace(story, records=records, customer=main)


def needs(copilot: Copilot, store: TenantStore, labels: Mapping[str, Any]) -> None:
    """Flags against labelled needs and hard negatives, printed with every mistake."""
    gold: dict[str, list[Label]] = {}
    for label in labels["needs"]:
        gold.setdefault(label["interaction"], []).append(label)
    negatives = {x["interaction"]: x["none_reason"] for x in labels["hard_negatives"]}
    counts: Counter[str] = Counter()
    for interaction, assessment in replayed(copilot, store):
        source = interaction.source_id
        shown = [flag for flag in assessment.flags if flag.disposition in VISIBLE]
        counts["visible"] += len(shown)
        wanted = gold.get(source, [])
        counts["gold"] += len(wanted)
        quotes = [e.quote for flag in assessment.flags for e in flag.evidence]
        hit = sum(any(overlaps(q, want["quote"]) for q in quotes) for want in wanted)
        counts["found"] += hit
        if not wanted and shown:
            counts["unlabelled"] += 1
            out.print(f"[yellow]flag[/] {source}: {shown[0].need} ← {quotes[0]}")
        if source in negatives:
            counts["negatives"] += 1
            counts["pushy"] += bool(shown)
            counts["reason"] += assessment.none_reason == negatives[source]
        if hit < len(wanted):
            why = assessment.none_reason
            out.print(f"[dim]missed {source} ({why}): {wanted[0]['quote'][:90]}[/]")
    out.print(
        f"needs found {counts['found']}/{counts['gold']}, visible flags {counts['visible']}, "
        f"in {counts['unlabelled']} contacts without a labelled need; pushy on "
        f"{counts['pushy']}/{counts['negatives']} hard negatives, same reason "
        f"{counts['reason']}/{counts['negatives']}"
    )


def main() -> None:
    """Prints all figures of the demo."""
    labels = json.loads((DEMO / "labels.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        copilot = build(Settings(home=Path(folder), model=""))
        store = copilot.store()
        run_with_progress(copilot, store, [DEMO / part for part in PARTS], quiet=True)
        for name, tally in ledgers(copilot, store, labels).items():
            for line in tally.misses:
                out.print(f"[dim]missed {line}[/]")
            for line in tally.extras:
                out.print(f"[yellow]extra {line}[/]")
            tally.show(name)
        needs(copilot, store, labels)
        copilot.keeper.close()
        copilot.database.close()


if __name__ == "__main__":
    main()
