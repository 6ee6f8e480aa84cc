"""How a command reaches the assistant that runs on a data folder: as a person, or as the platform's operator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from launching.configuration import Configuration
from launching.data_folder import DataFolder
from launching.errors import LaunchError
from launching.runtime import Runtime
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT
from ontology.content import AgentAction, Element
from ontology.observation import OBSERVATION
from xmpp.operator import NAME as OPERATOR
from xmpp.operator import Operator
from xmpp.person import Person
from xmpp.server.server import Server
from xmpp.server.start import make_server

if TYPE_CHECKING:
    from knowledge.documents import Documents


class Home:
    """A data folder with its configuration, as a command sees it.

    Args:
        root: the data folder; None: the usual one.
        configuration: the configuration file; None: the one in the folder.
    """

    def __init__(self, root: Path | None, configuration: Path | None = None) -> None:
        self.folder = DataFolder(root)
        self.configuration = Configuration.load(
            configuration or self.folder.configuration, required=configuration is not None
        )

    def runtime(self) -> Runtime:
        """Return where the running assistant is.

        Raises:
            NotRunningError: none runs.
        """
        return Runtime.read(self.folder.runtime)

    @property
    def is_running(self) -> bool:
        """Whether an assistant runs on the folder."""
        try:
            self.runtime()
        except LaunchError:
            return False
        return True

    def server(self) -> Server:
        """Return the server of this folder: its address and its accounts. It is not started by this."""
        return make_server(self.configuration.xmpp, folder=self.folder.server, on_event=lambda _: None)

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Operator]:
        """Connect as the operator, who may ask the agents.

        Raises:
            NotRunningError: no assistant runs.
            WireError, ConversationFailed: it can't be reached.
        """
        self.runtime()
        server = self.server()
        domain = server.address.agents_domain
        credentials = await server.accounts.credentials(f"{OPERATOR}@{domain}")
        if credentials is None:
            raise LaunchError("The operator's account is missing; start the assistant anew with `launcher.py up`.")
        directory = AgentIdentifier(name=f"directory@{domain}")
        operator = Operator(
            credentials.account, server.address.for_clients, directory, ontologies=(ASSISTANT, OBSERVATION)
        )
        try:
            await operator.open()
            yield operator
        finally:
            await operator.close()

    async def ask(self, act: AgentAction, *, timeout: float) -> Element | None:
        """Ask an agent of the running assistant; see :meth:`xmpp.operator.Operator.ask`."""
        async with self.operator() as operator:
            return await operator.ask(act, timeout=timeout)

    @asynccontextmanager
    async def documents(self) -> AsyncIterator["Documents"]:
        """Open the store of documents, which no assistant must hold at the time.

        Raises:
            StoreError: it can't be opened.
        """
        from agents.places import documents_uri
        from knowledge.documents import Documents

        settings = self.configuration.knowledge
        async with Documents(documents_uri(settings, self.folder.root), settings=settings) as documents:
            yield documents

    @asynccontextmanager
    async def person(self, jid: str | None, *, presence: bool = False) -> AsyncIterator[Person]:
        """Connect as a person; the owner, where no JID is given.

        Raises:
            NotRunningError: no assistant runs.
            LaunchError: the password of that person is not known here.
            WireError: the server can't be reached.
        """
        runtime = self.runtime()
        server = self.server()
        credentials = await server.accounts.credentials(jid or runtime.user.jid)
        if credentials is None:
            raise LaunchError(
                f"The password of {jid} is not known here; people made with `launcher.py account add` are known."
            )
        # pyjabber delivers nothing to a client that has sent no presence.
        shown = presence or server.kind == "pyjabber"
        person = Person(credentials.account, server.address.for_clients, runtime.xmpp.assistant, presence=shown)
        try:
            await person.open()
            yield person
        finally:
            await person.close()
