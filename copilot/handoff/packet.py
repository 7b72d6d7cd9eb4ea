"""The hand-off packet: what the receiver needs so that nothing in the timeline is asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from copilot.handoff.consent import Consent
from copilot.handoff.discretion import Discretion
from copilot.handoff.heard import to_thank, told
from copilot.handoff.matter import MARK, Matter, place_of
from copilot.handoff.permission import care_codes, is_late, is_owed
from copilot.handoff.volunteered import volunteered
from copilot.story import Story

RECENT = 5
SENTENCES = 12  # of their last contact: a long call is read in the timeline
UNSETTLED = ("open", "overdue")


def packet_of(
    story: Story,
    matter: Matter,
    *,
    need: Mapping[str, Any] | None,
    consent: Consent | None,
    note: str | None,
    to_role: str,
    lacking: str | None = None,
) -> dict[str, Any]:
    """What goes along; `lacking` names what does not, though it was said.

    Health, other customers and internal scores never do; trouble with money to service only.
    """
    to_service = to_role == "service"
    discretion = Discretion(
        any(c.care for c in story.records),
        to_service=to_service,
        only_money=set(matter.state.care) <= {"financial"},
    )
    agreed = f"{consent.conversation}{MARK}{consent.turn}" if consent else None
    body = dict(need["body"]) if need else {}
    evidence = [e for e in body.get("evidence", []) if discretion.theirs(e["quote"])]
    products = _products(matter, body.get("recommended", []))
    packet = {
        "customer": _customer(story, discretion),
        "need": discretion.theirs(body.get("need")),
        "quotes": [
            {"conversation": _named(e, need), "turn": e["turn"], "quote": e["quote"]}
            for e in evidence
        ],
        "constraints": discretion.all_theirs(list(body.get("constraints", []))),
        "cheapest_sufficient": body.get("recommended", []),
        "products": products,
        "costs": _costs(products),
        "said": _said(matter, discretion),
        **volunteered(matter, discretion.theirs, agreed),
        "told_so_far": [
            told(contact, discretion, is_last=contact is story.contacts[-1])
            for contact in story.contacts[-RECENT:]
        ],
        **_owed(story, discretion),
        "care": care_codes(matter) if to_service else [],
        "do_not": _do_not(story, matter, body, discretion),
        "quiet_periods": _quiet(matter),
        "consent_quote": consent.quote if consent else None,
        "consent": _consent(consent, discretion),
        "to_thank": to_thank(matter, story),
        "note": note,
        "lacking": lacking,
        "return_as": ["met", "not a need", "not now", "lost to whom"],
    }
    return {**packet, "kept_back": discretion.kept_back, "kept_why": discretion.reasons}


def _owed(story: Story, discretion: Discretion) -> dict[str, Any]:
    """What is promised, by either side, and what was asked and passed over."""
    return {
        "open_promises": [
            {**_entry(row, discretion.ours), "by": row["body"].get("promisor_role")}
            for row in story.promises
            if is_owed(row) or (row["status"] in UNSETTLED and _is_theirs(row))
        ],
        "open_loops": [
            {**_entry(row, discretion.theirs), "times_asked": row["body"].get("times_asked")}
            for row in story.loops
            if row["status"] == "open"
        ],
    }


def _customer(story: Story, discretion: Discretion) -> dict[str, Any]:
    names = (e.name for c in story.records for e in c.entitlements)
    return {
        "ids": list(story.ids),
        "name": story.customer.name if story.customer else None,
        "owns": [kept for name in names if (kept := discretion.ours(name))],
        "facts": discretion.all_theirs([fact for c in story.records for fact in c.facts]),
        "open_cases": discretion.all_theirs([c for r in story.records for c in r.open_cases]),
    }


def _products(matter: Matter, skus: Sequence[str]) -> list[dict[str, Any]]:
    """What would be enough, each product once and by name, with what one of it costs."""
    known = {product.sku: product for product in matter.scene.case.catalogue}
    told = ("name", "price", "currency", "period")
    return [
        {"sku": sku, "count": n, **{field: getattr(known.get(sku), field, None) for field in told}}
        for sku, n in Counter(skus).items()
    ]


def _costs(products: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What they come to together, once and by month apart; nothing where a price is unknown."""
    sums: dict[tuple[Any, Any], float] = {}
    for one in products:
        if one["price"] is None:
            return []
        key = (one["currency"], one["period"])
        sums[key] = round(sums.get(key, 0) + one["price"] * one["count"], 2)
    return [{"amount": n, "currency": c, "period": p} for (c, p), n in sums.items()]


def _said(matter: Matter, discretion: Discretion) -> list[dict[str, Any]]:
    """Their last contact in their own words: sums, questions and reproaches fit no other field."""
    last = matter.contacts[-1].source_id if matter.contacts else None
    turns: dict[tuple[str, str], list[str]] = {}
    for words in [w for w in matter.scene.own_words if place_of(w.turn.id)[0] == last][-SENTENCES:]:
        if kept := discretion.theirs(words.text):
            turns.setdefault(place_of(words.turn.id), []).append(kept)
    return [
        {"conversation": conversation, "turn": turn, "quote": " ".join(sentences)}
        for (conversation, turn), sentences in turns.items()
    ]


def _named(evidence: Mapping[str, Any], need: Mapping[str, Any] | None) -> str | None:
    """The conversation a quote stands in; "now" is the one in which the need was seen."""
    told = evidence.get("conversation_id", "now")
    return need["conversation_id"] if told == "now" and need else str(told)


def _is_theirs(row: Mapping[str, Any]) -> bool:
    return bool(row["body"].get("promisor_role") == "customer")


def _entry(row: Mapping[str, Any], keep: Any) -> dict[str, Any]:  # noqa: ANN401 - a way to keep
    body = row["body"]
    quote = keep(body["quote"])
    return {
        "quote": quote, "what": body["what"] if quote else None, "status": row["status"],
        "due": row["due"], "from": row["source_id"],
    }  # fmt: skip


def _do_not(
    story: Story, matter: Matter, need: Mapping[str, Any], discretion: Discretion
) -> list[str]:
    """Objections, care, what we got wrong, what they have turned down."""
    lines = []
    if any(c.do_not_sell for c in story.records):
        lines.append("Offer nothing: the customer objected.")
    if matter.state.care:
        lines.append("Offer nothing: care comes first.")
        lines.append("Do not ask again for what they have told, nor for reasons or proof.")
    if matter.state.complaint is not None:
        lines.append("Do not pass over their complaint: it was voiced in these contacts.")
    for row in story.promises:
        quote = row["body"]["quote"]
        if not is_owed(row) or not discretion.ours(quote):
            continue
        if row["status"] == "conflict":
            source = row["body"].get("conflict_with")
            lines.append(f"Do not repeat “{quote}”: {source} says otherwise.")
        elif is_late(row, matter.scene.as_of):
            lines.append(f"Do not promise “{quote}” again: it is overdue since {row['due']}.")
    turned_down = [str(c["quote"]) for c in need.get("counter_evidence", [])]
    lines += [f"They said: “{quote}”" for quote in discretion.all_theirs(turned_down)]
    lines += [
        f"Do not offer {', '.join(row['body'].get('recommended') or ['it'])} again: {row['state']}."
        for row in story.needs
        if row["state"] in ("declined", "regretted")
    ]
    return list(dict.fromkeys(lines))


def _quiet(matter: Matter) -> list[dict[str, Any]]:
    """Periods in which something is not raised; of who objects, nothing is to be inferred."""
    if matter.state.objection:
        return []
    told = [
        {
            "until": quiet.until.isoformat() if quiet.until else None,
            "skus": sorted(quiet.skus),
            "why": quiet.line,
        }
        for quiet in matter.state.quiet
    ]
    return [one for place, one in enumerate(told) if one not in told[:place]]


def _consent(consent: Consent | None, discretion: Discretion) -> dict[str, Any] | None:
    if consent is None:
        return None
    return {
        "quote": consent.quote,
        "conversation": consent.conversation,
        "turn": consent.turn,
        "at": consent.at.isoformat() if consent.at else None,
        "asked": discretion.ours(consent.asked),
    }
