"""How a draft names what we owe: in our own plain words where it can be named, else by a quote."""

from __future__ import annotations

import re
from datetime import datetime

from copilot.ledger.language import plain, sentences

MOST_WORDS = 14  # of a matter that is named; what is longer is quoted
MOST_CHARS = 160  # of a sentence that is quoted whole
_PLEDGE = re.compile(
    r"^(?:i|we)(?:'ll| will| shall) (?:(?:also|then|now|just|gladly|personally) )*"
    r"(?P<act>.+)"
)
_NOT_NAMED = re.compile(r"\b(?:i|i'\w+|it|them|that|those|these|not|never|see|try)\b|[;:“”\"?]")
_DAY_THEN = re.compile(
    r",? (?:(?:by |for )?(?:today|tomorrow|tonight)|this (?:week|month|morning|afternoon|evening)"
    r"|next (?:week|month)|overnight|right away|straight away|at once|now)$"
)
_THEN = re.compile(r"\b(?:today|tomorrow|tonight|yesterday|this|next|last)\b")
_OPENING = re.compile(r"^(?:(?:oh|and|also|but|so|hi|hello|well|ok|okay|by the way)\b,? )+", re.I)
_HAVE = re.compile(r"^(?:can|could|may) (?:i|we) (?:please |also )*(?:have|get) (?P<thing>.+)")
_ASKED = re.compile(
    r"^i (?:did |also |only |just )*ask(?:ed)? (?:you )?(?:for|to have) (?P<thing>.+)"
)
_DO = re.compile(
    r"^(?:(?:can|could|would|will) (?:you|someone|somebody|anyone) (?:please |also )*|please )"
    r"(?P<act>.+)"
)
_OURS = {"my": "our", "me": "us", "mine": "ours", "myself": "ourselves"}
_YOURS = {"my": "your", "our": "your", "me": "you", "us": "you", "mine": "yours", "ours": "yours"}


def promised(quote: str) -> str | None:
    """ "I will post you ten batteries this week" as "to post you ten batteries"."""
    found = _PLEDGE.match(plain(quote.strip(" .!")))
    return _named("to", quote.strip(" .!"), found, "act", _OURS)


def requested(quote: str) -> str | None:
    """ "Could I have the bill in large print?" as "for the bill in large print"."""
    asked = _bare(quote)
    if found := _HAVE.match(plain(asked)) or _ASKED.match(plain(asked)):
        return _named("for", asked, found, "thing", _YOURS)
    return _named("to", asked, _DO.match(plain(asked)), "act", _YOURS)


def quoted(quote: str, turn: str | None) -> str:
    """The sentence that holds the words, whole where it is short: half of one reads badly."""
    whole = next((s.text for s in sentences(turn or "") if quote in s.text), "")
    text = _OPENING.sub("", " ".join((whole if 0 < len(whole) <= MOST_CHARS else quote).split()))
    text = text[:1].upper() + text[1:]
    return f"“{text}”" if text[-1:] in ".!?…" else f"“{text}.”"


def on_day(moment: datetime | None) -> str:
    """When it was said, as one says it: "10 April 2026"; nothing where nobody knows."""
    return f"{moment:%d %B %Y}".removeprefix("0") if moment else ""


def _bare(quote: str) -> str:
    """A request without its opening, its reason after a comma, and its mark."""
    text = " ".join(quote.split()).strip(" .!?")
    opening = _OPENING.match(plain(text))
    text = text[opening.end() :] if opening else text
    first = text.split(",")[0]
    return first if len(first.split()) > 3 else text


def _named(
    link: str, text: str, found: re.Match[str] | None, part: str, swap: dict[str, str]
) -> str | None:
    """What was said, turned to who speaks now; None where it would not be plain."""
    if found is None or len(plain(text)) != len(text):
        return None
    said = text[found.start(part) : found.end(part)]
    cut = _DAY_THEN.search(plain(said))
    said = said[: cut.start()] if cut else said
    lowered = plain(said)
    if _NOT_NAMED.search(lowered) or _THEN.search(lowered):
        return None
    if "," in said or not 1 < len(said.split()) <= MOST_WORDS:
        return None
    turned = re.sub(r"\b\w+\b", lambda m: swap.get(m.group().lower(), m.group()), said)
    return f"{link} {turned.removesuffix(' please')}"
