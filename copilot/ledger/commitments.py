"""Which clauses of a turn commit someone to something beyond that turn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from copilot.ledger.cues import may_show
from copilot.ledger.language import Sentence, digits, plain, sentences
from copilot.ledger.patterns import pattern


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a turn that commits its speaker: its text is an exact quote."""

    text: str
    start: int
    kind: str  # pledge | event | notice (once something happens) | claim | offer
    sentence: Sentence


@lru_cache(maxsize=8192)
def commitments(text: str, *, sales: bool) -> tuple[Clause, ...]:
    """The clauses with which our side binds itself; claims of what a plan does count in sales."""
    found: list[Clause] = []
    before = ""
    for sentence in sentences(text):
        spoken_of, before = before, sentence.lower
        if _is_of_theirs(sentence.lower, spoken_of):
            continue
        if sentence.text.endswith("?"):
            if pattern("say_offer").search(sentence.lower):
                found.append(Clause(sentence.text, sentence.start, "offer", sentence))
            continue
        found.extend(
            Clause(part, sentence.start + start, kind, sentence)
            for start, part, kind in _of_sentence(sentence.text, sales=sales)
        )
    return tuple(found)


def _is_of_theirs(sentence: str, before: str) -> bool:
    """ "They answer within five days", right after their insurer was named: no word of ours."""
    return bool(
        pattern("say_their_time").search(sentence)
        and pattern("say_firm_of_theirs").search(before)
        and not pattern("say_someone_of_ours").search(before)
    )


@lru_cache(maxsize=8192)
def _of_sentence(text: str, *, sales: bool) -> tuple[tuple[int, str, str], ...]:
    """Where in a sentence which words bind, and how; our side says many sentences often."""
    sentence = Sentence(text, 0, len(text))
    dated = bool(pattern("say_done_first").search(sentence.lower))
    found: list[tuple[int, str, str]] = []
    for start, piece in _clauses(sentence):
        for offset, part in _coordinated(piece, sales=sales, dated=dated):
            kind = _kind(plain(part), sales=sales, dated=dated)
            if kind and pattern("say_taken_on").search(plain(part)):
                found.append((0, text, kind))
            elif kind:
                found.append((start + offset, part, kind))
    return tuple(found)


def _coordinated(piece: str, *, sales: bool, dated: bool) -> list[tuple[int, str]]:
    """A clause cut at "and" where each side binds by itself: two commitments, not one."""
    lowered = plain(piece)
    if named := _named_to_do_it(lowered):
        return [(named, piece[named:])]
    match = pattern("say_and").search(lowered)
    if match:
        halves = [(0, piece[: match.start()]), (match.end(), piece[match.end() :])]
        kinds = [_kind(plain(part), sales=sales, dated=dated) for _, part in halves]
        if all(kind in ("pledge", "event", "notice") for kind in kinds):
            return halves
    return [(0, piece)]


def _named_to_do_it(clause: str) -> int:
    """Where a colleague is named who will act: "I passed it to our manager, who writes to you"."""
    handed = pattern("say_handed_to").search(clause)
    if handed and not pattern("say_firm_of_theirs").search(handed["whom"]):
        return handed.start("whom")
    found = pattern("say_who_will").search(clause)
    return found.start() if found else 0


def _clauses(sentence: Sentence) -> list[tuple[int, str]]:
    """The parts of a sentence that stand alone, cut at `, and`, `;`, dashes and a bare comma.

    Not at the comma that ends a condition: what follows it holds only under that condition.
    """
    cuts = list(pattern("say_split").finditer(sentence.text))
    if not pattern("say_condition").search(sentence.lower):
        cuts += pattern("say_splice").finditer(sentence.text.replace("’", "'"))
    kept: list[tuple[int, str]] = []
    at = 0
    ends = [(m.start(), m.end()) for m in sorted(cuts, key=lambda m: m.start())]
    for end, begin in [*ends, (len(sentence.text), 0)]:
        part = sentence.text[at:end]
        body = part.strip(" .!,;")
        if body:
            kept.append((sentence.start + at + part.index(body[0]), body))
        at = max(at, begin)
    return kept


def _kind(clause: str, *, sales: bool, dated: bool = False) -> str | None:
    """What binds: a word given, an act of ours announced, an event with its day, a claim; or None.

    Advice, instructions, hopes, conditions nobody agreed to and deeds done bind nobody.
    """
    if pattern("say_word").search(clause) or pattern("say_taken_on").search(clause):
        return "pledge"
    if pattern("say_told_once").search(clause):
        return "notice"
    if pattern("say_comes_back").search(clause) or pattern("say_hangs_on_us").search(clause):
        return "pledge"
    follows = bool(pattern("say_follow_up").search(clause))
    if pattern("say_not_yet").search(clause) and not follows:
        return None
    if pattern("say_orders").search(clause) or _is_their_deed(clause):
        return None
    if _acts_for_us(clause):
        return "event"
    if pattern("say_would_be").search(clause):
        return _claim(clause) if sales else None
    if pattern("say_offer").search(clause):
        return "offer"
    if _is_appointed(clause):
        return "event"
    if pattern("say_past").search(clause) and not dated:
        return None
    kind = _binding(clause, dated=dated)
    if kind and (follows or kind == "event" or not pattern("say_right_now").search(clause)):
        return kind
    return _claim(clause) if sales else None


def _is_appointed(clause: str) -> bool:
    """ "I booked it for Friday", or a day with its hours alone: "Tomorrow between 8 and 11"."""
    arranged = pattern("say_arranged").search(clause) and _says_when(clause)
    return bool(arranged or pattern("say_appointed").search(digits(clause)))


def _is_their_deed(clause: str) -> bool:
    """What another firm does: "The insurer decides within ten days", or whom we passed it to."""
    handed = pattern("say_handed_to").search(clause)
    if handed and pattern("say_firm_of_theirs").search(handed["whom"]):
        return True
    return bool(pattern("say_their_deed").search(clause))


def _acts_for_us(clause: str) -> bool:
    """A colleague who was named "… who writes to you by Friday"."""
    named = pattern("say_acts_for_us").search(clause)
    if named is None or pattern("say_firm_of_theirs").search(named["whom"]):
        return False
    return bool(named["will"]) or _says_when(clause)


def _claim(clause: str) -> str | None:
    """What a seller says that a product does or costs; deeds, advice and guesses claim nothing."""
    if pattern("say_own_deed").search(clause) or pattern("say_to_customer").search(clause):
        return None
    return "claim" if pattern("say_claim").search(clause) else None


def _binding(clause: str, *, dated: bool) -> str | None:
    """A pledge of an act, or something that comes about on a day that is named."""
    if pattern("say_act").search(clause):
        return "pledge"
    when = _says_when(clause)
    if pattern("say_pledge").search(clause) and (when or pattern("say_promised").search(clause)):
        return "pledge"
    if pattern("say_to_customer").search(clause) or pattern("say_modal").search(clause):
        return None
    if pattern("say_someone_will" if not when else "say_third_future").search(clause):
        return "event"
    if when and (pattern("say_delivers").search(clause) or _comes_about(clause)):
        return "event"
    if dated and pattern("say_ends").search(clause):
        return "event"
    return "event" if pattern("say_underway").search(clause) else None


def _says_when(clause: str) -> bool:
    """A day or a span is named, in words or in figures."""
    figures = digits(clause)
    when = pattern("say_when")
    return bool(when.search(figures) or (figures != clause and when.search(clause)))


def _comes_about(clause: str) -> bool:
    """A clause with a day that tells neither the past, nor a rule, nor what the customer does."""
    if not pattern("say_present").search(clause):
        return False
    return not any(pattern(name).search(clause) for name in _NOT_TO_COME)


_NOT_TO_COME = ("say_past_tense", "say_generic", "say_of_period", "say_you_do", "say_negated")


_BINDS_CUSTOMER = ("say_customer",)
# "… so you see if it fits" hedges nothing: what is to be found out is no condition.
_HEDGED = re.compile(
    r"(?<!see )(?<!know )(?<!check )(?<!tell )(?<!find out )\bif\b|\b(?:unless|might|maybe|would)\b"
)


@lru_cache(maxsize=8192)
def own_commitments(text: str) -> tuple[Clause, ...]:
    """The clauses with which a customer binds themselves."""
    found: list[Clause] = []
    if not may_show(_BINDS_CUSTOMER, plain(text)):
        return ()
    for sentence in sentences(text):
        if sentence.text.endswith("?") or not may_show(_BINDS_CUSTOMER, sentence.lower):
            continue
        for start, piece in _clauses(sentence):
            lowered = piece.replace("’", "'").lower()
            if pattern("say_customer").search(lowered) and not _HEDGED.search(lowered):
                found.append(Clause(piece, start, "pledge", sentence))
    return tuple(found)


def accepts(text: str) -> bool:
    """A customer's turn says yes to what was offered."""
    lowered = plain(text)
    return bool(pattern("say_accepted").search(lowered)) and not pattern("say_refused").search(
        lowered
    )
