"""Every protocol as one call on an agent: ``await agent.request(...)``, ``async with agent.subscribe(...)``.

Each method is the function of the same name in ``behaviours/``, held as the agent; its docstring there says more.
"""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import behaviours.brokering
import behaviours.contract_net
import behaviours.dutch_auction
import behaviours.english_auction
import behaviours.iterated_contract_net
import behaviours.propose
import behaviours.query
import behaviours.recruiting
import behaviours.request
import behaviours.request_when
import behaviours.request_whenever
import behaviours.subscribe
from behaviours.conversations import Conversations
from behaviours.roles import Initiator
from xmpp.endpoint import Endpoint

P = ParamSpec("P")
R = TypeVar("R")


def _as_agent(hold: Callable[Concatenate[Conversations, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Return a method that holds a conversation as its agent."""

    @functools.wraps(hold)
    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return hold(self.endpoint.conversations, *args, **kwargs)

    return method


class Conversing:
    """What an agent can ask of others, as it is mixed into :class:`xmpp.agent.FipaAgent`."""

    @property
    def endpoint(self) -> Endpoint:
        """The ACL side of the agent's connection."""
        raise NotImplementedError

    async def converse(self, role: Initiator[R]) -> R:
        """Hold a conversation in an initiator's role of one's own, and return what it comes to."""
        return await role.run(self.endpoint.conversations)

    request = _as_agent(behaviours.request.request)
    request_all = _as_agent(behaviours.request.request_all)
    request_when = _as_agent(behaviours.request_when.request_when)
    request_whenever = _as_agent(behaviours.request_whenever.request_whenever)
    query_if = _as_agent(behaviours.query.query_if)
    query_ref = _as_agent(behaviours.query.query_ref)
    query_all = _as_agent(behaviours.query.query_all)
    propose = _as_agent(behaviours.propose.propose)
    contract_net = _as_agent(behaviours.contract_net.contract_net)
    iterated_contract_net = _as_agent(behaviours.iterated_contract_net.iterated_contract_net)
    english_auction = _as_agent(behaviours.english_auction.english_auction)
    dutch_auction = _as_agent(behaviours.dutch_auction.dutch_auction)
    subscribe = _as_agent(behaviours.subscribe.subscribe)
    subscribe_all = _as_agent(behaviours.subscribe.subscribe_all)
    broker = _as_agent(behaviours.brokering.broker)
    recruit = _as_agent(behaviours.recruiting.recruit)
