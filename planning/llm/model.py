"""What a language model takes and gives, whoever runs it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolCall(_Value):
    """A tool that the model wants called. ``arguments`` is JSON as the model wrote it: untrusted."""

    id: str
    name: str
    arguments: str


class Message(_Value):
    """One message of a conversation with the model.

    ``tool_calls`` belongs to the assistant's messages, ``tool_call_id`` to a tool's: the call it answers.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


class Tool(_Value):
    """A tool that the model may call; its arguments are those of ``parameters``."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str
    parameters: type[BaseModel]


class Usage(_Value):
    """Tokens that a completion took; 0 where the endpoint does not say."""

    prompt: int = 0
    completion: int = 0


class Completion(_Value):
    """What the model answered.

    ``value`` is the answer read by the schema that was asked for, None where there was none. ``finished`` is
    False where the answer was cut off at the most tokens allowed.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    value: BaseModel | None = None
    finished: bool = True


class LanguageModel(Protocol):
    """A language model."""

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int | None = None,
    ) -> Completion:
        """Return the model's answer.

        Args:
            messages: the conversation so far.
            schema: what the answer must be, as JSON; None for plain text.
            tools: tools that the model may call.
            max_tokens: the most tokens that the answer may have; None: as the settings say.

        Raises:
            LlmUnavailable: there was no answer in time, also after trying again.
            LlmRefused: the endpoint does not take the request.
            LlmInvalid: the answer is empty or not what ``schema`` asks for.
        """
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> AsyncGenerator[str, None]:
        """Return the model's answer in pieces, as they come.

        Raises:
            LlmUnavailable: no answer in time, or it broke off; pieces given before stay given.
            LlmRefused: the endpoint does not take the request.
            LlmInvalid: the answer is longer than was allowed.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...
