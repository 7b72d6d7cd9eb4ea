"""Turns a ticket of Request Tracker with its transactions into an interaction."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.domain import Failure, Interaction, Item, Outcome, Speaker, Visibility
from ingest.loaders.convert import each
from ingest.loaders.fields import FieldFault, required, text
from ingest.loaders.jsonsource import Record
from ingest.loaders.mailtext import own_words
from ingest.loaders.protocol import LoadOptions
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread

SYSTEM = "RT_System"
SAID: dict[str, Visibility] = {"Create": "public", "Correspond": "public", "Comment": "internal"}
SOLVED = ("resolved",)
SHOWN = ("text/plain", "text/html")
Row = Mapping[str, Any]
Privileged = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class RtReader:
    """Builds one interaction per ticket; a ticket that cannot be read is a failure."""

    options: LoadOptions
    origin: str

    def read(
        self, ticket: Row, said: Sequence[Row], files: Sequence[Row], people: Privileged
    ) -> Item | Failure:
        """The interaction, or why there is none."""

        def build(record: Record) -> Interaction:
            return _ticket(record.value, said, files, people, self.options)

        (found,) = each(Path(self.origin), [Record(dict(ticket), 0)], build)
        if isinstance(found, Failure):
            return Failure(self.origin, found.reason, record_id=found.record_id)
        return found


def _ticket(
    ticket: Row, said: Sequence[Row], files: Sequence[Row], people: Privileged, options: LoadOptions
) -> Interaction:
    asking = logins(ticket.get("Requestor"))
    status = text(ticket, "Status")
    thread = Thread("rt", required(ticket, "id"), options)
    thread.subject = text(ticket, "Subject")
    thread.customer_id = next(iter(asking), None)
    thread.at = thread.clock.read(ticket.get("Created"), "Created")
    thread.updated_at = thread.clock.read(ticket.get("LastUpdated"), "LastUpdated")
    if options.base_url:
        thread.url = f"{options.base_url.rstrip('/')}/Ticket/Display.html?id={thread.ident}"
    thread.outcome = Outcome(resolved=status in SOLVED if status else None, status=status)
    queue = ticket.get("Queue")
    thread.meta = {"queue": queue.get("Name") or queue.get("id")} if isinstance(queue, dict) else {}
    contents = _by_transaction(files)
    for row in said:
        _transaction(thread, row, contents.get(str(row.get("id")), []), asking, people)
    return thread.build()


def _transaction(
    thread: Thread, row: Row, files: Sequence[Row], asking: Sequence[str], people: Privileged
) -> None:
    kind = text(row, "Type")
    if kind is None:
        raise FieldFault(f"transaction {row.get('id')} has no Type")
    body = own_words(_body(files, thread.options))
    names = [str(one["Filename"]) for one in files if one.get("Filename")]
    if kind not in SAID or not (body or names):
        thread.note_event()
        return
    author = next(iter(logins(row.get("Creator"))), "")
    thread.say(
        _speaker(author, kind, asking, people, row),
        body,
        visibility=SAID[kind],
        at=row.get("Created"),
        ident=row.get("id"),
        authors=(author,),
        attachments=names,
    )


def _speaker(
    author: str, kind: str, asking: Sequence[str], people: Privileged, row: Row
) -> Speaker:
    if author == SYSTEM:
        return "bot"
    if author in asking and kind != "Comment":
        return "customer"
    is_ours = people.get(author)
    if is_ours or kind == "Comment":
        return "agent"  # only our people may comment
    if is_ours is False:
        return "third_party"
    raise FieldFault(
        f"transaction {row.get('id')}: RT does not say who {author[:60]!r} is; let the token read "
        f'users, or declare roles = {{ "{author[:60]}" = "agent" }}'
    )


def _body(files: Sequence[Row], options: LoadOptions) -> str:
    """The text of a message: plain where there is one, else HTML."""
    shown = [one for one in files if not one.get("Filename")]
    for wanted in SHOWN:
        for one in shown:
            kind = str(one.get("ContentType", "")).partition(";")[0].strip().lower()
            if kind == wanted and one.get("Content"):
                content = _decoded(one["Content"])
                return html_text(content, options) if kind == "text/html" else content
    return ""


def _decoded(value: Any) -> str:
    try:
        return base64.b64decode(str(value), validate=False).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError) as error:
        raise FieldFault("an attachment's Content is not base64") from error


def _by_transaction(files: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for one in files:
        owner = one.get("TransactionId")
        ident = owner.get("id") if isinstance(owner, Mapping) else owner
        found[str(ident)].append(one)
    return found


def logins(value: Any) -> tuple[str, ...]:
    """The logins of one user reference or of a list of them."""
    entries = value if isinstance(value, list) else [value]
    found = (one.get("id") if isinstance(one, Mapping) else one for one in entries)
    return tuple(str(one) for one in found if isinstance(one, str | int) and one != "")
