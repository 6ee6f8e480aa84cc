import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import Embedder, Vectors, WordLlamaEmbedder
from knowledge.errors import FactError, StoreError
from knowledge.memory import Memory

ANN, BEN = "ann@example.org", "ben@example.org"


class Clock:
    """A minute later each time it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
async def memory(tmp_path: Path, embedder: Embedder) -> AsyncIterator[Memory]:
    async with Memory(tmp_path / "facts.sqlite", embedder=embedder, clock=Clock()) as found:
        yield found


async def test_a_fact_is_kept_and_said_back(memory: Memory) -> None:
    fact = await memory.remember(ANN, "remember that my sister's name is Mia.")
    assert (fact.text, fact.subject, fact.attribute, fact.value) == (
        "my sister's name is Mia", "my sister", "name", "Mia",
    )  # fmt: skip
    found = await memory.recall(ANN, "what is my sister's name?")
    assert found.answer == "Your sister's name is Mia."
    assert found.facts == (fact,)
    assert await memory.facts(ANN) == (fact,)
    assert await memory.facts(BEN) == ()


async def test_a_contradiction_is_settled_by_the_newer_fact(memory: Memory) -> None:
    await memory.remember(ANN, "my sister's name is Mia")
    await memory.remember(ANN, "my sister is called Ana")
    assert (await memory.recall(ANN, "who is my sister?")).answer == "Your sister is called Ana."
    assert [fact.text for fact in await memory.facts(ANN)] == ["my sister is called Ana"]
    history = await memory.facts(ANN, superseded=True)
    assert [fact.superseded_at is None for fact in history] == [True, False]


@pytest.mark.parametrize(
    ("older", "newer", "question"),
    [
        ("I park my car on level 2", "I park my car on level 5", "where do I park my car?"),
        ("we keep our bikes in the shed", "we keep our bikes in the cellar", "where are our bikes?"),
        ("I charge my phone in the hall", "I charge my phone in the kitchen", "where do I charge my phone"),
        ("I hang my keys by the door", "now I hang my keys under the stairs", "where do I hang my keys"),
        ("I work at the bakery", "I work at the harbour now", "where do I work?"),
    ],
)
async def test_of_what_is_done_where_the_newer_place_holds(
    memory: Memory, older: str, newer: str, question: str
) -> None:
    await memory.remember(ANN, older)
    kept = await memory.remember(ANN, newer)
    assert await memory.facts(ANN) == (kept,)
    assert (await memory.recall(ANN, question)).facts == (kept,)


@pytest.mark.parametrize(
    ("fact", "question"),
    [
        ("Tom's birthday is on 14 March", "when is toms birthday"),
        ("Ella was born on 2 June", "when's ellas birthday?"),
        ("Mia's birthday is on 12 October", "whens mias bday"),
        ("my wifi password is on the fridge", "wheres my wifi password"),
        ("my wifi password is on the fridge", "where is my wifi pasword"),
        ("the boat key hangs behind the door", "were is teh boat key"),
        ("the boat key hangs behind the door", "wher is the boat kye"),
        ("my brother lives in Ghent", "in which city does my brother live?"),
        ("my sister's exam is on 4 May", "on which day is my sisters exam"),
        ("I am called Doc", "what do you call me?"),
        ("I am called Captain", "how should you call me"),
        ("call me Chief", "what is my name?"),
    ],
)
async def test_questions_typed_in_a_hurry_are_answered(memory: Memory, fact: str, question: str) -> None:
    kept = await memory.remember(ANN, fact)
    await memory.remember(ANN, "my locker number is 219")
    assert (await memory.recall(ANN, question)).facts == (kept,)


async def test_a_slip_of_the_pen_is_no_other_name(memory: Memory) -> None:
    await memory.remember(ANN, "Marie's birthday is on 3 May")
    await memory.remember(ANN, "my brother is called Ben")
    assert (await memory.recall(ANN, "who is my mother?")).facts == ()
    assert (await memory.recall(ANN, "what is my aunt's name?")).facts == ()


async def test_several_facts_that_answer_alike_are_all_said(memory: Memory) -> None:
    await memory.remember(ANN, "I like jazz")
    await memory.remember(ANN, "I like hiking")
    found = await memory.recall(ANN, "what do I like?")
    assert sorted(fact.text for fact in found.facts) == ["I like hiking", "I like jazz"]
    assert found.answer in {"You like hiking. You like jazz.", "You like jazz. You like hiking."}


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("forget my sister's name", ["I like jazz", "my name is Ann", "my sister's birthday is 3 May"]),
        ("my name", ["I like jazz", "my sister's birthday is 3 May", "my sister's name is Mia"]),
        (
            "please forget that I like jazz.",
            ["my name is Ann", "my sister's birthday is 3 May", "my sister's name is Mia"],
        ),
        ("forget everything you know about my sister", ["I like jazz", "my name is Ann"]),
        ("forget when my sister's birthday is", ["I like jazz", "my name is Ann", "my sister's name is Mia"]),
        ("everything about my sister", ["I like jazz", "my name is Ann"]),
        ("forget everything", []),
        ("everything about me", []),
        ("forget what you know about me", []),
        ("forget my brother's name", None),
        ("forget the wifi password", None),
        ("forget it", None),
    ],
)  # fmt: skip
async def test_what_is_named_is_forgotten_and_no_more(memory: Memory, words: str, left: list[str] | None) -> None:
    stated = ["my sister's name is Mia", "my sister's birthday is 3 May", "I like jazz", "my name is Ann"]
    for fact in stated:
        await memory.remember(ANN, fact)
        await memory.remember(BEN, fact)
    removed = await memory.forget(ANN, words)
    remaining = sorted(fact.text for fact in await memory.facts(ANN))
    assert remaining == (sorted(stated) if left is None else left)
    assert sorted([*remaining, *(fact.text for fact in removed)]) == sorted(stated)
    assert len(await memory.facts(BEN)) == 4


async def test_what_is_forgotten_is_gone_from_the_disk(tmp_path: Path, memory: Memory) -> None:
    await memory.remember(ANN, "the wifi password is swordfish")
    await memory.remember(ANN, "the wifi password is hunter2")
    await memory.forget(ANN, "forget the wifi password")
    files = await asyncio.to_thread(lambda: {file.name: file.read_bytes() for file in tmp_path.iterdir()})
    assert set(files) == {"facts.sqlite", "facts.sqlite-wal", "facts.sqlite-shm"}
    data = b"".join(files.values())
    assert b"hunter2" not in data
    assert b"swordfish" not in data


@pytest.mark.parametrize("text", ["", "  ", "?!", "x" * 2_001])
async def test_nothing_and_too_much_are_refused(memory: Memory, text: str) -> None:
    for call in (memory.remember, memory.recall, memory.forget):
        with pytest.raises(FactError, match=r"is empty|is longer"):
            await call(ANN, text)


@pytest.mark.parametrize("text", ["🙂 a", "\ud800 a", "'; DROP TABLE facts; --", "a\0b", "我喜欢茶", "the of"])
async def test_any_other_text_is_kept(memory: Memory, text: str) -> None:
    await memory.remember(ANN, text)
    assert len(await memory.facts(ANN)) == 1
    await memory.recall(ANN, text)


async def test_many_at_once(memory: Memory) -> None:
    await asyncio.gather(*(memory.remember(ANN, f"the code of locker {n} is {n * 7}") for n in range(40)))
    found = await asyncio.gather(*(memory.recall(ANN, f"what is the code of locker {n}?") for n in range(40)))
    assert [entry.answer for entry in found] == [f"The code of locker {n} is {n * 7}." for n in range(40)]


async def test_facts_survive_closing_and_a_closed_memory_says_so(tmp_path: Path, embedder: Embedder) -> None:
    async with Memory(tmp_path / "facts.sqlite", embedder=embedder) as memory:
        fact = await memory.remember(ANN, "I prefer tea")
    with pytest.raises(StoreError, match="closed"):
        await memory.facts(ANN)
    await memory.close()
    async with Memory(f"sqlite:///{tmp_path}/facts.sqlite", embedder=embedder) as memory:
        assert await memory.facts(ANN) == (fact,)


class OtherModel:
    """The default model under another name, with other vectors."""

    name = "other"
    dimension = 128

    def __init__(self, inner: WordLlamaEmbedder) -> None:
        self._inner = inner

    def load(self) -> object:
        return self._inner.load()

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = np.asarray(self._inner.encode(texts)[:, :128], dtype=np.float32)
        return vectors

    def weigh(self, words: Sequence[str]) -> Vectors:
        return self._inner.weigh(words)


async def test_facts_are_embedded_anew_for_another_model(tmp_path: Path, embedder: WordLlamaEmbedder) -> None:
    async with Memory(tmp_path / "facts.sqlite", embedder=embedder) as memory:
        await memory.remember(ANN, "I prefer tea")
    async with Memory(tmp_path / "facts.sqlite", embedder=OtherModel(embedder)) as memory:
        await memory.warm()
        assert (await memory.recall(ANN, "do I prefer tea?")).answer == "You prefer tea."
