"""Prosody's accounts: through its admin socket while it runs, through prosodyctl while it does not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from xmpp.errors import AccountError, ServerError
from xmpp.server.account_book import Credentials
from xmpp.server.admin_socket import AdminReply, is_answering, run_admin
from xmpp.server.jids import split
from xmpp.server.lua import quote
from xmpp.server.prosody_config import ProsodyFiles

_ESCAPED = re.compile(r"%([0-9a-f]{2})")


class ProsodyAccounts:
    """An `AccountStore` for the Prosody whose files are given.

    While the server runs, all accounts of one call go through its private socket in one connection
    (1.5 ms each), and a removed account's sessions end. Otherwise each takes one run of prosodyctl
    (50 ms), which reads the password from its standard input, never from its arguments.
    """

    def __init__(self, *, files: ProsodyFiles, prosodyctl: str = "prosodyctl", timeout: float = 10.0) -> None:
        """Work on the server that keeps its data in `files`.

        Args:
            files: Where the server keeps what it has; its configuration must have been written.
            prosodyctl: Prosody's control program.
            timeout: Seconds that one step may take.
        """
        self._files = files
        self._prosodyctl = prosodyctl
        self._timeout = timeout

    async def create(self, accounts: Sequence[Credentials]) -> None:
        """Create all of `accounts`, or set the password of those that exist."""
        existing = {name for domain in {split(a.jid)[1] for a in accounts} for name in await self.names(domain)}
        if await is_answering(self._files.admin_socket):
            await self._shell(
                [
                    f"user:{'password' if a.jid in existing else 'create'}({quote(a.jid)}, {quote(a.password)})"
                    for a in accounts
                ]
            )
            return
        for account in accounts:
            command = "passwd" if account.jid in existing else "adduser"
            await self._control(command, account.jid, stdin=f"{account.password}\n{account.password}\n")

    async def remove(self, jids: Sequence[str]) -> None:
        """Remove `jids`; those that do not exist are passed over."""
        if await is_answering(self._files.admin_socket):
            await self._shell([f"user:delete({quote(jid)})" for jid in jids], ignore="No such user")
            return
        for jid in jids:
            if jid in await self.names(split(jid)[1]):
                await self._control("deluser", jid)

    async def names(self, domain: str) -> tuple[str, ...]:
        """Return the addresses of all accounts of `domain`, from the files that hold them."""
        folder = self._files.data / _encode(domain) / "accounts"
        return await asyncio.to_thread(
            lambda: tuple(sorted(f"{_decode(file.stem)}@{domain}" for file in folder.glob("*.dat")))
        )

    async def _shell(self, commands: Sequence[str], *, ignore: str | None = None) -> None:
        try:
            replies = await run_admin(self._files.admin_socket, commands, timeout=self._timeout)
        except ServerError as wrong:
            raise AccountError(str(wrong)) from wrong
        refused: list[AdminReply] = [reply for reply in replies if not reply.ok and reply.text != ignore]
        if refused:
            raise AccountError(f"The XMPP server refused the account: {refused[0].text}.")

    async def _control(self, command: str, jid: str, *, stdin: str = "") -> None:
        process = None
        try:
            async with asyncio.timeout(self._timeout):
                process = await asyncio.create_subprocess_exec(
                    self._prosodyctl,
                    *("--config", str(self._files.config), command, jid),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.STDOUT,
                    start_new_session=True,  # away from the terminal, so that the password is read from stdin
                )
                output, _ = await process.communicate(stdin.encode())
        except TimeoutError as wrong:
            raise AccountError(f"prosodyctl did not finish in {self._timeout:g} s: try again.") from wrong
        except OSError as wrong:
            raise AccountError("prosodyctl can't be run: install the Debian package prosody.") from wrong
        finally:
            if process is not None and process.returncode is None:
                process.kill()
        if process.returncode != 0:
            last = output.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
            raise AccountError(f"The XMPP server refused the account {jid}: {last[0]}")


def _encode(name: str) -> str:
    """Return `name` as Prosody names its files: all bytes but ASCII letters and digits as %xx."""
    return "".join(c if c.isascii() and c.isalnum() else "".join(f"%{b:02x}" for b in c.encode()) for c in name)


def _decode(stem: str) -> str:
    raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), stem)
    return raw.encode("latin-1").decode("utf-8", errors="replace")
