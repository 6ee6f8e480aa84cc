"""The example in the docstring of ``ontology.content`` is what it says it is."""

import ontology.content
from ontology.acl import AgentIdentifier
from ontology.content import Ontology
from ontology.expressions import Action
from ontology.manager import ContentManager

_IMPORTS = """
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal
from pydantic import Field
from ontology.content import *
from ontology.expressions import EXPRESSIONS
"""


def test_the_example_declares_an_ontology_and_speaks_it() -> None:
    text = ontology.content.__doc__ or ""
    first = text.index("    class Weight")
    last = text.index("\n\n", text.index("SHOP = Ontology"))
    lines = [line.removeprefix("    ") for line in text[first:last].splitlines()]
    names: dict[str, object] = {"__name__": __name__}
    exec(compile(_IMPORTS + "\n".join(lines), "example", "exec"), names)
    shop, send, parcel, weight = names["SHOP"], names["Send"], names["Gift"], names["Weight"]
    assert isinstance(shop, Ontology)
    assert callable(send)
    assert callable(parcel)
    assert callable(weight)
    act = send(parcel=parcel(weight=weight(grams=2), labels=("new",), greeting="Hi!"), from_="Ghent")
    said = ContentManager((shop,)).encode(Action(actor=AgentIdentifier(name="a"), act=act), language="fipa-sl0")
    assert said.content == (
        "((action (agent-identifier :name a) (send :parcel (gift :weight (weight :grams 2.0) :greeting Hi! "
        ":labels (set new)) :from Ghent)))"
    )
