"""Streams the lines of a text file, packed or not, in bounded memory; a bad line is a Failure."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from copilot.domain import Failure
from copilot.errors import InvalidInput
from ingest.loaders.protocol import LoadOptions

CHUNK = 1 << 18
GZIP_FREE_BYTES = 64_000_000  # below this size unpacked, the ratio says nothing
GZIP_RATIO = 200
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class UnreadableError(InvalidInput):
    """The rest of a file cannot be read; what came before it stands."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end."""

    number: int
    text: str


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where it is gzip (by its first bytes, not its name)."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not packed:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield unpacked  # type: ignore[misc]


def chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes in pieces; a gzip bomb stops at its ratio."""
    size = path.stat().st_size
    seen = 0
    with opened(path) as source:
        packed = isinstance(source, gzip.GzipFile)
        while True:
            try:
                piece = source.read(CHUNK)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise UnreadableError(f"the gzip data is damaged or cut off ({error})") from None
            if not piece:
                return
            seen += len(piece)
            if packed and seen > GZIP_FREE_BYTES and seen > GZIP_RATIO * size:
                raise UnreadableError(
                    f"refused: it unpacks to more than {GZIP_RATIO} times its size"
                )
            yield piece


def utf8_chunks(path: Path, options: LoadOptions) -> Iterator[bytes]:
    """The file's bytes as UTF-8 without byte order mark; other encodings are converted strictly."""
    pieces = chunks(path)
    first = next(pieces, b"")
    bom, encoding = _encoding(first, options)
    first = first[len(bom) :]
    if encoding == "utf-8":
        yield first
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        yield decoder.decode(first).encode()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise UnreadableError(
            f"the text is not {encoding} throughout; save the file as UTF-8"
        ) from None


def lines(path: Path, options: LoadOptions) -> Iterator[Line | Failure]:
    """Every line; one that is too long, broken or binary is a Failure and the rest goes on."""
    cap = options.limits.record_bytes
    number = 0
    try:
        for number, raw in _split(utf8_chunks(path, options), cap):
            yield _line(path, number, raw, cap)
    except UnreadableError as error:
        yield Failure(str(path), error.detail, line=number + 1)
    except OSError as error:
        yield Failure(str(path), f"cannot be read: {error.strerror or error}")


def whole_text(path: Path, options: LoadOptions) -> str:
    """A whole text file within the limits, or UnreadableError."""
    cap = options.limits.text_bytes
    parts: list[bytes] = []
    size = 0
    for piece in utf8_chunks(path, options):
        size += len(piece)
        if size > cap:
            raise UnreadableError(f"larger than {said_size(cap)}; split it")
        parts.append(piece)
    data = b"".join(parts)
    if b"\0" in data:
        raise UnreadableError("contains NUL bytes; it is binary or damaged, not text")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(_broken(error, f"line {line}")) from None


def said_size(count: int) -> str:
    """A size for a person."""
    return f"{count // 1_000_000} MB" if count >= 1_000_000 else f"{count // 1_000} kB"


def _encoding(first: bytes, options: LoadOptions) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if first.startswith(bom):
            return bom, encoding
    if options.encoding:
        try:
            return b"", codecs.lookup(options.encoding).name
        except LookupError:
            raise UnreadableError(f"encoding {options.encoding!r} is unknown") from None
    sample = first[:2000]
    if len(sample) > 8 and 0.3 < sample.count(0) / len(sample) < 0.7:
        raise UnreadableError(
            "looks like UTF-16 without its mark; say so with --encoding utf-16-le"
        )
    return b"", "utf-8"


def _split(pieces: Iterator[bytes], cap: int) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None stands for one longer than the cap, which is not kept."""
    rest = bytearray()
    number = 1
    skipping = False
    for piece in pieces:
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            rest += piece[start:end]
            yield number, None if skipping or len(rest) > cap else bytes(rest)
            number, start, skipping = number + 1, end + 1, False
            rest.clear()
        if not skipping:
            rest += piece[start:]
            if len(rest) > cap:
                skipping = True
                rest.clear()
    if rest or skipping:
        yield number, None if skipping else bytes(rest)


def _line(path: Path, number: int, raw: bytes | None, cap: int) -> Line | Failure:
    if raw is None:
        return Failure(str(path), f"the line is longer than {said_size(cap)}", line=number)
    if b"\0" in raw:
        return Failure(
            str(path), "the line contains NUL bytes; it is binary or damaged", line=number
        )
    try:
        return Line(number, raw.removesuffix(b"\r").decode())
    except UnicodeDecodeError as error:
        return Failure(str(path), _broken(error, "this line"), line=number)


def _broken(error: UnicodeDecodeError, where: str) -> str:
    return (
        f"not valid UTF-8 in {where} (byte 0x{error.object[error.start]:02x}); save the file as "
        "UTF-8 or name its encoding, e.g. --encoding cp1252"
    )
