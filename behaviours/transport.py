"""What a protocol needs of the wire."""

from typing import Protocol

from ontology.acl import ACLMessage, AgentIdentifier


class Transport(Protocol):
    """Carries messages for one agent."""

    @property
    def identifier(self) -> AgentIdentifier:
        """The agent that speaks through this transport."""

    def send(self, message: ACLMessage) -> None:
        """Hand a message over for delivery; does not wait for it. It may fail later; then a failure message comes back.

        Raises:
            OSError: the message can't be handed over at all.
        """
