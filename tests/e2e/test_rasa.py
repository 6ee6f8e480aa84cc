"""With Rasa: it takes over when it has started, and the rule parser stands in while it is down."""

import asyncio
import json
from collections.abc import Callable, Iterator

import psutil
import pytest

from tests.e2e.assistant import Assistant, eventually, gone, json_lines
from tests.e2e.conftest import write_set

pytestmark = pytest.mark.xdist_group("e2e-rasa")


def takes_over(parley: Assistant) -> bool:
    return "Rasa is ready at" in parley.log


def rasa_of(parley: Assistant) -> psutil.Process:
    """Return the process of Rasa."""
    [found] = [process for process in parley.family() if "serve.py" in process.cmdline()]
    return found


@pytest.fixture(scope="module")
def with_rasa(new_assistant: Callable[[], Assistant], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Give an assistant that has Rasa, which has taken over."""
    parley = new_assistant()
    parley.options = ()
    parley.configure()
    agents = write_set(
        tmp_path_factory.mktemp("sets") / "talking.yaml",
        *({"kind": kind} for kind in ("directory", "dialogue", "planner", "scheduler")),
        {"kind": "knowledge", "name": "memory", "offers": ["remembered-facts", "remember-fact", "forget-fact"]},
        {"kind": "actuator", "name": "hands"},
    )
    parley.start("--set", str(agents))
    asyncio.run(eventually(lambda: takes_over(parley), timeout=100))
    yield parley
    rasa = rasa_of(parley)
    assert parley.stop() < 10
    assert gone(rasa)


async def test_the_status_says_that_it_is_used(with_rasa: Assistant) -> None:
    status, out, err = await with_rasa.command("status", "--json")
    assert status == 0, err
    assert json.loads(out)["nlu"] == "rasa"
    assert with_rasa.runtime["nlu"]["url"].startswith("http://127.0.0.1:")


async def test_it_understands(with_rasa: Assistant) -> None:
    status, out, err = await with_rasa.command("understand", "could you work out 17% of 2340 for me", "--json")
    assert status == 0, err
    [reading] = json_lines(out)
    assert reading["source"] == "rasa"
    assert reading["intent"] == "calculate"
    assert reading["confidence"] > 0.5


TURNS = {
    "what is 17% of 2340?": ("calculate", "397.8"),
    "could you work out 12 times 12": ("calculate", "144"),
    "remember that my sister's name is Mia": ("remember_fact", "Mia"),
    "what is my sister's name?": ("ask_fact", "Mia"),
    "remind me tomorrow at 9 to call John": ("set_reminder", "tomorrow at 9:00: call John"),
    "list my reminders": ("list_reminders", "call John"),
    "cancel the reminder to call John": ("cancel_reminder", "Cancelled: call John"),
    "run print(6 * 7)": ("run_code", "42"),
    "find the markdown files in my documents": ("find_files", "garden.md"),
    "what can you do?": ("help", "remind"),
    "find the markdown files in my documents and remind me tomorrow at 9 to tidy them": ("find_files", "tidy them"),
}


async def test_everyday_messages_are_answered(with_rasa: Assistant) -> None:
    async with await with_rasa.person("talker") as person:
        for text, (intent, said) in TURNS.items():
            answer = await person.say(with_rasa.jid, text)
            assert (text, answer.intent) == (text, intent), answer.text
            assert said in answer.text
            assert answer.state == "done"


async def test_a_form_asks_for_what_is_missing(with_rasa: Assistant) -> None:
    async with await with_rasa.person("former") as former, await with_rasa.person("other") as other:
        asked = await former.say(with_rasa.jid, "remind me to buy milk")
        assert asked.state == "asking"
        assert "When" in asked.text
        assert "144" in (await other.say(with_rasa.jid, "what is 12 * 12?")).text
        between = await former.say(with_rasa.jid, "what is 6 * 7?")
        assert "42" in between.text
        answered = await former.say(with_rasa.jid, "tomorrow at 8")
        assert "tomorrow at 8:00: buy milk" in answered.text

        await former.say(with_rasa.jid, "remind me to sing")
        assert (await former.say(with_rasa.jid, "never mind")).state == "done"
        listed = (await former.say(with_rasa.jid, "list my reminders")).text
        assert "sing" not in listed
        assert "milk" in listed


async def test_a_reminder_is_delivered(with_rasa: Assistant) -> None:
    async with await with_rasa.person("sleeper") as person:
        await person.say(with_rasa.jid, "remind me in 2 seconds to stretch")
        arrived = await person.until(lambda heard: heard.body.startswith("Reminder"), timeout=10)
        assert arrived.body == "Reminder: stretch"


async def test_what_is_out_of_scope_is_said_to_be(with_rasa: Assistant) -> None:
    async with await with_rasa.person("rambler") as person:
        answer = await person.say(with_rasa.jid, "xyzzy plugh frotz")
        assert "help" in answer.text
        assert answer.state in {"done", "failed"}


@pytest.mark.timeout(240)
async def test_the_rule_parser_stands_in_while_rasa_is_down(with_rasa: Assistant) -> None:
    rasa = rasa_of(with_rasa)
    starts = with_rasa.log.count("Rasa is ready at")
    async with await with_rasa.person("stoic") as person:
        assert (await person.say(with_rasa.jid, "remind me to buy bread")).state == "asking"
        rasa.kill()
        answer = await person.say(with_rasa.jid, "what is 17% of 2340?")
        assert "397.8" in answer.text
        assert (await person.say(with_rasa.jid, "remind me tomorrow at 9 to call John")).state in {"done", "asking"}
        await person.say(with_rasa.jid, "never mind")
        assert "144" in (await person.say(with_rasa.jid, "what is 12 * 12?")).text
        status, out, err = await with_rasa.command("status", "--json")
        assert status == 0, err
        if with_rasa.log.count("Rasa is ready at") == starts:
            assert json.loads(out)["nlu"] == "rules"

        await eventually(lambda: with_rasa.log.count("Rasa is ready at") > starts, timeout=120)
        assert "397.8" in (await person.say(with_rasa.jid, "what is 17% of 2340?")).text
        status, out, err = await with_rasa.command("status", "--json")
        assert json.loads(out)["nlu"] == "rasa"
