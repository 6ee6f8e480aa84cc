import logging
import subprocess
import sys

import numpy as np
import pytest

from knowledge.embedding import Embedder, WordLlamaEmbedder, embed, embedder_named
from knowledge.errors import EmbeddingError


async def test_vectors_have_length_one_and_like_texts_lie_near(embedder: Embedder) -> None:
    vectors = await embed(embedder, ["the cost of the hotel", "what the hotel costs", "a purple elephant"] * 50)
    assert vectors.shape == (150, embedder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.6 > 0.3 > vectors[0] @ vectors[2]


async def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert (await embed(embedder, [])).shape == (0, embedder.dimension)


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "🙂", "x" * 100_000])
def test_any_text_has_a_finite_vector(embedder: Embedder, text: str) -> None:
    vector = embedder.encode([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) <= 1 + 1e-5


def test_telling_words_weigh_more(embedder: Embedder) -> None:
    the, number, budget = embedder.weigh(["the", "number", "budget"])
    assert the < number < budget


def test_loading_leaves_the_log_alone() -> None:
    program = (
        "import logging; from knowledge.embedding import WordLlamaEmbedder as W; W().load();"
        "print(len(logging.getLogger().handlers), logging.getLogger().level)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["0", str(logging.WARNING)]


def test_models_are_found_by_name() -> None:
    assert isinstance(embedder_named("wordllama-256"), WordLlamaEmbedder)
    with pytest.raises(EmbeddingError, match="no embedding model nonesuch"):
        embedder_named("nonesuch")
