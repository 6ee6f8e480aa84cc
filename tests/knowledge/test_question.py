import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.question import strip_frame


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("what do my notes say about the Q3 budget?", "the Q3 budget"),
        ("What does my handbook say about holidays?", "holidays"),
        ("Can you tell me what my notes say about Mars", "Mars"),
        ("please, according to my notes, when is the launch?", "when is the launch"),
        ("in my documents, who owns the project?", "who owns the project"),
        ("how much is the Q3 budget according to my notes?", "how much is the Q3 budget"),
        ("what is the rent according to my documents?", "what is the rent"),
        ("search my documents for the wifi password", "the wifi password"),
        ("find the budget in my documents", "the budget"),
        ("look up the deposit in my files", "the deposit"),
        ("do I have anything on Berlin?", "Berlin"),
        ("do my notes say anything about Kyoto?", "Kyoto"),
        ("what did I write about the offsite?", "the offsite"),
        ("is there anything in my notes about slugs?", "slugs"),
        ("find my notes on the budget", "the budget"),
        ("what is the refund policy?", "what is the refund policy"),
        ("what does the lease say about pets?", "what does the lease say about pets"),
        ("what?", "what"),
        ("???", "???"),
    ],
)
def test_the_frame_is_taken_off(question: str, about: str) -> None:
    assert strip_frame(question) == about


@given(st.text(max_size=120))
def test_something_is_always_left(question: str) -> None:
    assert bool(strip_frame(question)) == bool(question.split())
