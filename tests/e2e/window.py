"""A program with one window that shows lines of text: ``python -m tests.e2e.window TITLE X Y WIDTH HEIGHT LINE...``."""

import sys

from PIL import Image, ImageDraw, ImageFont
from Xlib import X, Xutil
from Xlib.display import Display


def picture(width: int, height: int, lines: list[str]) -> Image.Image:
    """Return the lines in large dark letters on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((20, 20 + 50 * number), line, fill="black", font=ImageFont.load_default(28))
    return image


def main(title: str, x: int, y: int, width: int, height: int, lines: list[str]) -> None:
    """Show the window until the process is ended."""
    display = Display()
    screen = display.screen()
    window = screen.root.create_window(
        x, y, width, height, 0, screen.root_depth, event_mask=X.ExposureMask, background_pixel=screen.white_pixel
    )
    window.set_wm_name(title)
    window.set_wm_normal_hints(flags=Xutil.PPosition | Xutil.USPosition)
    window.map()
    image = picture(width, height, lines)
    pen = window.create_gc()
    while True:
        if display.next_event().type == X.Expose:
            window.put_pil_image(pen, 0, 0, image)
            display.flush()


if __name__ == "__main__":
    title, x, y, width, height, *lines = sys.argv[1:]
    main(title, int(x), int(y), int(width), int(height), lines)
