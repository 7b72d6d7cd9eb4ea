"""Measures ledgers and needs on the demo company's labels, through the whole product.

`python -m eval.demo` ingests the demo into a temporary home, plays every interaction turn by turn,
as the conversation in progress with only earlier contacts known, and prints figures with their
denominators.
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
from copilot.needs.output import VISIBLE, Flag
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


def played(
    copilot: Copilot, store: TenantStore
) -> Iterator[tuple[Interaction, list[tuple[str, Assessment]]]]:
    """Each interaction after every turn of the customer, with the earlier contacts only."""
    for interaction in store.sources.iterate("interaction"):
        turns = tuple(turn for turn in interaction.turns if turn.visibility == "public")
        story = story_of(store, interaction.customer_id)
        earlier = tuple(c for c in story.contacts if started(c) < started(interaction))
        known = as_known_then(
            replace(story, contacts=earlier), interaction, last=story.contacts[-1]
        )
        seen = []
        for place, turn in enumerate(turns, start=1):
            if turn.speaker != "customer":
                continue
            conversation = Conversation(
                turns[:place], interaction.source_id, interaction.channel, interaction.customer_id
            )
            case = case_of(
                conversation,
                known,
                catalogue=copilot.suggester.catalogue.of(store).products,
                knowledge=copilot.retriever.evidence(store, conversation).documents,
                as_of=max((t.at for t in turns[:place] if t.at), default=started(interaction)),
            )
            seen.append((turn.id, copilot.engine.assess(case)))
        yield interaction, seen


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
    """Flags at any turn against labelled needs and hard negatives, printed with every mistake."""
    gold: dict[str, list[Label]] = {}
    for label in labels["needs"]:
        gold.setdefault(label["interaction"], []).append(label)
    negatives = {x["interaction"]: x["none_reason"] for x in labels["hard_negatives"]}
    counts: Counter[str] = Counter()
    for interaction, seen in played(copilot, store):
        source, wanted = interaction.source_id, gold.get(interaction.source_id, [])
        flags = [(turn, flag) for turn, assessment in seen for flag in assessment.flags]
        shown = [(turn, flag) for turn, flag in flags if flag.disposition in VISIBLE]
        counts["gold"] += len(wanted)
        for want in wanted:
            found, visible = _match(flags, want), _match(shown, want)
            counts["found"] += bool(found)
            counts["visible"] += bool(visible)
            counts["exact"] += any(_exact(flag, want) for flag in visible)
            if not found:
                reasons = ", ".join(f"{turn} {a.none_reason}" for turn, a in seen)
                out.print(f"[dim]missed {source} ({reasons}): {want['quote'][:90]}[/]")
            elif visible and not any(_exact(flag, want) for flag in visible):
                got = visible[-1].recommended
                out.print(f"[dim]bundle {source}: {' '.join(got)} for {want['recommended']}[/]")
        if shown and not any(_match(shown, want) for want in wanted):
            counts["unlabelled"] += 1
            turn, flag = shown[0]
            out.print(f"[yellow]flag[/] {source} {turn}: {flag.recommended} ← {flag.need}")
        if source in negatives:
            counts["negatives"] += 1
            counts["pushy"] += bool(shown)
            last = seen[-1][1].none_reason if seen else None
            counts["reason"] += last == negatives[source]
    out.print(
        f"needs found {counts['found']}/{counts['gold']}, shown {counts['visible']}, of these with "
        f"the labelled bundle {counts['exact']}; shown without a labelled need in "
        f"{counts['unlabelled']} contacts; pushy on {counts['pushy']}/{counts['negatives']} hard "
        f"negatives at any turn, same reason {counts['reason']}/{counts['negatives']}"
    )


def _match(flags: Sequence[tuple[str, Flag]], want: Label) -> list[Flag]:
    """The flags that quote the words of the label."""
    return [f for _, f in flags if any(overlaps(e.quote, want["quote"]) for e in f.evidence)]


def _exact(flag: Flag, want: Label) -> bool:
    return sorted(flag.recommended) == sorted(want["recommended"])


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
