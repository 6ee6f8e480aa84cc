"""Text into vectors: a small protocol, and a model that works offline."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EmbeddingError

Vectors = NDArray[np.float32]

_BATCH = 64
_MAX_CHARACTERS = 4_000


class Embedder(Protocol):
    """Turns texts into vectors of length one; texts of like meaning get vectors of like direction.

    Attributes:
        name: Names the model; vectors of different names are never compared.
        dimension: Numbers in a vector.
    """

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    def load(self) -> object:
        """Load the model now; blocking. Without it the first `encode` does."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts in the calling thread: one row each; a text without meaning gives zeros."""
        ...

    def weigh(self, words: Sequence[str]) -> Vectors:
        """Say how telling each word is, in no unit: "the" less than "number", "number" less than "budget"."""
        ...


async def embed(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Embed texts in a thread, in batches, so that the event loop goes on and others get their turn.

    Args:
        embedder: The model.
        texts: Any number of texts.
    """
    if not texts:
        return np.zeros((0, embedder.dimension), dtype=np.float32)
    batches = [
        await asyncio.to_thread(embedder.encode, texts[start : start + _BATCH])
        for start in range(0, len(texts), _BATCH)
    ]
    return np.concatenate(batches)


class _Model(Protocol):
    def embed(self, texts: list[str], norm: bool) -> Vectors: ...

    def tokenize(self, texts: list[str]) -> "list[_Encoding]": ...


class _Encoding(Protocol):
    attention_mask: list[int]


class WordLlamaEmbedder:
    """WordLlama, 256 numbers a text; its weights come with the package and nothing is downloaded.

    It averages a vector per token, weighted by how telling the token is, so it is fast (tens of thousands of
    short texts a second) and blind to word order.
    """

    name = "wordllama-256"
    dimension = 256

    def __init__(self) -> None:
        self._model: _Model | None = None
        self._lock = threading.Lock()

    def load(self) -> _Model:
        """Load the weights, about a second the first time.

        Raises:
            EmbeddingError: The package or its weights are missing.
        """
        with self._lock:
            if self._model is None:
                self._model = _load_wordllama()
            return self._model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts in the calling thread: one row each; a text without meaning gives zeros.

        Raises:
            EmbeddingError: The package or its weights are missing.
        """
        # One text of many tokens would pad all others in the batch to its length.
        vectors = self.load().embed([_cleaned(text) for text in texts], norm=False)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-9)
        return np.nan_to_num(unit).astype(np.float32)

    def weigh(self, words: Sequence[str]) -> Vectors:
        """Say how telling each word is: the length of the sum of its tokens' vectors.

        The model was trained to give common tokens short vectors; a rare word has several tokens.

        Raises:
            EmbeddingError: The package or its weights are missing.
        """
        model, cut = self.load(), [_cleaned(word) for word in words]
        tokens = np.array([sum(entry.attention_mask) for entry in model.tokenize(cut)], dtype=np.float32)
        lengths: Vectors = np.linalg.norm(model.embed(cut, norm=False), axis=1) * tokens
        return np.nan_to_num(lengths).astype(np.float32)


def _cleaned(text: str) -> str:
    # The tokenizer refuses lone surrogates, which broken files have, and wants at least one token.
    return text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode() or " "


def _load_wordllama() -> _Model:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        import wordllama

        model: _Model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    except (ImportError, OSError, ValueError) as error:
        raise EmbeddingError("The embedding model is not installed as it should be; run the set-up again.") from error
    finally:
        # The package calls logging.basicConfig() when imported; the log is the program's to set up.
        root.setLevel(level)
        for handler in [entry for entry in root.handlers if entry not in handlers]:
            root.removeHandler(handler)
    return model


_MODELS: Mapping[str, Callable[[], Embedder]] = MappingProxyType({WordLlamaEmbedder.name: WordLlamaEmbedder})


def embedder_named(name: str) -> Embedder:
    """Give the embedding model of that name, not yet loaded.

    Raises:
        EmbeddingError: There is none.
    """
    make = _MODELS.get(name)
    if make is None:
        raise EmbeddingError(
            f"There is no embedding model {name}; set knowledge.embedding_model to one of {', '.join(_MODELS)}."
        )
    return make()
