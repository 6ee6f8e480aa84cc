"""Rasa's custom actions, served by the assistant's own process (the action protocol of Rasa 3: one POST an action).

Three kinds of action come here. ``action_goal`` says that a wish is complete: its reading is kept for whoever waits
for the turn, and the answer goes back at once, because Rasa holds the conversation's lock meanwhile. ``action_drop``
says that the person left a form. ``validate_..._form`` asks whether what the person answered fills a slot.
"""

import hmac
import logging
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlu.form_answers import FORMS, judge
from nlu.rasa_readings import Parsed, reading_of
from nlu.readings import Intent, Reading

logger = logging.getLogger(__name__)

_LARGEST: Final = 2 * 1024 * 1024
_SENDERS: Final = 10_000


class Tracker(BaseModel):
    """The part of Rasa's tracker that the actions look at."""

    model_config = ConfigDict(extra="ignore")

    sender_id: str = Field(min_length=1)
    slots: Mapping[str, Any] = Field(default_factory=dict)
    latest_message: Parsed
    events: tuple[Mapping[str, Any], ...] = ()


class ActionCall(BaseModel):
    """One call of an action."""

    model_config = ConfigDict(extra="ignore")

    next_action: str
    tracker: Tracker


class ActionServer:
    """Serves the actions, on loopback unless told otherwise.

    Args:
        token: what callers must show as bearer token.
        host: address to listen on.
        port: port to listen on; 0: a free one.
    """

    def __init__(self, *, token: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self._token = token.encode()
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._readings: dict[str, list[Reading]] = {}

    @property
    def url(self) -> str:
        """Where the actions are; known once started."""
        return f"http://{self._host}:{self._port}/actions"

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post("/actions", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop serving."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def take(self, sender: str) -> tuple[Reading, ...]:
        """Return the readings that the actions have left for a sender, and forget them."""
        return tuple(self._readings.pop(sender, ()))

    async def _handle(self, request: web.Request) -> web.Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), self._token):
            return web.json_response({"error": "The bearer token is missing or wrong."}, status=401)
        try:
            call = ActionCall.model_validate_json(await request.read())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return web.json_response({"error": f"This is no call of an action: {place}: {first['msg']}"}, status=400)
        name = call.next_action
        if name == "action_goal":
            self._keep(call.tracker)
            return web.json_response({"events": _emptied(), "responses": []})
        if name == "action_drop":
            return web.json_response({"events": _emptied(), "responses": [{"response": "utter_dropped"}]})
        form = name.removeprefix("validate_")
        if name.startswith("validate_") and form in FORMS:
            return self._validate(form, call.tracker)
        return web.json_response({"error": f"There is no action {name}.", "action_name": name}, status=404)

    def _keep(self, tracker: Tracker) -> None:
        if len(self._readings) > _SENDERS:
            self._readings.clear()
        intent = _form_intent(tracker)
        filled = {name: str(value) for name, value in tracker.slots.items() if isinstance(value, str) and value}
        reading = reading_of(tracker.latest_message, intent=intent, filled=filled if intent else None)
        self._readings.setdefault(tracker.sender_id, []).append(reading)

    def _validate(self, form: str, tracker: Tracker) -> web.Response:
        offered = _offered(form, tracker)
        requested = tracker.slots.get("requested_slot")
        verdict = judge(
            FORMS[form], tracker.latest_message, offered, requested=requested if isinstance(requested, str) else None
        )
        events = [{"event": "slot", "name": slot, "value": value} for slot, value in verdict.slots.items()]
        responses = [{"response": verdict.say}] if verdict.say else []
        return web.json_response({"events": events, "responses": responses})


def _form_intent(tracker: Tracker) -> Intent | None:
    """Return the intent of the form that led here, if one did in this turn."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return None
        if event.get("event") == "action" and event.get("name") in FORMS:
            return FORMS[str(event["name"])]
    return None


def _offered(form: str, tracker: Tracker) -> dict[str, str]:
    """Return the slots that Rasa has filled from the message, which stand behind the form's last run."""
    offered: dict[str, str] = {}
    for event in reversed(tracker.events):
        if event.get("event") == "action" and event.get("name") == form:
            break
        if event.get("event") == "slot" and isinstance(event.get("value"), str):
            offered.setdefault(str(event.get("name")), str(event["value"]))
    return offered


def _emptied() -> list[dict[str, object]]:
    slots = ("what", "when", "which", "fact", "path", "expression", "code", "url")
    return [{"event": "slot", "name": slot, "value": None} for slot in slots]
