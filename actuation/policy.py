"""What the assistant may do outside by itself, what it must ask for, and what it must never do.

The policy is the person's. It knows kinds of effect, not tools: whichever agent performs a step looks up
the kinds that the step has, and the strictest decision holds. An effect the policy does not know is denied,
so that a new tool is closed until somebody has thought about it.
"""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from ontology.content import Effect

__all__ = ["Decision", "Effect", "Policy"]


class Decision(StrEnum):
    """What the policy says: do it, ask the person first, or do not."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


_STRICTNESS = (Decision.ALLOW, Decision.ASK, Decision.DENY)
_CHANGES = frozenset({Effect.WRITE_FILES, Effect.DELETE, Effect.CHANGE_REMINDERS, Effect.SEND})


class Policy(BaseModel):
    """The person's decisions, one for each kind of effect."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read_files: Decision = Field(
        default=Decision.ALLOW, description="Look for and read files within the allowed folders."
    )
    write_files: Decision = Field(
        default=Decision.ASK, description="Create, change or move files within the allowed folders."
    )
    delete: Decision = Field(default=Decision.ASK, description="Delete files.")
    run_code: Decision = Field(
        default=Decision.ALLOW, description="Run code in the sandbox, which has no network and no files."
    )
    web: Decision = Field(
        default=Decision.ALLOW,
        description="Fetch pages from the web, as far as `actuation.web.mode` lets any be fetched.",
    )
    send: Decision = Field(default=Decision.ASK, description="Send a message to somebody else.")
    click: Decision = Field(default=Decision.ASK, description="Use the mouse and the keyboard.")
    change_reminders: Decision = Field(
        default=Decision.ALLOW, description="Set, change and cancel the person's own reminders."
    )
    read_screen: Decision = Field(
        default=Decision.ALLOW, description="Look at the person's screen when they ask for it."
    )
    remember: Decision = Field(
        default=Decision.ALLOW, description="Keep what the person says to remember, and forget it again."
    )
    many: int = Field(
        default=4,
        ge=2,
        description="From this many things on, a change that is otherwise allowed is asked for first.",
    )

    def decide(self, effect: Effect | str, *, count: int = 1) -> Decision:
        """Say what holds for one effect.

        Args:
            effect: its kind; a kind that is not known is denied.
            count: how many things it touches; a change to `many` or more is asked for even where one
                would be allowed.
        """
        try:
            kind = Effect(effect)
        except ValueError:
            return Decision.DENY
        decision: Decision = getattr(self, kind.value)
        if decision is Decision.ALLOW and kind in _CHANGES and count >= self.many:
            return Decision.ASK
        return decision

    def decide_all(self, effects: Iterable[Effect | str], *, count: int = 1) -> Decision:
        """Say what holds for a step with several effects: the strictest of their decisions."""
        decisions = [self.decide(effect, count=count) for effect in effects]
        return max(decisions, key=_STRICTNESS.index, default=Decision.ALLOW)
