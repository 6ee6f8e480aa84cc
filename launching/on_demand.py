"""The agents that the directory starts on demand: of the kinds of an agent set, as entries of it are.

A type is the kind of an entry, and the argument ``offers`` is that of an entry: the names of the services that the
agent is to offer, as one text or several.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from agents.base import AssistantAgent, UnknownServiceError
from agents.context import AgentContext
from agents.directory import DirectoryAgent
from behaviours.outcomes import Refuse
from launching.agent_sets import AgentEntry
from ontology.elements import Term
from ontology.expressions import TermSequence, TermSet, UnexpectedArgument, UnrecognisedParameterValue
from ontology.lifecycle import CreateAgent
from xmpp.address import Account
from xmpp.agent import Platform
from xmpp.directory.on_demand import AgentFactories, Arguments
from xmpp.server.accounts import Accounts

_ONCE: Final = frozenset({"directory", "dialogue"})
"""Kinds of which a platform has one: there is one directory, and one account to which people write."""


def factories(entries: Iterable[AgentEntry], usual: AgentContext, accounts: Accounts) -> AgentFactories:
    """Return what makes agents of the kinds of a set.

    Args:
        entries: the set's agents.
        usual: the circumstances of an agent, whose account and offers are replaced.
        accounts: where accounts are made.
    """
    kinds = {entry.kind for entry in entries} - _ONCE
    by_type = {kind: partial(_make, kind, usual) for kind in sorted(kinds)}
    return AgentFactories(accounts, by_type, mistakes=(UnknownServiceError,))


def _make(
    kind: str, usual: AgentContext, account: Account, platform: Platform, arguments: Arguments
) -> AssistantAgent | DirectoryAgent:
    unknown = sorted(arguments.keys() - {"offers"})
    if unknown:
        raise Refuse(UnexpectedArgument(argument=unknown[0], explanation=f"There is no argument {unknown[0]!r}."))
    offers = frozenset(_names(arguments["offers"])) if "offers" in arguments else None
    return AgentEntry(kind=kind).load()(replace(usual, account=account, platform=platform, offers=offers))


def _names(value: Term) -> Iterable[str]:
    values = value.items if isinstance(value, TermSet | TermSequence) else (value,)
    for each in values:
        if not isinstance(each, str):
            raise Refuse(
                UnrecognisedParameterValue(
                    object_name=CreateAgent.wire_name,
                    parameter="offers",
                    explanation="The argument offers takes names of services.",
                )
            )
        yield each
