"""Pictures of a real screen, and every way in which there is none."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.vision.conftest import wait_for, xvfb
from vision.capture import capture, find_display
from vision.errors import NoScreen, RegionNotFound, ScreenTimeout
from vision.geometry import Region
from vision.settings import VisionSettings
from vision.windows import Window, list_windows

RED, BLUE = 0xFF0000, 0x0000FF


@contextmanager
def window(display: str, title: str, colour: int, place: Region) -> Iterator[Callable[[], Window]]:
    """Show a window of one colour; give a function that tells what the screen's list says of it."""
    from Xlib import X
    from Xlib.display import Display

    connection = Display(display)
    try:
        root = connection.screen()
        own = root.root.create_window(
            place.left, place.top, place.width, place.height, 0, root.root_depth, X.InputOutput,
            background_pixel=colour, event_mask=X.ExposureMask,
        )  # fmt: skip
        own.set_wm_name("not the real title")
        own.change_property(
            connection.intern_atom("_NET_WM_NAME"), connection.intern_atom("UTF8_STRING"), 8, title.encode()
        )
        own.set_wm_normal_hints(flags=1 | 4, x=place.left, y=place.top)  # USPosition and PPosition: keep it there

        def listed() -> Window:
            return next(found for found in list_windows(display) if found.title == title)

        def shown() -> bool:
            own.map()  # again where it was asked for before the window manager listened; otherwise of no effect
            connection.sync()
            return any(found.title == title for found in list_windows(display))

        wait_for(shown)
        yield listed
        own.destroy()
        connection.sync()
    finally:
        connection.close()


async def test_the_whole_screen(screen: str) -> None:
    picture = await capture(settings=VisionSettings(display=screen))
    assert picture.region == picture.screen == Region(0, 0, 1280, 800)
    assert picture.monitors == (Region(0, 0, 1280, 800),)
    assert len(picture.pixels) == 1280 * 800 * 3
    assert picture.image().size == (1280, 800)


async def test_a_region_shows_what_is_there(screen: str) -> None:
    settings = VisionSettings(display=screen)
    with window(screen, "Red \N{EM DASH} one", RED, Region(100, 150, 300, 200)) as listed:
        place = listed().region
        inside = Region(place.left + 100, place.top + 100, 20, 10)
        async_picture = await capture(inside, settings=settings)
        assert async_picture.image().getpixel((5, 5)) == (255, 0, 0)
        assert async_picture.region == inside
        whole = await capture(settings=settings)
        assert whole.cropped(inside).pixels == async_picture.pixels


async def test_windows_with_titles_places_and_which_is_in_use(screen: str) -> None:
    with (
        window(screen, "Behind", RED, Region(50, 50, 300, 200)),
        window(screen, "Front ü", BLUE, Region(400, 300, 200, 100)),
    ):
        wait_for(lambda: any(found.active and found.title == "Front ü" for found in list_windows(screen)))
        picture = await capture(settings=VisionSettings(display=screen))
    assert picture.active_window is not None
    assert picture.active_window.title == "Front ü"
    assert picture.active_window.region.width >= 200
    assert [found.title for found in picture.windows][:2] == ["Front ü", "Behind"]


async def test_a_region_that_sticks_out_is_cut(screen: str) -> None:
    picture = await capture(Region(1200, 700, 500, 500), settings=VisionSettings(display=screen))
    assert picture.region == Region(1200, 700, 80, 100)


async def test_a_region_off_the_screen(screen: str) -> None:
    with pytest.raises(RegionNotFound, match="outside the screen"):
        await capture(Region(5000, 0, 10, 10), settings=VisionSettings(display=screen))


async def test_without_a_window_manager() -> None:
    with xvfb("320x200x24") as (display, _):
        with window(display, "Alone", RED, Region(10, 20, 100, 50)):
            picture = await capture(settings=VisionSettings(display=display))
        assert [found.title for found in picture.windows] == ["Alone"]
        assert picture.windows[0].region == Region(10, 20, 100, 50)
        assert picture.active_window is None


async def test_a_screen_that_hangs() -> None:
    with xvfb("320x200x24") as (display, process):
        settings = VisionSettings(display=display, capture_seconds=0.5)
        assert (await capture(settings=settings)).region.width == 320
        os.kill(process.pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(60):
                for _ in range(6):  # more than may be stuck at once
                    with pytest.raises(ScreenTimeout, match=r"within 0\.5 s"):
                        await capture(settings=settings)
        finally:
            os.kill(process.pid, signal.SIGCONT)
        patient = VisionSettings(display=display, capture_seconds=20)  # those left behind come back first
        assert (await capture(settings=patient)).region.width == 320


async def test_a_display_that_is_not_there() -> None:
    with pytest.raises(NoScreen, match=":9876"):
        await capture(settings=VisionSettings(display=":9876"))


SESSIONS: list[tuple[dict[str, str], str | None]] = [
    ({"DISPLAY": ":0"}, None),
    ({"DISPLAY": ":1.0", "XDG_SESSION_TYPE": "x11"}, None),
    ({}, "no screen here"),
    ({"DISPLAY": ""}, "no screen here"),
    ({"WAYLAND_DISPLAY": "wayland-0"}, "Wayland"),
    ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"}, "Wayland"),
]


@pytest.mark.parametrize(("environment", "problem"), SESSIONS)
def test_sessions(environment: dict[str, str], problem: str | None) -> None:
    if problem is None:
        assert find_display(VisionSettings(), environment) == environment["DISPLAY"]
    else:
        with pytest.raises(NoScreen, match=problem):
            find_display(VisionSettings(), environment)


def test_a_display_that_is_set_comes_first() -> None:
    assert find_display(VisionSettings(display=":5"), {"XDG_SESSION_TYPE": "wayland"}) == ":5"
