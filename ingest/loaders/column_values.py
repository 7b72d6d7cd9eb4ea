"""What the values of a column show: addresses, dates, numbers, long texts, a few words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ingest.loaders.column_words import ideas_of, plain

ASKED = 40  # distinct values of a column that are looked for among the customers
FEW = 20  # distinct values of a column that sorts things
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:[,T ].*)?"
    r"|(?:\d{10}|\d{13})(?:\.\d+)?"
    r"|(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3,9} \d{4}.*|[A-Za-z]{3,9} \d{1,2}, \d{4}.*"
)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
# A number with a few letters before it: K-202, CUST00123, cus_81f. A bare number may be anything.
_ID = re.compile(r"[A-Za-z]{1,5}[-_#/.]?\d[\w-]*")
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,4}")
TRUE = frozenset("true yes y 1 ja oui si s t vrai wahr".split())
FALSE = frozenset("false no n 0 nein non f faux falsch".split())
SPEAKERS: Mapping[str, frozenset[str]] = {
    "customer": frozenset(
        "customer client user end_user enduser requester visitor contact buyer kunde kundin lead "
        "inbound incoming in received besucher cliente usuario utilisateur visiteur consumer guest "
        "member klant".split()
    ),
    "agent": frozenset(
        "agent staff admin operator support rep employee representative teammate outbound outgoing "
        "out sent mitarbeiter mitarbeiterin berater conseiller conseillere agente asesor operateur "
        "medewerker support_agent team".split()
    ),
    "bot": frozenset("bot chatbot automation assistant ai virtual_assistant".split()),
    "system": frozenset("system sistema systeme".split()),
}
PUBLIC = frozenset("public reply external comment offentlich oeffentlich publico publique".split())
INTERNAL = frozenset("internal private note intern interno interne prive privado privat".split())
SOLVED = frozenset(
    "solved resolved closed complete completed done geschlossen erledigt gelost resolu ferme "
    "cerrado resuelto chiuso".split()
)
RATINGS: Mapping[str, str] = {
    "good": "5", "bad": "1", "offered": "", "not_offered": "", "unoffered": "", "n_a": "",
    "extremely_happy": "5", "very_happy": "5", "happy": "4", "neutral": "3", "unhappy": "2",
    "very_unhappy": "1", "extremely_unhappy": "1", "very_satisfied": "5", "satisfied": "4",
    "dissatisfied": "2", "unsatisfied": "2", "very_dissatisfied": "1", "positive": "5",
    "negative": "1",
}  # fmt: skip
ROLES: Mapping[str, str] = {
    **dict.fromkeys("sales vertrieb verkauf ventes ventas vendite".split(), "sales"),
    **dict.fromkeys(
        "service support care help helpdesk kundendienst kundenservice soporte assistance".split(),
        "service",
    ),
}


def word_of(value: str) -> str:
    """A value as one plain word: `End-user` and `END_USER` are the same."""
    return re.sub(r"[^a-z0-9]+", "_", plain(value)).strip("_")


def speaker_of(value: str) -> str | None:
    """Who a word names."""
    return next((who for who, words in SPEAKERS.items() if word_of(value) in words), None)


@dataclass(frozen=True)
class Column:
    """A column of the sample: its name, its values in order of the rows, `""` where it has none."""

    name: str
    cells: Sequence[str]
    known: frozenset[str] = frozenset()  # those of its values that are ids of stored customers

    @cached_property
    def ideas(self) -> tuple[str, ...]:
        """What the name speaks of; the last part of a path says the most, so parents come first."""
        return ideas_of(self.name)

    @cached_property
    def values(self) -> list[str]:
        """The values there are."""
        return [cell for cell in self.cells if cell]

    @cached_property
    def words(self) -> list[str]:
        """The distinct values, the commonest first."""
        return [word for word, _ in Counter(self.values).most_common()]

    @property
    def fill(self) -> float:
        """The share of rows with a value."""
        return len(self.values) / max(1, len(self.cells))

    @property
    def is_unique(self) -> bool:
        """Whether (nearly) every row has a value of its own."""
        return bool(self.values) and len(self.words) >= 0.98 * len(self.values)

    @property
    def has_few(self) -> bool:
        """Whether its values sort the rows: few words, short ones."""
        return 0 < len(self.words) <= FEW and self.mean_length <= 40

    @property
    def mean_length(self) -> float:
        """Characters of a value."""
        return sum(map(len, self.values)) / max(1, len(self.values))

    @cached_property
    def emails(self) -> float:
        """The share of values shaped as an e-mail address; the next ones likewise."""
        return self._share(_EMAIL.fullmatch)

    @cached_property
    def dates(self) -> float:
        return self._share(_DATE.fullmatch)

    @cached_property
    def numbers(self) -> float:
        return self._share(_NUMBER.fullmatch)

    @cached_property
    def names(self) -> float:
        return self._share(_NAME.fullmatch)

    @cached_property
    def ids(self) -> float:
        return self._share(_ID.fullmatch)

    @cached_property
    def on_file(self) -> float:
        """The share of those asked for that are ids of stored customers."""
        return len(self.known) / max(1, len(self.words[:ASKED]))

    @property
    def holds_ids(self) -> bool:
        """Whether its values are ids: of customers who are stored, or by their shape all of them.

        Nicknames end in a number now and then; those of a whole column do not.
        """
        return self.on_file >= 0.5 or self.ids > 0.95

    @cached_property
    def links(self) -> float:
        return self._share(lambda value: value.startswith(("http://", "https://")))

    @cached_property
    def flags(self) -> float:
        return self._share(lambda value: word_of(value) in TRUE | FALSE)

    @cached_property
    def speakers(self) -> float:
        return self._share(speaker_of)

    @cached_property
    def visibilities(self) -> float:
        return self._share(lambda value: word_of(value) in PUBLIC | INTERNAL)

    @cached_property
    def ratings(self) -> float:
        return self._share(lambda value: word_of(value) in RATINGS or _is_small(value))

    @cached_property
    def departments(self) -> float:
        return self._share(lambda value: word_of(value) in ROLES)

    @cached_property
    def is_html(self) -> bool:
        return self._share(lambda value: re.search(r"</?\w+[^>]*>", value)) > 0.5

    def _share(self, fits: Callable[[str], Any]) -> float:
        return sum(bool(fits(value)) for value in self.values) / max(1, len(self.values))


def _is_small(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value)) and 0 <= float(value.replace(",", ".")) <= 10
