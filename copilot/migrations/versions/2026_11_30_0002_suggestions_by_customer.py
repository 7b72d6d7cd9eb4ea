"""An index for the suggestions of one customer: a hand-off asks what was answered lately."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_suggestions_customer"), "suggestions", ["tenant", "customer_id", "created_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_suggestions_customer"), table_name="suggestions")
