"""Which template makes the action of which intent."""

from collections.abc import Callable

from pydantic import ValidationError

from ontology.assistant.goals import Goal, Wish
from ontology.content import AgentAction
from planning.errors import ImpossibleWish

Template = Callable[[Wish, Goal], AgentAction]
_TEMPLATES: dict[str, Template] = {}


def template(intent: str) -> Callable[[Template], Template]:
    """Make the decorated function the template of ``intent``.

    Raises:
        ValueError: the intent has a template already.
    """

    def register(function: Template) -> Template:
        if _TEMPLATES.setdefault(intent, function) is not function:
            raise ValueError(f"the intent {intent} has two templates")
        return function

    return register


def intents() -> frozenset[str]:
    """Return the intents that can be planned."""
    return frozenset(_TEMPLATES)


def action_for(wish: Wish, goal: Goal) -> AgentAction:
    """Return the action that a wish asks for.

    Raises:
        ImpossibleWish: there is none; the text tells the person why.
    """
    make = _TEMPLATES.get(wish.intent)
    if make is None:
        raise ImpossibleWish(f"I do not know how to do this: {wish.text}")
    try:
        return make(wish, goal)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        slot = ".".join(str(part) for part in first["loc"]) or "request"
        raise ImpossibleWish(f"I cannot use this {slot}: {first['msg']}.") from error


def needed(wish: Wish, slot: str, ask: str) -> str:
    """Return the slot of a wish without the space around it.

    Args:
        wish: the wish.
        slot: the slot's name.
        ask: what to tell the person where it is empty.

    Raises:
        ImpossibleWish: the slot is empty.
    """
    value = optional(wish, slot)
    if value is None:
        raise ImpossibleWish(ask)
    return value


def optional(wish: Wish, slot: str) -> str | None:
    """Return the slot of a wish without the space around it, or None where it is empty."""
    return wish.slots.get(slot, "").strip() or None
