"""A person's client that knows when each message arrived, and which of them came unasked."""

import asyncio
import time
from typing import Any

from tests.e2e.client import Client, Heard


class Talker(Client):
    """A client of one person on one device.

    Attributes:
        unasked: what arrived unasked and was not yet looked at: when, and the message.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.unasked: list[tuple[float, Heard]] = []

    def _message(self, stanza: Any) -> None:
        super()._message(stanza)
        heard = self.heard[-1]
        if heard.turn is None and heard.body:
            self.unasked.append((time.time(), heard))

    async def __aexit__(self, *details: object) -> None:
        await super().__aexit__(*details)
        sending = self.xmpp._run_out_filters  # noqa: SLF001 - slixmpp ends it too late, and the loop complains
        if sending is not None:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
