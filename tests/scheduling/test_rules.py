import pytest

from scheduling.errors import RecurrenceError
from scheduling.rules import clock_rules, parse_rule
from tests.scheduling.helpers import BERLIN, wall


@pytest.mark.parametrize(
    ("text", "elapsed"),
    [
        ("FREQ=DAILY", False),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,TU", False),
        ("freq=hourly;interval=2", True),
        ("FREQ=HOURLY;BYHOUR=9,10", False),
        ("FREQ=MINUTELY;WKST=SU;", True),
        ("FREQ=MONTHLY;BYDAY=-1FR", False),
        ("FREQ=DAILY;COUNT=3", False),
        ("FREQ=DAILY;UNTIL=20261231", False),
    ],
)
def test_reads(text: str, *, elapsed: bool) -> None:
    assert parse_rule(text, BERLIN).elapsed is elapsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every day",
        "FREQ=",
        "FREQ=DAYLY",
        "BYDAY=MO",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=6000",
        "FREQ=DAILY;COUNT=2;UNTIL=20261231",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20261332",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYMINUTE=60",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=SECONDLY;BYSETPOS=2",
        "FREQ=DAILY;X-THING=1",
        "FREQ=DAILY\nEXDATE:20261120T090000",
        "FREQ=DAILY;BYHOUR=" + ",".join(["9"] * 400),
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(RecurrenceError, match="cannot repeat"):
        parse_rule(text, BERLIN)


def test_until_in_utc_is_put_on_the_clock() -> None:
    assert parse_rule("FREQ=DAILY;UNTIL=20261231T080000Z", BERLIN).until == wall("2026-12-31T09:00").local


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("FREQ=DAILY", ["FREQ=DAILY;INTERVAL=1"]),
        ("FREQ=MONTHLY", ["FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"]),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,30;BYHOUR=9,17",
            [
                "FREQ=MONTHLY;INTERVAL=1;BYHOUR=9,17;BYMONTHDAY=1",
                "FREQ=MONTHLY;INTERVAL=1;BYHOUR=9,17;BYMONTHDAY=28,29,30;BYSETPOS=-1,-2",
            ],
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            ["FREQ=YEARLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"],
        ),
        ("FREQ=MONTHLY;BYDAY=1MO", ["FREQ=MONTHLY;INTERVAL=1;BYDAY=1MO"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1"]),
    ],
)
def test_days_that_not_every_month_has(text: str, rules: list[str]) -> None:
    start = wall("2026-01-31T09:00")
    assert list(clock_rules(parse_rule(text, BERLIN), start)) == rules
