"""The values that retrieval works with."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document in the store.

    Attributes:
        id: Made of its resolved path alone, so a changed file keeps it.
        path: Where the file was.
        title: What it calls itself.
        digest: SHA-256 of the bytes that were taken in, in hex.
        owner: Who had it taken in.
        added_at: When this version was taken in, in UTC.
        passages: How many passages it has.
    """

    id: str
    path: Path
    title: str
    digest: str
    owner: str
    added_at: datetime
    passages: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that may answer a question.

    Attributes:
        text: Its text.
        source: The file it is from.
        title: The document's title.
        page: Page counted from 1, where the format has pages.
        heading: The heading it is under, where the format has headings.
        score: From 0 to 1, how sure it is that the passage speaks of what was asked: below 0.35 it most
            likely does not, above 0.5 it most likely does.
        document_id: The document it belongs to.
        start: First character in the document's text.
        end: One past the last.
    """

    text: str
    source: Path
    title: str
    page: int | None
    heading: str | None
    score: float
    document_id: str
    start: int
    end: int

    @property
    def citation(self) -> str:
        """Where it is from, as shown to a person: "notes.pdf, page 3" or "notes.md, Budget"."""
        if self.page is not None:
            return f"{self.source.name}, page {self.page}"
        if self.heading and self.heading != self.title:
            return f"{self.source.name}, {self.heading}"
        return self.source.name


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as the store found it, before its confidence is known.

    Attributes:
        passage: With a score of 0.
        vector: Its embedding.
        fused: The reciprocal rank score it was found by, higher is better.
    """

    passage: Passage
    vector: NDArray[np.float32]
    fused: float
