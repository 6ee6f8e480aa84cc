from __future__ import annotations

from collections.abc import Iterator

import pytest

from actuation.policy import Policy
from actuation.settings import ActuationSettings
from agents.settings import Settings
from agents.vision import VisionAgent
from behaviours.outcomes import Failed, NoBids, Refused
from ontology.assistant import ReadScreen, ScreenText
from tests.agents.house import House
from tests.vision.conftest import xvfb
from vision.settings import VisionSettings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

OWNER = "ann@people.example"
WHOLE, PART = "whole-screen", "part-of-screen"


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """Give a display with nothing on it."""
    with xvfb() as (name, _):
        yield name


async def begin(house: House, settings: Settings) -> tuple[VisionAgent, VisionAgent]:
    house.settings = settings
    await house.directory_agent()
    wide = await house.run(VisionAgent, "wide-eye", offers=frozenset({WHOLE}))
    close = await house.run(VisionAgent, "close-eye", offers=frozenset({PART}))
    return wide, close


async def test_without_a_screen_it_is_refused_with_the_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    wide, _ = await begin(house, Settings())
    asker = await house.asker()
    with pytest.raises(NoBids, match="screen") as no_bids:
        await asker.contract_net(
            await asker.search(ReadScreen), ReadScreen(owner=OWNER), rank=list, bid_timeout=10, timeout=10
        )
    with pytest.raises((Refused, Failed)) as failed:
        await asker.request(wide.identifier, ReadScreen(owner=OWNER), timeout=10)
    assert str(failed.value) == str(no_bids.value)
    assert "log says more" not in str(failed.value)


async def test_whole_and_part_compete_by_what_was_asked_for(house: House, display: str) -> None:
    wide, close = await begin(house, Settings(vision=VisionSettings(display=display)))
    asker = await house.asker()
    for region, surer in ((None, wide), ("top left", close)):
        won = await asker.contract_net(
            [wide.identifier, close.identifier],
            ReadScreen(owner=OWNER, region=region),
            rank=lambda offers: sorted(offers, key=lambda offer: -offer.bid.confidence),
            bid_timeout=10,
            timeout=20,
        )
        assert len(won.offers) == 2
        assert won.winner.bidder == surer.identifier
        assert isinstance(won.value, ScreenText)
        assert won.value.description


async def test_a_part_that_is_not_there_is_said(house: House, display: str) -> None:
    _, close = await begin(house, Settings(vision=VisionSettings(display=display)))
    asker = await house.asker()
    with pytest.raises(Failed) as caught:
        await asker.request(close.identifier, ReadScreen(owner=OWNER, region="the moon"), timeout=20)
    assert "log says more" not in str(caught.value)


async def test_nobody_looks_without_leave(house: House, display: str) -> None:
    policy = Policy.model_validate({"read_screen": "deny"})
    wide, close = await begin(
        house, Settings(vision=VisionSettings(display=display), actuation=ActuationSettings(policy=policy))
    )
    asker = await house.asker()
    for agent in (wide, close):
        with pytest.raises(Refused, match="read_screen"):
            await asker.request(agent.identifier, ReadScreen(owner=OWNER), timeout=10)
