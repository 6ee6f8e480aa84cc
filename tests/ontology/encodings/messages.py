"""Messages of every kind, and ways to spoil them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import strategies as st

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, Performative

NOT_XML = "".join(chr(code) for code in range(32) if chr(code) not in "\t\n") + "\ufffe\uffff"
WORDS = st.text(st.characters(categories=("L", "N"), include_characters="-._@:"), min_size=1)
XML_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NOT_XML))
TEXTS = st.text() | WORDS | st.text('()":#\\ab\x00 \n') | st.integers().map(str)
"""Texts with all that an encoding may stumble over."""
CONTENTS = TEXTS | st.binary().map(lambda octets: octets.decode("utf-8", "surrogateescape"))
"""Such texts, and bytes that are not UTF-8."""
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.sampled_from((UTC, timezone(timedelta(hours=-3, minutes=30)))),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
"""Times in whole milliseconds, which all encodings can say."""


def pairs(texts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Return user-defined parameters."""
    names = WORDS.map("X-".__add__)
    return st.lists(st.tuples(names, texts), max_size=2, unique_by=lambda pair: pair[0].casefold()).map(tuple)


def identifiers(texts: st.SearchStrategy[str]) -> st.SearchStrategy[AgentIdentifier]:
    """Return agent identifiers, with resolvers that have resolvers."""
    names = texts.filter(bool)

    def one(resolvers: st.SearchStrategy[AgentIdentifier]) -> st.SearchStrategy[AgentIdentifier]:
        return st.builds(
            AgentIdentifier,
            name=names,
            addresses=st.lists(texts, max_size=2).map(tuple),
            resolvers=st.lists(resolvers, max_size=2).map(tuple),
            user_defined=pairs(texts),
        )

    return st.recursive(st.builds(AgentIdentifier, name=names), one, max_leaves=3)


def messages(
    texts: st.SearchStrategy[str] = CONTENTS,
    names: st.SearchStrategy[str] = TEXTS,
    senders: st.SearchStrategy[AgentIdentifier] | None = None,
) -> st.SearchStrategy[ACLMessage]:
    """Return messages whose texts, and those of their agent identifiers, are of some kind."""
    agents = st.lists(identifiers(names), max_size=2).map(tuple)
    return st.builds(
        ACLMessage,
        performative=st.sampled_from(Performative),
        sender=st.just(ANONYMOUS) | (identifiers(names) if senders is None else senders),
        receivers=agents,
        reply_to=agents,
        reply_by=st.none() | MOMENTS,
        user_defined=pairs(texts).map(dict),
        **{
            name: st.none() | texts
            for name in (
                "content",
                "language",
                "encoding",
                "ontology",
                "protocol",
                "conversation_id",
                "reply_with",
                "in_reply_to",
            )
        },
    )


Spoilable = TypeVar("Spoilable", str, bytes)
XML_MESSAGES = messages(XML_TEXTS, XML_TEXTS, st.builds(AgentIdentifier, name=WORDS))
"""Messages that the stanza form can carry."""


@st.composite
def spoiled(draw: st.DrawFn, whole: Spoilable, parts: st.SearchStrategy[Spoilable]) -> Spoilable:
    """Return something with a part left out, doubled or replaced."""
    begin = draw(st.integers(0, len(whole)))
    end = draw(st.integers(begin, min(len(whole), begin + 8)))
    match draw(st.sampled_from(("left out", "doubled", "replaced", "cut"))):
        case "left out":
            return whole[:begin] + whole[end:]
        case "doubled":
            return whole[:end] + whole[begin:]
        case "cut":
            return whole[:begin]
    return whole[:begin] + draw(parts) + whole[end:]
