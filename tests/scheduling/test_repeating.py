import pytest

from scheduling.repeating import joined, ordinal, repeating
from tests.scheduling.helpers import wall

START = wall("2026-11-24T07:00")  # a Tuesday

TABLE = [
    ("FREQ=DAILY", "every day at 7:00"),
    ("FREQ=DAILY;INTERVAL=2", "every 2 days at 7:00"),
    ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=30", "every day at 9:30 and 17:30"),
    ("FREQ=DAILY;BYHOUR=8,12,18", "every day at 8:00, 12:00 and 18:00"),
    ("FREQ=DAILY;BYDAY=SA,SU", "every Saturday and Sunday at 7:00"),
    ("FREQ=WEEKLY", "every Tuesday at 7:00"),
    ("FREQ=WEEKLY;BYDAY=TU", "every Tuesday at 7:00"),
    ("FREQ=WEEKLY;BYDAY=TH,MO", "every Monday and Thursday at 7:00"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday at 7:00"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day at 7:00"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Monday at 7:00"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 weeks on weekdays at 7:00"),
    ("FREQ=MONTHLY", "on the 24th of every month at 7:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=31", "on the 31st of every month at 7:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "on the 1st and 15th of every month at 7:00"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "on the last day of every month at 7:00"),
    ("FREQ=MONTHLY;BYDAY=1MO", "on the first Monday of every month at 7:00"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "on the last Friday of every month at 7:00"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "on the last weekday of every month at 7:00"),
    ("FREQ=MONTHLY;INTERVAL=3", "every 3 months on the 24th at 7:00"),
    ("FREQ=YEARLY", "every year on 24 November at 7:00"),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "every year on 24 December at 7:00"),
    ("FREQ=MINUTELY;INTERVAL=10", "every 10 minutes"),
    ("FREQ=HOURLY", "every hour"),
    ("FREQ=SECONDLY;INTERVAL=30;COUNT=4", "every 30 seconds, 4 times"),
    ("FREQ=DAILY;COUNT=1", "every day at 7:00, once"),
    ("FREQ=DAILY;UNTIL=20261203", "every day at 7:00 until 3 December 2026"),
    # nothing that people have words for
    ("FREQ=HOURLY;BYHOUR=9,10,11", "repeatedly"),
    ("FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7", "repeatedly"),
    ("FREQ=MONTHLY;BYMONTHDAY=-2", "repeatedly"),
    ("FREQ=MONTHLY;BYDAY=MO", "repeatedly"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=7", "repeatedly"),
    ("FREQ=MONTHLY;BYMONTH=2", "repeatedly"),
    ("FREQ=YEARLY;BYMONTHDAY=1", "repeatedly"),
    ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=-1", "repeatedly"),
    ("FREQ=YEARLY;BYWEEKNO=20", "repeatedly"),
    ("nonsense", "repeatedly"),
]


@pytest.mark.parametrize(("rule", "said"), TABLE)
def test_repeating(rule: str, said: str) -> None:
    assert repeating(rule, START) == said


def test_12_hours() -> None:
    assert repeating("FREQ=DAILY;BYHOUR=0,12,17", START, hour12=True) == "every day at 12:00 am, 12:00 pm and 5:00 pm"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (22, "22nd")],
)
def test_ordinal(number: int, said: str) -> None:
    assert ordinal(number) == said


def test_joined() -> None:
    assert [joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
