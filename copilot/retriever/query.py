"""From a conversation to what is asked: one text to embed, clauses, and words to look up.

Deterministic and bounded: any text gives a plan, the same text always the same plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from copilot.domain import Conversation, Turn
from copilot.facing import facing
from copilot.guardrails.bounded import ends
from copilot.retriever.words import STOP, stems, words

MAX_TURN_CHARS = 4_000  # a longer turn is a pasted log: its start and end say what it is
MAX_TEXT_CHARS = 1_100  # what the local embedder reads without cutting
MAX_TURNS = 40
MAX_TERMS = 40
MAX_CODES = 8
MIN_TOPICS = 3  # a last turn with fewer words of its own is no question by itself
RECENT = 3  # turns of the customer that always count
# A clause of the last turns outweighs one of the opening when room is short.
_SENTENCE = re.compile(r"(?<=[.!?。！？…])\s+|\n+")
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening|day)|thanks?(?: you)?"
    r"|thank you so much|ok(?:ay)?|sure|yes|no|great|perfect|bye|goodbye|cheers|regards"
    r"|kind regards|best regards)(?: there| team| all| again| so much)?(?:\W+|$)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:my (?:name|phone|e-?mail|date of birth|address|zip)\b[^.!?]*\bis\b|date of birth|dob\b)"
    r"|\S@\w[\w-]{0,60}\.\w",
    re.IGNORECASE,
)
# Letters and digits in one word, or capitals joined to digits by a hyphen.
_CODE = re.compile(
    r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{2,20}\b(?!-)|\b[A-Z]{2,8}-\d{1,6}[A-Z]?\b"
)
_LOG_LINE = re.compile(
    r"^\s*(?:\[?\d{4}-\d\d-\d\d[T ]|\d\d:\d\d:\d\d|at [\w.$]+\(|[{}\[\]]|(?:DEBUG|INFO|TRACE)\b)"
)
# Someone who wants to choose or take up something, as against someone with a problem.
_CHOICE = re.compile(
    r"\b(?:open(?:ing)?|apply(?:ing)?|choos\w+|pick|compar\w+|which(?:ever)?|best|better|highest"
    r"|lowest|most|least|maximi[sz]\w+|options?|recommend\w*|suggest\w*|new|sign(?:ing)? up"
    r"|upgrad\w+|switch\w*|swap|buy|purchase|order)\b",
    re.IGNORECASE,
)

# "I do NOT want to cancel, I only want to pay on another day": what is not wanted, and what is.
_PIECE = re.compile(
    r"[,;:]\s+|\s+[-–—]\s+|\s+(?=but\b)"
    r"|(?<!\bbut)\s+(?=(?:i|we)(?:['’]\w+)? (?:only|just|simply|rather|want|need)\b)",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"^\W*(?:(?:no|but|and|well|so)\W+)?(?:i|we)(?:['’]?m| am|['’]re| are)? (?:really )?"
    r"(?:do(?:n['’]?t| not)|did(?:n['’]?t| not)|never|not) (?:really |even )?"
    r"(?:want|wish|mean|need|ask|look|try|plan)\w*\b",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"^\W*(?:but\W+)?(?:(?:i|we)(?:['’]\w+| would| am| are)? )?"
    r"(?:only|just|simply|rather|actually|want|need|like)\b",
    re.IGNORECASE,
)
MIN_WANTED = 2  # words of what is wanted: "…, I want a new one" names nothing without the rest


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of the customer, as stems, and whether it speaks of choosing something."""

    stems: tuple[str, ...]
    is_choice: bool


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What to search for. `texts` are embedded in one call; the first one leads."""

    texts: tuple[str, ...]
    terms: tuple[str, ...]
    clauses: tuple[Clause, ...]
    codes: tuple[str, ...] = ()
    is_typed: bool = False  # a query of few words, and no conversation

    @property
    def is_empty(self) -> bool:
        """True when nothing in the conversation can be looked up."""
        return not self.texts

    @property
    def stems(self) -> frozenset[str]:
        """All stems of all clauses."""
        return frozenset(stem for clause in self.clauses for stem in clause.stems)


EMPTY = QueryPlan((), (), ())


def plan(asked: Conversation | str, *, acronyms: Set[str] = frozenset()) -> QueryPlan:
    """The plan for a conversation or a typed query.

    `acronyms` are the tenant's own (see Library): a phrase that one of them abbreviates gets it.
    """
    turns = list(_said(asked))
    sentences = _chosen(turns)
    if not sentences or (isinstance(asked, str) and _is_letter(asked)):
        return EMPTY
    text = " ".join(sentences)
    # What the customer is facing, in the words of help centres: they seldom use those themselves.
    short = [*_abbreviated(text, acronyms), *(matter.words for matter in facing(sentences))]
    terms = _terms((text, " ".join(short)))
    if not terms:
        return EMPTY
    clauses = tuple(
        Clause(tuple(stems(sentence)), bool(_CHOICE.search(sentence))) for sentence in sentences
    )
    lead = " ".join((text[:MAX_TEXT_CHARS], *short))
    return QueryPlan(
        (lead, *_asked_last(turns, lead)), terms, clauses, _codes(text), isinstance(asked, str)
    )


def widened(planned: QueryPlan, queries: Sequence[str]) -> QueryPlan:
    """The plan with further queries beside its own, which still leads; an empty one stays empty."""
    more = tuple(dict.fromkeys(q[:MAX_TEXT_CHARS] for q in queries if _topical(q)))
    more = tuple(text for text in more if text not in planned.texts)
    if planned.is_empty or not more:
        return planned
    own, found = planned.terms, _terms(more)
    terms = dict.fromkeys((*own[: MAX_TERMS - len(found)], *found, *own))
    return replace(
        planned,
        texts=(*planned.texts, *more),
        terms=tuple(terms)[:MAX_TERMS],
        codes=tuple(dict.fromkeys((*planned.codes, *_codes(" ".join(more)))))[:MAX_CODES],
    )


def _said(asked: Conversation | str) -> Iterator[list[str]]:
    """Sentences that say something, turn by turn, oldest first."""
    turns = (Turn("customer", asked),) if isinstance(asked, str) else asked.turns
    spoken = [t for t in turns if t.speaker in ("customer", "third_party") and t.text.strip()]
    if not spoken:  # an outgoing conversation: what our side said is all there is
        spoken = [t for t in turns if t.visibility == "public" and t.text.strip()][-RECENT:]
    if len(spoken) > MAX_TURNS:
        spoken = [*spoken[:2], *spoken[2 - MAX_TURNS :]]
    single = len(spoken) == 1
    for turn in spoken:
        sentences = [s for s in _sentences(turn.text) if single or not _PERSONAL.search(s)]
        if sentences:
            yield sentences


def _sentences(text: str) -> list[str]:
    """The sentences of one turn without greetings, thanks and the lines of a log."""
    lines = _SENTENCE.split(ends(text, MAX_TURN_CHARS))
    said_in_words = [line for line in lines if line.strip() and not _LOG_LINE.match(line)]
    found: list[str] = []
    for line in said_in_words or lines:
        said = _greeted(line)
        if any(word not in STOP for word in words(said)):
            found.append(said[:MAX_TEXT_CHARS])
    if not found and words(text):  # nothing but small words: better they than nothing
        found = [" ".join(text.split())[:MAX_TEXT_CHARS]]
    return _wanted(found)


def _wanted(sentences: Sequence[str]) -> list[str]:
    """The sentences without what is said not to be wanted, where what is wanted follows."""
    pieces = [(n, p) for n, said in enumerate(sentences) for p in _PIECE.split(said)]
    unwanted = {
        at
        for at, ((_, piece), (_, after)) in enumerate(pairwise(pieces))
        if _UNWANTED.match(piece) and _WANTED.match(after) and _topical(after) >= MIN_WANTED
    }
    if not unwanted:
        return list(sentences)
    kept: dict[int, list[str]] = {}
    for at, (n, piece) in enumerate(pieces):
        if at not in unwanted:
            kept.setdefault(n, []).append(piece)
    return [", ".join(said) for said in kept.values()]


def _greeted(sentence: str) -> str:
    """The sentence after its greeting."""
    said = " ".join(sentence.split())
    for _ in range(3):
        match = _GREETING.match(said)
        if match is None or match.end() == 0:
            break
        said = said[match.end() :]
    return said


def _chosen(turns: Sequence[list[str]]) -> list[str]:
    """As many sentences as fit: the last turns, the opening, then the newest of the rest."""
    if not turns:
        return []
    order = [*range(len(turns) - 1, max(-1, len(turns) - 1 - RECENT), -1), 0]
    order += [i for i in range(len(turns) - 1, -1, -1) if i not in order]
    room = MAX_TEXT_CHARS
    kept: dict[int, list[str]] = {}
    for index in dict.fromkeys(order):
        fitting: list[str] = []
        for sentence in turns[index]:
            if len(sentence) <= room:
                fitting.append(sentence)
                room -= len(sentence) + 1
        kept[index] = fitting
    chosen = [sentence for index in sorted(kept) for sentence in kept[index]]
    return list(dict.fromkeys(chosen)) or [turns[-1][0][:MAX_TEXT_CHARS]]


def _asked_last(turns: Sequence[list[str]], lead: str) -> tuple[str, ...]:
    """The customer's last turn by itself, unless it is the whole of what was said."""
    last = " ".join(turns[-1])[:MAX_TEXT_CHARS]
    return (last,) if len(turns) > 1 and _topical(last) >= MIN_TOPICS and last != lead else ()


def _is_letter(text: str) -> bool:
    """Whether a query is a letter or two by themselves; in some scripts one sign is a word."""
    return all(len(word) == 1 and word.isascii() and word.isalpha() for word in words(text))


def _topical(text: str) -> int:
    return len({word for word in words(text) if word not in STOP})


def _terms(texts: Sequence[str]) -> tuple[str, ...]:
    found = [word for text in texts for word in words(text)]
    topical = [word for word in found if word not in STOP and (len(word) > 1 or word.isdigit())]
    return tuple(dict.fromkeys(word[:64] for word in topical or found))[:MAX_TERMS]


def _codes(text: str) -> tuple[str, ...]:
    """Identifiers such as E23, XK-200 or 2B17, as they stand in the topics of a title."""
    found = dict.fromkeys(" ".join(stems(match)) for match in _CODE.findall(text))
    return tuple(found)[:MAX_CODES]


def _abbreviated(text: str, acronyms: Set[str]) -> list[str]:
    """Acronyms of the tenant whose letters begin three to five neighbouring words."""
    if not acronyms:
        return []
    said = words(text)[:400]
    initials = [word[0].upper() for word in said]
    found: dict[str, None] = {}
    for size in (3, 4, 5):
        for start in range(len(said) - size + 1):
            letters = "".join(initials[start : start + size])
            if letters in acronyms and not STOP.intersection(said[start : start + size]):
                found[letters] = None
    return list(found)
