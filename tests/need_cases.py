"""A small need case to bend: one customer, one plain request, one product that serves it."""

from __future__ import annotations

from typing import Any

from copilot.needs import Assessment, NeedEngine, parse_case

ENGINE = NeedEngine()
LAMP = {
    "sku": "LAMP", "name": "Reading lamp", "price": 40, "currency": "EUR", "period": "once",
    "features": "lamp with a clamp", "requires": "", "status": "available",
}  # fmt: skip


def product(sku: str, name: str, price: float | None, features: str, **more: Any) -> dict[str, Any]:
    return {**LAMP, "sku": sku, "name": name, "price": price, "features": features, **more}


def case(*turns: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """A case with these turns (speaker, text); keywords replace parts of customer or case."""
    said = turns or (("customer", "I'd like a reading lamp for my bed."),)
    customer: dict[str, Any] = {
        "id": "C-1",
        "segment": "consumer",
        "facts": changes.pop("facts", []),
        "entitlements": changes.pop("entitlements", []),
        "consent": changes.pop("consent", {"marketing": True}),
        "state": {
            "open_cases": [], "vulnerability": [], "recent_offers": [], "do_not_sell": False,
            **changes.pop("state", {}),
        },
    }  # fmt: skip
    customer.update(changes.pop("customer", {}))
    return {
        "schema_version": "1.0",
        "id": "case",
        "industry": "retail",
        "channel": "chat",
        "as_of": "2026-05-08T12:00:00Z",
        "customer": customer,
        "catalogue": [LAMP],
        "knowledge": [],
        "history": [],
        "turns": [turn(n, who, text) for n, (who, text) in enumerate(said, 1)],
        **changes,
    }


def turn(number: int, who: str, text: str, *, prefix: str = "t") -> dict[str, Any]:
    role = {"role": who} if who in ("sales", "service") else {}
    speaker = "agent" if role else who
    at = f"2026-05-08T11:{number:02d}:00Z"
    return {"id": f"{prefix}{number}", "at": at, "speaker": speaker, "text": text, **role}


def assess(*turns: tuple[str, str], **changes: Any) -> Assessment:
    return ENGINE.assess(parse_case(case(*turns, **changes)))


def visible(assessment: Assessment) -> bool:
    return any(flag.visible for flag in assessment.flags)
