"""A client on slixmpp alone that sends every message back: the limit of what a turn over the server can be."""

import asyncio
import ssl
from typing import Any

from slixmpp import ClientXMPP

from bench.peers.orders import read_order


async def main() -> None:
    """Echo until the process is ended."""
    order = read_order()
    login = order.logins[0]
    context = ssl.create_default_context(cafile=order.certificate)
    client = ClientXMPP(login.jid, login.password, ssl_context=context)
    client.enable_direct_tls = False
    client.use_aiodns = False

    def begin(_: Any) -> None:
        client.send_presence()
        print("ready", flush=True)

    def echo(message: Any) -> None:
        client.send_message(mto=message["from"], mbody=message["body"], mtype="chat")

    client.add_event_handler("session_start", begin)
    client.add_event_handler("message", echo)
    client.connect("127.0.0.1", order.port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
