"""Scores assessments against labelled cases: what was offered, missed, told, asked and owed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GROUPS: Mapping[str, tuple[str, ...]] = {
    "entitled_or_free": ("already_entitled", "free_fix", "cheaper_better"),
    "not_a_need": ("information_only", "agent_planted", "not_customer_words", "figurative"),
    "consent": ("declined_recently", "opted_out"),
    "fix_first": (
        "open_complaint", "disruption", "promise_conflict", "open_commitments_first",
        "fraud_or_security",
    ),
    "care": (
        "vulnerability_bereavement", "vulnerability_financial", "vulnerability_health",
        "vulnerability_pressure",
    ),
    "eligibility": ("no_authority", "not_eligible", "no_suitable_product"),
    "ask": ("ask_first",),
}  # fmt: skip
GROUP_OF = {code: group for group, codes in GROUPS.items() for code in codes}
NEARNESS = {
    "surface_now": 3,
    "handoff_sales": 3,
    "surface_after_resolution": 2,
    "hold": 1,
    "log_blocked": 0,
}
VISIBLE = frozenset({"surface_now", "handoff_sales", "surface_after_resolution"})
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; unscored where there was nothing to count."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, or None."""
        return self.hits / self.of if self.of else None

    def interval(self, z: float = 1.96) -> tuple[float, float] | None:
        """The Wilson interval of the share."""
        if not self.of:
            return None
        p, n = self.hits / self.of, self.of
        middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


@dataclass(frozen=True)
class NeedScore:
    """All rates of one run by name, and which cases failed in which way."""

    rates: Mapping[str, Rate]
    care_violations: int
    failures: Mapping[str, tuple[str, ...]]

    def value(self, name: str) -> float | None:
        """The share of that name; None if unscored."""
        return self.rates[name].value


@dataclass
class _Tally:
    counts: dict[str, list[int]] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    care_violations: int = 0

    def add(self, name: str, case: str, *, hit: bool, good: bool = True) -> None:
        count = self.counts.setdefault(name, [0, 0])
        count[0] += hit
        count[1] += 1
        if hit is not good:
            self.failures.setdefault(name, []).append(case)


def words_of(text: str) -> frozenset[str]:
    """The words of a quote, in small letters."""
    return frozenset(re.sub(r"\s+", " ", text.strip().lower()).split())


def same_words(a: Json, b: Json) -> bool:
    """Two quotes of one turn that share at least three words, or all of the shorter label."""
    if a["turn"] != b["turn"]:
        return False
    wanted = words_of(b["quote"])
    return len(words_of(a["quote"]) & wanted) >= min(3, len(b["quote"].split()))


def valid(case: Json, flag: Json) -> bool:
    """Every quote is an exact stretch of 8 to 240 characters of a customer's turn (rule E1)."""
    turns = {t["id"]: t for c in (*case["history"], case) for t in c["turns"]}
    return bool(flag["evidence"]) and all(
        e["turn"] in turns
        and turns[e["turn"]]["speaker"] == "customer"
        and 8 <= len(e["quote"]) <= 240
        and e["quote"] in turns[e["turn"]]["text"]
        for e in flag["evidence"]
    )


def score(cases: Sequence[Json], outputs: Iterable[Json]) -> NeedScore:
    """Compare answers with labels; a missing answer is silence without a reason."""
    answers = {o["case_id"]: o for o in outputs if "case_id" in o}
    tally = _Tally()
    for case in cases:
        answer = answers.get(case["id"], {"flags": []})
        _flags(case, answer, tally)
        _silence(case, answer, tally)
        _question(case, answer, tally)
        _informs(case, answer, tally)
        for key in ("promises", "open_loops"):
            _ledger(case, answer, key, tally)
    rates = {name: Rate(*counts) for name, counts in tally.counts.items()}
    for name in METRICS:
        rates.setdefault(name, Rate(0, 0))
    failures = {name: tuple(ids) for name, ids in tally.failures.items()}
    return NeedScore(rates, tally.care_violations, failures)


METRICS = (
    "precision", "found", "pushy", "evidence_validity", "early", "late", "cheapest_sufficient",
    "oversell", "none_reason", "required_question", "repeat_question", "inform",
    "promises_recall", "promises_precision", "promises_status", "open_loops_recall",
    "open_loops_precision",
)  # fmt: skip


def _flags(case: Json, answer: Json, tally: _Tally) -> None:
    flags, used = list(answer.get("flags", [])), set[int]()
    for flag in flags:
        tally.add("evidence_validity", case["id"], hit=valid(case, flag))
    for label in case["gold"]["flags"]:
        place = next(
            (
                n
                for n, f in enumerate(flags)
                if n not in used
                and valid(case, f)
                and any(same_words(e, g) for e in f["evidence"] for g in label["evidence"])
            ),
            None,
        )
        tally.add("found", case["id"], hit=place is not None)
        if place is not None:
            used.add(place)
            _matched(case["id"], flags[place], label, tally)
    for n in range(len(flags)):
        if n not in used:
            tally.add("precision", case["id"], hit=False)


def _matched(case_id: str, flag: Json, label: Json, tally: _Tally) -> None:
    taken = sorted(flag.get("recommended", []))
    fits = taken in [sorted(a) for a in label["acceptable"]] if label["acceptable"] else not taken
    distance = NEARNESS[flag["disposition"]] - NEARNESS[label["disposition"]]
    tally.add("precision", case_id, hit=bool(fits and distance <= 0))
    tally.add("early", case_id, hit=distance > 0, good=False)
    tally.add("late", case_id, hit=distance < 0, good=False)
    tally.add("oversell", case_id, hit=bool(set(taken) & set(label["forbidden"])), good=False)
    if label["acceptable"]:
        tally.add("cheapest_sufficient", case_id, hit=taken == sorted(label["recommended"]))


def _silence(case: Json, answer: Json, tally: _Tally) -> None:
    if case["kind"] == "positive":
        return
    gold = case["gold"]
    visible = any(f["disposition"] in VISIBLE for f in answer.get("flags", []))
    tally.add("pushy", case["id"], hit=visible, good=False)
    tally.care_violations += visible and GROUP_OF.get(gold["none_reason"]) == "care"
    accepted = {GROUP_OF.get(r) for r in (gold["none_reason"], *gold["none_reason_also"])}
    reason = str(answer.get("none_reason") or "")
    tally.add("none_reason", case["id"], hit=bool(reason) and GROUP_OF.get(reason) in accepted)


def _question(case: Json, answer: Json, tally: _Tally) -> None:
    wanted = case["gold"]["question"]
    asked = bool(answer.get("question"))
    if wanted and wanted["required"]:
        tally.add("required_question", case["id"], hit=asked)
    elif wanted and wanted["forbidden"]:
        tally.add("repeat_question", case["id"], hit=asked, good=False)


def _informs(case: Json, answer: Json, tally: _Tally) -> None:
    told = {i["source"] for i in answer.get("inform", [])}
    for label in case["gold"]["inform"]:
        if label["kind"] != "process":
            tally.add("inform", case["id"], hit=label["source"] in told)


def _ledger(case: Json, answer: Json, key: str, tally: _Tally) -> None:
    entries = list(answer.get(key, []))
    for label in case["gold"][key]:
        entry = next((e for e in entries if same_words(e, label)), None)
        tally.add(f"{key}_recall", case["id"], hit=entry is not None)
        if entry is None:
            continue
        entries.remove(entry)
        tally.add(f"{key}_precision", case["id"], hit=True)
        if key == "promises":
            tally.add("promises_status", case["id"], hit=entry["status"] == label["status"])
    for _ in entries:
        tally.add(f"{key}_precision", case["id"], hit=False)
