"""An ACL member of the platform without SPADE: what the command line uses to ask the agents.

SPADE takes seconds to import, and a program that asks one question needs only a connection and the protocols. An
operator is an account of the platform that registers with the AMS like any agent and offers nothing.
"""

from collections.abc import Iterable
from typing import Final
from uuid import uuid4

from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout

from behaviours.outcomes import NoBids
from behaviours.request import request
from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Element, Ontology
from ontology.expressions import InternalError
from ontology.management import AGENT_MANAGEMENT
from ontology.manager import ContentManager
from xmpp.address import AGENT_RESOURCE, Account, Address
from xmpp.connection import Connection
from xmpp.directory_client import DirectoryClient
from xmpp.endpoint import Endpoint
from xmpp.guard import Guard

NAME: Final = "operator"
"""The local part of the operator's JID on the agents' host."""


class Operator:
    """Asks agents on behalf of whoever owns the data folder.

    Args:
        account: the operator's account on the agents' host.
        address: where the server is.
        directory: the agent that is AMS and DF.
        ontologies: the vocabularies to speak.
    """

    def __init__(
        self, account: Account, address: Address, directory: AgentIdentifier, *, ontologies: Iterable[Ontology]
    ) -> None:
        self._connection = Connection(account, address, resource=uuid4().hex)
        self._guard = Guard(directory.name.rpartition("@")[2], directory, self._knows)
        content = ContentManager((*ontologies, AGENT_MANAGEMENT))
        # Several operators may share the account at once, and each sees what is sent to the others.
        self._endpoint = Endpoint(self._connection, content, self._guard, name_is_shared=True)
        self.directory = DirectoryClient(self._endpoint.conversations, directory, NAME)

    @property
    def name(self) -> str:
        """The operator's name on the platform."""
        return self._endpoint.identifier.name

    async def open(self) -> None:
        """Connect and enter the directory.

        Raises:
            WireError: the server can't be reached or does not take the account.
            ConversationFailed: the directory does not answer.
        """
        await self._connection.open()
        await self.directory.enter(())

    async def close(self) -> None:
        """Disconnect. The entry is left to its lease: another operator may be at work under the same name."""
        await self._endpoint.close()

    async def ask(self, act: AgentAction, *, timeout: float) -> Element | None:
        """Ask an agent that offers the action to perform it; wait for the value of the result.

        Raises:
            ConversationFailed: nobody offers it, or it was not done.
        """
        providers = await self.directory.providers(type(act))
        if not providers:
            raise NoBids((InternalError(explanation=f"No agent here offers {act.wire_name}."),))
        return await self.request(providers[0], act, timeout=timeout)

    async def request(self, agent: AgentIdentifier, act: AgentAction, *, timeout: float) -> Element | None:
        """Ask an agent that the directory has named to perform an action; wait for the value of the result.

        Raises:
            ConversationFailed: it was not done.
            OSError: the connection is lost.
        """
        self._guard.learn(agent)
        return await request(self._endpoint.conversations, agent, act, timeout=timeout)

    async def reaches(self, agent: AgentIdentifier) -> bool:
        """Tell whether an agent is connected, also where the directory still has the entry of one that died."""
        try:
            await self._connection.plugin["xep_0199"].send_ping(JID(f"{agent.name}/{AGENT_RESOURCE}"), timeout=10)
        except IqError as error:
            return error.condition not in {"service-unavailable", "recipient-unavailable"}
        except IqTimeout:
            return True  # connected, and in trouble
        return True

    async def _knows(self, agent: AgentIdentifier) -> bool:
        return await self.directory.knows(agent)
