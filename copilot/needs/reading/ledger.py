"""A model's reading of promises and requests, checked against the turns and dated by code."""

from __future__ import annotations

from copilot.ledger import OpenLoop, Promise, Said, loop_from, promise_from
from copilot.ledger.language import words
from copilot.needs.reading.wire import LedgerSaid, PromiseSaid, RequestSaid
from copilot.needs.scene import Scene


def promises_of(scene: Scene, said: LedgerSaid) -> tuple[Promise, ...]:
    """The model's promises with exact quotes, and those of the rules that carry a date."""
    policy = scene.policy.ledger(scene.case.customer.market)
    found: list[Promise] = []
    for entry in said.promises[:60]:
        turn = _turn(scene, entry.turn, entry.quote)
        if turn is None or turn.speaker in ("third_party", "system"):
            continue
        promise = promise_from(
            scene.timeline,
            turn,
            entry.quote.strip(),
            scene.as_of,
            policy,
            what=entry.what,
            due_words=entry.due_words,
            conflict_hint=_conflict(scene, entry),
            kept_hint=entry.evidence if entry.status == "kept" else None,
            withdrawn_hint=entry.evidence if entry.status == "withdrawn" else None,
        )
        if not any(_overlap(promise.turn, promise.quote, p.turn, p.quote) for p in found):
            found.append(promise)
    for own in scene.promises:
        seen = any(_overlap(own.turn, own.quote, p.turn, p.quote) for p in found)
        if not seen and own.kind == "pledge" and own.due is not None:
            found.append(own)
    order = {(t.conversation_id, t.id): n for n, t in enumerate(scene.timeline.turns)}
    return tuple(sorted(found, key=lambda p: order.get((p.conversation_id, p.turn), 0)))


def _conflict(scene: Scene, entry: PromiseSaid) -> str | None:
    """A fact that the model names counts only if we have it."""
    if entry.status != "conflict":
        return None
    known = {k.id for k in scene.case.knowledge} | {p.sku for p in scene.case.catalogue}
    known |= {e.id for e in scene.case.customer.entitlements}
    return entry.conflict_with if entry.conflict_with in known else None


def loops_of(scene: Scene, said: LedgerSaid) -> tuple[OpenLoop, ...]:
    """The model's requests with exact quotes that a later turn of ours could have answered."""
    found: list[OpenLoop] = []
    for entry in said.open_requests[:60]:
        turn = _turn(scene, entry.turn, entry.quote)
        if turn is None or turn.speaker != "customer" or len(entry.quote.strip()) < 8:
            continue
        loop = loop_from(scene.timeline, turn, entry.quote.strip(), _what(entry), entry.times_asked)
        if loop and not any(_overlap(loop.turn, loop.quote, x.turn, x.quote) for x in found):
            found.append(loop)
    for own in scene.loops:
        seen = any(_overlap(own.turn, own.quote, x.turn, x.quote) for x in found)
        if not seen and own.times_asked >= 2:
            found.append(own)
    return tuple(found)


def _what(entry: RequestSaid) -> str:
    return entry.what.strip()[:120] or entry.quote.strip()[:120]


def _turn(scene: Scene, turn: str, quote: str) -> Said | None:
    short = turn.strip("[] ").rpartition("/")[2]
    text = quote.strip()
    if not text:
        return None
    return next((t for t in scene.timeline.turns if t.id == short and text in t.text), None)


def _overlap(turn: str, quote: str, other_turn: str, other: str) -> bool:
    one, two = set(words(quote)), set(words(other))
    return turn == other_turn and len(one & two) >= min(3, len(one), len(two))
