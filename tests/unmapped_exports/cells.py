"""Invented exports with the column names of real products, and which column is which field.

Each column is (its name, our field or "", its values). What is marked with a field is what a
person would map; the rest are columns that must not be taken for one.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Cell = Callable[[int, int], Any]  # (ticket, message) -> value
PEOPLE = ("Ana Silva", "Jonas Weber", "Marie Dubois", "Luis Ortega", "Tom Reed", "Eva Novak")
STAFF = ("Sam Ortiz", "Kim Lund")
SAID = (
    "Hello, since the update my hub does not connect any more. I restarted it twice, no change.",
    "I am sorry about that. Please hold the reset pin for ten seconds and pair it again.",
    "That worked, thank you! Could you also tell me when the replacement valve will be sent?",
)
START = datetime(2026, 1, 13, 9, 5, tzinfo=UTC)


def person(t: int) -> str:
    return PEOPLE[t % len(PEOPLE)]


def is_agent(m: int) -> bool:
    return m % 3 == 1


def when(form: str, minutes: int = 0) -> Cell:
    def cell(t: int, m: int) -> str:
        at = START + timedelta(days=3 * t, minutes=7 * m + minutes)
        if form == "ms":
            return str(int(at.timestamp() * 1000))
        return at.strftime(form)

    return cell


ISO, SPACED, US, GERMAN, FRENCH = (
    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M",
)  # fmt: skip


def ticket(form: str) -> Cell:
    return lambda t, _m: form.format(4100 + 7 * t)


def message(form: str) -> Cell:
    return lambda t, m: form.format(90_000 + 10 * t + m)


def who(customer: str, agent: str) -> Cell:
    return lambda _t, m: agent if is_agent(m) else customer


def seen(public: Any, internal: Any) -> Cell:
    return lambda t, m: internal if t % 3 == 2 and m == 1 else public


def said(form: str = "{}") -> Cell:
    return lambda t, m: form.format(f"{SAID[m % 3]} ({t})")


def opened(t: int, _m: int) -> str:
    return f"{SAID[0]} My number is {t}."


def answer(t: int, _m: int) -> str:
    return f"{SAID[1]} We have noted it for case {t}." if t % 4 else ""


def author(_t: int, m: int) -> str:
    return STAFF[_t % 2] if is_agent(m) else person(_t)


def customer(t: int, _m: int) -> str:
    return person(t)


def email(t: int, _m: int) -> str:
    return person(t).lower().replace(" ", ".") + "@mail.test"


def author_email(t: int, m: int) -> str:
    return f"{STAFF[t % 2].split()[0].lower()}@acme.test" if is_agent(m) else email(t, m)


def agent(t: int, _m: int) -> str:
    return STAFF[t % 2]


def one_of(*choices: Any) -> Cell:
    return lambda t, _m: choices[t % len(choices)]


def number(step: int, base: int = 0) -> Cell:
    return lambda t, _m: str(base + step * (t % 6))


def subject(t: int, _m: int) -> str:
    return ("Hub offline", "Valve E23", "Refund for my order", "Wrong delivery")[t % 4]


@dataclass(frozen=True)
class Export:
    """A file of a product nobody declared; `per_ticket` means one row for each ticket."""

    name: str
    columns: tuple[tuple[str, str, Cell], ...]
    per_ticket: bool = False
    suffix: str = ".csv"
    delimiter: str = ","

    def truth(self) -> dict[str, str]:
        """Our field -> the column that holds it."""
        return {field: name for name, field, _ in self.columns if field}

    def write(self, folder: Path) -> Path:
        """The file as the product would export it."""
        path = folder / f"{self.name}{self.suffix}"
        places = [(t, m) for t in range(14) for m in range(1 if self.per_ticket else 3)]
        rows = [{name: cell(t, m) for name, _, cell in self.columns} for t, m in places]
        with path.open("w", encoding="utf-8", newline="") as file:
            if self.suffix == ".jsonl":
                file.writelines(json.dumps(_nested(row)) + "\n" for row in rows)
            else:
                writer = csv.DictWriter(
                    file, [c[0] for c in self.columns], delimiter=self.delimiter
                )
                writer.writeheader()
                writer.writerows(rows)
        return path


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        *parents, last = name.split(".")
        here = found
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = value
    return found
