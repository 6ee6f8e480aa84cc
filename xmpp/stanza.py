"""ACL messages on XMPP stanzas, in the form that SPADE uses.

The content is the ``<body>`` of a message of type *chat*; the parameters stand in a data form (XEP-0004) titled
``spade:x:metadata``, a text-single field each, by their FIPA names. A SPADE program that knows nothing of Parley
reads performative, ontology and so on as metadata. The sender is never taken from the form: it is the ``from``
that the server stamped, and has neither addresses, resolvers nor parameters of its own. The form names the receivers
where ``to`` does not say them all.
"""

import json
import re
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, InvalidMessage, Performative
from ontology.encodings.json import identifier_object, identifier_of
from ontology.encodings.parameters import TEXTS

TITLE: Final = "spade:x:metadata"

_X: Final = "{jabber:x:data}"
_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot carry; a carriage return can be written, but is read as a line feed (XML 1.0, section 2.11)."""
_SPACE: Final = re.compile(r"[\t\n ]")
"""What XML does not keep as it is in an attribute."""
_NO_BODY: Final = "_content"
"""Says of a content that cannot be a body whether it is *absent* or *empty*."""
_TEXTS: Final = {name: slot for name, slot in TEXTS.items() if name != "content"}


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
    return form_in(stanza.xml) is not None


def check(message: ACLMessage) -> None:
    """Make sure that XML can carry a message.

    Raises:
        InvalidMessage: a parameter, or its name, has characters that XML cannot carry.
    """
    for slot in ("content", *_TEXTS.values()):
        value = getattr(message, slot)
        # Printable text has nothing that XML lacks, and that it is printable is found out faster.
        if value is not None and not value.isprintable():
            text_of(slot, value)
    for name, value in message.user_defined.items():
        if _SPACE.search(name):
            raise InvalidMessage(name, "the name of a parameter has no spaces")
        text_of("name", name)
        text_of(name, value)


def text(message: ACLMessage, *, to: str, stanza_id: str, beside: str = "") -> str:
    """Return the stanza of an ACL message that XML can carry (:func:`check`), ready for the stream.

    It is put together here, not by slixmpp, which looks at each character of each text by itself.

    Args:
        message: the message.
        to: the receiver's bare JID.
        stanza_id: the stanza's id.
        beside: further elements, as XML.
    """
    form = "".join(
        f"<field var={quoteattr(name)} type='text-single'><value>{escape(value)}</value></field>"
        for name, value in fields_of(message, _named(to)).items()
    )
    body = escape(message.content or " ")  # slixmpp passes on only messages that have a body
    return (
        f"<message to={quoteattr(to)} id={quoteattr(stanza_id)} type='chat'><body>{body}</body>"
        f"<x xmlns='jabber:x:data' type='form'><title>{TITLE}</title>{form}</x>{beside}</message>"
    )


def read(stanza: Any) -> ACLMessage:
    """Return the ACL message of a stanza.

    Raises:
        MalformedStanza: a parameter is missing or not of its form.
    """
    form = form_in(stanza.xml)
    return message_of(
        ET.Element(_X + "x") if form is None else form,
        body=str(stanza["body"]),
        sender=_named(stanza["from"].bare),
        to=_named(stanza["to"].bare),
    )


def body_of(message: ACLMessage) -> str:
    """Return the body of a message's stanza.

    Raises:
        InvalidMessage: the content has characters that XML cannot carry.
    """
    # slixmpp passes on only messages that have a body, and an empty one counts as none.
    return text_of("content", message.content) if message.content else " "


def form_of(message: ACLMessage, to: AgentIdentifier) -> ET.Element:
    """Return the form of a message whose stanza goes to an agent.

    Raises:
        InvalidMessage: a parameter, or its name, has characters that XML cannot carry.
    """
    form = ET.Element(_X + "x", {"type": "form"})
    ET.SubElement(form, _X + "title").text = TITLE
    for name, value in fields_of(message, to).items():
        if _SPACE.search(name):
            raise InvalidMessage(name, "the name of a parameter has no spaces")
        entry = ET.SubElement(form, _X + "field", {"var": text_of("name", name), "type": "text-single"})
        ET.SubElement(entry, _X + "value").text = text_of(name, value)
    return form


def message_of(form: ET.Element, *, body: str, sender: AgentIdentifier, to: AgentIdentifier) -> ACLMessage:
    """Return the ACL message of a form and what its stanza says beside it.

    Raises:
        MalformedStanza: a parameter is missing or not of its form.
    """
    fields: dict[str, str] = {}
    for entry in form.findall(_X + "field"):
        fields[entry.get("var", "")] = entry.findtext(_X + "value") or ""
    try:
        performative = Performative(fields.get("performative", ""))
    except ValueError:
        raise MalformedStanza("performative", "it is none of the 22 of FIPA 00037", fields) from None
    try:
        reply_by = datetime.fromisoformat(fields["reply-by"]) if "reply-by" in fields else None
    except ValueError:
        raise MalformedStanza("reply-by", "it is not an ISO 8601 time", fields) from None
    try:
        return ACLMessage(
            performative=performative,
            sender=sender,
            receivers=_identifiers("receiver", fields) or (() if to == ANONYMOUS else (to,)),
            reply_to=_identifiers("reply-to", fields),
            content=_content(body, fields),
            reply_by=reply_by,
            user_defined={name: value for name, value in fields.items() if name.upper().startswith("X-")},
            **{slot: fields[name] for name, slot in _TEXTS.items() if name in fields},
        )
    except InvalidMessage as error:
        raise MalformedStanza(error.parameter, error.problem, fields) from error


def carriable(text: str) -> str:
    """Return the text without the characters that XML cannot carry."""
    return _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def form_in(xml: ET.Element) -> ET.Element | None:
    """Return the form of an ACL message in a stanza's XML, if there is one."""
    for form in xml.findall(_X + "x"):
        if form.findtext(_X + "title") == TITLE:
            return form
    return None


def _named(jid: str) -> AgentIdentifier:
    return AgentIdentifier(name=jid) if jid else ANONYMOUS


def fields_of(message: ACLMessage, to: AgentIdentifier) -> dict[str, str]:
    """Return the parameters of a message to an agent as they stand in the form, by their FIPA names."""
    fields = {"performative": message.performative.value}
    for name, slot in _TEXTS.items():
        value = getattr(message, slot)
        if value is not None:
            fields[name] = value
    if message.reply_by is not None:
        fields["reply-by"] = message.reply_by.isoformat()
    if not message.content:
        fields[_NO_BODY] = "absent" if message.content is None else "empty"
    if message.receivers not in ((), (to,)):
        fields["receiver"] = _names(message.receivers)
    if message.reply_to:
        fields["reply-to"] = _names(message.reply_to)
    return fields | dict(message.user_defined)


def _content(body: str, fields: dict[str, str]) -> str | None:
    match fields.get(_NO_BODY):
        case "absent":
            return None
        case "empty":
            return ""
    return body


def _names(identifiers: tuple[AgentIdentifier, ...]) -> str:
    return json.dumps([identifier_object(identifier) for identifier in identifiers])


def _identifiers(name: str, fields: dict[str, str]) -> tuple[AgentIdentifier, ...]:
    if name not in fields:
        return ()
    try:
        return tuple(identifier_of(item) for item in json.loads(fields[name]))
    except (ValueError, TypeError, RecursionError):
        raise MalformedStanza(name, "it is not a list of agent identifiers", fields) from None


def text_of(parameter: str, value: str) -> str:
    """Return the text of a parameter.

    Raises:
        InvalidMessage: it has characters that XML cannot carry.
    """
    found = _NOT_XML.search(value)
    if found:
        raise InvalidMessage(parameter, f"it has a character that XML cannot carry ({found.group()!a})")
    return value
