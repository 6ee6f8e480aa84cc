"""The person's policy, as tables."""

import pytest
from pydantic import ValidationError

from actuation.policy import Decision, Effect, Policy

DEFAULTS = {
    "read_files": "allow",
    "write_files": "ask",
    "delete": "ask",
    "run_code": "allow",
    "web": "allow",
    "send": "ask",
    "click": "ask",
    "change_reminders": "allow",
    "read_screen": "allow",
    "remember": "allow",
}

COUNTED = [
    (Policy(), "change_reminders", 3, "allow"),
    (Policy(), "change_reminders", 4, "ask"),
    (Policy(delete=Decision.ALLOW), "delete", 1, "allow"),
    (Policy(delete=Decision.ALLOW), "delete", 10, "ask"),
    (Policy(delete=Decision.DENY), "delete", 10, "deny"),
    (Policy(), "read_files", 1000, "allow"),
]

TOGETHER = [
    ((), "allow"),
    (("read_files",), "allow"),
    (("read_files", "send"), "ask"),
    (("send", "web"), "ask"),
    (("read_files", "fly_to_the_moon"), "deny"),
]


def test_every_effect_has_a_default() -> None:
    assert {effect.value for effect in Effect} == DEFAULTS.keys()


@pytest.mark.parametrize(("effect", "decision"), DEFAULTS.items())
def test_defaults(effect: str, decision: str) -> None:
    assert Policy().decide(effect) == decision
    assert Policy().decide(Effect(effect)) == decision


@pytest.mark.parametrize(("policy", "effect", "count", "decision"), COUNTED)
def test_many_at_once(policy: Policy, effect: str, count: int, decision: str) -> None:
    assert policy.decide(effect, count=count) == decision


@pytest.mark.parametrize(("effects", "decision"), TOGETHER)
def test_the_strictest_holds(effects: tuple[str, ...], decision: str) -> None:
    assert Policy().decide_all(effects) == decision


@pytest.mark.parametrize("effect", ["", "many", "model_config", "READ_FILES", "format_disk"])
def test_what_is_not_known_is_denied(effect: str) -> None:
    assert Policy().decide(effect) is Decision.DENY


def test_it_cannot_be_changed_in_place() -> None:
    policy = Policy()
    with pytest.raises(ValidationError):
        policy.web = Decision.ALLOW  # type: ignore[misc]


@pytest.mark.parametrize("wrong", [{"web": "maybe"}, {"nuke": "allow"}, {"many": 1}])
def test_a_wrong_policy_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)
