"""The protocols' state machines, out of the docstrings that are these machines."""

import textwrap
from collections.abc import Callable, Mapping
from types import ModuleType

from behaviours import (
    brokering,
    contract_net,
    dutch_auction,
    english_auction,
    iterated_contract_net,
    propose,
    query,
    recruiting,
    request,
    request_when,
    request_whenever,
    subscribe,
)
from behaviours.machine import machines

_PROTOCOLS = (
    request, request_when, request_whenever, query, subscribe, propose, contract_net, iterated_contract_net,
    english_auction, dutch_auction, brokering, recruiting,
)  # fmt: skip


def parts() -> Mapping[str, Callable[[], str]]:
    """Return how each protocol's part is made, by its file's name with hyphens."""
    return {_name(protocol): _maker(protocol) for protocol in _PROTOCOLS}


def _name(protocol: ModuleType) -> str:
    return protocol.__name__.rpartition(".")[2].replace("_", "-")


def _maker(protocol: ModuleType) -> Callable[[], str]:
    return lambda: "\n\n".join(_machines(protocol.__doc__ or "")) + "\n"


def _machines(description: str) -> list[str]:
    found = []
    for machine in machines(description):
        rows = description.split(f"{machine.title}::\n\n", 1)[1].split("\n\n", 1)[0]
        table = textwrap.dedent(rows).rstrip()
        found.append(f"{machine.title}:\n\n```text\n{table}\n```\n\n```mermaid\n{machine.mermaid()}\n```")
    return found
