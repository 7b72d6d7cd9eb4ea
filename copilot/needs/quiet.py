"""Quiet periods and caps: what may not be raised, until when, and the line that says why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from copilot.ledger import Said
from copilot.ledger.contacts import PerContact
from copilot.ledger.language import plain, stems
from copilot.needs import evidence
from copilot.needs.bundle import relevant_to
from copilot.needs.catalogue import is_generic, subjects
from copilot.needs.offers import Complaint, Offered, complaint_of
from copilot.needs.proposal import Candidate
from copilot.needs.scene import Scene, Words, own_sentences, shows, signals
from copilot.needs.standing import Quiet, State

CAP_DAYS = 30  # the span that `caps.visible_per_customer_30_days` names
SAVE = "a save offer"
_LEAVING = re.compile(
    r"\b(?:cancel\w*|terminat\w*|clos(?:e|ing)|leav(?:e|ing)|disconnect|discontinue|deactivate|"
    r"quit|end|stop|give up|get rid of|shut|renew\w*)\b"
)
_GRAVE = re.compile(r"\b(?:ombudsman|trading standards|solicitors?|lawyers?|legal action)\b")


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a need that is otherwise ready is held, and what releases it."""

    why: str
    release: str


def asked(scene: Scene, candidate: Candidate) -> bool:
    """They asked for it in so many words, and not because we put it to them."""
    return candidate.explicit and not evidence.planted(scene, candidate)


def periods(scene: Scene, offers: Sequence[Offered]) -> tuple[Quiet, ...]:
    """Every period in force on the day of the assessment, from what is on file and was said."""
    found = [*_after_offers(scene, offers), *_after_complaints(scene, offers)]
    today = scene.as_of.date()
    return tuple(q for q in found if q.until is None or q.until >= today)


def stands(state: State, scene: Scene, candidate: Candidate) -> Quiet | None:
    """G2: the longest period over this need or its products; asking anew re-opens."""
    near = {i.sku for i in relevant_to(candidate, scene.items)}
    open_again = asked(scene, candidate)
    blocking = [
        q
        for q in state.quiet
        if (q.skus & near or (q.scope == "need" and _same_need(q.about, candidate)))
        and not (open_again and _anew(scene, candidate, q.offer))
    ]
    return max(blocking, key=lambda q: q.until or date.max, default=None)


def wait(state: State, scene: Scene, candidate: Candidate, skus: Sequence[str]) -> Wait | None:
    """G11: what holds a need back that would be visible now; the first reason in fixed order."""
    held = next((s for s in skus if s in scene.case.tightened), None)
    if held:
        line = scene.case.tightened[held]
        return Wait(line[:160], f"when a person approves a policy that releases {held}")
    if _shown_here(state.offers, scene, candidate, skus):
        return Wait("another offer was shown in this contact", "after this contact: one at a time")
    if asked(scene, candidate):
        return None
    whole = [q for q in state.quiet if q.scope == "contact" or q.skus & set(skus)]
    if whole:
        longest = max(whole, key=lambda q: q.until or date.max)
        return Wait(longest.line, longest.release)
    return _save(state) or _month(state.offers, scene, candidate, skus)


def _after_offers(scene: Scene, offers: Sequence[Offered]) -> Iterator[Quiet]:
    days = scene.policy.quiet_days
    names = {i.sku: i.product.name for i in scene.items}
    for offer in offers:
        if offer.result == "other" and not offer.save:
            continue
        skus = _skus(offer, names)
        about = _about(offer, skus, names)
        thing = next(iter(sorted(skus)), "") or "an offer"
        day = f" on {offer.at}" if offer.at else ", no date on file"
        if offer.refused:
            what = f"{thing} was declined{day}"
            if skus:
                until = _end(offer.at, days.declined_sku)
                yield Quiet("declined_sku", "sku", until, what, skus, offer=offer)
            until = _end(offer.at, days.declined_need)
            yield Quiet("declined_need", "need", until, what, about=about, offer=offer)
        elif offer.result in ("returned", "complained"):
            what = f"{thing} was {offer.result.replace('complained', 'complained of')}{day}"
            until = _end(offer.at, days.returned)
            scope: Literal["sku", "need"] = "sku" if skus else "need"
            yield Quiet("returned", scope, until, what, skus, about, offer)
        if offer.save:
            until = _end(offer.at, days.save_offer)
            yield Quiet("save_offer", "save", until, f"{SAVE} was made{day}", offer=offer)


def _after_complaints(scene: Scene, offers: Sequence[Offered]) -> Iterator[Quiet]:
    """The last complaint decides; a second of its kind, or a grave one, keeps us quiet longer."""
    days = scene.policy.quiet_days
    on_file = [complaint_of(raw) for raw in scene.case.customer.state.complaints]
    linked = [Complaint(o.need or o.sku, o.at) for o in offers if o.result == "complained" and o.at]
    longest = max(days.complaint_closed, days.second_failure, days.severe_failure)
    since = scene.as_of.date() - timedelta(days=longest)
    late = [*on_file, *linked, *_told(scene, since)]
    if all(c.closed is not None and c.closed < since for c in late):
        return  # nothing is in force, so what lies further back need not be read
    everything = sorted(
        [*on_file, *linked, *_told(scene)], key=lambda c: (c.closed is None, c.closed or date.max)
    )
    for place, complaint in enumerate(everything):
        if complaint.closed is None:
            yield Quiet("complaint_closed", "contact", None, "a complaint on file is not closed")
            continue
        again = any(_same_kind(complaint, c) for c in everything[:place])
        rule, length = "complaint_closed", days.complaint_closed
        if again and days.second_failure > length:
            rule, length = "second_failure", days.second_failure
        if complaint.severe and days.severe_failure > length:
            rule, length = "severe_failure", days.severe_failure
        what = f"a complaint was closed on {complaint.closed}"
        yield Quiet(rule, "contact", complaint.closed + timedelta(days=length), what)


def _told(scene: Scene, since: date = date.min) -> Iterator[Complaint]:
    """Complaints the customer voiced in earlier, dated contacts: closed with the contact's end."""
    for contact in scene.timeline.contacts:
        ended = next((t.at.date() for t in reversed(contact.turns) if t.at), date.min)
        if ended < since:
            continue
        for first, matter, grave in _voiced(contact):
            name = contact.turns[first].conversation_id
            days = [t.at.date() for t in contact.turns if t.at and t.conversation_id == name]
            if name != "now" and days:
                yield Complaint(matter, days[-1], grave)


def _read(turns: Sequence[Said]) -> tuple[tuple[int, str, bool], ...]:
    """Each conversation that complains, by the place of a turn of it: of what, and how gravely."""
    shown = signals()["complaint"]
    found: dict[str, tuple[int, str, bool]] = {}
    for place, turn in enumerate(turns):
        name = turn.conversation_id
        if turn.speaker != "customer" or name in found or not shown.search(plain(turn.text)):
            continue
        said = list(own_sentences(t for t in turns if t.conversation_id == name))
        voiced = {n for n, w in enumerate(said) if _complains(w, shown)}
        if voiced:
            matter = [w.text for n, w in enumerate(said) if n in voiced or shows("fault", w.text)]
            grave = any(_GRAVE.search(w.sentence.lower) or shows("safety", w.text) for w in said)
            found[name] = (place, " ".join(matter), grave)
    return tuple(found.values())


def _complains(words: Words, shown: re.Pattern[str]) -> bool:
    """Both the turn and the sentence in it say so."""
    return bool(shown.search(plain(words.turn.text))) and shows("complaint", words.text)


_voiced = PerContact(_read)


def _same_kind(one: Complaint, other: Complaint) -> bool:
    first, second = _specific(stems(one.kind)), _specific(stems(other.kind))
    return len(first & second) >= max(1, min(2, len(first), len(second)))


def _shown_here(
    offers: Sequence[Offered], scene: Scene, candidate: Candidate, skus: Sequence[str]
) -> bool:
    """As many other offers as the cap allows were shown in this contact."""
    here = {o.key or o.text for o in offers if o.here and not _is_same(o, candidate, skus)}
    return len(here) >= max(1, scene.policy.caps.visible_per_contact)


def _month(
    offers: Sequence[Offered], scene: Scene, candidate: Candidate, skus: Sequence[str]
) -> Wait | None:
    """The cap per customer: an offer counts once, whatever became of it."""
    cap = scene.policy.caps.visible_per_customer_30_days
    since = scene.as_of.date() - timedelta(days=CAP_DAYS)
    shown: dict[str, date] = {}
    for place, offer in enumerate(offers):
        if offer.at and offer.at >= since and not (offer.here and _is_same(offer, candidate, skus)):
            key = offer.key or str(place)
            shown[key] = min(offer.at, shown.get(key, offer.at))
    if len(shown) < cap:
        return None
    free = sorted(shown.values())[-cap] if cap and shown else scene.as_of.date()
    day = free + timedelta(days=CAP_DAYS + 1)
    why = f"the cap of {cap} offers in {CAP_DAYS} days is reached"
    return Wait(why, f"from {day}: {why}")


def _save(state: State) -> Wait | None:
    """To somebody who is leaving: nothing before it is booked, nothing twice in the period."""
    if state.change is None or not _LEAVING.search(plain(state.change.text)):
        return None
    if not state.change_booked:
        return Wait(f"{SAVE} comes after the leaving is booked", "once their leaving is booked")
    before = next((q for q in state.quiet if q.scope == "save"), None)
    return Wait(before.line, before.release) if before else None


def is_save(state: State, scene: Scene, candidate: Candidate) -> bool:
    """What we raise unasked to somebody who is leaving."""
    leaving = state.change is not None and _LEAVING.search(plain(state.change.text)) is not None
    return leaving and not asked(scene, candidate)


def _is_same(offer: Offered, candidate: Candidate, skus: Sequence[str]) -> bool:
    """The offer on file is the one that is being weighed."""
    if offer.sku and offer.sku in skus:
        return True
    said = [q.text for q in candidate.quotes]
    if offer.quote and any(text in offer.quote or offer.quote in text for text in said):
        return True
    return _same_need(subjects(offer.need), candidate)


def _anew(scene: Scene, candidate: Candidate, offer: Offered | None) -> bool:
    """They asked after the no: the words that were refused already open nothing."""
    if offer is None:
        return True
    told = {(t.conversation_id, t.id): t.at for t in scene.timeline.turns}
    times = [at for q in candidate.quotes if (at := told.get((q.conversation, q.turn)))]
    if times and offer.moment:
        return max(times) > offer.moment
    if times and offer.at and not offer.quote:
        return max(times).date() >= offer.at
    return not any(q.text in offer.quote for q in candidate.quotes)


def _skus(offer: Offered, names: Mapping[str, str]) -> frozenset[str]:
    """The products an offer names: by number, or by number or whole name within its text."""
    own = {offer.sku} - {""}
    if offer.need or own & names.keys():
        return frozenset(own)
    text = plain(offer.text)
    found = {
        sku
        for sku, name in names.items()
        if (sku in offer.text and _is_word(sku, offer.text))
        or (len(name) > 3 and plain(name) in text)
    }
    return frozenset(found | own)


def _is_word(sku: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(sku)}(?![\w-])", text) is not None


def _about(offer: Offered, skus: frozenset[str], names: Mapping[str, str]) -> frozenset[str]:
    called = " ".join(names[sku] for sku in sorted(skus) if sku in names)
    return _specific(subjects(f"{offer.need} {called}".strip() or offer.text))


def _same_need(about: frozenset[str], candidate: Candidate) -> bool:
    """They share two words that name a subject; one, where one is all there is."""
    first, second = _specific(about), _specific(candidate.about | subjects(candidate.need))
    return bool(first) and len(first & second) >= max(1, min(2, len(first), len(second)))


def _specific(words: frozenset[str]) -> frozenset[str]:
    return frozenset(w for w in words if not is_generic(w) and not w.isdigit())


def _end(day: date | None, days: int) -> date | None:
    return day + timedelta(days=days) if day else None
