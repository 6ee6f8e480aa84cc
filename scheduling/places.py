"""Which time zone a place has: cities and countries by the names in the IANA time zone database."""

from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from scheduling.errors import UnknownPlaceError
from scheduling.walltime import zone_named

_SHOWN = 4
_ALSO = {
    "uk": "britain",
    "great britain": "britain",
    "united kingdom": "britain",
    "england": "britain",
    "usa": "united states",
    "us": "united states",
    "america": "united states",
}


def zone_of(place: str) -> ZoneInfo:
    """Return the time zone of a city, a country that has one zone, or an IANA zone.

    Raises:
        UnknownPlaceError: the place is not known, or has several zones; the text says what to name instead.
    """
    asked = " ".join(place.replace("_", " ").split()).casefold()
    asked = _ALSO.get(asked, asked)
    found = _cities().get(asked)
    if found:
        return zone_named(found)
    zones = _countries().get(asked, ())
    if zones and len({_offsets(zone) for zone in zones}) == 1:
        return zone_named(zones[0])
    if zones:
        cities = ", ".join(zone.rpartition("/")[2].replace("_", " ") for zone in zones[:_SHOWN])
        raise UnknownPlaceError(f"{place} has several time zones: name a city, such as {cities}.")
    raise UnknownPlaceError(f"I do not know the time zone of {place}: name a large city near it.")


@cache
def _cities() -> dict[str, str]:
    named: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        if zone.startswith(("posix/", "right/", "Etc/")):
            continue
        named[zone.casefold()] = zone
        named.setdefault(zone.rpartition("/")[2].replace("_", " ").casefold(), zone)
    return named


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """Return the zones of each country, by its name in ISO 3166, the zone of most people first."""
    data = files("tzdata") / "zoneinfo"
    codes: dict[str, str] = {}
    for line in (data / "iso3166.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, name = line.split("\t")
            codes[code] = name.partition(" (")[0]
    zones: dict[str, list[str]] = {}
    for line in (data / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            zones.setdefault(code, []).append(zone)
    return {name.casefold(): tuple(zones.get(code, ())) for code, name in codes.items()}


@cache
def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    """Return the offsets of a zone in winter and summer; where they are the same, so is the time."""
    return tuple(datetime(2026, month, 1, tzinfo=zone_named(zone)).utcoffset() for month in (1, 7))
