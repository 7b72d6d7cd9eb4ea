"""Cuts sources into chunks: articles by heading, then size; conversations by agent reply."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.domain import Chunk, Document, Interaction, SourceKind, Turn

CHUNKER = "headings-2/replies-2"  # part of every fingerprint: a new cut re-embeds what it changes
MAX_CHARS = 1_000  # about 220 tokens: what the local model reads without cutting
MIN_CHARS = 200  # smaller sections join their neighbour
OVERLAP_CHARS = 160
CONTEXT_TURNS = 6
CONTEXT_CHARS = 900
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
# A sentence ends at its mark before a blank; "e.g. the" and "3. Confirm" do not end one.
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[A-ZÀ-ÞΑ-ΩА-Я0-9\"'“¿¡(])|(?<=[。！？])")
_NO_REPLY = re.compile(r"^\[(?:no text|attachment: [^\]]*)\]$")


@dataclass(frozen=True, slots=True)
class Section:
    """The text below one heading, with the headings above it."""

    path: tuple[str, ...]
    text: str


def embed_text(chunk: Chunk, title: str) -> str:
    """What is embedded: of a passage its title, headings and text; of a reply the situation."""
    if chunk.kind == "interaction":
        return chunk.context or chunk.text
    headings = [part for part in chunk.heading_path if part != title]
    return "\n".join(part for part in (title, " > ".join(headings), chunk.text) if part)


def chunk_document(document: Document, *, max_chars: int = MAX_CHARS) -> list[Chunk]:
    """Passages in reading order; only a passage that had to be cut overlaps the one before."""
    sections = _joined(list(_sections(document.text, document.title)), max_chars)
    pieces = [(section.path, piece) for section in sections for piece in _cut(section, max_chars)]
    return [
        Chunk(
            id=_id("document", document.source_id, ordinal, piece),
            kind="document",
            source_id=document.source_id,
            ordinal=ordinal,
            text=piece,
            heading_path=path,
        )
        for ordinal, (path, piece) in enumerate(pieces)
    ]


def chunk_interaction(
    interaction: Interaction, *, context_turns: int = CONTEXT_TURNS
) -> list[Chunk]:
    """One chunk per public reply of a human agent, with the turns it answered as its context.

    Notes are neither reply nor context; a bot's reply is context only, it is nobody's experience.
    """
    found: list[Chunk] = []
    before: list[Turn] = []
    for index, turn in enumerate(interaction.turns):
        if turn.visibility != "public" or turn.speaker == "system":
            continue
        if turn.speaker == "agent" and turn.text and not _NO_REPLY.match(turn.text):
            context = _context(before[-context_turns:], interaction.subject)
            found.append(_reply(interaction.source_id, len(found), index, turn, context))
        before.append(turn)
        if len(before) > 2 * context_turns:
            del before[:-context_turns]
    return found


def _reply(source_id: str, ordinal: int, index: int, turn: Turn, context: str) -> Chunk:
    return Chunk(
        id=_id("interaction", source_id, ordinal, f"{context}\0{turn.text}"),
        kind="interaction",
        source_id=source_id,
        ordinal=ordinal,
        text=turn.text,
        context=context,
        turn=index,
        label=turn.label,
    )


def _context(turns: Sequence[Turn], subject: str | None) -> str:
    """The situation, latest words whole; what is too much is cut from the old side."""
    head = f"subject: {subject}" if subject else ""
    left = CONTEXT_CHARS - len(head)
    lines: list[str] = []
    for turn in reversed(turns):
        line = f"{turn.speaker}: {' '.join(turn.text.split())}"
        if len(line) > left:
            if left > 40 or not lines:
                lines.append(_ending(line, max(left, 200), turn.speaker))
            break
        lines.append(line)
        left -= len(line) + 1
    return "\n".join(part for part in (head, *reversed(lines)) if part)


def _ending(line: str, room: int, speaker: str) -> str:
    """The last part of a line, from a word's start."""
    tail = line[-room:]
    return f"{speaker}: … {tail[tail.find(' ') + 1 :]}"


def _sections(text: str, title: str) -> Iterator[Section]:
    path: list[tuple[int, str]] = []
    body: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        match = None if fenced else _HEADING.match(line)
        if match is None:
            body.append(line)
            continue
        yield from _section(path, body, title)
        body = []
        level = len(match.group(1))
        path = [(depth, name) for depth, name in path if depth < level]
        path.append((level, match.group(2)))
    yield from _section(path, body, title)


def _section(path: list[tuple[int, str]], body: list[str], title: str) -> Iterator[Section]:
    text = "\n".join(body).strip()
    if text:
        names = tuple(name for _, name in path)
        yield Section(names[1:] if names[:1] == (title,) else names, text)


def _joined(sections: list[Section], max_chars: int) -> list[Section]:
    """Small neighbours become one passage under the headings they share."""
    joined: list[Section] = []
    for section in sections:
        last = joined[-1] if joined else None
        if last and min(len(last.text), len(section.text)) < MIN_CHARS:
            path = _shared(last.path, section.path)
            merged = "\n\n".join((_with_headings(last, path), _with_headings(section, path)))
            if len(merged) <= max_chars:
                joined[-1] = Section(path, merged)
                continue
        joined.append(section)
    return joined


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    same = 0
    while same < min(len(left), len(right)) and left[same] == right[same]:
        same += 1
    return left[:same]


def _with_headings(section: Section, path: tuple[str, ...]) -> str:
    lost = section.path[len(path) :]
    return f"{' > '.join(lost)}:\n{section.text}" if lost else section.text


def _cut(section: Section, max_chars: int) -> Iterator[str]:
    """Pack paragraphs, then sentences, then words into passages of at most `max_chars`."""
    if len(section.text) <= max_chars:
        yield section.text
        return
    held = ""
    for unit, glue in _units(section.text, max_chars - OVERLAP_CHARS - 2):
        if not held:
            held = unit
        elif len(held) + len(glue) + len(unit) <= max_chars:
            held += glue + unit
        else:
            yield held
            tail = _tail(held)
            held = f"{tail}{glue}{unit}" if tail else unit
    if held:
        yield held


def _units(text: str, room: int) -> Iterator[tuple[str, str]]:
    """Pieces no longer than `room`, each with what joins it to the piece before."""
    for paragraph in re.split(r"\n\s*\n", text):
        glue = "\n\n"
        if len(paragraph) <= room:
            yield paragraph.strip("\n"), glue
            continue
        for line in paragraph.split("\n"):
            for sentence in _SENTENCE.split(line) if len(line) > room else [line]:
                for piece in _words(sentence, room):
                    if piece.strip():
                        yield piece, glue
                        glue = " "
            glue = "\n"


def _words(sentence: str, room: int) -> Iterator[str]:
    while len(sentence) > room:
        end = sentence.rfind(" ", room // 2, room)
        end = room if end < 0 else end
        yield sentence[:end]
        sentence = sentence[end:].lstrip()
    yield sentence


def _tail(passage: str) -> str:
    """The last sentence, where it is short enough to be said twice."""
    last = _SENTENCE.split(passage.rsplit("\n", 1)[-1])[-1].strip()
    return last if 0 < len(last) <= OVERLAP_CHARS else ""


def _id(kind: SourceKind, source_id: str, ordinal: int, text: str) -> str:
    said = "\0".join((kind, source_id, str(ordinal), text))
    return hashlib.sha256(said.encode()).hexdigest()[:24]
