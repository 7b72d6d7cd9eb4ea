"""Replaces personal data in what is embedded and retrieved; the stored original stays whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from copilot.domain import Customer, Interaction, Turn
from copilot.guardrails.redaction.addresses import addresses
from copilot.guardrails.redaction.cards import cards, ibans
from copilot.guardrails.redaction.known import KnownValues, known_values
from copilot.guardrails.redaction.names import introduced
from copilot.guardrails.redaction.national import birth_dates, national_ids
from copilot.guardrails.redaction.network import emails, ips, secrets
from copilot.guardrails.redaction.phones import phones
from copilot.guardrails.redaction.span import Span, choose, replaced

VERSION = "redaction-2"  # part of every interaction's fingerprint: new rules re-embed
PLACEHOLDER = re.compile(
    r"\[(?:EMAIL|PHONE|CARD|IBAN|IP|NATIONAL_ID|NAME|ADDRESS|ORDER|BIRTH_DATE|SECRET)\]"
)
KEPT_PEOPLE = 4_096
_ID_OF_TWO_DIGITS = re.compile(r"\d.*\d", re.DOTALL)

People = Callable[[str], Sequence[Customer]]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Finds a person's known values, identifiers by their form, and names that are introduced."""

    known: KnownValues = field(default_factory=KnownValues)

    def find(self, text: str, *, is_ours: bool = False) -> list[Span]:
        """Personal data in order of place. In our own words a desk's address and number stay."""
        return choose(self._candidates(text, is_ours=is_ours), len(text))

    def redact(self, text: str, *, is_ours: bool = False) -> str:
        """The text with placeholders."""
        return replaced(text, self.find(text, is_ours=is_ours))

    def _candidates(self, text: str, *, is_ours: bool) -> Iterator[Span]:
        """What is surest first: an earlier find keeps its place against a later one."""
        yield from secrets(text)
        yield from emails(text, keep_roles=is_ours)
        yield from self.known.find(text)
        if _ID_OF_TWO_DIGITS.search(text):
            yield from ibans(text)
            yield from cards(text)
            yield from national_ids(text)
            yield from birth_dates(text)
            yield from ips(text)
            yield from phones(text, keep_service=is_ours)
        yield from introduced(text)
        yield from addresses(text, keep_ours=is_ours)


def redact_interaction(interaction: Interaction, customer: Customer | None) -> Interaction:
    """The interaction without its customer's and writers' data, notes and subject included."""
    return _redacted(interaction, known_values((customer,)) if customer else KnownValues())


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a customer during a run: their values, and a mark of what they were."""

    values: KnownValues = field(default_factory=KnownValues)
    mark: str = ""


@dataclass(slots=True)
class PeopleRedactor:
    """Redacts with the records of each interaction's own customer, looked up once and kept."""

    people: People
    version: str = VERSION
    _kept: dict[str, Known] = field(default_factory=dict)

    def redact(self, interaction: Interaction) -> Interaction:
        """The interaction as it may be embedded and quoted."""
        return _redacted(interaction, self._known(interaction.customer_id).values)

    def mark(self, interaction: Interaction) -> str:
        """Changes with the rules and with what is known of the customer: then it is redone."""
        return f"{self.version}|{self._known(interaction.customer_id).mark}"

    def _known(self, customer_id: str | None) -> Known:
        if not customer_id:
            return Known()
        if customer_id in self._kept:
            return self._kept[customer_id]
        records = self.people(customer_id)
        if not records:  # who is unknown now may come in with the next batch
            return Known()
        if len(self._kept) >= KEPT_PEOPLE:
            self._kept.clear()
        mark = "|".join(repr(_told(record)) for record in records)
        self._kept[customer_id] = known = Known(known_values(records), mark)
        return known


def _redacted(interaction: Interaction, known: KnownValues) -> Interaction:
    for author in sorted({turn.author.strip() for turn in interaction.turns if turn.author}):
        known = known.joined(_writer(author))
    if interaction.outcome.order_ids:
        known = known.joined(known_values((), orders=interaction.outcome.order_ids))
    redactor = Redactor(known)
    subject = interaction.subject
    return replace(
        interaction,
        turns=tuple(_turn(redactor, turn) for turn in interaction.turns),
        subject=redactor.redact(subject) if subject else subject,
    )


@lru_cache(maxsize=KEPT_PEOPLE)
def _writer(author: str) -> KnownValues:
    return known_values((), authors=(author,))


def _turn(redactor: Redactor, turn: Turn) -> Turn:
    is_ours = turn.speaker in ("agent", "bot", "system")
    text = redactor.redact(turn.text, is_ours=is_ours)
    return turn if text == turn.text else replace(turn, text=text)


def _told(customer: Customer) -> tuple[object, ...]:
    return customer.name, customer.emails, customer.phones, customer.address, customer.orders
