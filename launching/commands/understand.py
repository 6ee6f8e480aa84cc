"""``understand``: what is made of a text, without doing anything about it."""

import argparse
import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal import get_localzone_name

from launching.clients import Home
from launching.console import add_data, add_json, print_json, texts
from launching.errors import LaunchError
from nlu.readings import Reading

HELP = "show what is made of a text, without doing anything"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("text", nargs="*", help="the text; without it, each line of stdin")
    parser.add_argument("--now", metavar="ISO8601", help="when it is said (default: now)")
    parser.add_argument("--zone", metavar="IANA", help="time zone of the person (default: this machine's)")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the reading of each text."""
    zone = zone_named(arguments.zone)
    now = moment(arguments.now, zone)
    asyncio.run(_read_all(Home(arguments.data), texts(arguments.text), now, zone, json=arguments.json))
    return 0


def zone_named(name: str | None) -> ZoneInfo:
    """Return the zone of that name, or this machine's.

    Raises:
        LaunchError: there is no such zone.
    """
    try:
        return ZoneInfo(name or get_localzone_name())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LaunchError(f"There is no time zone called {name}: write one such as Europe/Berlin.") from error


def moment(said: str | None, zone: ZoneInfo) -> datetime:
    """Return the instant written in ISO 8601, in the zone where it names none; now where nothing is said.

    Raises:
        LaunchError: it can't be read.
    """
    if said is None:
        return datetime.now(UTC).astimezone(zone)
    try:
        written = datetime.fromisoformat(said)
    except ValueError as error:
        raise LaunchError(f"{said} is no time in ISO 8601: write one such as 2026-11-20T09:00.") from error
    return written.replace(tzinfo=zone) if written.tzinfo is None else written.astimezone(zone)


async def _read_all(home: Home, given: Iterable[str], now: datetime, zone: ZoneInfo, *, json: bool) -> None:
    from nlu.understanding import Understanding  # late: every command's module is loaded for every command

    understanding = Understanding.for_reading(home.configuration.nlu, folder=home.folder.root / "nlu")
    try:
        await understanding.start()
        for text in given:
            reading = await understanding.read(text, now=now, zone=zone)
            if json:
                print_json(reading_object(reading))
            else:
                _show(reading)
    finally:
        await understanding.stop()


def reading_object(reading: Reading) -> dict[str, object]:
    """Return what ``--json`` prints of a reading."""
    return {
        "text": reading.text,
        "intent": reading.intent.value,
        "confidence": round(reading.confidence, 4),
        "slots": dict(reading.slots),
        "source": reading.source,
        "alternatives": [
            {"intent": other.intent.value, "confidence": round(other.confidence, 4)} for other in reading.alternatives
        ],
        "times": [
            {
                "text": time.text,
                "value": time.value.isoformat() if time.value else None,
                "grain": time.grain,
                "to": time.to.isoformat() if time.to else None,
                "rrule": time.rrule,
            }
            for time in reading.times
        ],
    }


def _show(reading: Reading) -> None:
    print(f"{reading.text}\n  {reading.intent.value} ({reading.confidence:.2f}, by {reading.source})")
    for name, value in reading.slots.items():
        print(f"  {name}: {value}")
    for time in reading.times:
        until = f" to {time.to.isoformat()}" if time.to else ""
        again = f", {time.rrule}" if time.rrule else ""
        print(f"  {time.text} = {time.value.isoformat() if time.value else 'unclear'}{until}{again}")
