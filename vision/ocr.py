"""Recognises the text on a picture of the screen, by Tesseract.

The recogniser stays loaded in this process, which halves the time a new process takes for each picture. Work is
done in a thread, outside Python's lock, with a deadline that Tesseract keeps itself. The whole picture is read
once, made dark on white at twice its size (`vision.preparing`); lines that it was not sure of are read a second
time, larger, each by itself.
"""

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vision.capture import Screenshot
from vision.deadline import in_thread
from vision.errors import OcrTimeout, OcrUnavailable
from vision.geometry import Region
from vision.layout import Block, Line, Word, arrange
from vision.preparing import SCALE, flatten
from vision.settings import VisionSettings

if TYPE_CHECKING:
    from PIL.Image import Image
    from tesserocr import PyTessBaseAPI

_TESSDATA = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_DOUBTFUL = 75.0
_MOST_SECOND_LOOKS = 12
_SECOND_SCALE = 3
_MARGIN = 6
_SECONDS_A_MEGAPIXEL = 0.45
_SECONDS_TO_BEGIN = 0.1


@dataclass(frozen=True, slots=True)
class ScreenText:
    """The text on a picture of the screen: blocks in reading order, with places on the screen."""

    region: Region
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in reading order."""
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def text(self) -> str:
        """All of it; an empty line stands between blocks."""
        return "\n\n".join(block.text for block in self.blocks)


def estimate_seconds(region: Region) -> float:
    """Give about how long reading a region takes, for weighing one way of reading against another."""
    return _SECONDS_TO_BEGIN + _SECONDS_A_MEGAPIXEL * region.area / 1e6


def find_tessdata(settings: VisionSettings) -> Path:
    """Find the folder with Tesseract's trained data for all languages that are set.

    Raises:
        OcrUnavailable: there is none; the text says what to install.
    """
    wanted = [f"{language}.traineddata" for language in settings.languages.split("+")]
    given = settings.tessdata or os.environ.get("TESSDATA_PREFIX")
    for folder in (given,) if given else _TESSDATA:
        if all((Path(folder) / name).is_file() for name in wanted):
            return Path(folder)
    packages = ", ".join(f"tesseract-ocr-{language.replace('_', '-')}" for language in settings.languages.split("+"))
    raise OcrUnavailable(
        f"I cannot read the screen, because Tesseract's trained data is missing; install tesseract-ocr ({packages})."
    )


class TextReader:
    """Reads text from pictures, one at a time. Loads the recogniser when it is first needed."""

    def __init__(self, settings: VisionSettings | None = None) -> None:
        self._settings = settings or VisionSettings()
        self._one_at_a_time = threading.Lock()
        self._recogniser: PyTessBaseAPI | None = None

    async def read(self, screenshot: Screenshot) -> ScreenText:
        """Read the text of a picture.

        Raises:
            OcrUnavailable: the recogniser or its data is not installed.
            OcrTimeout: it took longer than the settings allow.
        """
        try:
            words = await in_thread(
                lambda: self._words(screenshot), seconds=self._settings.ocr_seconds, name="read text"
            )
        except TimeoutError:
            raise OcrTimeout(
                f"Reading the screen took longer than {self._settings.ocr_seconds:g} s; ask for a part of it."
            ) from None
        return ScreenText(screenshot.region, arrange(words))

    def close(self) -> None:
        """Free the recogniser. It is loaded again when it is needed."""
        with self._one_at_a_time:
            if self._recogniser is not None:
                self._recogniser.End()
                self._recogniser = None

    def _words(self, screenshot: Screenshot) -> list[Word]:
        with self._one_at_a_time:
            recogniser = self._loaded()
            picture = screenshot.image()
            words = self._recognise(recogniser, flatten(picture), SCALE, (0, 0), whole=True)
            words = [word for word in words if _is_text(word, self._settings.least_confidence)]
            words = self._second_looks(recogniser, picture, words)
        corner = screenshot.region
        return [Word(word.text, word.region.moved(corner.left, corner.top), word.confidence) for word in words]

    def _loaded(self) -> "PyTessBaseAPI":
        if self._recogniser is None:
            # More threads than one make Tesseract slower, not faster. It reads this when it is loaded.
            os.environ.setdefault("OMP_THREAD_LIMIT", "1")
            folder = find_tessdata(self._settings)
            try:
                from tesserocr import PyTessBaseAPI

                self._recogniser = PyTessBaseAPI(path=f"{folder}/", lang=self._settings.languages)
            except (ImportError, RuntimeError) as error:
                raise OcrUnavailable(
                    f"I cannot read the screen, because Tesseract did not load ({error}); install tesserocr and "
                    "tesseract-ocr again."
                ) from error
        return self._recogniser

    def _recognise(
        self, recogniser: "PyTessBaseAPI", flat: "Image", scale: int, corner: tuple[int, int], *, whole: bool
    ) -> list[Word]:
        from tesserocr import PSM, RIL, iterate_level

        recogniser.SetPageSegMode(PSM.SPARSE_TEXT if whole else PSM.SINGLE_LINE)
        recogniser.SetImageBytes(flat.tobytes(), flat.width, flat.height, 1, flat.width)
        recogniser.SetSourceResolution(96 * scale)
        if not recogniser.Recognize(int(self._settings.ocr_seconds * 1000)):
            return []
        found: list[Word] = []
        for item in iterate_level(recogniser.GetIterator(), RIL.WORD):
            box = item.BoundingBox(RIL.WORD)
            if box is None or item.Empty(RIL.WORD):
                continue
            text = item.GetUTF8Text(RIL.WORD).strip()
            left, top, right, bottom = (round(edge / scale) for edge in box)
            if text:
                region = Region.between(left, top, right, bottom).moved(*corner)
                found.append(Word(text, region, item.Confidence(RIL.WORD)))
        recogniser.Clear()
        return found

    def _second_looks(self, recogniser: "PyTessBaseAPI", picture: "Image", words: list[Word]) -> list[Word]:
        """Read the lines again that hold a doubtful word, and keep the reading that is surer."""
        lines = [line for block in arrange(words) for line in block.lines]
        doubtful = [line for line in lines if any(word.confidence < _DOUBTFUL for word in line.words)]
        replaced: list[Word] = []
        dropped: set[Word] = set()
        for line in sorted(doubtful, key=_sureness)[:_MOST_SECOND_LOOKS]:
            box = line.region
            part = Region.between(
                max(0, box.left - _MARGIN),
                max(0, box.top - _MARGIN),
                min(picture.width, box.right + _MARGIN),
                min(picture.height, box.bottom + _MARGIN),
            )
            cut = picture.crop((part.left, part.top, part.right, part.bottom))
            again = self._recognise(
                recogniser, flatten(cut, scale=_SECOND_SCALE), _SECOND_SCALE, (part.left, part.top), whole=False
            )
            if again and _sureness(Line(tuple(again))) > _sureness(line):
                dropped.update(line.words)
                replaced += [word for word in again if _is_text(word, self._settings.least_confidence)]
        return [word for word in words if word not in dropped] + replaced


def _sureness(line: Line) -> float:
    """Give the confidence of a line, each letter counting the same."""
    letters = sum(len(word.text) for word in line.words)
    return sum(word.confidence * len(word.text) for word in line.words) / letters


def _is_text(word: Word, least_confidence: float) -> bool:
    """Tell words from icons and edges that were taken for letters."""
    if word.confidence < least_confidence or word.region.height < 4:
        return False
    if any(character.isalnum() for character in word.text):
        return True
    return word.confidence >= _DOUBTFUL and _is_plausible_sign(word.text)


def _is_plausible_sign(characters: Iterable[str]) -> bool:
    return all(character in "+-*/=<>()[]{}.,:;!?%&@#$€£\N{BULLET}▒" for character in characters)
