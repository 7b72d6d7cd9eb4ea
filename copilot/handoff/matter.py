"""The contacts that a hand-off rests on, read as the need engine reads a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from copilot.db import TenantStore
from copilot.domain import Conversation, Interaction
from copilot.needs.scene import Scene
from copilot.needs.standing import State
from copilot.needs.state import read_state
from copilot.story import Story
from copilot.suggester.casefile import case_of
from copilot.suggester.ledgerbook import LedgerBook

NOW = "now"  # a conversation in progress that no system has given an id
MARK = "\x1f"  # between a contact and a turn of it


@dataclass(frozen=True, slots=True)
class Matter:
    """A stretch of contacts read as one conversation, and how the customer stands after it."""

    contacts: tuple[Interaction, ...]
    scene: Scene
    state: State


def contact_of(conversation: Conversation) -> Interaction:
    """A conversation in progress as the last contact of its customer."""
    times = [turn.at for turn in conversation.turns if turn.at]
    return Interaction(
        source_id=conversation.id or NOW,
        turns=conversation.turns,
        channel=conversation.channel,
        customer_id=conversation.customer_id,
        at=min(times, key=datetime.timestamp) if times else None,
    )


def with_contact(story: Story, contact: Interaction | None) -> Story:
    """The story with the contact in progress at its end, in the place of what is stored of it."""
    if contact is None:
        return story
    before = tuple(c for c in story.contacts if c.source_id != contact.source_id)
    return replace(story, contacts=(*before, contact))


def matter_of(
    book: LedgerBook, store: TenantStore, story: Story, since: int, as_of: datetime
) -> Matter:
    """The contacts from place `since` on: a fault of the first may be over in the last."""
    contacts = story.contacts[since:]
    turns = tuple(
        replace(turn, id=f"{contact.source_id}{MARK}{turn.id or f't{place}'}")
        for contact in contacts
        for place, turn in enumerate(contact.turns, 1)
    )
    case = case_of(
        Conversation(turns, channel=contacts[-1].channel if contacts else "unknown"),
        replace(story, contacts=story.contacts[:since]),
        catalogue=book.catalogue.of(store).products,
        knowledge=(),
        as_of=as_of,
    )
    scene = Scene.of(case, book.engine.policy)
    return Matter(contacts, scene, read_state(scene, None))


def place_of(turn: str) -> tuple[str, str]:
    """The conversation and the turn that a turn of a matter's scene is."""
    conversation, _, name = turn.rpartition(MARK)
    return conversation, name


def contact_named(contacts: Sequence[Interaction], name: str | None) -> int | None:
    """The place of a contact."""
    return next((n for n, c in enumerate(contacts) if c.source_id == name), None)
