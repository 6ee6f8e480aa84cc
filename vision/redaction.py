"""Takes out what must not be seen: parts of the picture before it is read, and secrets from what was read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vision.capture import Screenshot
from vision.geometry import Region
from vision.layout import Block, Line, Word
from vision.ocr import ScreenText
from vision.secrets import find_secrets, is_lone_label, may_be_value
from vision.settings import VisionSettings
from vision.windows import Window

HIDDEN = "▒▒▒"
_HIDDEN_TITLE = "a private window"
_FIELD_GAP = 3.0  # heights of the label between it and what was typed below it


def hide_excluded(screenshot: Screenshot, settings: VisionSettings) -> Screenshot:
    """Black out the areas and windows that the settings exclude.

    A window is blacked out where it is, also when another lies over it: better too much than too little. Its
    title goes too.
    """
    excluded = [Region(area.left, area.top, area.width, area.height) for area in settings.excluded_areas]
    windows: list[Window] = []
    for window in screenshot.windows:
        if is_excluded_title(window.title, settings.excluded_windows):
            excluded.append(window.region)
            windows.append(replace(window, title=_HIDDEN_TITLE))
        else:
            windows.append(window)
    return replace(screenshot, pixels=_blacked_out(screenshot, excluded), windows=tuple(windows))


def is_excluded_title(title: str, words: Sequence[str]) -> bool:
    """Tell whether a window's title holds one of the words, in any case."""
    folded = title.casefold()
    return any(word.casefold() in folded for word in words if word)


def redact(text: str) -> str:
    """Give a text with the secrets in it replaced."""
    pieces: list[str] = []
    end = 0
    for span in find_secrets(text):
        pieces += [text[end : span.start], HIDDEN]
        end = span.end
    return "".join(pieces) + text[end:]


def redact_screen(read: ScreenText) -> ScreenText:
    """Give what was read with the secrets in it replaced, in the words too, so that none leaves by another way.

    A word that is partly secret is hidden as a whole, and words beside one another become one mark. What stands
    to the right of a lone label such as "Password", or else below it, is hidden too.
    """
    spans = find_secrets(read.text, below_labels=False)
    values = set(_values_of_labels(read.lines))
    if not spans and not values:
        return read
    position = 0
    blocks: list[Block] = []
    for block in read.blocks:
        lines: list[Line] = []
        for line in block.lines:
            words: list[Word] = []
            for word in line.words:
                end = position + len(word.text)
                secret = line in values or any(span.start < end and position < span.end for span in spans)
                _append(words, word, secret=secret)
                position = end + 1
            lines.append(Line(tuple(words)))
        blocks.append(Block(tuple(lines)))
        position += 1  # the empty line between blocks
    return replace(read, blocks=tuple(blocks))


def _append(words: list[Word], word: Word, *, secret: bool) -> None:
    if not secret:
        words.append(word)
    elif words and words[-1].text == HIDDEN:
        words[-1] = replace(words[-1], region=Region.around(words[-1].region, word.region))
    else:
        words.append(replace(word, text=HIDDEN))


def _values_of_labels(lines: Sequence[Line]) -> Iterator[Line]:
    """Find the lines that hold the values of lone labels: the next one to the right, or else the next one below."""
    for label in lines:
        if not is_lone_label(label.text):
            continue
        others = [(line, line.region) for line in lines if line is not label]
        place = label.region
        right = [
            (region.left - place.right, line)
            for line, region in others
            if region.left >= place.right
            and min(region.bottom, place.bottom) - max(region.top, place.top) > 0.3 * min(region.height, place.height)
        ]
        below = [
            (region.top - place.bottom, line)
            for line, region in others
            if 0 <= region.top - place.bottom <= _FIELD_GAP * place.height
            and min(region.right, place.right) > max(region.left, place.left) - place.height
        ]
        for candidates in (right, below):
            if candidates:
                nearest = min(candidates, key=lambda candidate: candidate[0])[1]
                if may_be_value(nearest.text):
                    yield nearest
                    break


def _blacked_out(screenshot: Screenshot, excluded: Sequence[Region]) -> bytes:
    from PIL import ImageDraw

    corner = screenshot.region
    hidden = [common for region in excluded if (common := screenshot.region.common(region)) is not None]
    if not hidden:
        return screenshot.pixels
    picture = screenshot.image()
    draw = ImageDraw.Draw(picture)
    for region in hidden:
        inside = region.moved(-corner.left, -corner.top)
        draw.rectangle((inside.left, inside.top, inside.right - 1, inside.bottom - 1), fill=(0, 0, 0))
    return picture.tobytes()
