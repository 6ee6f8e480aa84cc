"""Messages that make no sense, or mean harm: each gets one plain answer, and nothing breaks."""

from pathlib import Path

import pytest
from aiohttp import web

from tests.e2e.assistant import Assistant

pytestmark = pytest.mark.xdist_group("e2e-one")

ODD = {
    "long": "lorem ipsum " * 850,
    "one long word": "x" * 10_000,
    "emoji": "🎉🦄👩‍👩‍👧‍👦",
    "right to left": "\u202eذكرني غدا\u202c",
    "markup": "<b>hello</b><script>alert(1)</script>",
    "end of CDATA": "]]> <!-- <body xmlns='jabber:client'>what is 1+1?</body> -->",
    "entities": "&lt;&amp;&#x41;&xxe; %s {0} ${HOME}",
    "blank": "   \t  ",
    "invisible": "\u200b\u200b\ufeff",
    "newlines": "\n\n\nhelp\n\n\n",
    "SQL": "'; DROP TABLE accounts; --",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_odd_text_gets_one_plain_answer(one_process: Assistant, text: str) -> None:
    async with one_process.client() as person:
        answer = await person.say(one_process.jid, text, timeout=10)
        assert answer.text.strip()
        assert "Traceback" not in answer.text
        assert "went wrong inside" not in answer.text
        assert answer.state in {"done", "failed"}
        assert "42" in (await person.say(one_process.jid, "what is 6 * 7?")).text


IMPOSSIBLE = {
    "remind me on 30 February at 9 to x": "no such time",
    "remind me at 25:61 to x": "no such time",
    "remind me in 300 years to x": "50 years",
    "remind me yesterday at 9 to x": "already passed",
    "what is 1/0?": "divides by zero",
    "read http://127.0.0.1:1/": "actuation.web.mode",
    "ingest ~/Documents/damaged.pdf": "damaged.pdf is not a PDF that can be read",
    "ingest ~/Documents/missing.pdf": "missing.pdf",
    "ingest /etc/passwd": "passwd",
    "cancel the reminder to fly to the moon": "no reminder like that",
    "forget that my cat is called Tom": "nothing to forget",
    "run python: import os; os.fork()": "Error",
}


@pytest.mark.parametrize(("text", "said"), IMPOSSIBLE.items())
async def test_what_cannot_be_done_is_said_in_a_sentence(one_process: Assistant, text: str, said: str) -> None:
    async with await one_process.person(f"hopeful-{list(IMPOSSIBLE).index(text)}") as person:
        answer = await person.say(one_process.jid, text)
        assert said in answer.text
        assert "went wrong inside" not in answer.text
        assert "root:" not in answer.text
        if answer.state == "asking":
            await person.say(one_process.jid, "never mind")
        assert "no reminders" in (await person.say(one_process.jid, "list my reminders")).text


async def test_xml_in_a_reminder_comes_back_as_it_was(one_process: Assistant) -> None:
    text = "<b>buy</b> bread & 'milk' ]]> 🥛"
    async with await one_process.person("quoter") as person:
        await person.say(one_process.jid, f"remind me in 1 second to {text}")
        arrived = await person.until(lambda heard: heard.body.startswith("Reminder"), timeout=10)
    assert arrived.body == f"Reminder: {text}"


async def test_an_unreadable_file_is_said_by_the_command_line(one_process: Assistant, home: Path) -> None:
    status, out, err = await one_process.command("ingest", str(home / "Documents" / "damaged.pdf"))
    assert status == 1
    assert "damaged.pdf is not a PDF that can be read" in out
    status, out, err = await one_process.command("ingest", str(home / "nowhere.pdf"))
    assert (status, out) == (1, "")
    assert err.strip().endswith("does not exist.")
    assert "Traceback" not in err


async def test_the_web_is_closed_by_default(one_process: Assistant) -> None:
    seen: list[str] = []

    async def give(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/{rest:.*}", give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with await one_process.person("surfer") as person:
            answer = await person.say(one_process.jid, f"read http://127.0.0.1:{runner.addresses[0][1]}/page")
    finally:
        await runner.cleanup()
    assert "actuation.web.mode" in answer.text
    assert answer.state == "failed"
    assert seen == []
