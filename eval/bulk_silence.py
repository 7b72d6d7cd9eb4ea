"""Runs the need engine over real conversations with an invented catalogue and lists every flag.

The catalogue sells extras, not the service that the conversations themselves are about. The
command prints the visible flags per 1,000 conversations with the exact upper bound, and every
flagged one, so that a person can read them all.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.config import ROOT
from copilot.needs import Assessment, NeedEngine, parse_case

DATA = ROOT.parent / "shared" / "data"
AS_OF = "2026-05-08T12:00:00Z"
_SPOKEN = re.compile(r"^(user|assistant|tool): ", re.M)


@dataclass(frozen=True, slots=True)
class Heard:
    """A conversation as the data has it: who said what."""

    source: str
    id: str
    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A flag that was raised, for a person to read."""

    source: str
    id: str
    disposition: str
    quote: str
    recommended: tuple[str, ...]


def product(
    sku: str, name: str, price: float, features: str, period: str = "once"
) -> dict[str, Any]:
    """A line of the invented catalogue."""
    return {
        "sku": sku,
        "name": name,
        "price": price,
        "currency": "USD",
        "period": period,
        "features": features,
        "requires": "",
        "status": "available",
    }


CATALOGUE: dict[str, list[dict[str, Any]]] = {
    "star": [
        product("STAR-HOTEL", "Hotel breakfast", 14, "breakfast at the hotel, one guest"),
        product("STAR-SUITE", "Suite upgrade", 90, "a larger room with a view, one night"),
        product("STAR-RIDE", "Ride subscription", 19, "cheaper rides and taxis", "month"),
        product("STAR-TABLE", "Restaurant dinner card", 50, "dinner in any restaurant"),
        product("STAR-BANK", "Bank alerts", 3, "fraud alerts for a bank account", "month"),
        product("STAR-DOC", "Doctor hotline", 12, "talk to a doctor at any hour", "month"),
        product("STAR-TRIP", "Trip insurance", 25, "insurance for a plane trip"),
        product("STAR-PARTY", "Party photographer", 120, "photos of a party, 50 guests"),
        product("STAR-FLAT", "Apartment finder plus", 30, "apartment offers, seen early"),
        product("STAR-RAIN", "Umbrella", 22, "umbrella against rain and sun"),
    ],
    "airline": [
        product("AIR-BAG", "Extra checked bag", 50, "one checked bag on one flight"),
        product("AIR-INS", "Travel insurance", 30, "travel insurance, one passenger"),
        product("AIR-SEAT", "Extra legroom seat", 40, "seat with legroom on one flight"),
        product("AIR-CLUB", "Lounge pass", 35, "lounge visit at any airport"),
        product("AIR-BIZ", "Business upgrade", 400, "business cabin on one flight"),
    ],
    "retail": [
        product("RET-CARE", "Protection plan", 29, "two more years of warranty for an item"),
        product("RET-GIFT", "Gift wrapping", 5, "gift wrapping for one item"),
        product("RET-PRIME", "Fast delivery", 9, "faster delivery of every order", "month"),
        product("RET-BOTTLE", "Water bottle set", 39, "two water bottles"),
        product("RET-LAMP", "Desk lamp", 59, "desk lamp with a dimmer"),
        product("RET-SHOE", "Shoe care", 15, "care for running and hiking shoes"),
    ],
}  # fmt: skip


def conversations(source: str, data: Path) -> Iterator[Heard]:
    """The conversations of one data set, customer and agent turns only."""
    if source == "star":
        yield from _star(data / "star" / "dev.jsonl.gz")
    elif source == "airline":
        yield from _airline(data / "airline" / "trajectories.jsonl.gz")
    else:
        yield from _retail(data / "retail" / "chats.jsonl")


def _star(path: Path) -> Iterator[Heard]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            turns = tuple((t["speaker"], t["text"]) for t in record["turns"])
            yield Heard("star", record["id"], turns)


def _airline(path: Path) -> Iterator[Heard]:
    speakers = {"user": "customer", "assistant": "agent"}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            turns = tuple(
                (speakers[m["role"]], m["content"])
                for m in record["traj"]
                if m.get("role") in speakers and m.get("content")
            )
            yield Heard("airline", f"{record['task_id']}/{record['trial']}", turns)


def _retail(path: Path) -> Iterator[Heard]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            pieces = _SPOKEN.split(json.loads(line)["messages_display"])[1:]
            said = zip(pieces[::2], pieces[1::2], strict=False)
            turns = tuple(
                ("customer" if who == "user" else "agent", text.strip())
                for who, text in said
                if who != "tool" and text.strip() not in ("", "None")
            )
            yield Heard("retail", str(number), turns)


def assess(engine: NeedEngine, heard: Heard) -> Assessment:
    """A conversation as a case of a customer who owns nothing and allows offers: the worst case."""
    turns = [
        {
            "id": f"t{n}",
            "speaker": who,
            "text": text,
            "role": None if who == "customer" else "service",
        }
        for n, (who, text) in enumerate(heard.turns, 1)
    ]
    case = {
        "id": f"{heard.source}/{heard.id}",
        "as_of": AS_OF,
        "customer": {"consent": {"marketing": True}},
        "catalogue": CATALOGUE[heard.source],
        "turns": turns,
    }
    return engine.assess(parse_case(case))


def run(source: str, data: Path, *, limit: int = 0) -> tuple[int, list[Finding]]:
    """How many conversations were read, and every flag raised over them."""
    engine, read, found = NeedEngine(), 0, []
    for heard in conversations(source, data):
        if not heard.turns:
            continue
        read += 1
        for flag in assess(engine, heard).flags:
            quote = flag.evidence[0].quote
            found.append(Finding(source, heard.id, flag.disposition, quote, flag.recommended))
        if limit and read >= limit:
            break
    return read, found


def upper_bound(hits: int, of: int, *, confidence: float = 0.95) -> float:
    """The exact one-sided upper bound of a rate, found by halving."""
    if hits >= of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(hits, of, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, of: int, p: float) -> float:
    """The chance of at most so many hits at this rate."""
    term = (1 - p) ** of
    total = term
    for k in range(hits):
        term *= (of - k) / (k + 1) * p / (1 - p) if p < 1 else 0.0
        total += term
    return total


def main(argv: list[str] | None = None) -> int:
    """Print rates per data set and list every flagged conversation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=int, default=0, help="conversations per set; 0 = all")
    parser.add_argument("--sets", nargs="+", default=list(CATALOGUE), choices=list(CATALOGUE))
    args = parser.parse_args(argv)
    if not args.data.is_dir():
        sys.stderr.write(f"There is no data at {args.data}; name it with --data.\n")
        return 2
    for source in args.sets:
        read, found = run(source, args.data, limit=args.limit)
        shown = [f for f in found if f.disposition not in ("hold", "log_blocked")]
        calls = len({f.id for f in shown})
        rate, bound = 1000 * calls / read, 1000 * upper_bound(calls, read)
        sys.stdout.write(
            f"{source}: {read} conversations, visible flags per 1,000: {rate:.1f} "
            f"(95 % bound {bound:.1f}), held or logged: {len(found) - len(shown)}\n"
        )
        for f in found:
            name = "+".join(f.recommended) or "-"
            sys.stdout.write(f"  {f.id} {f.disposition} {name}: {f.quote!r}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
