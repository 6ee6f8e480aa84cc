"""How a request and its answer travel to and from the reading process: JSON, a length before it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from knowledge import errors
from knowledge.errors import DocumentError, DocumentUnreadableError
from knowledge.readers.model import Document
from knowledge.settings import ReadingLimits

LENGTH_BYTES = 8


class Request(BaseModel):
    """Read that file."""

    model_config = ConfigDict(frozen=True)

    path: Path
    limits: ReadingLimits


class Success(BaseModel):
    """It was read."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["success"] = "success"
    document: Document


class Failure(BaseModel):
    """It could not be read."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["failure"] = "failure"
    error: str
    message: str
    path: Path

    @classmethod
    def of(cls, error: DocumentError) -> "Failure":
        """Make a failure of `error`."""
        return cls(error=type(error).__name__, message=str(error), path=error.path)

    def exception(self) -> DocumentError:
        """Make the error again, of the same type."""
        found = getattr(errors, self.error, DocumentUnreadableError)
        if not (isinstance(found, type) and issubclass(found, DocumentError)):
            found = DocumentUnreadableError
        return found(self.message, path=self.path)


ANSWER: TypeAdapter[Success | Failure] = TypeAdapter(Annotated[Success | Failure, Field(discriminator="kind")])


def frame(message: BaseModel) -> bytes:
    """Give the message's bytes with their length before them."""
    body = message.model_dump_json().encode()
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
