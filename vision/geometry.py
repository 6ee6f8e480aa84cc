"""Places on the screen, in pixels from its top left corner."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the screen."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    @property
    def area(self) -> int:
        """How many pixels it holds."""
        return max(0, self.width) * max(0, self.height)

    @classmethod
    def between(cls, left: int, top: int, right: int, bottom: int) -> Self:
        """Give the region with these edges; right and bottom are just outside it."""
        return cls(left, top, right - left, bottom - top)

    @classmethod
    def around(cls, first: "Region", *others: "Region") -> Self:
        """Give the smallest region that holds all of these."""
        regions = (first, *others)
        return cls.between(
            min(region.left for region in regions),
            min(region.top for region in regions),
            max(region.right for region in regions),
            max(region.bottom for region in regions),
        )

    def common(self, other: "Region") -> "Region | None":
        """Give the part that both have in common, if there is any."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Region.between(left, top, right, bottom) if left < right and top < bottom else None

    def holds_centre_of(self, other: "Region") -> bool:
        """Tell whether the middle of `other` lies in this region."""
        x, y = other.left + other.width / 2, other.top + other.height / 2
        return self.left <= x < self.right and self.top <= y < self.bottom

    def moved(self, right: int, down: int) -> "Region":
        """Give this region moved by so many pixels."""
        return Region(self.left + right, self.top + down, self.width, self.height)
