"""Twins of a need case that differ in one thing, and what the decision must then do."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Effect = Literal["flag_dies", "not_visible", "nothing_kept", "recommendation_follows"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Twin:
    """A case with one thing changed. `expected` is what must become of its flag."""

    name: str
    case: Json
    expected: Effect
    sku: str = ""


def twins(case: Mapping[str, Any], flag: Mapping[str, Any]) -> Iterator[Twin]:
    """All twins of a case whose flag recommends something for sale."""
    if not flag.get("recommended"):
        return
    yield owned(case, flag)
    yield issue_open(case)
    yield care_code(case)
    yield opted_out(case)
    yield planted(case, flag)
    yield without_evidence(case, flag)
    swapped = price_swapped(case, flag)
    if swapped is not None:
        yield swapped


def owned(case: Mapping[str, Any], flag: Mapping[str, Any]) -> Twin:
    """Their plan has a part that does it, at no cost."""
    twin = _copy(case)
    product = next(p for p in twin["catalogue"] if p["sku"] in flag["recommended"])
    text = f"{product['name']} is included free of charge in what you have. {product['features']}."
    twin["knowledge"].append({"id": "K-TWIN", "text": text})
    return Twin("the help is free", twin, "flag_dies")


def issue_open(case: Mapping[str, Any]) -> Twin:
    """Something of ours is broken and stays so."""
    twin = _copy(case)
    twin["customer"]["state"]["open_cases"] = ["fault reported this morning"]
    for turn in twin["turns"]:
        if turn["speaker"] == "customer":
            turn["text"] = turn["text"].replace("Works, thank you.", "").strip() or "Hello."
    return Twin("an issue is open", twin, "not_visible")


def care_code(case: Mapping[str, Any]) -> Twin:
    """A care code stands on file."""
    twin = _copy(case)
    twin["customer"]["state"]["vulnerability"] = ["bereavement"]
    return Twin("a care code is on file", twin, "flag_dies")


def opted_out(case: Mapping[str, Any]) -> Twin:
    """They say that they want no offers."""
    twin = _copy(case)
    twin["customer"]["state"]["do_not_sell"] = True
    twin["customer"]["consent"]["marketing"] = False
    twin["turns"].append(_turn(case, "customer", "And please stop sending me offers."))
    return Twin("they object", twin, "nothing_kept")


def planted(case: Mapping[str, Any], flag: Mapping[str, Any]) -> Twin:
    """The agent has the idea; the customer merely says yes, maybe."""
    twin = _copy(case)
    product = next(p for p in twin["catalogue"] if p["sku"] in flag["recommended"])
    pitch = f"Have you thought about our {product['name']}? You must need it."
    twin["turns"] = [
        _turn(case, "customer", "Hello, what are your opening hours?", place=1),
        _turn(case, "agent", pitch, place=2),
        _turn(case, "customer", f"Yeah, maybe I'd like a {product['name']}.", place=3),
    ]
    return Twin("the agent planted it", twin, "flag_dies")


def without_evidence(case: Mapping[str, Any], flag: Mapping[str, Any]) -> Twin:
    """The turns that were quoted are gone."""
    twin = _copy(case)
    quoted = {e["turn"] for e in flag["evidence"]}
    twin["turns"] = [t for t in twin["turns"] if t["id"] not in quoted]
    twin["turns"] = twin["turns"] or [_turn(case, "customer", "Hello?")]
    return Twin("the quoted turn is gone", twin, "flag_dies")


def price_swapped(case: Mapping[str, Any], flag: Mapping[str, Any]) -> Twin | None:
    """A dearer rival with the same text becomes the cheaper one."""
    twin = _copy(case)
    first = flag["recommended"][0]
    if len(set(flag["recommended"])) != 1:
        return None
    product = next(p for p in twin["catalogue"] if p["sku"] == first)
    rival = {**product, "sku": "TWIN-RIVAL", "price": max(product["price"] / 2, 0)}
    if not product["price"]:
        return None
    twin["catalogue"].append(rival)
    return Twin("a rival is cheaper", twin, "recommendation_follows", "TWIN-RIVAL")


def _copy(case: Mapping[str, Any]) -> Json:
    return copy.deepcopy({k: v for k, v in case.items() if k not in ("gold", "kind")})


def _turn(case: Mapping[str, Any], speaker: str, text: str, *, place: int = 99) -> Json:
    role = {"role": "service"} if speaker == "agent" else {}
    return {"id": f"twin{place}", "at": case["as_of"], "speaker": speaker, "text": text, **role}
