"""Builds an interaction from a product's messages: who spoke, who saw it, what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from copilot.domain import Failure, Interaction, Outcome, Role, Speaker, Turn, Visibility
from ingest.loaders.convert import LeftOutError
from ingest.loaders.fields import Clock, FieldFault, plain, speaker
from ingest.loaders.protocol import LoadOptions
from ingest.loaders.text import message_text, squeeze


@dataclass(slots=True)
class Thread:
    """One conversation being read. Everything that is not said stays unknown and is listed."""

    source: str
    ident: str
    options: LoadOptions
    turns: list[Turn] = field(default_factory=list)
    events: int = 0  # assignments, status changes: not said by anybody
    channel: str | None = None
    customer_id: str | None = None
    subject: str | None = None
    at: datetime | None = None
    updated_at: datetime | None = None
    outcome: Outcome = field(default_factory=Outcome)
    tags: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(self.options)

    def say(
        self,
        who: Speaker,
        text: str,
        *,
        visibility: Visibility,
        at: Any = None,
        ident: Any = None,
        authors: Iterable[Any] = (),
        attachments: Iterable[Any] = (),
        label: str | None = None,
    ) -> None:
        """Add a turn. `authors` are the names a declared role may stand under, best first."""
        known = tuple(str(one) for one in authors if one not in (None, ""))
        meant, role = cast(who, known, self.options)
        files = tuple(squeeze(str(one)) for one in attachments if one)
        said = Turn(
            speaker=meant,
            text=message_text(text, files),
            id=str(ident) if ident not in (None, "") else None,
            role=role,
            at=self.clock.read(at, "the time of a message"),
            visibility=visibility,
            author=known[0] if known else None,
            label=label,
        )
        self.turns.append(said)

    def note_event(self) -> None:
        """Count something that happened but was not said."""
        self.events += 1

    def build(self) -> Interaction:
        """The interaction in the order of time, or LeftOutError where nothing was said."""
        if not self.turns:
            raise LeftOutError("holds no message")
        if len(self.turns) > self.options.limits.turns:
            raise FieldFault(f"has more than {self.options.limits.turns} messages")
        turns = self.turns
        if all(turn.at for turn in turns):
            turns = sorted(turns, key=lambda turn: turn.at.timestamp() if turn.at else 0.0)
        return Interaction(
            source_id=f"{self.options.id_prefix}{self.ident}",
            turns=tuple(turns),
            channel=self.channel or "unknown",
            customer_id=self.customer_id,
            subject=squeeze(self.subject) if self.subject else None,
            at=self.at or next((turn.at for turn in turns if turn.at), None),
            outcome=self.outcome,
            tags=self.tags,
            language=self.language,
            url=self.url,
            updated_at=self.updated_at,
            meta=self._meta(),
        )

    def _meta(self) -> dict[str, Any]:
        meta = {"source": self.source, "external_id": self.ident, **plain(self.meta)}
        unstated = [
            name for name in ("customer_id", "language", "url") if getattr(self, name) is None
        ]
        unstated += [
            f"outcome.{name}"
            for name in ("resolved", "reopened", "rating")
            if getattr(self.outcome, name) is None
        ]
        if any(turn.speaker == "agent" and turn.role is None for turn in self.turns):
            unstated.append("agents' role")
        if not any(turn.at for turn in self.turns):
            unstated.append("times")
        if self.clock.unstated:
            unstated.append("time zone")
        if self.events:
            meta["events_left_out"] = self.events
        return {**meta, "unstated": unstated} if unstated else meta


def cast(who: Speaker, authors: Iterable[str], options: LoadOptions) -> tuple[Speaker, Role | None]:
    """The speaker and role: what a person declared for this author goes before the format."""
    declared = {name.lower(): meant for name, meant in options.roles.items()}
    for author in authors:
        if author.lower() in declared:
            meant, role = speaker(declared[author.lower()])
            return meant, role or (options.agent_role if meant == "agent" else None)
    return who, options.agent_role if who == "agent" else None


class UndeclaredError(FieldFault):
    """Nobody said who speaks under a name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"nobody said who {name[:60]!r} is")
        self.name = name[:60]


@dataclass(slots=True)
class Undeclared:
    """The names of a file that nobody declared: one complaint for all that they said."""

    counts: dict[str, int] = field(default_factory=dict)
    line: int | None = None

    def add(self, name: str, line: int | None) -> None:
        """One more message under a name that nobody declared."""
        self.counts[name] = self.counts.get(name, 0) + 1
        self.line = self.line or line

    def failure(self, path: str) -> Failure:
        """Who spoke, how often, and the option that says who they are."""
        shown = list(self.counts.items())[:8]
        said = ", ".join(f'"{name}" ({count})' for name, count in shown)
        more = len(self.counts) - len(shown)
        said += f" and {more} more" if more else ""
        one = shown[0][0]
        return Failure(
            path,
            f"nobody said who is speaking, so what they said is not read: {said}. Say it of each: "
            f'--role "{one}=customer", or --role "{one}=agent:service"',
            line=self.line,
        )


def required_speaker(name: str, options: LoadOptions) -> Speaker:
    """The declared speaker of a name; formats that know no roles ask for it."""
    declared = {one.lower(): meant for one, meant in options.roles.items()}
    if name.lower() not in declared:
        raise UndeclaredError(name)
    return speaker(declared[name.lower()])[0]


def is_own(address: str | None, options: LoadOptions) -> bool:
    """Whether an e-mail address belongs to the company whose agents we help."""
    domain = (address or "").rpartition("@")[2].lower().rstrip(">")
    own = tuple(one.lower().lstrip("@") for one in options.own_domains)
    return domain in own or domain.endswith(tuple(f".{one}" for one in own))


def named(value: Any, *keys: str) -> tuple[str, ...]:
    """The texts that stand under `keys` in an object, for author names and addresses."""
    if not isinstance(value, Mapping):
        return ()
    return tuple(str(value[key]) for key in keys if value.get(key) not in (None, ""))


def file_names(value: Any, *keys: str) -> tuple[str, ...]:
    """The names of the attachments in a product's list."""
    entries = value if isinstance(value, list) else []
    return tuple(next(iter(named(entry, *keys)), "file") for entry in entries)
