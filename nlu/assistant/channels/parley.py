"""The channel by which the assistant's own process talks to Rasa: one POST a message, guarded by a token."""

import asyncio
import hmac
import logging
from typing import Any, Awaitable, Callable, Dict, Optional, Text

from action_results import check_schema_once
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)


class ParleyInput(InputChannel):
    """POST /webhooks/parley/webhook with ``{"sender", "message", "metadata"}`` and a bearer token.

    Answers with the list of the bot's messages, 401 without the right token, 400 for what is no such message,
    and 500 when Rasa failed on it.

    Args:
        token: what the Authorization header must carry. Never empty.
    """

    def __init__(self, token: Text) -> None:
        if not token:
            raise ValueError("The channel has no token; set PARLEY_CHANNEL_TOKEN.")
        self._token = token.encode()

    @classmethod
    def name(cls) -> Text:
        """Return the name in the address of the channel."""
        return "parley"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "ParleyInput":
        """Make the channel from its entry in credentials.yml; Rasa does so once, when it starts."""
        check_schema_once()
        return cls(str((credentials or {}).get("token") or ""))

    def _allowed(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        # Compared in constant time, and as bytes: compare_digest takes no text outside ASCII.
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes of the channel."""
        webhook = Blueprint("parley_webhook", __name__)

        @webhook.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._allowed(request):
                return response.json({"error": "The bearer token is missing or wrong."}, status=401)
            try:
                body = request.json
            except Exception:  # whatever sanic raises for a body that is no JSON
                body = None
            sender, text = (body.get("sender"), body.get("message")) if isinstance(body, dict) else (None, None)
            metadata = body.get("metadata") if isinstance(body, dict) else None
            if not (isinstance(sender, str) and sender and isinstance(text, str) and text.strip()):
                return response.json({"error": "Send a JSON object with texts sender and message."}, status=400)
            if metadata is not None and not isinstance(metadata, dict):
                return response.json({"error": "The metadata must be a JSON object."}, status=400)
            collector = CollectingOutputChannel()
            message = UserMessage(text, collector, sender, input_channel=self.name(), metadata=metadata)
            try:
                await on_new_message(message)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                # The type alone: the text of an error may quote what the person said.
                logger.error(  # noqa: TRY400
                    "A message was not understood: %s", type(error).__name__
                )
                return response.json({"error": "Rasa failed on this message."}, status=500)
            return response.json(collector.messages)

        return webhook
