"""Assistants to talk to: one in one process, one whose agents each have a process of their own, and bare ones."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.e2e.assistant import ROOT, Assistant, free_port
from tests.knowledge.pdfs import pdf
from tests.vision.conftest import managed, running, wait_for, xvfb
from vision.windows import list_windows

LEFT = ("Shopping", "40", "60", "520", "260", "Buy tomatoes and basil", "The butcher closes at six")
RIGHT = ("Travel", "660", "60", "560", "260", "Train to Hamburg at 14:35", "Leaves from platform nine")
LIMITS = {"actuation": {"sandbox": {"limits": {"wall_seconds": 3}}}}
"""Code that does not end is stopped sooner than by default, so that the tests need not wait."""

ONE = pytest.param("one_process", marks=pytest.mark.xdist_group("e2e-one"))
SEPARATE = pytest.param("separate", marks=pytest.mark.xdist_group("e2e-separate"))


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """Give a display on which two windows show text, that on the right in front."""
    with xvfb() as (display, _), running("openbox", "--sm-disable", display=display):
        wait_for(lambda: managed(display))
        window = (sys.executable, "-m", "tests.e2e.window")
        with running(*window, *LEFT, display=display):
            wait_for(lambda: any(found.title == LEFT[0] for found in list_windows(display)))
            with running(*window, *RIGHT, display=display):
                wait_for(lambda: any(found.title == RIGHT[0] and found.active for found in list_windows(display)))
                yield display


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home folder with documents in it."""
    documents = tmp_path_factory.mktemp("home") / "Documents"
    documents.mkdir()
    (documents / "garden.md").write_text("# Garden\n\nThe tulips are planted in October, ten centimetres deep.\n")
    (documents / "ideas.md").write_text("# Ideas\n\nBuild a bird house from the old fence.\n")
    (documents / "plain.txt").write_text("The spare key hangs behind the blue door.\n")
    (documents / "damaged.pdf").write_bytes(b"%PDF-1.4 and nothing else \x00\xff")
    pages = [["Planning for the third quarter."], ["The Q3 budget for marketing is 48,200 euros."]]
    (documents / "quarter.pdf").write_bytes(pdf(pages))
    return documents.parent


@pytest.fixture(scope="session")
def new_assistant(
    tmp_path_factory: pytest.TempPathFactory, home: Path, screen: str
) -> Iterator[Callable[[], Assistant]]:
    """Give a maker of assistants that are not started yet; what is left running of them is ended."""
    made: list[Assistant] = []

    def make() -> Assistant:
        environment = {"HOME": str(home), "DISPLAY": screen, "TZ": "Europe/Berlin"}
        made.append(Assistant(tmp_path_factory.mktemp("parley") / "data", environment))
        return made[-1]

    yield make
    for assistant in made:
        assistant.end()


@pytest.fixture(scope="session")
def one_process(new_assistant: Callable[[], Assistant]) -> Iterator[Assistant]:
    """Give an assistant whose agents share one process, and whose pages are served."""
    assistant = new_assistant()
    assistant.configure(**LIMITS, web={"enabled": True})
    assistant.start()
    yield assistant
    assistant.stop()


@pytest.fixture(scope="session")
def separate(new_assistant: Callable[[], Assistant], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Give an assistant each of whose agents has a process of its own, but for directory and dialogue."""
    assistant = new_assistant()
    assistant.configure(**LIMITS)
    first, *others = agent_sets(tmp_path_factory.mktemp("sets"))
    assistant.start("--set", str(first))
    assistant.spawn(*others)
    yield assistant
    assistant.stop()


@pytest.fixture(params=[ONE, SEPARATE])
def parley(request: pytest.FixtureRequest) -> Assistant:
    """Give an assistant of either kind."""
    assistant: Assistant = request.getfixturevalue(request.param)
    return assistant


def agent_sets(folder: Path) -> list[Path]:
    """Write the default set as many: the directory and the dialogue agent together, all others by themselves."""
    entries = yaml.safe_load((ROOT / "sets" / "default.yaml").read_text())["agents"]
    heart = [entry for entry in entries if entry["kind"] in {"directory", "dialogue"}]
    sets = [("heart", heart), *((e.get("name", e["kind"]), [e]) for e in entries if e not in heart)]
    return [write_set(folder / f"{name}.yaml", *agents) for name, agents in sets]


def write_set(path: Path, *agents: Mapping[str, object]) -> Path:
    """Write an agent set and return its path."""
    path.write_text(yaml.safe_dump({"agents": [dict(agent) for agent in agents]}))
    return path


@dataclass(frozen=True)
class Connected:
    """An assistant that may use a language model and the web, at ports where nobody serves yet."""

    assistant: Assistant
    llm_port: int
    web_port: int


@pytest.fixture(scope="session")
def connected(new_assistant: Callable[[], Assistant], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    """Give an assistant with a language model and the web, and with a sandbox as its only actuator."""
    assistant = new_assistant()
    found = Connected(assistant, free_port(), free_port())
    assistant.configure(
        llm={"url": f"http://127.0.0.1:{found.llm_port}/v1", "model": "test-model", "attempts": 1, "timeout": 5},
        actuation={**LIMITS["actuation"], "web": {"mode": "on", "hosts": ["127.0.0.1"]}},
    )
    offers = ["sandbox-arithmetic", "run-code", "read-page"]
    agents = write_set(
        tmp_path_factory.mktemp("sets") / "connected.yaml",
        *({"kind": kind} for kind in ("directory", "dialogue", "planner", "scheduler")),
        {"kind": "actuator", "name": "sandbox", "offers": offers},
    )
    assistant.start("--set", str(agents))
    yield found
    assistant.stop()
