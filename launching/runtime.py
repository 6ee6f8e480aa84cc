"""``runtime.json``: where the running assistant is, for programs that want to talk to it."""

import os
from pathlib import Path
from typing import Self

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from launching.errors import NotRunningError
from xmpp.server.child import find_process


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class XmppRuntime(_Part):
    """The XMPP server, and the assistant's address on it."""

    host: str
    port: int
    domain: str
    assistant: str


class HttpRuntime(_Part):
    """The HTTP side of the dialogue agent: Rasa's actions come here."""

    url: str | None = None


class NluRuntime(_Part):
    """Where Rasa answers; None where it is not used."""

    url: str | None = None


class WebRuntime(_Part):
    """The pages about the agents, where they are served; who knows the token may open them."""

    url: str
    token: str = Field(repr=False)
    link: str = Field(repr=False)


class UserRuntime(_Part):
    """The account of the person whose data folder this is."""

    jid: str
    password: str = Field(repr=False)


class Runtime(_Part):
    """A running assistant. ``pid`` is the Python process, ``started`` when it did (in seconds since 1970)."""

    pid: int
    started: float = Field(default_factory=lambda: psutil.Process().create_time())
    xmpp: XmppRuntime
    http: HttpRuntime
    nlu: NluRuntime
    web: WebRuntime | None = None
    user: UserRuntime

    def write(self, path: Path) -> None:
        """Write the file at once and whole, readable by the person alone."""
        temporary = path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2, exclude=None if self.web else {"web"}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what the file says.

        Raises:
            NotRunningError: there is none, or the process it names is gone.
        """
        try:
            runtime = cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise NotRunningError(
                f"No assistant is running on {path.parent}: start it with `launcher.py up`."
            ) from error
        if find_process(runtime.pid, runtime.started) is None:
            raise NotRunningError(
                f"The assistant on {path.parent} has ended without a word: start it again with `launcher.py up`."
            )
        return runtime
