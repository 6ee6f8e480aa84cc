from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import milvus
from knowledge.embedding import WordLlamaEmbedder

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def embedder() -> WordLlamaEmbedder:
    """The default model, loaded once for all tests of a process."""
    found = WordLlamaEmbedder()
    found.load()
    return found


@pytest.fixture(scope="session")
def corpora() -> Path:
    return HERE / "corpora"


@pytest.fixture(autouse=True)
def _no_server_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test opens, it closes: no process that serves a store outlives it."""
    before = dict(milvus._users)
    yield
    assert milvus._users == before, f"{request.node.name} left a store open"
