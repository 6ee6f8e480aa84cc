"""The table of agents, and how a row becomes a value.

Descriptions are kept as they are said, in the content language JSON with the ontology of agent management: what a
newer version of that ontology adds is understood as it is on the wire.
"""

from typing import Any

from sqlalchemy import Column, MetaData, RowMapping, String, Table, Text

from ontology import json_language
from ontology.management import AGENT_MANAGEMENT, AMSAgentDescription, DFAgentDescription
from xmpp.directory.registry import AgentEntry, Kept

METADATA = MetaData()

AGENTS = Table(
    "agents",
    METADATA,
    Column("name", String(3071), primary_key=True),  # the longest JID without a resource (RFC 7622)
    Column("description", Text, nullable=False),
    Column("offer", Text, nullable=True),
    Column("manager", Text, nullable=True),
    Column("suspended_by", Text, nullable=True),
)


def to_row(name: str, kept: Kept) -> dict[str, Any]:
    """Return the columns of an agent."""
    return {
        "name": name,
        "description": json_language.encode((kept.entry.description,)),
        "offer": None if kept.offer is None else json_language.encode((kept.offer,)),
        "manager": kept.entry.manager,
        "suspended_by": kept.entry.suspended_by,
    }


def to_kept(row: RowMapping) -> Kept:
    """Make the value of a row.

    Raises:
        MalformedContent: it holds no description.
    """
    (description,) = json_language.decode(row["description"], AGENT_MANAGEMENT)
    offers = () if row["offer"] is None else json_language.decode(row["offer"], AGENT_MANAGEMENT)
    assert isinstance(description, AMSAgentDescription)
    offer = next((each for each in offers if isinstance(each, DFAgentDescription)), None)
    return Kept(AgentEntry(description, row["manager"], row["suspended_by"]), offer)
