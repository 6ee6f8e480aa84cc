"""What people call parts of the screen: "the top left", "the bottom half", "this window"."""

import re

from vision.errors import RegionNotFound
from vision.geometry import Region

_VERTICAL = {"top": (0, 1), "upper": (0, 1), "bottom": (1, 2), "lower": (1, 2)}
_HORIZONTAL = {"left": (0, 1), "right": (1, 2)}
_CENTRE = frozenset({"centre", "center", "middle"})
WHOLE = frozenset({"", "screen", "whole", "entire", "whole screen", "everything", "all", "full screen", "desktop"})
WINDOW = frozenset({"window", "active window", "current window", "front window", "this window", "app", "application"})
ERROR = frozenset({"error", "errors", "error message", "this error", "message", "warning", "exception", "traceback"})
_AROUND = re.compile(
    r"^(?:(?:the|my|this|on|in|at|of)\s+)+|\s+(?:(?:of|on|in)\s+(?:the|my|this)\s+)?(?:screen|display|corner|half|part|side|edge|area)\b",
    re.IGNORECASE,
)


def plain_name(place: str) -> str:
    """Give the name of a place without what people put around it: "the top left corner" is "top left"."""
    name = " ".join(re.sub(r"[-_]", " ", place).casefold().split())
    while name not in WHOLE and (shorter := _AROUND.sub("", name).strip()) != name:
        name = shorter
    return "screen" if name in WHOLE else name


def find_place(place: str, screen: Region) -> Region:
    """Give the part of the screen that a name such as "top left" or "middle" means.

    A word such as "left" alone means that half, two of them a quarter; "middle" is the inner half each way.

    Raises:
        RegionNotFound: the name means no place.
    """
    words = plain_name(place).split()
    if words == ["screen"]:
        return screen
    left, right, top, bottom = 0.0, 2.0, 0.0, 2.0
    for word in words:
        if word in _VERTICAL:
            top, bottom = _VERTICAL[word]
        elif word in _HORIZONTAL:
            left, right = _HORIZONTAL[word]
        elif word not in _CENTRE:
            raise RegionNotFound(
                f"I do not know a part of the screen called “{place}”; say window, error, top left, bottom, middle or "
                "the like."
            )
    if any(word in _CENTRE for word in words):
        if not any(word in _HORIZONTAL for word in words):
            left, right = 0.5, 1.5
        if not any(word in _VERTICAL for word in words):
            top, bottom = 0.5, 1.5
    return Region.between(
        screen.left + round(screen.width * left / 2),
        screen.top + round(screen.height * top / 2),
        screen.left + round(screen.width * right / 2),
        screen.top + round(screen.height * bottom / 2),
    )
