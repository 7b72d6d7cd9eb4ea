"""The sets retrieval is measured on, read from a folder of real data that is never committed."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from copilot.domain import Conversation, Document, Interaction, Outcome, Turn
from copilot.errors import InvalidInput, NotFound

Part = Literal["learn", "check"]
SHAPE = '{"query": "how can I cancel", "relevant": ["the id of an article", "…"]}'
SPLITS = 5  # a fifth of the dialogues is held back


@dataclass(frozen=True, slots=True)
class Case:
    """One query and the sources, or the labels, that answer it."""

    id: str
    asked: Conversation | str
    relevant: frozenset[str]
    cluster: str = ""  # cases of one dialogue are resampled together


@dataclass(frozen=True, slots=True)
class ArticleSet:
    """Articles and the queries asked over them."""

    name: str
    documents: tuple[Document, ...]
    cases: tuple[Case, ...]


def bank(folder: Path) -> ArticleSet:
    """698 articles of a bank; 28 openings with the articles each one requires."""
    documents = tuple(
        Document(source_id=raw["id"], title=raw["title"], text=raw["content"])
        for raw in map(_json, sorted((_there(folder) / "documents").glob("*.json")))
    )
    cases = tuple(
        Case(raw["id"], raw["opening"], frozenset(raw["required_documents"]), raw["id"])
        for raw in _json(folder / "dev_gold.json")
        if raw["opening"] and raw["required_documents"]
    )
    return ArticleSet("bank", documents, cases)


def own(path: Path) -> tuple[Case, ...]:
    """A user's own questions, one a line, with the ids of the sources that answer them.

    Raises InvalidInput with the line.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{str(path)!r} cannot be read as text: {error}.") from error
    cases = tuple(_case(line, n) for n, line in enumerate(lines, start=1) if line.strip())
    if not cases:
        raise InvalidInput(f"{str(path)!r} is empty. A line is {SHAPE}")
    return cases


def _case(line: str, number: int) -> Case:
    try:
        raw = json.loads(line)
        asked, relevant = raw["query"], frozenset(map(str, raw["relevant"]))
    except (ValueError, LookupError, TypeError):
        raise InvalidInput(f"Line {number} is no question. A line is {SHAPE}") from None
    if not isinstance(asked, str) or not asked.strip() or not relevant:
        raise InvalidInput(f"Line {number} has no query or names no source. A line is {SHAPE}")
    name = str(raw.get("id") or number)
    return Case(name, asked, relevant, name)


def star(folder: Path, part: Part) -> list[Interaction]:
    """Dialogues of one part; the split is by dialogue id, so no dialogue is in both."""
    return [dialogue for dialogue in _dialogues(folder) if part_of(dialogue.source_id) == part]


def part_of(dialogue_id: str) -> Part:
    """`check` for the fifth that is held back. It depends on the id alone."""
    digest = hashlib.sha256(dialogue_id.encode()).digest()
    return "check" if digest[0] % SPLITS == 0 else "learn"


def reply_cases(dialogues: Sequence[Interaction], turns: int = 8) -> Iterator[Case]:
    """For every labelled agent reply: the turns before it, and the label it carries."""
    for dialogue in dialogues:
        for place, turn in enumerate(dialogue.turns):
            if turn.speaker == "agent" and turn.label and place:
                before = Conversation(dialogue.turns[max(0, place - turns) : place])
                case_id = f"{dialogue.source_id}/{place}"
                yield Case(case_id, before, frozenset({turn.label}), dialogue.source_id)


def _dialogues(folder: Path) -> Iterator[Interaction]:
    with gzip.open(_there(folder) / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            raw: dict[str, Any] = json.loads(line)
            yield Interaction(
                source_id=str(raw["id"]),
                turns=tuple(_turn(turn) for turn in raw["turns"]),
                outcome=Outcome(resolved=raw.get("completion") == "Complete"),
                tags=tuple(raw.get("domains", ())),
            )


def _turn(raw: Mapping[str, Any]) -> Turn:
    is_agent = raw["speaker"] in ("agent", "wizard", "Wizard")
    return Turn("agent" if is_agent else "customer", raw["text"], label=raw.get("action") or None)


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    return json.loads(path.read_text(encoding="utf-8"))


def _there(folder: Path) -> Path:
    if not folder.is_dir():
        raise NotFound(f"The folder {folder} is not there: name the folder of this set's data.")
    return folder
