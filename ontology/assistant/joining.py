"""How agents of another host join the platform: with a one-time account, they are given accounts of their own."""

from pydantic import Field

from ontology.content import AgentAction, Concept
from ontology.secrets import SECRET


class JoinPlatform(AgentAction):
    """Give me accounts for these agents. Asked of the directory, once, by whoever holds an invitation."""

    names: tuple[str, ...] = Field(min_length=1, max_length=100, description="local parts of the agents' JIDs")


class NewAccount(Concept):
    """An account for an agent."""

    jid: str
    password: str = Field(repr=False, json_schema_extra=SECRET)


class Joined(Concept):
    """The accounts for those who joined."""

    accounts: tuple[NewAccount, ...]
