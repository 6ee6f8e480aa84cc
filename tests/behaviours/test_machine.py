"""State machines that docstrings describe: how they are read, and what is no machine."""

import importlib
import pkgutil

import pytest

import behaviours
from behaviours.machine import HEARS, SENDS, Machine, MachineError, machines

GOOD = """Some protocol.

Initiator, towards each participant::

    start           sends request                  -> asked
    asked           hears refuse, not-understood   -> (refused)
    asked, agreed   hears inform                   -> (done)
    asked           hears agree                    -> agreed
    agreed          deadline                       -> (late)

More words, and an example::

    await something()

Participant::

    start   hears request   -> (end)
"""


def table(*rows: str) -> str:
    return "Initiator::\n\n" + "\n".join(f"    {row}" for row in rows) + "\n"


def test_a_description_is_read() -> None:
    initiator, participant = machines(GOOD.replace("    await something()\n", ""))
    assert (initiator.role, initiator.title) == ("initiator", "Initiator, towards each participant")
    assert initiator.start == "start"
    assert initiator.finals == {"refused", "done", "late"}
    assert initiator.moves["asked"] == {
        "hears refuse": "refused",
        "hears not-understood": "refused",
        "hears inform": "done",
        "hears agree": "agreed",
    }
    assert initiator.moves["agreed"] == {"hears inform": "done", "deadline": "late"}
    assert initiator.states == ("start", "asked", "refused", "done", "agreed", "late")
    assert participant.moves == {"start": {"hears request": "end"}}


@pytest.mark.parametrize(
    ("described", "problem"),
    [
        (None, "-OO"),
        ("No table here.", "no state machine"),
        (GOOD, "is no move"),
        (table("start  hears tango  -> (end)"), "no performative"),
        (table("start  shouts inform  -> (end)"), "neither what is sent nor what is heard"),
        (table("start  hears inform  -> (end)", "start  hears inform  -> (other)"), "to end and to other"),
        (table("start  hears inform  -> (end)", "end  hears inform  -> (end)"), "final and yet not the end"),
        (table("start  hears inform  -> nowhere"), "nothing leads on"),
    ],
)
def test_what_is_no_machine(described: str | None, problem: str) -> None:
    with pytest.raises(MachineError, match=problem):
        machines(described)


def test_a_machine_is_drawn() -> None:
    (machine,) = machines(table("start  sends cfp, request  -> in-doubt", "in-doubt  deadline  -> (end)"))
    assert machine.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> start",
        "    start --> in_doubt: sends cfp, request",
        "    in_doubt --> end: deadline",
        "    end --> [*]",
    ]


def protocols() -> list[tuple[str, Machine, Machine]]:
    found = []
    for module in pkgutil.iter_modules(behaviours.__path__):
        loaded = importlib.import_module(f"behaviours.{module.name}")
        if hasattr(loaded, "PROTOCOL"):
            found.append((loaded.PROTOCOL, loaded.INITIATOR, loaded.PARTICIPANT))
    return found


@pytest.mark.parametrize(("protocol", "initiator", "participant"), protocols(), ids=lambda value: str(value)[:24])
def test_both_roles_of_a_protocol_fit_each_other(protocol: str, initiator: Machine, participant: Machine) -> None:
    """What one role can say, the other can hear in some state; and every state can be left or is final."""
    assert protocol.startswith("fipa-")
    for one, other in ((initiator, participant), (participant, initiator)):
        said = {e.removeprefix("sends ") for moves in one.moves.values() for e in moves if e in SENDS.values()}
        heard = {e.removeprefix("hears ") for moves in other.moves.values() for e in moves if e in HEARS.values()}
        assert said <= heard
    for machine in (initiator, participant):
        reachable, found = {machine.start}, [machine.start]
        while found:
            for after in machine.moves.get(found.pop(), {}).values():
                if after not in reachable:
                    reachable.add(after)
                    found.append(after)
        assert reachable == set(machine.states)
