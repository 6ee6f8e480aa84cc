"""ACL messages as JSON objects, for programs that speak JSON.

The members are the parameters by their names in FIPA 00061, and the user-defined ones by theirs:

- ``performative``: its name; the only one that must be there;
- ``sender``: an agent identifier; ``receiver`` and ``reply-to``: arrays of them;
- ``reply-by``: a time in ISO 8601 with its offset from UTC;
- ``content``, ``language``, ``encoding``, ``ontology``, ``protocol``, ``conversation-id``, ``reply-with``,
  ``in-reply-to`` and names that begin with ``X-``: strings.

An agent identifier is an object of ``name``, and where it has them ``addresses``, an array of strings, ``resolvers``,
an array of agent identifiers, and strings whose names begin with ``X-``. Names are read in any case. Other members,
and members that come twice, are errors.

This form says all that a message holds. Bytes that are not UTF-8 stand in it as escaped lone surrogates (PEP 383).
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, Performative
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.parameters import SLOTS, TEXTS, NoIdentifier, identifier
from ontology.encodings.string import DEPTH

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def encode(message: ACLMessage) -> str:
    """Return the message as a JSON object, in one line."""
    members: dict[str, object] = {"performative": message.performative.value}
    if message.sender != ANONYMOUS:
        members["sender"] = identifier_object(message.sender)
    for name, identifiers in (("receiver", message.receivers), ("reply-to", message.reply_to)):
        if identifiers:
            members[name] = [identifier_object(agent) for agent in identifiers]
    for name, slot in TEXTS.items():
        value = getattr(message, slot)
        if value is not None:
            members[name] = value
    if message.reply_by is not None:
        members["reply-by"] = message.reply_by.isoformat()
    text = json.dumps(members | dict(message.user_defined), ensure_ascii=False)
    # They can stand only within strings.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def decode(text: str) -> ACLMessage:
    """Return the message that a JSON object says.

    Raises:
        MalformedMessage: it is not a message.
    """
    return _Parser(text).message()


def identifier_object(agent: AgentIdentifier) -> dict[str, object]:
    """Return the JSON object of an agent agent."""
    members: dict[str, object] = {"name": agent.name}
    if agent.addresses:
        members["addresses"] = list(agent.addresses)
    if agent.resolvers:
        members["resolvers"] = [identifier_object(resolver) for resolver in agent.resolvers]
    return members | dict(agent.user_defined)


def identifier_of(value: object, depth: int = DEPTH) -> AgentIdentifier:
    """Return the agent identifier of a JSON object, as ``json.loads`` gives it.

    Raises:
        NoIdentifier: it is none.
    """
    if not isinstance(value, dict) or not depth:
        raise NoIdentifier("an agent identifier is an object with a name")
    if len({key.casefold() for key in value}) < len(value):
        raise NoIdentifier("an agent identifier has each member once")
    name = ""
    addresses: tuple[str, ...] = ()
    resolvers: tuple[AgentIdentifier, ...] = ()
    user_defined: list[tuple[str, str]] = []
    for key, member in value.items():
        match key.lower(), member:
            case "name", str():
                name = member
            case "addresses", list() if all(isinstance(url, str) for url in member):
                addresses = tuple(member)
            case "resolvers", list():
                resolvers = tuple(identifier_of(item, depth - 1) for item in member)
            case slot, str() if slot.startswith("x-"):
                user_defined.append((key, member))
            case _:
                raise NoIdentifier(f"an agent identifier has no such member as {key[:40]}")
    return identifier(name, addresses, resolvers, user_defined)


class _Parser:
    """Reads one object member by member, to know where each stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._values = json.JSONDecoder(object_pairs_hook=_once, parse_int=float, parse_constant=_refuse)

    def message(self) -> ACLMessage:
        slots: dict[str, Any] = {"sender": ANONYMOUS, "receivers": ()}
        user_defined: dict[str, str] = {}
        for begin, key, member in self._members():
            name = key.lower()
            try:
                value = _value_of(name, member)
            except ValueError as error:
                raise MalformedMessage(f"{key[:40]}: {error},", begin, self._text) from None
            if isinstance(value, str) and name.startswith("x-"):
                user_defined[key] = value
            else:
                slots[SLOTS.get(name, name)] = value
        if "performative" not in slots:
            raise MalformedMessage("expected a member performative in the object that begins", 0, self._text)
        return ACLMessage(**slots, user_defined=user_defined)

    def _members(self) -> Iterator[tuple[int, str, object]]:
        """Yield the members of the object: where each begins, its name and its value."""
        self._take("{", "{ at the beginning of a message")
        seen: set[str] = set()
        more = not self._comes("}")
        while more:
            begin = self._position
            key = self._value()
            if not isinstance(key, str):
                raise MalformedMessage("expected the name of a member", begin, self._text)
            if key.casefold() in seen:
                raise MalformedMessage(f"{key[:40]}: expected each member once,", begin, self._text)
            seen.add(key.casefold())
            self._take(":", ": behind the name of the member")
            yield begin, key, self._value()
            more = self._comes(",")
            self._skip()
        if seen:
            self._take("}", ", or } behind the member")
        if self._position < len(self._text):
            raise MalformedMessage("expected the end of the message", self._position, self._text)

    def _value(self) -> object:
        self._skip()
        begin = self._position
        try:
            value, self._position = self._values.raw_decode(self._text, begin)
        except json.JSONDecodeError as error:
            raise MalformedMessage(f"{error.msg[:1].lower()}{error.msg[1:]},", error.pos, self._text) from None
        except RecursionError:
            raise MalformedMessage("expected no values that are nested so deep", begin, self._text) from None
        except ValueError as error:
            raise MalformedMessage(f"{error},", begin, self._text) from None
        return value

    def _take(self, mark: str, what: str) -> None:
        if not self._comes(mark):
            raise MalformedMessage(f"expected {what}", self._position, self._text)

    def _comes(self, mark: str) -> bool:
        """Go on behind a mark if it comes next."""
        self._skip()
        comes = self._text.startswith(mark, self._position)
        self._position += comes
        if comes:
            self._skip()
        return comes

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._position)
        self._position = found.end() if found else self._position


def _value_of(name: str, member: object) -> object:
    """Return what the member of that name says."""
    match name, member:
        case "performative", str():
            return _performative(member)
        case "sender", _:
            return identifier_of(member)
        case "receiver" | "reply-to", list():
            return tuple(identifier_of(item) for item in member)
        case "reply-by", str():
            return _time(member)
        case _, str() if name in TEXTS or name.startswith("x-"):
            return member
    if name in SLOTS or name == "performative" or name.startswith("x-"):
        raise ValueError("its value is of another type")
    raise ValueError("there is no such parameter in FIPA 00061")


def _performative(name: str) -> Performative:
    try:
        return Performative(name)
    except ValueError:
        raise ValueError("it is none of the 22 of FIPA 00037") from None


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("it is no time in ISO 8601") from None
    if moment.tzinfo is None:
        raise ValueError("the time must say its offset from UTC")
    return moment


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member comes twice in the value that begins")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
