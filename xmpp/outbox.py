"""What an endpoint has sent and its receivers have not acknowledged yet, kept in order for each of them.

A letter is one ACL stanza. It is numbered once, and keeps its number and id however often it is sent. It leaves the
outbox when

- its receiver's endpoint says that it has it (``xmpp/receipts.py``);
- or the server has it (XEP-0198), and its receiver is a program that sends no receipts;
- or it is given up: the server returns it, the message's reply-by is over, or nobody has answered for minutes. Then
  whoever sent it is told.

The server returns what is for an agent without a session. Who was never heard of is not there. Who was heard of may
be changing its connection, and after a restart of the server everybody is: then letters are tried again for a while.
A letter that waits holds up those behind it, so that a receiver gets them in the order in which they were sent.

Nothing here sends or waits; ``xmpp/delivery.py`` does.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final
from uuid import uuid4

from ontology.acl import ACLMessage
from xmpp.parts import LARGEST_PART, LARGEST_WHOLE, MessageTooLargeError, Part, pieces
from xmpp.receipts import Numbered

MESSAGES: Final = 10_000
BYTES: Final = 64 * 2**20
"""How much an outbox holds."""

PATIENCE: Final = 3.0
"""Seconds for which letters are tried again that the server returns, though their receiver was there before."""
RETURN: Final = 15.0
"""Seconds after a new session in place of a lost one within which anybody may still be on their way back."""
_AGAIN: Final = 0.5
"""Seconds between two attempts to get a returned letter through."""
_SILENT: Final = 5.0
"""Seconds after which what was not acknowledged is sent again; each time twice as long."""
_ATTEMPTS: Final = 5
_STRANGER: Final = 60.0
"""Seconds for which letters to somebody are kept of whom it isn't known whether they send receipts."""
_PARTS_AT_ONCE: Final = 8
"""How many parts of large contents are on their way to one receiver, so that they neither crowd out what goes to
others nor meet the server's limit on what a client may send in a second."""
_PEERS: Final = 10_000
_RELEASED: Final = 2048
_OVERHEAD: Final = 1024
"""What a letter takes beside its content, in bytes, roughly."""


class OutboxFullError(OSError):
    """So much waits to be delivered already that nothing more is taken."""


class Receipts(Enum):
    """Whether a receiver sends receipts."""

    UNKNOWN = auto()
    SENT = auto()
    NONE = auto()


@dataclass(slots=True, eq=False)
class Letter:
    """One stanza to one receiver.

    Attributes:
        id: the stanza's id.
        number: its number.
        to: the receiver's bare JID.
        message: what it says.
        part: which part of it, where it is too large for one stanza.
        size: how much room it takes, in bytes.
        sent: whether it has been sent in the present session.
        taken: whether the server has acknowledged it.
    """

    id: str
    number: int
    to: str
    message: ACLMessage
    part: Part | None
    size: int
    sent: bool = False
    taken: bool = False


@dataclass(slots=True)
class _Lane:
    """The letters to one receiver."""

    letters: deque[Letter] = field(default_factory=deque)
    held_until: float = 0.0
    returned_since: float | None = None
    due: float = float("inf")
    attempts: int = 0


class Outbox:
    """The letters of one endpoint.

    Args:
        clock: seconds, monotonic.
        now: the present time, for reply-by.
        messages: how many letters it holds.
        size: how many bytes it holds.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        messages: int = MESSAGES,
        size: int = BYTES,
    ) -> None:
        self.epoch = uuid4().hex[:16]
        self._clock = clock
        self._now = now
        self._most = messages
        self._room = size
        self._number = 0
        self._lanes: dict[str, _Lane] = {}
        self._letters: dict[str, Letter] = {}
        self._released: OrderedDict[str, Letter] = OrderedDict()
        self._peers: OrderedDict[str, Receipts] = OrderedDict()
        self._returning_until = float("-inf")

    def __len__(self) -> int:
        return len(self._letters)

    def post(self, to: str, message: ACLMessage) -> None:
        """Take a letter; several, where the content is too large for one.

        Raises:
            OutboxFullError: there is no room.
            MessageTooLargeError: it takes several, which its receiver cannot put together.
        """
        alone = self.receipts(to) is Receipts.NONE
        texts = pieces(message.content, LARGEST_WHOLE if alone else LARGEST_PART)
        size = _OVERHEAD * len(texts) + len(message.content or "")
        if len(self._letters) + len(texts) > self._most or size > self._room:
            raise OutboxFullError(
                f"{len(self._letters)} messages wait to be delivered already; this one to {to} is not taken"
            )
        if len(texts) == 1:
            self._post(to, message, None, size)
            return
        if alone:
            raise MessageTooLargeError(f"{to} takes only what fits into one stanza")
        transfer = f"{self.epoch}-{self._number + 1}"
        for index, text in enumerate(texts):
            part = Part(transfer, index, len(texts))
            self._post(to, replace(message, content=text), part, _OVERHEAD + len(text))

    def _post(self, to: str, message: ACLMessage, part: Part | None, size: int) -> None:
        self._number += 1
        letter = Letter(f"{self.epoch}-{self._number}", self._number, to, message, part, size)
        self._room -= size
        self._letters[letter.id] = letter
        self._lanes.setdefault(to, _Lane()).letters.append(letter)

    def waiting(self, to: str) -> bool:
        """Tell whether anything to that receiver is not known to have arrived."""
        return to in self._lanes

    @property
    def receivers(self) -> tuple[str, ...]:
        """To whom something is not known to have arrived."""
        return tuple(self._lanes)

    def ready(self, to: str) -> list[tuple[Letter, Numbered | None]]:
        """Return what is to be sent to a receiver now, in order, with its number; it counts as sent."""
        lane = self._lanes.get(to)
        if lane is None or lane.letters[-1].sent or self._clock() < lane.held_until:
            return []
        numbered = self.receipts(to) is not Receipts.NONE
        found: list[tuple[Letter, Numbered | None]] = []
        before = parts = 0
        for letter in lane.letters:
            parts += letter.part is not None
            if not letter.sent:
                if parts > _PARTS_AT_ONCE:
                    break
                letter.sent = True
                found.append((letter, Numbered(self.epoch, letter.number, before) if numbered else None))
            before = letter.number
        if not found:
            return []
        if found[0][0] is lane.letters[0]:
            lane.due = self._clock() + _SILENT * 2**lane.attempts
        return found

    # -- what becomes of them

    def receipts(self, peer: str) -> Receipts:
        """Return whether a peer sends receipts, as far as that is known."""
        return self._peers.get(peer, Receipts.UNKNOWN)

    def learn(self, peer: str, *, numbers: bool) -> None:
        """Note that a message of a peer came with or without a number: who numbers sends receipts."""
        told = Receipts.SENT if numbers else Receipts.NONE
        if self._peers.get(peer) is told:
            return
        self._peers[peer] = told
        if len(self._peers) > _PEERS:
            self._peers.popitem(last=False)
        if told is Receipts.NONE:
            for letter in self._of(peer):
                if letter.taken:
                    self._release(letter)

    def acknowledge(self, peer: str, number: int, *, missing: bool) -> None:
        """Let go of what a receiver says it has; what is missing there is to be sent again."""
        self.learn(peer, numbers=True)
        lane = self._lanes.get(peer)
        if lane is None:
            return
        letters = lane.letters
        if letters[0].number <= number:
            lane.attempts, lane.returned_since, lane.held_until = 0, None, 0.0
            lane.due = self._clock() + _SILENT
        while letters and letters[0].number <= number:
            self._forget(letters.popleft())
        if not letters:
            del self._lanes[peer]
        elif missing:
            _unsend(letters)

    def server_took(self, stanza_id: str) -> None:
        """Note that the server has a letter."""
        letter = self._letters.get(stanza_id)
        if letter is not None:
            letter.taken = True
            if self.receipts(letter.to) is Receipts.NONE:
                self._release(letter)

    def returned(self, stanza_id: str, *, absent: bool) -> ACLMessage | None:
        """Note that the server returned a letter.

        Args:
            stanza_id: its id.
            absent: whether that is because the receiver has no session, which may be over soon.

        Returns:
            The message where it is given up; None where it is tried again, or was never ours.
        """
        letter = self._letters.get(stanza_id)
        if letter is None:
            released = self._released.pop(stanza_id, None)
            return None if released is None else released.message
        lane, now = self._lanes[letter.to], self._clock()
        if lane.returned_since is None:
            lane.returned_since = now
        patience = lane.returned_since + PATIENCE if self.receipts(letter.to) is Receipts.SENT else float("-inf")
        if absent and now < max(patience, self._returning_until):
            lane.held_until = now + _AGAIN
            _unsend(lane.letters)
            return None
        self._drop(letter)
        return letter.message

    def session_is_new(self, *, lost: bool) -> None:
        """Note that a session began of which the server knows nothing yet: all is to be sent again.

        Args:
            lost: whether it is in the place of one that was lost.
        """
        if lost:
            self._returning_until = self._clock() + RETURN
        for lane in self._lanes.values():
            lane.held_until, lane.returned_since, lane.attempts = 0.0, None, 0
            _unsend(lane.letters)

    def session_goes_on(self, resent: Collection[str]) -> None:
        """Note that the session was resumed: what the server does not have, and was not resent, is to be sent."""
        for lane in self._lanes.values():
            lost = False
            for letter in lane.letters:
                lost = lost or not (letter.taken or letter.id in resent)
                letter.sent = letter.sent and not lost

    def lapsed(self, *, online: bool) -> list[Letter]:
        """Return what is given up because its time is over, and make what was met with silence ready again.

        Args:
            online: whether there is a session; without one, silence says nothing.
        """
        over: list[Letter] = []
        now, moment = self._clock(), self._now()
        for lane in list(self._lanes.values()):
            first = lane.letters[0]
            silent = online and first.sent and lane.due <= now
            answers = self.receipts(first.to) is Receipts.SENT
            if silent and answers and lane.attempts < _ATTEMPTS:
                lane.attempts += 1
                _unsend(lane.letters)
                silent = False
            for letter in list(lane.letters):
                reply_by = letter.message.reply_by
                if (reply_by is not None and reply_by <= moment) or (silent and answers and letter.sent):
                    over.append(letter)
                elif silent and letter.taken and now - lane.due >= _STRANGER - _SILENT:
                    self._release(letter)
        return [letter for letter in over if self._drop(letter)]

    def _of(self, peer: str) -> Iterable[Letter]:
        lane = self._lanes.get(peer)
        return () if lane is None else tuple(lane.letters)

    def _release(self, letter: Letter) -> None:
        """Let go of a letter that the server has and may still return."""
        self._drop(letter)
        self._released[letter.id] = letter
        if len(self._released) > _RELEASED:
            self._released.popitem(last=False)

    def _drop(self, letter: Letter) -> bool:
        """Take a letter out, and with a part the others of its message; tell whether it was still there."""
        if letter.id not in self._letters:
            return False
        lane = self._lanes[letter.to]
        transfer = letter.part.transfer if letter.part is not None else None
        for other in tuple(lane.letters) if transfer else (letter,):
            if other is letter or (other.part is not None and other.part.transfer == transfer):
                lane.letters.remove(other)
                self._forget(other)
        if not lane.letters:
            del self._lanes[letter.to]
        return True

    def _forget(self, letter: Letter) -> None:
        del self._letters[letter.id]
        self._room += letter.size


def _unsend(letters: Iterable[Letter]) -> None:
    for letter in letters:
        letter.sent = letter.taken = False
