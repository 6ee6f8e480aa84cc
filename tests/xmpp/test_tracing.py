"""Conversations as spans, with OpenTelemetry's own kit: in memory, over Prosody, and to a collector over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from behaviours.contract_net import contract_net
from behaviours.conversations import Conversations
from behaviours.outcomes import DeadlinePassed, Fail, Failed
from behaviours.request import request
from behaviours.services import Job, Service
from behaviours.tracing import TRACE_PARAMETER
from ontology.acl import ACLMessage, Performative
from ontology.assistant import ASSISTANT, Calculate, Calculation, TellTime
from ontology.content import Element
from ontology.expressions import InternalError
from tests.behaviours.network import Network, agent, answer, bids, calculator
from tests.xmpp.society import Society
from xmpp.agent import FipaAgent
from xmpp.telemetry import Telemetry
from xmpp.tracing import ConversationTracer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ACT = Calculate(expression="1+1")
REPORT: Any = ExportTraceServiceRequest  # generated code, of which types know little


@dataclass
class Traces:
    """Finished spans, in memory, and the tracer that makes them."""

    memory: InMemorySpanExporter
    tracer: ConversationTracer

    def roles(self) -> dict[tuple[str, str, str], ReadableSpan]:
        """Return the spans of conversations by agent, role and action."""
        return {
            (attribute(span, "agent"), attribute(span, "role"), attribute(span, "action")): span
            for span in self.memory.get_finished_spans()
            if attribute(span, "role")
        }


def attribute(span: ReadableSpan, name: str) -> Any:
    return (span.attributes or {}).get(f"fipa.{name}", "")


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent is not None else None


def own(span: ReadableSpan) -> int:
    return int(span.context.span_id) if span.context is not None else 0


@pytest.fixture
def traces() -> Traces:
    memory = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    return Traces(memory, ConversationTracer(provider.get_tracer("test")))


def joined(network: Network, traces: Traces, name: str, *services: Service[Any]) -> Conversations:
    """Join an agent whose conversations are traced."""
    conversations = network.join(name, *services)
    conversations.tracer = traces.tracer
    return conversations


async def test_what_one_thing_sets_going_is_one_trace(traces: Traces) -> None:
    """Ann asks bob, who has cy and dee bid; as a person's message goes from dialogue to planner to bidders."""
    network = Network()
    conversations: dict[str, Conversations] = {}

    async def delegate(_: TellTime, __: Job) -> Element | None:
        await asyncio.sleep(0)
        award = await contract_net(
            conversations["bob"], [agent("cy"), agent("dee")], ACT, rank=list, bid_timeout=5, timeout=5
        )
        return award.value

    for name, *services in (
        ("ann",), ("bob", Service(TellTime, delegate)),
        ("cy", calculator(answer("2"), bids(0.9))), ("dee", calculator(answer("2"), bids(0.1))),
    ):  # fmt: skip
        conversations[name] = joined(network, traces, name, *services)
    with traces.tracer.span("turn"):
        await request(conversations["ann"], agent("bob"), TellTime(zone="UTC"), timeout=5)
    await network.settle()
    spans = traces.roles()
    (turn,) = (span for span in traces.memory.get_finished_spans() if span.name == "turn")
    asking, asked = spans["ann", "initiator", "tell-time"], spans["bob", "participant", "tell-time"]
    announcing = spans["bob", "initiator", "calculate"]
    bidders = [span for (name, _, _), span in spans.items() if name in {"cy", "dee"}]
    assert parent(asking) == own(turn)
    assert parent(asked) == own(asking)
    assert parent(announcing) == own(asked)
    assert [parent(bidder) for bidder in bidders] == [own(announcing)] * 2
    assert len({span.context.trace_id for span in traces.memory.get_finished_spans() if span.context}) == 1
    assert (asking.kind, asked.kind) == (SpanKind.CLIENT, SpanKind.SERVER)
    assert attribute(asking, "protocol") == "fipa-request"
    assert attribute(asking, "conversation_id") == attribute(asked, "conversation_id")
    assert attribute(asking, "performatives") == ("said request", "heard inform")
    assert attribute(asking, "outcome") == "done"
    assert attribute(announcing, "performatives")[0] == "said cfp"
    assert attribute(announcing, "outcome") == "done, rejected"
    assert all(span.status.is_ok or span.status.is_unset for span in spans.values())


async def _fail(_: Calculate, __: Job) -> Element | None:
    raise Fail(InternalError(explanation="It broke."))


async def _hang(_: Calculate, __: Job) -> Element | None:
    await asyncio.Event().wait()
    return None


@pytest.mark.parametrize(
    ("perform", "timeout", "raised"), [(_fail, 5, Failed), (_hang, 0.01, DeadlinePassed)], ids=["failure", "deadline"]
)
async def test_what_goes_wrong_is_an_error(
    traces: Traces,
    perform: Callable[[Calculate, Job], Awaitable[Element | None]],
    timeout: float,
    raised: type[Exception],
) -> None:
    network = Network()
    ann = joined(network, traces, "ann")
    joined(network, traces, "bob", calculator(perform))
    with pytest.raises(raised):
        await request(ann, agent("bob"), ACT, timeout=timeout)
    await network.settle()
    spans = traces.roles()
    assert set(spans) == {("ann", "initiator", "calculate"), ("bob", "participant", "calculate")}
    assert attribute(spans["ann", "initiator", "calculate"], "outcome") in {"failed", "cancelled"}
    if raised is Failed:
        assert not any(span.status.is_ok or span.status.is_unset for span in spans.values())


@pytest.mark.parametrize("trace", [None, "", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 100_000])
async def test_a_trace_that_cannot_be_read_begins_a_new_one(traces: Traces, trace: str | None) -> None:
    network = Network()
    bob = joined(network, traces, "bob", calculator(answer("2")))
    spoken = bob.content.encode()
    bob.deliver(
        ACLMessage(
            performative=Performative.REQUEST, sender=agent("ann"), receivers=(agent("bob"),), protocol="fipa-request",
            content=spoken.content, language=spoken.language, ontology=spoken.ontology, conversation_id="c",
            user_defined={} if trace is None else {TRACE_PARAMETER: trace},
        )
    )  # fmt: skip
    await network.settle()
    (span,) = traces.memory.get_finished_spans()
    assert span.parent is None
    assert span.status.description == "refused" or not span.status.is_ok


async def test_an_open_conversation_ends_with_its_agent(traces: Traces) -> None:
    network = Network()
    ann = joined(network, traces, "ann")
    work = asyncio.create_task(request(ann, agent("nobody"), ACT, timeout=60))
    await network.until(lambda: ann.open_count == 1)
    await ann.close()
    with pytest.raises(Exception, match="ended"):
        await work
    assert len(traces.memory.get_finished_spans()) == 1
    assert traces.tracer._traced == {}


async def test_without_a_tracer_nothing_is_added_to_a_message() -> None:
    network = Network()
    ann = network.join("ann")
    network.join("bob", calculator(answer("2")))
    await request(ann, agent("bob"), ACT, timeout=5)
    assert not any(message.user_defined for message in network.sent)


async def test_a_trace_crosses_the_wire(society: Society, traces: Traces) -> None:
    class Traced(FipaAgent):
        def services(self) -> tuple[Service[Any], ...]:
            return (Service(Calculate, _two),)

    await society.found()
    bob, ann = [
        await society.started(
            Traced(
                await society.account(society.agent(name).name),
                society.platform,
                ontologies=(ASSISTANT,),
                tracer=traces.tracer,
            )
        )
        for name in ("bob", "ann")
    ]
    traces.memory.clear()
    with ann.span("turn"):
        await ann.request(bob.identifier, ACT, timeout=5)
    spans = {key: span for key, span in traces.roles().items() if key[2] == "calculate"}
    asking = spans[ann.identifier.name, "initiator", "calculate"]
    asked = spans[bob.identifier.name, "participant", "calculate"]
    assert parent(asked) == own(asking)
    assert bob.recorder is not None
    heard = next(each.message for each in bob.recorder.since(0) if each.message.ontology == "parley-assistant")
    assert asking.context is not None
    assert heard.user_defined[TRACE_PARAMETER][:-2] == f"00-{asking.context.trace_id:032x}-{own(asking):016x}-"


async def _two(act: Calculate, _: Job) -> Calculation:
    return Calculation(expression=act.expression, value="2", exact=True)


async def test_spans_are_sent_to_the_collector_that_is_named() -> None:
    taken: list[str] = []

    async def take(request: web.Request) -> web.Response:
        said = REPORT.FromString(await request.read())
        taken.extend(s.name for r in said.resource_spans for scope in r.scope_spans for s in scope.spans)
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    telemetry = Telemetry(f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces")
    with telemetry.tracer.span("turn"):
        pass
    await telemetry.stop()
    await runner.cleanup()
    assert taken == ["turn"]
