"""Files that people send in chat: fetched from the server's upload service (XEP-0363) into a folder.

A link in a message may point anywhere, at this machine's own services too; only links to the place where the server
itself puts uploads are followed.
"""

import os
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import aiohttp

from xmpp.errors import WireError

_SECONDS: Final = 60.0
_PIECE: Final = 64 * 1024
_LONGEST_NAME: Final = 50
"""Characters of a name that are kept: file systems take 255 bytes, and a character may take four of them."""
_ELSEWHERE: Final = "I only take files that were sent through our own server, not links to other places."


class InboxError(WireError):
    """A file could not be taken; the text says why, to the person who sent it."""


class Inbox:
    """Takes files.

    Args:
        folder: where to put them; each gets a subfolder by the day it came.
        tls: verifies the server.
        origin: returns scheme and authority of the server's uploads, such as ``http://127.0.0.1:5280``.
        largest: the largest file taken, in bytes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tls: ssl.SSLContext,
        origin: Callable[[], Awaitable[str]],
        largest: int = 64 * 1024 * 1024,
    ) -> None:
        self._folder = folder
        self._tls = tls
        self._origin = origin
        self._largest = largest

    async def fetch(self, link: str, *, now: datetime) -> Path:
        """Fetch a file and return where it is.

        Raises:
            InboxError: the link is not the server's, the file is too large, or it can't be fetched.
        """
        try:
            parts = urlsplit(link)
        except ValueError:
            raise InboxError(_ELSEWHERE) from None
        if f"{parts.scheme}://{parts.netloc}" != await self._origin():
            raise InboxError(_ELSEWHERE)
        folder = self._folder / f"{now:%Y-%m-%d}"
        temporary = folder / f".{uuid4().hex}.part"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            await self._download(link, temporary)
            return _named(temporary, unquote(parts.path.rpartition("/")[2]))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise InboxError("I could not fetch that file from the server. Please send it again.") from error
        finally:
            with suppress(OSError):
                temporary.unlink()

    async def _download(self, link: str, path: Path) -> None:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.get(link, ssl=self._tls, allow_redirects=False) as response,
        ):
            if response.status != HTTPStatus.OK:  # a redirect, too: it could lead anywhere
                raise aiohttp.ClientError(f"status {response.status}")
            size = 0
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                async for piece in response.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > self._largest:
                        raise InboxError(f"That file is larger than {self._largest // 2**20} MB, which I do not take.")
                    file.write(piece)


def _named(file: Path, name: str) -> Path:
    """Give a file its name, with a number where another has it already; never take another's place."""
    safe = re.sub(r"[^\w.\- ]", "_", name)[-_LONGEST_NAME:].strip(". ") or "file"
    path = file.with_name(safe)
    number = 1
    while True:
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
            path = file.with_name(f"{Path(safe).stem}-{number}{Path(safe).suffix}")
        else:
            return file.replace(path)
