import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import content_words, is_slip, question_words, sentence_spans, stem, words


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Kaya met Mr. Smith. They ate.", ["Dr. Kaya met Mr. Smith.", "They ate."]),
        ("It costs 3.50 euros. Cheap.", ["It costs 3.50 euros.", "Cheap."]),
        ("1. First point\n2. Second point", ["1. First point", "2. Second point"]),
        ('He said "go." Then left.', ['He said "go."', "Then left."]),
        ("J. R. Hartley wrote it. I did not.", ["J. R. Hartley wrote it.", "I did not."]),
        ("So did I. He left.", ["So did I.", "He left."]),
        ("line one\nline two", ["line one", "line two"]),
        ("Use e.g. tea. Or not.", ["Use e.g. tea.", "Or not."]),
        ("这是一句。那是另一句。", ["这是一句。", "那是另一句。"]),
        ("  ", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from("ab. \n!?1D r\"'é"), max_size=80))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


def test_words_keep_what_belongs_together() -> None:
    assert words("I've Q3 12:30 wi-fi, a@b.org!") == ("i've", "q3", "12:30", "wi-fi", "a@b.org")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is my sister's name?", ("sister", "name")),
        ("I don't know the budget of the budget", ("budget",)),
        ("who is it", ()),
    ],
)
def test_content_words(text: str, expected: tuple[str, ...]) -> None:
    assert content_words(text) == expected


def test_a_measure_asked_for_is_not_what_a_question_is_about() -> None:
    assert question_words("how long is the warranty?") == ("warranty",)
    assert question_words("a long warranty") == ("long", "warranty")
    assert question_words("how long?") == ("long",)


def test_forms_of_a_word_have_one_stem() -> None:
    assert stem("parked") == stem("parking") == stem("parks")


@pytest.mark.parametrize(
    ("word", "meant", "slip"),
    [
        ("kye", "key", True),
        ("passwrod", "password", True),
        ("pasword", "password", True),
        ("passworrd", "password", True),
        ("pessword", "password", True),
        ("password", "password", False),
        ("cat", "car", False),
        ("locker", "docker", False),
        ("brother", "mother", False),
        ("4471", "4417", False),
        ("a", "an", False),
    ],
)
def test_slips_of_the_pen(word: str, meant: str, *, slip: bool) -> None:
    assert is_slip(word, meant) is slip
