"""Make the table of facts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let one fact at a time be current in a slot."""
    op.create_table(
        "facts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("owner", sa.String(3071), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("said_at_ms", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("attribute", sa.Text),
        sa.Column("value", sa.Text),
        sa.Column("slot", sa.Text),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("superseded_at_ms", sa.BigInteger),
        sa.Column("superseded_by", sa.String(36)),
    )
    op.create_index("facts_by_owner", "facts", ["owner", "superseded_at_ms"])
    current = sa.text("superseded_at_ms IS NULL AND slot IS NOT NULL")
    op.create_index(
        "one_current_fact_in_a_slot",
        "facts",
        ["owner", "slot"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("facts")
