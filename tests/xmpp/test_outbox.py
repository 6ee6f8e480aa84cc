from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from xmpp.outbox import PATIENCE, RETURN, Letter, Outbox, OutboxFullError, Receipts
from xmpp.receipts import Numbered
from xmpp.seen import Seen, Verdict

BOB = "bob@agents.localhost"
START = datetime(2026, 11, 20, tzinfo=UTC)


class Time:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000)


def message(text: str = "", *, reply_by: datetime | None = None) -> ACLMessage:
    return ACLMessage(
        performative=Performative.INFORM,
        sender=AgentIdentifier(name="ann@agents.localhost"),
        receivers=(AgentIdentifier(name=BOB),),
        content=text,
        reply_by=reply_by,
    )


def outbox(time: Time, **more: int) -> Outbox:
    return Outbox(clock=time.monotonic, now=time.now, **more)


def posted(box: Outbox, *texts: str, to: str = BOB) -> None:
    for text in texts:
        box.post(to, message(text))


def sent(box: Outbox, to: str = BOB) -> list[tuple[int, int]]:
    """Send what is ready; return the numbers, each with the one it comes after."""
    return [(n.number, n.after) for _, n in box.ready(to) if n is not None]


def test_letters_are_numbered_once_and_sent_once() -> None:
    box = outbox(Time())
    posted(box, "a", "b")
    posted(box, "c", to="cat@agents.localhost")
    assert sent(box) == [(1, 0), (2, 1)]
    assert sent(box) == []
    assert sent(box, "cat@agents.localhost") == [(3, 0)]
    posted(box, "d")
    assert sent(box) == [(4, 2)]


def test_what_was_acknowledged_is_gone_and_the_rest_is_sent_again_in_a_new_session() -> None:
    box = outbox(Time())
    posted(box, "a", "b", "c")
    ids = [letter.id for letter, _ in box.ready(BOB)]
    box.acknowledge(BOB, 1, missing=False)
    box.session_is_new(lost=True)
    again = box.ready(BOB)
    assert [letter.id for letter, _ in again] == ids[1:]
    assert [n for _, n in again] == [Numbered(box.epoch, 2, 0), Numbered(box.epoch, 3, 2)]
    box.acknowledge(BOB, 3, missing=False)
    assert len(box) == 0
    assert not box.waiting(BOB)


def test_a_resumed_session_sends_only_what_neither_the_server_has_nor_slixmpp_sends_again() -> None:
    box = outbox(Time())
    posted(box, "a", "b", "c", "d")
    first, second, *_ = [letter for letter, _ in box.ready(BOB)]
    box.server_took(first.id)
    box.session_goes_on({second.id})
    assert sent(box) == [(3, 2), (4, 3)]


def test_what_is_missing_is_sent_again() -> None:
    box = outbox(Time())
    posted(box, "a", "b", "c")
    sent(box)
    box.acknowledge(BOB, 1, missing=True)
    assert sent(box) == [(2, 0), (3, 2)]


def test_to_those_who_send_no_receipts_the_servers_word_is_enough() -> None:
    box = outbox(Time())
    posted(box, "a", "b")
    first, second = [letter for letter, _ in box.ready(BOB)]
    box.server_took(first.id)
    assert len(box) == 2
    box.learn(BOB, numbers=False)
    assert len(box) == 1
    box.server_took(second.id)
    assert len(box) == 0
    given_up = box.returned(first.id, absent=True)
    assert given_up is not None
    assert given_up.content == "a"
    posted(box, "c")
    assert [n for _, n in box.ready(BOB)] == [None]


def test_what_comes_back_from_somebody_never_heard_of_is_given_up_at_once() -> None:
    box = outbox(Time())
    posted(box, "a")
    ((letter, _),) = box.ready(BOB)
    given_up = box.returned(letter.id, absent=True)
    assert given_up is letter.message
    assert len(box) == 0
    assert box.returned(letter.id, absent=True) is None


@pytest.mark.parametrize(("heard", "lost", "patience"), [(True, False, PATIENCE), (False, True, RETURN)])
def test_who_may_come_back_is_tried_again_for_a_while(heard: bool, lost: bool, patience: float) -> None:
    time = Time()
    box = outbox(time)
    if heard:
        box.learn(BOB, numbers=True)
    posted(box, "a", "b")
    sent(box)
    box.session_is_new(lost=lost)
    began = time.seconds
    while True:
        letters = [letter for letter, _ in box.ready(BOB)]
        results = [box.returned(letter.id, absent=True) for letter in letters]
        if letters and results[0] is not None:
            break
        assert sent(box) == [], "it pauses"
        time.seconds += 0.5
    assert patience <= time.seconds - began <= patience + 1


def test_what_is_wrong_with_the_letter_itself_is_not_tried_again() -> None:
    box = outbox(Time())
    box.learn(BOB, numbers=True)
    posted(box, "a")
    ((letter, _),) = box.ready(BOB)
    assert box.returned(letter.id, absent=False) is letter.message


def test_silence_is_met_by_sending_again_and_in_the_end_by_giving_up() -> None:
    time = Time()
    box = outbox(time)
    box.learn(BOB, numbers=True)
    posted(box, "a")
    times = 0
    lapsed: list[Letter] = []
    while not lapsed:
        times += len(sent(box))
        time.seconds += 1
        lapsed = box.lapsed(online=True)
    assert times == 6
    assert 120 < time.seconds - 1000 < 600
    assert len(box) == 0


def test_while_there_is_no_session_silence_says_nothing() -> None:
    time = Time()
    box = outbox(time)
    box.learn(BOB, numbers=True)
    posted(box, "a")
    sent(box)
    time.seconds += 10_000
    assert box.lapsed(online=False) == []
    assert len(box) == 1


def test_who_never_says_a_word_is_forgotten_without_one() -> None:
    time = Time()
    box = outbox(time)
    posted(box, "a")
    ((letter, _),) = box.ready(BOB)
    box.server_took(letter.id)
    time.seconds += 61
    assert box.lapsed(online=True) == []
    assert len(box) == 0


@pytest.mark.parametrize("send", [True, False])
def test_a_letter_whose_time_is_over_is_given_up_and_holds_up_nobody(send: bool) -> None:
    time = Time()
    box = outbox(time)
    box.post(BOB, message("a", reply_by=time.now() + timedelta(seconds=5)))
    posted(box, "b")
    if send:
        assert sent(box) == [(1, 0), (2, 1)]
    assert box.lapsed(online=False) == []
    time.seconds += 5
    assert [letter.message.content for letter in box.lapsed(online=False)] == ["a"]
    box.acknowledge(BOB, 0, missing=True)
    assert sent(box) == [(2, 0)]


@pytest.mark.parametrize(("limits", "texts"), [({"messages": 2}, ["", "", ""]), ({"size": 4000}, ["x" * 1500] * 2)])
def test_it_is_bounded(limits: dict[str, int], texts: list[str]) -> None:
    box = outbox(Time(), **limits)
    posted(box, *texts[:-1])
    with pytest.raises(OutboxFullError, match="not taken"):
        posted(box, texts[-1])
    sent(box)
    box.acknowledge(BOB, 100, missing=False)
    posted(box, texts[-1])


def test_a_peer_that_begins_to_number_is_believed() -> None:
    box = outbox(Time())
    box.learn(BOB, numbers=False)
    box.learn(BOB, numbers=True)
    assert box.receipts(BOB) is Receipts.SENT


class Link(RuleBasedStateMachine):
    """An outbox and a receiver, with a network in between that loses, repeats and returns what it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.box = outbox(self.time)
        self.seen = Seen()
        self.under_way: deque[tuple[str, Numbered, str]] = deque()
        self.posted: list[str] = []
        self.given_up: set[str] = set()
        self.arrived: list[str] = []

    @rule()
    def post(self) -> None:
        self.posted.append(str(len(self.posted)))
        posted(self.box, self.posted[-1])
        self.send()

    @rule()
    def send(self) -> None:
        for letter, numbered in self.box.ready(BOB):
            assert numbered is not None
            self.under_way.append((letter.id, numbered, letter.message.content or ""))

    @rule(repeat=st.booleans())
    def arrive(self, *, repeat: bool) -> None:
        if self.under_way:
            _, numbered, text = self.under_way[0]
            if not repeat:
                self.under_way.popleft()
            if self.seen.judge("ann", "ann/agent", numbered) is Verdict.TAKE:
                self.arrived.append(text)

    @rule()
    def answer(self) -> None:
        taken = self.seen.receipt("ann")
        if taken is not None:
            self.box.acknowledge(BOB, taken.number, missing=taken.missing)

    @rule()
    def lose_receipt(self) -> None:
        self.seen.receipt("ann")

    @rule()
    def restart_the_server(self) -> None:
        self.under_way.clear()
        self.box.session_is_new(lost=True)

    @rule()
    def return_one(self) -> None:
        if self.under_way:
            stanza_id, _, text = self.under_way.popleft()
            if self.box.returned(stanza_id, absent=True) is not None:
                self.given_up.add(text)

    @rule(seconds=st.sampled_from([0.5, 5, 20]))
    def wait(self, seconds: float) -> None:
        self.time.seconds += seconds
        for letter in self.box.lapsed(online=True):
            self.given_up.add(letter.message.content or "")

    @invariant()
    def each_once_and_in_order(self) -> None:
        assert self.arrived == sorted(set(self.arrived), key=int)

    def teardown(self) -> None:
        """In the end, when the network works, everything has arrived of which nobody was told that it will not."""
        for _ in range(10):
            self.time.seconds += 1
            self.box.acknowledge(BOB, 0, missing=True)
            self.send()
            while self.under_way:
                self.arrive(repeat=False)
            self.answer()
        assert len(self.box) == 0
        assert set(self.posted) <= set(self.arrived) | self.given_up
        self.each_once_and_in_order()


TestLink = Link.TestCase
TestLink.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
