"""A scripted model that reads need cases rightly, in the recorded shapes of our four prompts.

It answers from the labels of the cases, so that what is tested is everything around the reading:
the wire, the checks of quotes and facts, the votes, the gates and the search for the cheapest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from copilot.needs.catalogue import amounts

CARE = {
    "vulnerability_bereavement": "bereavement",
    "vulnerability_financial": "financial",
    "vulnerability_health": "health",
    "vulnerability_pressure": "pressure",
}


class OracleReader:
    """Called with the body of a chat request; knows its cases by their words."""

    def __init__(self, cases: Sequence[Mapping[str, Any]], *, mangle: Any = None) -> None:
        self._cases = list(cases)
        self._mangle = mangle
        self.asked: list[str] = []

    def __call__(self, body: Mapping[str, Any]) -> str:
        system, user = (str(m["content"]) for m in body["messages"][:2])
        name = prompt_of(system)
        self.asked.append(name)
        case = max(self._cases, key=lambda c: _overlap(c, user))
        answer = {"propose": _reading, "verify": _verdict, "fit": _fit, "ledger": _ledger}[name](
            case, user
        )
        if self._mangle is not None:
            answer = self._mangle(name, answer)
        return json.dumps(answer, ensure_ascii=False)


def prompt_of(system: str) -> str:
    if system.startswith("You read a conversation"):
        return "propose"
    if system.startswith("You check"):
        return "verify"
    return "fit" if system.startswith("You read product texts") else "ledger"


def _overlap(case: Mapping[str, Any], user: str) -> int:
    return sum(len(t["text"]) for t in case["turns"] if t["text"] in user) + sum(
        len(q["quote"]) for f in case["gold"]["flags"] for q in f["evidence"] if q["quote"] in user
    )


def _reading(case: Mapping[str, Any], _user: str) -> dict[str, Any]:
    gold = case["gold"]
    none = gold["none_reason"] or "none"
    asks = bool(gold["question"] and gold["question"]["required"])
    change = case["turns"][0]["text"] if gold["question"] else ""
    conflict = none == "promise_conflict"
    return {
        "state": {
            "care": [CARE[none]] if none in CARE else [],
            "issue": "open" if none in ("open_complaint", "disruption") else "none",
            "complaint": none == "open_complaint" or conflict,
            "disruption": none == "disruption",
            "fraud": none == "fraud_or_security",
            "authority": "not_authorised" if none == "no_authority" else "holder",
            "objection": none == "opted_out",
            "change_quote": change,
            "change_reason_known": bool(change) and not asks,
        },
        "needs": [_need(case, flag) for flag in gold["flags"]],
        "free": [],
        "informs": [dict(i) for i in gold["inform"]],
        "none_reason": none,
    }


def _need(case: Mapping[str, Any], flag: Mapping[str, Any]) -> dict[str, Any]:
    disposition = flag["disposition"]
    return {
        "need": flag["need"],
        "type": flag["need_type"],
        "quotes": [{**q, "role": "want"} for q in flag["evidence"]],
        "constraints": [_constraint(text) for text in flag["constraints"]],
        "explicit": flag["need_type"] == "stated",
        "agent_raised_first": False,
        "new_information": True,
        "for_other": False,
        "own_date": flag["release_when"] if disposition == "hold" else "",
        "condition": flag["release_when"] if disposition == "surface_after_resolution" else "",
        "benefit": flag["need"],
        "second_source": "",
        "consent_quote": flag["evidence"][-1]["quote"] if disposition == "handoff_sales" else "",
        "regulated": disposition == "handoff_sales",
        "missing": "none",
    }


def _constraint(text: str) -> dict[str, Any]:
    found = next(iter(amounts(text)), None)
    kind = "feature" if found is None else "quantity"
    return {
        "kind": kind,
        "text": text,
        "amount": found.value if found else 0,
        "unit": found.unit if found else "",
        "basis": "total",
    }


def _verdict(_case: Mapping[str, Any], _user: str) -> dict[str, Any]:
    return {"verdict": "need", "why": "their own words"}


def _fit(case: Mapping[str, Any], user: str) -> dict[str, Any]:
    flags = case["gold"]["flags"]
    flag = next((f for f in flags if any(q["quote"] in user for q in f["evidence"])), None)
    if flag is None:
        return {"products": []}
    return {"products": [_product(p, flag) for p in case["catalogue"]]}


def _product(product: Mapping[str, Any], flag: Mapping[str, Any]) -> dict[str, Any]:
    good = any(product["sku"] in bundle for bundle in flag["acceptable"])
    cheaper = not good and flag["need_type"] != "blocked"
    verdict = "unmet" if cheaper else "met"
    checks = [
        {"constraint": n, "verdict": verdict, "fact": "" if cheaper else product["features"]}
        for n in range(len(flag["constraints"]))
    ]
    given = next(iter(amounts(product["features"])), None)
    return {
        "sku": product["sku"],
        "serves": "yes"
        if good or product["status"] != "available" or product["requires"]
        else "no",
        "checks": checks,
        "provides": given.value if given else 0,
        "adds": True,
        "conditions": _conditions(flag),
    }


def _conditions(flag: Mapping[str, Any]) -> dict[str, str]:
    """What keeps a blocked need from being met stands in the words that are quoted for it."""
    if flag["need_type"] != "blocked":
        return {"verdict": "unknown", "source": "", "fact": ""}
    said = flag["evidence"][-1]
    return {"verdict": "unmet", "source": said["turn"], "fact": said["quote"]}


def _ledger(case: Mapping[str, Any], _user: str) -> dict[str, Any]:
    gold = case["gold"]
    return {
        "promises": [
            {
                "turn": p["turn"],
                "quote": p["quote"],
                "what": p["what"],
                "due_words": "",
                "status": p["status"] if p["status"] != "overdue" else "open",
                "evidence": "",
                "conflict_with": p["conflict_with"] or "",
            }
            for p in gold["promises"]
        ],
        "open_requests": [
            {k: loop[k] for k in ("turn", "quote", "what", "times_asked")}
            for loop in gold["open_loops"]
        ],
    }
