"""Makes a picture of a screen easy to read: dark text on white, at twice the size, whatever it was before.

Screens hold light text on dark panels beside dark text on light ones, and letters of a few pixels; Tesseract
expects a printed page. So each pixel is compared with the background around it, and what differs is drawn dark.

The background is the median of the neighbourhood (text covers less than half of it), and wherever a patch is
all of one colour, that colour: letters up to about 60 pixels high have no such patches within. At the edge of a
panel the better fitting of the backgrounds counts, so that edges do not become lines; and lines that are drawn,
which are longer and thinner than any stroke of a letter, are taken out.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SCALE = 2
_BLOCK = 4  # the background is worked out on squares of this many pixels
_NEIGHBOURHOOD = 9  # in blocks
_ONE_COLOUR = 20  # grey levels
_CONTRAST = 1.6
_VISIBLE = 40  # grey levels that part a line from its background
_LONG_DOWN, _LONG_ACROSS, _THICK = 34, 60, 5  # pixels: a line is at least so long, and less than so thick


def flatten(picture: "Image", *, scale: int = SCALE) -> "Image":
    """Give the picture as dark on white, `scale` times as large."""
    import numpy as np
    from PIL import Image

    grey = np.asarray(picture.convert("L"))
    height, width = grey.shape
    level = grey.astype(np.int16)
    difference = np.minimum(
        *(np.abs(level - background[:height, :width]) for background in _backgrounds(grey)),
    )
    difference[_lines(difference > _VISIBLE)] = 0
    flat = Image.fromarray((255 - np.minimum(difference * _CONTRAST, 255)).astype(np.uint8))
    return flat.resize((width * scale, height * scale), Image.Resampling.BICUBIC)


def _backgrounds(grey: "NDArray[np.uint8]") -> "tuple[NDArray[np.int16], NDArray[np.int16]]":
    """Give the darkest and the lightest background near each pixel; they differ at the edges of panels only."""
    import numpy as np
    from PIL import Image, ImageFilter

    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge")
    rows, columns = padded.shape[0] // _BLOCK, padded.shape[1] // _BLOCK
    blocks = padded.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).reshape(rows, columns, _BLOCK**2)
    medians = np.median(blocks, axis=2).astype(np.uint8)
    background = np.array(Image.fromarray(medians).filter(ImageFilter.MedianFilter(_NEIGHBOURHOOD)))
    plain = _of_one_colour(blocks.min(axis=2), blocks.max(axis=2))
    background[plain] = medians[plain]
    image = Image.fromarray(background)
    darkest, lightest = (
        np.asarray(image.filter(near)).repeat(_BLOCK, 0).repeat(_BLOCK, 1).astype(np.int16)
        for near in (ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3))
    )
    return darkest, lightest


def _of_one_colour(lowest: "NDArray[np.uint8]", highest: "NDArray[np.uint8]") -> "NDArray[np.bool_]":
    """Tell which blocks belong to a patch of two by two blocks that is all of one colour."""
    import numpy as np

    plain = np.zeros(lowest.shape, dtype=bool)
    if min(lowest.shape) < 2:
        return plain
    low = np.minimum.reduce([lowest[:-1, :-1], lowest[1:, :-1], lowest[:-1, 1:], lowest[1:, 1:]])
    high = np.maximum.reduce([highest[:-1, :-1], highest[1:, :-1], highest[:-1, 1:], highest[1:, 1:]])
    patch = high - low < _ONE_COLOUR
    for rows in (slice(None, -1), slice(1, None)):
        for columns in (slice(None, -1), slice(1, None)):
            plain[rows, columns] |= patch
    return plain


def _lines(dark: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    """Tell which pixels belong to straight lines, upright or level."""
    down, across = _runs(dark, _LONG_DOWN, axis=0), _runs(dark, _LONG_ACROSS, axis=1)
    upright = down & ~_runs(dark, _THICK, axis=1)
    level = across & ~_runs(dark, _THICK, axis=0)
    return upright | level


def _runs(dark: "NDArray[np.bool_]", length: int, *, axis: int) -> "NDArray[np.bool_]":
    """Tell which pixels belong to a run of at least `length` dark ones along an axis."""
    import numpy as np

    along = np.moveaxis(dark, axis, 0)
    runs = np.zeros_like(along)
    if along.shape[0] < length:
        return np.moveaxis(runs, 0, axis)
    counted = np.zeros((along.shape[0] + 1, along.shape[1]), dtype=np.int32)
    np.cumsum(along, axis=0, out=counted[1:])
    starts = counted[length:] - counted[:-length] == length
    # A pixel is in a run when a run starts at it, or up to `length` - 1 pixels before it.
    started = np.zeros((along.shape[0] + length, along.shape[1]), dtype=np.int32)
    np.cumsum(starts, axis=0, out=started[length : length + starts.shape[0]])
    started[length + starts.shape[0] :] = started[length + starts.shape[0] - 1]
    runs = started[length:] - started[:-length] > 0
    return np.moveaxis(runs, 0, axis)
