"""What a program reads of a turn: an extension element on the assistant's chat messages.

A turn is a person's message and everything that the assistant says to it. Clients that do not know the element
ignore it, as RFC 6121 asks of them::

    <turn xmlns="urn:parley:turn:0" of="m1" intent="set_reminder" task="4f1c" state="done" end="true">
      <source title="notes.pdf" location="/home/ann/notes.pdf" page="3"/>
    </turn>
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from xml.etree import ElementTree as ET

from xmpp.stanza import carriable

NAMESPACE: Final = "urn:parley:turn:0"

State = Literal["working", "asking", "done", "failed"]
STATES: Final[tuple[State, ...]] = ("working", "asking", "done", "failed")


@dataclass(frozen=True, slots=True)
class TurnSource:
    """Where an answer comes from."""

    title: str
    location: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class TurnMark:
    """The state of a turn, as one message of it tells.

    Args:
        of: the stanza id of the person's message.
        state: working, asking (the assistant waits for an answer), done or failed.
        end: whether this is the turn's last message.
        intent: what the message was read as.
        task: the identifier of the goal that it became.
        sources: where the answer comes from.
    """

    of: str
    state: State
    end: bool
    intent: str = ""
    task: str = ""
    sources: tuple[TurnSource, ...] = ()


def write(stanza: Any, mark: TurnMark) -> None:
    """Add the mark to a message stanza."""
    element = ET.SubElement(
        stanza.xml,
        f"{{{NAMESPACE}}}turn",
        {
            "of": carriable(mark.of),
            "intent": carriable(mark.intent),
            "task": carriable(mark.task),
            "state": mark.state,
            "end": "true" if mark.end else "false",
        },
    )
    for source in mark.sources:
        page = {} if source.page is None else {"page": str(source.page)}
        attributes = {"title": carriable(source.title), "location": carriable(source.location), **page}
        ET.SubElement(element, f"{{{NAMESPACE}}}source", attributes)


def read(stanza: Any) -> TurnMark | None:
    """Return the mark of a message stanza, or None where it has none or one that makes no sense."""
    element = stanza.xml.find(f"{{{NAMESPACE}}}turn")
    if element is None or element.get("state") not in STATES:
        return None
    return TurnMark(
        of=element.get("of", ""),
        state=cast("State", element.get("state")),
        end=element.get("end") == "true",
        intent=element.get("intent", ""),
        task=element.get("task", ""),
        sources=tuple(
            TurnSource(
                title=source.get("title", ""),
                location=source.get("location", ""),
                page=int(page) if (page := source.get("page", "")).isdecimal() else None,
            )
            for source in element.findall(f"{{{NAMESPACE}}}source")
        ),
    )
