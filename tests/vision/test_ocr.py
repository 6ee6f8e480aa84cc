"""Text is read from pictures by real Tesseract."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from vision.capture import Screenshot
from vision.errors import OcrTimeout, OcrUnavailable
from vision.geometry import Region
from vision.ocr import TextReader, estimate_seconds
from vision.settings import VisionSettings


def picture(
    texts: list[tuple[str, int, int, int]], *, background: str = "white", letters: str = "black", corner: int = 0
) -> Screenshot:
    """Draw texts, each at a place and in a size."""
    image = Image.new("RGB", (640, 240), background)
    draw = ImageDraw.Draw(image)
    for text, left, top, size in texts:
        draw.text((left, top), text, fill=letters, font=ImageFont.load_default(size))
    region = Region(corner, corner, *image.size)
    return Screenshot(image.tobytes(), region, region, (region,), ())


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


COLOURS = [("white", "black"), ("black", "white"), ("#222222", "#99aabb"), ("#0044cc", "white"), ("white", "#b00020")]


@pytest.mark.parametrize(("background", "letters"), COLOURS)
@pytest.mark.parametrize("size", [13, 18, 30])
async def test_colours_and_sizes(reader: TextReader, background: str, letters: str, size: int) -> None:
    shown = picture([("Please send the report", 30, 60, size)], background=background, letters=letters)
    assert (await reader.read(shown)).text == "Please send the report"


async def test_words_have_places_on_the_screen(reader: TextReader) -> None:
    read = await reader.read(picture([("Hello", 30, 60, 24), ("World", 400, 60, 24)], corner=1000))
    hello, world = (line.words[0] for line in read.lines)
    assert (hello.text, world.text) == ("Hello", "World")
    assert abs(hello.region.left - 1031) < 5
    assert abs(world.region.left - 1401) < 5
    assert 1060 <= hello.region.top <= 1070
    assert hello.confidence > 80


async def test_blocks_come_in_reading_order(reader: TextReader) -> None:
    left = [("The first column says", 20, 40, 16), ("something of its own.", 20, 62, 16)]
    right = [("The second column says", 330, 40, 16), ("something else again.", 330, 62, 16)]
    read = await reader.read(picture(left + right))
    assert read.text == (
        "The first column says\nsomething of its own.\n\nThe second column says\nsomething else again."
    )


async def test_an_empty_screen_reads_as_nothing(reader: TextReader) -> None:
    assert (await reader.read(picture([]))).blocks == ()


async def test_missing_data_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(OcrUnavailable, match=r"install tesseract-ocr \(tesseract-ocr-eng\)"):
        await TextReader(VisionSettings(tessdata=str(tmp_path))).read(picture([]))


async def test_a_missing_language_says_what_to_install() -> None:
    with pytest.raises(OcrUnavailable, match="tesseract-ocr-xyz"):
        await TextReader(VisionSettings(languages="eng+xyz")).read(picture([]))


async def test_broken_data_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"not trained at all")
    with pytest.raises(OcrUnavailable, match="did not load"):
        await TextReader(VisionSettings(tessdata=str(tmp_path))).read(picture([]))


async def test_a_deadline_is_kept() -> None:
    reader = TextReader(VisionSettings(ocr_seconds=0.001))
    with pytest.raises(OcrTimeout, match="ask for a part of it"):
        await reader.read(picture([("Some text", 10, 10, 20)]))


async def test_it_can_be_used_again_after_closing() -> None:
    reader = TextReader()
    shown = picture([("Again and again", 30, 60, 20)])
    first = await reader.read(shown)
    reader.close()
    assert await reader.read(shown) == first
    reader.close()
    reader.close()


def test_a_part_costs_less_than_the_whole() -> None:
    assert estimate_seconds(Region(0, 0, 400, 300)) < estimate_seconds(Region(0, 0, 1920, 1080))
