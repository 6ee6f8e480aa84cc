import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.statements import canonical, clean_statement, parse_statement


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("remember that my sister's name is Mia.", "my sister's name is Mia"),
        ("Please remember I take my coffee black", "I take my coffee black"),
        ("don't forget that the spare key is here!", "the spare key is here"),
        ("Note: the code is 4471", "the code is 4471"),
        ("keep in mind that I'm vegetarian", "I'm vegetarian"),
        ("by the way, I like jazz", "I like jazz"),
        ("can you remember that I prefer tea", "I prefer tea"),
        ("remember", "remember"),
        ("the price is 3.50", "the price is 3.50"),
    ],
)
def test_the_frame_of_a_statement_is_taken_off(said: str, text: str) -> None:
    assert clean_statement(said) == text


@pytest.mark.parametrize(
    ("said", "subject", "attribute", "value"),
    [
        ("my sister's name is Mia", "my sister", "name", "Mia"),
        ("the name of my sister is Mia", "my sister", "name", "Mia"),
        ("my sister is called Mia", "my sister", "name", "Mia"),
        ("my sister is Mia", "my sister", "name", "Mia"),
        ("the wifi password is hunter2", "the wifi password", "", "hunter2"),
        ("I parked in lot B", "I", "parked", "in lot B"),
        ("I've parked my car on level 3", "I", "parked", "on level 3"),
        ("I put my keys in the drawer", "my keys", "location", "in the drawer"),
        ("the spare key's under the mat", "the spare key", "location", "under the mat"),
        ("I prefer tea", "I", "favourite", "tea"),
        ("I don't like olives", "I", "dislike", "olives"),
        ("my son is 7 years old", "my son", "age", "7 years old"),
        ("my brother lives in Oslo", "my brother", "lives", "in Oslo"),
        ("my birthday is on 3 May", "my birthday", "", "on 3 May"),
        ("the meeting with Bob moved to Friday", None, None, None),
    ],
)
def test_statements_are_taken_apart(said: str, subject: str | None, attribute: str | None, value: str | None) -> None:
    found = parse_statement(said)
    assert (found.subject, found.attribute, found.value) == (subject, attribute, value)


@pytest.mark.parametrize(
    ("older", "newer", "same"),
    [
        ("my sister's name is Mia", "my sister's name is Ana", True),
        ("my sister's name is Mia", "my sister is called Ana", True),
        ("my sister's name is Mia", "my brother's name is Tom", False),
        ("my sister's name is Mia", "my sister's birthday is 3 May", False),
        ("the wifi password is a", "my wifi password is b", True),
        ("the wifi password is a", "the password of the wifi is b", True),
        ("the wifi password is a", "the bank password is b", False),
        ("I parked in lot B", "my car is parked on level 3", True),
        ("my keys are in the drawer", "I left my keys at the office", True),
        ("my keys are in the drawer", "my glasses are in the drawer", False),
        ("I love tea", "I don't like tea", True),
        ("I like tea", "I like jazz", False),
        ("I prefer tea to coffee", "I prefer coffee to tea", True),
        ("I live in Rome", "I moved to Oslo", True),
        ("my brother lives in Rome", "my brother lives in Oslo", True),
        ("I was born on 3 May", "my birthday is 4 May", True),
        ("my car is red", "my car is a Skoda", False),
        ("I'm vegetarian", "I'm allergic to nuts", False),
    ],
)
def test_a_newer_value_takes_the_place_of_an_older_one_of_the_same_thing(older: str, newer: str, same: bool) -> None:
    slots = parse_statement(older).slot, parse_statement(newer).slot
    assert (slots[0] is not None and slots[0] == slots[1]) is same


@given(st.text(max_size=120))
def test_any_text_is_taken_apart(said: str) -> None:
    found = parse_statement(said)
    assert found.text or not said.split()


def test_words_of_one_meaning_have_one_form() -> None:
    assert canonical("mum") == canonical("mother")
    assert canonical("parked") == canonical("parking")
    assert canonical("sister") != canonical("brother")
