"""The shapes of answer we ask a model for, and their way into our own nouns."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.domain import Draft, Segment
from copilot.llm.faults import CallError
from copilot.llm.structured import json_in

MAX_SEGMENTS = 40
MAX_SEGMENT_CHARS = 2_000
MAX_MISSING = 8
MAX_QUERIES = 4
MAX_QUERY_CHARS = 300
_GAP = re.compile(r"[\s,]*")
_SEGMENTS_OPEN = re.compile(r'"segments"\s*:\s*\[')


class _SegmentReply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=MAX_SEGMENT_CHARS)
    citations: list[int] = Field(default_factory=list, max_length=100)


class _DraftReply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    segments: list[_SegmentReply] = Field(default_factory=list, max_length=MAX_SEGMENTS)
    abstained: bool = False
    missing: list[str] = Field(default_factory=list, max_length=100)


class _QueriesReply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    queries: list[str] = Field(max_length=100)


def draft_schema(sources: int) -> dict[str, Any]:
    """The JSON schema of a reply that may cite sources 1..`sources` and nothing else.

    Under strict decoding a server cannot produce a number outside the list. Every
    property is required and no other is allowed, as strict servers demand; zero stands
    in where there is no source, for an empty list is no valid enumeration.
    """
    number = {"type": "integer", "enum": list(range(1, sources + 1)) or [0]}
    segment = _closed({"text": {"type": "string"}, "citations": _array(number)})
    fields = {
        "segments": _array(segment),
        "abstained": {"type": "boolean"},
        "missing": _array({"type": "string"}),
    }
    return {"title": "draft", **_closed(fields)}


def queries_schema() -> dict[str, Any]:
    """The JSON schema of a list of search queries."""
    return {"title": "queries", **_closed({"queries": _array({"type": "string"})})}


def parse_draft(parsed: object, sources: int) -> Draft:
    """Turn a model's answer into a `Draft`.

    A number outside 1..`sources` is dropped: nothing we did not send can be cited. A
    sentence that loses a citation so is marked unsupported.
    """
    try:
        reply = _DraftReply.model_validate(parsed)
    except ValidationError:
        raise CallError("malformed") from None
    segments = tuple(_segment(s, sources) for s in reply.segments if s.text.strip())
    missing = tuple(m.strip() for m in reply.missing if m.strip())[:MAX_MISSING]
    if not segments and not reply.abstained and not missing:
        raise CallError("empty")
    return Draft(
        segments=segments,
        abstained=reply.abstained or not segments,
        missing=missing,
        unanswered=missing,
    )


def parse_queries(parsed: object) -> tuple[str, ...]:
    """At most four distinct queries of a sane length."""
    try:
        reply = _QueriesReply.model_validate(parsed)
    except ValidationError:
        raise CallError("malformed") from None
    clean = (" ".join(query.split())[:MAX_QUERY_CHARS] for query in reply.queries)
    return tuple(dict.fromkeys(q for q in clean if q))[:MAX_QUERIES]


class DraftStream:
    """Hands out the sentences of a draft while its JSON is still arriving.

    A whole sentence at a time, so that each can be checked before anybody sees it.
    """

    def __init__(self, sources: int) -> None:
        self._sources = sources
        self._text = ""
        self._at: int | None = None  # behind the last whole segment
        self._decoder = json.JSONDecoder()

    def feed(self, piece: str) -> list[Segment]:
        """Take a piece; give the segments it completed."""
        self._text += piece
        if self._at is None:
            opened = _SEGMENTS_OPEN.search(self._text)
            if opened is None:
                return []
            self._at = opened.end()
        if "}" not in piece:  # nothing can have been completed
            return []
        return list(self._completed())

    def finish(self) -> Draft:
        """The whole draft, or `ModelError` when the text is none."""
        return parse_draft(json_in(self._text), self._sources)

    def _completed(self) -> list[Segment]:
        found: list[Segment] = []
        while self._at is not None:
            gap = _GAP.match(self._text, self._at)
            start = gap.end() if gap else self._at
            try:
                value, end = self._decoder.raw_decode(self._text, start)
                segment = _SegmentReply.model_validate(value)
            except ValueError:  # not yet whole, or the end of the list
                return found
            self._at = end
            if segment.text.strip():
                found.append(_segment(segment, self._sources))
        return found


def _segment(reply: _SegmentReply, sources: int) -> Segment:
    cited = dict.fromkeys(n for n in reply.citations if n != 0)
    known = tuple(n for n in cited if 1 <= n <= sources)
    return Segment(reply.text.strip(), known, supported=len(known) == len(cited))


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
