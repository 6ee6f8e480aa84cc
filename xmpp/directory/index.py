"""Which agents' descriptions a template matches, found without looking at the others.

The index holds what can be told of a single service: its type, name, protocols, ontologies and languages. A template
that asks for nothing else is answered from it alone; of other templates it says who may match.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ontology.management import DFAgentDescription, ServiceDescription

Key = tuple[str, str]
"""What is told of a service, or of its agent: the kind of thing, and its name."""

Place = tuple[str, int]
"""An agent's name and which of its services it is; -1: what is told of the agent itself."""


class Found(NamedTuple):
    """What the index knows of a template.

    Args:
        names: the agents among which are all that match.
        is_exact: whether all of them do.
    """

    names: Collection[str]
    is_exact: bool


class Index:
    """The places of everything that is told."""

    def __init__(self) -> None:
        self._places: dict[Key, dict[Place, None]] = {}

    def put(self, name: str, before: DFAgentDescription | None, after: DFAgentDescription | None) -> None:
        """Note that an agent's description is another one, or is gone."""
        old = dict.fromkeys(() if before is None else _told(name, before))
        new = dict.fromkeys(() if after is None else _told(name, after))
        for entry in old.keys() - new.keys():
            key, place = entry
            places = self._places[key]
            del places[place]
            if not places:
                del self._places[key]
        for key, place in new:
            self._places.setdefault(key, {})[place] = None

    def find(self, template: DFAgentDescription) -> Found | None:
        """Return who may match a template; None: it asks for nothing that is in the index."""
        groups = [([key], True) for key in _keys_of_agent(template)]
        groups += [(list(_keys_of_service(s)), not s.properties and s.ownership is None) for s in template.services]
        is_exact = not template.scope and all(keys and whole for keys, whole in groups)
        found: Collection[str] | None = None
        for keys, _ in groups:
            if keys:
                names = self._with_all(keys)
                found = names if found is None else [name for name in found if name in names]
        return None if found is None else Found(found, is_exact)

    def _with_all(self, keys: Iterable[Key]) -> dict[str, None]:
        """Return the names of agents of which all that is told of one place."""
        sets = sorted((self._places.get(key, {}) for key in keys), key=len)
        fewest, others = sets[0], sets[1:]
        return dict.fromkeys(place[0] for place in fewest if all(place in places for places in others))


def _told(name: str, description: DFAgentDescription) -> Iterator[tuple[Key, Place]]:
    for key in _keys_of_agent(description):
        yield key, (name, -1)
    for number, service in enumerate(description.services):
        for key in _keys_of_service(service):
            yield key, (name, number)


def _keys_of_agent(description: DFAgentDescription) -> Iterator[Key]:
    for protocol in description.protocols:
        yield "agent's protocol", protocol
    for ontology in description.ontologies:
        yield "agent's ontology", ontology
    for language in description.languages:
        yield "agent's language", language


def _keys_of_service(service: ServiceDescription) -> Iterator[Key]:
    if service.type is not None:
        yield "type", service.type
    if service.name is not None:
        yield "name", service.name
    for protocol in service.protocols:
        yield "protocol", protocol
    for ontology in service.ontologies:
        yield "ontology", ontology
    for language in service.languages:
        yield "language", language
