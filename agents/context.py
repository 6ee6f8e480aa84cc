"""What an agent is given when it is made: its name's account, the platform, the settings, and its share of work."""

from dataclasses import dataclass
from pathlib import Path

from agents.settings import Settings
from behaviours.tracing import Tracer
from xmpp.address import Account
from xmpp.agent import Platform
from xmpp.allow_list import AllowList
from xmpp.directory.on_demand import AgentFactories
from xmpp.server.invites import Invites


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
        people: the people who are answered.
        invites: makes accounts for agents of other hosts; only the directory is given it.
        factories: make the agents that are started on demand; only the directory is given them.
        nlu: whether Rasa is to be used.
        tracer: follows its conversations, if they are to be traced.
    """

    account: Account
    platform: Platform
    settings: Settings
    data: Path
    offers: frozenset[str] | None = None
    chat: Account | None = None
    people: AllowList | None = None
    invites: Invites | None = None
    factories: AgentFactories | None = None
    nlu: bool = True
    tracer: Tracer | None = None
