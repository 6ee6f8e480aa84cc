import pytest

from ontology.acl import AgentIdentifier
from xmpp.guard import Guard

DIRECTORY = AgentIdentifier(name="directory@agents.localhost")
ANN = AgentIdentifier(name="ann@agents.localhost")


class Ams:
    """Answers as it is told, and notes what it was asked; time stands still until it is moved."""

    def __init__(self, *known: AgentIdentifier) -> None:
        self.known = set(known)
        self.asked: list[str] = []
        self.now = 1000.0

    async def knows(self, agent: AgentIdentifier) -> bool:
        self.asked.append(agent.name)
        return agent in self.known

    def guard(self) -> Guard:
        return Guard("agents.localhost", DIRECTORY, self.knows, clock=lambda: self.now)


async def test_the_directory_is_heard_without_asking() -> None:
    ams = Ams()
    assert ams.guard().verdict(DIRECTORY) is True
    assert await ams.guard().admits(DIRECTORY)
    assert ams.asked == []


@pytest.mark.parametrize(
    "name",
    [
        "me@localhost",
        "ann@elsewhere.org",
        "ann",
        "agents.localhost",
        "ann@sub.agents.localhost",
        "ann@agents.localhost.evil",
    ],
)
async def test_other_hosts_are_never_heard_and_never_asked_about(name: str) -> None:
    agent = AgentIdentifier(name=name)
    ams = Ams(agent)
    assert ams.guard().verdict(agent) is False
    assert not await ams.guard().admits(agent)
    assert ams.asked == []


async def test_a_known_agent_is_asked_about_once_a_minute() -> None:
    ams = Ams(ANN)
    guard = ams.guard()
    assert guard.verdict(ANN) is None
    assert await guard.admits(ANN)
    ams.now += 59.9
    assert guard.verdict(ANN) is True
    assert await guard.admits(ANN)
    assert len(ams.asked) == 1
    ams.now += 0.1
    assert guard.verdict(ANN) is None
    ams.known.clear()
    assert not await guard.admits(ANN)
    assert len(ams.asked) == 2


async def test_an_unknown_one_may_become_known_soon() -> None:
    ams = Ams()
    guard = ams.guard()
    assert not await guard.admits(ANN)
    ams.known.add(ANN)
    ams.now += 1.9
    assert guard.verdict(ANN) is False
    assert not await guard.admits(ANN)
    ams.now += 0.1
    assert await guard.admits(ANN)
    assert len(ams.asked) == 2


async def test_what_the_directory_names_need_not_be_asked_about() -> None:
    ams = Ams()
    guard = ams.guard()
    guard.learn(ANN)
    assert guard.verdict(ANN) is True
    guard.learn(AgentIdentifier(name="me@localhost"))
    assert guard.verdict(AgentIdentifier(name="me@localhost")) is False
    ams.now += 60
    assert not await guard.admits(ANN)


async def test_what_is_remembered_is_bounded() -> None:
    ams = Ams()
    guard = ams.guard()
    for number in range(10_001):
        await guard.admits(AgentIdentifier(name=f"{number}@agents.localhost"))
    assert len(guard._verdicts) <= 10_000
