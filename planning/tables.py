"""The tables of plans. Times are microseconds since 1970 in UTC, content is JSON of the content language."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

PLANS = Table(
    "plans",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("person", String(400), nullable=False),
    Column("state", String(20), nullable=False),
    Column("content", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index("ix_plans_person_created", "person", "created"),
    Index("ix_plans_state", "state"),
)

STEPS = Table(
    "plan_steps",
    METADATA,
    Column("plan_id", String(200), ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String(60), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("report", Text),
    Column("changed", BigInteger, nullable=False),
)
