"""What people call parts of the screen."""

import pytest

from vision.errors import RegionNotFound
from vision.geometry import Region
from vision.places import ERROR, WINDOW, find_place, plain_name

SCREEN = Region(0, 0, 1000, 800)

PLACES = {
    "screen": SCREEN,
    "the whole screen": SCREEN,
    "everything": SCREEN,
    "top": Region(0, 0, 1000, 400),
    "the upper half of the screen": Region(0, 0, 1000, 400),
    "bottom": Region(0, 400, 1000, 400),
    "left": Region(0, 0, 500, 800),
    "right side": Region(500, 0, 500, 800),
    "top left": Region(0, 0, 500, 400),
    "top-left": Region(0, 0, 500, 400),
    "the top right corner": Region(500, 0, 500, 400),
    "the bottom right corner of my screen": Region(500, 400, 500, 400),
    "middle": Region(250, 200, 500, 400),
    "center": Region(250, 200, 500, 400),
    "top centre": Region(250, 0, 500, 400),
    "middle left": Region(0, 200, 500, 400),
}


@pytest.mark.parametrize(("place", "region"), PLACES.items())
def test_places(place: str, region: Region) -> None:
    assert find_place(place, SCREEN) == region


def test_places_count_from_the_screen_s_corner() -> None:
    assert find_place("bottom right", Region(100, 50, 1000, 800)) == Region(600, 450, 500, 400)


@pytest.mark.parametrize("place", ["kitchen", "top kitchen", "42"])
def test_what_is_no_place(place: str) -> None:
    with pytest.raises(RegionNotFound, match=place):
        find_place(place, SCREEN)


@pytest.mark.parametrize("words", ["window", "the window", "this window", "The active window", "app"])
def test_names_of_the_window(words: str) -> None:
    assert plain_name(words) in WINDOW


@pytest.mark.parametrize("words", ["error", "this error", "the error on my screen", "the error message"])
def test_names_of_an_error(words: str) -> None:
    assert plain_name(words) in ERROR
