"""What is on a real screen, said in words: Chromium with a page, under Xvfb."""

import asyncio
import re

import pytest

from tests.vision.test_capture import BLUE, window
from vision.errors import NoScreen, RegionNotFound
from vision.geometry import Region
from vision.reading import ScreenReader, ScreenReading
from vision.settings import VisionSettings


async def _shown(reader: ScreenReader, place: str | None = None) -> ScreenReading:
    """Look until the page is painted, which follows its title by a moment."""
    async with asyncio.timeout(60):
        while True:
            seen = await reader.describe_screen()
            if "Small print" in seen.text:
                return seen if place is None else await reader.read_region(place)


async def test_the_screen_is_described(browser: str) -> None:
    seen = await _shown(ScreenReader(VisionSettings(display=browser)))
    assert seen.found
    assert re.match(r"The window “Quarterly report \N{EN DASH} Mail.*” is in front\. It reads:\n", seen.description)
    for text in (
        "Inbox Sent Drafts Archive",
        "The budget for the third quarter is 48,200 euros.",
        "anna@example.org",
        "ZeroDivisionError: division by zero",
        "Small print: prices exclude VAT and may change without notice.",
    ):
        assert text in seen.text
        assert text in seen.description
    assert seen.text.index("refused") < seen.text.index("Traceback")
    assert seen.windows[0].startswith("Quarterly report")


async def test_a_password_on_the_screen_does_not_leave(browser: str) -> None:
    seen = await _shown(ScreenReader(VisionSettings(display=browser)))
    assert "hunter2" not in repr(seen)
    assert "password: ▒▒▒" in seen.text


async def test_a_description_has_a_limit(browser: str) -> None:
    seen = await _shown(ScreenReader(VisionSettings(display=browser, description_characters=100)))
    assert len(seen.description) < 300
    assert seen.description.endswith(" …")
    assert len(seen.text) > 300


async def test_the_error_is_read(browser: str) -> None:
    seen = await _shown(ScreenReader(VisionSettings(display=browser)), "this error")
    assert seen.description.startswith("The error on the screen reads:\n")
    assert "could not connect to server mail.example.org:993" in seen.text
    assert "ZeroDivisionError: division by zero" in seen.text
    assert "budget" not in seen.text


async def test_parts_of_the_screen(browser: str) -> None:
    reader = ScreenReader(VisionSettings(display=browser))
    left = await _shown(reader, "left")
    right, window_ = [await reader.read_region(place) for place in ("top right", "window")]
    assert "budget" in left.text
    assert "Traceback" not in left.text
    assert "Traceback" in right.text
    assert "budget" not in right.text
    assert "password: ▒▒▒" in right.text
    assert "hunter2" not in repr((left, right, window_))
    assert right.region == Region(640, 0, 640, 400)
    assert "budget" in window_.text
    assert window_.description.startswith("The window “Quarterly report")


async def test_an_excluded_window_is_not_described(browser: str) -> None:
    await _shown(ScreenReader(VisionSettings(display=browser)))
    seen = await ScreenReader(VisionSettings(display=browser, excluded_windows=("quarterly",))).describe_screen()
    assert "budget" not in seen.text
    assert "Quarterly" not in repr(seen)
    assert "“a private window” is in front" in seen.description


async def test_nothing_to_read(screen: str) -> None:
    reader = ScreenReader(VisionSettings(display=screen))
    empty = await reader.describe_screen()
    assert empty.description == "I can see the screen, but no text on it."
    assert not empty.found
    assert (await reader.read_region("error")).description == "I see nothing on the screen that looks like an error."
    assert "no text that I can read" in (await reader.read_region("bottom left")).description
    with pytest.raises(RegionNotFound, match="which window is in front"):
        await reader.read_region("window")
    with window(screen, "Plain blue", BLUE, Region(10, 10, 300, 200)):
        assert "“Plain blue” is in front." in (await reader.describe_screen()).description
    reader.close()


async def test_a_place_that_means_nothing(screen: str) -> None:
    with pytest.raises(RegionNotFound, match="kitchen"):
        await ScreenReader(VisionSettings(display=screen)).read_region("the kitchen")


async def test_without_a_screen() -> None:
    with pytest.raises(NoScreen, match="no screen here"):
        await ScreenReader(environment={}).describe_screen()


async def test_the_loop_goes_on_while_reading(browser: str) -> None:
    reader = ScreenReader(VisionSettings(display=browser))
    await reader.describe_screen()
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.005)

    heart = asyncio.create_task(beat())
    await reader.describe_screen()
    heart.cancel()
    assert beats > 10, "reading a screen takes some hundred milliseconds; the loop had few turns in them"
