"""What looks like an error, and what only speaks of one."""

import pytest

from tests.vision.test_layout import words
from vision.layout import arrange
from vision.problems import find_problems

PROBLEMS = {
    "Error: could not connect to\nthe mail server": "Error: could not connect to\nthe mail server",
    "Hello there.\npermission denied.\nBye": "permission denied.",
    "Traceback (most recent call last):\nFile \"a.py\", line 1\nKeyError: 'x'": (
        "Traceback (most recent call last):\nFile \"a.py\", line 1\nKeyError: 'x'"
    ),
    "bash: foo: command not found": "bash: foo: command not found",
    "404 Not Found": "404 Not Found",
    "Something went wrong.": "Something went wrong.",
    "java.lang.NullPointerException": "java.lang.NullPointerException",
    "The file has a problem": "The file has a problem",
    "0 errors": None,
    "Build finished, no errors": None,
    "The budget for the third quarter": None,
    "Terror in the streets": None,
    "I like mirrors": None,
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.items())
def test_problems(text: str, problem: str | None) -> None:
    found = find_problems(arrange(words(text, 10, 10)))
    assert [block.text for block in found] == ([] if problem is None else [problem])


def test_a_strong_sign_outweighs_the_mere_word() -> None:
    page = words("Report a problem", 10, 10) + words("FileNotFoundError: a.txt", 10, 100)
    assert [block.text for block in find_problems(arrange(page))] == ["FileNotFoundError: a.txt"]
