"""A language model that says what a test scripts, without a server, and keeps what it was asked."""

from collections.abc import AsyncGenerator, Sequence

from pydantic import BaseModel

from planning.llm.model import Completion, Message, Tool
from planning.llm.parsing import parse


class ScriptedModel:
    """Answers with the next of ``answers``; an exception among them is raised."""

    def __init__(self, *answers: str | Exception, finished: bool = True) -> None:
        self.asked: list[tuple[Message, ...]] = []
        self._answers = list(answers)
        self._finished = finished

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int | None = None,
    ) -> Completion:
        self.asked.append(tuple(messages))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        value = parse(answer, schema) if schema is not None else None
        return Completion(text=answer, value=value, finished=self._finished)

    async def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> AsyncGenerator[str, None]:
        yield (await self.complete(messages, max_tokens=max_tokens)).text

    async def aclose(self) -> None:
        """There is nothing to close."""
