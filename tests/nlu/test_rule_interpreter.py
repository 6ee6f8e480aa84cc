import asyncio
from datetime import datetime
from typing import Any

import pytest

from nlu.readings import Intent, Interpreter, Reader, Turn
from nlu.rule_interpreter import RuleInterpreter
from nlu.rules import RuleReader
from tests.nlu.support import BERLIN, NOW, table

CONVERSATIONS: list[dict[str, Any]] = table("conversations.yaml")["conversations"]


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def _turn(interpreter: RuleInterpreter, text: str, *, person: str = "ann@x", now: datetime = NOW) -> Turn:
    return await interpreter.turn(person, text, now=now, zone=BERLIN)


def test_the_contract_is_kept() -> None:
    reader: Reader = RuleReader()
    interpreter: Interpreter = RuleInterpreter()
    assert reader
    assert interpreter


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each["name"])
async def test_table(conversation: dict[str, Any]) -> None:
    interpreter = RuleInterpreter()
    now = NOW
    if "now" in conversation:
        now = datetime.fromisoformat(conversation["now"]).replace(tzinfo=BERLIN)
    for expected in conversation["turns"]:
        turn = await _turn(interpreter, expected["you"], now=now)
        done = [{str(reading.intent): dict(reading.slots)} for reading in turn.readings]
        assert done == expected.get("do", []), expected
        assert expected.get("say", "") in " ".join(turn.say), expected
        assert turn.asking is expected.get("asks", False), expected
        assert not turn.asking or turn.say
        assert all(not reading.missing() for reading in turn.readings)
        if "due" in expected:
            value = turn.readings[-1].times[0].value
            assert value is not None
            assert value.isoformat() == expected["due"], expected


async def test_what_is_only_talk_has_its_intent() -> None:
    interpreter = RuleInterpreter()
    for text, intent in (
        ("hello", Intent.GREET),
        ("blargh", Intent.OUT_OF_SCOPE),
        ("remind me", Intent.SET_REMINDER),
        ("help", Intent.HELP),
        ("never mind", Intent.STOP),
        ("what is 2+2", None),
    ):
        assert (await _turn(interpreter, text)).intent is intent, text


async def test_a_choice_leaves_no_candidates() -> None:
    interpreter = RuleInterpreter()
    early = NOW.replace(hour=6)
    await _turn(interpreter, "remind me at 7 to dance", now=early)
    turn = await _turn(interpreter, "the second", now=early)
    (found,) = turn.readings[0].times
    assert found.value == NOW.replace(hour=19)
    assert found.candidates == ()


async def test_people_do_not_mix() -> None:
    interpreter = RuleInterpreter()
    await _turn(interpreter, "remind me to call Ann", person="a@x")
    await _turn(interpreter, "remind me to call Bob", person="b@x")
    turn = await _turn(interpreter, "at 5", person="a@x")
    assert turn.readings[0].slots["what"] == "call Ann"


async def test_messages_of_one_person_are_taken_in_order() -> None:
    interpreter = RuleInterpreter()
    turns = await asyncio.gather(
        *(_turn(interpreter, text) for text in ("remind me", "call Ann", "at 5", "what is 2+2"))
    )
    assert [turn.asking for turn in turns] == [True, True, False, False]
    assert [reading.intent for turn in turns for reading in turn.readings] == [Intent.SET_REMINDER, Intent.CALCULATE]


async def test_a_question_expires() -> None:
    clock = Clock()
    interpreter = RuleInterpreter(clock=clock, expiry_s=60)
    await _turn(interpreter, "remind me to call Ann")
    clock.seconds = 59
    assert (await _turn(interpreter, "help")).asking
    clock.seconds = 59 + 61
    turn = await _turn(interpreter, "at 5")
    assert turn.readings == ()
    assert not turn.asking


async def test_the_longest_silent_are_forgotten_first() -> None:
    interpreter = RuleInterpreter(most_people=2)
    for person in ("a@x", "b@x", "c@x"):
        await _turn(interpreter, "remind me to run", person=person)
    assert not (await _turn(interpreter, "at 5", person="a@x")).readings
    assert (await _turn(interpreter, "at 5", person="c@x")).readings


async def test_forget() -> None:
    interpreter = RuleInterpreter()
    await _turn(interpreter, "remind me to run")
    await interpreter.forget("ann@x")
    await interpreter.forget("nobody@x")
    assert not (await _turn(interpreter, "at 5")).readings


@pytest.mark.parametrize("text", ["", "\x00", "x" * 10_000, "🎉" * 500, "<body>&amp;</body>", "and then and then"])
async def test_anything_may_be_typed(text: str) -> None:
    interpreter = RuleInterpreter()
    await _turn(interpreter, text)
    await _turn(interpreter, "remind me")
    turn = await _turn(interpreter, text)
    assert turn.say or turn.readings
