"""Recall by the table in `recall_cases.yaml`, for two persons in one memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from knowledge.embedding import Embedder
from knowledge.memory import Memory
from knowledge.recall import Known, Matcher

TABLE = yaml.safe_load((Path(__file__).parent / "recall_cases.yaml").read_text(encoding="utf-8"))


@pytest.fixture
async def memory(tmp_path: Path, embedder: Embedder) -> AsyncIterator[Memory]:
    async with Memory(tmp_path / "facts.sqlite", embedder=embedder) as found:
        for owner, given in TABLE.items():
            for fact in given["facts"]:
                await found.remember(owner, fact)
        yield found


async def test_what_was_stated_is_recalled_and_nothing_else(memory: Memory) -> None:
    wrong: list[str] = []
    right = total = 0
    for owner, given in TABLE.items():
        for case in given["cases"]:
            found = await memory.recall(owner, case["ask"])
            expected = case.get("answer", "")
            total += 1
            right += found.answer == expected
            if found.answer != expected and not case.get("missed"):
                wrong.append(f"{case['ask']}: {found.answer!r} ({found.confidence:.2f})")
            if not expected:
                assert found.facts == ()
                assert found.confidence < 0.5
            elif found.answer:
                assert found.confidence >= 0.5
                assert {fact.owner for fact in found.facts} == {owner}
    assert wrong == []
    assert total >= 100
    assert right / total >= 0.95


async def test_no_one_hears_what_another_said(memory: Memory) -> None:
    heard = {
        case["ask"]
        for case in TABLE["ann@example.org"]["cases"]
        if (await memory.recall("ben@example.org", case["ask"])).answer == case.get("answer") and case.get("answer")
    }
    assert heard == set()
    assert (await memory.recall("stranger@example.org", "what is the wifi password?")).facts == ()


def test_many_facts_are_compared_in_time(embedder: Embedder) -> None:
    texts = [f"the code of locker {number} is {number * 7}" for number in range(2_000)]
    facts = [
        Known(text=text, subject=None, attribute=None, value=None, vector=vector)
        for text, vector in zip(texts, embedder.encode(texts), strict=True)
    ]
    matcher = Matcher(embedder)
    scores = matcher.score(matcher.asked("what is the code of locker 1234?"), facts)
    assert texts[int(np.argmax(scores))] == "the code of locker 1234 is 8638"
    assert sum(score >= 0.5 for score in scores) == 1


def test_no_facts_have_no_scores(embedder: Embedder) -> None:
    matcher = Matcher(embedder)
    assert matcher.score(matcher.asked("what is my name?"), []) == ()
