"""Receipts between endpoints: every ACL stanza bears a number, and its receiver says up to which it has them all.

The server's own acknowledgement (XEP-0198) says that the server has a stanza, which a restart of the server loses
again. So endpoints acknowledge to one another, as clients do with XEP-0184, but by number and for many at once, and
on the messages that go back anyway wherever there are any:

- ``<numbered xmlns="urn:parley:receipts:0" epoch="..." number="7" after="6"/>`` on a message: the seventh that this
  endpoint has sent since it began (the *epoch*), to whomever. ``after`` is the last one before it, to the same
  receiver, that is still to be acknowledged; where there is none, nothing need be awaited.
- ``<taken xmlns="urn:parley:receipts:0" epoch="..." number="7" missing="1"/>`` on any message: everything of that
  epoch up to that number has arrived. ``missing`` says that something after it did not, and should come again.
"""

from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from slixmpp.xmlstream.matcher.base import MatcherBase

NAMESPACE: Final = "urn:parley:receipts:0"

_NUMBERED: Final = f"{{{NAMESPACE}}}numbered"
_TAKEN: Final = f"{{{NAMESPACE}}}taken"
_LONGEST_EPOCH: Final = 32
_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message's number.

    Args:
        epoch: tells the lives of an endpoint apart; numbers begin anew in each.
        number: from 1; rises from message to message of the epoch.
        after: the number of the message before it that the receiver must have; 0 where there is none.
    """

    epoch: str
    number: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What has arrived.

    Args:
        epoch: whose numbers are meant.
        number: everything up to it has arrived.
        missing: whether something after it has not, although later messages have.
    """

    epoch: str
    number: int
    missing: bool = False


class TakenMatcher(MatcherBase):
    """Matches messages that say what has arrived, with or without anything else in them."""

    def __init__(self) -> None:
        super().__init__(None)

    def match(self, stanza: Any) -> bool:
        """Tell whether a stanza is one."""
        return stanza.xml.find(_TAKEN) is not None


def numbered_text(numbered: Numbered) -> str:
    """Return the element that puts a number on a message."""
    after = f" after='{numbered.after}'" if numbered.after else ""
    return f"<numbered xmlns='{NAMESPACE}' epoch={quoteattr(numbered.epoch)} number='{numbered.number}'{after}/>"


def taken_text(taken: Taken) -> str:
    """Return the element that says what has arrived."""
    missing = " missing='1'" if taken.missing else ""
    return f"<taken xmlns='{NAMESPACE}' epoch={quoteattr(taken.epoch)} number='{taken.number}'{missing}/>"


def read_numbered(stanza: Any) -> Numbered | None:
    """Return a message's number; None where it has none, or none that can be read."""
    found = stanza.xml.find(_NUMBERED)
    if found is None:
        return None
    epoch, number, after = found.get("epoch", ""), _count(found.get("number")), _count(found.get("after", "0"))
    if not 0 < len(epoch) <= _LONGEST_EPOCH or not number or after is None:
        return None
    return Numbered(epoch, number, after)


def read_taken(stanza: Any) -> Taken | None:
    """Return what a message says has arrived; None where it says nothing of the kind."""
    found = stanza.xml.find(_TAKEN)
    if found is None:
        return None
    number = _count(found.get("number"))
    return None if number is None else Taken(found.get("epoch", ""), number, found.get("missing") == "1")


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
