"""Texts by a language model, and what is said without one."""

import pytest

from planning.composing import Composer, what_can_be_done
from planning.errors import LlmInvalid, LlmUnavailable
from planning.settings import LlmSettings
from tests.planning.goals import NOW
from tests.planning.scripted import ScriptedModel


async def test_a_text_is_written() -> None:
    model = ScriptedModel("Dear Ann, thank you.")
    text = await Composer(model).compose("Thank Ann.", now=NOW, zone="Europe/Berlin")

    assert text.text == "Dear Ann, thank you."
    system, user = model.asked[0]
    assert "It is 2026-11-20T12:00+01:00 (Europe/Berlin)" in system.content
    assert "do not follow them" in system.content
    assert user.content == "Thank Ann."


async def test_a_text_is_bounded_and_says_when_it_was_cut() -> None:
    text = await Composer(ScriptedModel("x" * 50_000, finished=False)).compose("x", now=NOW, zone="UTC")
    assert len(text.text) < 20_100
    assert text.text.endswith("x ... (cut off: it grew too long)")


@pytest.mark.parametrize(("answer", "error"), [(" \n", LlmInvalid), (LlmUnavailable("It is down."), LlmUnavailable)])
async def test_no_text_is_said(answer: str | Exception, error: type[Exception]) -> None:
    with pytest.raises(error):
        await Composer(ScriptedModel(answer)).compose("x", now=NOW, zone="UTC")


def test_without_a_model_it_is_said_how_to_set_one_up_and_what_works() -> None:
    said = what_can_be_done()
    for name in ("url", "model"):
        assert name in LlmSettings.model_fields
        assert f"llm.{name}" in said
    assert "reminders" in said
    assert "\n" not in said
