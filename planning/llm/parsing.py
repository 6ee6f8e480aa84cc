"""From what a model says to a typed value. Models wrap JSON in prose, fences and thoughts."""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from planning.errors import LlmInvalid

T = TypeVar("T", bound=BaseModel)

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"```(?:json)?[ \t]*\r?\n(.*?)```", re.DOTALL | re.IGNORECASE)
_LARGEST = 200_000
_PROBLEMS = 5


def without_thoughts(text: str) -> str:
    """Return what a model says without the thoughts that some put before it in ``<think>``."""
    return _THOUGHTS.sub("", text).strip()


def parse(text: str, schema: type[T]) -> T:
    """Return the value that a model's answer holds.

    The JSON may stand in a fence or between other words; the first that is an object counts.

    Raises:
        LlmInvalid: there is none, or it does not fit the schema; the problem says where.
    """
    if len(text) > _LARGEST:
        raise LlmInvalid(f"it is longer than {_LARGEST} characters.", text[:1000])
    try:
        return schema.model_validate(_find_object(without_thoughts(text)))
    except ValidationError as error:
        raise LlmInvalid(describe(error), text) from error
    except (ValueError, RecursionError) as error:
        raise LlmInvalid("it is no JSON object. Answer with the JSON object alone.", text) from error


def describe(error: ValidationError) -> str:
    """Return the problems of a validation in words that a model can be given back."""
    problems = error.errors(include_url=False, include_input=False)
    said = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'the whole'}: {problem['msg']}" for problem in problems
    ]
    return "; ".join(said[:_PROBLEMS]) + "."


def _find_object(text: str) -> dict[str, object]:
    fenced = _FENCED.search(text)
    for candidate in [text, *([fenced[1]] if fenced else [])]:
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    start = text.find("{")
    if start < 0:
        raise ValueError("no object")
    found, _ = json.JSONDecoder().raw_decode(text, start)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found
