import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.encodings.code_table import CodeTable


def test_codes_are_given_in_order() -> None:
    table = CodeTable()
    for string in (b"a", b"b", b"c"):
        table.enter(string)
    assert [table.string(code) for code in range(4)] == [b"a", b"b", b"c", None]
    assert [table.code(string) for string in (b"c", b"a", b"x")] == [2, 0, None]


@pytest.mark.parametrize(("bits", "width"), [(8, 1), (9, 2), (16, 2)])
def test_the_size_of_codes(bits: int, width: int) -> None:
    assert CodeTable(bits).width == width


@pytest.mark.parametrize("bits", [0, 7, 17])
def test_other_sizes_are_none(bits: int) -> None:
    with pytest.raises(ValueError, match="8 to 16 bits"):
        CodeTable(bits)


def test_when_all_codes_are_taken_an_eighth_is_freed_the_longest_unused_first() -> None:
    table = CodeTable()
    for number in range(256):
        table.enter(b"%d" % number)
    assert table.string(0) == b"0"
    assert table.code(b"2") == 2
    table.enter(b"new")
    # 0 and 2 have been used since; 1 is the one that was used longest ago.
    assert table.code(b"new") == 1
    assert (table.code(b"0"), table.code(b"2")) == (0, 2)
    freed = [number for number in range(256) if table.code(b"%d" % number) is None]
    assert freed == [1, *range(3, 34)]
    table.enter(b"newer")
    assert table.code(b"newer") == 3


@given(st.lists(st.integers(0, 400).map(lambda number: b"%d" % number), max_size=600))
def test_both_sides_stay_alike(strings: list[bytes]) -> None:
    sender, receiver = CodeTable(), CodeTable()
    for string in strings:
        code = sender.code(string)
        if code is None:
            sender.enter(string)
            receiver.enter(string)
        else:
            assert receiver.string(code) == string
