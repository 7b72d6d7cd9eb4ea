"""What happened: suggestions, feedback, jobs, sync cursors and replayable answers of one tenant."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from copilot.db.engine import now
from copilot.db.scope import Scope
from copilot.db.tables import cursors, feedback, jobs, replies, suggestions
from copilot.errors import NotFound

Row = dict[str, Any]
COUNTED = ("added", "changed", "unchanged", "removed", "failed", "left_out")  # in a job's report


@dataclass(frozen=True, slots=True)
class Journal:
    """Records of use; nothing here is ever read as an instruction."""

    scope: Scope

    def add_suggestions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Notes several suggestions in one transaction."""
        with self.scope.writing() as connection:
            self.scope.insert(connection, suggestions, [{"created_at": now(), **r} for r in rows])

    def suggestion(self, suggestion_id: str) -> Row:
        """One suggestion's trace. Raises NotFound."""
        return self._one(
            self.scope.select(suggestions).where(suggestions.c.id == suggestion_id),
            f"There is no suggestion {suggestion_id!r}.",
        )

    def answered(
        self,
        customer_ids: Sequence[str],
        *,
        since: datetime,
        conversation_id: str | None = None,
        limit: int = 1,
    ) -> list[Row]:
        """The latest suggestions for a customer, of one conversation where it is named."""
        statement = self.scope.select(suggestions).where(
            suggestions.c.created_at >= since, suggestions.c.customer_id.in_(customer_ids)
        )
        if conversation_id is not None:
            statement = statement.where(suggestions.c.conversation_id == conversation_id)
        statement = statement.order_by(suggestions.c.created_at.desc()).limit(limit)
        with self.scope.reading() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def add_feedback(self, row: Mapping[str, Any]) -> Row:
        """Notes what an agent did with a suggestion."""
        stored: Row = {"id": uuid.uuid4().hex, "at": now(), **row}
        with self.scope.writing() as connection:
            self.scope.insert(connection, feedback, [stored])
        return stored

    def feedback_since(self, after: datetime | None = None) -> list[Row]:
        """Feedback joined with the trace of its suggestion, oldest first."""
        statement = (
            self.scope.select(feedback, *feedback.c, suggestions.c.trace)
            .join_from(
                feedback,
                suggestions,
                (feedback.c.suggestion_id == suggestions.c.id)
                & (feedback.c.tenant == suggestions.c.tenant),
            )
            .order_by(feedback.c.at)
        )
        if after:
            statement = statement.where(feedback.c.at > after)
        with self.scope.reading() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def add_job(self, job_id: str, kind: str, request: Mapping[str, Any]) -> str:
        """Opens a job with all it needs to be run again after a crash; returns its id."""
        row = {
            "id": job_id, "kind": kind, "state": "queued", "done": 0,
            "request": dict(request), "report": None, "created_at": now(), "updated_at": now(),
        }  # fmt: skip
        with self.scope.writing() as connection:
            self.scope.insert(connection, jobs, [row])
        return job_id

    def update_job(self, job_id: str, **values: Any) -> None:  # noqa: ANN401 - column values
        """Moves a job on."""
        with self.scope.writing() as connection:
            connection.execute(
                self.scope.update(jobs)
                .where(jobs.c.id == job_id)
                .values(**values, updated_at=now())
            )

    def note_job(
        self, kind: str, request: Mapping[str, Any], report: Mapping[str, Any], *, began: datetime
    ) -> str:
        """Notes what has already been done, as a job that has ended; returns its id."""
        counted = sum(report.get(fate, 0) for fate in COUNTED if fate != "removed")
        row = {
            "id": uuid.uuid4().hex, "kind": kind, "state": "done", "done": counted,
            "request": dict(request), "report": dict(report),
            "created_at": began, "updated_at": now(),
        }  # fmt: skip
        with self.scope.writing() as connection:
            self.scope.insert(connection, jobs, [row])
        return str(row["id"])

    def recent_jobs(self, kind: str | None = None, limit: int = 50) -> list[Row]:
        """Jobs, the newest first, with what their reports count and without their long lists."""
        asked, told = jobs.c.request, jobs.c.report
        statement = self.scope.select(
            jobs, jobs.c.id, jobs.c.kind, jobs.c.state, jobs.c.done, jobs.c.created_at,
            jobs.c.updated_at, asked["paths"].label("paths"),
            asked["kind"].as_string().label("wanted"),
            asked["connector"].as_string().label("connector"),
            *(told[fate].as_integer().label(fate) for fate in COUNTED),
            told["seconds"].as_float().label("seconds"),
            told["detail"].as_string().label("detail"),
        ).order_by(jobs.c.created_at.desc(), jobs.c.id)  # fmt: skip
        if kind:
            statement = statement.where(jobs.c.kind == kind)
        with self.scope.reading() as connection:
            return [dict(row) for row in connection.execute(statement.limit(limit)).mappings()]

    def job(self, job_id: str) -> Row:
        """One job. Raises NotFound."""
        return self._one(
            self.scope.select(jobs).where(jobs.c.id == job_id), f"There is no job {job_id!r}."
        )

    def unfinished_jobs(self) -> list[Row]:
        """Jobs that wait, or ran when the process ended: they are run again, and resume."""
        statement = self.scope.select(jobs).where(jobs.c.state.in_(("queued", "running")))
        with self.scope.reading() as connection:
            rows = connection.execute(statement.order_by(jobs.c.created_at)).mappings()
            return [dict(row) for row in rows]

    def cursor(self, connector: str) -> Row:
        """A connector's saved position; empty at first."""
        statement = self.scope.select(cursors, cursors.c.state).where(
            cursors.c.connector == connector
        )
        with self.scope.reading() as connection:
            row = connection.execute(statement).first()
        return dict(row[0]) if row else {}

    def save_cursor(self, connector: str, state: Mapping[str, Any]) -> None:
        """Saves a connector's position."""
        row = {"connector": connector, "state": dict(state), "updated_at": now()}
        with self.scope.writing() as connection:
            self.scope.upsert(connection, cursors, [row])

    def reply(self, key: str) -> Row | None:
        """The stored answer to an idempotency key of the last 24 hours."""
        statement = self.scope.select(replies).where(
            replies.c.key == key, replies.c.at > now() - timedelta(hours=24)
        )
        with self.scope.reading() as connection:
            row = connection.execute(statement).mappings().first()
        return dict(row) if row else None

    def save_reply(self, key: str, *, digest: str, status: int, body: str) -> None:
        """Stores the answer to an idempotency key."""
        row = {"key": key, "digest": digest, "status": status, "body": body, "at": now()}
        with self.scope.writing() as connection:
            self.scope.upsert(connection, replies, [row])

    def _one(self, statement: Any, missing: str) -> Row:  # noqa: ANN401 - any Select
        with self.scope.reading() as connection:
            row = connection.execute(statement).mappings().first()
        if row is None:
            raise NotFound(missing)
        return dict(row)
