"""For whom a sentence holds: private customers, businesses, those over 65, students.

A rule for one group answers in words whoever asks for the same thing. Where the record or the
talk says that they belong to the other group it is left out, and where nobody knows it is not
preferred to a rule for all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from copilot.extractive.fitting.matching import Article, Unit, met
from copilot.extractive.hearing.asking import Ask, Heard
from copilot.extractive.language.words import stems

PRIVATE, BUSINESS = "private", "business"
_WORDS = re.compile(r"[\w'’-]+")
NARROW = 0.5  # what a rule for a group is worth where nobody knows whether they are of it
_OTHER = {PRIVATE: BUSINESS, BUSINESS: PRIVATE}
_SHARED = 2  # words of a question that tell that it is about the other group's rule itself
_WHO = (
    r"(?:customers?|clients?|households?|members?|users?|persons?|people|individuals?|accounts?"
    r"|tenants?|policy ?holders?|buyers?|guests?|subscribers?)"
)
_AGED = (
    r"(?:aged|over|above|from|older than) (?:(?:the )?age of )?[5-9]\d\b(?! ?(?:%|kg|km|cm|m\b))"
)
_GROUPS = {
    PRIVATE: (
        rf"(?:private|residential|household|domestic|personal) {_WHO}|consumers?"
        r"|private (?:homes?|individuals?)"
    ),
    BUSINESS: (
        rf"(?:business|commercial|corporate|trade|company|enterprise|professional) {_WHO}"
        r"|businesses|companies|firms|traders|self-employed(?: \w+)?"
    ),
    "older": (
        rf"(?:{_WHO}|those|anyone|everyone|anybody|everybody) {_AGED}(?: or over)?"
        r"|(?:the )?over[- ]?[5-9]\ds?|senior(?:s| citizens?| members?| customers?)|pensioners?"
    ),
    "student": r"(?:full-time )?students?|apprentices?",
}
_GROUP = {
    name: re.compile(
        rf"^(?:(?:this|that|the|our|it) (?:[\w-]+ ){{0,3}}(?:is|are|applies|apply"
        r"|holds?) (?:only )?(?:for|to)"
        r" |(?:only |all )?(?:for |as |to |if you(?:['’]re| are) )?(?:an? |our "
        rf"|all )?)(?:{words})\b"
        rf"(?!['’]| (?:association|hours|days|rates?|card|address|plan|membership)\b)",
        re.IGNORECASE,
    )
    for name, words in _GROUPS.items()
}
_NAMES = re.compile(
    rf"\b(?P<who>{'|'.join(_GROUPS[n] for n in (PRIVATE, BUSINESS))}) \((?P<of>[^()]{{2,80}})\)",
    re.I,
)
_IN_TITLE = {
    name: re.compile(rf"(?:^|\b(?:for|to|of) )(?:only )?(?:{words})\b(?=\s*(?:[:,(–—-]|$))", re.I)
    for name, words in _GROUPS.items()
}
_SEGMENTS = {
    PRIVATE: r"private|consumer|household|residential|personal|individual|b2c|home|domestic",
    BUSINESS: r"business|b2b|compan|commercial|corporate|trade|enterprise|office|sm[be]\b",
}
# What somebody says of themselves.
_I_AM = r"(?:i['’]?m|i am|we['’]?re|we are)"
_SELF = {
    PRIVATE: (
        rf"{_I_AM} (?:just |only |both |now )?(?:an? )?(?:couple|family|private (?:customer"
        r"|person|household)\w*"
        r"|consumers?|pensioners?|retired|students?)\b|\bas an? (?:private|consumer)\b"
        r"|\bprivate (?:customers?|persons?|household)\b|\b(?:at|for) (?:my |our )home\b"
    ),
    BUSINESS: (
        r"\b(?:my|our) (?:\w+ )?(?:compan(?:y|ies)|business|firm|office|shop|store|restaurant"
        r"|bakery|caf[eé]"
        r"|practice|salon|agency|employees|staff|trainees?|apprentice|accountant|branch|warehouse"
        r"|workshop|hotel|clinic|tax number|vat number|customers|guests)s?\b"
        rf"|{_I_AM} an? (?:\w+ )?(?:company|business|firm"
        r"|office|practice|agency|restaurant|caf[eé]|bakery|start-?up|charity|school)\b"
        r"|\bthe (?:office|bakery|restaurant)\b|\bas a (?:business|company|firm)\b"
    ),
    "older": (
        r"\b(?:i am|i['’]m|she is|he is|aged) (?:6[05-9]|[789]\d)\b"
        r"|\b(?:retired|pensioners?|seniors?)\b|over[- ]6\d"
    ),
    "student": r"\b(?:students?|university|apprentice)\b",
}  # fmt: skip
_SAYS = {name: re.compile(words, re.IGNORECASE) for name, words in _SELF.items()}


_LISTED = re.compile(r",\s*|\s+(?:and|or)\s+")
# Of a table that tells for whom each plan is.
_FOR_WHOM = re.compile(
    r"^(?P<name>[^,:]{2,40}), (?:for who(?:m)?|who it(?:['’]s| is) for|(?:best|made|meant|suitable)"
    r" for): (?P<of>.+)$",
    re.IGNORECASE,
)
_SAYS_PRIVATE = re.compile(
    r"\b(?:private|consumers?|households?|homes?|famil(?:y|ies)|couples?|individuals?)\b", re.I
)
_TRADES = re.compile(
    r"\b(?:offices?|compan(?:y|ies)|business(?:es)?|firms?|caf[eé]s?|bakeries|shops?|stores?"
    r"|hotels?"
    r"|restaurants?|canteens?|salons?|workshops?|practices|agencies|traders?|employers?|teams)\b",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"^(?:private|business)(?=[,:]| at most\b)", re.IGNORECASE)


@lru_cache(maxsize=16_384)  # the same sentences are read for every request
def group_of(text: str) -> str | None:
    """The one group that a sentence speaks to, if it begins with it."""
    found = [name for name, begins in _GROUP.items() if begins.match(text)]
    if len(found) != 1 or found[0] not in _OTHER:
        return found[0] if len(found) == 1 else None
    both = re.match(rf".{{0,40}}\b(?:and|or) (?:{_GROUPS[_OTHER[found[0]]]})", text, re.I)
    return None if both else found[0]


@lru_cache(maxsize=4_096)
def group_of_title(title: str) -> str | None:
    """The one group that a title names: "Private customers: …", "Returns for businesses"."""
    found = [name for name, named in _IN_TITLE.items() if named.search(title)]
    return found[0] if len(found) == 1 else None


def group_of_heading(heading: frozenset[str]) -> str | None:
    """The same of a heading, of which only the words are known."""
    private = heading & _PRIVATE_STEMS
    business = heading & _BUSINESS_STEMS
    if bool(private) == bool(business) or not (len(heading) == 1 or heading & _WHO_STEMS):
        return None
    return PRIVATE if private else BUSINESS


_PRIVATE_STEMS = frozenset(stems("private consumers residential"))
_BUSINESS_STEMS = frozenset(stems("businesses business commercial corporate companies"))
_WHO_STEMS = frozenset(stems("customers clients accounts users tenants individuals"))


@dataclass(frozen=True)
class Audience:
    """Judges sentences by whom they are for, and who is writing."""

    articles: Sequence[Article]
    heard: Heard
    segment: str = ""
    notes: tuple[str, ...] = ()
    owned: frozenset[str] = frozenset()

    @cached_property
    def theirs(self) -> frozenset[str]:
        """The groups they belong to, by what they say, what they have, and their record."""
        text = " ".join((self.heard.said_text, *self.notes))
        said = {name for name, says in _SAYS.items() if says.search(text)}
        if not said & _OTHER.keys():
            has = {g for name, g in self._named.items() if self._has(name)}
            said |= has if len(has) == 1 else set()
        if not said & _OTHER.keys():
            said |= {n for n, w in _SEGMENTS.items() if re.match(w, self.segment.strip(), re.I)}
        return frozenset(said) if len(said & _OTHER.keys()) < 2 else frozenset(said) - _OTHER.keys()

    def _has(self, name: str) -> bool:
        plain = self.heard.said_text.lower()
        return name in self.owned or bool(
            re.search(rf"\b(?:on|have|our|my) {re.escape(name)}\b", plain)
        )

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """Plans that articles tell to be of a group: "Business customers (Office, Flex)"."""
        found: dict[str, str] = {}
        for text in (u.text for a in self.articles for u in a.units):
            for match in _NAMES.finditer(text):
                if group := group_of(match["who"]):
                    found |= dict.fromkeys(_LISTED.split(match["of"].strip().lower()), group)
            if row := _FOR_WHOM.match(text):
                is_private = _SAYS_PRIVATE.search(row["of"])
                if is_private or _TRADES.search(row["of"]):
                    found[row["name"].lower()] = PRIVATE if is_private else BUSINESS
        return found

    @cached_property
    def _said(self) -> str:
        """All that they said, word by word: a pattern for each name of a table would cost more."""
        return _in_words(self.heard.said_text.lower())

    @cached_property
    def _titles(self) -> Mapping[int, str]:
        return {a.n: a.hit.title for a in self.articles}

    def _group(self, unit: Unit) -> str | None:
        """For which group a sentence is: by itself, its row, its heading, its article's title."""
        own = group_of(unit.text) or self._group_of_row(unit)
        if own is not None:
            return own
        by_heading = group_of_heading(unit.said.heading)
        return by_heading or group_of_title(self._titles.get(unit.n, ""))

    def _group_of_row(self, unit: Unit) -> str | None:
        """Of a table: its column "Private, at most", or the plans its row is on."""
        if unit.said.cell is None:
            return None
        if column := _COLUMN.match(unit.text):
            return PRIVATE if column[0].lower().startswith("priv") else BUSINESS
        names = _LISTED.split(unit.said.cell.thing.lower())
        if any(_name_in_words(name) in self._said for name in names if name.strip()):
            return None  # they ask for it by its name
        groups = {self._named.get(name) for name in names}
        return groups.pop() if len(groups) == 1 else None

    def is_foreign(self, unit: Unit) -> bool:
        """Whether a sentence is for the other group than theirs."""
        group = self._group(unit)
        return group in _OTHER and _OTHER[group] in self.theirs

    def is_narrow(self, unit: Unit) -> bool:
        """Whether it is for a group of which nobody knows whether they belong to it."""
        group = None if unit.said.cell else self._group(unit)
        return group is not None and group not in self.theirs

    def is_beside(self, ask: Ask, article: Article) -> bool:
        """Whether it only says that another group's rule is not theirs, and nobody asked for it."""
        title = group_of_title(article.hit.title)
        if title not in _OTHER or _OTHER[title] not in self.theirs:
            return False
        about = article.vocabulary - _NO_WORDS - frozenset(stems(" ".join(self._named)))
        return sum(bool(met(w, about)) for w, worth in ask.words.items() if worth >= 1.0) < _SHARED


_NO_WORDS = _PRIVATE_STEMS | _BUSINESS_STEMS | _WHO_STEMS


def _in_words(text: str) -> str:
    return f" {' '.join(_WORDS.findall(text))} "


_name_in_words = lru_cache(maxsize=4_096)(_in_words)  # of articles; what is said is not kept
