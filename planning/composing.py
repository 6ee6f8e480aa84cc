"""Texts written by a language model, and what to say where there is none."""

from datetime import datetime

from ontology.assistant.results import Text
from planning.errors import LlmInvalid
from planning.llm.model import LanguageModel, Message
from planning.prompts import prompt

_LONGEST = 20_000


class Composer:
    """Writes texts with a language model.

    Args:
        model: the language model.
        max_tokens: tokens that a text may have at most.
    """

    def __init__(self, model: LanguageModel, *, max_tokens: int = 1500) -> None:
        self._model = model
        self._max_tokens = max_tokens

    async def compose(self, instruction: str, *, now: datetime, zone: str) -> Text:
        """Return the text that ``instruction`` asks for.

        Args:
            instruction: what to write. Parts between ``<result>`` marks are material and not obeyed.
            now: the person's time.
            zone: the IANA name of their zone.

        Raises:
            LlmUnavailable: the model does not answer.
            LlmRefused: the endpoint does not take the request.
            LlmInvalid: the answer is empty.
        """
        when = f"{now.isoformat(timespec='minutes')} ({zone})"
        messages = (
            Message(role="system", content=prompt("compose", now=when)),
            Message(role="user", content=instruction),
        )
        completion = await self._model.complete(messages, max_tokens=self._max_tokens)
        text = completion.text[:_LONGEST].strip()
        if not text:
            raise LlmInvalid("it is empty.")
        return Text(text=text if completion.finished else f"{text} ... (cut off: it grew too long)")


def what_can_be_done() -> str:
    """Return what to tell a person whose open question there is no language model for."""
    return (
        "Open questions need a language model, and none is set up. Set llm.url and llm.model in the configuration "
        "to any OpenAI-compatible endpoint, for example Ollama on this machine "
        "(llm.url: http://127.0.0.1:11434/v1). Without one I can set, list and cancel reminders, remember what "
        "you tell me, answer questions from your documents, calculate, run Python code, find files, read the "
        "screen or a web page, and tell the time."
    )
