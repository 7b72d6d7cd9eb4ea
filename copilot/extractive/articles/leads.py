"""What leads to a list: a heading or a line without which an item says something else.

"No charge: the machine was out of order", "Not included: the battery", "You pay nothing if the
parcel is late". An item alone would say as a fact what is only a case, or the opposite of what
is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# A heading without which its list says the opposite: "Not included", "What you may not bring".
_DENIES = re.compile(
    r"^(?:not|never)\b(?=[^?]{0,40}$)|^(?!(?:why|if|when|how|where|unless)\b)(?:"
    r"[^?]{0,100}\b(?:may|must)(?: not|n['’]t)\b(?=[^?]{0,80}$)"
    r"|[^?]{0,60}\b(?:prohibited|forbidden|banned|exclusions?|excluded|not (?:allowed|permitted))\b"
    r"(?=[^?]{0,60}$)"
    r"|(?:what|which|(?:any)?things?|items?|goods)\b[^?]{0,40}(?:\b(?:cannot|not|never)\b|n['’]t\b))",
    re.IGNORECASE,
)
# "We do not sell you anything": a sentence of its own needs no heading. "You dropped it" does.
_SAYS = re.compile(
    r"^(?:we|it|they|nobody|no one|this|that)\b.{0,80}?(?:\b(?:not|never|no|nothing|cannot)\b"
    r"|n['’]t\b)|^(?:nobody|no one)\b|^you (?:may|must|can|need)\b|^you cannot\b",
    re.IGNORECASE,
)
# "Tyres: four at most": an item that says itself what is allowed.
_ALLOWS = re.compile(
    r":.{0,200}\b(?:only|at most|up to|no more than|unless|except|allowed)\b", re.I
)
# What begins an item with a word that needs no capital inside a sentence.
_SMALL = re.compile(
    r"^(?:the|an?|your|our|any|all|we|you|it|they|there|this|that|these|if|when|where|after|before"
    r"|with|without|within|in|on|at|by|for|from|to|somebody|someone|nobody|each|every|one|more)\b",
    re.IGNORECASE,
)
# "You pay nothing for the rest of the term if": what follows is the condition.
_DANGLES = re.compile(
    r"\b(?:if|unless|when(?:ever)?|where|in case|provided(?: that)?|as long as|so long as"
    r"|except(?: if| when| where| for)?)$",
    re.IGNORECASE,
)
_OUTCOME = (
    r"(?:free|charges?|charged|fees?|costs?|pay|pays|paid|penalt(?:y|ies)|refunds?|refunded"
    r"|credit|compensation|money|nothing|covered|leave|cancel|end)"
)
_PAYS = re.compile(rf"\b{_OUTCOME}\b", re.IGNORECASE)
# A heading whose list names the cases in which it holds: "No charge", "When it is free".
_CASES = re.compile(
    r"^(?:no|without(?: an?| any)?|free of|waived|reduced) (?:\w+ ){0,2}?"
    r"(?:charges?|fees?|costs?|penalt(?:y|ies)|deposit|notice|refunds?|credit|compensation|money"
    r"|liability)(?: at all)?$"
    r"|\b(?:without (?:an? |any )?(?:\w+ )?|free of )(?:charge|fee|cost|penalty|notice)$"
    r"|^(?:full |partial |half |your )?(?:refund|money back)(?: in full)?$|^refunded(?: in full)?$"
    r"|^(?:when|in (?:which|what|these|such|the following) cases?|cases in which)\b[^?]*"
    rf"\b{_OUTCOME}\b"
    r"|^when not to\b|^(?:the )?exceptions?(?: to \w[^?]{0,40})?$|^(?:special|hard) cases$"
    r"|^you (?:pay|owe|lose|get|keep)\b[^?]{0,40}$",
    re.IGNORECASE,
)
# A line before a list that says when, whether or at whose cost its items hold.
_CONDITION = re.compile(
    r"\b(?:if|unless|except|only|without|nothing|never|not|cannot"
    r"|in (?:these|such|the following|any of these|one of these) cases?|does(?: not|n['’]t) apply"
    r"|free|charged?|refund\w*|credit\w*"
    r"|may (?:leave|cancel|end|return)|can (?:leave|cancel|end|return))\b|n['’]t\b",
    re.IGNORECASE,
)
# "If it does not start, try this": the items are what to do.
_TO_DO = re.compile(
    r"\b(?:try|check|do (?:this|the following|it|so)|follow|please|steps?|make sure|proceed"
    r"|go through|tell us|send us|need|bring|we do|as follows|to \w+ (?:it|them)(?: \w+)?)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:all|both|each) (?:of )?(?:these|the following|this|them|conditions|three|four)\b", re.I
)
_ALTERNATIVE = re.compile(r"[,;]?\s*\b(?:or|and)$|[,;]+$", re.IGNORECASE)
_AND = re.compile(r"\band$", re.IGNORECASE)
LONGEST = 110  # characters of a question that leads a sentence


@dataclass(frozen=True, slots=True)
class Lead:
    """What leads to a list; its items deny, or name cases in which it holds."""

    text: str
    is_denial: bool

    @property
    def is_begun(self) -> bool:
        """Whether it is a sentence that only its items end."""
        return bool(_DANGLES.search(self.text))

    @property
    def is_together(self) -> bool:
        """Whether only all items together are the case."""
        return bool(_TOGETHER.search(self.text))

    def with_item(self, item: str) -> str:
        """An item as one sentence with its lead."""
        said = f"{self.text[:1].upper()}{self.text[1:]}"
        return f"{said}{' ' if self.is_begun else ': '}{low(item)}"


def low(text: str) -> str:
    """With a small first letter, where it is a word's and no name's."""
    return text[0].lower() + text[1:] if _SMALL.match(text) else text


@lru_cache(maxsize=2_048)
def denying(heading: str) -> str:
    """A heading that its list cannot do without, else nothing."""
    return heading.rstrip("?") if _DENIES.match(heading) else ""


@lru_cache(maxsize=2_048)
def lead_of(heading: str) -> Lead | None:
    """A heading or label as what leads to the items under it; None where they need none."""
    said = heading.strip().rstrip(":").rstrip()
    if denied := denying(said):
        return Lead(denied, is_denial=True)
    is_begun = _DANGLES.search(said) and (_CONDITION.search(said) or _PAYS.search(said))
    is_case = _CASES.search(said) and not _TO_DO.search(said)
    return Lead(said, is_denial=False) if is_begun or is_case else None


def is_open(line: str) -> bool:
    """Whether a line of prose goes on in what stands below it."""
    return line.endswith(":") or bool(_DANGLES.search(line))


def lead_of_line(line: str) -> Lead | None:
    """The same of a line of prose that is open: "In these cases you pay nothing:"."""
    said = line.rstrip(":").rstrip()
    if _DENIES.match(said):
        return Lead(said, is_denial=True)
    if _DANGLES.search(said) or (_CONDITION.search(said) and not _TO_DO.search(said)):
        return Lead(said, is_denial=False)
    return None


def needs_lead(item: str) -> bool:
    """Whether an item of a list that denies would say something else without what denies it."""
    return not _SAYS.match(item)


def allows(item: str) -> bool:
    """Whether an item of a list that denies says itself what is allowed."""
    return bool(_ALLOWS.search(item))


def told_items(lead: Lead, items: Sequence[str]) -> list[tuple[int, str]]:
    """The items of a list of cases with their lead, each with its place; all in one where only
    all of them together are the case."""
    bare = [_ALTERNATIVE.sub("", item.strip()).strip() for item in items]
    if lead.is_together or any(_AND.search(item.rstrip(" ,;")) for item in items[:-1]):
        whole = "; ".join([bare[0], *(low(item) for item in bare[1:])]).replace(".;", ";")
        return [(0, lead.with_item(whole))]
    return [(n, lead.with_item(item)) for n, item in enumerate(bare) if item]


def with_questions(pieces: Sequence[str]) -> list[str]:
    """The sentences of a line, a question joined to what answers it: alone it is no answer."""
    found: list[str] = []
    asked = ""
    for piece in pieces:
        if piece.rstrip("\"')”").endswith("?"):
            asked = piece if len(piece) <= LONGEST else ""
            continue
        found.append(f"{asked} {piece}".strip())
        asked = ""
    return found
