"""One customer's whole story: every record, contact and commitment, from both departments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from copilot.db import Kept, TenantStore
from copilot.domain import Customer, Interaction
from copilot.errors import NotFound

MAX_CONTACTS = 200
_NAME = re.compile(r"[^\W\d_][\w'’.-]*")
_NO_PERSON = frozenset(
    """gmbh ag kg ug ohg gbr ev ltd limited llc llp plc inc corp co company bv nv sa sarl srl spa oy
    ab as cafe café bakery bäckerei hotel school schule surgery clinic klinik practice praxis studio
    shop store office büro salon bar restaurant pub church club verein association society
    foundation trust council university college institute group partners brothers sons services
    solutions systems consulting agency centre center gym house farm garage workshop werkstatt
    pharmacy apotheke library museum and und the family familie""".split()
)
_TITLE = re.compile(r"^(?:(?:dr|prof|mr|mrs|ms|miss|mx|herr|frau|sir|madam)\.?\s+)+", re.IGNORECASE)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one person. `ids` are all record ids that were merged into them."""

    ids: tuple[str, ...]
    customer: Customer | None
    records: tuple[Customer, ...]
    contacts: tuple[Interaction, ...]  # oldest first
    promises: tuple[Mapping[str, Any], ...]
    loops: tuple[Mapping[str, Any], ...]
    needs: tuple[Mapping[str, Any], ...]
    outcomes: tuple[Mapping[str, Any], ...] = ()  # of those needs, oldest first

    @property
    def is_known(self) -> bool:
        """Whether any system knows this person."""
        return bool(self.customer or self.contacts)


EMPTY = Story((), None, (), (), (), (), ())


def story_of(store: TenantStore, customer_id: str | None) -> Story:
    """The story of a customer; an empty one when nobody is named or known."""
    return _owing(store, _told(store, customer_id)) if customer_id else EMPTY


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories of the last customers, told anew when anything of their tenant's data changed.

    Ledgers and needs move with every suggestion and are always read.
    """

    _told: Kept[Story] = field(default_factory=Kept)

    def of(self, store: TenantStore, customer_id: str | None) -> Story:
        """As `story_of`."""
        if not customer_id:
            return EMPTY
        told = self._told.of(store, customer_id, lambda: _told(store, customer_id))
        return _owing(store, told)


def _told(store: TenantStore, customer_id: str) -> Story:
    """What was ingested of a person: records and contacts."""
    ids = tuple(store.records.aliases(customer_id))
    records = tuple(c for i in ids if (c := store.records.customer(i)) is not None)
    contacts = sorted(store.sources.iterate("interaction", ids), key=started)[-MAX_CONTACTS:]
    return replace(
        EMPTY,
        ids=ids,
        customer=records[0] if records else None,
        records=records,
        contacts=tuple(contacts),
    )


def _owing(store: TenantStore, told: Story) -> Story:
    """The same with what is owed, asked and needed now."""
    needs = tuple(store.ledgers.needs(customer_ids=told.ids))
    entries = store.ledgers.entries_of(told.ids)
    return replace(
        told,
        promises=tuple(entries["promise"]),
        loops=tuple(entries["loop"]),
        needs=needs,
        outcomes=tuple(store.ledgers.outcomes([row["id"] for row in needs])) if needs else (),
    )


def is_known(store: TenantStore, customer_id: str) -> bool:
    """Whether a record or a past conversation names this customer; cheaper than their story."""
    if store.records.customer(customer_id) is not None:
        return True
    ids = store.records.aliases(customer_id)
    return next(iter(store.sources.iterate("interaction", ids)), None) is not None


def stranger(story: Story, customer_id: str | None) -> str | None:
    """What to say of a customer nobody knows. It stops nothing: new ones write every day."""
    if not customer_id or story.is_known:
        return None
    return (
        f"No customer with the id {customer_id!r} is on file: this answer rests on the "
        "conversation alone. If they are no new customer, check the id."
    )


def known_story(store: TenantStore, customer_id: str) -> Story:
    """The story of a customer that must exist. Raises NotFound."""
    story = story_of(store, customer_id)
    if not story.is_known:
        raise NotFound(
            f"There is no customer {customer_id!r}. Ingest your customers, or check the id."
        )
    return story


def first_name(story: Story) -> str | None:
    """What to call the customer, where a record names a person: no “Hello Bakery”."""
    return given_name(story.customer.name if story.customer else None)


def given_name(name: str | None) -> str | None:
    """The given name in "Hannah Oduya", "Oduya, Hannah" or "Bakery Oskam, Lieke Oskam"."""
    told = [part.strip() for part in re.split(r"[,;/|()]| [-–—] ", name or "") if part.strip()]
    parts = [_TITLE.sub("", part).split() for part in told]
    people = [part for part in parts if all(map(_is_persons, part))]
    if len(parts) == 2 and people == parts and all(len(part) == 1 for part in parts):
        return parts[1][0]  # the surname first
    is_bare = len(parts) == 1 and not _TITLE.match(told[0])  # "Mr Oduya" has no given name
    first = next((part[0] for part in people if len(part) > 1 or is_bare), None)
    return first if first and len(first.strip(".")) > 1 else None  # no initial


def _is_persons(word: str) -> bool:
    return bool(_NAME.fullmatch(word)) and word.lower().rstrip(".") not in _NO_PERSON


def started(contact: Interaction) -> datetime:
    """When a contact began; contacts without any time come first."""
    moment = contact.at or next((turn.at for turn in contact.turns if turn.at), None)
    if moment is None:
        return _NEVER
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def timeline(story: Story) -> dict[str, Any]:
    """The story as one ordered list of events, for the API and the page."""
    events = [_contact_event(contact) for contact in story.contacts]
    events += [_owned_event(e, c) for c in story.records for e in c.entitlements if e.since]
    events += [_offer_event(offer) for c in story.records for offer in c.recent_offers]
    return {
        "customer": _profile(story),
        "events": sorted(events, key=lambda event: (event["at"] or "", event["id"])),
        "promises": [row["body"] for row in story.promises],
        "open_loops": [row["body"] for row in story.loops],
        "needs": [_need(row) for row in story.needs],
    }


def conflicts(records: Sequence[Customer]) -> list[dict[str, Any]]:
    """Facts on which two records of one person differ: both are shown, neither is dropped."""
    found = []
    for name in ("name", "segment", "language", "timezone", "address", "do_not_sell"):
        values = {c.customer_id: getattr(c, name) for c in records if getattr(c, name) is not None}
        if len(set(values.values())) > 1:
            found.append({"field": name, "values": values, "in_force": _in_force(name, values)})
    return found


def _in_force(name: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any field's value
    """The stricter wins where it protects the customer, else the main record."""
    return any(values.values()) if name == "do_not_sell" else next(iter(values.values()))


def _profile(story: Story) -> dict[str, Any]:
    customer = story.customer
    if customer is None:
        return {"ids": list(story.ids), "known": False}
    return {
        "ids": list(story.ids),
        "known": True,
        "name": customer.name,
        "segment": customer.segment,
        "language": customer.language,
        "facts": [fact for c in story.records for fact in c.facts],
        "entitlements": [
            {
                "id": e.id, "name": e.name, "includes": list(e.includes), "limits": dict(e.limits),
                "used": dict(e.used), "since": _iso(e.since), "until": _iso(e.until),
            }
            for c in story.records
            for e in c.entitlements
        ],
        "consent": dict(customer.consent),
        "do_not_sell": any(c.do_not_sell for c in story.records),
        "care": sorted({code for c in story.records for code in c.care}),
        "open_cases": [case for c in story.records for case in c.open_cases],
        "conflicts": conflicts(story.records),
    }  # fmt: skip


def _contact_event(contact: Interaction) -> dict[str, Any]:
    roles = sorted({turn.role for turn in contact.turns if turn.role})
    moment = started(contact)
    return {
        "id": contact.source_id,
        "kind": "contact",
        "at": None if moment is _NEVER else moment.isoformat(),
        "channel": contact.channel,
        "roles": roles,
        "title": contact.subject or _first_words(contact),
        "resolved": contact.outcome.resolved,
        "reopened": contact.outcome.reopened,
        "rating": contact.outcome.rating,
        "url": contact.url,
        "turns": [
            {
                "id": turn.id, "speaker": turn.speaker, "role": turn.role, "text": turn.text,
                "at": _iso(turn.at), "visibility": turn.visibility,
            }
            for turn in contact.turns
        ],
    }  # fmt: skip


def _owned_event(entitlement: Any, customer: Customer) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": f"{customer.customer_id}:{entitlement.id}",
        "kind": "entitlement",
        "at": _iso(entitlement.since),
        "title": entitlement.name,
    }


def _offer_event(offer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"offer:{offer.get('sku', '')}:{offer.get('at', '')}",
        "kind": "offer",
        "at": str(offer["at"]) if offer.get("at") else None,
        "title": f"{offer.get('sku', 'an offer')}: {offer.get('result', 'no answer on file')}",
    }


def _need(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "state": row["state"], **row["body"]}


def _first_words(contact: Interaction, limit: int = 80) -> str:
    text = next((turn.text for turn in contact.turns if turn.speaker == "customer"), "")
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rsplit(" ", 1)[0] + "…"


def _iso(value: Any) -> str | None:  # noqa: ANN401 - a date or a moment
    return value.isoformat() if value else None
