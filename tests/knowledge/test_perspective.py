import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.perspective import address_speaker, as_sentence


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("my sister's name is Mia", "Your sister's name is Mia."),
        ("I prefer tea", "You prefer tea."),
        ("I parked in lot B", "You parked in lot B."),
        ("the wifi password is hunter2", "The wifi password is hunter2."),
        ("I am allergic to nuts", "You are allergic to nuts."),
        ("I'm vegetarian", "You're vegetarian."),
        ("I’m vegetarian", "You're vegetarian."),  # noqa: RUF001
        ("I was born in Rome", "You were born in Rome."),
        ("I wasn't home", "You weren't home."),
        ("I never was good at maths", "You never were good at maths."),
        ("I was in Rome and my wife was ill", "You were in Rome and your wife was ill."),
        ("my boss told me that I was late", "Your boss told you that you were late."),
        ("Ann and I are married", "Ann and you are married."),
        ("I've two cats", "You've two cats."),
        ("I'll retire in 2040", "You'll retire in 2040."),
        ("the dog is mine", "The dog is yours."),
        ("I hurt myself", "You hurt yourself."),
        ("we moved to Lyon with our dog", "You moved to Lyon with your dog."),
        ("I take my pills at 9 am", "You take your pills at 9 am."),
        ("the US office is closed", "The US office is closed."),
        ("my iPhone is old", "Your iPhone is old."),
        ("iPhone cables are in the box", "iPhone cables are in the box."),
        ("your name is Parley", "My name is Parley."),
        ("you are my assistant", "I am your assistant."),
        ("you were right", "I was right."),
        ("I like you", "You like me."),
        ("I think that you know me", "You think that I know you."),
        ("My motto is: never give up!", "Your motto is: never give up!"),
        ("", ""),
    ],
)
def test_what_was_said_is_said_back(said: str, answer: str) -> None:
    assert as_sentence(address_speaker(said)) == answer


@given(st.text(max_size=60))
def test_any_text_is_turned_round_and_keeps_what_is_not_a_word(text: str) -> None:
    turned = address_speaker(text)
    assert [c for c in turned if c.isdigit()] == [c for c in text if c.isdigit()]
