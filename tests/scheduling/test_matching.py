import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.matching import MatchKind, match
from tests.scheduling.helpers import reminder

LIST = [
    reminder("call John", "2026-11-21T09:00"),
    reminder("stretch", "2026-11-20T15:00"),
    reminder("email Ann about the budget", "2026-11-21T17:30"),
    reminder("call the dentist", "2026-11-23T09:30"),
    reminder("buy 2 café filters", "2026-11-24T21:00"),
]
M, S, N = MatchKind.MATCHED, MatchKind.SEVERAL, MatchKind.NONE

TABLE = [
    # words, kind, places in the list (from 1)
    ("2", M, [2]),
    ("#2", M, [2]),
    ("2.", M, [2]),
    ("number 2", M, [2]),
    ("the second one", M, [2]),
    ("the 2nd", M, [2]),
    ("second", M, [2]),
    ("number one", M, [1]),
    ("one", M, [1]),
    ("the first one please", M, [1]),
    ("the last one", M, [5]),
    ("1 and 3", M, [1, 3]),
    ("1, 3", M, [1, 3]),
    ("the second and the third one", M, [2, 3]),
    ("cancel reminder 4", M, [4]),
    ("6", N, []),
    ("0", N, []),
    ("2 and 9", N, []),
    ("all", M, [1, 2, 3, 4, 5]),
    ("all of them", M, [1, 2, 3, 4, 5]),
    ("everything", M, [1, 2, 3, 4, 5]),
    ("all my reminders", M, [1, 2, 3, 4, 5]),
    ("all the calls", M, [1, 4]),
    ("the one about John", M, [1]),
    ("the reminder to call John", M, [1]),
    ("call john", M, [1]),
    ("John's", M, [1]),
    ("calling John", M, [1]),
    ("stretch", M, [2]),
    ("Stretching", M, [2]),
    ("the stretch reminder", M, [2]),
    ("strech", M, [2]),
    ("the budget one", M, [3]),
    ("the dentist", M, [4]),
    ("dentists", M, [4]),
    ("cafe filters", M, [5]),
    ("buy 2 café filters", M, [5]),
    ("filters", M, [5]),
    ("call", S, [1, 4]),
    ("the one about the call", S, [1, 4]),
    ("call Jon", S, [1, 4]),
    ("email Bob about the budget", S, [3]),  # not Ann's without asking
    ("the one at 9", S, [1, 5]),  # in the morning or in the evening
    ("the 9am one", M, [1]),
    ("at 9:30", M, [4]),
    ("the 17:30 one", M, [3]),
    ("the 5:30 pm reminder", M, [3]),
    ("the 3 o'clock one", M, [2]),
    ("call at 9:30", M, [4]),
    ("at 4", N, []),
    ("it", S, [1, 2, 3, 4, 5]),
    ("that one", S, [1, 2, 3, 4, 5]),
    ("water the plants", N, []),
    ("", N, []),
    ("...", N, []),
]


@pytest.mark.parametrize(("words", "kind", "places"), TABLE)
def test_match(words: str, kind: MatchKind, places: list[int]) -> None:
    found = match(words, LIST)
    assert found.kind is kind
    assert [LIST.index(one) + 1 for one in found.reminders] == places


def test_the_only_one() -> None:
    assert match("it", LIST[:1]).reminders == (LIST[0],)
    assert match("the reminder", LIST[:1]).kind is M
    assert match("water the plants", LIST[:1]).kind is N


def test_nothing_to_match() -> None:
    assert match("all", []).kind is N


def test_the_same_text_twice() -> None:
    twins = [LIST[1], reminder("Stretch", "2026-11-22T09:00"), LIST[0]]
    assert match("stretch", twins).reminders == tuple(twins[:2])
    assert match("stretch", twins).kind is S
    assert match("both stretch reminders", twins).kind is M


@given(st.text(max_size=40))
def test_any_words_have_an_answer(words: str) -> None:
    found = match(words, LIST)
    assert (found.kind is N) == (not found.reminders)
