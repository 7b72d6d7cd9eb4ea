"""The open questions of a customer, one by one, and what they said that no answer may pass over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from copilot.domain import Turn
from copilot.extractive.hearing.clauses import (
    ASIDE,
    ASKS,
    CLAUSE,
    CLAUSE_ASKED,
    GREETING,
    INDIRECT,
    OPENS,
    REQUEST,
    SENTENCE,
    lines_of,
)
from copilot.extractive.hearing.deeds import done_in, followed
from copilot.extractive.hearing.referring import (
    BESIDE,
    IF,
    JUST_WHY,
    NAMELESS_TRADE,
    REFERS,
    REMEDIES,
    REMEDY,
    TRADE,
)
from copilot.extractive.hearing.settling import answers_yes
from copilot.extractive.hearing.sorts import Sort, names_sum, sort_of
from copilot.extractive.language.amounts import amounts_in, counts_in
from copilot.extractive.language.words import meanings, stem, stems

MAX_ASKS = 6
MAX_SENTENCES = 60
MAX_EARLIER = 3  # messages of the customer before the last that a question may refer to

WISH_BEGINS = 12  # a wish is said at the start of its clause
TRIGGER = 0.35  # weight of a word that only says which sort of answer is wanted
_TRIGGERS: dict[Sort, frozenset[str]] = {
    "cost": frozenset(stems("cost price charge fee pay much expensive free extra total money")),
    "time": frozenset(
        stems("long soon early late time date day week month year hour minute open start often")
    ),
    "count": frozenset(stems("many limit maximum")),
    "how": frozenset(stems("work help chance")),
    "choice": frozenset(stems("choice option better cheaper best")),
}
_NAMELESS = frozenset().union(
    *(words for sort, words in _TRIGGERS.items() if sort != "cost"),
    stems(
        """january february march april may june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday
        jan feb mar apr jun jul aug sep sept oct nov dec
        morning afternoon evening night far next twice"""
    ),
)
_BROAD = re.compile(
    r"\bwhat (?:else )?(?:can|could|do|will) (?:i|you|we)\b|\bwhich help\b"
    r"|\b(?:some|any) (?:way|help|chance)\b|\bwhat (?:are )?my (?:choices|options)\b",
    re.IGNORECASE,
)
# A call for help that does not say with what: the rest of the message does.
_ASKING = frozenset(
    stems(
        """request ask report discuss check start look talk speak arrange
        switch change put set turn send make"""  # how it is done; what is wanted comes after
    )
)
_FOR_HELP = re.compile(
    r"\b(?:need|want|like) (?:some |your |a bit of )?help\b|\b(?:can|could|would) you (?:please )?"
    r"help\b|\b(?:have|got) (?:a|some|two|another) (?:questions?|issues?|problems?)\b",
    re.IGNORECASE,
)
# "When it rains …" and "which is why …" ask nothing; "when do I …" and "which one …" do.
_WHENEVER = re.compile(
    r"^(?:when(?! (?:do|does|did|will|would|can|could|is|are|was|should|must|shall)\b)"
    r"|which(?! (?:one|plan|of|day|do|should|would|can)\b))\b",
    re.IGNORECASE,
)
_OR_WHAT = re.compile(r"^\W*(?:or )?what\W*$", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|nope|neither|none)\b(?! (?:problem|worries|idea))", re.IGNORECASE)
_CODE = re.compile(r"\b[A-Z]{1,3}-?\d{1,4}\b")
_WHAT_IF = re.compile(r"^\W*(?:(?:and|but|or|so) if|what if)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:so that|instead|if|when|because|since|while|although)\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"^[\d.,:]+(?:st|nd|rd|th)?$|^(?:one|two|three|four|five|six|seven|eight|nine|ten)$"
)
_NO_MORE = re.compile(
    r"\b(?:no more|not (?:interested in|again)|(?:do|does)(?:n['’]t| not) (?:need|want)"
    r"|i know (?:how|about|that))\b",
    re.IGNORECASE,
)
_LACKS = re.compile(
    r"\b(?:(?:do|have)(?:n['’]t| not)|no longer) (?:\w+ )?(?:have|get|receive|own|got)\b",
    re.IGNORECASE,
)
# What stands before a question and is no part of it: "I wanted to ask …".
_LEAD = re.compile(
    r"^\W*(?:(?:i|we) (?:just )?(?:wanted|want|need|would like|['’]d like) to (?:know|ask)"
    r"|(?:can|could|would) you (?:please )?tell me|please tell me|tell me|let me know)\s+",
    re.IGNORECASE,
)
_PAUSE = re.compile(r"[,.;:?!]\s")
_PROPER = re.compile(r"(?<=[a-z,] )[A-Z][a-zA-Z]{2,}\b(?!\s*[>:])")
_TOTAL = re.compile(r"\b(?:altogether|in all|in total|all together)\b", re.IGNORECASE)
_WEEKDAYS = frozenset(stems("monday tuesday wednesday thursday friday saturday sunday"))
_CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june
    july august september october november december christmas easter""".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One open question.

    `words` weighs the stems of its own words; `leans` are those of what it refers to ("and from
    when would I get it?"); without `focus` and `names` in it, nothing answers it.
    """

    text: str
    sort: Sort
    words: dict[str, float]
    leans: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()  # neighbours, of what it refers to as well
    refers: bool = False  # with a pronoun, so that only what it refers to can answer
    is_broad: bool = False  # about all that can be done, not one thing
    focus: str | None = None
    names: frozenset[str] = frozenset()
    deed: str | None = None  # of "I have to move it. Does that cost anything?"
    done_to: frozenset[str] = frozenset()  # and what it is done to
    case: frozenset[str] = frozenset()  # of "If the hub is offline, will they heat?"

    @property
    def is_typed(self) -> bool:
        """Whether the shape of its answer is known: an amount, a date, a number, a place."""
        return self.sort in ("cost", "time", "count", "place")

    @property
    def is_short(self) -> bool:
        """Whether it says too little to be understood without what went before."""
        return bool(self.leans) and sum(w == 1.0 for w in self.words.values()) < 2

    @property
    def is_bare(self) -> bool:
        """Whether it says nothing by itself."""
        return not any(weight >= 1.0 for weight in self.words.values())


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer asks now, and what they and our side have said."""

    asks: tuple[Ask, ...]
    concerns: tuple[Ask, ...]  # what else they say beside their questions
    now: frozenset[str]  # stems of the message that is open, its questions left out
    before: frozenset[str]  # stems of earlier turns
    tried: tuple[frozenset[str], ...] = ()
    followed: tuple[frozenset[str], ...] = ()  # what we advised, where they say they did it all
    refused: tuple[frozenset[str], ...] = ()
    lacking: tuple[frozenset[str], ...] = ()
    told: tuple[frozenset[str], ...] = ()  # what our side said, turn by turn
    # "five rooms": 5 by the stem of rooms; "an order of £28": 28 by the coin
    counts: Mapping[str, float] = field(default_factory=dict)
    open_text: str = ""  # the message that is open
    said_text: str = ""  # all that the customer said
    told_text: str = ""  # and our side
    is_denial: bool = False  # it begins with a no to our question
    affirmed: str = ""  # our question of fact that it says yes to, and nothing else


def hear(turns: Sequence[Turn], noted: Sequence[str] = ()) -> Heard:
    """Reads the public turns of a conversation; `noted` is what is on file of the same matter."""
    public = [t for t in turns if t.visibility == "public" and t.text.strip()]
    said = [t for t in public if t.speaker in ("customer", "third_party")]
    cut = max((n for n, t in enumerate(public) if t.speaker == "agent"), default=-1)
    open_now = [t.text for t in public[cut + 1 :] if t in said] or [t.text for t in said[-1:]]
    earlier = [t.text for t in said if t.text not in open_now]
    asks, rest = _asks(open_now, [*noted, *earlier])
    is_denial = cut >= 0 and _denies(public[cut].text, open_now)
    if is_denial and all(a.sort == "problem" for a in asks):
        asks = ()  # it says that what we thought of is not so, and asks nothing
    affirmed = answers_yes(public[cut].text, " ".join(open_now)) if cut >= 0 else ""
    if affirmed and all(a.sort == "problem" for a in asks):
        asks = ()  # it says how things are
    else:
        affirmed = ""
    sentences = [s for t in said for s in SENTENCE.split(t.text)][-MAX_SENTENCES:]
    clauses = [c for s in sentences for c in re.split(r"(?<=[,;])\s+", s)]
    return Heard(
        asks=asks,
        is_denial=is_denial,
        affirmed=affirmed,
        concerns=tuple(_concern(c) for c in rest) if asks else (),
        now=_words(" ".join(rest)),
        before=_words(" ".join(earlier)),
        tried=tuple(words for c in clauses if (words := done_in(c))),
        followed=followed(public[cut].text if cut >= 0 else "", " ".join(open_now)),
        refused=tuple(_after(c, _NO_MORE) for c in clauses if _NO_MORE.search(c)),
        lacking=tuple(_after(c, _LACKS) for c in clauses if _LACKS.search(c)),
        told=tuple(_words(t.text) for t in public if t.speaker == "agent"),
        counts={**counts_in([t.text for t in public]), **amounts_in(" ".join(open_now))},
        open_text=" ".join(open_now),
        said_text="\n".join(t.text for t in said),
        told_text="\n".join(t.text for t in public if t.speaker == "agent"),
    )


def _denies(ours: str, answer: Sequence[str]) -> bool:
    """Whether a message begins with a no to our question and names nothing new by its code."""
    said = " ".join(answer)
    is_no = ours.rstrip().endswith("?") and _NO.match(said)
    return bool(is_no) and not _CODE.search(said)


def _concern(clause: str) -> Ask:
    words = [w for w in meanings(clause) if not is_measure(w)]
    return Ask(clause, "what", dict.fromkeys(words, 1.0), pairs=frozenset(pairwise(words)))


def _words(text: str) -> frozenset[str]:
    return frozenset(meanings(text))


def _pairs(texts: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset(pair for text in texts for pair in pairwise(meanings(text)))


def _focus(core: str, sort: Sort, own: Sequence[str]) -> str | None:
    """The word without which nothing answers: what "is there …" ends on, what is to be done."""
    if not own:
        return None
    if sort == "request":
        wish = REQUEST.search(core)
        wanted = stems(core[wish.end() :]) if wish and wish.start() <= WISH_BEGINS else []
        deed = next((w for w in wanted if w not in _ASKING), None)
        return deed if deed in own else None
    if sort == "whether":  # the end of the main clause, where the new thing stands
        main = [w for w in meanings(_CONDITION.split(core)[0]) if w in own]
        while len(main) > 1 and main[-1] in _PREDICATES:  # "is delivery included": of delivery
            main.pop()
        return (main or own)[-1]
    if sort == "choice" and len(own) > 2:  # "which plan covers two houses?": of houses
        return own[-1]
    return own[0] if sort in ("count", "place") else None


def _deed(said: Sequence[str]) -> list[str]:
    """What somebody last said they want to do, and to what: "I have to move the visit"."""
    for text in reversed(said):
        if begins := REQUEST.search(text):
            wish = _PAUSE.split(text[begins.end() :])[0]
            return [w for w in meanings(wish) if not w[0].isdigit()]
    return []


_PREDICATES = frozenset(
    stems("included free possible available allowed extra needed covered insured normal safe")
)


def _topics(text: str) -> frozenset[str]:
    """The words of a sentence that name a thing, without those that only ask for a measure."""
    return frozenset(w for w in _words(text) if not is_measure(w))


def is_measure(word: str) -> bool:
    """A number, a month, or a word that only asks for a measure: it names nothing."""
    return bool(_NUMBER.match(word)) or word in _NAMELESS


def _after(clause: str, pattern: re.Pattern[str]) -> frozenset[str]:
    match = pattern.search(clause)
    return _words(clause[match.end() :]) if match else frozenset()


def _asks(texts: Sequence[str], earlier: Sequence[str]) -> tuple[tuple[Ask, ...], list[str]]:
    """The questions and requests of a message, and its other sentences."""
    asks: list[Ask] = []
    rest: list[str] = []
    lines = lines_of(texts)[:MAX_SENTENCES]
    has_question = any("?" in line for line in lines)
    before: list[str] = list(earlier[-MAX_EARLIER:])
    for line in lines:
        split = CLAUSE_ASKED if "?" in line else CLAUSE
        clauses = [c.strip() for c in split.split(GREETING.sub("", line)) if c and c.strip()]
        clauses = [part for clause in clauses for part in _parted(clause)]
        asking = _asking(clauses, is_question="?" in line, has_question=has_question)
        for clause in clauses:
            ask = _ask(clause, before, is_question="?" in line) if clause in asking else None
            if ask is None:
                rest.append(clause)
            elif (
                ask.sort == "cost" and _TOTAL.search(clause) and not ask.is_bare
            ):  # the thing itself, and what is named
                asks += [replace(ask, words={}, refers=True), ask]
            else:
                asks.append(ask)
            before.append(clause)
    is_for_remedy = all(map(_is_for_remedy, asks))
    if rest and is_for_remedy and (problem := tuple(_problem(" ".join(rest), earlier))):
        return problem, []
    return tuple(asks[:MAX_ASKS]), rest


def _is_for_remedy(ask: Ask) -> bool:
    """Whether it asks what helps, and names nothing: what was said beside it does."""
    own = {word for word, weight in ask.words.items() if weight >= 1.0}
    return bool(REMEDY.search(ask.text)) and own <= REMEDIES


def _parted(clause: str) -> list[str]:
    """A question and what is said beside it; a condition stays with what it is put for."""
    head, *rest = ASIDE.split(clause, maxsplit=1)
    is_question = OPENS.match(head) and len(head.split()) > 2
    return [head, *rest] if rest and is_question and not _WHAT_IF.match(head) else [clause]


def _problem(text: str, earlier: Sequence[str]) -> Iterator[Ask]:
    """A message that asks nothing outright; "ok, the 3rd then" is no question at all."""
    words = {w: TRIGGER if is_measure(w) else 1.0 for w in meanings(text)}
    leans = frozenset[str]()
    own = sum(weight == 1.0 for weight in words.values())
    if own == 1:
        leans = next((w for said in reversed(earlier) if (w := _words(said))), leans)
    if own:
        pairs = frozenset(pairwise(meanings(text)))
        yield Ask(text, "problem", words, leans - frozenset(words), pairs)


def _asking(clauses: Sequence[str], *, is_question: bool, has_question: bool) -> list[str]:
    """Which clauses of a sentence ask. A plain wish counts where nothing is asked outright."""
    if is_question:
        found = [c for c in clauses if ASKS.search(c) or _WHAT_IF.match(c)] or list(clauses)
        found = [c for c in found if not _OR_WHAT.match(c)] or found
        return [c for c in found if not _FOR_HELP.search(c)]
    return [
        c
        for c in clauses
        if not _NO_MORE.search(c) and not _FOR_HELP.search(c)
        if _LEAD.search(c) or _is_indirect(c) or (not has_question and REQUEST.search(c))
    ]


def _is_indirect(clause: str) -> bool:
    """A question without its mark: "how many valves can the hub take"."""
    return bool(INDIRECT.search(clause)) and not _WHENEVER.match(clause)


def _ask(clause: str, before: Sequence[str], *, is_question: bool) -> Ask | None:
    core = BESIDE.sub("", _LEAD.sub("", clause))
    if before and JUST_WHY.match(core):  # "…, why": why what was said
        core = f"why {before[-1]}"
    sort = sort_of(core) or ("what" if is_question else "request")
    triggers = _TRIGGERS.get(sort, frozenset())
    found = meanings(core)
    words = {w: TRIGGER if w in triggers or is_measure(w) else 1.0 for w in found}
    words |= {w: 1.0 for w in found if sort == "time" and w in _WEEKDAYS}
    if names_sum(core):
        words |= {w: 1.0 for w in found if w.isdigit()}
    if sort in ("time", "count"):  # words of measure: "as long as" is no answer to "how long"
        words = {w: weight for w, weight in words.items() if w not in triggers}
    if NAMELESS_TRADE.search(core) and TRADE.issuperset(w for w in words if words[w] == 1.0):
        words = dict.fromkeys(words, TRIGGER)
    own = [w for w in found if words.get(w) == 1.0]
    leans: frozenset[str] = frozenset()
    refers = bool(REFERS.search(core)) and (len(own) < 2 or sort in ("whether", "cost", "time"))
    if len(own) < 2 or refers or sort == "choice":
        leans = _topics(" ".join(before))
    is_what_if = not own and bool(_WHAT_IF.match(core))
    if not words and not leans and sort not in ("time", "cost", "place") and not is_what_if:
        return None
    names = frozenset(
        stem(w) for w in _PROPER.findall(core) if w.lower().rstrip("s") not in _CALENDAR
    )
    focus = _focus(core, sort, own)
    deed = _deed(before) if (refers or sort == "how") and not own else []
    return Ask(
        text=clause,
        sort=sort,
        words=words,
        leans=leans - frozenset(words),
        pairs=frozenset(pairwise(w for w in found if not is_measure(w))) | _pairs(before),
        refers=refers,
        is_broad=bool(_BROAD.search(core)),
        focus=focus,
        names=names & frozenset(words),
        case=_topics(before[-1]) if before and IF.match(before[-1]) else frozenset(),
        deed=deed[0] if deed else None,
        done_to=frozenset(w for w in deed[1:] if not is_measure(w)),
    )
