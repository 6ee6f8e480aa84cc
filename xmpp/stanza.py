"""ACL messages on XMPP stanzas, in the form that SPADE uses.

The content is the ``<body>`` of a message of type *chat*; the parameters stand in a data form (XEP-0004) titled
``spade:x:metadata``, a text-single field each, by their FIPA names. A SPADE program that knows nothing of Parley
reads performative, ontology and so on as metadata. The sender is never taken from the form: it is the ``from``
that the server stamped.
"""

import json
import re
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative

TITLE: Final = "spade:x:metadata"

_X: Final = "{jabber:x:data}"
_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot carry; a carriage return can be written, but is read as a line feed (XML 1.0, section 2.11)."""
_SPACE: Final = re.compile(r"[\t\n ]")
"""What XML does not keep as it is in an attribute."""
_NO_BODY: Final = "_content"
"""Says of a content that cannot be a body whether it is *absent* or *empty*."""
_TEXTS: Final = {
    "encoding": "encoding",
    "language": "language",
    "ontology": "ontology",
    "protocol": "protocol",
    "conversation-id": "conversation_id",
    "reply-with": "reply_with",
    "in-reply-to": "in_reply_to",
}


class MalformedStanza(ValueError):
    """A stanza whose form is that of an ACL message and whose parameters are not.

    ``parameter`` names the one that is wrong; ``fields`` are those that could be read, so that the answer can say
    which message it is about.
    """

    def __init__(self, parameter: str, problem: str, fields: dict[str, str]) -> None:
        super().__init__(f"{parameter}: {problem}")
        self.parameter = parameter
        self.fields = fields


def is_acl(stanza: Any) -> bool:
    """Tell whether a message stanza carries an ACL message."""
    return _form(stanza.xml) is not None


def check(message: ACLMessage) -> None:
    """Make sure that XML can carry a message.

    Raises:
        InvalidMessage: a parameter, or its name, has characters that XML cannot carry.
    """
    for slot in ("content", *_TEXTS.values()):
        value = getattr(message, slot)
        # Printable text has nothing that XML lacks, and that it is printable is found out faster.
        if value is not None and not value.isprintable():
            _carries(slot, value)
    for name, value in message.user_defined.items():
        if _SPACE.search(name):
            raise InvalidMessage(name, "the name of a parameter has no spaces")
        _carries("name", name)
        _carries(name, value)


def fields(message: ACLMessage) -> dict[str, str]:
    """Return the parameters of a message as they stand in the form, by their FIPA names."""
    found = {"performative": message.performative.value}
    for name, slot in _TEXTS.items():
        value = getattr(message, slot)
        if value is not None:
            found[name] = value
    if message.reply_by is not None:
        found["reply-by"] = message.reply_by.isoformat()
    if not message.content:
        found[_NO_BODY] = "absent" if message.content is None else "empty"
    if len(message.receivers) > 1:
        found["receiver"] = _names(message.receivers)
    if message.reply_to:
        found["reply-to"] = _names(message.reply_to)
    return found | dict(message.user_defined)


def text(message: ACLMessage, *, to: str, stanza_id: str, beside: str = "") -> str:
    """Return the stanza of an ACL message that XML can carry (:func:`check`), ready for the stream.

    It is put together here, not by slixmpp, which looks at each character of each text by itself.

    Args:
        message: the message.
        to: the receiver's JID.
        stanza_id: the stanza's id.
        beside: further elements, as XML.
    """
    form = "".join(
        f"<field var={quoteattr(name)} type='text-single'><value>{escape(value)}</value></field>"
        for name, value in fields(message).items()
    )
    # slixmpp passes on only messages that have a body, and an empty one counts as none.
    body = escape(message.content or " ")
    return (
        f"<message to={quoteattr(to)} id={quoteattr(stanza_id)} type='chat'><body>{body}</body>"
        f"<x xmlns='jabber:x:data' type='form'><title>{TITLE}</title>{form}</x>{beside}</message>"
    )


def read(stanza: Any) -> ACLMessage:
    """Return the ACL message of a stanza.

    Raises:
        MalformedStanza: a parameter is missing or not of its form.
    """
    form = _form(stanza.xml)
    given: dict[str, str] = {}
    if form is not None:
        for entry in form.findall(_X + "field"):
            given[entry.get("var", "")] = entry.findtext(_X + "value") or ""
    try:
        performative = Performative(given.get("performative", "").lower())
    except ValueError:
        raise MalformedStanza("performative", "it is none of the 22 of FIPA 00037", given) from None
    try:
        reply_by = datetime.fromisoformat(given["reply-by"]) if "reply-by" in given else None
    except ValueError:
        raise MalformedStanza("reply-by", "it is not an ISO 8601 time", given) from None
    receivers = _identifiers("receiver", given) or (AgentIdentifier(name=stanza["to"].bare),)
    try:
        return ACLMessage(
            performative=performative,
            sender=AgentIdentifier(name=stanza["from"].bare),
            receivers=receivers,
            reply_to=_identifiers("reply-to", given),
            content=_content(stanza, given),
            reply_by=reply_by,
            user_defined={name: value for name, value in given.items() if name.upper().startswith("X-")},
            **{slot: given[name] for name, slot in _TEXTS.items() if name in given},
        )
    except InvalidMessage as error:
        raise MalformedStanza(error.parameter, str(error), given) from error


def carriable(text: str) -> str:
    """Return the text without the characters that XML cannot carry."""
    return _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _form(xml: ET.Element) -> ET.Element | None:
    for form in xml.findall(_X + "x"):
        if form.findtext(_X + "title") == TITLE:
            return form
    return None


def _content(stanza: Any, fields: dict[str, str]) -> str | None:
    match fields.get(_NO_BODY):
        case "absent":
            return None
        case "empty":
            return ""
    return str(stanza["body"])


def _names(identifiers: tuple[AgentIdentifier, ...]) -> str:
    return json.dumps([i.model_dump(mode="json", exclude_defaults=True) for i in identifiers])


def _identifiers(name: str, fields: dict[str, str]) -> tuple[AgentIdentifier, ...]:
    if name not in fields:
        return ()
    try:
        items = json.loads(fields[name])
        return tuple(AgentIdentifier.model_validate(item) for item in items)
    except (ValueError, TypeError, RecursionError):
        raise MalformedStanza(name, "it is not a list of agent identifiers", fields) from None


def _carries(parameter: str, value: str) -> None:
    found = _NOT_XML.search(value)
    if found:
        raise InvalidMessage(parameter, f"it has a character that XML cannot carry ({found.group()!a})")
