"""Where the agent may read on when a question stays open: the passages nearest to what is asked.

They are no answer: a reply quotes only what answers. But where it stays silent the right article is
mostly among the first three, and the agent should not have to search for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from copilot.domain import Draft, Hit, Nearest
from copilot.extractive.guards.danger import may_stand_beside
from copilot.suggester.prepared import Prepared

READ_ON = 3
NEAR = 0.2  # cosine below which an article is about something else
MAX_QUESTIONS = 3
MAX_CHARS = 600


def nearest(prepared: Prepared, draft: Draft, cited: Collection[str]) -> tuple[Nearest, ...]:
    """Up to three articles by their nearest passage, best first; none where nothing is open.

    Those that the reply cites already (`cited`, by id) stand beside it anyway.
    """
    if not draft.unanswered:
        return ()
    found: dict[str, Hit] = {}
    said = " ".join(t.text for t in prepared.conversation.turns if t.speaker == "customer")
    for hit in _hits(prepared, draft):
        if hit.score < NEAR or hit.chunk.source_id in cited:
            continue
        if may_stand_beside(hit.chunk.text, said):  # beside smoke no other step, not even to read
            found.setdefault(hit.chunk.source_id, hit)
    return tuple(_read(hit) for hit in found.values())[:READ_ON]


def _hits(prepared: Prepared, draft: Draft) -> Iterator[Hit]:
    """Where nothing is answered, what was found for the conversation; else each question's own."""
    if not draft.segments:
        yield from prepared.evidence.documents
        return
    each = [prepared.look(question) for question in draft.unanswered[:MAX_QUESTIONS]]
    for rank in range(READ_ON):
        yield from (hits[rank] for hits in each if rank < len(hits))


def _read(hit: Hit) -> Nearest:
    above = (part for part in hit.chunk.heading_path if part != hit.title)
    return Nearest(
        source_id=hit.chunk.source_id,
        title=hit.title,
        heading=" › ".join(above),
        quote=hit.chunk.text[:MAX_CHARS],
        url=hit.url,
        visibility=hit.visibility,
    )
