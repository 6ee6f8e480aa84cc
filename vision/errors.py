"""What can go wrong with seeing: each error's text is one plain sentence that can be shown to a person."""


class VisionError(Exception):
    """The base of every error that leaves this folder."""


class NoScreen(VisionError):
    """There is no screen that can be captured."""


class ScreenTimeout(VisionError):
    """The screen did not answer in time."""


class RegionNotFound(VisionError):
    """A part of the screen was asked for that is not there, or that has no such name."""


class OcrUnavailable(VisionError):
    """Text cannot be recognised, because what it needs is not installed."""


class OcrTimeout(VisionError):
    """Recognising text took too long."""
