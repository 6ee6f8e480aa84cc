"""Invitations for agents of another process or host: a one-time account, and a file that holds what joining takes."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from xmpp.address import Account
from xmpp.errors import AccountError, InviteError
from xmpp.server.account_book import Credentials
from xmpp.server.certificate import Certificate
from xmpp.server.files import write_private
from xmpp.server.jids import bare, split
from xmpp.server.server import Server, ServerAddress

_PREFIX = "join-"


class JoinFile(BaseModel):
    """What an invited process needs. Whoever has it can join, once, until it is over: it is a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(description="Where to connect.")
    port: int = Field(description="The port for clients.")
    domain: str = Field(description="The host part of people's addresses.")
    agents_domain: str = Field(description="The host part of agents' addresses.")
    certificate: str | None = Field(description="The server's certificate (PEM); None: the system's authorities.")
    jid: str = Field(description="The one-time account.")
    password: str = Field(repr=False, description="Its password.")
    expires: AwareDatetime = Field(description="Until when it can be used (ISO 8601).")

    @property
    def address(self) -> ServerAddress:
        """Where to connect, and what to trust."""
        return ServerAddress(
            host=self.host,
            port=self.port,
            domain=self.domain,
            agents_domain=self.agents_domain,
            public_host=self.host,
            certificate=None if self.certificate is None else Certificate(pem=self.certificate),
        )

    @property
    def account(self) -> Account:
        """The one-time account."""
        return Account(jid=self.jid, password=self.password)

    def write(self, path: Path) -> None:
        """Write it to `path`, readable by its owner alone.

        Raises:
            InviteError: The file can't be written.
        """
        try:
            write_private(path, self.model_dump_json(indent=1).encode())
        except OSError as wrong:
            raise InviteError(f"The invitation can't be written to {path} ({wrong.strerror}).") from wrong

    @classmethod
    def read(cls, path: Path, *, now: dt.datetime) -> JoinFile:
        """Read an invitation.

        Args:
            path: The file that `invite` wrote.
            now: The present time, with a zone.

        Raises:
            InviteError: The file is missing, no invitation, or over.
        """
        try:
            invitation = cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            # Without its cause: a validation error would quote the password.
            raise InviteError(f"{path} is no invitation: make one with `invite` on the first machine.") from None
        if invitation.expires <= now:
            raise InviteError(f"The invitation in {path} is over: make a new one with `invite`.")
        return invitation


class Invites:
    """The invitations of a platform: made, redeemed once, removed when they are over."""

    def __init__(self, server: Server, *, now: Callable[[], dt.datetime]) -> None:
        """Invite to `server`.

        Args:
            server: The platform's own server.
            now: The clock; its times have a zone.
        """
        self._server = server
        self._now = now
        self._redeemed: set[str] = set()

    async def invite(self, hours: float = 24.0) -> JoinFile:
        """Make a one-time account that is good for `hours`, and return what to hand over.

        Raises:
            InviteError: `hours` is not more than 0.
            AccountError: The server refused the account.
        """
        if hours <= 0:
            raise InviteError("An invitation must last for some time: give a number of hours above 0.")
        await self.remove_expired()
        address = self._server.address
        expires = self._now() + dt.timedelta(hours=hours)
        jid = f"{_PREFIX}{secrets.token_hex(8)}@{address.agents_domain}"
        made = await self._server.accounts.create(jid, expires=expires)
        return JoinFile(
            host=address.public_host,
            port=address.port,
            domain=address.domain,
            agents_domain=address.agents_domain,
            certificate=None if address.certificate is None else address.certificate.pem,
            jid=made.jid,
            password=made.password,
            expires=expires,
        )

    async def redeem(self, jid: str, agents: Sequence[str]) -> tuple[Credentials, ...]:
        """Use up the invitation of `jid`: make accounts for the agents it brings.

        The one-time account stays until `remove`, so that the answer can still reach it, but it is
        good for nothing else.

        Args:
            jid: The one-time account, as the server stamped it on the request.
            agents: The addresses that the agents shall have; none may exist yet.

        Raises:
            InviteError: It is unknown, used, or over.
            AccountError: An agent's address is taken, malformed, or of another host.
        """
        address = bare(jid)
        kept = await self._server.accounts.credentials(address)
        if kept is None or kept.expires is None or address in self._redeemed:
            raise InviteError("This invitation is unknown or was used before: ask for a new one.")
        if kept.expires <= self._now():
            raise InviteError("This invitation is over: ask for a new one.")
        domain = self._server.address.agents_domain
        names = tuple(dict.fromkeys(bare(agent) for agent in agents))
        for name in names:
            if split(name)[1] != domain:
                raise AccountError(f"{name} is no agent's address: it must end in @{domain}.")
            if await self._server.accounts.exists(name):
                raise AccountError(f"The account {name} exists already: choose another name.")
        self._redeemed.add(address)
        return await self._server.accounts.ensure(names)

    async def remove(self, jid: str) -> None:
        """Take the invitation of `jid` back; its session ends. Nothing happens if there is none."""
        address = bare(jid)
        kept = await self._server.accounts.credentials(address)
        if kept is not None and kept.expires is not None and await self._server.accounts.exists(address):
            await self._server.accounts.remove(address)
        self._redeemed.discard(address)

    async def remove_expired(self) -> tuple[str, ...]:
        """Take back every invitation that is over or used up, and return their addresses."""
        now = self._now()
        over = tuple(
            entry.jid
            for entry in await self._server.accounts.remembered()
            if entry.expires is not None and (entry.expires <= now or entry.jid in self._redeemed)
        )
        for jid in over:
            await self.remove(jid)
        return over
