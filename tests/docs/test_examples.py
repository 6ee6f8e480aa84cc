"""The programs and files that the pages show are those in docs/examples, and work."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from launching.agent_sets import AgentSet
from launching.configuration import Configuration
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


def test_two_agents_talk_without_the_assistant() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.examples.two_agents"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("Hello world, says greeter to asker@agents.localhost.\n", "")
