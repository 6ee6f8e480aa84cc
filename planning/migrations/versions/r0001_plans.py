"""Plans and their steps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "plans",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("person", sa.String(400), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
    )
    op.create_index("ix_plans_person_created", "plans", ["person", "created"])
    op.create_index("ix_plans_state", "plans", ["state"])
    op.create_table(
        "plan_steps",
        sa.Column("plan_id", sa.String(200), sa.ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("report", sa.Text),
        sa.Column("changed", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("plan_steps")
    op.drop_table("plans")
