"""The string representation of ACL messages, ``fipa.acl.rep.string.std`` (FIPA 00070).

Read is more than FIPA's grammar has, because platforms print more: names of performatives and parameters in any
case, parameters in any order, one agent identifier where a set of them should stand, strings for words and words
for strings, and ``:X-`` parameters without a value. An expression in parentheses is kept as it stands. What is
repeated, missing or unknown is an error.

Written is one parameter a line. A text is a word where it is one, else a string literal; a text that no literal can
say, because it ends in a backslash or has bytes that are not UTF-8, is a byte-length-encoded string.

What this form cannot say: whether a text was a word, a string or an expression; fractions of milliseconds in
``reply-by``, and its zone; characters that are lone surrogates, other than those that stand for bytes (PEP 383).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, Performative
from ontology.encodings import date_time
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.parameters import SLOTS, TEXTS, NoIdentifier, checked, identifier, octets
from ontology.encodings.scanner import Kind, Scanner, Token

NAME: Final = "fipa.acl.rep.string.std"
DEPTH: Final = 64
"""How deep expressions, and resolvers of resolvers, may be nested."""

_WORD: Final = re.compile(r"""[!$-'*+,./;-?A-~][!$-'*-~]*""")
"""What every platform reads as a word: in ASCII, without quotation marks, number signs and colons at its beginning."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def encode(message: ACLMessage) -> str:
    """Return the message as text.

    Raises:
        InvalidMessage: a text has lone surrogates, or the name of a user-defined parameter has spaces or parentheses.
    """
    lines = [f"({message.performative}"]
    if message.sender != ANONYMOUS:
        lines.append(f":sender {_written(message.sender)}")
    for name, identifiers in (("receiver", message.receivers), ("reply-to", message.reply_to)):
        if identifiers:
            lines.append(f":{name} (set {' '.join(map(_written, identifiers))})")
    if message.content is not None:
        lines.append(f":content {quoted('content', message.content)}")
    for name, slot in TEXTS.items():
        value = getattr(message, slot)
        if value is not None and name != "content":
            lines.append(f":{name} {_text(name, value)}")
    if message.reply_by is not None:
        lines.append(f":reply-by {date_time.write(message.reply_by)}")
    lines.extend(_user_defined(name, value) for name, value in message.user_defined.items())
    return "\n ".join(lines) + ")"


def decode(text: str, *, zone: tzinfo = UTC, now: datetime | None = None) -> ACLMessage:
    """Return the message that a text says.

    Args:
        text: the text; bytes in it that are not UTF-8 as *surrogateescape* has them.
        zone: the zone of times that name none.
        now: what relative times count from; None: the present.

    Raises:
        MalformedMessage: it is not a message.
    """
    return _Parser(text, zone, now).message()


def is_word(text: str) -> bool:
    """Tell whether a text can stand as a word, without quotation marks."""
    return _WORD.fullmatch(text) is not None


def quoted(parameter: str, text: str) -> str:
    """Return the text of a parameter as a string literal, or byte-length-encoded where no literal can say it.

    Raises:
        InvalidMessage: it has lone surrogates that stand for no bytes.
    """
    count = len(octets(parameter, text))
    if text.endswith("\\") or _SURROGATE.search(text):
        return f'#{count}"{text}'
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


def _text(parameter: str, value: str) -> str:
    return value if is_word(value) else quoted(parameter, value)


def _user_defined(name: str, value: str) -> str:
    return f":{checked(name)} {_text(name, value)}"


def _written(agent: AgentIdentifier) -> str:
    parts = ["(agent-identifier", f":name {_text('name', agent.name)}"]
    if agent.addresses:
        parts.append(f":addresses (sequence {' '.join(_text('addresses', url) for url in agent.addresses)})")
    if agent.resolvers:
        parts.append(f":resolvers (sequence {' '.join(map(_written, agent.resolvers))})")
    parts.extend(_user_defined(name, value) for name, value in agent.user_defined)
    return " ".join(parts) + ")"


class _Parser:
    """Reads one message by recursive descent; every method begins at the scanner's next token."""

    def __init__(self, text: str, zone: tzinfo, now: datetime | None) -> None:
        self._scanner = Scanner(text)
        self._zone = zone
        self._now = now

    def message(self) -> ACLMessage:
        self._expect(Kind.OPEN, "( at the beginning of a message")
        act = self._scanner.take()
        try:
            performative = Performative(act.value if act.kind is Kind.WORD else "")
        except ValueError:
            raise self._scanner.expected("one of the 22 performatives", act) from None
        sender = ANONYMOUS
        agents: dict[str, tuple[AgentIdentifier, ...]] = {}
        texts: dict[str, str] = {}
        reply_by: datetime | None = None
        user_defined: dict[str, str] = {}
        for token, name in self._parameters():
            match name.lower():
                case "sender":
                    sender = self._identifier(DEPTH)
                case "receiver" | "reply-to" as slot:
                    agents[slot] = self._set()
                case "reply-by":
                    reply_by = self._time()
                case slot if slot in TEXTS:
                    texts[TEXTS[slot]] = self._value(token)
                case slot if slot.startswith("x-"):
                    user_defined[name] = self._value_or_nothing(token)
                case _:
                    raise self._scanner.expected("a parameter of FIPA 00061, or one that begins with :X-", token)
        end = self._scanner.take()
        if end.kind is not Kind.END:
            raise self._scanner.expected("the end of the message", end)
        return ACLMessage(
            performative=performative,
            sender=sender,
            receivers=agents.get("receiver", ()),
            reply_to=agents.get("reply-to", ()),
            reply_by=reply_by,
            user_defined=user_defined,
            **texts,
        )

    def _parameters(self) -> Iterator[tuple[Token, str]]:
        """Yield the names of parameters up to the closing parenthesis; their values are taken in between."""
        seen: set[str] = set()
        while True:
            token = self._scanner.take()
            if token.kind is Kind.CLOSE:
                return
            if token.kind is not Kind.WORD or not token.value.startswith(":"):
                raise self._scanner.expected("a parameter or )", token)
            name = token.value[1:]
            if name.casefold() in seen:
                raise self._scanner.expected("each parameter once", token)
            seen.add(name.casefold())
            yield token, name

    def _identifier(self, depth: int) -> AgentIdentifier:
        self._expect(Kind.OPEN, "( at the beginning of an agent identifier")
        self._expect_word("agent-identifier")
        return self._identifier_body(depth)

    def _identifier_body(self, depth: int) -> AgentIdentifier:
        begin = self._scanner.peek()
        if not depth:
            raise MalformedMessage(f"expected no resolvers deeper than {DEPTH} levels", begin.begin, self._scanner.text)
        agent_name = ""
        addresses: tuple[str, ...] = ()
        resolvers: tuple[AgentIdentifier, ...] = ()
        user_defined: list[tuple[str, str]] = []
        for token, name in self._parameters():
            match name.lower():
                case "name":
                    agent_name = self._value(token)
                case "addresses":
                    addresses = tuple(self._value(token) for _ in self._sequence())
                case "resolvers":
                    resolvers = tuple(self._identifier(depth - 1) for _ in self._sequence())
                case slot if slot.startswith("x-"):
                    user_defined.append((name, self._value_or_nothing(token)))
                case _:
                    raise self._scanner.expected(":name, :addresses, :resolvers or one that begins with :X-", token)
        try:
            return identifier(agent_name, addresses, resolvers, user_defined)
        except NoIdentifier as error:
            raise MalformedMessage(f"{error}, in the one that begins", begin.begin, self._scanner.text) from None

    def _set(self) -> tuple[AgentIdentifier, ...]:
        self._expect(Kind.OPEN, "( at the beginning of a set of agent identifiers")
        word = self._expect_word("set", "agent-identifier")
        if word == "set":
            return tuple(self._identifier(DEPTH) for _ in self._items())
        return (self._identifier_body(DEPTH),)

    def _sequence(self) -> Iterator[None]:
        self._expect(Kind.OPEN, "( at the beginning of a sequence")
        self._expect_word("sequence")
        return self._items()

    def _items(self) -> Iterator[None]:
        """Yield once for each item up to the closing parenthesis; the items are taken in between."""
        while self._scanner.peek().kind is not Kind.CLOSE:
            yield
        self._scanner.take()

    def _time(self) -> datetime:
        token = self._scanner.take()
        if token.kind not in {Kind.WORD, Kind.STRING}:
            raise self._scanner.expected("a time", token)
        try:
            return date_time.read(token.value, zone=self._zone, now=self._now)
        except ValueError as error:
            raise MalformedMessage(f"expected a time, but {error},", token.begin, self._scanner.text) from None

    def _value_or_nothing(self, parameter: Token) -> str:
        token = self._scanner.peek()
        if token.kind is Kind.CLOSE or _is_parameter(token):
            return ""
        return self._value(parameter)

    def _value(self, parameter: Token) -> str:
        token = self._scanner.peek()
        if token.kind is Kind.OPEN:
            return self._expression()
        if token.kind not in {Kind.WORD, Kind.STRING} or _is_parameter(token):
            raise self._scanner.expected(f"a value of {parameter}", token)
        return self._scanner.take().value

    def _expression(self) -> str:
        begin = self._scanner.peek().begin
        depth = 0
        while True:
            token = self._scanner.take()
            if token.kind is Kind.OPEN:
                depth += 1
            elif token.kind is Kind.CLOSE:
                depth -= 1
            if depth > DEPTH:
                raise MalformedMessage(
                    f"expected no expressions deeper than {DEPTH} levels", token.begin, self._scanner.text
                )
            if token.kind is Kind.END:
                raise self._scanner.expected(") at the end of the expression", token)
            if not depth:
                return self._scanner.text[begin : token.end]

    def _expect(self, kind: Kind, what: str) -> Token:
        token = self._scanner.take()
        if token.kind is not kind:
            raise self._scanner.expected(what, token)
        return token

    def _expect_word(self, *words: str) -> str:
        token = self._expect(Kind.WORD, " or ".join(words))
        if token.value.lower() not in words:
            raise self._scanner.expected(" or ".join(words), token)
        return token.value.lower()


def _is_parameter(token: Token) -> bool:
    name = token.value[1:].lower()
    return token.kind is Kind.WORD and token.value.startswith(":") and (name in SLOTS or name.startswith("x-"))
