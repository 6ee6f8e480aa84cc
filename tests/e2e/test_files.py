"""Files sent in chat, as clients send them: uploaded to the server (XEP-0363), then named by a link (XEP-0066)."""

import asyncio
import time
from pathlib import Path

import pytest
from aiohttp import web

from tests.e2e.assistant import Assistant
from tests.knowledge.pdfs import pdf

pytestmark = pytest.mark.xdist_group("e2e-one")


async def test_a_file_sent_in_chat_is_read_and_asked_about(one_process: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "boiler manual.pdf"
    file.write_bytes(pdf([["The boiler needs 1.8 bar of pressure.", "Bleed the radiators every autumn."]]))
    async with await one_process.person("sender") as person:
        link = await person.upload(file, "application/pdf")
        began = time.monotonic()
        answer = await person.answer_to(person.send_link(one_process.jid, link), since=began)
        assert "boiler manual.pdf" in answer.text
        assert (answer.intent, answer.state) == ("ingest", "done")
        asked = await person.say(one_process.jid, "what do my documents say about the pressure of the boiler?")
        assert "1.8 bar" in asked.text
        assert "boiler manual.pdf" in asked.text
        assert asked.sources[0].title == "boiler manual.pdf"
    kept = Path(asked.sources[0].location)
    assert kept.is_relative_to(one_process.data / "inbox")
    assert await asyncio.to_thread(kept.read_bytes) == file.read_bytes()


async def test_a_file_that_cannot_be_read_is_said_to_be(one_process: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "noise.pdf"
    file.write_bytes(b"%PDF-1.7\n\x00\x01\x02 broken")
    async with await one_process.person("noisy") as person:
        link = await person.upload(file, "application/pdf")
        answer = await person.answer_to(person.send_link(one_process.jid, link), since=time.monotonic())
        assert "noise.pdf is not a PDF that can be read" in answer.text


async def test_a_link_to_elsewhere_is_not_followed(one_process: Assistant) -> None:
    """A link could lead to services of this machine that trust whoever comes from it."""
    asked: list[str] = []

    async def give(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(text="secret")

    app = web.Application()
    app.router.add_get("/{rest:.*}", give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with await one_process.person("lurer") as person:
            port = runner.addresses[0][1]
            sent = person.send_link(one_process.jid, f"http://127.0.0.1:{port}/admin/notes.txt")
            answer = await person.answer_to(sent, since=time.monotonic())
        assert "our own server" in answer.text
        assert answer.state == "failed"
        assert asked == []
    finally:
        await runner.cleanup()
