from collections import Counter
from pathlib import Path

import pytest
import yaml

from agents.actuator import ActuatorAgent
from agents.base import AssistantAgent
from launching.agent_sets import DEFAULT, AgentEntry, AgentSet
from launching.errors import LaunchError


def written(folder: Path, text: str) -> Path:
    path = folder / "set.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_set_is_read(tmp_path: Path) -> None:
    text = "agents:\n  - kind: planner\n  - kind: actuator\n    name: sums\n    offers: [exact-arithmetic]\n"
    found = AgentSet.read(written(tmp_path, text))
    assert found.agents == (
        AgentEntry(kind="planner", name="planner"),
        AgentEntry(kind="actuator", name="sums", offers=frozenset({"exact-arithmetic"})),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must hold a list called `agents`"),
        ("[]", "must hold a list called `agents`"),
        ("agents: []", "agents: "),
        ("agents: planner", "agents: "),
        ("agents:\n  - planner", "agents.0: "),
        ("agents:\n  - name: planner", "agents.0.kind: "),
        ("agents:\n  - kind: planner\n  - kind: planner", "two agents are called planner"),
        ("agents:\n  - kind: planner\n    colour: red", "agents.0.colour: "),
        ("agents:\n  - kind: planner\n    name: The Planner", "is no name for an agent"),
        ("agents:\n  - kind: planner\n    name: a@b", "is no name for an agent"),
        ("agents:\n  - kind: actuator\n    offers: sums", "agents.0.offers: "),
        ("agents:\n  - kind: planner\n  kind: [", "line 3"),
        ("agents:\n\t- kind: planner", "line 2"),
        ("agents: !!python/object/apply:os.system ['true']", "line 1"),
        ("agents: {planner: 1}\nmore: 1", "agents: "),
    ],
)
def test_errors_say_where_they_are(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(LaunchError) as caught:
        AgentSet.read(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_set_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"cannot be read: No such file"):
        AgentSet.read(tmp_path / "none.yaml")
    with pytest.raises(LaunchError, match=r"cannot be read: Is a directory"):
        AgentSet.read(tmp_path)


def test_a_set_that_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LaunchError, match="not text in UTF-8"):
        AgentSet.read(path)


def test_kinds_are_files() -> None:
    assert AgentEntry(kind="actuator", name="a").load() is ActuatorAgent


@pytest.mark.parametrize(
    "kind", ["dreamer", "../xmpp", "os.path:join", "", "settings", "json.decoder", "no.such.place"]
)
def test_kinds_that_are_none_are_said(kind: str) -> None:
    with pytest.raises(LaunchError, match="kind"):
        AgentEntry(kind=kind, name="a").load()


def test_the_default_set_has_every_agent_and_services_with_two_providers() -> None:
    """What several agents offer must really be in competition, and every name must be one of the agent's own."""
    found = AgentSet.read(DEFAULT)
    assert {entry.kind for entry in found.agents} == {
        "directory", "dialogue", "planner", "scheduler", "knowledge", "vision", "actuator",
    }  # fmt: skip
    providers = Counter(action for entry in found.agents for action in offered(entry))
    assert sum(count > 1 for count in providers.values()) >= 3


def offered(entry: AgentEntry) -> set[str]:
    """Return the actions that an agent would offer."""
    agent = entry.load()
    if not issubclass(agent, AssistantAgent):
        return set()
    skills = {skill.name: skill.action.wire_name for skill in agent.skills(agent.__new__(agent))}
    assert (entry.offers or set()) <= set(skills), entry.name
    return {action for name, action in skills.items() if entry.offers is None or name in entry.offers}


def test_what_the_default_set_says_is_plain_yaml() -> None:
    assert set(yaml.safe_load(DEFAULT.read_text())) == {"agents"}
