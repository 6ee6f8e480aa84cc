"""Retrieval and answers over two small collections, by the table in `retrieval_cases.yaml`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from knowledge.documents import Documents
from knowledge.embedding import Embedder

TABLE = yaml.safe_load((Path(__file__).parent / "retrieval_cases.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Case:
    ask: str
    source: str | None = None
    says: str | None = None
    near: bool = False
    paraphrase: bool = False


@pytest.fixture(params=sorted(TABLE))
async def collection(
    request: pytest.FixtureRequest, tmp_path: Path, corpora: Path, embedder: Embedder
) -> AsyncIterator[tuple[Documents, list[Case]]]:
    async with Documents(tmp_path / "store.db", embedder=embedder) as documents:
        await documents.ingest([corpora / request.param], owner="ann", anywhere=True)
        yield documents, [Case(**row) for row in TABLE[request.param]]


async def test_confidence_tells_right_passages_from_unrelated_ones(
    collection: tuple[Documents, list[Case]],
) -> None:
    documents, cases = collection
    wrong: list[str] = []
    answered = extracted = 0
    known = [case for case in cases if case.says is not None]
    for case in cases:
        answer = await documents.answer(case.ask)
        top = answer.passages[0]
        if case.says is None:
            if answer.confidence >= 0.35 and not case.near:
                wrong.append(f"{case.ask}: {answer.confidence:.2f} for nothing")
            continue
        right = top.source.name == case.source and case.says in top.text
        answered += right and answer.confidence > 0.5
        extracted += case.says in answer.text
        if not (right and answer.confidence > 0.5) and not case.paraphrase:
            wrong.append(f"{case.ask}: {answer.confidence:.2f}, {top.citation}")
    assert wrong == []
    assert answered / len(known) >= 0.94
    assert extracted / len(known) >= 0.9


async def test_scores_are_ordered_and_within_bounds(collection: tuple[Documents, list[Case]]) -> None:
    documents, cases = collection
    for case in cases[:10]:
        passages = await documents.retrieve(case.ask, limit=3)
        scores = [passage.score for passage in passages]
        assert len(passages) == 3
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
