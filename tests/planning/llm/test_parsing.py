"""What models say around JSON, and what they say instead of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from planning.errors import LlmInvalid
from planning.llm.parsing import parse, without_thoughts


class Point(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: int
    y: int = 0
    name: str = Field(default="", max_length=5)


@pytest.mark.parametrize(
    "text",
    [
        '{"x": 1}',
        ' \n{"x": 1}\n',
        '```json\n{"x": 1}\n```',
        '```\n{"x": 1}```',
        'Here you are:\n```JSON\n{"x": 1}\n```\nAnything else?',
        'Sure! {"x": 1} is the point.',
        '<think>maybe {"x": 2}?</think>{"x": 1}',
        '<THINKING>\n...</THINKING>\n\n{"x": 1}',
    ],
)
def test_json_is_found_in_what_stands_around_it(text: str) -> None:
    assert parse(text, Point) == Point(x=1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is no JSON object"),
        ("I cannot do that.", "it is no JSON object"),
        ("[1, 2]", "it is no JSON object"),
        ('{"x": 1', "it is no JSON object"),
        ("{x: 1}", "it is no JSON object"),
        ("<think>it goes on", "it is no JSON object"),
        ("[" * 100_000, "it is no JSON object"),
        ('{"x":' * 30_000, "it is no JSON object"),
        ('{"x": "many"}', "x: Input should be a valid integer"),
        ('{"y": 1}', "x: Field required"),
        ('{"x": 1, "z": 2}', "z: Extra inputs are not permitted"),
        ('{"x": 1, "name": "far too long"}', "name: String should have at most 5 characters"),
        ("x" * 300_000, "it is longer than"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    with pytest.raises(LlmInvalid) as caught:
        parse(text, Point)

    assert problem in caught.value.problem
    assert len(caught.value.text) <= max(len(text), 1000)


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with pytest.raises(LlmInvalid):
        parse(text + "(no object)", Point)


@given(st.integers(), st.integers(), st.text("abc \n`", max_size=5), st.text("abc `\n.", max_size=20))
def test_what_was_written_is_read(x: int, y: int, name: str, around: str) -> None:
    point = Point(x=x, y=y, name=name)
    assert parse(f"{around}{json.dumps(point.model_dump())}", Point) == point


def test_thoughts_are_no_answer() -> None:
    assert without_thoughts("<think>hm</think> Yes. <think>really?</think>") == "Yes."
