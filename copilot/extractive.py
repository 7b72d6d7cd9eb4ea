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

from copilot.domain import Draft, Hit, Segment

MAX_SENTENCES = 4
MAX_STEPS = 8
MAX_CHARS = 900
ENOUGH = 0.34  # share of the question's weight that the leading passage must cover
CLOSE = 0.62  # cosine from which a past case is the same situation, whatever its words

_STEP = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\"'(\[])")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[([^\]]+)\]\([^)]*\)|[*_`#]{1,3}")
_WORD = re.compile(r"[^\W_][\w'’-]*")
_NOISE = re.compile(r"^\s*(\||-{3,}|={3,}|<)")
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ied", "ies", "ed", "ly", "es", "s", "e")
STOP = frozenset(
    "a about after all also am an and any are as at be because been before but by can could did do "
    "does for from get go got had has have he hello her hey hi him his how i if in into is it its "
    "just know like me my need no not of off on one or our out please she so some than thank thanks "
    "that the their them then there they this to too up us want was we were what when where which "
    "who why will with would yes you your".split()
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or step of a hit; `n` is the hit's number (1-based)."""

    n: int
    place: int
    text: str
    is_step: bool
    stems: frozenset[str]


def stem(word: str) -> str:
    """A light English stem: enough to let "cancelling" meet "cancel"."""
    lowered = word.lower().replace("’", "'").removesuffix("'s")
    for ending in _ENDINGS:
        if lowered.endswith(ending) and len(lowered) - len(ending) >= 3:
            lowered = lowered[: -len(ending)]
            break
    if len(lowered) > 3 and lowered[-1] == lowered[-2] and lowered[-1] not in "sl":
        lowered = lowered[:-1]
    return lowered


def stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(w) for w in _WORD.findall(text) if w.lower() not in STOP and len(w) > 1]


def compose(
    question: Mapping[str, float], hits: Sequence[Hit], *, customer_name: str | None = None
) -> Draft:
    """Composes a draft from numbered hits.

    `question` maps texts of the customer's open question to their weight. Hits are documents and
    solved cases in the order of their numbers; internal ones inform the gaps, never the reply.
    """
    weights = _weights(question)
    units = {n: _units(n, hit) for n, hit in enumerate(hits, start=1)}
    rarity = _rarity(units.values(), weights)
    ranked = sorted(
        ((_coverage(units[n], hits[n - 1], rarity), n) for n in units), key=lambda p: (-p[0], p[1])
    )
    usable = [(share, n) for share, n in ranked if hits[n - 1].visibility == "public" and units[n]]
    missing = _internal_hint(ranked, hits)
    if not usable or not _is_enough(usable[0], hits):
        return Draft((), abstained=True, missing=(*missing, _gap(rarity, units, usable)))
    lead = usable[0][1]
    chosen = _choose(units[lead], rarity)
    chosen += _second_source(chosen, usable, units, rarity)
    greeting = [Segment(f"Hello {customer_name},")] if customer_name else []
    body = [Segment(_as_sentence(unit), (unit.n,)) for unit in chosen]
    return Draft((*greeting, *body), missing=missing)


def _weights(question: Mapping[str, float]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for text, weight in question.items():
        for word in stems(text):
            weights[word] = max(weights.get(word, 0.0), weight)
    return weights


def _units(n: int, hit: Hit) -> list[Unit]:
    found: list[Unit] = []
    for line in hit.chunk.text.splitlines():
        if not line.strip() or _NOISE.match(line) or line.lstrip().startswith("#"):
            continue
        is_step = bool(_STEP.match(line))
        plain = _MARKUP.sub(lambda m: m.group(1) or "", _STEP.sub("", line)).strip()
        for sentence in [plain] if is_step else _SENTENCE.split(plain):
            if 2 < len(sentence) <= MAX_CHARS and _WORD.search(sentence):
                found.append(
                    Unit(n, len(found), sentence.strip(), is_step, frozenset(stems(sentence)))
                )
    return found


def _rarity(units: Iterable[Sequence[Unit]], weights: Mapping[str, float]) -> dict[str, float]:
    """Weight of each question word: what few of the found passages say tells most."""
    passages = [frozenset().union(*(u.stems for u in some)) for some in units if some]
    counts = Counter(word for words in passages for word in words if word in weights)
    total = len(passages) + 1
    return {w: weights[w] * math.log(1 + total / (1 + counts[w])) for w in weights}


def _coverage(units: Sequence[Unit], hit: Hit, rarity: Mapping[str, float]) -> float:
    said = frozenset().union(*(u.stems for u in units)) if units else frozenset()
    said |= frozenset(stems(hit.title)) | frozenset(stems(" ".join(hit.chunk.heading_path)))
    said |= frozenset(stems(hit.chunk.context))
    total = sum(rarity.values()) or 1.0
    share = sum(weight for word, weight in rarity.items() if word in said) / total
    return share * (1.0 + 0.5 / hit.rank)  # of equals, the one that ranked higher


def _is_enough(best: tuple[float, int], hits: Sequence[Hit]) -> bool:
    return best[0] >= ENOUGH or hits[best[1] - 1].score >= CLOSE


def _choose(units: Sequence[Unit], rarity: Mapping[str, float]) -> list[Unit]:
    steps = [u for u in units if u.is_step]
    scored = {u: _score(u, rarity) for u in units}
    best = max(units, key=lambda u: (scored[u], -u.place))
    if len(steps) >= 2 and (best.is_step or _leads_to(best, steps)):
        run = _run_of(best if best.is_step else steps[0], units)
        intro = [u for u in units if u.place == run[0].place - 1 and not u.is_step]
        return intro + run[:MAX_STEPS]
    plain = sorted((u for u in units if not u.is_step), key=lambda u: (-scored[u], u.place))
    kept: list[Unit] = []
    for unit in plain or [best]:
        spent = sum(len(u.text) for u in kept) + len(unit.text)
        if kept and (len(kept) >= MAX_SENTENCES or spent > MAX_CHARS or scored[unit] <= 0):
            break
        kept.append(unit)
    return sorted(kept, key=lambda u: u.place)


def _score(unit: Unit, rarity: Mapping[str, float]) -> float:
    told = sum(rarity.get(word, 0.0) for word in unit.stems)
    return told / math.sqrt(4 + len(unit.stems))


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
    usable: Sequence[tuple[float, int]],
    units: Mapping[int, Sequence[Unit]],
    rarity: Mapping[str, float],
) -> list[Unit]:
    """One sentence of another source, if it tells a part of the question still untold."""
    told = frozenset().union(*(u.stems for u in chosen))
    untold = {word: weight for word, weight in rarity.items() if word not in told}
    if sum(untold.values()) < 0.3 * sum(rarity.values()):
        return []
    candidates = [u for share, n in usable[1:4] if share >= ENOUGH for u in units[n]]
    best = max(candidates, key=lambda u: _score(u, untold), default=None)
    if best is None or _score(best, untold) <= 0.25 * max(_score(u, rarity) for u in chosen):
        return []
    return [best]


def _internal_hint(ranked: Sequence[tuple[float, int]], hits: Sequence[Hit]) -> tuple[str, ...]:
    best = ranked[0] if ranked else None
    if best and hits[best[1] - 1].visibility == "internal" and best[0] >= ENOUGH:
        return (f"an internal source covers this, read it first: {hits[best[1] - 1].title}",)
    return ()


def _gap(
    rarity: Mapping[str, float],
    units: Mapping[int, Sequence[Unit]],
    usable: Sequence[tuple[float, int]],
) -> str:
    said = frozenset().union(*(u.stems for u in units[usable[0][1]])) if usable else frozenset()
    untold = sorted((w for w in rarity if w not in said), key=lambda w: (-rarity[w], w))
    if not untold:
        return "what exactly the customer asks: nothing in the conversation points to a source"
    return f"an article or a solved case about: {', '.join(untold[:4])}"


def _as_sentence(unit: Unit) -> str:
    text = unit.text[0].upper() + unit.text[1:]
    return text if text[-1] in ".!?:;" else f"{text}."
