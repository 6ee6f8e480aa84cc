"""Messages that agents have said, written one a line: for people, and as JSON for programs."""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from xmpp.sequence_chart import short_names
from xmpp.sightings import Sighting

_WRAPPINGS: Final = ("act", "action", "value")
"""Slots whose value says more than what is around it: the act of an action, the action of what was done."""


def line(sighting: Sighting, *, width: int) -> str:
    """Return one line for people: time, sender -> receivers, performative, protocol, and what the content says.

    Args:
        sighting: the message.
        width: how many characters the line may have; the content is cut to it.
    """
    message = sighting.message
    shown = short_names(sorted({message.sender, *message.receivers}))
    strange = sorted({each.taken for each in sighting.seen.values()} - {"fits", "behaviour"})
    parts = (
        sighting.time.astimezone().strftime("%H:%M:%S.%f")[:-3],
        f"{shown[message.sender]} -> {', '.join(shown[name] for name in message.receivers)}",
        message.performative + "".join(f" ({taken})" for taken in strange),
        (message.protocol or "").removeprefix("fipa-"),
        gist(message.content),
    )
    written = "  ".join(_printable(part) for part in parts if part)
    return written if len(written) <= width else f"{written[: max(0, width - 3)]}..."


def json_object(sighting: Sighting) -> dict[str, JsonValue]:
    """Return a message for programs, with what it was to each agent that saw it."""
    message = sighting.message
    return {
        "time": sighting.time.isoformat(),
        "from": message.sender,
        "to": list(message.receivers),
        "performative": message.performative,
        "protocol": message.protocol,
        "conversation_id": message.conversation_id,
        "reply_with": message.reply_with,
        "in_reply_to": message.in_reply_to,
        "reply_by": None if message.reply_by is None else message.reply_by.isoformat(),
        "language": message.language,
        "ontology": message.ontology,
        "content": message.content,
        "size": message.size,
        "parameters": {each.name: each.value for each in message.parameters},
        "seen": [
            {
                "agent": agent,
                "direction": direction,
                "time": each.seen.isoformat(),
                "role": each.role or None,
                "before": each.before or None,
                "after": each.after or None,
                "taken": each.taken,
            }
            for (agent, direction), each in sighting.seen.items()
        ],
    }


def gist(content: str | None) -> str:
    """Return what a content says, in few words: of JSON the innermost class and its slots, else the text itself."""
    if content is None:
        return ""
    try:
        elements = json.loads(content)
    except (ValueError, RecursionError):
        return content
    if not isinstance(elements, list):
        return content
    return "; ".join(_told(_innermost(element)) for element in elements)


def _innermost(element: JsonValue) -> JsonValue:
    while isinstance(element, Mapping):
        inner = next((element[slot] for slot in reversed(_WRAPPINGS) if isinstance(element.get(slot), Mapping)), None)
        if inner is None:
            break
        element = inner
    return element


def _told(element: JsonValue) -> str:
    if not isinstance(element, Mapping):
        return json.dumps(element, ensure_ascii=False)
    slots = (f"{name}={_value(value)}" for name, value in element.items() if name != "class")
    return " ".join((str(element.get("class", "")), *slots)).strip()


def _value(value: JsonValue) -> str:
    if isinstance(value, Mapping) and value.get("class") == "agent-identifier":
        return str(value.get("name"))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _printable(text: str) -> str:
    """Return a text in one line, without characters that a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))
