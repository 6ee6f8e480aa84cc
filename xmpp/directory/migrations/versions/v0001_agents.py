"""The table of agents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "agents",
        sa.Column("name", sa.String(3071), primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("offer", sa.Text, nullable=True),
        sa.Column("manager", sa.Text, nullable=True),
        sa.Column("suspended_by", sa.Text, nullable=True),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("agents")
