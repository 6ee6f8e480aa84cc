"""Conversations as SPADE behaviours, for agents that are written in SPADE's way.

::

    asking = ConversationBehaviour(RequestInitiator, [seller], Price(of="tea"), timeout=5)
    agent.add_behaviour(asking)
    await asking.join()
    answers = asking.exit_code

The behaviour's exit code is what the conversation came to, or the exception with which it ended. ``kill`` cancels
the conversation, so that the participants stop too.
"""

from collections.abc import Callable
from typing import Any

from spade.behaviour import OneShotBehaviour
from spade.message import Message

from behaviours.outcomes import ConversationFailed
from behaviours.roles import Initiator
from ontology.expressions import InternalError


class ConversationBehaviour(OneShotBehaviour):  # type: ignore[misc] # SPADE is untyped
    """Holds one conversation as its initiator.

    Args:
        begin: makes the initiator: its class, or a function; called with the further arguments when the behaviour runs.
        args: arguments of ``begin``.
        kwargs: keyword arguments of ``begin``.
    """

    def __init__(self, begin: Callable[..., Initiator[Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self._begin = (begin, args, kwargs)
        self.conversation: Initiator[Any] | None = None

    async def run(self) -> None:
        """Hold the conversation."""
        begin, args, kwargs = self._begin
        self.conversation = begin(*args, **kwargs)
        try:
            self.exit_code = await self.conversation.run(self.agent.endpoint.conversations)
        except (ConversationFailed, OSError) as error:
            self.exit_code = error

    def kill(self, exit_code: Any = None) -> None:
        """End the behaviour, and cancel its conversation."""
        super().kill(exit_code)
        if self.conversation is not None and not self.conversation.closed:
            self.conversation.cancel()
            self.conversation.fail(ConversationFailed(InternalError(explanation="The behaviour was killed.")))

    def match(self, message: Message) -> bool:
        """Take no message: those of the conversation go to it by themselves."""
        del message
        return False
