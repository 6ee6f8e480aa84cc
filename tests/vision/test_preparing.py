"""Whatever its colours, text comes out dark on white."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.preparing import SCALE, flatten

COLOURS = [
    ("white", "black"),
    ("black", "white"),
    ("#222222", "#99aabb"),
    ("#1d2b3a", "#e8eef4"),
    ("white", "#b00020"),
    ("#0044cc", "white"),
]


@pytest.mark.parametrize(("background", "letters"), COLOURS)
def test_dark_on_white(background: str, letters: str) -> None:
    picture = Image.new("RGB", (240, 60), background)
    ImageDraw.Draw(picture).text((10, 20), "Some text here", fill=letters, font=ImageFont.load_default(16))
    flat = flatten(picture)
    assert flat.size == (240 * SCALE, 60 * SCALE)
    assert flat.getpixel((2, 2)) == 255
    histogram = flat.histogram()
    assert sum(histogram[200:]) > 0.75 * flat.width * flat.height
    assert sum(histogram[:100]) > 200


def test_frames_and_rules_are_taken_out() -> None:
    picture = Image.new("RGB", (300, 120), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 280, 100), outline="black", width=2)
    draw.line((20, 60, 280, 60), fill="grey", width=1)
    assert min(flatten(picture).resize((300, 120)).crop((40, 10, 260, 110)).tobytes()) > 200


def test_large_letters_stay() -> None:
    picture = Image.new("RGB", (400, 100), "white")
    ImageDraw.Draw(picture).text((10, 10), "illegal HTML", fill="black", font=ImageFont.load_default(48))
    black = picture.convert("L").histogram()[0]
    assert sum(flatten(picture, scale=1).histogram()[:60]) > 0.8 * black


def test_the_edge_of_a_panel_is_no_line() -> None:
    picture = Image.new("RGB", (200, 200), "white")
    picture.paste("black", (50, 50, 151, 151))
    assert flatten(picture).getextrema()[0] == 255


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (4, 4), (17, 9)])
def test_small_pictures(size: tuple[int, int]) -> None:
    assert flatten(Image.new("RGB", size, "red")).size == (size[0] * SCALE, size[1] * SCALE)
