"""A chat account for tests, with the people whom it answers."""

from __future__ import annotations

from tests.xmpp.server.client import PlainClient
from tests.xmpp.society import Log, Society
from xmpp.chat import Chat, PersonMessage


class Assistant:
    """A chat account with the people whom it answers, and what they have written."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.jid = society.person("assistant")
        self.people: set[str] = set()
        self.heard: Log[PersonMessage] = Log()

    async def open(self) -> Chat:
        self.chat = Chat(
            await self.society.account(self.jid),
            self.society.server.address.for_clients,
            people=lambda: frozenset(self.people),
            on_message=self.heard.append,
        )
        await self.chat.open()
        self.society.at_end(self.chat.close)
        return self.chat

    async def friend(self, name: str = "ann") -> PlainClient:
        """Log in a person who is answered."""
        self.people.add(self.society.person(name))
        return await self._client(name)

    async def stranger(self, name: str = "eve") -> PlainClient:
        """Log in a person who is not."""
        return await self._client(name)

    async def _client(self, name: str) -> PlainClient:
        client = await self.society.client(self.society.person(name))
        for plugin in ("xep_0066", "xep_0085", "xep_0184"):
            client.register_plugin(plugin)
        return client

    async def message(self) -> PersonMessage:
        """Wait for the next message."""
        await self.heard.of_length(1)
        return self.heard.pop(0)


async def assistant(society: Society) -> Assistant:
    made = Assistant(society)
    await made.open()
    return made
