"""The vision agent: what is on the screen, as a whole or in the part that matters."""

import os
from collections.abc import Iterable
from typing import Any, ClassVar

from agents.base import AssistantAgent
from behaviours.services import Job, Service
from ontology.assistant import ReadScreen, ScreenText
from ontology.expressions import Bid
from vision.capture import capture
from vision.errors import VisionError
from vision.ocr import estimate_seconds
from vision.reading import ScreenReader, ScreenReading


class VisionAgent(AssistantAgent):
    """Looks at the screen when a person asks for it."""

    kind: ClassVar[str] = "vision"
    errors: ClassVar[tuple[type[Exception], ...]] = (VisionError,)
    capacity: ClassVar[int] = 1

    async def prepare(self) -> None:
        """Set up reading; nothing is looked at before somebody asks."""
        self._reader = ScreenReader(self.context.settings.vision)

    async def release(self) -> None:
        """Free what reading keeps loaded."""
        if hasattr(self, "_reader"):
            self._reader.close()

    def skills(self) -> Iterable[Service[Any]]:
        """Offer to read all of the screen and, of the same action, a part of it."""
        return (
            Service(ReadScreen, self._read_all, self._bid_all, name="whole-screen"),
            Service(ReadScreen, self._read_part, self._bid_part, name="part-of-screen"),
        )

    async def _bid_all(self, act: ReadScreen) -> Bid:
        seconds, _ = await self._estimate()
        # Where a part was asked for, all of the screen holds it, among other things.
        return self.bid(seconds=seconds, confidence=0.6 if act.region else 0.9, cost=0.1)

    async def _bid_part(self, act: ReadScreen) -> Bid:
        whole, front = await self._estimate()
        if act.region:
            return self.bid(seconds=front, confidence=0.9, cost=0.05)
        # Where all was asked for, the window in front is most of it, unless there is none.
        return self.bid(seconds=front, confidence=0.5 if front < whole else 0.2, cost=0.05)

    async def _estimate(self) -> tuple[float, float]:
        """Return about how many seconds reading all of the screen takes, and the window in front."""
        picture = await capture(settings=self.context.settings.vision, environment=os.environ)
        whole = estimate_seconds(picture.screen)
        front = picture.active_window
        return whole, estimate_seconds(front.region) if front is not None else whole

    async def _read_all(self, act: ReadScreen, _: Job) -> ScreenText:
        await self.consent(act.owner, act, "May I look at your screen?")
        return _said(await self._reader.describe_screen())

    async def _read_part(self, act: ReadScreen, _: Job) -> ScreenText:
        await self.consent(act.owner, act, "May I look at your screen?")
        return _said(await self._reader.read_region(act.region or "window"))


def _said(reading: ScreenReading) -> ScreenText:
    return ScreenText(description=reading.description, text=reading.text)
