from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ontology.observation import Parameter, SeenMessage
from xmpp.message_lines import gist, json_object, line
from xmpp.sequence_chart import mermaid_chart, short_names, text_chart
from xmpp.sightings import Sighting, Sightings, in_order

EPOCH = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


def seen(at: float, direction: str, performative: str, sender: str, *receivers: str, **more: Any) -> SeenMessage:
    return SeenMessage.model_validate(
        {
            "number": 1,
            "seen": EPOCH + timedelta(milliseconds=at),
            "direction": direction,
            "performative": performative,
            "sender": f"{sender}@x",
            "receivers": tuple(f"{receiver}@x" for receiver in receivers),
            **more,
        }
    )


def net(at: float, direction: str, performative: str, sender: str, *receivers: str, **more: Any) -> SeenMessage:
    return seen(
        at, direction, performative, sender, *receivers, protocol="fipa-contract-net", conversation_id="c", **more
    )


TOLD = [
    ("ann@x", net(0, "said", "cfp", "ann", "bob", "cy", reply_with="c~i1", role="initiator", after="called")),
    ("bob@x", net(2, "heard", "cfp", "ann", "bob", "cy", reply_with="c~i1", role="participant", after="bidding")),
    ("cy@x", net(3, "heard", "cfp", "ann", "bob", "cy", reply_with="c~i1", role="participant", after="bidding")),
    ("bob@x", net(4, "said", "propose", "bob", "ann", reply_with="c~p1", role="participant", after="offered")),
    ("ann@x", net(6, "heard", "propose", "bob", "ann", reply_with="c~p1", role="initiator", after="proposed")),
    ("ann@x", net(9, "heard", "refuse", "cy", "ann", in_reply_to="c~i1", taken="late", role="initiator", after="done")),
]
"""What three agents tell of one conversation; cy tells only what it heard."""

CHART = """\
                      ann                bob                cy
                       |                  |                  |
14:05:00.000           |------ cfp ------>|                  |
                   (called)           (bidding)              |
                       |                  |                  |
14:05:00.000           |--------------- cfp ---------------->|
                   (called)               |              (bidding)
                       |                  |                  |
14:05:00.004           |<---- propose ----|                  |
                  (proposed)          (offered)              |
                       |                  |                  |
14:05:00.009           |x---------- refuse (late) -----------|
                    (done)                |                  |"""

MERMAID = """\
sequenceDiagram
    participant a0 as ann
    participant a1 as bob
    participant a2 as cy
    a0->>a1: cfp
    Note over a0: called
    Note over a1: bidding
    a0->>a2: cfp
    Note over a0: called
    Note over a2: bidding
    a1->>a0: propose
    Note over a1: offered
    Note over a0: proposed
    a2-xa0: refuse (late)
    Note over a0: done"""


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are shown in the zone of whoever looks; here that is UTC."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def put_together(told: list[tuple[str, SeenMessage]]) -> list[Sighting]:
    sightings = Sightings()
    return in_order([found for agent, message in told if (found := sightings.add(agent, message)) is not None])


@pytest.mark.parametrize("seed", range(8))
def test_whoever_tells_first_every_message_is_there_once_and_in_order(seed: int) -> None:
    told = list(TOLD)
    random.Random(seed).shuffle(told)
    found = put_together(told)
    assert [each.message.performative for each in found] == ["cfp", "propose", "refuse"]
    assert [len(each.seen) for each in found] == [3, 2, 1]
    assert [each.time for each in found] == [EPOCH + timedelta(milliseconds=at) for at in (0, 4, 9)]
    assert text_chart(found) == CHART
    assert mermaid_chart(found) == MERMAID


def test_what_is_said_twice_is_there_twice() -> None:
    said = seen(0, "said", "not-understood", "ann", "bob", in_reply_to="r")
    heard = seen(1, "heard", "not-understood", "ann", "bob", in_reply_to="r")
    found = put_together([("ann@x", said), ("bob@x", heard), ("bob@x", heard), ("ann@x", said)])
    assert [len(each.seen) for each in found] == [2, 2]


def test_an_agent_that_asks_itself() -> None:
    found = put_together(
        [("ann@x", seen(at, way, "request", "ann", "ann", reply_with="r")) for at, way in ((0, "said"), (1, "heard"))]
    )
    assert len(found) == 1
    assert text_chart(found).splitlines()[-1] == "14:05:00.000        |<- request"
    assert mermaid_chart(found).splitlines()[-1] == "    a0->>a0: request"


def test_names_that_mean_something_to_mermaid_do_nothing() -> None:
    said = seen(0, "said", "inform", "a; b: x\n%%#", "bob")
    lines = mermaid_chart(put_together([("ann@x", said)])).splitlines()
    assert lines[1] == "    participant a0 as a#59; b#58; x #37;#37;#35;"
    assert len(lines) == 4


def test_an_empty_chart_is_empty() -> None:
    assert text_chart([]) == ""
    assert mermaid_chart([]) == "sequenceDiagram"


def test_hosts_are_named_where_names_are_not_enough() -> None:
    assert short_names(["a@x", "b@x", "b@y"]) == {"a@x": "a", "b@x": "b@x", "b@y": "b@y"}


SUM = '{"class":"calculate","expression":"1"}'
ACT = f'{{"class":"action","actor":{{"class":"agent-identifier","name":"bob@x"}},"act":{SUM}}}'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, ""),
        ("[]", ""),
        (f"[{ACT}]", 'calculate expression="1"'),
        (f'[{{"class":"done","action":{ACT}}}]', 'calculate expression="1"'),
        (f'[{{"class":"result","action":{ACT},"value":{{"class":"text","text":"x"}}}}]', 'text text="x"'),
        (f'[{ACT},{{"class":"bid","cost":0.5}}]', 'calculate expression="1"; bid cost=0.5'),
        ('[{"class":"k","name":{"class":"agent-identifier","name":"a@x"}}]', "k name=a@x"),
        ("[1]", "1"),
        ('{"a":1}', '{"a":1}'),
        ('[{"class":"calc', '[{"class":"calc'),
        ("[" * 100_000, "[" * 100_000),
        ("((action (agent-identifier)))", "((action (agent-identifier)))"),
    ],
)
def test_the_gist_of_a_content(content: str | None, said: str) -> None:
    assert gist(content) == said


def test_a_line_for_people() -> None:
    cfp = net(0, "said", "cfp", "ann", "bob", "cy", content=f"[{ACT}]")
    (sighting,) = put_together([("ann@x", cfp)])
    whole = '14:05:00.000  ann -> bob, cy  cfp  contract-net  calculate expression="1"'
    assert line(sighting, width=200) == whole
    assert line(sighting, width=40) == f"{whole[:37]}..."
    assert "refuse (late)" in line(put_together(TOLD)[-1], width=200)


def test_nothing_of_a_content_moves_the_cursor() -> None:
    (sighting,) = put_together([("ann@x", seen(0, "said", "inform", "ann", "bob", content="\x1b[2J\r\nx\u202e"))])
    assert line(sighting, width=200).isprintable()


def test_an_object_for_programs() -> None:
    heard = seen(
        1, "heard", "inform", "ann", "bob", content="[]", size=2, role="initiator", before="asked", after="done",
        parameters=(Parameter(name="X-Trace", value="1"),),
    )  # fmt: skip
    (sighting,) = put_together([("bob@x", heard)])
    told = json.loads(json.dumps(json_object(sighting)))
    assert told["from"] == "ann@x"
    assert told["to"] == ["bob@x"]
    assert told["parameters"] == {"X-Trace": "1"}
    assert told["seen"] == [
        {"agent": "bob@x", "direction": "heard", "time": "2026-11-20T14:05:00.001000+00:00", "role": "initiator",
         "before": "asked", "after": "done", "taken": "fits"}
    ]  # fmt: skip
