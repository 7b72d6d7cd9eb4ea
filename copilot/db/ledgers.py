"""Promises, open loops, needs and hand-offs of one tenant: what is owed and what was seen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, bindparam

from copilot.db.engine import now
from copilot.db.scope import Scope, batches, scoped
from copilot.db.tables import handoffs, ledger, need_outcomes, needs
from copilot.errors import Conflict, NotFound

Row = dict[str, Any]
BROKEN = ("overdue", "conflict")  # with evidence beside it, it has been put right since
UNSETTLED = ("surfaced", "held")  # nobody has said yet what became of the need


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The work queue's rows; their meaning is made in `copilot.ledger` and `copilot.needs`."""

    scope: Scope

    def replace_entries(
        self, customer_id: str | None, source_ids: Sequence[str], rows: Sequence[Row]
    ) -> None:
        """Writes the entries of a customer (or of the named conversations) anew.

        They are read off the sources, so they are no change of the data by themselves.
        """
        with self.scope.writing() as connection:
            if customer_id is not None:
                connection.execute(
                    self.scope.delete(ledger).where(ledger.c.customer_id == customer_id)
                )
            for some in batches(source_ids):
                connection.execute(self.scope.delete(ledger).where(ledger.c.source_id.in_(some)))
            stamped = [{**row, "updated_at": now()} for row in rows]
            self.scope.upsert(connection, ledger, stamped)

    def entries(
        self,
        kind: str,
        *,
        customer_ids: Sequence[str] | None = None,
        status: Sequence[str] = (),
        due_before: str | None = None,
        asked_before: str | None = None,
        only_owed: bool = False,
        limit: int = 200,
        offset: int = 0,
    ) -> list[Row]:
        """Ledger rows of a kind; overdue and nearest due first.

        `only_owed` leaves out what was broken or false and has been put right since.
        """
        statement = _entries(
            of_customers=customer_ids is not None, of_status=bool(status), due=bool(due_before),
            asked=bool(asked_before), owed=only_owed,
        )  # fmt: skip
        with self.scope.reading() as connection:
            rows = self.scope.run(
                connection, statement, kind=kind, customers=customer_ids or (), status=status,
                due_before=due_before, asked_before=asked_before, limit=limit, offset=offset,
            )  # fmt: skip
            return [dict(row) for row in rows.mappings()]

    def entries_of(self, customer_ids: Sequence[str], limit: int = 200) -> dict[str, list[Row]]:
        """All entries of customers by kind, in the order of `entries`, at most `limit` a kind."""
        found: dict[str, list[Row]] = {"promise": [], "loop": []}
        with self.scope.reading() as connection:
            rows = self.scope.run(connection, _of_customers(), customers=customer_ids)
            for row in rows.mappings():
                if len(found[row["kind"]]) < limit:
                    found[row["kind"]].append(dict(row))
        return found

    def gone_by(self, day: str, limit: int) -> dict[str, list[Row]]:
        """Open promises that fell due before a day and were not looked at since, by customer."""
        begins = datetime.fromisoformat(day).replace(tzinfo=UTC)
        found: dict[str, list[Row]] = {}
        with self.scope.reading() as connection:
            rows = self.scope.run(connection, _gone_by(), day=day, begins=begins, limit=limit)
            for row in rows.mappings():
                found.setdefault(row["customer_id"], []).append(dict(row))
        return found

    def restate(self, rows: Sequence[Row]) -> None:
        """Writes entries as they stand now; all others stay as they are."""
        with self.scope.writing() as connection:
            self.scope.upsert(connection, ledger, [{**row, "updated_at": now()} for row in rows])

    def add_needs(self, rows: Sequence[Row]) -> None:
        """Notes needs with their disposition; the same id again updates it.

        When it was first seen stays, and so does what became of it.
        """
        ids = [row["id"] for row in rows]
        columns = (needs.c.id, needs.c.state, needs.c.created_at)
        with self.scope.writing() as connection:
            statement = self.scope.select(needs, *columns).where(needs.c.id.in_(ids))
            before = {row.id: row for row in connection.execute(statement)}
            stamped = [{**row, **_kept(before.get(row["id"])), "updated_at": now()} for row in rows]
            self.scope.upsert(connection, needs, stamped)

    def needs(
        self,
        *,
        customer_ids: Sequence[str] | None = None,
        states: Sequence[str] = (),
        dispositions: Sequence[str] = (),
        hidden: Sequence[str] = (),
        due: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> list[Row]:
        """Needs, newest first; `hidden` dispositions are left out, `due` is a release date."""
        statement = _needs(
            of_customers=customer_ids is not None, of_states=bool(states),
            of_dispositions=bool(dispositions), but=bool(hidden), due=due is not None,
        )  # fmt: skip
        with self.scope.reading() as connection:
            rows = self.scope.run(
                connection, statement, customers=customer_ids or (), states=states,
                dispositions=dispositions, hidden=hidden, due=due, limit=limit, offset=offset,
            )  # fmt: skip
            return [dict(row) for row in rows.mappings()]

    def need(self, need_id: str) -> Row:
        """One need. Raises NotFound."""
        rows = self._rows(self.scope.select(needs).where(needs.c.id == need_id))
        if not rows:
            raise NotFound(f"There is no need {need_id!r}.")
        return rows[0]

    def add_outcome(
        self, need_id: str, *, event: str, state: str, reason: str | None, by: str
    ) -> Row:
        """Notes what became of a need and moves its state, in one transaction."""
        self.need(need_id)
        row: Row = {
            "id": uuid.uuid4().hex, "need_id": need_id, "event": event, "reason": reason,
            "by": by, "at": now(),
        }  # fmt: skip
        with self.scope.changing() as connection:
            self.scope.insert(connection, need_outcomes, [row])
            connection.execute(
                self.scope.update(needs)
                .where(needs.c.id == need_id)
                .values(state=state, updated_at=now())
            )
        return row

    def outcomes(self, need_ids: Sequence[str]) -> list[Row]:
        """Outcomes of some needs, oldest first."""
        with self.scope.reading() as connection:
            rows = self.scope.run(connection, _outcomes(), needs=need_ids)
            return [dict(row) for row in rows.mappings()]

    def outcome_log(self) -> list[Row]:
        """Every outcome with the products its need named, oldest first."""
        named = needs.c.body["recommended"].label("skus")
        columns = (need_outcomes.c.need_id, need_outcomes.c.event, need_outcomes.c.reason)
        with self.scope.reading() as connection:
            rows = self.scope.run(
                connection,
                scoped(need_outcomes, *columns, need_outcomes.c.at, named)
                .join(
                    needs,
                    (needs.c.tenant == need_outcomes.c.tenant)
                    & (needs.c.id == need_outcomes.c.need_id),
                )
                .order_by(need_outcomes.c.at),
            )
            return [dict(row) for row in rows.mappings()]

    def needs_shown(self, dispositions: Sequence[str]) -> list[tuple[str, list[str]]]:
        """Needs of these dispositions with the products they name."""
        named = needs.c.body["recommended"].label("skus")
        statement = self.scope.select(needs, needs.c.id, named)
        rows = self._rows(statement.where(needs.c.disposition.in_(dispositions)))
        return [(row["id"], row["skus"] or []) for row in rows]

    def add_handoff(
        self, *, customer_id: str | None, to_role: str, packet: Mapping[str, Any], by: str
    ) -> Row:
        """Offers a case to the other department."""
        row: Row = {
            "id": uuid.uuid4().hex, "customer_id": customer_id, "to_role": to_role,
            "state": "offered", "packet": dict(packet), "note": None, "by": by,
            "created_at": now(), "updated_at": now(),
        }  # fmt: skip
        with self.scope.changing() as connection:
            self.scope.insert(connection, handoffs, [row])
        return row

    def handoff(self, handoff_id: str) -> Row:
        """One hand-off. Raises NotFound."""
        rows = self._rows(self.scope.select(handoffs).where(handoffs.c.id == handoff_id))
        if not rows:
            raise NotFound(f"There is no hand-off {handoff_id!r}.")
        return rows[0]

    def move_handoff(
        self, handoff_id: str, *, state: str, allowed: Sequence[str], note: str | None
    ) -> Row:
        """Accepts, declines or returns a hand-off. Raises Conflict from any other state."""
        with self.scope.changing() as connection:
            changed = connection.execute(
                self.scope.update(handoffs)
                .where(handoffs.c.id == handoff_id, handoffs.c.state.in_(allowed))
                .values(state=state, note=note, updated_at=now())
            ).rowcount
        row = self.handoff(handoff_id)
        if not changed:
            raise Conflict(f"The hand-off is {row['state']}; it cannot become {state} from there.")
        return row

    def handoffs(
        self, *, states: Sequence[str] = (), to_role: str | None = None, limit: int = 200
    ) -> list[Row]:
        """Hand-offs, newest first."""
        statement = self.scope.select(handoffs)
        if states:
            statement = statement.where(handoffs.c.state.in_(states))
        if to_role:
            statement = statement.where(handoffs.c.to_role == to_role)
        return self._rows(statement.order_by(handoffs.c.created_at.desc()).limit(limit))

    def _rows(self, statement: Any) -> list[Row]:  # noqa: ANN401 - any Select
        with self.scope.reading() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


@cache
def _entries(
    *, of_customers: bool, of_status: bool, due: bool, asked: bool, owed: bool
) -> Select[Any]:
    found = scoped(ledger).where(ledger.c.kind == bindparam("kind"))
    if owed:
        evidence = ledger.c.body["kept_evidence"].as_string()
        found = found.where(ledger.c.status.not_in(BROKEN) | evidence.is_(None))
    if of_customers:
        found = found.where(_is_one_of(ledger.c.customer_id, "customers"))
    if of_status:
        found = found.where(_is_one_of(ledger.c.status, "status"))
    if due:
        found = found.where(ledger.c.due.is_not(None), ledger.c.due <= bindparam("due_before"))
    if asked:
        first = ledger.c.body["first_asked_at"].as_string()
        found = found.where(first != "", first <= bindparam("asked_before"))
    found = found.order_by(ledger.c.due.is_(None), ledger.c.due, ledger.c.id)
    return found.limit(bindparam("limit")).offset(bindparam("offset"))


@cache
def _gone_by() -> Select[Any]:
    found = scoped(ledger).where(
        ledger.c.kind == "promise",
        ledger.c.status == "open",
        ledger.c.due < bindparam("day"),
        ledger.c.updated_at < bindparam("begins"),
        ledger.c.customer_id.is_not(None),
    )
    return found.order_by(ledger.c.due, ledger.c.id).limit(bindparam("limit"))


@cache
def _of_customers() -> Select[Any]:
    found = scoped(ledger).where(_is_one_of(ledger.c.customer_id, "customers"))
    return found.order_by(ledger.c.due.is_(None), ledger.c.due, ledger.c.id)


@cache
def _needs(
    *, of_customers: bool, of_states: bool, of_dispositions: bool, but: bool, due: bool
) -> Select[Any]:
    found = scoped(needs)
    if of_customers:
        found = found.where(_is_one_of(needs.c.customer_id, "customers"))
    if of_states:
        found = found.where(_is_one_of(needs.c.state, "states"))
    if of_dispositions:
        found = found.where(_is_one_of(needs.c.disposition, "dispositions"))
    if but:
        found = found.where(~_is_one_of(needs.c.disposition, "hidden"))
    if due:
        found = found.where(needs.c.body["release_on"].as_string() <= bindparam("due"))
    found = found.order_by(needs.c.created_at.desc(), needs.c.id)
    return found.limit(bindparam("limit")).offset(bindparam("offset"))


@cache
def _outcomes() -> Select[Any]:
    found = scoped(need_outcomes).where(_is_one_of(need_outcomes.c.need_id, "needs"))
    return found.order_by(need_outcomes.c.at)


def _kept(before: Any) -> Row:  # noqa: ANN401 - a row of three columns, or none
    """What a need that is seen again keeps."""
    if before is None:
        return {"created_at": now()}
    settled = {} if before.state in UNSETTLED else {"state": before.state}
    return {"created_at": before.created_at, **settled}


def _is_one_of(column: Column[Any], name: str) -> ColumnElement[bool]:
    return column.in_(bindparam(name, expanding=True))
