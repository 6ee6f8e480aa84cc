"""Takes pictures of the screen, and tells which windows are on it.

X11 through mss and EWMH; macOS through mss, without windows. A Wayland session shows no program the screen
without asking the person, so there it is refused with a plain sentence.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vision.deadline import in_thread
from vision.errors import NoScreen, RegionNotFound, ScreenTimeout
from vision.geometry import Region
from vision.settings import VisionSettings
from vision.windows import Window, list_windows

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture of the screen, or of a part of it, in memory.

    `pixels` are rows of red, green and blue bytes. `region` is where on the screen it was taken; `screen` is
    all of the screen, `monitors` its parts. `windows` are those shown, the topmost first.
    """

    pixels: bytes
    region: Region
    screen: Region
    monitors: tuple[Region, ...]
    windows: tuple[Window, ...]

    @property
    def active_window(self) -> Window | None:
        """The window in use, where that is known."""
        return next((window for window in self.windows if window.active), None)

    def image(self) -> "Image":
        """Give the picture for Pillow."""
        from PIL import Image

        return Image.frombytes("RGB", (self.region.width, self.region.height), self.pixels)

    def cropped(self, region: Region) -> "Screenshot":
        """Give the part of this picture that shows `region` of the screen.

        Raises:
            RegionNotFound: it shows nothing of it.
        """
        common = self.region.common(region)
        if common is None:
            raise RegionNotFound("That part lies outside the screen.")
        inside = common.moved(-self.region.left, -self.region.top)
        part = self.image().crop((inside.left, inside.top, inside.right, inside.bottom))
        return Screenshot(part.tobytes(), common, self.screen, self.monitors, self.windows)


async def capture(
    region: Region | None = None,
    *,
    settings: VisionSettings | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Screenshot:
    """Take a picture of the screen.

    Args:
        region: the part to take; all monitors where None.
        settings: the display and the deadline.
        environment: the variables that tell which session this is.

    Raises:
        NoScreen: there is no screen, or one that may not be captured.
        ScreenTimeout: it did not answer in time.
        RegionNotFound: `region` lies outside the screen.
    """
    settings = settings or VisionSettings()
    display = find_display(settings, environment)
    try:
        return await in_thread(lambda: _capture(region, display), seconds=settings.capture_seconds, name="capture")
    except TimeoutError:
        raise ScreenTimeout(
            f"The screen did not answer within {settings.capture_seconds:g} s; check whether the session hangs."
        ) from None


def find_display(settings: VisionSettings, environment: Mapping[str, str]) -> str | None:
    """Give the name of the X display to look at; None on systems that have none to name.

    Raises:
        NoScreen: there is none, or the session is Wayland's.
    """
    if settings.display is not None:
        return settings.display
    if sys.platform != "linux":
        return None
    if environment.get("XDG_SESSION_TYPE") == "wayland" or (
        environment.get("WAYLAND_DISPLAY") and not environment.get("DISPLAY")
    ):
        raise NoScreen("I cannot see this screen, because Wayland does not let me; log in to an X11 (Xorg) session.")
    display = environment.get("DISPLAY")
    if not display:
        raise NoScreen(
            "There is no screen here to look at; start me within a desktop session, or set vision.display in the "
            "configuration."
        )
    return display


def _capture(region: Region | None, display: str | None) -> Screenshot:
    import mss
    from mss.exception import ScreenShotError

    try:
        with mss.MSS(display=display) if display is not None else mss.MSS() as camera:
            whole, *monitors = (
                Region(found["left"], found["top"], found["width"], found["height"]) for found in camera.monitors
            )
            wanted = whole if region is None else whole.common(region)
            if wanted is None:
                raise RegionNotFound("That part lies outside the screen.")
            taken = camera.grab(
                {"left": wanted.left, "top": wanted.top, "width": wanted.width, "height": wanted.height}
            )
            pixels = bytes(taken.rgb)
        windows = list_windows(display) if display is not None else ()
    except (ScreenShotError, OSError) as error:
        raise NoScreen(
            f"I cannot see the screen{f' {display}' if display else ''}, because it does not let me connect; check "
            "that the session runs and that I may use it."
        ) from error
    return Screenshot(pixels, wanted, whole, tuple(monitors), windows)
