"""What an agent is given when it is made: its name's account, the platform, the settings, and its share of work."""

from dataclasses import dataclass, field
from pathlib import Path

from agents.settings import Settings
from xmpp.address import Account
from xmpp.agent import Platform


@dataclass(frozen=True, slots=True)
class AgentContext:
    """The circumstances of one agent.

    Args:
        account: the agent's own account on the agents' host.
        platform: where the server and the directory are.
        settings: the assistant's settings.
        data: the person's data folder.
        offers: the wire names of the actions it is to offer, of those it could; None: all of them.
        chat: the account under which people write to the assistant; only the dialogue agent is given one.
        people: bare JIDs of the people who are answered.
        nlu: whether Rasa is to be used.
    """

    account: Account
    platform: Platform
    settings: Settings
    data: Path
    offers: frozenset[str] | None = None
    chat: Account | None = None
    people: tuple[str, ...] = field(default=())
    nlu: bool = True
