"""The bit-efficient representation of ACL messages, ``fipa.acl.rep.bitefficient.std`` (FIPA 00069).

Its codes are tabulated in ``bitefficient_codes``. Written is, for each text, a word or a number where it is one, else
a string. With a code table, strings that the receiver knows already are sent as their codes; the tables of both sides
must have had the same messages. Expressions are read into the text of the string representation.

Read is more than FIPA's grammar has: any expression where a word or a string should stand; strings that other
programs have sent with their quotation marks; and names of user-defined parameters without their ``X-``, which is
added.

What this form cannot say is the same as for the string representation, but that user-defined parameters of agent
identifiers and messages are written alike.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, Performative
from ontology.encodings import bitefficient_codes as codes
from ontology.encodings import date_time
from ontology.encodings.bitefficient_tokens import Tokens
from ontology.encodings.code_table import CodeTable
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.octets import Octets
from ontology.encodings.parameters import TEXTS, NoIdentifier, checked, identifier, is_name, octets
from ontology.encodings.string import DEPTH, is_word

NAME: Final = "fipa.acl.rep.bitefficient.std"


def encode(message: ACLMessage, table: CodeTable | None = None) -> bytes:
    """Return the message in bytes.

    Args:
        message: the message.
        table: the code table of this sender and receiver; None: without one.

    Raises:
        InvalidMessage: a text has lone surrogates, or the name of a user-defined parameter has spaces or parentheses.
    """
    return _Encoder().message(message, table)


def decode(
    data: bytes, table: CodeTable | None = None, *, zone: tzinfo = UTC, now: datetime | None = None
) -> ACLMessage:
    """Return the message that bytes say.

    Args:
        data: one message.
        table: the code table of its sender and receiver; None: messages that use one are not read.
        zone: the zone of times that name none.
        now: what relative times count from; None: the present.

    Raises:
        MalformedMessage: it is not a message, or not one alone.
    """
    source = Octets(data)
    message = decode_next(source, table, zone=zone, now=now)
    if not source.at_end():
        raise MalformedMessage("expected the end", source.position)
    return message


def decode_next(
    source: Octets, table: CodeTable | None = None, *, zone: tzinfo = UTC, now: datetime | None = None
) -> ACLMessage:
    """Return the message that stands next, as ``decode`` does, and go on behind it.

    Raises:
        MalformedMessage: there is none.
    """
    return _Decoder(source, table, zone, now).message()


@dataclass(frozen=True, slots=True)
class _String:
    """A word or a string, before it is known whether it has a code in the table."""

    value: bytes
    is_word: bool

    def in_full(self) -> bytes:
        if self.is_word or self._ends_with_zero:
            return bytes([codes.WORD if self.is_word else codes.STRING]) + self.value + b"\x00"
        width = next(width for width in codes.COUNTED if len(self.value) < 1 << 8 * width)
        return bytes([codes.COUNTED[width]]) + len(self.value).to_bytes(width, "big") + self.value

    def as_code(self, code: int, width: int) -> bytes:
        plain = codes.WORD_CODE if self.is_word else codes.STRING_CODE
        kind = plain if self.is_word or self._ends_with_zero else codes.COUNTED_CODE
        return bytes([kind]) + code.to_bytes(width, "big")

    @property
    def _ends_with_zero(self) -> bool:
        # One that begins with a quotation mark would be taken as sent with its quotation marks.
        return b"\x00" not in self.value and not self.value.startswith(b'"')


class _Encoder:
    """Writes one message: first its parts, then, when nothing can go wrong any more, their bytes."""

    def __init__(self) -> None:
        self._parts: list[bytes | _String] = []

    def message(self, message: ACLMessage, table: CodeTable | None) -> bytes:
        self._add(next(code for code, act in codes.ACTS.items() if act is message.performative))
        if message.sender != ANONYMOUS:
            self._add(codes.SENDER)
            self._identifier(message.sender)
        for code, identifiers in ((codes.RECEIVER, message.receivers), (codes.REPLY_TO, message.reply_to)):
            if identifiers:
                self._add(code)
                self._identifiers(identifiers)
        for code, name in codes.EXPRESSIONS.items():
            value = getattr(message, TEXTS[name])
            if value is not None:
                self._add(code)
                self._text(name, value, string=name == "content")
        if message.reply_by is not None:
            self._add(codes.REPLY_BY)
            self._time(message.reply_by)
        for name, value in message.user_defined.items():
            self._add(codes.NAMED)
            self._user_defined(name, value)
        self._add(codes.END)
        return self._bytes(table)

    def _bytes(self, table: CodeTable | None) -> bytes:
        coding = codes.Coding.PLAIN
        if table is not None:
            new = sum(len(part.value) for part in self._parts if isinstance(part, _String))
            coding = codes.Coding.TABLE if table.has_room(new) else codes.Coding.TABLE_UNCHANGED
        written = bytearray([coding, codes.VERSION])
        for part in self._parts:
            if isinstance(part, bytes):
                written += part
                continue
            code = None if table is None else table.code(part.value)
            if table is not None and code is not None:
                written += part.as_code(code, table.width)
                continue
            written += part.in_full()
            if table is not None and coding is codes.Coding.TABLE:
                table.enter(part.value)
        return bytes(written)

    def _add(self, code: int) -> None:
        self._parts.append(bytes([code]))

    def _identifiers(self, identifiers: tuple[AgentIdentifier, ...]) -> None:
        for agent in identifiers:
            self._identifier(agent)
        self._add(codes.END)

    def _identifier(self, agent: AgentIdentifier) -> None:
        self._add(codes.IDENTIFIER)
        self._string("name", agent.name)
        if agent.addresses:
            self._add(codes.ADDRESSES)
            for url in agent.addresses:
                self._string("addresses", url)
            self._add(codes.END)
        if agent.resolvers:
            self._add(codes.RESOLVERS)
            self._identifiers(agent.resolvers)
        for name, value in agent.user_defined:
            self._add(codes.USER_DEFINED)
            self._user_defined(name, value)
        self._add(codes.END)

    def _user_defined(self, name: str, value: str) -> None:
        self._parts.append(_String(octets(name, checked(name)), is_word=True))
        self._text(name, value)

    def _text(self, name: str, value: str, *, string: bool = False) -> None:
        if not string and codes.NUMBER.fullmatch(value):
            self._add(codes.DECIMAL)
            self._parts.append(codes.write_number(value))
        else:
            self._string(name, value, string=string)

    def _string(self, name: str, value: str, *, string: bool = False) -> None:
        self._parts.append(_String(octets(name, value), is_word=not string and is_word(value)))

    def _time(self, moment: datetime) -> None:
        date, _, time = date_time.write(moment).partition("T")
        self._add(0x20 | codes.DESIGNATED)
        self._parts += [codes.write_number(date + time[:-1]), time[-1:].encode("ascii")]


class _Decoder:
    """Reads one message; every method begins at the next byte."""

    def __init__(self, source: Octets, table: CodeTable | None, zone: tzinfo, now: datetime | None) -> None:
        self._source = source
        self._tokens = Tokens(source, table)
        self._zone = zone
        self._now = now

    def message(self) -> ACLMessage:
        self._header()
        performative = self._performative()
        sender = ANONYMOUS
        agents: dict[int, tuple[AgentIdentifier, ...]] = {}
        texts: dict[str, str] = {}
        reply_by: datetime | None = None
        user_defined: dict[str, str] = {}
        seen: set[int | str] = set()
        while (code := self._byte("a parameter or the end of the message")) != codes.END:
            begin = self._source.position - 1
            name = self._name() if code == codes.NAMED else ""
            self._once(name.casefold() or code, seen, begin)
            match code:
                case codes.NAMED:
                    user_defined[name] = self._tokens.expression()
                case codes.SENDER:
                    sender = self._identifier(self._byte("an agent identifier"), DEPTH)
                case codes.RECEIVER | codes.REPLY_TO:
                    agents[code] = self._identifiers(DEPTH)
                case codes.REPLY_BY:
                    reply_by = self._time()
                case _ if code in codes.EXPRESSIONS:
                    texts[TEXTS[codes.EXPRESSIONS[code]]] = self._tokens.expression()
                case _:
                    raise MalformedMessage(f"expected the code of a parameter, not 0x{code:02x},", begin)
        return ACLMessage(
            performative=performative,
            sender=sender,
            receivers=agents.get(codes.RECEIVER, ()),
            reply_to=agents.get(codes.REPLY_TO, ()),
            reply_by=reply_by,
            user_defined=user_defined,
            **texts,
        )

    def _header(self) -> None:
        first = self._byte("a message")
        if first not in set(codes.Coding):
            raise MalformedMessage(f"expected 0xfa, 0xfb or 0xfc at the beginning, not 0x{first:02x},", 0)
        if first != codes.Coding.PLAIN and self._tokens.table is None:
            raise MalformedMessage("expected a message without a code table, because none is agreed upon,", 0)
        self._tokens.entering = first == codes.Coding.TABLE
        version = self._byte("the version")
        if version >> 4 != codes.VERSION >> 4:
            raise MalformedMessage(f"expected version 0x10, not 0x{version:02x},", 1)

    def _performative(self) -> Performative:
        begin = self._source.position
        code = self._byte("a performative")
        if code != codes.NAMED and code not in codes.ACTS:
            raise MalformedMessage(f"expected the code of a performative, not 0x{code:02x},", begin)
        try:
            return codes.ACTS[code] if code != codes.NAMED else Performative(self._plain("a performative"))
        except ValueError:
            raise MalformedMessage("expected one of the 22 performatives", begin) from None

    def _identifiers(self, depth: int) -> tuple[AgentIdentifier, ...]:
        found = []
        while (code := self._byte("an agent identifier or the end of the collection")) != codes.END:
            found.append(self._identifier(code, depth))
        return tuple(found)

    def _identifier(self, code: int, depth: int) -> AgentIdentifier:
        begin = self._source.position - 1
        if code != codes.IDENTIFIER:
            raise MalformedMessage(f"expected an agent identifier, not 0x{code:02x},", begin)
        if not depth:
            raise MalformedMessage(f"expected no resolvers deeper than {DEPTH} levels", begin)
        agent_name = self._plain("the name of an agent")
        addresses: tuple[str, ...] = ()
        resolvers: tuple[AgentIdentifier, ...] = ()
        user_defined: list[tuple[str, str]] = []
        seen: set[int | str] = set()
        while (code := self._byte("the end of the agent identifier")) != codes.END:
            at = self._source.position - 1
            name = self._name() if code == codes.USER_DEFINED else ""
            self._once(name.casefold() or code, seen, at)
            match code:
                case codes.ADDRESSES:
                    addresses = self._addresses()
                case codes.RESOLVERS:
                    resolvers = self._identifiers(depth - 1)
                case codes.USER_DEFINED:
                    user_defined.append((name, self._tokens.expression()))
                case _:
                    raise MalformedMessage(f"expected a parameter of an agent identifier, not 0x{code:02x},", at)
        try:
            return identifier(agent_name, addresses, resolvers, user_defined)
        except NoIdentifier as error:
            raise MalformedMessage(f"{error}, in the one that begins", begin) from None

    def _addresses(self) -> tuple[str, ...]:
        found = []
        while (code := self._byte("an address or the end of the addresses")) != codes.END:
            found.append(self._tokens.read(code).value)
        return tuple(found)

    def _name(self) -> str:
        """Return the name of a user-defined parameter."""
        begin = self._source.position
        name = self._plain("the name of a parameter")
        if not name.upper().startswith("X-"):
            name = f"X-{name}"
        if not is_name(name):
            raise MalformedMessage("expected the name of a parameter, without spaces and parentheses,", begin)
        return name

    def _plain(self, what: str) -> str:
        return self._tokens.read(self._byte(what)).value

    def _time(self) -> datetime:
        begin = self._source.position
        code = self._byte("a time")
        if code not in codes.TIMES:
            raise MalformedMessage(f"expected a time, not 0x{code:02x},", begin)
        token = self._tokens.read(code).value
        try:
            return date_time.read(token, zone=self._zone, now=self._now)
        except ValueError as error:
            raise MalformedMessage(f"expected a time, but {error},", begin) from None

    def _byte(self, what: str) -> int:
        return self._source.byte(what)

    @staticmethod
    def _once(parameter: int | str, seen: set[int | str], position: int) -> None:
        if parameter in seen:
            raise MalformedMessage("expected each parameter once", position)
        seen.add(parameter)
