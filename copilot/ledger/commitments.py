"""Which clauses of a turn commit someone to something beyond that turn."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from copilot.ledger.language import Sentence, digits, plain, sentences
from copilot.ledger.patterns import pattern


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a turn that commits its speaker: its text is an exact quote."""

    text: str
    start: int
    kind: str  # pledge | event | claim | offer
    sentence: Sentence


@lru_cache(maxsize=8192)
def commitments(text: str, *, sales: bool) -> tuple[Clause, ...]:
    """The clauses with which our side binds itself; claims of what a plan does count in sales."""
    found: list[Clause] = []
    for sentence in sentences(text):
        if sentence.text.endswith("?"):
            if pattern("say_offer").search(sentence.lower):
                found.append(Clause(sentence.text, sentence.start, "offer", sentence))
            continue
        found.extend(_of_sentence(sentence, sales=sales))
    return tuple(found)


def _of_sentence(sentence: Sentence, *, sales: bool) -> list[Clause]:
    found: list[Clause] = []
    for start, piece in _clauses(sentence):
        dated = bool(pattern("say_done_first").search(sentence.lower))
        kind = _kind(piece.replace("’", "'").lower(), sales=sales, dated=dated)
        if kind:
            found.append(Clause(piece, start, kind, sentence))
    return found


def _clauses(sentence: Sentence) -> list[tuple[int, str]]:
    """The parts of a sentence that stand alone, cut at `, and`, `;` and dashes."""
    parts: list[tuple[int, str]] = []
    at = 0
    for match in pattern("say_split").finditer(sentence.text):
        parts.append((at, sentence.text[at : match.start()]))
        at = match.end()
    parts.append((at, sentence.text[at:]))
    kept: list[tuple[int, str]] = []
    for offset, part in parts:
        body = part.strip(" .!,")
        if body:
            kept.append((sentence.start + offset + part.index(body[0]), body))
    return kept


def _kind(clause: str, *, sales: bool, dated: bool = False) -> str | None:
    """What binds: a word given, an act of ours announced, an event with its day, a claim; or None.

    Advice, instructions, hopes, conditions nobody agreed to and deeds done bind nobody.
    """
    follows = bool(pattern("say_follow_up").search(clause))
    if pattern("say_word").search(clause):
        return "pledge"
    if pattern("say_not_yet").search(clause) and not follows:
        return None
    if pattern("say_orders").search(clause) or pattern("say_would_be").search(clause):
        return None
    if pattern("say_offer").search(clause):
        return "offer"
    if pattern("say_past").search(clause) and not dated:
        return None
    kind = _binding(clause, dated=dated)
    if kind and (follows or kind == "event" or not pattern("say_right_now").search(clause)):
        return kind
    deed = pattern("say_own_deed").search(clause) or pattern("say_to_customer").search(clause)
    return "claim" if sales and not deed and pattern("say_claim").search(clause) else None


def _binding(clause: str, *, dated: bool) -> str | None:
    """A pledge of an act, or something that comes about on a day that is named."""
    if pattern("say_act").search(clause):
        return "pledge"
    when = bool(pattern("say_when").search(digits(clause)) or pattern("say_when").search(clause))
    directs = bool(pattern("say_to_customer").search(clause))
    if pattern("say_pledge").search(clause) and (when or pattern("say_promised").search(clause)):
        return "pledge"
    if directs or pattern("say_modal").search(clause):
        return None
    if when and pattern("say_delivers").search(clause):
        return "event"
    if dated and pattern("say_ends").search(clause):
        return "event"
    return "event" if pattern("say_underway").search(clause) else None


@lru_cache(maxsize=8192)
def own_commitments(text: str) -> tuple[Clause, ...]:
    """The clauses with which a customer binds themselves."""
    found: list[Clause] = []
    for sentence in sentences(text):
        if sentence.text.endswith("?"):
            continue
        for start, piece in _clauses(sentence):
            lowered = piece.replace("’", "'").lower()
            if pattern("say_customer").search(lowered) and not re.search(
                r"\b(?:if|unless|might|maybe|would)\b", lowered
            ):
                found.append(Clause(piece, start, "pledge", sentence))
    return tuple(found)


def accepts(text: str) -> bool:
    """A customer's turn says yes to what was offered."""
    lowered = plain(text)
    return bool(pattern("say_accepted").search(lowered)) and not pattern("say_refused").search(
        lowered
    )
