"""How likely a column holds a field of ours: what its name speaks of, and what its values show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.loaders.column_values import Column, speaker_of

LEAST = 0.45  # below it a column is not proposed
FOREIGN = 0.15  # an idea of the name that the field does not explain
UNKNOWN = 0.12  # a word of the name that nobody knows
LONG = 12  # characters of a message, on average
IDENTIFIER = 64
SAYING = frozenset(("said", "text", "message", "reply"))


@dataclass(frozen=True)
class Table:
    """What the columns stand in: is a row a whole ticket, or one of its messages?"""

    columns: Sequence[Column]
    per_ticket: bool = False
    thread: Column | None = None  # which conversation a row belongs to, and which side speaks
    side: Column | None = None

    def differs_by_line(self, column: Column) -> bool | None:
        """Whether a column changes within conversations of two sides; None where none shows it.

        Who wrote a line does; for whom the ticket is does not, whatever its column is called.
        """
        if self.thread is None or self.side is None:
            return None
        seen: dict[str, tuple[set[str], set[str]]] = {}
        for thread, side, cell in zip(
            self.thread.cells, self.side.cells, column.cells, strict=True
        ):
            sides, cells = seen.setdefault(thread, (set(), set()))
            sides.add(side)
            cells.update({cell} if cell else ())
        two_sided = [len(cells) > 1 for sides, cells in seen.values() if len(sides) > 1]
        return sum(two_sided) > len(two_sided) / 2 if two_sided else None

    @property
    def has_both_sides(self) -> bool:
        """Whether one column is named as what the customer said, and another as what we said."""
        said = [set(one.ideas) for one in self.columns if one.mean_length >= LONG]
        theirs = any(one & {"theirs", "customer"} and one & SAYING for one in said)
        ours = any(one & {"ours", "agent"} and one & SAYING for one in said)
        return theirs and ours


@dataclass(frozen=True)
class Rule:
    """What a field's column is called, what must not be in its name, and what its values are.

    `names` gives the ideas that a name must speak of and how sure that makes us; `neutral` may
    stand beside them; `against` rules the column out. `fits` looks at the values.
    """

    of: str  # our field
    names: tuple[tuple[frozenset[str], float], ...]
    fits: Callable[[Column, Table], bool]
    neutral: frozenset[str] = frozenset()
    against: frozenset[str] = frozenset()
    unknown: float = UNKNOWN
    by_value: Callable[[Column, Table], float] = field(default=lambda _column, _table: 0.0)

    def score(self, column: Column, table: Table) -> float:
        """From 0 (surely not) to about 1."""
        ideas = frozenset(column.ideas)
        if self.against & ideas or not column.values or not self.fits(column, table):
            return 0.0
        best = self.by_value(column, table)
        for wanted, sure in self.names:
            if wanted <= ideas:
                rest = ideas - wanted - self.neutral
                unknown = sum(idea not in _KNOWN for idea in rest)
                best = max(best, sure - self.unknown * unknown - FOREIGN * (len(rest) - unknown))
        return best + 0.02 * column.fill


def _names(**sure: float) -> tuple[tuple[frozenset[str], float], ...]:
    return tuple((frozenset(ideas.split("_")), value) for ideas, value in sure.items())


def _set(said: str) -> frozenset[str]:
    return frozenset(said.split())


def _is_key(column: Column) -> bool:
    return column.fill > 0.9 and column.mean_length <= IDENTIFIER and column.emails < 0.5


def _is_speaker(column: Column, _table: Table) -> bool:
    if column.speakers >= 0.5:
        return True
    says_side = {"direction", "agent"} & set(column.ideas)
    if column.flags > 0.9:
        return bool(says_side)
    return column.has_few and {"author", "type"} <= set(column.ideas)


def _speaks(column: Column, _table: Table) -> float:
    sides = {speaker_of(word) for word in column.words}
    return 0.55 if column.speakers >= 0.95 and {"customer", "agent"} <= sides else 0.0


def _is_text(column: Column, _table: Table) -> bool:
    return column.mean_length >= LONG and max(column.numbers, column.dates, column.links) < 0.5


def _is_theirs(column: Column, table: Table) -> bool:
    """Not what our side said: where a row holds both, that is the reply."""
    ideas = set(column.ideas)
    ours = bool(ideas & {"ours", "reply"} or {"agent", "said"} <= ideas)
    return _is_text(column, table) and not (ours and (table.per_ticket or table.has_both_sides))


def _is_named(column: Column, _table: Table) -> bool:
    is_name = column.names > 0.6 and column.speakers < 0.5 and column.mean_length < 50
    return is_name and not column.holds_ids


def _is_author(column: Column, table: Table) -> bool:
    """Whoever wrote the text of the row: of a whole ticket the customer, else whoever speaks."""
    if not _is_named(column, table):
        return False
    if table.per_ticket:
        return True
    differs = table.differs_by_line(column)
    return "customer" not in column.ideas if differs is None else differs


def _is_of_the_customer(column: Column, table: Table) -> bool:
    return not table.per_ticket and _is_named(column, table) and not _is_author(column, table)


def _is_whose(column: Column, _table: Table) -> float:
    """Ids of stored customers, whatever they are called; a customer by what only ids look like."""
    if column.on_file >= 0.5:
        return 0.9
    return 0.8 if "customer" in column.ideas and column.holds_ids else 0.0


def _by_length(column: Column, table: Table) -> float:
    """The longest free text of the table, whatever it is called."""
    longest = max(one.mean_length for one in table.columns)
    return 0.5 if 40 < column.mean_length == longest and not column.is_html else 0.0


RULES: tuple[Rule, ...] = (
    Rule(
        "conversation_id", _names(ticket_id=1.0, ticket=0.7, id=0.6),
        lambda c, _t: _is_key(c) and c.speakers < 0.5,
        neutral=_set("code"),
        against=_set(
            "message customer author agent order date type name status subject title channel "
            "rating language tags created description text reply email url public private "
            "department speaker direction later"
        ),
    ),
    Rule(
        "message_id", _names(message_id=1.0, id=0.55),
        lambda c, t: _is_key(c) and c.is_unique and not t.per_ticket,
        neutral=_set("ticket code"), against=_set("customer author agent order date reply"),
    ),
    Rule(
        "speaker",
        _names(author_speaker=1.05, author_type=1.0, speaker=0.95, direction=0.9, author_agent=0.8,
               author=0.6, customer_type=0.6, type=0.5),
        _is_speaker,
        neutral=_set("message created type speaker"),
        against=_set("name email id date text"), by_value=_speaks,
    ),
    Rule(
        "visibility", _names(public=1.0, private=1.0, visibility=1.0, message_type=0.7, type=0.5),
        lambda c, _t: max(c.flags, c.visibilities) >= 0.5,
        neutral=_set("message ticket customer type"),
        against=_set("id date text"),
        by_value=lambda c, _t: 0.55 if c.visibilities > 0.95 and len(c.words) > 1 else 0.0,
    ),
    Rule(
        "text", _names(message_text=1.0, text=0.95, message=0.9, description=0.9, reply=0.6,
                       theirs_said=0.95, customer_said=0.95),
        _is_theirs,
        neutral=_set("ticket message customer author description theirs said"),
        against=_set(
            "id type date subject title short status name rating tags order email url channel "
            "language"
        ),
        by_value=_by_length,
    ),
    Rule(
        "reply", _names(reply=0.9, later_note=0.6, agent_message=0.7, agent_text=0.7,
                        agent_said=0.9, ours_said=0.9, ours_text=0.8, ours_message=0.8, ours=0.6),
        lambda c, t: t.per_ticket and _is_text(c, t),
        neutral=_set("ticket message agent text later ours said"),
        against=_set("id date type status code"),
    ),
    Rule(
        "created_at", _names(created_date=1.0, created=0.8, date=0.75),
        lambda c, _t: c.dates > 0.8 and c.fill > 0.5,
        neutral=_set("message zone text"), unknown=0.35,
        against=_set("later resolved reply order id agent rating type"),
    ),
    Rule(
        "author", _names(author_name=1.0, author=0.85, name=0.6, customer_name=0.6, customer=0.5),
        _is_author,
        neutral=_set("message created customer name"),
        against=_set("id type email agent ticket date direction channel order title"),
    ),
    Rule(
        "customer_name", _names(customer_name=0.95, customer=0.8), _is_of_the_customer,
        neutral=_set("author created ticket"),
        against=_set("id type email agent date direction channel order title message text said"),
    ),
    Rule(
        "agent_name", _names(agent_name=0.95, agent=0.8), _is_named,
        neutral=_set("author ticket reply"),
        against=_set("id type email customer date direction channel order title message text said "
                     "department ours later rating"),
    ),
    Rule(
        "channel", _names(channel=1.0),
        lambda c, _t: c.has_few and c.emails < 0.5,
        neutral=_set("ticket message type created name"), against=_set("id date url"),
    ),
    Rule(
        "customer_id",
        _names(customer_id=1.0, customer_email=0.7, customer_code=0.6, author_email=0.55,
               email=0.5),
        lambda c, t: c.fill >= 0.5 and (
            c.emails < 0.5 or (t.per_ticket or "customer" in c.ideas)
        ),
        neutral=_set("ticket"),
        against=_set("name agent type date text message order rating channel"),
        by_value=_is_whose,
    ),
    Rule(
        "subject",
        _names(subject=1.0, ticket_title=0.85, ticket_name=0.8, title=0.8, short_description=0.8),
        lambda c, _t: max(c.numbers, c.dates, c.flags) < 0.5,
        neutral=_set("ticket message"),
        against=_set("id type date author customer agent status email channel"),
    ),
    Rule(
        "status", _names(status=1.0), lambda c, _t: c.has_few,
        neutral=_set("ticket"), against=_set("reply date id message rating order"),
    ),
    Rule(
        "resolved", _names(resolved=0.9), lambda c, _t: c.flags > 0.9,
        neutral=_set("ticket status"), against=_set("date id agent"),
    ),
    Rule(
        "reopened", _names(reopened=0.9), lambda c, _t: c.flags > 0.9,
        neutral=_set("ticket status"), against=_set("date id agent"),
    ),
    Rule(
        "rating", _names(rating=1.0), lambda c, _t: c.ratings >= 0.5,
        neutral=_set("ticket customer later agent"), against=_set("message date text id type"),
    ),
    Rule(
        "tags", _names(tags=1.0), lambda c, _t: c.dates < 0.5,
        neutral=_set("ticket"), against=_set("id date"),
    ),
    Rule(
        "language", _names(language=1.0), lambda c, _t: c.has_few,
        neutral=_set("ticket customer code message"), against=_set("date"),
    ),
    Rule(
        "order_id", _names(order_id=1.0, order=0.8), lambda c, _t: c.mean_length <= IDENTIFIER,
        neutral=_set("code ticket"),
        against=_set("date status name email url type text customer channel created"),
    ),
    Rule(
        "url", _names(url=1.0), lambda c, _t: c.links > 0.8,
        neutral=_set("ticket message"), unknown=1.0,
    ),
    Rule(
        "role", _names(department=0.8), lambda c, _t: c.departments >= 0.5,
        neutral=_set("agent name ticket"), against=_set("id date"),
    ),
)  # fmt: skip
_KNOWN = frozenset(idea for rule in RULES for names, _ in rule.names for idea in names) | frozenset(
    idea for rule in RULES for idea in rule.neutral | rule.against
)


def assigned(columns: Sequence[Column]) -> tuple[dict[str, Column], Table]:
    """The surest column of each field, none used twice, and what a row of the table is."""
    first = _greedy(Table(columns))
    keyed, side = first.get("conversation_id"), first.get("speaker")
    if keyed is not None and keyed.is_unique and side is None:
        table = Table(columns, per_ticket=True)
    else:
        table = Table(columns, thread=keyed, side=side)
    found = _greedy(table)
    for name in ("customer_name", "agent_name"):
        if "author" in found if not table.per_ticket else "reply" not in found:
            found.pop(name, None)  # every line has its author already, or no line is theirs
    return found, table


def _greedy(table: Table) -> dict[str, Column]:
    scored = [
        (score, rule.of, place)
        for rule in RULES
        for place, column in enumerate(table.columns)
        if (score := rule.score(column, table)) >= LEAST
    ]
    found: dict[str, Column] = {}
    used: set[int] = set()
    for _score, name, place in sorted(scored, key=lambda one: (-one[0], one[2])):
        if name not in found and place not in used:
            found[name] = table.columns[place]
            used.add(place)
    return found
