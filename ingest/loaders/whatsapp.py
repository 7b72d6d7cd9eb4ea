"""Loads WhatsApp chat exports, iOS and Android; the order of its dates must be declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copilot.domain import Failure, Item, ItemKind
from copilot.errors import InvalidInput
from ingest.loaders.convert import relative_id
from ingest.loaders.lines import Line, lines
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import clean
from ingest.loaders.threads import Thread, required_speaker

_STAMP = re.compile(
    r"^\[?(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}),?\s+(\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?\s?[Mm]\.?)?)"
    r"(?:\]\s|\s[-–]\s)(.*)$",
    re.DOTALL,
)
_AUTHOR = re.compile(r"^([^:]{1,80}):\s(.*)$", re.DOTALL)
_MEDIA = re.compile(
    r"^<?(?:Media omitted|Medien ausgeschlossen|Médias omis|Multimedia omitido|Media omessi|"
    r"Mídia oculta|(?:image|video|audio|document|sticker|GIF) omitted|attached: .+)>?$|"
    r"^(\S+\.\w{2,4}) \((?:file attached|Datei angehängt|fichier joint|archivo adjunto)\)",
    re.IGNORECASE,
)
_INVISIBLE = str.maketrans(
    dict.fromkeys("\u200e\u200f\u202a\u202c\ufeff", "") | {"\u202f": " ", "\u00a0": " "}
)


@dataclass(slots=True)
class Message:
    """One message with the line it starts on."""

    line: int
    at: str
    author: str | None
    text: str


class WhatsAppLoader:
    """One chat is one interaction. Both sides see every line; names are declared (`--role`)."""

    format = "whatsapp"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        if probe.suffix != ".txt":
            return False
        first = [line.translate(_INVISIBLE) for line in probe.text.splitlines()[:5]]
        return sum(bool(_STAMP.match(line)) for line in first) >= min(2, len(first))

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        thread = Thread("whatsapp", relative_id(path, options), options)
        thread.channel = "chat"
        for message in _messages(path, options):
            if isinstance(message, Failure):
                yield message
                continue
            try:
                _say(thread, message)
            except InvalidInput as error:
                yield Failure(str(path), error.detail, line=message.line)
        try:
            yield thread.build()
        except InvalidInput as error:
            yield Failure(str(path), error.detail)


def _say(thread: Thread, message: Message) -> None:
    if message.author is None:
        thread.clock.read(message.at, "date")  # a bad date is a fault even where nobody speaks
        thread.note_event()
        return
    who = required_speaker(message.author, thread.options)
    media = _MEDIA.match(message.text)
    if who == "customer" and thread.customer_id is None:
        thread.customer_id = message.author
    thread.say(
        who,
        "" if media else clean(message.text),
        visibility="public",
        at=message.at,
        authors=(message.author,),
        attachments=(media.group(1) or "media",) if media else (),
    )


def _messages(path: Path, options: LoadOptions) -> Iterator[Message | Failure]:
    """Lines without a date continue the message above them."""
    held: Message | None = None
    for line in lines(path, options):
        if isinstance(line, Failure):
            yield line
            continue
        found = _begin(line)
        if found is None and held is not None:
            held.text += "\n" + line.text.translate(_INVISIBLE)
        elif found is None and line.text.strip():
            yield Failure(str(path), "stands before the first dated message", line=line.number)
        elif found is not None:
            if held is not None:
                yield held
            held = found
    if held is not None:
        yield held


def _begin(line: Line) -> Message | None:
    match = _STAMP.match(line.text.translate(_INVISIBLE))
    if match is None:
        return None
    day, clock, rest = match.groups()
    author = _AUTHOR.match(rest)
    at = f"{day} {clock}"
    if author is None:
        return Message(line.number, at, None, rest)
    return Message(line.number, at, author.group(1).strip("~ "), author.group(2))
