"""Measures redaction: `python -m eval.pii` prints recall by type and false alarms.

Recall is taken on the sentences of ../shared/data/pii, in two halves by index: rules were made
while reading the even ones only. A span is found where at least 60 % of it is covered by a
placeholder; `typed` counts only placeholders of its own type. False alarms are support lines of
ours (eval/cases/redaction_negatives.jsonl) in which anything at all was replaced.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copilot.guardrails.redaction import Redactor, Span

DATA = Path(__file__).resolve().parents[1].parent / "shared/data/pii/synth_dataset_v2.json"
NEGATIVES = Path(__file__).parent / "cases/redaction_negatives.jsonl"
COVERED = 0.6
OURS: Mapping[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": ("EMAIL",),
    "IBAN_CODE": ("IBAN",),
    "CREDIT_CARD": ("CARD",),
    "IP_ADDRESS": ("IP",),
    "PHONE_NUMBER": ("PHONE",),
    "US_SSN": ("NATIONAL_ID",),
    "US_DRIVER_LICENSE": ("NATIONAL_ID",),
    "PERSON": ("NAME",),
    "STREET_ADDRESS": ("ADDRESS",),
}


@dataclass(slots=True)
class Tally:
    """Spans by type: all, found, and found under their own type."""

    all: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)

    def add(self, item: Mapping[str, Any], spans: Sequence[Span]) -> None:
        """Counts one sentence's spans."""
        for true in item["spans"]:
            kind, start, end = true["entity_type"], true["start_position"], true["end_position"]
            self.all[kind] += 1
            self.found[kind] += _covered(spans, start, end) >= COVERED
            own = [span for span in spans if span.kind in OURS.get(kind, ())]
            self.typed[kind] += _covered(own, start, end) >= COVERED


@dataclass(frozen=True, slots=True)
class Alarm:
    """A line without personal data in which something was replaced."""

    kind: str
    text: str
    redacted: str


def measure(path: Path = DATA) -> tuple[Tally, Tally, float]:
    """Recall on the even and the odd half, and sentences per second."""
    items = json.loads(path.read_text("utf-8"))
    halves, redactor = (Tally(), Tally()), Redactor()
    started = time.perf_counter()
    found = [redactor.find(item["full_text"]) for item in items]
    rate = len(items) / (time.perf_counter() - started)
    for index, (item, spans) in enumerate(zip(items, found, strict=True)):
        halves[index % 2].add(item, spans)
    return *halves, rate


def alarms(path: Path = NEGATIVES) -> tuple[list[Alarm], Counter[str]]:
    """False alarms, and how many lines of each kind there are."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    redactor = Redactor()
    found = []
    for line in lines:
        redacted = redactor.redact(line["text"])
        if redacted != line["text"]:
            found.append(Alarm(line["kind"], line["text"], redacted))
    return found, Counter(line["kind"] for line in lines)


def _covered(spans: Sequence[Span], start: int, end: int) -> float:
    places = sum(max(0, min(s.end, end) - max(s.start, start)) for s in spans)
    return places / max(1, end - start)


def _part(n: int, of: int) -> str:
    return f"{n}/{of} = {n / of:.3f}" if of else "0/0"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print_recall(even: Tally, odd: Tally) -> None:
    _say(f"{'type':20} {'even half (developed on)':26} {'odd half (held back)':26} typed, both")
    for kind in sorted(even.all | odd.all, key=lambda k: (k not in OURS, k)):
        both = even.typed[kind] + odd.typed[kind]
        halves = (_part(half.found[kind], half.all[kind]) for half in (even, odd))
        shown = " ".join(f"{part:26}" for part in halves)
        _say(f"{kind:20} {shown} {_part(both, even.all[kind] + odd.all[kind])}")


def main() -> None:
    """Prints recall by type with denominators, then false alarms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="Print every false alarm.")
    options = parser.parse_args()
    if DATA.exists():
        even, odd, rate = measure()
        _print_recall(even, odd)
        _say(f"{rate:.0f} sentences/s")
    else:
        _say(f"{DATA} is absent: no recall.")
    found, kinds = alarms()
    _say(f"false alarms on own support lines: {_part(len(found), sum(kinds.values()))}")
    by_kind = Counter(alarm.kind for alarm in found)
    _say("  " + ", ".join(f"{kind} {by_kind[kind]}/{n}" for kind, n in sorted(kinds.items())))
    for alarm in found if options.show else ():
        _say(f"  {alarm.kind}: {alarm.text} -> {alarm.redacted}")


if __name__ == "__main__":
    main()
