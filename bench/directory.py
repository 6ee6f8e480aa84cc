"""How fast the directory finds agents: by its index, beside a plain look at every description."""

import time
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from typing import Final, TypeVar

from bench.measures import Measure
from ontology.acl import AgentIdentifier
from ontology.management import AMSAgentDescription, DFAgentDescription, ServiceDescription, matcher
from xmpp.directory.registry import Registry

T = TypeVar("T")

AGENTS: Final = 1000
TYPES: Final = 100
"""How many types of services there are; each agent offers two of them."""
SEARCHES: Final = 5000
SCANS: Final = 50
TARGET: Final = 10_000
"""Searches a second that there should be at least."""

SOUGHT: Final = {
    "type": [ServiceDescription(type=f"type-{number}") for number in range(TYPES)],
    "type and protocol": [
        ServiceDescription(type=f"type-{number}", protocols=("fipa-contract-net",)) for number in range(TYPES)
    ],
    "type, ontology and language": [
        ServiceDescription(type=f"type-{number}", ontologies=(f"ontology-{number % 7}",), languages=("json",))
        for number in range(TYPES)
    ],
    "name": [ServiceDescription(name=f"service-{number}") for number in range(AGENTS)],
}
"""What is searched for, by what is said of it."""


async def measure() -> list[Measure]:
    """Measure searches among many agents."""
    registry = Registry()
    described = tuple(_described(number) for number in range(AGENTS))
    for number, each in enumerate(described):
        registry.register(_agent(number), AMSAgentDescription(name=_agent(number)))
        registry.register(_agent(number), each)
    measures = []
    for kind, services in SOUGHT.items():
        templates = [DFAgentDescription(services=(service,)) for service in services]
        found = len(registry.search(templates[0]))
        indexed = _rate(registry.search, islice(cycle(templates), SEARCHES))
        scanned = _rate(lambda template: _scan(template, described), islice(cycle(templates), SCANS))
        what = f"searches among {AGENTS} agents by {kind}"
        measures += [
            Measure(f"{what} ({found} found)", indexed, "/s", more_is_better=True, target=TARGET),
            Measure(f"{what}, plain scan", scanned, "/s", more_is_better=True, compared=False),
        ]
    renewals = _rate(lambda n: registry.modify(_agent(n), described[n]), islice(cycle(range(AGENTS)), SEARCHES))
    return [*measures, Measure("renewals of leases", renewals, "/s", more_is_better=True)]


def _agent(number: int) -> AgentIdentifier:
    return AgentIdentifier(name=f"agent-{number}@agents.localhost")


def _described(number: int) -> DFAgentDescription:
    types = (number % TYPES, (number * 7 + 1) % TYPES)
    return DFAgentDescription(
        name=_agent(number),
        services=tuple(
            ServiceDescription(
                name=f"service-{number}" if place == 0 else None,
                type=f"type-{kind}",
                protocols=("fipa-request", "fipa-contract-net"),
                ontologies=(f"ontology-{kind % 7}",),
                languages=("json", "fipa-sl"),
            )
            for place, kind in enumerate(types)
        ),
        lease_time=3600,
    )


def _scan(template: DFAgentDescription, described: Iterable[DFAgentDescription]) -> list[DFAgentDescription]:
    return list(filter(matcher(template), described))


def _rate(do: Callable[[T], object], these: Iterable[T]) -> float:
    sought = list(these)
    began = time.perf_counter()
    for each in sought:
        do(each)
    return len(sought) / (time.perf_counter() - began)
