"""What an endpoint has received of whom: nothing is taken twice, and nothing before what comes before it.

Senders number their messages and send again what was not acknowledged (``xmpp/receipts.py``). So a message may come
twice, or come when one before it is still missing. For each sender a single number says what has arrived; it is all
that is kept.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from xmpp.receipts import Numbered, Taken

_SENDERS: Final = 10_000
_EPOCHS: Final = 4
"""How many lives of one sender are remembered: stanzas of an earlier one may still be on their way."""


class Verdict(Enum):
    """What to do with a message."""

    TAKE = auto()
    REPEATED = auto()
    EARLY = auto()
    """Something before it is missing. It is dropped, and comes again after that."""


@dataclass(slots=True)
class _Life:
    """What is known of one epoch of a sender."""

    epoch: str
    number: int = 0
    owed: int = 0
    missing: bool = False
    asked: bool = False
    address: str = ""


class Seen:
    """The numbers of what has arrived, by sender and epoch.

    Args:
        senders: how many senders are remembered. Of one that was forgotten, something may be taken twice.
    """

    def __init__(self, *, senders: int = _SENDERS) -> None:
        self._limit = senders
        self._senders: OrderedDict[str, OrderedDict[str, _Life]] = OrderedDict()
        self._owing: dict[tuple[str, str], _Life] = {}

    def judge(self, sender: str, address: str, numbered: Numbered) -> Verdict:
        """Say what to do with a message; one that is to be taken counts as arrived from now on.

        Args:
            sender: the sender's bare JID.
            address: the full JID to which receipts go.
            numbered: the message's number.
        """
        life = self._life(sender, numbered.epoch)
        life.address = address
        life.owed += 1
        self._owing[sender, numbered.epoch] = life
        if numbered.number <= life.number:
            return Verdict.REPEATED
        if numbered.after > life.number:
            life.missing = not life.asked  # what is on its way already would ask for the same again and again
            return Verdict.EARLY
        life.number = numbered.number
        life.missing = life.asked = False
        return Verdict.TAKE

    def knows(self, sender: str) -> bool:
        """Tell whether a sender numbers its messages."""
        return sender in self._senders

    def receipt(self, sender: str) -> Taken | None:
        """Return what is to be said to a sender on a message that goes there anyway; it counts as said."""
        lives = self._senders.get(sender)
        if lives is None:
            return None
        life = next(reversed(lives.values()))
        if life.owed:
            self._owing.pop((sender, life.epoch), None)
        return _said(life)

    def is_due(self, sender: str, numbered: Numbered, *, many: int) -> bool:
        """Tell whether receipts should not wait any longer: so many are owed, or something is missing anew."""
        life = self._owing.get((sender, numbered.epoch))
        return life is not None and (life.missing or life.owed >= many)

    def owed(self) -> list[tuple[str, Taken]]:
        """Return the receipts that nothing has borne yet, with the full JIDs they go to; they count as said."""
        found = [(life.address, _said(life)) for life in self._owing.values()]
        self._owing.clear()
        return found

    @property
    def owes(self) -> bool:
        """Whether receipts are still to be sent."""
        return bool(self._owing)

    def _life(self, sender: str, epoch: str) -> _Life:
        lives = self._senders.get(sender)
        if lives is None:
            lives = self._senders[sender] = OrderedDict()
            if len(self._senders) > self._limit:
                gone, _ = self._senders.popitem(last=False)
                for key in [key for key in self._owing if key[0] == gone]:
                    del self._owing[key]
        else:
            self._senders.move_to_end(sender)
        life = lives.get(epoch)
        if life is None:
            life = lives[epoch] = _Life(epoch)
            if len(lives) > _EPOCHS:
                gone, _ = lives.popitem(last=False)
                self._owing.pop((sender, gone), None)
        return life


def _said(life: _Life) -> Taken:
    taken = Taken(life.epoch, life.number, life.missing)
    life.owed = 0
    life.asked = life.asked or life.missing
    life.missing = False
    return taken
