"""A time on the clock in a zone, and the instant it stands for.

Reminders are kept as what a person meant ("9 o'clock in Berlin"), never as UTC alone: when a government
moves the clock, 9 o'clock stays 9 o'clock. Two cases need a rule, and it is that of RFC 5545, 3.3.5:

- a time that the clock jumps over (a *gap*: 2:30 when 2:00 becomes 3:00) counts by the offset in force
  before the jump, and so comes as much later as the gap is long (3:30);
- a time that the clock shows twice (a *fold*) is the first of the two, unless ``fold`` is 1.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduling.errors import UnknownZoneError


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone of that name.

    Raises:
        UnknownZoneError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError(name) from error


@dataclass(frozen=True, slots=True)
class WallTime:
    """What a clock on the wall shows in a zone.

    Attributes:
        local: date and time without zone.
        zone: IANA name, such as ``Europe/Berlin``.
        fold: 1 for the second of two equal times when the clock is put back.
    """

    local: datetime
    zone: str
    fold: int = 0

    def __post_init__(self) -> None:
        """Check the parts.

        Raises:
            UnknownZoneError: the zone does not exist.
            ValueError: ``local`` has a zone of its own, or ``fold`` is neither 0 nor 1.
        """
        if self.local.tzinfo is not None:
            raise ValueError("a wall time takes a datetime without zone; use WallTime.of for one with a zone")
        if self.fold not in {0, 1}:
            raise ValueError("fold is 0 or 1")
        zone_named(self.zone)
        object.__setattr__(self, "local", self.local.replace(fold=0))

    @classmethod
    def of(cls, when: datetime, zone: str | None = None) -> "WallTime":
        """Return the wall time of an aware datetime.

        A datetime that is already in ``zone`` is taken as it stands, also in a gap; any other is converted.

        Args:
            when: aware datetime.
            zone: IANA name; may be left out where ``when`` carries a ``ZoneInfo``.

        Raises:
            UnknownZoneError: the zone does not exist.
            ValueError: ``when`` is naive, or no zone can be told.
        """
        if when.tzinfo is None:
            raise ValueError("a wall time is made from an aware datetime")
        own = when.tzinfo.key if isinstance(when.tzinfo, ZoneInfo) else None
        name = zone or own
        if name is None:
            raise ValueError("name the zone: a bare offset does not tell when the clock changes")
        if own != name:
            when = when.astimezone(UTC).astimezone(zone_named(name))
        return cls(when.replace(tzinfo=None, fold=0), name, when.fold)

    @property
    def instant(self) -> datetime:
        """The instant in UTC, by the rules for gap and fold that the module describes."""
        return self.local.replace(tzinfo=zone_named(self.zone), fold=self.fold).astimezone(UTC)

    @property
    def in_gap(self) -> bool:
        """Whether the clock never shows this time, because it jumps over it."""
        return self.instant.astimezone(zone_named(self.zone)).replace(tzinfo=None) != self.local
