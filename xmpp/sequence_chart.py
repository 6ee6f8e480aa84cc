"""Conversations drawn as sequence charts: in plain text, and for Mermaid.

An agent is a column, a message an arrow from its sender's column to its receiver's; one to several receivers is drawn
as several arrows. Under an arrow stand the states that the roles of both have come to by it, as far as they are known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ontology.observation import SeenMessage
from xmpp.sightings import Sighting

_TIME: Final = "%H:%M:%S.%f"
_MARGIN: Final = 14
"""Columns of text for the time of a message."""
_MERMAID: Final = str.maketrans({sign: f"#{ord(sign)};" for sign in "#;:<>%"})
"""Writes what means something to Mermaid by its number."""


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A message to one receiver, with what is written on it and the states after it."""

    time: str
    sender: str
    receiver: str
    label: str
    fits: bool
    sender_state: str
    receiver_state: str


def text_chart(sightings: Sequence[Sighting]) -> str:
    """Return a chart in plain text.

    Args:
        sightings: the messages, in the order of time.
    """
    arrows = list(_arrows(sightings))
    names = _members(arrows)
    widest = max(
        [len(name) for name in names]
        + [max(len(a.label) + 4, len(a.sender_state) + 2, len(a.receiver_state) + 2) for a in arrows],
        default=0,
    )
    width = widest + 2
    places = {name: _MARGIN + width * number + width // 2 for number, name in enumerate(names)}
    lines = [_written({places[name]: name for name in names})]
    for arrow in arrows:
        lines.append(_written(dict.fromkeys(places.values(), "|")))
        lines.append(_drawn(arrow, places))
        if states := _states(arrow, places):
            lines.append(_written(dict.fromkeys(places.values(), "|") | states))
    return "\n".join(lines)


def mermaid_chart(sightings: Sequence[Sighting]) -> str:
    """Return a chart as a sequence diagram for Mermaid.

    Args:
        sightings: the messages, in the order of time.
    """
    arrows = list(_arrows(sightings))
    aliases = {name: f"a{number}" for number, name in enumerate(_members(arrows))}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {alias} as {_plain(name)}" for name, alias in aliases.items()]
    for arrow in arrows:
        sender, receiver = aliases[arrow.sender], aliases[arrow.receiver]
        lines.append(f"    {sender}{'->>' if arrow.fits else '-x'}{receiver}: {_plain(arrow.label)}")
        if arrow.sender_state:
            lines.append(f"    Note over {sender}: {_plain(arrow.sender_state)}")
        if arrow.receiver_state:
            lines.append(f"    Note over {receiver}: {_plain(arrow.receiver_state)}")
    return "\n".join(lines)


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return what agents are called in print: without their host, unless two on different hosts share a name."""
    local = [name.partition("@")[0] for name in names]
    return {
        name: short if local.count(short) == 1 and short else name for name, short in zip(names, local, strict=True)
    }


def _arrows(sightings: Sequence[Sighting]) -> Iterator[_Arrow]:
    everybody = {name for each in sightings for name in (each.message.sender, *each.message.receivers)}
    shown = short_names(sorted(everybody))
    states: dict[tuple[str, str, str, str | None], str] = {}

    def news(seen: SeenMessage | None, agent: str, peer: str) -> str:
        if seen is None:
            return ""
        towards = (agent, seen.role, peer, seen.conversation_id)
        known = states.get(towards)
        states[towards] = seen.after
        return seen.after if seen.after != known else ""

    for each in sightings:
        message = each.message
        said = each.by(message.sender, "said")
        for receiver in message.receivers:
            heard = each.by(receiver, "heard")
            fits = heard is None or heard.taken in {"fits", "behaviour"}
            yield _Arrow(
                time=each.time.astimezone().strftime(_TIME)[:-3],
                sender=shown[message.sender],
                receiver=shown[receiver],
                label=message.performative if fits or heard is None else f"{message.performative} ({heard.taken})",
                fits=fits,
                sender_state=news(said, message.sender, receiver),
                receiver_state=news(heard, receiver, message.sender),
            )


def _members(arrows: Sequence[_Arrow]) -> list[str]:
    return list(dict.fromkeys(name for arrow in arrows for name in (arrow.sender, arrow.receiver)))


def _drawn(arrow: _Arrow, places: dict[str, int]) -> str:
    here, there = places[arrow.sender], places[arrow.receiver]
    line = list(_written({0: "", **dict.fromkeys(places.values(), "|")}).ljust(max(places.values()) + 1))
    line[: len(arrow.time)] = arrow.time
    if here == there:
        line[here : here + 1] = f"|<- {arrow.label}"
        return "".join(line).rstrip()
    left, right = sorted((here, there))
    shaft = f" {arrow.label} ".center(right - left - 2, "-")
    end = ">" if arrow.fits else "x"
    line[left + 1 : right] = f"{shaft}{end}" if here < there else f"{'<' if arrow.fits else 'x'}{shaft}"
    return "".join(line).rstrip()


def _states(arrow: _Arrow, places: dict[str, int]) -> dict[int, str]:
    said = ((arrow.sender, arrow.sender_state), (arrow.receiver, arrow.receiver_state))
    return {places[name]: f"({state})" for name, state in said if state}


def _written(words: dict[int, str]) -> str:
    """Return a line with words centred at places."""
    line = ""
    for place, word in sorted(words.items()):
        line = line.ljust(max(0, place - len(word) // 2)) + word
    return line


def _plain(text: str) -> str:
    """Return a text without what means something to Mermaid."""
    return " ".join(text.translate(_MERMAID).split())
