"""The table of facts, as the migrations leave it."""

import sqlalchemy as sa

METADATA = sa.MetaData()

FACTS = sa.Table(
    "facts",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("owner", sa.String(3071), nullable=False, comment="bare JID of the person it belongs to"),
    sa.Column("text", sa.Text, nullable=False, comment="as it was said"),
    sa.Column("said_at_ms", sa.BigInteger, nullable=False, comment="milliseconds since 1970, UTC"),
    sa.Column("subject", sa.Text),
    sa.Column("attribute", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("slot", sa.Text, comment="facts of one slot take each other's place"),
    sa.Column("model", sa.String(200), nullable=False, comment="what made the vector"),
    sa.Column("vector", sa.LargeBinary, nullable=False, comment="32-bit floats, little-endian"),
    sa.Column("superseded_at_ms", sa.BigInteger, comment="when a newer fact took its place"),
    sa.Column("superseded_by", sa.String(36), comment="the newer fact"),
    sa.Index("facts_by_owner", "owner", "superseded_at_ms"),
    sa.Index(
        "one_current_fact_in_a_slot",
        "owner",
        "slot",
        unique=True,
        sqlite_where=sa.text("superseded_at_ms IS NULL AND slot IS NOT NULL"),
        postgresql_where=sa.text("superseded_at_ms IS NULL AND slot IS NOT NULL"),
    ),
)
