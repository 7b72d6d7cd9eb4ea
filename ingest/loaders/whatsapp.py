"""Loads WhatsApp chat exports, iOS and Android; the order of its dates must be declared."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from copilot.domain import Failure, Item, ItemKind
from copilot.errors import InvalidInput
from ingest.loaders.convert import relative_id
from ingest.loaders.lines import Line, lines
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import clean
from ingest.loaders.threads import Thread, Undeclared, UndeclaredError, required_speaker

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
        if probe.head.startswith(b"PK\x03\x04"):
            return bool(_chats_in(probe.path))
        if probe.suffix != ".txt":
            return False
        first = [line.translate(_INVISIBLE) for line in probe.text.splitlines()[:5]]
        return sum(bool(_STAMP.match(line)) for line in first) >= min(2, len(first))

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        try:
            with _text_file(path, options) as text:
                yield from self._chat(path, text, options)
        except (InvalidInput, OSError, zipfile.BadZipFile) as error:
            yield Failure(str(path), getattr(error, "detail", None) or f"cannot be read: {error}")

    def _chat(self, path: Path, text: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        thread = Thread("whatsapp", relative_id(path, options), options)
        thread.channel = "chat"
        undeclared = Undeclared()
        for message in _messages(path, text, options):
            if isinstance(message, Failure):
                yield message
                continue
            try:
                _say(thread, message)
            except UndeclaredError as error:
                undeclared.add(error.name, message.line)
            except InvalidInput as error:
                yield Failure(str(path), error.detail, line=message.line)
        if undeclared.counts:
            yield undeclared.failure(str(path))
            if not thread.turns:
                return
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


def _chats_in(path: Path) -> list[str]:
    """The chat's text in an exported archive; its pictures are not read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return []
    texts = [name for name in names if name.endswith(".txt") and "/" not in name]
    return [name for name in texts if name == "_chat.txt" or name.startswith("WhatsApp")]


@contextmanager
def _text_file(path: Path, options: LoadOptions) -> Iterator[Path]:
    """The text itself, or the one unpacked from the archive after the archive was checked."""
    if path.suffix.lower() != ".zip":
        yield path
        return
    list(options.sandbox.parse("zip", path))
    with tempfile.TemporaryDirectory(prefix="continuum-") as folder:
        target = Path(folder) / "chat.txt"
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(_chats_in(path)[0]) as source,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
        yield target


def _messages(path: Path, text: Path, options: LoadOptions) -> Iterator[Message | Failure]:
    """Lines without a date continue the message above them."""
    held: Message | None = None
    for line in lines(text, options):
        if isinstance(line, Failure):
            yield replace(line, path=str(path))
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
