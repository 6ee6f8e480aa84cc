"""From the settings to the server they name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from xmpp.errors import ServerMissingError
from xmpp.server.external import ExternalXmpp
from xmpp.server.fallback import Fallback
from xmpp.server.prosody import Prosody, find_prosody, utc_now
from xmpp.server.server import EventListener, Server
from xmpp.server.settings import XmppSettings


def make_server(
    settings: XmppSettings,
    *,
    folder: Path,
    on_event: EventListener | None = None,
    now: Callable[[], dt.datetime] = utc_now,
) -> Server:
    """Return the server that `settings` name, not started yet.

    Its address and accounts can be used at once. `weaknesses` says what to tell the person.

    Args:
        settings: What the person set.
        folder: The server's data folder (made 0700), as `DATA/xmpp`.
        on_event: Called in the event loop when a started server died by itself, failed to start
            again, or serves again.
        now: The clock.

    Raises:
        ServerMissingError: The server asked for is not installed.
        ServerError: The data folder's contents can't be read, no port is free, or the settings ask
            for what that server can't do.
    """
    if settings.server == "external":
        return ExternalXmpp(settings, folder=folder)
    if settings.server == "prosody" or (settings.server == "auto" and find_prosody() is not None):
        if find_prosody() is None:
            raise ServerMissingError(
                "Prosody is not installed: install the Debian package prosody, or set `xmpp.server` to 'auto'."
            )
        return Prosody(settings, folder=folder, on_event=on_event, now=now)
    return Fallback(settings, folder=folder, on_event=on_event, now=now)
