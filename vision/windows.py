"""The windows on an X11 screen, as the window manager tells them (EWMH).

See the Extended Window Manager Hints, version 1.5: _NET_CLIENT_LIST_STACKING, _NET_ACTIVE_WINDOW,
_NET_WM_NAME, _NET_FRAME_EXTENTS. Where no window manager runs, the top-level windows are taken as they are.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vision.geometry import Region

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Window as XWindow


@dataclass(frozen=True, slots=True)
class Window:
    """A window: its title, where it is with its frame, and whether it is the one in use."""

    title: str
    region: Region
    active: bool


def list_windows(display_name: str | None) -> tuple[Window, ...]:
    """Give the windows that are shown, the topmost first.

    Args:
        display_name: the X display; that of the environment where None.

    Raises:
        OSError: the display cannot be talked to.
    """
    from Xlib.display import Display
    from Xlib.error import ConnectionClosedError, DisplayError, XError

    try:
        display = Display(display_name)
        try:
            return _windows(display)
        finally:
            display.close()
    except (DisplayError, ConnectionClosedError, XError) as error:
        raise OSError(str(error)) from error


def _windows(display: "Display") -> tuple[Window, ...]:
    from Xlib.error import BadDrawable, BadWindow

    root = display.screen().root
    active = _numbers(display, root, "_NET_ACTIVE_WINDOW")
    managed = bool(_numbers(display, root, "_NET_SUPPORTING_WM_CHECK"))
    ids = _numbers(display, root, "_NET_CLIENT_LIST_STACKING") or _numbers(display, root, "_NET_CLIENT_LIST")
    windows: list[Window] = []
    for window_id in reversed(ids if managed else [child.id for child in root.query_tree().children]):
        window = display.create_resource_object("window", window_id)
        try:
            found = _window(display, root, window, active=window_id in active)
        except (BadWindow, BadDrawable):
            continue  # closed in the meantime
        if found is not None and (managed or found.title):
            windows.append(found)
    return tuple(windows)


def _window(display: "Display", root: "XWindow", window: "XWindow", *, active: bool) -> Window | None:
    from Xlib import X

    if window.get_attributes().map_state != X.IsViewable:
        return None
    geometry = window.get_geometry()
    place = root.translate_coords(window.id, 0, 0)
    frame = _numbers(display, window, "_NET_FRAME_EXTENTS")
    before, after, above, below = frame if len(frame) == 4 else (0, 0, 0, 0)
    region = Region(place.x - before, place.y - above, geometry.width + before + after, geometry.height + above + below)
    return Window(_title(display, window), region, active)


def _numbers(display: "Display", window: "XWindow", name: str) -> list[int]:
    """Give the numbers of a property of a window; none where it is not set."""
    from Xlib import X

    found = window.get_full_property(display.intern_atom(name), X.AnyPropertyType)
    return [] if found is None else [int(value) for value in found.value]


def _title(display: "Display", window: "XWindow") -> str:
    from Xlib import X

    for name in ("_NET_WM_NAME", "WM_NAME"):
        found = window.get_full_property(display.intern_atom(name), X.AnyPropertyType)
        if found is not None and found.value:
            value = found.value
            return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return ""
