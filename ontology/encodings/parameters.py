"""What the encodings share: the parameters of ACL messages by their names (FIPA 00061), and what may be in them."""

import re
from typing import Final

from pydantic import ValidationError

from ontology.acl import AgentIdentifier, InvalidMessage

TEXTS: Final = {
    "content": "content",
    "language": "language",
    "encoding": "encoding",
    "ontology": "ontology",
    "protocol": "protocol",
    "conversation-id": "conversation_id",
    "reply-with": "reply_with",
    "in-reply-to": "in_reply_to",
}
"""The parameters that are texts, and the names of their slots in ``ACLMessage``."""
SLOTS: Final = {
    "sender": "sender",
    "receiver": "receivers",
    "reply-to": "reply_to",
    "reply-by": "reply_by",
    **TEXTS,
}
"""All parameters but the performative, which has no name in FIPA's encodings, and their slots."""

_NAME: Final = re.compile(r"[^\x00-\x20()\ud800-\udfff]+")


def is_name(name: str) -> bool:
    """Tell whether FIPA's encodings can carry a parameter of that name."""
    return _NAME.fullmatch(name) is not None


def checked(name: str) -> str:
    """Return the name of a user-defined parameter.

    Raises:
        InvalidMessage: FIPA's encodings cannot carry it.
    """
    if not is_name(name):
        raise InvalidMessage(name, "the name of a parameter has no spaces, parentheses or lone surrogates")
    return name


def octets(parameter: str, text: str) -> bytes:
    """Return the bytes of a text.

    Raises:
        InvalidMessage: it has lone surrogates that stand for no bytes (PEP 383).
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidMessage(parameter, "it has lone surrogates, which no encoding can carry") from None


class NoIdentifier(ValueError):
    """Something that is no agent identifier. The text says why not."""


def identifier(
    name: str,
    addresses: tuple[str, ...],
    resolvers: tuple[AgentIdentifier, ...],
    user_defined: list[tuple[str, str]],
) -> AgentIdentifier:
    """Return an agent identifier that has been read.

    Raises:
        NoIdentifier: it has no name, or bytes that are not UTF-8.
    """
    if not name:
        raise NoIdentifier("an agent identifier needs a name")
    try:
        return AgentIdentifier(name=name, addresses=addresses, resolvers=resolvers, user_defined=tuple(user_defined))
    except ValidationError:
        raise NoIdentifier("an agent identifier has text in UTF-8 alone") from None
