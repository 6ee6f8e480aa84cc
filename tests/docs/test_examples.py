"""The programs and files that the pages show are those in docs/examples, and work."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from launching.agent_sets import AgentEntry, AgentSet
from launching.configuration import Configuration
from launching.errors import LaunchError
from ontology.expressions import Bid
from planning.award import utility
from tests.docs.pages import ROOT, Block, blocks

EXAMPLES = ROOT / "docs" / "examples"


@pytest.mark.parametrize("block", blocks("file"), ids=lambda block: block.name)
def test_a_file_is_shown_as_it_is(block: Block) -> None:
    assert block.text == (ROOT / block.argument).read_text(encoding="utf-8")


@pytest.mark.parametrize("block", blocks("configuration"), ids=lambda block: block.name)
def test_a_configuration_is_one(block: Block) -> None:
    Configuration(**yaml.safe_load(block.text))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_an_agent_set_names_agents_that_are_there(path: Path) -> None:
    for entry in AgentSet.read(path).agents:
        assert entry.load().kind


@pytest.mark.parametrize("block", blocks("agents"), ids=lambda block: block.name)
def test_an_agent_set_is_one(block: Block) -> None:
    AgentSet.model_validate(yaml.safe_load(block.text))


@pytest.mark.parametrize("kind", ["mine.dice", "docs.examples.dice", "docs.examples.two_agents", "docs..units", "dice"])
def test_a_kind_that_is_not_there_is_said_in_a_sentence(kind: str) -> None:
    with pytest.raises(LaunchError, match="agent"):
        AgentEntry(kind=kind, name="dice").load()


def test_the_utilities_that_the_page_names_are_those_of_the_rule() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name, bid in {
        "hands": Bid(seconds=0.002, confidence=0.99, cost=0, load=0),
        "sandbox": Bid(seconds=0.2, confidence=0.9, cost=0.05, load=0),
    }.items():
        assert re.search(rf"`{name}`\s+(?:comes )?to\s+{utility(bid):.3f}", page), name


def test_two_agents_talk_without_the_assistant() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.examples.two_agents"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("Hello world, says greeter to asker@agents.localhost.\n", "")
