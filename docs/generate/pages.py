"""Which parts of which pages are generated, and how they are put in place."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from docs.generate import configuration, ontology, protocols

FOLDER = Path(__file__).parent.parent

PARTS: Mapping[str, Callable[[], str]] = {
    "keys": configuration.keys,
    "agent-set": configuration.agent_set,
    "ontologies": ontology.ontologies,
    "example": ontology.example,
    "actions": ontology.actions,
    "effects": ontology.effects,
    "results": ontology.results,
    "people-and-goals": ontology.people_and_goals,
    "expressions": ontology.expressions,
    "management": ontology.management,
    "lifecycle": ontology.lifecycle,
    "observation": ontology.observation,
    **protocols.parts(),
}
PAGES = ("configuration.md", "ontology.md", "protocols.md")

_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """Return a page with its generated parts made anew.

    Args:
        page: the text of the page.

    Raises:
        KeyError: it asks for a part that there is not.
    """
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}", page)
