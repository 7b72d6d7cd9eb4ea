"""Whether a case may go to sales: never over a care sign, an objection or open trouble of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from copilot.errors import NotForSales
from copilot.handoff.consent import Consent
from copilot.handoff.matter import Matter
from copilot.ledger import is_pending
from copilot.needs.contact import Verdict, care, fix_first
from copilot.story import Story

OVER = ("declined", "regretted")
_FIX_FIRST = (
    "Fix first: {why}. Hand over to service, or come back once it is settled and the customer"
    " has said so."
)
_SAID = {
    "G1": "Care comes first ({why}): nobody in such a situation is sold to. Hand over to service.",
    "G2": "The customer objects to being sold to. Hand over to service; only they can take the"
    " objection back.",
    "G3": _FIX_FIRST,
}


def check(matter: Matter, story: Story, consent: Consent, need: Mapping[str, Any] | None) -> None:
    """Raises NotForSales with the reason, in the order of the gates."""
    refused = refusal(matter, story, consent)
    if refused is not None:
        raise refused
    if need is not None and need["state"] in OVER:
        raise NotForSales(
            f"This need is {need['state']}: what the customer agreed to before no longer holds.",
            reason="declined_recently",
        )


def refusal(matter: Matter, story: Story, consent: Consent | None) -> NotForSales | None:
    """What stands in the way, before anybody has asked for consent too."""
    for verdict in (
        care(matter.scene, matter.state),
        _objection(matter, consent),
        fix_first(matter.scene.with_ledgers((), ()), matter.state),
        _owed(story, matter.scene.as_of),
    ):
        if verdict.result == "fail":
            said = _SAID[verdict.gate].format(why=verdict.why)
            return NotForSales(said, reason=verdict.reason or "")
    return None


def care_codes(matter: Matter) -> list[str]:
    """The codes of the care signs on file and in words, without a detail of any."""
    signs = ((sign,) for sign in matter.state.care)
    found = (care(matter.scene, replace(matter.state, care=sign)).reason for sign in signs)
    return list(dict.fromkeys(code for code in found if code))


def _objection(matter: Matter, consent: Consent | None) -> Verdict:
    """On file, or in words: those of earlier contacts until they ask by themselves to be called.

    Without a consent it is not known yet whether they will.
    """
    scene, customer = matter.scene, matter.scene.case.customer
    on_file = customer.state.do_not_sell or customer.consent.objected_at is not None
    spoken = scene.says("objection") is not None
    before = (
        consent is not None
        and not consent.is_asked_for
        and any(True for _ in scene.past_saying("objection"))
    )
    if on_file or spoken or before:
        return Verdict("G2", "fail", reason="opted_out")
    return Verdict("G2")


def _owed(story: Story, as_of: datetime) -> Verdict:
    """What the ledgers hold against us today: a wrong promise, an overdue one, an ask repeated."""
    ours = [row for row in story.promises if is_owed(row)]
    if any(row["status"] == "conflict" for row in ours):
        return Verdict("G3", "fail", "we promised what is not so", reason="promise_conflict")
    if any(is_late(row, as_of) for row in ours):
        return Verdict("G3", "fail", "a promise is overdue", reason="open_commitments_first")
    if any(row["status"] == "open" and row["body"]["times_asked"] >= 2 for row in story.loops):
        why = "they have asked for something more than once"
        return Verdict("G3", "fail", why, reason="open_commitments_first")
    return Verdict("G3")


def is_owed(row: Mapping[str, Any]) -> bool:
    """A promise of ours that waits, or that was broken and has not been put right since."""
    body = row["body"]
    return body.get("promisor_role") != "customer" and is_pending(
        row["status"], body.get("kept_evidence")
    )


def is_late(row: Mapping[str, Any], as_of: datetime) -> bool:
    """Time passes without a contact: what was open at the last one may be overdue by now."""
    if row["status"] == "overdue":
        return True
    due = row["due"]
    return row["status"] == "open" and bool(due) and due[:10] < as_of.date().isoformat()
