from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from behaviours.outcomes import Failed, NotUnderstood, Refused
from behaviours.request import PROTOCOL, RequestParticipant, ServiceRequest, request
from behaviours.services import Job, Service, Services
from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative
from ontology.assistant import Calculate, Calculation
from ontology.expressions import Unauthorised, UnrecognisedValue
from tests.xmpp.server.client import PlainClient
from tests.xmpp.society import Log, Society, soon
from xmpp import stanza as codec
from xmpp.connection import Connection
from xmpp.endpoint import Endpoint

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ACT = Calculate(expression="1+1")


async def everybody(_: AgentIdentifier) -> bool:
    return True


async def nobody(_: AgentIdentifier) -> bool:
    return False


async def two(act: Calculate, _: Job) -> Calculation:
    return Calculation(expression=act.expression, value="2", exact=True)


def serving(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint serve requests for sums."""
    endpoint.conversations.serve(PROTOCOL, partial(ServiceRequest, Services((Service(Calculate, two),))))
    return endpoint


def noting(endpoint: Endpoint) -> Log[ACLMessage]:
    """Note the messages that begin conversations at an endpoint."""
    heard: Log[ACLMessage] = Log()

    class Noting(RequestParticipant):
        def handle_request(self, message: ACLMessage) -> None:
            heard.append(message)

    endpoint.conversations.serve(PROTOCOL, Noting)
    return heard


def acl(sender: AgentIdentifier, receiver: AgentIdentifier, **more: Any) -> ACLMessage:
    parameters: dict[str, Any] = {
        "performative": Performative.REQUEST,
        "protocol": PROTOCOL,
        "language": "json",
        "ontology": "parley-assistant",
        "content": "[]",
        "conversation_id": "c1",
        "reply_with": "r1",
    }
    return ACLMessage(sender=sender, receivers=(receiver,), **(parameters | more))


def send(connection: Connection | PlainClient, message: ACLMessage, *, claim: str | None = None) -> None:
    """Send an ACL message by hand."""
    stanza = codec.text(message, to=message.receivers[0].name, stanza_id=connection.new_id())
    connection.send(stanza if claim is None else stanza.replace("<message", f"<message from='{claim}'", 1))


def send_form(connection: Connection | PlainClient, to: AgentIdentifier, **fields: str) -> None:
    """Send a form of any fields."""
    outgoing = connection.make_message(mto=to.name, mbody="x", mtype="chat")
    form = ET.SubElement(outgoing.xml, "{jabber:x:data}x", {"type": "form"})
    ET.SubElement(form, "{jabber:x:data}title").text = codec.TITLE
    for name, value in fields.items():
        entry = ET.SubElement(form, "{jabber:x:data}field", {"var": name.replace("_", "-"), "type": "text-single"})
        ET.SubElement(entry, "{jabber:x:data}value").text = value
    outgoing.send()


async def test_a_request_crosses_the_wire(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = serving(await society.endpoint("bob", everybody))
    assert await request(ann.conversations, bob.identifier, ACT, timeout=5) == Calculation(
        expression="1+1", value="2", exact=True
    )


async def test_a_message_to_an_agent_that_is_away_fails_at_once(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    away = society.agent("away")
    await society.account(away.name)
    for absent in (away, society.agent("unheard-of")):
        with pytest.raises(Failed, match="cannot be reached at the moment") as caught:
            async with asyncio.timeout(30):
                await request(ann.conversations, absent, ACT, timeout=3600)
        assert caught.value.agent == absent


async def test_without_a_connection_nothing_is_sent(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    await ann.connection.close()
    with pytest.raises(ConnectionError):
        ann.send(acl(ann.identifier, society.agent("bob")))


async def test_what_has_no_receivers_is_not_sent(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    message = acl(ann.identifier, society.agent("bob"))
    with pytest.raises(InvalidMessage, match="at least one receiver"):
        ann.send(replace(message, receivers=()))


async def test_a_stranger_is_refused_and_logged_once(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    bob = serving(await society.endpoint("bob", nobody))
    person = await society.client(society.person("eve"))
    me = AgentIdentifier(name=person.boundjid.bare)
    with caplog.at_level(logging.WARNING, "xmpp"):
        for number in range(3):
            send(person, acl(me, bob.identifier, conversation_id=f"c{number}"))
            answer = codec.read(await person.received())
            assert answer.performative is Performative.REFUSE
            assert answer.conversation_id == f"c{number}"
            (reason,) = bob.content.decode(answer)
            assert isinstance(reason, Unauthorised)
    logged = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert len(logged) == 1
    assert me.name in logged[0]


async def test_answers_of_strangers_are_dropped_without_a_word(society: Society) -> None:
    bob = await society.endpoint("bob", nobody)
    person = await society.client(society.person("eve"))
    me = AgentIdentifier(name=person.boundjid.bare)
    for performative in (Performative.INFORM, Performative.REFUSE, Performative.NOT_UNDERSTOOD, Performative.CANCEL):
        send(person, acl(me, bob.identifier, performative=performative))
    send(person, acl(me, bob.identifier, conversation_id="last"))
    assert codec.read(await person.received()).conversation_id == "last"


async def test_an_account_of_the_agents_host_must_be_known_to_the_ams(society: Society) -> None:
    known = {society.agent("ann").name}
    bob = serving(await society.endpoint("bob", lambda agent: _in(agent, known)))
    ann = await society.endpoint("ann", everybody)
    eve = await society.endpoint("eve", everybody)
    assert await request(ann.conversations, bob.identifier, ACT, timeout=5)
    with pytest.raises(Refused, match="agents of this platform") as caught:
        await request(eve.conversations, bob.identifier, ACT, timeout=5)
    assert isinstance(caught.value.reason, Unauthorised)


async def _in(agent: AgentIdentifier, names: set[str]) -> bool:
    return agent.name in names


async def test_a_forged_sender_is_not_believed(society: Society) -> None:
    bob = await society.endpoint("bob", everybody)
    heard = noting(bob)
    eve = await society.connection(await society.account(society.agent("eve").name))
    boss = society.agent("boss")
    send(eve, acl(boss, bob.identifier, conversation_id="forged"), claim=boss.name)
    send(eve, acl(boss, bob.identifier, conversation_id="honest"))
    await heard.until(lambda messages: any(message.conversation_id == "honest" for message in messages))
    assert {message.sender for message in heard} == {society.agent("eve")}


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"conversation_id": "c1"}, "performative"),
        ({"performative": "shout", "conversation_id": "c1"}, "performative"),
        ({"performative": "request", "reply_by": "soon", "conversation_id": "c1"}, "reply-by"),
        ({"performative": "request", "receiver": "[", "conversation_id": "c1"}, "receiver"),
    ],
)
async def test_what_is_malformed_is_not_understood(society: Society, fields: dict[str, str], parameter: str) -> None:
    bob = serving(await society.endpoint("bob", everybody))
    eve = await society.client(society.agent("eve").name)
    send_form(eve, bob.identifier, **fields)
    answer = codec.read(await eve.received())
    assert (answer.performative, answer.conversation_id) == (Performative.NOT_UNDERSTOOD, "c1")
    (reason,) = bob.content.decode(answer)
    assert isinstance(reason, UnrecognisedValue)
    assert reason.parameter == parameter
    ann = await society.endpoint("ann", everybody)
    assert await request(ann.conversations, bob.identifier, ACT, timeout=5), "the agent lives"


async def test_not_understood_is_never_answered(society: Society) -> None:
    bob = await society.endpoint("bob", everybody)
    eve = await society.client(society.agent("eve").name)
    send_form(eve, bob.identifier, performative="Not-Understood", reply_by="soon")
    send_form(eve, bob.identifier, performative="inform", reply_by="soon", conversation_id="last")
    assert codec.read(await eve.received()).conversation_id == "last"


async def test_questions_in_sl_are_answered_in_sl(society: Society) -> None:
    bob = serving(await society.endpoint("bob", everybody))
    eve = await society.client(society.agent("eve").name)
    asked = f'(action (agent-identifier :name {bob.identifier}) (calculate :expression "1+1"))'
    message = acl(AgentIdentifier(name=eve.boundjid.bare), bob.identifier, content=f"({asked})", language="fipa-sl0")
    send(eve, message)
    answer = codec.read(await eve.received())
    assert (answer.performative, answer.language) == (Performative.INFORM, "fipa-sl0")
    assert answer.content == f'((result {asked} (calculation :expression "1+1" :value "2" :exact true)))'


async def test_contents_that_cannot_be_read_are_not_understood(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = serving(await society.endpoint("bob", everybody))
    eve = await society.client(society.agent("eve").name)
    me = AgentIdentifier(name=eve.boundjid.bare)
    cases: tuple[dict[str, Any], ...] = (
        {"content": "not json"},
        {"language": "fipa-sl"},
        {"language": "klingon"},
        {"language": None},
        {"ontology": "astrology"},
        {"ontology": None},
        {"protocol": "fipa-tango"},
        {"protocol": None},
        {"content": ""},
        {"content": None},
    )
    for number, wrong in enumerate(cases):
        send(eve, acl(me, bob.identifier, conversation_id=f"c{number}", **wrong))
        answer = codec.read(await eve.received())
        assert (answer.performative, answer.conversation_id) == (Performative.NOT_UNDERSTOOD, f"c{number}"), wrong
        assert answer.language == ("fipa-sl" if wrong.get("language") == "fipa-sl" else "json"), wrong
    assert await request(ann.conversations, bob.identifier, ACT, timeout=5)


async def test_the_asker_learns_that_it_was_not_understood(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = await society.endpoint("bob", everybody)
    with pytest.raises(NotUnderstood, match="fipa-request"):
        await request(ann.conversations, bob.identifier, ACT, timeout=5)


async def test_messages_stay_in_order_while_the_ams_is_asked(society: Society) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(_: AgentIdentifier) -> bool:
        asked.set()
        await answer.wait()
        return True

    bob = await society.endpoint("bob", slow)
    heard = noting(bob)
    ann = await society.endpoint("ann", everybody)
    for number in range(20):
        ann.send(acl(ann.identifier, bob.identifier, conversation_id=str(number)))
    await soon(asked.wait())
    await ann.connection.synchronise()
    assert heard == []
    answer.set()
    for number in range(20, 40):
        ann.send(acl(ann.identifier, bob.identifier, conversation_id=str(number)))
    assert [message.conversation_id for message in await heard.of_length(40)] == [str(n) for n in range(40)]


async def test_one_sender_in_doubt_does_not_hold_up_another(society: Society) -> None:
    doubtful = society.agent("doubtful").name

    async def ask(agent: AgentIdentifier) -> bool:
        if agent.name == doubtful:
            await asyncio.Event().wait()
        return True

    bob = await society.endpoint("bob", ask)
    heard = noting(bob)
    slow = await society.endpoint("doubtful", everybody)
    ann = await society.endpoint("ann", everybody)
    slow.send(acl(slow.identifier, bob.identifier))
    await slow.connection.synchronise()
    ann.send(acl(ann.identifier, bob.identifier))
    assert (await heard.of_length(1))[0].sender == ann.identifier


async def test_an_ams_that_breaks_admits_nobody(society: Society) -> None:
    async def broken(_: AgentIdentifier) -> bool:
        raise RuntimeError("the AMS has gone")

    bob = serving(await society.endpoint("bob", broken))
    ann = await society.endpoint("ann", everybody)
    with pytest.raises(Refused):
        await request(ann.conversations, bob.identifier, ACT, timeout=5)


async def test_closing_while_the_ams_is_asked_leaves_nothing(
    society: Society, caplog: pytest.LogCaptureFixture
) -> None:
    asked = asyncio.Event()

    async def endless(_: AgentIdentifier) -> bool:
        asked.set()
        await asyncio.Event().wait()
        return True

    ann = await society.endpoint("ann", everybody)
    before = asyncio.all_tasks()
    bob = await society.endpoint("bob", endless)
    ann.send(acl(ann.identifier, bob.identifier))
    await soon(asked.wait())
    with caplog.at_level(logging.WARNING, "xmpp"):
        await bob.close()
    for _ in range(20):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
    assert [record for record in caplog.records if record.name.startswith("xmpp")] == []


async def test_ordinary_chat_is_not_answered(society: Society) -> None:
    bob = serving(await society.endpoint("bob", everybody))
    person = await society.client(society.person("ann"))
    person.say(bob.identifier.name, "hello, agent")
    send(person, acl(AgentIdentifier(name=person.boundjid.bare), bob.identifier, conversation_id="last"))
    assert codec.read(await person.received()).conversation_id == "last"


async def test_each_receiver_gets_the_message(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    others = [await society.endpoint(name, everybody) for name in ("bob", "cat")]
    heard = [noting(other) for other in others]
    message = acl(ann.identifier, others[0].identifier)
    both = tuple(other.identifier for other in others)
    ann.send(ACLMessage(**{name: getattr(message, name) for name in message.__slots__} | {"receivers": both}))
    for log in heard:
        assert (await log.of_length(1))[0].receivers == both
