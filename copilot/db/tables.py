"""The tables: the truth of an installation, text and vectors alike."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only grows INTEGER primary keys by itself; PostgreSQL wants 64 bits.
BigId = BigInteger().with_variant(Integer, "sqlite")

tenants = Table(
    "tenants",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False, default=0),  # number of the last change
    Column("created_at", DateTime(timezone=True), nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("tenant", String(64), ForeignKey("tenants.name"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("label", String(120), nullable=False, default=""),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)

sources = Table(
    "sources",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("tenant", String(64), ForeignKey("tenants.name"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source_id", String(512), nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("url", Text),
    Column("visibility", String(16), nullable=False, default="public"),
    Column("language", String(16)),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("at", DateTime(timezone=True)),
    Column("customer_id", String(256)),
    Column("resolved", Boolean),
    Column("rating", Float),
    Column("origin", Text, nullable=False, default=""),
    Column("fingerprint", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("ingested_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("tenant", "kind", "source_id"),
    Index("ix_sources_origin", "tenant", "origin"),
    Index("ix_sources_customer", "tenant", "customer_id"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # from `counters`, never reused
    Column("tenant", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("context", Text, nullable=False, default=""),
    Column("headings", Text, nullable=False, default=""),
    Column("turn", Integer),
    Column("label", String(200)),
    Column("model", String(120), nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float32, little endian
    Index("ix_chunks_source", "source"),
    Index("ix_chunks_kind", "tenant", "kind", "id"),
)

changes = Table(
    "changes",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("chunk_id", BigInteger, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("op", String(6), nullable=False),  # upsert | delete | vector
)

records = Table(
    "records",
    metadata,
    Column("tenant", String(64), ForeignKey("tenants.name"), primary_key=True),
    Column("kind", String(16), primary_key=True),  # product | customer
    Column("record_id", String(256), primary_key=True),
    Column("origin", Text, nullable=False, default=""),
    Column("fingerprint", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("ingested_at", DateTime(timezone=True), nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("scheme", String(32), primary_key=True),  # email | phone | external:<system>
    Column("value", String(256), primary_key=True),
    Column("customer_id", String(256), primary_key=True),
)

merges = Table(
    "merges",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), nullable=False, index=True),
    Column("kept", String(256), nullable=False),
    Column("absorbed", String(256), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("undone_at", DateTime(timezone=True)),
)

ledger = Table(
    "ledger",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),  # promise | loop
    Column("customer_id", String(256)),
    Column("source_id", String(512), nullable=False),
    Column("turn", String(64), nullable=False),
    Column("status", String(24), nullable=False),
    Column("due", String(40)),
    Column("body", JSON, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_ledger_work", "tenant", "kind", "status", "due"),
    Index("ix_ledger_customer", "tenant", "customer_id"),
)

needs = Table(
    "needs",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("customer_id", String(256)),
    Column("conversation_id", String(512)),
    Column("suggestion_id", String(32)),
    Column("disposition", String(32), nullable=False),
    Column("state", String(24), nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_needs_work", "tenant", "state", "disposition"),
    Index("ix_needs_customer", "tenant", "customer_id"),
)

need_outcomes = Table(
    "need_outcomes",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("need_id", String(32), nullable=False),
    Column("event", String(24), nullable=False),
    Column("reason", String(200)),
    Column("by", String(64), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_need_outcomes_need", "tenant", "need_id"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("customer_id", String(256)),
    Column("to_role", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # offered | accepted | declined | returned
    Column("packet", JSON, nullable=False),
    Column("note", Text),
    Column("by", String(64), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(512)),
    Column("customer_id", String(256)),
    Column("generator", String(16), nullable=False),
    Column("prompt", String(80)),
    Column("trace", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_suggestions_created", "tenant", "created_at"),
    Index("ix_suggestions_customer", "tenant", "customer_id", "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("suggestion_id", String(32), nullable=False),
    Column("event", String(16), nullable=False),  # shown | inserted | edited | dismissed
    Column("reason", String(200)),
    Column("alternative", Integer),
    Column("sent_text", Text),
    Column("edit_distance", Float),
    Column("by", String(64), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_feedback_suggestion", "tenant", "suggestion_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # queued | running | done | failed
    Column("done", Integer, nullable=False, default=0),
    Column("request", JSON, nullable=False),
    Column("report", JSON),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("connector", String(120), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

replies = Table(
    "idempotent_replies",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
