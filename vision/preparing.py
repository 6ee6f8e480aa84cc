"""Makes a picture of a screen easy to read: dark text on white, at twice the size, whatever it was before.

Screens hold light text on dark panels beside dark text on light ones, and letters of a few pixels; Tesseract
expects a printed page. So each pixel is compared with the background around it, and what differs is drawn dark.
The background is the median of the neighbourhood (text covers less than half of it), which keeps the edges of
panels sharp; at an edge the better fitting of the two backgrounds counts, so that edges do not become lines.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SCALE = 2
_BLOCK = 4  # the background is worked out on squares of this many pixels
_NEIGHBOURHOOD = 9  # in blocks: letters up to about half as high are taken for text
_CONTRAST = 1.6


def flatten(picture: "Image", *, scale: int = SCALE) -> "Image":
    """Give the picture as dark on white, `scale` times as large."""
    import numpy as np
    from PIL import Image, ImageFilter

    grey = np.asarray(picture.convert("L"))
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge")
    rows, columns = padded.shape[0] // _BLOCK, padded.shape[1] // _BLOCK
    blocks = padded.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).reshape(rows, columns, _BLOCK**2)
    medians = np.median(blocks, axis=2).astype(np.uint8)
    background = Image.fromarray(medians).filter(ImageFilter.MedianFilter(_NEIGHBOURHOOD))
    level = grey.astype(np.int16)
    differences = []
    for edge in (ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)):
        around = np.asarray(background.filter(edge)).repeat(_BLOCK, 0).repeat(_BLOCK, 1)
        differences.append(np.abs(level - around[:height, :width].astype(np.int16)))
    difference = np.minimum(*differences) * _CONTRAST
    flat = Image.fromarray((255 - np.minimum(difference, 255)).astype(np.uint8))
    return flat.resize((width * scale, height * scale), Image.Resampling.BICUBIC)
