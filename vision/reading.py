"""Says what is on the screen, in words for chat: all of it, a part, or the error on it.

A picture is taken, what is excluded is blacked out, the text is read, secrets in it are replaced, and only then
anything leaves. Nothing is stored.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vision.capture import Screenshot, capture
from vision.errors import RegionNotFound
from vision.geometry import Region
from vision.layout import Block
from vision.ocr import ScreenText, TextReader
from vision.places import ERROR, WINDOW, find_place, plain_name
from vision.problems import find_problems
from vision.redaction import hide_excluded, redact, redact_screen
from vision.settings import VisionSettings

_MOST_OTHER_WINDOWS = 5
_TITLE_CHARACTERS = 80
_ROWS_AROUND = 80


@dataclass(frozen=True, slots=True)
class ScreenReading:
    """What a look at the screen gave.

    `description` is for chat, limited in length; `text` is all that was read, blocks in reading order with an
    empty line between; `windows` are the titles of the windows shown, the topmost first. `found` is False where
    there was nothing of what was asked for.
    """

    description: str
    text: str
    region: Region
    windows: tuple[str, ...]
    blocks: tuple[Block, ...]
    found: bool


class ScreenReader:
    """Looks at the screen and says what is there."""

    def __init__(self, settings: VisionSettings | None = None, *, environment: Mapping[str, str] = os.environ) -> None:
        self._settings = settings or VisionSettings()
        self._environment = environment
        self._reader = TextReader(self._settings)

    async def describe_screen(self) -> ScreenReading:
        """Say what is on the whole screen, the window in front first.

        Raises:
            VisionError: the screen cannot be seen or read; the text says why.
        """
        picture = await self._look()
        read = await self._read(picture)
        front = picture.active_window
        if front is None:
            blocks = read.blocks
        else:
            within = [block for block in read.blocks if front.region.holds_centre_of(block.region)]
            blocks = (*within, *(block for block in read.blocks if block not in within))
        titles = self._titles(picture)
        lead = f"The window {_quoted(redact(front.title))} is in front." if front and front.title else ""
        others = [title for title in titles if front is None or title != redact(front.title)]
        if others:
            listed = ", ".join(_quoted(title) for title in others[:_MOST_OTHER_WINDOWS])
            lead = f"{lead} Also open: {listed}.".strip()
        body = self._said(blocks, opening="It reads:" if front and front.title else "The screen reads:")
        if not body:
            body = "I can see no text on it." if lead else "I can see the screen, but no text on it."
        return ScreenReading(
            f"{lead} {body}".strip(), read.text, picture.region, titles, blocks, found=bool(read.blocks)
        )

    async def read_region(self, place: str) -> ScreenReading:
        """Read a part of the screen.

        Args:
            place: "window" (the one in front), "error" (what looks like one), or a place such as "top left",
                "bottom", "middle" or "screen".

        Raises:
            RegionNotFound: there is no such place, or no window is known to be in front.
            VisionError: the screen cannot be seen or read.
        """
        name = plain_name(place)
        if name in ERROR:
            return await self._read_error()
        picture = await self._look()
        if name in WINDOW:
            front = picture.active_window
            if front is None:
                raise RegionNotFound("I cannot tell which window is in front; ask for the whole screen instead.")
            called = f"The window {_quoted(redact(front.title))}"
            read = await self._read(picture.cropped(front.region))
        else:
            region = find_place(place, picture.screen)
            called = "The screen" if name == "screen" else f"The part of the screen at “{name}”"
            # Lines are read as a whole, from what is around the part too: a label just outside it may be what
            # tells that something within it is a secret.
            read = _within(await self._read(picture.cropped(_surroundings(region, picture.screen))), region)
        body = self._said(read.blocks, opening=f"{called} reads:") or f"{called} shows no text that I can read."
        return ScreenReading(body, read.text, read.region, self._titles(picture), read.blocks, found=bool(read.blocks))

    def close(self) -> None:
        """Free what reading keeps loaded."""
        self._reader.close()

    async def _read_error(self) -> ScreenReading:
        picture = await self._look()
        read = await self._read(picture)
        problems = find_problems(read.blocks)
        body = self._said(problems, opening="The error on the screen reads:")
        text = "\n\n".join(block.text for block in problems)
        description = body or "I see nothing on the screen that looks like an error."
        return ScreenReading(description, text, picture.region, self._titles(picture), problems, found=bool(problems))

    async def _look(self) -> Screenshot:
        picture = await capture(settings=self._settings, environment=self._environment)
        return hide_excluded(picture, self._settings)

    async def _read(self, picture: Screenshot) -> ScreenText:
        read = await self._reader.read(picture)
        return redact_screen(read) if self._settings.redact_secrets else read

    def _titles(self, picture: Screenshot) -> tuple[str, ...]:
        titles = (redact(window.title) for window in picture.windows if window.title)
        return tuple(dict.fromkeys(titles))

    def _said(self, blocks: Sequence[Block], *, opening: str) -> str:
        """Write blocks for chat; empty where they hold nothing but single signs, as icons are read."""
        texts = [block.text for block in blocks if sum(character.isalnum() for character in block.text) >= 2]
        if not texts:
            return ""
        body = "\n".join(texts)
        limit = self._settings.description_characters
        if len(body) > limit:
            body = f"{body[:limit].rsplit(None, 1)[0]} …"
        return f"{opening}\n{body}"


def _surroundings(part: Region, screen: Region) -> Region:
    """Give the rows of the screen that a part covers, and some above and below."""
    above = max(screen.top, part.top - _ROWS_AROUND)
    below = min(screen.bottom, part.bottom + _ROWS_AROUND)
    return Region.between(screen.left, above, screen.right, below)


def _within(read: ScreenText, part: Region) -> ScreenText:
    """Keep the lines whose middle lies within a part of the screen."""
    kept = (tuple(line for line in block.lines if part.holds_centre_of(line.region)) for block in read.blocks)
    return ScreenText(part, tuple(Block(lines) for lines in kept if lines))


def _quoted(title: str) -> str:
    flat = " ".join(title.split())
    return f"“{flat if len(flat) <= _TITLE_CHARACTERS else flat[: _TITLE_CHARACTERS - 1] + '…'}”"
