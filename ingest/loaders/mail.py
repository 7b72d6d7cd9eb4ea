"""Loads mailboxes, mbox and Maildir: threads by their headers, roles by the own mail domains."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any, BinaryIO

from copilot.domain import Failure, Item, ItemKind, Speaker, Visibility
from copilot.errors import InvalidInput
from ingest.loaders.convert import SHAPE_FAULTS, relative_id
from ingest.loaders.fields import FieldFault
from ingest.loaders.grouping import grouped
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LEFT_OUT, LoadOptions, Probe
from ingest.loaders.text import clean, html_text, squeeze
from ingest.loaders.threads import Thread, is_own

HEADER_BYTES = 65_536
MESSAGE_BYTES = 40_000_000  # attachments are read and dropped; a larger message is refused
_ID = re.compile(r"<([^<>\s]{3,250})>")
_FROM_LINE = b"From "
_SUBJECT_PREFIX = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|antw|tr|rif|odp)\s*(?:\[\d+\])?:\s*)+", re.I)
_PARSER = BytesParser()
Place = tuple[str, int, int]  # file, offset, bytes


class MboxLoader:
    """One file of messages; a line `From ` after a blank one begins the next."""

    format = "mbox"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return probe.head.startswith(_FROM_LINE) and b"\nFrom:" in probe.head[:HEADER_BYTES]

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _threads(path, _mbox_places(path), options)


class MaildirLoader:
    """A folder with `cur`, `new` and `tmp`; one message per file."""

    format = "maildir"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return probe.is_dir and {"cur", "new"} <= probe.children

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _threads(path, _maildir_places(path), options)


class EmlLoader:
    """A single message in a file of its own."""

    format = "eml"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return probe.suffix == ".eml"

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        yield from _threads(path, iter([(str(path), 0, path.stat().st_size)]), options)


class _Forest:
    """Which message ids belong together; ids are kept as 64-bit digests to stay small."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def root(self, one: int) -> int:
        path = []
        while (parent := self._parent.get(one, one)) != one:
            path.append(one)
            one = parent
        for passed in path:
            self._parent[passed] = one
        return one

    def join(self, one: int, other: int) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._parent[second] = first


def _threads(
    path: Path, places: Iterator[Place | Failure], options: LoadOptions
) -> Iterator[Item | Failure]:
    """Read headers once to know the threads, then each thread's messages in turn."""
    if not options.own_domains:
        reason = "who is an agent? Say your own mail domains, e.g. --own-domain example.com"
        yield Failure(str(path), reason)
        return
    forest, files = _Forest(), dict[str, int]()
    marks, offsets, sizes, file_of = array("Q"), array("q"), array("q"), array("l")
    for place in places:
        if isinstance(place, Failure):
            yield place
            continue
        file, offset, size = place
        marks.append(_mark(forest, place))
        offsets.append(offset)
        sizes.append(size)
        file_of.append(files.setdefault(file, len(files)))
    names = list(files)
    found = (
        (mark, names[f], o, s) for mark, f, o, s in zip(marks, file_of, offsets, sizes, strict=True)
    )
    for group in grouped(found, key=lambda one: str(forest.root(one[0]))):
        if isinstance(group, Failure):
            yield group
        else:
            yield from _thread(path, [one[1:] for one in group], options)


def _mark(forest: _Forest, place: Place) -> int:
    """This message's digest, joined with those of the messages it answers."""
    head = _read(place, HEADER_BYTES).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = _PARSER.parsebytes(head, headersonly=True)
    own = _ids(message.get("Message-ID"))
    mark = _digest(own[0] if own else f"{place[0]}:{place[1]}")
    for header in ("References", "In-Reply-To"):
        for ident in _ids(message.get(header))[-20:]:
            forest.join(_digest(ident), mark)
    return mark


def _thread(path: Path, places: list[Place], options: LoadOptions) -> Iterator[Item | Failure]:
    """One interaction from the messages of a thread; a bad message fails alone."""
    thread: Thread | None = None
    for place in places:
        try:
            if place[2] > MESSAGE_BYTES:
                raise FieldFault(f"the message is larger than {MESSAGE_BYTES // 1_000_000} MB")
            message = _parse(_read(place, place[2]))
            thread = thread or _begin(path, place, message, options)
            _say(thread, message)
        except InvalidInput as error:
            yield _failure(path, place, error.detail)
        except SHAPE_FAULTS as error:
            yield _failure(path, place, f"the message is broken ({type(error).__name__})")
    if thread is None:
        return
    try:
        if not any(turn.speaker == "customer" for turn in thread.turns):
            thread.meta["no_customer_message"] = True
        yield thread.build()
    except InvalidInput as error:
        if not error.detail.startswith(LEFT_OUT):  # its messages were already named one by one
            yield Failure(str(path), error.detail, record_id=thread.ident)


def _begin(path: Path, place: Place, message: Message, options: LoadOptions) -> Thread:
    """A thread is named by its first message's id, or by that message's content."""
    ident = next(iter(_ids(message.get("Message-ID"))), None)
    if ident is None:
        digest = hashlib.sha256(_read(place, place[2])).hexdigest()[:16]
        ident = f"{relative_id(path, options)}#{digest}"
    thread = Thread("mail", ident, options)
    thread.channel = "email"
    thread.subject = _SUBJECT_PREFIX.sub("", squeeze(_header(message.get("Subject")))) or None
    return thread


def _say(thread: Thread, message: Message) -> None:
    options = thread.options
    name, sender = parseaddr(_header(message.get("From")))
    if not sender:
        raise FieldFault("the message has no sender")
    own = is_own(sender, options)
    who: Speaker = "agent" if own else "customer"
    if _is_automatic(message):
        who = "bot" if own else "system"
    receivers = [_header(message.get(header)) for header in ("To", "Cc", "Bcc")]
    addresses = [address for _, address in getaddresses(receivers) if address]
    among_us = own and bool(addresses) and all(is_own(one, options) for one in addresses)
    visibility: Visibility = "internal" if among_us else "public"
    text, files = _content(message, options)
    if not own and thread.customer_id is None:
        thread.customer_id = sender.lower()
    date = message.get("Date")
    thread.say(
        who,
        own_words(text) if text else "",
        visibility=visibility,
        at=str(date) if date else None,
        ident=next(iter(_ids(message.get("Message-ID"))), None),
        authors=(sender.lower(), clean(name)),
        attachments=files,
    )


def _content(message: Message, options: LoadOptions) -> tuple[str, list[str]]:
    """The text to read, plain before HTML, and the names of what is attached."""
    texts: dict[str, Message] = {}
    files: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        name = part.get_filename()
        is_attached = part.get_content_disposition() == "attachment" or name is not None
        if kind in ("text/plain", "text/html") and not is_attached:
            texts.setdefault(kind, part)
        elif is_attached or not kind.startswith("text/"):
            files.append(clean(_header(name)) or kind)
    if "text/plain" in texts:
        return clean(_decoded(texts["text/plain"])), files
    if "text/html" in texts:
        return html_text(_decoded(texts["text/html"]), options), files
    return "", files


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of a message; a message within it is an attachment, not a part."""
    inside = message.get_payload()
    if not isinstance(inside, list) or message.get_content_maintype() == "message":
        yield message
        return
    for part in inside:
        if isinstance(part, Message):
            yield from _parts(part)


def _header(value: Any) -> str:
    """A header as text; its encoded words are decoded, what is broken stays as it is."""
    try:
        return str(make_header(decode_header(str(value)))) if value is not None else ""
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return str(value)


def _decoded(part: Any) -> str:
    """The part's text by its declared charset, else as UTF-8; never with replaced characters."""
    payload = part.get_payload(decode=True) or b""
    declared = part.get_content_charset() or "utf-8"
    for charset in (declared, "utf-8"):
        try:
            return str(payload.decode(charset))
        except (LookupError, UnicodeDecodeError):
            continue
    raise FieldFault(f"the text is neither {declared[:30]} as it says nor UTF-8")


def _is_automatic(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted") or "no").strip().lower()
    precedence = str(message.get("Precedence") or "").strip().lower()
    return submitted != "no" or precedence in ("auto_reply", "bulk") or "X-Autoreply" in message


def _mbox_places(path: Path) -> Iterator[Place | Failure]:
    """Where each message lies. Lines are read in bounded pieces: one may be of any length."""
    try:
        with path.open("rb") as file:
            start = 0
            for offset in _starts(file):
                if offset > start:
                    yield str(path), start, offset - start
                start = offset
            end = file.seek(0, 2)
        if end > start:
            yield str(path), start, end - start
    except OSError as error:
        yield Failure(str(path), f"cannot be read: {error.strerror or error}")


def _starts(file: BinaryIO) -> Iterator[int]:
    """Offsets of the `From ` lines that follow a blank line or begin the file."""
    offset, after_blank, at_line_start = 0, True, True
    while line := file.readline(1 << 16):
        if at_line_start and after_blank and line.startswith(_FROM_LINE):
            yield offset
        if at_line_start:
            after_blank = line in (b"\n", b"\r\n")
        at_line_start = line.endswith(b"\n")
        offset += len(line)


def _maildir_places(path: Path) -> Iterator[Place | Failure]:
    for folder in ("cur", "new"):
        for file in sorted((path / folder).iterdir() if (path / folder).is_dir() else ()):
            if file.name.startswith("."):
                continue
            if file.is_symlink() or not file.is_file():
                yield Failure(str(file), "refused: not a plain file")
            else:
                yield str(file), 0, file.stat().st_size


def _read(place: Place, cap: int) -> bytes:
    """The first `cap` bytes of a message, without its `From ` line."""
    file, offset, size = place
    with Path(file).open("rb") as source:
        source.seek(offset)
        data = source.read(min(size, cap))
    return data.partition(b"\n")[2] if data.startswith(_FROM_LINE) else data


def _parse(data: bytes) -> Message:
    # The older header policy: the new one parses every header by grammar, ten times as slowly.
    return _PARSER.parsebytes(re.sub(rb"(?m)^>(>*From )", rb"\1", data))


def _ids(header: Any) -> list[str]:
    return _ID.findall(str(header or ""))


def _digest(ident: str) -> int:
    return int.from_bytes(hashlib.blake2b(ident.encode(), digest_size=8).digest(), "big")


def _failure(path: Path, place: Place, reason: str) -> Failure:
    where = "" if place[0] == str(path) else f"{Path(place[0]).name}: "
    ident = None if where else f"byte {place[1]}"
    return Failure(str(path), where + reason, record_id=ident)
