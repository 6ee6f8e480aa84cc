"""What the agents of these tests speak of besides the assistant's ontology: how warm it is in which room."""

from collections.abc import Iterable

from behaviours.facts import Facts, Knowledge
from ontology.assistant import ASSISTANT
from ontology.content import Ontology, Predicate
from ontology.expressions import AllOf, AnyOf, IdentifyingExpression, Iota, Pattern, Variable


class Warmth(Predicate):
    room: str
    degrees: int


class Broken(Exception):
    """What handlers raise in these tests that nobody foresaw."""


HOME = Ontology("home", classes=(Warmth,), includes=(ASSISTANT,))


class Rooms:
    """Rooms and how warm they are, and the facts about them."""

    def __init__(self, **degrees: int) -> None:
        self.degrees = degrees
        self.facts = Facts([Knowledge(Warmth, self._known)])

    def set(self, room: str, degrees: int) -> Warmth:
        self.degrees[room] = degrees
        self.facts.changed()
        return Warmth(room=room, degrees=degrees)

    async def _known(self, _: Pattern) -> Iterable[Warmth]:
        return [Warmth(room=room, degrees=degrees) for room, degrees in self.degrees.items()]


def warmth_of(room: str, kind: type[IdentifyingExpression] = Iota) -> IdentifyingExpression:
    """How warm a room is."""
    return kind(term=Variable(name="x"), proposition=Pattern.of(Warmth, room=room, degrees=Variable(name="x")))


def rooms_with(degrees: int, kind: type[IdentifyingExpression] = AllOf) -> IdentifyingExpression:
    """The rooms that are so warm."""
    return kind(term=Variable(name="x"), proposition=Pattern.of(Warmth, room=Variable(name="x"), degrees=degrees))


ANY_ROOM = AnyOf(term=Variable(name="x"), proposition=Pattern.of(Warmth, room=Variable(name="x")))
