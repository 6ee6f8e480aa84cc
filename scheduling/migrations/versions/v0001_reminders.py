"""The table of reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("request_key", sa.Text, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("start_local", sa.String(32), nullable=False),
        sa.Column("start_fold", sa.Integer, nullable=False),
        sa.Column("rrule", sa.Text, nullable=True),
        sa.Column("due_local", sa.String(32), nullable=False),
        sa.Column("due_fold", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("wake_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("in_doubt", sa.Boolean, nullable=False),
        sa.Column("token", sa.String(64), nullable=True),
        sa.Column("holder", sa.Text, nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('pending', 'claimed', 'delivered', 'cancelled')", name="ck_reminders_state"),
        sa.CheckConstraint("(state = 'claimed') = (token IS NOT NULL)", name="ck_reminders_claimed_has_token"),
        sa.UniqueConstraint("owner", "request_key", name="uq_reminders_owner_request_key"),
    )
    op.create_index("ix_reminders_state_wake_at", "reminders", ["state", "wake_at"])
    op.create_index("ix_reminders_owner_state", "reminders", ["owner", "state"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("reminders")
