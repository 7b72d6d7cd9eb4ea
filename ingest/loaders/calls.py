"""Loads call transcripts: WebVTT (Zoom, Teams), SRT and Amazon Transcribe Call Analytics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Item, ItemKind, Speaker
from copilot.errors import InvalidInput
from ingest.loaders.callday import after, began
from ingest.loaders.convert import each, relative_id
from ingest.loaders.fields import FieldFault, listing, mapping, text
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.lines import Line, lines
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import clean, squeeze
from ingest.loaders.threads import Thread, Undeclared, UndeclaredError, required_speaker

_TIMING = re.compile(r"^(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}\s+-->\s+(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]+)>")
_PREFIX = re.compile(r"^([^\s:<>][^:<>]{0,60}):\s+(.*)$", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[^>]*>")
PARTICIPANTS: dict[str, Speaker] = {"AGENT": "agent", "CUSTOMER": "customer"}


class WebVttLoader:
    """Speakers are names, `<v Ana>` or `Ana: `; who they are must be declared (`--role`).

    SRT is the same without a header. Neither says whose call it was, nor its day: see `began`.
    """

    format = "webvtt"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        if probe.suffix == ".srt":
            return any(_TIMING.match(line) for line in probe.text.splitlines()[:4])
        return probe.text.startswith("WEBVTT") or probe.suffix == ".vtt"

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        thread = _thread("webvtt", relative_id(path, options), path, options)
        undeclared = Undeclared()
        last: str | None = None
        held = _Held()
        for cue in _cues(path, options):
            if isinstance(cue, Failure):
                yield cue
                continue
            try:
                ident, name, said = _spoken(cue, last)
                if name != last and last is not None:
                    _say(thread, last, held)
                    held = _Held()
                last = name  # also where it is unknown: cues without a name go on with it
                required_speaker(name, options)
                held.add(cue, ident, said)
            except UndeclaredError as error:
                undeclared.add(error.name, cue[0].number)
            except InvalidInput as error:
                yield Failure(str(path), error.detail, line=cue[0].number)
        if last is not None:
            _say(thread, last, held)
        if undeclared.counts:
            yield undeclared.failure(str(path))
            if not thread.turns:  # it holds what they said: only that is missing
                return
        try:
            yield thread.build()
        except InvalidInput as error:
            yield Failure(str(path), error.detail)


@dataclass(slots=True)
class _Held:
    """The cues that one speaker says in a row."""

    texts: list[str] = field(default_factory=list)
    ident: str | None = None
    timing: str = ""

    def add(self, cue: list[Line], ident: str | None, said: str) -> None:
        self.ident = self.ident or ident
        self.timing = self.timing or next(
            (line.text for line in cue if _TIMING.match(line.text)), ""
        )
        self.texts.append(said)


def _thread(source: str, ident: str, path: Path, options: LoadOptions) -> Thread:
    """A call, with the customer and the time that were declared or stand in its file's name."""
    thread = Thread(source, ident, options)
    thread.channel = "phone"
    thread.customer_id = options.customers.get(str(path.resolve()))
    thread.at, said_by = began(path, options, thread.clock)
    if said_by:
        thread.meta["day_from"] = said_by
    return thread


def _say(thread: Thread, name: str, held: _Held) -> None:
    if held.texts:
        who = required_speaker(name, thread.options)
        thread.say(
            who,
            squeeze(" ".join(held.texts)),
            visibility="public",
            at=after(thread.at, held.timing),
            ident=held.ident,
            authors=(name,),
        )


def _spoken(cue: list[Line], last: str | None) -> tuple[str | None, str, str]:
    """A cue's id, speaker and text; a cue without a name goes on with the speaker before."""
    at = next((n for n, line in enumerate(cue) if _TIMING.match(line.text)), None)
    if at is None:
        raise FieldFault("a cue without its time line")
    ident = cue[0].text.strip() if at else None
    said = "\n".join(line.text for line in cue[at + 1 :])
    voice = _VOICE.search(said)
    plain = clean(_TAG.sub("", said))
    if voice:
        return ident, clean(voice.group(1)), plain
    prefix = _PREFIX.match(plain)
    if prefix:
        return ident, prefix.group(1).strip(), prefix.group(2)
    if last is None:
        raise FieldFault("nobody is named as the speaker of this cue")
    return ident, last, plain


def _cues(path: Path, options: LoadOptions) -> Iterator[list[Line] | Failure]:
    """The blocks between blank lines; the header, notes and styles are no cues."""
    block: list[Line] = []
    for line in lines(path, options):
        if isinstance(line, Failure):
            yield line
        elif line.text.strip():
            block.append(line)
        elif block:
            yield from _cue(block)
            block = []
    yield from _cue(block)


def _cue(block: list[Line]) -> Iterator[list[Line]]:
    if block and not block[0].text.startswith(("WEBVTT", "NOTE", "STYLE", "REGION")):
        yield block


class TranscribeLoader:
    """`Transcript[]` with `ParticipantRole`; issues, outcomes and categories are kept as found."""

    format = "transcribe-call-analytics"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return {"Transcript", "ConversationCharacteristics"} <= probe.keys or (
            {"Transcript", "JobStatus", "Participants"} <= probe.keys
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        def build(record: Record) -> Item:
            return _call(record, path, options)

        yield from each(path, json_records(path, options), build, id_keys=("JobName",))


def _call(record: Record, path: Path, options: LoadOptions) -> Item:
    value = record.value
    job = text(value, "JobName")
    thread = _thread("transcribe", job or relative_id(path, options), path, options)
    thread.language = text(value, "LanguageCode")
    categories = mapping(value.get("Categories"), "Categories")
    matched = listing(categories.get("MatchedCategories"), "MatchedCategories")
    thread.tags = tuple(str(one) for one in matched)
    found: dict[str, list[str]] = {"issues": [], "outcomes": [], "action_items": []}
    for one in listing(value.get("Transcript"), "Transcript"):
        segment = mapping(one, "segment")
        who = PARTICIPANTS.get(text(segment, "ParticipantRole") or "")
        if who is None:
            raise FieldFault(f"segment {segment.get('Id')}: no ParticipantRole AGENT or CUSTOMER")
        content = text(segment, "Content") or ""
        ident = segment.get("Id")
        thread.say(who, content, visibility="public", at=thread.at, ident=ident, authors=(who,))
        _keep(found, segment, content)
    thread.meta |= {**found, "duration_ms": _duration(value)}
    return thread.build()


def _keep(found: dict[str, list[str]], segment: Mapping[str, Any], content: str) -> None:
    """The passages that the service marked, by their character offsets."""
    for key, name in (
        ("issues", "IssuesDetected"),
        ("outcomes", "OutcomesDetected"),
        ("action_items", "ActionItemsDetected"),
    ):
        for one in listing(segment.get(name), name):
            offsets = mapping(one.get("CharacterOffsets"), "CharacterOffsets")
            begin, end = offsets.get("Begin"), offsets.get("End")
            found[key].append(content[begin:end] if isinstance(begin, int) else content)


def _duration(value: Mapping[str, Any]) -> Any:
    shape = mapping(value.get("ConversationCharacteristics"), "ConversationCharacteristics")
    return shape.get("TotalConversationDurationMillis")
