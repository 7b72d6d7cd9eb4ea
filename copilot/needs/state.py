"""How things stand in a contact: care, authority, consent, the issue, the requested change."""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.ledger.language import Sentence, plain, stems
from copilot.needs import trouble
from copilot.needs.offers import offer_of
from copilot.needs.output import Authority, CareCode
from copilot.needs.proposal import Reading
from copilot.needs.quiet import periods
from copilot.needs.reasons import known_reason
from copilot.needs.records import in_force
from copilot.needs.scene import Scene, Words, signals
from copilot.needs.standing import State

_CODES: tuple[CareCode, ...] = (
    "bereavement",
    "financial",
    "health",
    "pressure",
    "distress",
    "minor",
    "safety",
)
_ON_FILE: dict[CareCode, str] = {
    "bereavement": r"bereav|death|deceased|widow",
    "financial": r"financ|debt|hardship|arrears|money|redundan",
    "health": r"health|ill|medical|disab|mental|dementia|capacity",
    "pressure": r"pressur|coerc|control|abuse|scam",
    "minor": r"minor|child|under ?age",
    "safety": r"safe|danger",
}
_OTHERS_CARE = re.compile(
    r"\b(?:my (?:friend|neighbour|colleague|boss)|a friend|people|some (?:customers|people)|"
    r"battery|laptop|phone has|line (?:is|went) dead)\b"
    r"|\b(?:batter(?:y|ies)|valves?|phones?|lamps?|bulbs?|plants?|pumps?|motors?|sensors?|devices?|"
    r"screens?|routers?|servers?|fish|engines?)\b[^.?!]{0,60}\b(?:died|passed away)"
    r"|\b(?:work\w*|drive|shifts?|deliver\w*|park\w*|next|close|opposite) (?:\w+ ){0,3}"
    r"(?:in|at|from|to) (?:the |a )?hospital\b"
)
# Of money only: whose trouble it is where the sentence's subject keeps a household of their own.
_OTHERS_MONEY = re.compile(
    r"\b(?:my|our|the|a|his|her) (?:cousin|uncle|aunt|nephew|niece|[a-z]+-in-law|tenant|lodger|"
    r"landlord|client|customer|supplier|competitor)s?(?:'s|s')? ?(?:\w+ ){0,3}$"
)
_YEAR = re.compile(r"\bin ((?:19|20)\d\d)\b")


_NO_CHANGE = re.compile(
    r"\b(?:you|they) (?:have |'ve )?cancel|n't (?:want to )?(?:cancel|close)|how (?:do|can|would)|"
    r"what (?:happens|if)|is (?:it|there)\b.{0,20}(?:fee|penalty|charge)"
)
_ENDING = re.compile(
    r"(?<!don't )\b(?:end|stop|remove|delete|drop|close|give up|get rid of|hand back|do without|"
    r"take(?=[^.;!?]{3,50}\b(?:off|out|away)\b)) (?P<what>[^.;!?]{3,60})"
)


def read_state(scene: Scene, reading: Reading | None) -> State:
    """Read the contact once; each part says where it was seen."""
    read = reading or Reading()
    care, care_source = _care(scene, read)
    authority, authority_source = _authority(scene, read)
    issue, issue_source = trouble.issue(scene, read)
    change = _change(scene, read)
    consent = scene.case.customer.consent
    state = scene.case.customer.state
    fraud = None if read.from_model else _fraud(scene)
    offers = tuple(offer_of(o) for o in state.recent_offers)
    return State(
        care=care,
        care_source=care_source,
        fraud=fraud,
        fraud_on_file=read.fraud
        or any(
            "fraud" in plain(str(c)) or "security" in plain(str(c))
            for c in (*state.open_cases, *state.vulnerability)
        ),
        authority=authority,
        authority_source=authority_source,
        objection=state.do_not_sell
        or read.objection
        or scene.says("objection") is not None
        or any(True for _ in scene.past_saying("objection"))
        or consent.objected_at is not None,
        marketing=consent.marketing and not state.do_not_sell,
        issue=issue,
        issue_source=issue_source,
        complaint=None if read.from_model else trouble.complaint(scene),
        disruption=None if read.from_model else trouble.disruption(scene),
        change=change,
        change_booked=_booked(scene, change),
        reason_known=known_reason(scene, change, read),
        offers=offers,
        quiet=periods(scene, offers),
        read=read,
    )


def _care(scene: Scene, read: Reading) -> tuple[tuple[CareCode, ...], str]:
    codes: dict[CareCode, str] = {}
    for raw in scene.case.customer.state.vulnerability:
        codes[_code(raw)] = "customer.state.vulnerability"
    for code in _CODES:
        if code == "minor":
            continue
        words = _care_words(scene, code)
        if words and not (read.samples >= 3 and code not in read.care_votes):
            codes.setdefault(code, words.turn.id)
    frail = _frail(scene)
    if frail and not (read.samples >= 3 and "health" not in read.care_votes):
        codes.setdefault("health", frail.turn.id)
    if scene.says("minor"):
        codes.setdefault("minor", "minor")
    for code in read.care:
        codes.setdefault(code, "model")
    ordered = tuple(c for c in _CODES if c in codes)
    return ordered, codes[ordered[0]] if ordered else ""


def _code(raw: object) -> CareCode:
    """A code on file in our vocabulary; one we do not know counts as distress: the gate closes."""
    text = plain(str(raw.get("code", raw) if isinstance(raw, Mapping) else raw))
    for code, pattern in _ON_FILE.items():
        if re.search(pattern, text):
            return code
    return "distress"


def _care_words(scene: Scene, code: str) -> Words | None:
    for words in scene.all_saying(code):
        lowered = words.sentence.lower
        if _OTHERS_CARE.search(lowered) or not scene.reads(code, scene.without_names(words.text)):
            continue
        if code in ("bereavement", "financial") and _is_past(scene, code, lowered):
            continue
        if code == "financial" and _of_others(lowered):
            continue
        return words
    return None


def _is_past(scene: Scene, code: str, lowered: str) -> bool:
    """A loss told in passing, long over; money that is still short is not."""
    if code == "financial" and re.search(r"\bstill\b", lowered):
        return False
    year = _YEAR.search(lowered)
    if code == "financial" and year and int(year.group(1)) >= scene.as_of.year:
        return False
    return bool(signals()["past_loss"].search(lowered))


def _of_others(lowered: str) -> bool:
    match = signals()["financial"].search(lowered)
    return bool(match and _OTHERS_MONEY.search(lowered[: match.start()]))


def _frail(scene: Scene) -> Words | None:
    """A weak chest or a small baby is a care sign where warmth or power is at stake."""
    if scene.says("supply_off") is None:
        return None
    return next(
        (w for w in scene.all_saying("frail") if not _OTHERS_CARE.search(w.sentence.lower)), None
    )


def _fraud(scene: Scene) -> Words | None:
    return next((w for w in scene.all_saying("fraud") if "scam call" not in w.sentence.lower), None)


def _authority(scene: Scene, read: Reading) -> tuple[Authority, str]:
    customer = scene.case.customer
    names = {t.name for t in scene.current if t.speaker == "customer" and t.name}
    if len(names) > 1:
        return "unknown", "two names in one contact"
    if read.from_model and read.authority in ("not_authorised", "unknown"):
        return read.authority, "model"  # type: ignore[return-value]
    if not read.from_model and (words := scene.says("not_holder")):
        return "not_authorised", words.turn.id
    if not read.from_model and (words := scene.says("minor")):
        return "not_authorised", words.turn.id
    for place, fact in enumerate(
        (*customer.facts, customer.segment, customer.state.authority or "")
    ):
        if signals()["not_holder_file"].search(plain(fact)):
            return "not_authorised", f"customer.facts[{place}]"
    for place, fact in enumerate(customer.facts):
        if signals()["authorised_file"].search(plain(fact)):
            return "authorised", f"customer.facts[{place}]"
    return "holder", ""


def _change(scene: Scene, read: Reading) -> Words | None:
    if read.from_model:
        return _quoted(scene, read.change_request) if read.change_request else None
    return next(
        (
            words
            for words in scene.own_words
            if (scene.reads("change", words.text) or _lets_go(scene, words))
            and not _NO_CHANGE.search(words.sentence.lower)
        ),
        None,
    )


def _lets_go(scene: Scene, words: Words) -> bool:
    """ "Please end the Heating Cover": the name of something of ours, and a verb that ends it."""
    match = _ENDING.search(words.sentence.lower)
    if match is None:
        return False
    what = stems(match["what"])
    names = [stems(own.name) for own in in_force(scene.case)]
    names += [stems(item.product.name) for item in scene.items]
    return any(name and 2 * len(name & what) > len(name) for name in names)


def _quoted(scene: Scene, quote: str) -> Words | None:
    for turn in scene.current:
        start = turn.text.find(quote)
        if turn.speaker == "customer" and start >= 0:
            return Words(turn, Sentence(quote, start, start + len(quote)))
    return None


def _booked(scene: Scene, change: Words | None) -> bool:
    if change is None:
        return False
    return any(signals()["booked"].search(plain(t.text)) for t in scene.after(change) if t.ours)
