"""``agents``: what the directory holds."""

import argparse
import asyncio

from launching.clients import Home
from launching.console import add_data, add_json, print_json
from ontology.management import AMSAgentDescription, DFAgentDescription

HELP = "list the agents and what they offer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the agents."""
    known, offers = asyncio.run(_search(Home(arguments.data)))
    for agent in known:
        if agent.name is None:
            continue
        services = [
            {"name": service.name, "type": service.type, "protocols": list(service.protocols)}
            for offer in offers
            if offer.name == agent.name
            for service in offer.services
        ]
        if arguments.json:
            print_json({"name": agent.name.name, "kind": agent.kind, "state": agent.state, "services": services})
        else:
            offered = ", ".join(str(service["name"]) for service in services) or "offers nothing"
            print(f"{agent.name.name} ({agent.kind}, {agent.state})\n    {offered}")
    return 0


async def _search(home: Home) -> tuple[list[AMSAgentDescription], list[DFAgentDescription]]:
    async with home.operator() as operator:
        known = await operator.directory.search(AMSAgentDescription())
        offers = await operator.directory.search(DFAgentDescription())
    return (
        [item for item in known if isinstance(item, AMSAgentDescription)],
        [item for item in offers if isinstance(item, DFAgentDescription)],
    )
