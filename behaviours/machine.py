"""State machines of interaction protocols, read from the docstrings that describe them.

Each protocol's file says in its docstring what either role may send and hear, and when. That text *is* the machine:
:func:`machines` reads it, and every message that is sent or heard is checked against it, so that code and description
cannot part. A machine is written as a title line that ends in ``::`` and a table of moves under it::

    Initiator, towards each participant::

        start           sends request                  -> asked
        asked           hears agree                    -> agreed
        asked           hears refuse, not-understood   -> (refused)
        asked, agreed   hears inform                   -> (done)
        asked, agreed   deadline                       -> (late)

On the left are the states in which the move is possible, on the right the state after it; states in parentheses are
final. A move is ``sends`` or ``hears`` with performatives, or an event of the protocol's own in one word, such as
``deadline``. The machine begins in the first state of the table.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ontology.acl import Performative

PARTIAL: Final = "partial"
"""The kind of an inform that says how far the work is, and ends nothing."""

_TITLE = re.compile(r"^(?P<indent> *)(?P<title>\S.*)::\s*$")
_MOVE = re.compile(r"^\s+(?P<states>\S.*?)\s{2,}(?P<event>\S.*?)\s+->\s+(?P<after>\(?[\w-]+\)?)\s*$")
_KINDS: Final = frozenset({PARTIAL, *(performative.value for performative in Performative)})

SENDS: Final[Mapping[str, str]] = {kind: f"sends {kind}" for kind in _KINDS}
"""The event of sending a message of each kind: a performative, or ``partial``."""
HEARS: Final[Mapping[str, str]] = {kind: f"hears {kind}" for kind in _KINDS}
"""The event of hearing a message of each kind."""


class MachineError(Exception):
    """A docstring does not describe a machine, or code tries a move that its machine does not have."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What one role of a protocol may send and hear, and when.

    Args:
        role: whose machine it is, in lower case.
        title: the whole title in the docstring.
        start: the first state.
        finals: the states in which the conversation has ended.
        moves: for each state, the state after each event that is possible in it.
    """

    role: str
    title: str
    start: str
    finals: frozenset[str]
    moves: Mapping[str, Mapping[str, str]]

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order of the table."""
        found = dict.fromkeys((self.start,))
        for before, events in self.moves.items():
            found |= dict.fromkeys((before, *events.values()))
        return tuple(found)

    def mermaid(self) -> str:
        """Return the machine as a state diagram for Mermaid."""
        lines = ["stateDiagram-v2", f"    [*] --> {_name(self.start)}"]
        for before, events in self.moves.items():
            together: dict[str, list[str]] = {}
            for event, after in events.items():
                together.setdefault(after, []).append(event)
            lines += [
                f"    {_name(before)} --> {_name(after)}: {_joined(caused)}" for after, caused in together.items()
            ]
        lines += [f"    {_name(state)} --> [*]" for state in self.states if state in self.finals]
        return "\n".join(lines)


def machines(description: str | None) -> tuple[Machine, ...]:
    """Return the machines that a docstring describes, in its order.

    Raises:
        MachineError: a row cannot be read, a state leads to two places, or there is no machine in it.
    """
    if description is None:
        raise MachineError("The protocols are read from their docstrings; Python must not be run with -OO.")
    found = tuple(_machine(title, rows) for title, rows in _blocks(description) if rows)
    if not found:
        raise MachineError("There is no state machine in this docstring.")
    return found


def _blocks(description: str) -> Iterator[tuple[str, list[str]]]:
    title, rows, indent = "", list[str](), 0
    for line in (*description.splitlines(), "end::"):
        heading = _TITLE.match(line)
        if heading is not None:
            yield title, rows
            title, rows, indent = heading["title"], [], len(heading["indent"])
        elif line.strip() and len(line) - len(line.lstrip()) > indent and title:
            rows.append(line)
        elif line.strip():
            yield title, rows
            title, rows = "", []


def _machine(title: str, rows: list[str]) -> Machine:
    moves: dict[str, dict[str, str]] = {}
    finals: set[str] = set()
    start = ""
    for row in rows:
        move = _MOVE.match(row)
        if move is None:
            raise MachineError(f"{title}: {row.strip()!r} is no move of a state machine")
        after = move["after"].strip("()")
        if move["after"].startswith("("):
            finals.add(after)
        for before in (state.strip() for state in move["states"].split(",")):
            start = start or before
            for event in _events(title, move["event"]):
                known = moves.setdefault(before, {}).setdefault(event, after)
                if known != after:
                    raise MachineError(f"{title}: {event} leads from {before} to {known} and to {after}")
    going_on = finals & moves.keys()
    if going_on:
        raise MachineError(f"{title}: {', '.join(sorted(going_on))} is final and yet not the end")
    nowhere = {after for events in moves.values() for after in events.values()} - finals - moves.keys()
    if nowhere:
        raise MachineError(f"{title}: from {', '.join(sorted(nowhere))} nothing leads on, and it is not final")
    frozen = MappingProxyType({before: MappingProxyType(events) for before, events in moves.items()})
    return Machine(re.split(r"[\s,]", title)[0].lower(), title, start, frozenset(finals), frozen)


def _events(title: str, written: str) -> list[str]:
    verb, _, kinds = written.partition(" ")
    if not kinds:
        return [verb]
    table = {"sends": SENDS, "hears": HEARS}.get(verb)
    if table is None:
        raise MachineError(f"{title}: {written!r} is neither what is sent nor what is heard")
    try:
        return [table[kind.strip()] for kind in kinds.split(",")]
    except KeyError as error:
        raise MachineError(f"{title}: {error.args[0]!r} is no performative") from None


def _name(state: str) -> str:
    return state.replace("-", "_")


def _joined(events: list[str]) -> str:
    said: dict[str, list[str]] = {}
    for event in events:
        verb, _, kind = event.partition(" ")
        said.setdefault(verb, []).append(kind)
    return " or ".join(f"{verb} {', '.join(kinds)}".strip() for verb, kinds in said.items())
