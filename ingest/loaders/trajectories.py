"""Loads agent trials with tool calls: chat-completion trajectories and role-prefixed transcripts.

Tool calls and their results stay as internal system turns, so that the index of a turn is its
place in the file and nothing of a customer's account can be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, ItemKind, Outcome, Speaker, Turn
from ingest.loaders.convert import each, relative_id
from ingest.loaders.fields import FieldFault, flag, listing, mapping, required, text
from ingest.loaders.jsonsource import Record, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import clean, message_text

SPEAKER_OF: dict[str, Speaker] = {"user": "customer", "assistant": "agent"}
_PREFIX = re.compile(r"^(user|assistant|tool|system): ?", re.MULTILINE)
_USER_ID = re.compile(r'"user_id":\s*"([^"]+)"')
_ORDER_ID = re.compile(r'"(?:order_id|reservation_id)":\s*"([^"]+)"')


class TrajectoriesLoader:
    """`{task_id, trial, solved, traj: [{role, content, tool_calls?}]}`: solved is the outcome."""

    format = "trajectories"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return {"task_id", "trial", "traj"} <= probe.record_keys

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        build = partial(_trajectory, prefix=options.id_prefix)
        yield from each(path, json_records(path, options), build, id_keys=("task_id",))


class ChatsLoader:
    """`{messages_display: "user: …\\nassistant: …\\ntool: …"}`: no id, no outcome, no times."""

    format = "chats"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return isinstance(probe.record.get("messages_display"), str)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        build = partial(_chat, ident=relative_id(path, options), prefix=options.id_prefix)
        yield from each(path, json_records(path, options), build)


def _trajectory(record: Record, *, prefix: str) -> Interaction:
    value = record.value
    messages = [mapping(one, "message") for one in listing(value.get("traj"), "traj")]
    turns = tuple(_message(one) for one in messages)
    called = " ".join(str(one.get("tool_calls") or one.get("content")) for one in messages)
    return _interaction(
        f"{prefix}{required(value, 'task_id')}-{required(value, 'trial')}",
        turns,
        called.replace('\\"', '"'),
        Outcome(resolved=flag(value.get("solved"), "solved")),
        {
            "format": "trajectories",
            "task_id": text(value, "task_id"),
            "trial": text(value, "trial"),
        },
    )


def _message(value: Mapping[str, Any]) -> Turn:
    role, content = required(value, "role"), text(value, "content")
    calls = listing(value.get("tool_calls"), "tool_calls")
    if role == "assistant" and content is None and calls:
        named = [mapping(mapping(call, "tool call").get("function"), "function") for call in calls]
        said = "; ".join(f"{one.get('name')} {one.get('arguments')}" for one in named)
        return Turn(speaker="system", text=f"[tool call] {clean(said)}", visibility="internal")
    return _turn(role, content or "")


def _chat(record: Record, *, ident: str, prefix: str) -> Interaction:
    shown = required(record.value, "messages_display")
    parts = _PREFIX.split(shown)
    if parts[0].strip() or len(parts) < 3:
        raise FieldFault("messages_display must start with user:, assistant: or tool:")
    pairs = list(zip(parts[1::2], parts[2::2], strict=True))
    turns = tuple(_display_turn(role, body) for role, body in pairs)
    source_id = text(record.value, "id") or f"{ident}#{record.line}"
    return _interaction(f"{prefix}{source_id}", turns, shown, Outcome(), {"format": "chats"})


def _display_turn(role: str, body: str) -> Turn:
    if role == "assistant" and body.strip() == "None":
        return Turn(speaker="system", text="[tool call]", visibility="internal")
    return _turn(role, body)


def _turn(role: str, body: str) -> Turn:
    speaker = SPEAKER_OF.get(role)
    if speaker is None and role not in ("tool", "system"):
        raise FieldFault(f"role {role!r} is unknown; user, assistant, tool and system are known")
    if speaker is None:
        return Turn(speaker="system", text=message_text(clean(body)), visibility="internal")
    if speaker == "agent":
        return Turn(speaker="agent", text=message_text(clean(body)), role="service")
    return Turn(speaker=speaker, text=message_text(clean(body)))


def _interaction(
    source_id: str, turns: tuple[Turn, ...], called: str, outcome: Outcome, meta: dict[str, Any]
) -> Interaction:
    if not turns:
        raise FieldFault("has no messages")
    user = _USER_ID.search(called)
    orders = tuple(dict.fromkeys(_ORDER_ID.findall(called)))
    return Interaction(
        source_id=source_id,
        turns=turns,
        channel="chat",
        customer_id=user.group(1) if user else None,
        outcome=Outcome(resolved=outcome.resolved, order_ids=orders),
        meta={**meta, "unstated": ["visibility", "at", "language"]},
    )
