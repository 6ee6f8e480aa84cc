"""Files that people send in chat: fetched from the server's upload service (XEP-0363) into a folder.

A link in a message may point anywhere, at this machine's own services too; only links to the place where the server
itself puts uploads are followed.
"""

import os
import re
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import aiohttp

from xmpp.errors import WireError

_SECONDS: Final = 60.0
_PIECE: Final = 64 * 1024


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
        parts = urlsplit(link)
        if f"{parts.scheme}://{parts.netloc}" != await self._origin():
            raise InboxError("I only take files that were sent through our own server, not links to other places.")
        path = self._free_path(unquote(parts.path.rpartition("/")[2]), now)
        temporary = path.with_name(path.name + ".part")
        try:
            await self._download(link, temporary)
            temporary.replace(path)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise InboxError("I could not fetch that file from the server. Please send it again.") from error
        finally:
            temporary.unlink(missing_ok=True)
        return path

    async def _download(self, link: str, path: Path) -> None:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.get(link, ssl=self._tls, allow_redirects=False) as response,
        ):
            response.raise_for_status()
            size = 0
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                async for piece in response.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > self._largest:
                        raise InboxError(f"That file is larger than {self._largest // 2**20} MB, which I do not take.")
                    file.write(piece)

    def _free_path(self, name: str, now: datetime) -> Path:
        safe = re.sub(r"[^\w.\- ]", "_", name).strip(". ")[-120:] or "file"
        folder = self._folder / f"{now:%Y-%m-%d}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / safe
        number = 1
        while path.exists():
            number += 1
            path = folder / f"{Path(safe).stem}-{number}{Path(safe).suffix}"
        return path
