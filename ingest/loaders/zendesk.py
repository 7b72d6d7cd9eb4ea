"""Loads Zendesk: tickets with comments, ticket events with comment events, Help Center articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from copilot.domain import Document, Failure, Interaction, Item, ItemKind, Outcome, Speaker
from ingest.loaders.convert import LeftOutError, each
from ingest.loaders.documents import document
from ingest.loaders.fields import FieldFault, listing, mapping, plain, required, text, words
from ingest.loaders.grouping import grouped
from ingest.loaders.jsonsource import Record, is_by_line, json_records
from ingest.loaders.protocol import LoadOptions, Probe
from ingest.loaders.text import html_text
from ingest.loaders.threads import Thread, file_names, named

CHANNELS = {
    "email": "email",
    "chat": "chat",
    "native_messaging": "chat",
    "voice": "phone",
    "sms": "sms",
    "web": "web_form",
    "twitter": "social",
    "facebook": "social",
    "whatsapp": "chat",
}
SOLVED = ("solved", "closed")
AUTOMATED = ("rule", "system")
People = Mapping[str, Mapping[str, str]]  # id -> role, name, email
RATINGS = {"good": 5.0, "bad": 1.0}


class ZendeskTicketsLoader:
    """Tickets with their `comments`, as the JSON export and the API with comments give them."""

    format = "zendesk"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        first = probe.first_of("tickets", "results")
        return "comments" in first and "requester_id" in first | _flat(first)

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        users = _users(path, options)
        records = (
            record
            for record in json_records(path, options, envelopes=("tickets", "results", "users"))
            if isinstance(record, Failure) or record.under != "users"
        )
        yield from each(path, records, partial(_ticket, options=options, users=users))


class ZendeskEventsLoader:
    """The incremental export of ticket events with `include=comment_events`, grouped by ticket."""

    format = "zendesk-events"
    kind: ItemKind = "interaction"

    def matches(self, probe: Probe) -> bool:
        return {"ticket_id", "child_events"} <= frozenset(probe.first_of("ticket_events"))

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        events = json_records(path, options, envelopes=("ticket_events",))
        groups = grouped(events, key=lambda record: str(record.value.get("ticket_id")))
        tickets = (group if isinstance(group, Failure) else _bundle(group) for group in groups)
        yield from each(path, tickets, partial(_folded, options=options))


class ZendeskArticlesLoader:
    """Help Center articles; drafts and outdated ones stay out, a segment makes them internal."""

    format = "zendesk-articles"
    kind: ItemKind = "document"

    def matches(self, probe: Probe) -> bool:
        first = frozenset(probe.first_of("articles"))
        return {"id", "title", "body"} <= first and bool(
            first & {"section_id", "user_segment_id", "label_names"}
        )

    def load(self, path: Path, options: LoadOptions) -> Iterator[Item | Failure]:
        records = json_records(path, options, envelopes=("articles",))
        yield from each(path, records, partial(_article, options=options))


def _ticket(record: Record, *, options: LoadOptions, users: People) -> Interaction:
    value = {**record.value, **_flat(record.value)}
    status = text(value, "status")
    if status == "deleted":
        raise LeftOutError("a deleted ticket")
    requester = text(value, "requester_id")
    said = value.get("via")
    via = said if isinstance(said, Mapping) else {}
    thread = Thread("zendesk", required(value, "id"), options)
    thread.channel = CHANNELS.get(text(via, "channel") or "", text(via, "channel"))
    thread.customer_id = requester
    thread.subject = text(value, "subject", "raw_subject")
    thread.at = thread.clock.read(value.get("created_at"), "created_at")
    thread.updated_at = thread.clock.read(value.get("updated_at"), "updated_at")
    thread.tags = words(value.get("tags"), "tags", separator=" ")
    thread.url = _agent_url(text(value, "url"))
    score = text(mapping(value.get("satisfaction_rating"), "satisfaction_rating"), "score")
    thread.outcome = Outcome(
        resolved=status in SOLVED if status else None,
        reopened=value.get("reopened"),
        rating=RATINGS.get(score or ""),
        status=status,
    )
    thread.meta = {
        "external_reference": text(value, "external_id"),
        "priority": value.get("priority"),
    }
    known = {**_people_in(value), **users}
    for comment in listing(value.get("comments"), "comments"):
        _comment(thread, mapping(comment, "comment"), requester, known)
    return thread.build()


def _comment(
    thread: Thread, value: Mapping[str, Any], requester: str | None, users: People
) -> None:
    public = value.get("public")
    if not isinstance(public, bool):
        raise FieldFault(f"comment {value.get('id')} does not say whether it is public")
    author = text(value, "author_id")
    who = _speaker(value, author, requester, users, public=public)
    body = text(value, "html_body") or text(value, "plain_body", "body")
    thread.say(
        who,
        html_text(body, thread.options),
        visibility="public" if public else "internal",
        at=value.get("created_at"),
        ident=value.get("id"),
        authors=(*named(users.get(author or "", {}), "name", "email"), author),
        attachments=file_names(value.get("attachments"), "file_name"),
    )


def _speaker(
    value: Mapping[str, Any],
    author: str | None,
    requester: str | None,
    users: People,
    *,
    public: bool,
) -> Speaker:
    if text(mapping(value.get("via"), "via"), "channel") in AUTOMATED or author == "-1":
        return "bot"
    role = users.get(author or "", {}).get("role")
    if role in ("agent", "admin"):
        return "agent"
    if author == requester or (role == "end-user" and author is not None):
        return "customer" if author == requester else "third_party"
    if not public:
        return "agent"  # only agents can write an internal note
    raise FieldFault(
        f"comment {value.get('id')}: author {author} is neither the requester nor in `users`; "
        f"export the users with the tickets, or declare --role {author}=agent"
    )


def _bundle(events: list[Record]) -> Record:
    ident = events[0].value.get("ticket_id")
    return Record({"id": ident, "events": [one.value for one in events]}, events[0].line)


def _folded(record: Record, *, options: LoadOptions) -> Interaction:
    ticket = _ticket_of(record.value["id"], record.value["events"])
    return _ticket(Record(ticket, record.line), options=options, users={})


def _ticket_of(ident: Any, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Fold the events of one ticket: fields by their last value, comments in order."""
    ticket: dict[str, Any] = {"id": ident, "comments": []}
    was_solved = False
    for event in sorted(events, key=lambda one: one.get("timestamp") or 0):
        for child in listing(event.get("child_events"), "child_events"):
            if child.get("event_type") == "Comment" or child.get("type") == "Comment":
                ticket["comments"].append(_comment_of(child, event))
                ticket.setdefault("via", child.get("via"))
                continue
            status = child.get("status")
            if was_solved and status in ("open", "pending"):
                ticket["reopened"] = True
            was_solved = was_solved or status in SOLVED
            ticket.update({key: child[key] for key in EVENT_FIELDS if child.get(key) is not None})
    if was_solved:
        ticket.setdefault("reopened", False)
    ticket["agents"] = sorted({str(one.get("updater_id")) for one in events if _by_agent(one)})
    return ticket


EVENT_FIELDS = ("status", "subject", "requester_id", "priority", "tags", "assignee_id")


def _comment_of(child: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    if "body" not in child and "html_body" not in child:
        raise FieldFault("its comments have no text; export with include=comment_events")
    fallback = {"author_id": event.get("updater_id"), "created_at": event.get("created_at")}
    public = child.get("public", child.get("comment_public"))
    return {**fallback, **child, "public": public}


def _by_agent(event: Mapping[str, Any]) -> bool:
    """Whoever set a status, an assignee or a priority works for the company."""
    children = listing(event.get("child_events"), "child_events")
    return any(
        child.get("event_type") == "Change" and {"assignee_id", "priority"} & frozenset(child)
        for child in children
    )


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """The account export nests people where the API gives their ids."""
    found = {}
    for name in ("requester", "assignee", "submitter"):
        person = value.get(name)
        if isinstance(person, Mapping) and person.get("id") is not None:
            found[f"{name}_id"] = person["id"]
    return found


def _people_in(value: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The people nested in a ticket; who is assigned is an agent."""
    found = {str(one): {"role": "agent"} for one in listing(value.get("agents"), "agents")}
    for name in ("requester", "submitter", "assignee"):
        person = value.get(name)
        if isinstance(person, Mapping) and named(person, "role"):
            found[str(person.get("id"))] = _person(person)
    if value.get("assignee_id") is not None:
        found.setdefault(str(value["assignee_id"]), {"role": "agent"})
    for comment in listing(value.get("comments"), "comments"):
        author = comment.get("author") if isinstance(comment, Mapping) else None
        if isinstance(author, Mapping) and named(author, "role"):
            found[str(comment.get("author_id") or author.get("id"))] = _person(author)
    return found


def _person(value: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value[name]) for name in ("role", "name", "email") if value.get(name)}


def _users(path: Path, options: LoadOptions) -> dict[str, dict[str, str]]:
    """The people of a side-loaded `users` list, wherever it stands in the file."""
    found: dict[str, dict[str, str]] = {}
    if is_by_line(path, options):
        return found  # one ticket per line: its people are nested in it
    for record in json_records(path, options, envelopes=("users", "tickets", "results")):
        if isinstance(record, Record) and record.under == "users":
            found[str(record.value.get("id"))] = _person(record.value)
    return found


def _agent_url(url: str | None) -> str | None:
    """The address of the ticket for people, from its address for programs."""
    if url and "/api/v2/tickets/" in url:
        return url.replace("/api/v2/tickets/", "/agent/tickets/").removesuffix(".json")
    return url


def _article(record: Record, *, options: LoadOptions) -> Document:
    value = record.value
    for word in ("draft", "outdated"):
        if value.get(word) is True:
            raise LeftOutError(f"the article is marked {word}")
    restricted = value.get("user_segment_id") is not None
    fields = {
        "title": required(value, "title", "name"),
        "url": text(value, "html_url"),
        "visibility": "internal" if restricted else "public",
        "updated_at": value.get("edited_at") or value.get("updated_at"),
        "language": text(value, "locale"),
        "tags": value.get("label_names"),
        "source": "zendesk",
        "section_id": plain(value.get("section_id")),
        "user_segment_id": plain(value.get("user_segment_id")),
    }
    ident = required(value, "id")
    body = html_text(required(value, "body"), options)
    return document(fields, body, options, format="zendesk-articles", source_id=ident)
