"""A reply without a model: the best supported sentences of what was retrieved, each cited.

Nothing is generated: every factual sentence stands in a source. The source that covers the
question best leads; a list of steps is kept whole; when too little of the question is covered,
the draft abstains and names what is missing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from copilot.domain import Draft, Hit, Segment

MAX_SENTENCES = 4
MAX_STEPS = 8
MAX_CHARS = 900
TELLING = 12  # of the question's words, those that tell most
# By meaning alone (CLOSE), by meaning and words together (NEAR, SHARED), or by words alone.
NEAR, CLOSE = 0.36, 0.5
NEAR_CASE, CLOSE_CASE = 0.6, 0.75  # situations of past cases resemble each other more easily
SHARED, ENOUGH = 0.25, 0.6
SECOND = 0.5  # what a second source must add, as a share of what the first tells
SUBSTANCE = 6  # words of meaning that a past reply must have to be quoted

_STEP = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'(\[])")
# Bounded repeats keep the search linear, whatever a source holds.
_MARKUP = re.compile(
    r"!\[[^\]]{0,300}\]\([^)]{0,2000}\)|\[([^\[\]]{1,300})\]\([^)]{0,2000}\)|[*_`#]{1,3}"
)
_WORD = re.compile(r"[^\W_][\w'’-]*")
_NOISE = re.compile(r"^\s*(-{3,}|={3,}|<|#)")
_CLAUSE = re.compile(r"(?<=[.!?;,])\s+|\n+")
_DID = re.compile(
    r"\b(?:i|we)(?:['’]ve| have| did| put| tried| changed| restarted)\b|\balready\b", re.I
)
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ied", "ies", "ed", "ly", "es", "s", "e")
STOP = frozenset(
    """a about after all also am an and any are as at be because been before but by can could did
    do does for from get go got had has have he hello her hey hi him his how i if in into is it its
    just know like me my need no not of off on one or our out please she so some than thank thanks
    that the their them then there they this to too up us want was we were what when where which
    who why will with would yes you your""".split()
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or step of a hit; `n` is the hit's number (1-based)."""

    n: int
    place: int
    text: str
    is_step: bool
    stems: frozenset[str]


class _Sentence(NamedTuple):
    """A sentence or step of a passage, whoever found it."""

    text: str
    is_step: bool
    stems: frozenset[str]


class Standing(NamedTuple):
    """How well a hit answers: score, share of telling words, and whether that is enough."""

    score: float
    share: float
    is_enough: bool


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light English stem: enough to let "cancelling" meet "cancel"."""
    lowered = word.lower().replace("’", "'").removesuffix("'s")
    for ending in _ENDINGS:
        if lowered.endswith(ending) and len(lowered) - len(ending) >= 3:
            lowered = lowered[: -len(ending)]
            break
    if len(lowered) > 3 and lowered[-1] == lowered[-2] and not _is_root(lowered):
        lowered = lowered[:-1]
    return lowered


def _is_root(stemmed: str) -> bool:
    """Whether the doubled last letter belongs to the word: "pass", "sell", yet not "cancell"."""
    return stemmed[-1] == "s" or (stemmed[-1] == "l" and len(stemmed) < 6)


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(word) for word in _content_words(text)]


def _content_words(text: str) -> list[str]:
    return [w for w in _WORD.findall(text) if w.lower() not in STOP and len(w) > 1]


def compose(
    question: Mapping[str, float],
    hits: Sequence[Hit],
    *,
    customer_name: str | None = None,
    said: Sequence[str] = (),
) -> Draft:
    """Composes a draft from numbered hits.

    `question` maps texts of the customer's open question to their weight. Hits are documents and
    solved cases in the order of their numbers; internal ones inform the gaps, never the reply.
    `said` are the customer's turns: what they have tried already is not told again.
    """
    weights, words = _weights(question)
    units = {n: _units(n, hit) for n, hit in enumerate(hits, start=1)}
    rarity = _rarity(units.values(), weights)
    standing = {n: _standing(units[n], hits[n - 1], rarity) for n in units}
    usable = sorted(
        (n for n in units if _is_quotable(hits[n - 1], units[n]) and standing[n].is_enough),
        key=lambda n: (hits[n - 1].chunk.kind != "document", -standing[n].score, n),
    )
    missing = _internal_hint(standing, usable, hits)
    if not usable:
        best = max(standing, key=lambda n: standing[n].score, default=0)
        gap = _gap(words, rarity, units.get(best, ()))
        return Draft((), abstained=True, missing=(*missing, gap))
    chosen = _untried(_choose(units[usable[0]], rarity), _tried(said))
    chosen += _second_source(chosen, usable[1:], units, rarity)
    greeting = [Segment(f"Hello {customer_name},")] if customer_name else []
    body = [Segment(_as_sentence(unit), (unit.n,)) for unit in chosen]
    return Draft((*greeting, *body), missing=missing)


def _weights(question: Mapping[str, float]) -> tuple[dict[str, float], dict[str, str]]:
    """Weight of each stem, and the word that the customer used for it."""
    weights: dict[str, float] = {}
    words: dict[str, str] = {}
    for text, weight in question.items():
        for word in _content_words(text):
            root = stem(word)
            words.setdefault(root, word.lower())
            weights[root] = max(weights.get(root, 0.0), weight)
    return weights, words


def _units(n: int, hit: Hit) -> list[Unit]:
    return [
        Unit(n, place, sentence.text, sentence.is_step, sentence.stems)
        for place, sentence in enumerate(_sentences(hit.chunk.text))
    ]


@lru_cache(maxsize=4_096)  # the same passages are found again and again
def _sentences(passage: str) -> tuple[_Sentence, ...]:
    found: list[_Sentence] = []
    header: list[str] = []
    for line in passage.splitlines():
        if _ROW.match(line):
            cells = [_plain(cell) for cell in line.strip().strip("|").split("|")]
            sentence = _row(header, cells)
            header = header or cells
            pieces, is_step = ([sentence] if sentence else []), False
        else:
            header = []
            is_step = bool(_STEP.match(line))
            plain = "" if _NOISE.match(line) else _plain(_STEP.sub("", line))
            pieces = [plain] if is_step else _SENTENCE.split(plain)
        for piece in pieces:
            text = piece.strip()
            if 2 < len(text) <= MAX_CHARS and _WORD.search(text):
                found.append(_Sentence(text, is_step, frozenset(stems(text))))
    return tuple(found)


def _plain(text: str) -> str:
    return _MARKUP.sub(lambda m: m.group(1) or "", text).strip()


def _row(header: Sequence[str], cells: Sequence[str]) -> str:
    """A row of a table as a sentence: "Zones: Free 2, Plus 6." Empty for head and rule."""
    if not header or all(set(cell) <= {"-", ":", " "} for cell in cells):
        return ""
    told = [
        f"{name} {cell}".strip()
        for name, cell in zip(header[1:], cells[1:], strict=False)
        if cell and cell != "-"
    ]
    return f"{cells[0]}: {', '.join(told)}" if told and cells[0] else ", ".join(told)


def _rarity(units: Iterable[Sequence[Unit]], weights: Mapping[str, float]) -> dict[str, float]:
    """Weight of each question word: what few of the found passages say tells most."""
    passages = [frozenset().union(*(u.stems for u in some)) for some in units if some]
    counts = Counter(word for words in passages for word in words if word in weights)
    total = len(passages) + 1
    return {w: weights[w] * math.log(1 + total / (1 + counts[w])) for w in weights}


def _standing(units: Sequence[Unit], hit: Hit, rarity: Mapping[str, float]) -> Standing:
    """How well a hit speaks to the question: by meaning (cosine), and by its rarest words."""
    said = frozenset().union(*(u.stems for u in units)) if units else frozenset()
    said |= frozenset(stems(hit.title)) | frozenset(stems(" ".join(hit.chunk.heading_path)))
    telling = dict(sorted(rarity.items(), key=lambda pair: (-pair[1], pair[0]))[:TELLING])
    total = sum(telling.values()) or 1.0
    share = sum(weight for word, weight in telling.items() if word in said) / total
    is_document = hit.chunk.kind == "document"
    near, close = (NEAR, CLOSE) if is_document else (NEAR_CASE, CLOSE_CASE)
    is_enough = hit.score >= close or (hit.score >= near and share >= SHARED) or share >= ENOUGH
    return Standing(hit.score + 0.4 * share + 0.1 / hit.rank, share, is_enough)


def _is_quotable(hit: Hit, units: Sequence[Unit]) -> bool:
    """Public, and of a past reply only one that says something by itself."""
    if hit.visibility != "public" or not units:
        return False
    if hit.chunk.kind == "document":
        return True
    return len(frozenset().union(*(u.stems for u in units))) >= SUBSTANCE


def _choose(units: Sequence[Unit], rarity: Mapping[str, float]) -> list[Unit]:
    steps = [u for u in units if u.is_step]
    scored = {u: _score(u, rarity) for u in units}
    best = max(units, key=lambda u: (scored[u], -u.place))
    if len(steps) >= 2 and (best.is_step or _leads_to(best, steps)):
        run = _run_of(best if best.is_step else steps[0], units)
        intro = [u for u in units if u.place == run[0].place - 1 and _introduces(u)]
        return intro + run[:MAX_STEPS]
    plain = [u for u in units if not u.is_step and not u.text.endswith(":")]
    plain.sort(key=lambda u: (-scored[u], u.place))
    kept: list[Unit] = []
    for unit in plain or [best]:
        spent = sum(len(u.text) for u in kept) + len(unit.text)
        if kept and (len(kept) >= MAX_SENTENCES or spent > MAX_CHARS or scored[unit] <= 0):
            break
        kept.append(unit)
    if len(kept) == 1:  # the sentence that names the matter, and the one that says what to do
        kept += [u for u in plain if u.place == kept[0].place + 1]
    return sorted(kept, key=lambda u: u.place)


def _score(unit: Unit, rarity: Mapping[str, float]) -> float:
    told = sum(rarity.get(word, 0.0) for word in unit.stems)
    return told / math.sqrt(4 + len(unit.stems))


def _introduces(unit: Unit) -> bool:
    """A sentence before steps, not a heading: headings have no verb and say nothing alone."""
    return not unit.is_step and len(unit.text.split()) > 4


def _tried(said: Sequence[str]) -> list[frozenset[str]]:
    """What the customer says they did: words of meaning of each such sentence."""
    sentences = [s for text in said for s in _CLAUSE.split(text) if _DID.search(s)]
    return [frozenset(stems(sentence)) for sentence in sentences]


def _untried(units: Sequence[Unit], tried: Sequence[frozenset[str]]) -> list[Unit]:
    """Steps without those that were done; if all were, they stay: something else is wrong."""
    left = [u for u in units if not any(_is_done(u, done) for done in tried)]
    return (
        left if any(u.is_step for u in left) or not any(u.is_step for u in units) else list(units)
    )


def _is_done(unit: Unit, done: frozenset[str]) -> bool:
    first = frozenset(stems(_SENTENCE.split(unit.text)[0]))
    return unit.is_step and len(first & done) >= max(2, 0.6 * len(first))


def _leads_to(unit: Unit, steps: Sequence[Unit]) -> bool:
    return unit.text.endswith(":") and any(s.place == unit.place + 1 for s in steps)


def _run_of(step: Unit, units: Sequence[Unit]) -> list[Unit]:
    first = step.place
    while first > 0 and units[first - 1].is_step:
        first -= 1
    run: list[Unit] = []
    for unit in units[first:]:
        if not unit.is_step:
            break
        run.append(unit)
    return run


def _second_source(
    chosen: Sequence[Unit],
    others: Sequence[int],
    units: Mapping[int, Sequence[Unit]],
    rarity: Mapping[str, float],
) -> list[Unit]:
    """One sentence of another source, if it tells a part of the question still untold."""
    told = frozenset().union(*(u.stems for u in chosen))
    untold = {word: weight for word, weight in rarity.items() if word not in told}
    candidates = [u for n in others[:3] for u in units[n] if not u.is_step]
    best = max(candidates, key=lambda u: (_score(u, untold), -u.place), default=None)
    if best is None or _score(best, untold) < SECOND * max(_score(u, rarity) for u in chosen):
        return []
    return [best]


def _internal_hint(
    standing: Mapping[int, Standing], usable: Sequence[int], hits: Sequence[Hit]
) -> tuple[str, ...]:
    """Names the internal source that would lead, so that the agent reads it."""
    internal = [n for n, s in standing.items() if hits[n - 1].visibility == "internal"]
    best = max(internal, key=lambda n: standing[n].score, default=None)
    if best is None or not standing[best].is_enough:
        return ()
    if usable and standing[usable[0]].score >= standing[best].score:
        return ()
    return (f"an internal source covers this, read it first: {hits[best - 1].title}",)


def _gap(words: Mapping[str, str], rarity: Mapping[str, float], units: Sequence[Unit]) -> str:
    said = frozenset().union(*(u.stems for u in units)) if units else frozenset()
    untold = sorted(
        (w for w in rarity if w not in said and len(w) > 3), key=lambda w: (-rarity[w], w)
    )
    if not untold:
        return "what exactly the customer asks: nothing in the conversation points to a source"
    return f"an article or a solved case about: {', '.join(words[w] for w in untold[:4])}"


def _as_sentence(unit: Unit) -> str:
    text = unit.text[0].upper() + unit.text[1:]
    return text if text[-1] in ".!?:;" else f"{text}."
