"""ACL messages as the text of their stanzas, for looking at them and for translating them from and into other forms.

It is the form of ``xmpp.stanza``. Sender and receiver are the stanza's ``from`` and ``to``: a JID without its
resource, or whatever name an agent of another platform has, which is then no address in XMPP.

What this form cannot say is in ``xmpp.stanza``: more of the sender than its name. Refused are characters that XML
cannot carry: carriage returns, most control characters, and bytes that are not UTF-8.
"""

import re
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, InvalidMessage
from ontology.encodings.errors import MalformedMessage
from xmpp.stanza import MalformedStanza, body_of, form_in, form_of, message_of, text_of

_MESSAGE: Final = re.compile(r"(?:\{jabber:(?:client|server|component:accept)\})?message")
_BARE: Final = re.compile(r"([^/:]+)/.*", re.DOTALL)


def encode(message: ACLMessage) -> str:
    """Return the message as a stanza.

    Raises:
        InvalidMessage: a parameter has characters that XML cannot carry, or the sender's name would be read as another.
    """
    attributes = {"xmlns": "jabber:client", "type": "chat"}
    to = ANONYMOUS
    if message.sender != ANONYMOUS:
        attributes["from"] = text_of("sender", message.sender.name)
        if _named(message.sender.name).name != message.sender.name:
            raise InvalidMessage("sender", "what follows the / of its name would be taken as a JID's resource")
    if message.receivers:
        attributes["to"] = text_of("receiver", message.receivers[0].name)
        to = _named(message.receivers[0].name)
    stanza = ET.Element("message", attributes)
    ET.SubElement(stanza, "body").text = body_of(message)
    stanza.append(_unqualified(form_of(message, to)))
    return ET.tostring(stanza, encoding="unicode")


def decode(text: str) -> ACLMessage:
    """Return the message that a stanza says.

    Raises:
        MalformedMessage: it is not the stanza of a message.
    """
    parsed = _Parser(text)
    stanza = parsed.root
    if not _MESSAGE.fullmatch(stanza.tag):
        raise MalformedMessage("expected a message stanza", 0, text)
    form = form_in(stanza)
    if form is None:
        raise MalformedMessage("expected a form titled spade:x:metadata in the stanza that begins", 0, text)
    try:
        return message_of(
            form,
            body=stanza.findtext(stanza.tag.removesuffix("message") + "body") or "",
            sender=_named(stanza.get("from", "")),
            to=_named(stanza.get("to", "")),
        )
    except MalformedStanza as error:
        raise MalformedMessage(f"{error},", parsed.places.get(error.parameter, 0), text) from None


def _named(jid: str) -> AgentIdentifier:
    """Return the agent of a JID, without the resource."""
    found = _BARE.fullmatch(jid)
    name = found[1] if found else jid
    return AgentIdentifier(name=name) if name else ANONYMOUS


def _unqualified(element: ET.Element, inherited: str = "") -> ET.Element:
    """Return an element that names its namespace in the way of XMPP, without a prefix."""
    namespace, _, tag = element.tag.removeprefix("{").rpartition("}")
    copy = ET.Element(tag, element.attrib if namespace == inherited else {"xmlns": namespace, **element.attrib})
    copy.text = element.text
    copy.extend(_unqualified(child, namespace) for child in element)
    return copy


class _Parser:
    """Reads a stanza without what XMPP forbids (RFC 6120, section 11.1): document types, and so entities.

    Attributes:
        root: the stanza.
        places: where the fields of forms begin, by their names.
    """

    def __init__(self, text: str) -> None:
        self.places: dict[str, int] = {}
        self._text = text
        self._octets = text.encode("utf-8", "surrogatepass")
        self._builder = ET.TreeBuilder()
        self._expat = expat.ParserCreate("utf-8", "}")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = lambda tag: self._builder.end(_qualified(tag))
        self._expat.CharacterDataHandler = self._builder.data
        self._expat.StartDoctypeDeclHandler = self._refuse
        try:
            self._expat.Parse(self._octets, True)
            self.root = self._builder.close()
        except expat.ExpatError as error:
            raise MalformedMessage(
                f"{expat.ErrorString(error.code)},", self._place(self._expat.ErrorByteIndex), text
            ) from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._builder.start(_qualified(tag), {_qualified(name): value for name, value in attributes.items()})
        if "var" in attributes:
            self.places.setdefault(attributes["var"], self._expat.CurrentByteIndex)

    def _refuse(self, *_: object) -> None:
        raise MalformedMessage("expected no document type", self._place(self._expat.CurrentByteIndex), self._text)

    def _place(self, byte: int) -> int:
        return len(self._octets[: max(byte, 0)].decode("utf-8", "replace"))


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name
