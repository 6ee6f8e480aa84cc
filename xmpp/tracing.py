"""Conversations as spans of OpenTelemetry: what one person's message sets going is one trace, through all agents.

Each role of each conversation is a span. An initiator's is a child of whatever is going on where it begins; a
participant's is a child of the initiator's, whose identity its first message bears (``X-Trace``), and what the
participant does about it, conversations of its own among it, is a child of that one. Neither contents nor names of
people are in a span.

=========================  ===================================================================================
attribute                  what it is
=========================  ===================================================================================
``fipa.protocol``          the interaction protocol
``fipa.conversation_id``   the conversation-id
``fipa.role``              ``initiator`` or ``participant``
``fipa.agent``             the agent whose role it is
``fipa.action``            the wire name of the action that it is about, where there is one
``fipa.performatives``     what was said and heard, in order: ``said request``, ``heard inform``
``fipa.outcome``           the states to which the role has come, towards each other member
=========================  ===================================================================================

A span is an error where the last word is a failure or a not-understood, or the conversation ends before its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from behaviours.roles import Initiator, Participant, Role
from behaviours.tracing import TRACE_PARAMETER
from ontology.acl import ACLMessage, Performative
from ontology.content import AgentAction
from ontology.expressions import Action

_FAILURES: Final = frozenset({Performative.FAILURE, Performative.NOT_UNDERSTOOD})
_ERRORS: Final = frozenset({"failed", "late", "broken-off"})
"""States to which a conversation comes that goes wrong without such a word: a deadline, an interruption."""
_MOST: Final = 100
"""How many performatives are told of one conversation."""


@dataclass(slots=True)
class _Traced:
    """A conversation that is under way: its span, and what was said and heard."""

    span: trace.Span
    performatives: list[str] = field(default_factory=list)
    last: Performative | None = None

    def note(self, direction: str, message: ACLMessage) -> None:
        """Note a message."""
        self.last = message.performative
        if len(self.performatives) < _MOST:
            self.performatives.append(f"{direction} {message.performative}")


class ConversationTracer:
    """Follows the conversations of any number of agents; a ``behaviours.tracing.Tracer``.

    Args:
        tracer: makes the spans.
    """

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()
        self._traced: dict[Role, _Traced] = {}

    def saying(self, message: ACLMessage, role: Role) -> ACLMessage:
        """Return the message with the trace of the conversation, which it may begin."""
        traced = self._traced.get(role)
        if traced is None:
            if role.closed:
                return message
            traced = self._begin(role, context.get_current())
        traced.note("said", message)
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, trace.set_span_in_context(traced.span))
        if "traceparent" not in carrier:
            return message
        return replace(message, user_defined={**message.user_defined, TRACE_PARAMETER: carrier["traceparent"]})

    @contextmanager
    def hearing(self, message: ACLMessage, role: Role) -> Iterator[None]:
        """Hear a message as a part of the role's conversation, which it may begin."""
        traced = self._traced.get(role)
        if traced is None:
            carrier = {"traceparent": message.user_defined.get(TRACE_PARAMETER, "")}
            traced = self._begin(role, self._propagator.extract(carrier, context.Context()))
        traced.note("heard", message)
        token = context.attach(trace.set_span_in_context(traced.span))
        try:
            yield
        finally:
            context.detach(token)

    def ended(self, role: Role) -> None:
        """End the span of a conversation."""
        traced = self._traced.pop(role, None)
        if traced is None:
            return
        span, states = traced.span, sorted(set(role.states.values()))
        span.set_attribute("fipa.performatives", traced.performatives)
        span.set_attribute("fipa.outcome", ", ".join(states))
        act = _act(role)
        if act is not None:
            span.set_attribute("fipa.action", act.wire_name)
        if traced.last in _FAILURES or _ERRORS & set(states) or not set(states) <= role.machine.finals:
            span.set_status(trace.StatusCode.ERROR, ", ".join(states))
        span.end()

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Make a span, whose children the conversations are that begin within."""
        with self._tracer.start_as_current_span(name):
            yield

    def _begin(self, role: Role, within: context.Context) -> _Traced:
        begins = isinstance(role, Initiator)
        span = self._tracer.start_span(
            role.protocol,
            context=within,
            kind=trace.SpanKind.CLIENT if begins else trace.SpanKind.SERVER,
            attributes={
                "fipa.protocol": role.protocol,
                "fipa.conversation_id": role.id,
                "fipa.role": role.machine.role,
                "fipa.agent": role.conversations.transport.identifier.name,
            },
        )
        traced = self._traced[role] = _Traced(span)
        return traced


def _act(role: Role) -> AgentAction | None:
    """Return the action that a conversation is about."""
    if isinstance(role, Participant):
        return next((element.act for element in role.about if isinstance(element, Action)), None)
    act = getattr(role, "act", None)
    return act if isinstance(act, AgentAction) else None
