"""What is wrong in a contact by the customer's words: faults, complaints, disruptions, their end.

A word of trouble is not always trouble of ours, nor now: "when it breaks" supposes, "sick of
driving round" is about their own day, "leak sensor" names a product, a limit is no fault, "not
disappointed at all" and "your complaints procedure" complain of nothing.
"""

from __future__ import annotations

import re

from copilot.ledger.language import plain, sentences, stems
from copilot.needs.limits import CODE
from copilot.needs.output import IssueStatus
from copilot.needs.proposal import Reading
from copilot.needs.scene import Scene, Words, signals

_THEIR_DAY = re.compile(
    r"\b(?:sick(?: and tired)?|tired|fed up|had enough|frustrat\w+|annoy\w+) (?:of|with|by) "
    r"(?:my |our )?(?!wait|call|ring|chas|ask|be|pay|hear|gett|explain|writ|e-?mail|hav|try|deal|"
    r"hold)[a-z]+ing\b"
)

# A journey that fell through is not over with the day; a line that was off last week is.
_JOURNEY = re.compile(
    r"\b(?:cancel|delay|divert|overbook|strand|denied|stuck)\w*|\b(?:miss\w*|lost) "
    r"(?:my|our|the) (?:connection|flight|train|ferry|bus|coach|luggage|bags?|suitcase)"
)


def issue(scene: Scene, read: Reading) -> tuple[IssueStatus, str]:
    """Where a fault of ours stands, and where that was seen."""
    if read.from_model:
        return _issue_read(scene, read)
    found = faults(scene)
    last = found[-1] if found else None
    confirmed = _confirmed(scene, last)
    if _still_open(scene, spoken_of=confirmed is not None):
        return "open", "customer.state.open_cases"
    if confirmed:
        return "confirmed_by_customer", confirmed
    if last:
        fixed = any(
            signals()["booked"].search(plain(t.text)) or "fixed" in plain(t.text)
            for t in scene.after(last)
            if t.ours
        )
        return ("fixed_unconfirmed" if fixed else "open"), last.turn.id
    return "none", ""


def faults(scene: Scene) -> list[Words]:
    """Sentences that report a fault of ours which goes on."""
    return [
        words
        for words in scene.all_saying("fault")
        if not _elsewhen(scene, words, "fault")
        and not scene.reads("at_limit", words.text)
        and not scene.reads("breaks_things", words.text)
        and not _shows_limit(scene, words.text)
        and not _explained(scene, words)
    ]


def complaint(scene: Scene) -> Words | None:
    """The first sentence that voices displeasure with us."""
    return next((w for w in scene.all_saying("complaint") if _displeased(scene, w)), None)


def disruption(scene: Scene) -> Words | None:
    """The first sentence that reports a failure of service which goes on."""
    return next(
        (w for w in scene.all_saying("disruption") if not _elsewhen(scene, w, "disruption")), None
    )


def _displeased(scene: Scene, words: Words) -> bool:
    if _elsewhen(scene, words, "complaint"):
        return False
    rest = signals()["not_complaint"].sub(" ", _THEIR_DAY.sub(" ", words.sentence.lower))
    return rest == words.sentence.lower or scene.reads("complaint", rest)


def _elsewhen(scene: Scene, words: Words, name: str) -> bool:
    """Past, or merely possible: last winter's fault, or what would call them if it leaked."""
    text = scene.without_names(words.text)
    if not scene.reads(name, text):
        return True
    if scene.reads("supposed", text) and any(
        scene.reads(other, text) for other in ("asks", "want", "consequence")
    ):
        return not scene.reads(name, signals()["supposed"].sub(" ", plain(text)))
    if scene.reads("was_over", text) and not scene.reads("present", text):
        return True
    outage = name == "disruption" and not _JOURNEY.search(plain(text))
    if outage and scene.reads("past_event", text) and not scene.reads("present", text):
        return True
    return scene.reads("not_now", text) and not scene.reads("still", text)


def _shows_limit(scene: Scene, text: str) -> bool:
    """The code that they read out is that of a limit, by our own texts: "E55: no zone left".

    The sentences of our texts that have the code count, not the rest of the page.
    """
    codes = set(CODE.findall(text))
    return bool(codes) and any(
        scene.reads("limit_told", sentence.text)
        for fact in scene.case.knowledge
        if any(code in fact.text for code in codes)
        for sentence in sentences(fact.text)
        if codes & set(CODE.findall(sentence.text))
    )


def _explained(scene: Scene, words: Words) -> bool:
    """We showed that nothing is broken but a limit reached, and they did not object."""
    later = scene.after(words)
    place = next(
        (n for n, t in enumerate(later) if t.ours and scene.reads("no_fault", t.text)), None
    )
    if place is None:
        return False
    since = {t.id for t in later[place:]}
    return not any(
        w.turn.id in since and (scene.reads("fault", w.text) or scene.reads("complaint", w.text))
        for w in scene.own_words
    )


def _still_open(scene: Scene, *, spoken_of: bool) -> bool:
    """A case on file is open until the customer confirms it, in a contact that speaks of it."""
    told = frozenset().union(*(stems(t.text) for t in scene.current)) if spoken_of else frozenset()
    return any(not stems(str(case)) & told for case in scene.case.customer.state.open_cases)


def _issue_read(scene: Scene, read: Reading) -> tuple[IssueStatus, str]:
    """The model's reading; a case open on file stays open until the customer confirms."""
    status = read.issue_status or "none"
    if scene.case.customer.state.open_cases and status != "confirmed_by_customer":
        return "open", "customer.state.open_cases"
    return status, "model"  # type: ignore[return-value]


def _confirmed(scene: Scene, fault: Words | None) -> str | None:
    """Only the customer's words after our own close an issue; thanks alone do not."""
    start = scene.position.get(fault.turn.id, -1) if fault else -1
    for words in scene.all_saying("resolved"):
        place = scene.position.get(words.turn.id, 0)
        later = place > start or (
            fault is not None and place == start and words.sentence.start > fault.sentence.end
        )
        answered = any(t.ours for t in scene.current[:place])
        if later and (answered or fault is not None):
            return words.turn.id
    return None
