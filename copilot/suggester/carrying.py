"""What of a reply to one customer may be said to another: its rules and advice, never their case.

A sentence that tells a date, a sum no article knows, a deed of ours, what they have or whom they
know is cut. Where the answer itself is such a sentence, nothing of the reply is of use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from copilot.extractive import named, stems
from copilot.extractive.guards import german
from copilot.guardrails.facts import hard_facts
from copilot.guardrails.support import unsupported_facts
from copilot.ledger.commitments import commitments

RULE = 0.6  # share of a sentence's words in one passage: an article says it, not only a colleague
LEAST = 0.5  # share of the words of meaning that must be left …
FEWEST = 4  # … and how many words at least
FEW_CAPITALS = 0.25  # above, capitals mark nouns (German), not names
_TITLE = r"(?:Mrs?|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herr|Frau)\b\.?"
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_ ]*\]")
_NAME = rf"(?:{_TITLE} )?(?:\[[A-Z][A-Z_ ]*\]|[A-Z][\w'’-]+)"
_GREETING = re.compile(
    rf"^(?:(?:dear|hello|hi|hey|(?:good )?(?:morning|afternoon|evening|day))\b(?: again| there)?"
    rf"(?:,? (?-i:{_NAME})(?: (?-i:{_NAME}))?)?\s*[,.!:]\s*)+",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"(?:^|,? )(?:{_TITLE} )?\[NAME\](?: \[NAME\])?(?=\s*[,.!?:;]|$)|, {_TITLE} \w+"
)
_SIGNED = re.compile(
    r"(?:\s*(?:(?:(?:with )?(?:kind|best|warm|many) (?:regards|wishes|thanks)|regards|yours"
    r" (?:sincerely|faithfully)|best|cheers|all the best|greetings)\b[,.!]?|\[NAME\]))+\s*$",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"^(?:yes|yep|no|never|of course|certainly|absolutely|sure|exactly|right|indeed|gladly)\b"
    r"(?: please)?\s*[,:.!;]\s*",
    re.IGNORECASE,
)
_FEELING = re.compile(
    r"^(?:(?:i|we)(?:['’]m| am|['’]re| are)? (?:\w+ )?(?:sorry|apologi[sz]e|understand|see|hear)\b"
    r"|sorry\b|thanks?\b|thank you|oh\b|i['’]d feel|how (?:lovely|annoying|sad)|congratulations"
    r"|understood\b|good (?:question|idea)|what a\b|my (?:apologies|condolences))",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"^(?:congratulations|good luck|greetings|enjoy|have an?|give (?:her|him|them) our|lovely\b"
    r"|how lovely|great to hear|very (?:good|sensible)|glad|i['’]m glad|all the best|ha\b|great\b"
    r"|good[.!]|perfect|wonderful|nice)[^?]*$",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:january|february|march|april|(?-i:May)|june|july|august|september|october|november"
    r"|december)"
)
_NTH = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:twenty-|thirty-)?(?:first|second|third|fourth|fifth|sixth"
    r"|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth"
    r"|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_DAY = (
    rf"(?:(?:the )?(?:\d{{1,2}}|{_NTH})(?: of)? {_MONTH}(?: \d{{4}})?|{_MONTH}(?: {_NTH})?"
    rf"(?: \d{{1,2}})?(?: \d{{4}})?|{_WEEKDAY}|the {_NTH}(?! (?:time|step|line|day|one|floor)))"
)
_DATED = re.compile(
    rf"\b{_DAY}\b|\b(?:today|tomorrow|tonight|yesterday"
    r"|(?:this|next|last) (?:week|weekend|month|morning|afternoon|evening|year)"
    r"|in (?:the|an) (?:hour|minute)|before (?:eight|nine|ten|noon))\b"
    r"|(?<![£$€\d.])\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?! ?(?:GHz|%|kg|m\b))|\b\d{1,2} ?[ap]\.?m\b",
    re.IGNORECASE,
)
# An aside that only dates what stands around it: "Your next bill, 3 May, comes in large print."
_ASIDE = re.compile(rf", (?:on |from |by |until )?{_DAY},|\s?\((?:on |from )?{_DAY}\)", re.I)
_DONE = (
    r"(?:booked|ordered|noted|corrected|refunded|cancelled|canceled|sent|posted|fixed|changed"
    r"|switched (?:on|off|over)|activated|waived|credited|closed|opened|moved|added|removed"
    r"|updated|upgraded|arranged|scheduled|confirmed|reserved|reset|renewed|paid|transferred"
    r"|released|approved|restored|blocked|deleted|sorted|settled|done|set up|attached|enclosed"
    r"|forwarded|passed on|logged|raised|replaced|extended|processed|issued|unlocked|started)"
)
_DEED = re.compile(
    rf"^(?:all )?{_DONE}\b(?=\s*[,.:;!]|$| (?:for|on|both|by|today|from)\b)"
    r"|(?<!until )(?<!when )(?<!once )(?<!after )(?<!if )(?<!as soon as )(?<!what )(?<!before )"
    r"\b(?:i|we)(?:['’]ve| have| just| already)(?: \w+ly| just| already| now| also| both)* "
    r"(?!to\b|a\b|an\b|the\b|no\b|your?\b|two\b|three\b|several\b|many\b)"
    r"(?:\w+(?:ed|en|ught|ent)|put|set|done|made|told|got|let|kept|held|found|had|run|read)\b"
    r"|(?<!until )(?<!when )(?<!once )(?<!after )(?<!if )(?<!what )(?<!before )(?<!that )"
    r"\b(?:i|we) (?:\w+ed|sent|put you|took|gave|made|did|told|found|saw|spoke|rang|wrote)\b"
    rf"|\b(?:it|that|this|they|those|everything|your [\w’' -]{{1,30}}?|the [\w’' -]{{1,24}}?)"
    rf"(?: is|['’]s| are|['’]re| was| were| has been| have been)"
    rf"(?: now| already| just| all| hereby)* {_DONE}\b"
    r"(?! (?:free|within|after|when|if|as soon|once|automatically|by default|at the end|every))"
    r"|\b(?:label|letter|form|copy|invoice|bill|file|link) (?:is )?(?:attached|enclosed)\b"
    r"|^(?:attached|enclosed)\b|\bon (?:its|their|the) way\b|\b(?:is|are|['’]s) in the post\b"
    r"|\bon the van\b|\bit(?:['’]s| is) (?:off|on) (?:your|the) (?:bill|account|card)\b"
    r"|\b(?:i|we)(?:['’]m| am|['’]re| are) (?:now )?(?:sending|putting|posting|booking|ordering"
    r"|adding|refunding|cancelling|changing|switching|crediting|taking)\b"
    r"|\b(?:i|we) (?:credit|refund|waive|post|send|book|put|cancel|switch|add) (?:you|it|that|this"
    r"|them|your|the)\b",
    re.IGNORECASE,
)
_PLEDGE = re.compile(
    r"\b(?:i|we)(?:['’]ll| will|['’]m going to| am going to|['’]re going to| are going to)\b"
    r"(?! (?:need|never (?:ask|call)))|\byou(?:['’]ll| will) (?:get|have|receive|hear|find)\b"
    r"|\blet me\b|\byou can rely\b|\bi promise\b",
    re.IGNORECASE,
)
_WHERE_IF = (
    r"(?:if|when|once|whether|unless|until|as soon as|in case|what|after|before|do|did|have)"
)
_HOLDS = re.compile(
    r"(?<!\w)(?<!if )(?<!once )(?<!when )(?<!that )(?<!what )"
    r"you(?:['’]ve| have)\b(?! (?:to\b|the (?:right|choice|option)|a right|until\b|up to\b"
    r"|\d+ (?:\w+ )?(?:days?|weeks?|hours?|months?)))"
    r"|(?<!if )(?<!when )(?<!once )(?<!unless )(?<!until )\byou(?:['’]re| are) (?:on|at|in|now"
    r"|still|already|active|booked|due|paying|using|with|a|an|the|covered|over|under)\b"
    r"|\byou (?:pay|use|get) [\w£$€.]+(?: \w+)? (?:now|at the moment|today)\b"
    r"|(?<!if )(?<!what )(?<!when )(?<!that )\byou (?:paid|told|said|asked|bought|ordered|used"
    r"|wrote|called|rang|signed|chose|moved|sent|returned|owed|had|were|did|mentioned)\b"
    r"|\byour (?:[\w’'-]+ ){1,4}?(?:has|have|had|was|were|ended|ran|runs out|shows|showed|starts"
    r"|arrives|(?:is|are|['’]s) (?:still|now|already|active|live|on|in|at|due|not|over|paid|up))\b"
    r"|\bworks? (?:\w+ )?(?:with|on|for|in) (?:your|you)\b|\bfor you (?:that|it|this) (?:is|means)"
    r"|\bfor you(?:,| it['’]?s)|\bdearer for you\b|\bwith your (?:jan|feb|march|april|may|june|july"
    r"|aug|sept|oct|nov|dec)\w*\b|\bnothing (?:is due|to pay|more to pay)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:he|she|his|her|him|hers)\b(?!\/)"
    r"|\byour (?:wife|husband|partner|son|daughter|mother|father|mum|dad|brother|sister|friend"
    r"|neighbour|neighbor|colleague|boss|girlfriend|boyfriend|aunt|uncle|cat|dog|child|children"
    r"|company|team)\b",
    re.IGNORECASE,
)
_BUILT_ON = re.compile(
    r"^(?:then|so|and|in that case|nor|neither|here|not a thing)\b|^do\.",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"^(?:it|that|this|they|these|those|there|then|so|otherwise|after that|until then|if it"
    r"|if not|the same|both|and|but|also|either)\b|\b(?:the other|the rest|until then)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|went|came|happened|got lost|took place)\b", re.IGNORECASE)
_IF = re.compile(
    r"\b(?:if|when|where|which|who|how|what|whatever|that|as it|once|unless|after|until|before)\b",
    re.IGNORECASE,
)
_OURS_NOW = re.compile(
    r"\b(?:i|we) (?:can |could )?(?:keep|stay|close|note|join|expect|put £|give you|see (?:it|here)"
    r")\b|\bmy name\b|\b(?:our|my) (?:fault|mistake)\b|\b(?:number|reference) of your case\b"
    r"|[£$€]\d[\d.,]*\b[^.]{0,30} on your bill\b",
    re.IGNORECASE,
)
# What their own thing is, somebody has to look at: "That is an RA body".
_IS_THAT = re.compile(r"^(?:that|it|this|yours)(?:['’]s| is)\b", re.IGNORECASE)
_IT_DOES = re.compile(
    r"^(?:it|they|that one|this one) (?:works?|fits?|runs?|includes?|covers?|does|do|can|ha(?:s|ve)"
    r"|comes?|goes|go|supports?|holds?)\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<=[\w,;:)>] )[A-ZÀ-ÖØ-Þ][\w’'-]*\w")
_QUOTED = re.compile(r"[\"“„]([^\"”“\n]{1,60})[\"”“]")
_SPLIT = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Known:
    """What is true for everybody (public passages), and what this customer said and has."""

    passages: tuple[str, ...] = ()
    said: str = ""
    product_names: tuple[str, ...] = ()
    spoken_of: frozenset[str] = frozenset()  # products they own, named or need, in small letters
    is_guarded: bool = False  # care or trouble: no other product is named at all
    _stems: tuple[frozenset[str], ...] = field(default=(), compare=False)

    @classmethod
    def of(
        cls,
        passages: Sequence[str],
        said: str,
        product_names: Iterable[str] = (),
        spoken_of: Iterable[str] = (),
        *,
        is_guarded: bool = False,
    ) -> Known:
        """Passages are read once for all the replies that are judged."""
        return cls(
            tuple(passages),
            said,
            tuple(product_names),
            frozenset(name.casefold() for name in spoken_of),
            is_guarded,
            tuple(frozenset(stems(passage)) for passage in passages),
        )

    def is_rule(self, sentence: str) -> bool:
        """Whether an article says about the same."""
        meant = frozenset(stems(sentence))
        return any(len(meant & passage) >= RULE * len(meant) for passage in self._stems)

    def rules(self, words: str, sentence: str) -> bool:
        """Whether an article says about the same and holds these words."""
        meant, inner = frozenset(stems(sentence)), words.casefold()
        return any(
            inner in passage.casefold() and len(meant & said) >= RULE * len(meant)
            for passage, said in zip(self.passages, self._stems, strict=True)
        )

    def said_all(self, names: Iterable[str]) -> bool:
        """Whether this customer named all of these."""
        return all(_stands_in(name, (self.said,)) for name in names)

    def holds(self, words: str) -> bool:
        """Whether a name or a quoted word stands in an article or was said by this customer."""
        return _stands_in(words, (self.said, *self.passages, *self.product_names))


def _stands_in(words: str, texts: Iterable[str]) -> bool:
    pattern = re.compile(rf"(?<!\w){re.escape(words.casefold())}(?!\w)")
    return any(pattern.search(text.casefold()) for text in texts)


def carried(text: str, known: Known) -> str | None:
    """The reply without another customer's case; None where too little, or no answer, is left."""
    sentences = [_bare(s) for s in _SPLIT.split(without_address(text)) if s.strip()]
    sentences = [s for s in sentences if s and not _WISH.search(s)]
    kept: list[str] = []
    is_cut = has_answer = False
    for sentence in sentences:
        if is_tied(sentence, known) or (is_cut and _REFERS.search(sentence)):
            if not has_answer and not _is_feeling(sentence):
                return None
            is_cut = True
            continue
        has_answer = has_answer or not _is_feeling(sentence)
        kept.append(sentence)
    meant = [len(stems(s)) for s in sentences]
    left = [len(stems(s)) for s in kept]
    text = " ".join(kept)
    is_enough = sum(left) >= LEAST * sum(meant) and len(text.split()) >= FEWEST
    return text if has_answer and is_enough else None


def without_address(text: str) -> str:
    """A reply without greeting, names and signature: whom it spoke to is not who reads it now."""
    body = _SIGNED.sub("", _GREETING.sub("", " ".join(text.split("\r"))))
    body = _CALLED.sub("", body).strip()
    return _capital(body)


def names_nobody(text: str) -> bool:
    """Whether a reply speaks to nobody by a title or a name that was taken out of it."""
    return not re.search(r"\b(?:Mrs?|Ms|Miss|Mx)\b\.? [A-Z\[]|\[NAME\]", text)


def is_tied(sentence: str, known: Known) -> bool:
    """Whether a sentence holds only in the case in which it was said."""
    if _PLACEHOLDER.search(sentence) or _OTHERS.search(sentence) or _BUILT_ON.search(sentence):
        return True
    if _DEED.search(sentence) or _PLEDGE.search(sentence) or _HOLDS.search(sentence):
        return True
    if german.tells_deed(sentence):
        return True
    if _OURS_NOW.search(sentence) or (_PAST.search(sentence) and not _IF.search(sentence)):
        return True
    days = (day[0] for form in (_DATED, german.DATED) for day in form.finditer(sentence))
    if any(not known.rules(day, sentence) for day in days):
        return True
    if _binds(sentence, known):
        return True
    if hard_facts(sentence) and unsupported_facts(sentence, known.passages):
        return True
    if _IS_THAT.search(sentence) and not known.said_all(_names(sentence)):
        return True
    if any(not known.holds(name) for name in _names(sentence)):
        return True
    foreign = set(named(sentence, known.product_names)) - known.spoken_of
    return bool(foreign) and (known.is_guarded or not known.is_rule(sentence))


def _binds(sentence: str, known: Known) -> bool:
    """Whether it commits us, or says of a product what no article says."""
    kinds = {clause.kind for clause in commitments(sentence, sales=True)}
    if "pledge" in kinds:
        return True
    of_product = _IT_DOES.search(sentence) or named(sentence, known.product_names)
    binds = "event" in kinds or ("claim" in kinds and bool(of_product))
    return binds and not known.is_rule(sentence)


@lru_cache(maxsize=4_096)
def _names(sentence: str) -> tuple[str, ...]:
    """Words that name something: capitals within the sentence, and what stands in quotes."""
    words = [w for w in sentence.split()[1:] if w[:1].isalpha()]
    capitals = _CAPITAL.findall(sentence)
    if len(capitals) > max(3, FEW_CAPITALS * len(words)) and " > " not in sentence:
        capitals = []
    found = [word for word in capitals if word not in ("I", "I'm", "I’m", "OK")]
    return (*found, *_QUOTED.findall(sentence))


def _bare(sentence: str) -> str:
    """A sentence without its yes or no, which answered another question, and without a date."""
    bare = _ASIDE.sub("", _VERDICT.sub("", sentence.strip()))
    return _capital(bare) if stems(bare) or "?" in bare else ""


def _is_feeling(sentence: str) -> bool:
    return bool(_FEELING.search(sentence))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
