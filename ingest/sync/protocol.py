"""What a pull connector is: pages of changed conversations, each with the position after it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from copilot.domain import Failure, Interaction, Item
from ingest.loaders.protocol import Loader, LoadOptions
from ingest.sync.faults import UpstreamFault

State = dict[str, Any]
Row = Mapping[str, Any]
Stored = Callable[[str], Interaction | None]  # what we hold under an id, with its prefix
UNREADABLE = "not-read.json"


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations as they are now, ids that are gone, and the position once they are stored."""

    items: Sequence[Item | Failure] = ()
    gone: Sequence[str] = ()  # the helpdesk's own ids
    state: State = field(default_factory=dict)


class Connector(Protocol):
    """Reads one helpdesk. Whatever it yields twice must come out the same."""

    def pages(self, state: State) -> Iterator[Page]:
        """What changed since the position `state`."""
        ...

    def one(self, ident: str) -> Page:
        """One conversation as it is now; gone when the helpdesk does not show it any more."""
        ...

    def existing(self) -> Iterator[str] | None:
        """The ids that the helpdesk shows; None where its changes already tell of deletions."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns records of the wire into interactions by the loader of the same product's export."""

    loader: Loader
    options: LoadOptions
    origin: str

    def read(self, payload: Any) -> list[Item | Failure]:
        """The items of a payload shaped like the product's export."""
        with tempfile.TemporaryDirectory(prefix="continuum-sync-") as folder:
            path = Path(folder) / "page.json"
            path.write_text(json.dumps(payload), "utf-8")
            found = list(self.loader.load(path, self.options))
        return [
            replace(one, path=self.origin, line=None) if isinstance(one, Failure) else one
            for one in found
        ]


def listed(value: Any, *path: str) -> list[Row]:
    """The list of objects below `path`. Raises UpstreamFault where the schema has changed."""
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            raise UpstreamFault(
                f"The helpdesk's answer has no {'.'.join(path)}: its interface has changed. "
                "Nothing after this point was read."
            )
        value = value[key]
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise UpstreamFault(
            f"The helpdesk's {'.'.join(path)} is no list of objects: its interface has changed."
        )
    return value


def ident_of(row: Row, key: str = "id") -> str:
    """The id of a record. Raises UpstreamFault."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise UpstreamFault(f"A record of the helpdesk has no {key}: its interface has changed.")
    return str(value)


def iso(moment: datetime) -> str:
    """A moment as helpdesks write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def joined(new: Interaction, old: Interaction | None) -> Interaction:
    """A conversation of which only the latest messages came, together with what we hold."""
    if old is None:
        return new
    came = {turn.id for turn in new.turns}
    turns = (*(turn for turn in old.turns if turn.id not in came), *new.turns)
    if all(turn.at for turn in turns):
        turns = tuple(sorted(turns, key=lambda turn: turn.at.timestamp() if turn.at else 0.0))
    return replace(new, turns=turns, at=old.at or new.at)
