"""The person's documents: take them in, find passages, answer with the source named.

>>> documents = Documents("documents.db")  # doctest: +SKIP
>>> await documents.ingest([Path("notes.pdf")], owner="ann@example.org")  # doctest: +SKIP
>>> (await documents.answer("what do my notes say about the Q3 budget?")).citation  # doctest: +SKIP
'notes.pdf, page 2'

Importing this loads neither Milvus nor the embedding model; `open`, `warm`, or the first use does, in a thread.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from knowledge.answering import Answer, answer_from
from knowledge.chunking import chunk_document
from knowledge.embedding import Embedder, embed, embedder_named
from knowledge.errors import DocumentError, DocumentTimeoutError, StoreError
from knowledge.files import Selection, select_files
from knowledge.passages import Passage, StoredDocument
from knowledge.question import strip_frame
from knowledge.ranking import Query, Ranker
from knowledge.readers import Document, DocumentReader
from knowledge.readers.reading import digest_of, load
from knowledge.settings import KnowledgeSettings
from knowledge.store import PassageStore

P = ParamSpec("P")
R = TypeVar("R")

_CANDIDATES = 12
_THREADS = 4
_LONGEST_QUESTION = 2_000


class Outcome(StrEnum):
    """What became of a file that was to be taken in."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file.

    Attributes:
        path: The file.
        outcome: What became of it.
        sentence: One plain sentence about it, with what to do where it failed.
        passages: How many passages it now has; 0 where it failed.
    """

    path: Path
    outcome: Outcome
    sentence: str
    passages: int


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the files, in the order they were read."""

    files: tuple[FileReport, ...]

    def count(self, outcome: Outcome) -> int:
        """Count the files of one outcome."""
        return sum(1 for file in self.files if file.outcome is outcome)


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """How far taking in has come.

    Attributes:
        done: Files finished.
        total: Files in all.
        last: The one just finished.
    """

    done: int
    total: int
    last: FileReport


class Documents:
    """All documents of a platform, shared by those it answers.

    Args:
        uri: A file for Milvus Lite, opened by one process at a time, or the URL of a Milvus server.
        settings: Limits, folders and the embedding model.
        embedder: An embedding model in place of the one that the settings name.
        clock: Gives the time in UTC.
    """

    def __init__(
        self,
        uri: str | Path,
        *,
        settings: KnowledgeSettings | None = None,
        embedder: Embedder | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings or KnowledgeSettings()
        self._embedder = embedder or embedder_named(self._settings.embedding_model)
        self._ranker = Ranker(self._embedder)
        self._clock = clock
        token = self._settings.milvus_token
        self._store = PassageStore(
            str(uri),
            model=self._embedder.name,
            dimension=self._embedder.dimension,
            token=token.get_secret_value() if token is not None else "",
            timeout_s=self._settings.store_timeout_s,
        )
        self._reader = DocumentReader(limits=self._settings.reading)
        self._executor = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="documents")
        self._opening = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._open = False
        self._closed = False

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Open the store; where that was done already, nothing happens.

        Raises:
            StoreError: It cannot be reached, is open in another process, or was closed here.
        """
        if self._closed:
            raise StoreError("The store of documents is closed; make a new one to go on.")
        if self._open:
            return
        async with self._opening:
            if not self._open:
                await self._in_thread(self._store.open)
                self._open = True

    async def warm(self) -> None:
        """Load the embedding model and open the store, so that the first question is as fast as the next."""
        await asyncio.gather(self._in_thread(self._embedder.load), self.open())
        await self.retrieve("warm", limit=1)

    async def close(self) -> None:
        """Finish the write that is on its way, then close the store; another process may open it then."""
        self._closed = True
        async with self._writing, self._opening:
            await self._reader.close()
            if self._open:
                self._open = False
                await self._in_thread(self._store.close)
        self._executor.shutdown(wait=False)

    async def ingest(
        self,
        paths: Sequence[Path],
        *,
        owner: str,
        on_progress: Callable[[IngestProgress], Awaitable[None] | None] | None = None,
        anywhere: bool = False,
    ) -> IngestReport:
        """Take in files, and the files in folders; one that fails does not keep the others out.

        A file that was taken in before and has not changed stays as it is; of a changed one the passages are
        replaced.

        Args:
            paths: Files and folders. Folders are walked down; hidden files and unreadable kinds are left out.
            owner: Who asks for it; recorded with the document.
            on_progress: Called after each file.
            anywhere: Whether paths outside the folders in the settings, and hidden ones, are allowed too; for
                paths that were named by the one who runs the platform, never for paths from a message.

        Raises:
            StoreError: The store failed; files reported so far are safe.
        """
        await self.open()
        selection: Selection = await self._in_thread(
            select_files, list(paths), settings=self._settings, anywhere=anywhere
        )
        reports = [_failed(error) for error in selection.problems]
        total = len(selection.problems) + len(selection.files)
        for path in selection.files:
            report = await self._ingest_one(path, owner=owner)
            reports.append(report)
            if on_progress is not None:
                outcome = on_progress(IngestProgress(done=len(reports), total=total, last=report))
                if outcome is not None:
                    await outcome
        return IngestReport(files=tuple(reports))

    async def retrieve(self, question: str, *, limit: int = 5) -> tuple[Passage, ...]:
        """Find the passages that may answer a question, best first, each with its confidence.

        Args:
            question: As the person asked it; "what do my notes say about" and the like are taken off.
            limit: Most passages to give.
        """
        return (await self._retrieve(question, limit=limit))[1]

    async def answer(self, question: str, *, limit: int = 5) -> Answer:
        """Answer a question in the documents' own words, or with an empty text where they do not say.

        Args:
            question: As the person asked it.
            limit: Most passages to give along.
        """
        query, passages = await self._retrieve(question, limit=limit)
        return await self._in_thread(
            answer_from,
            query,
            passages,
            ranker=self._ranker,
            min_confidence=self._settings.min_confidence,
        )

    async def documents(self) -> tuple[StoredDocument, ...]:
        """List what was taken in, by path."""
        await self.open()
        return await self._in_thread(self._store.documents)

    async def remove(self, document_id: str) -> bool:
        """Remove a document and its passages; the file itself stays.

        Args:
            document_id: As `documents` and passages give it.

        Returns:
            Whether there was one.
        """
        await self.open()
        async with self._writing:
            return await self._in_thread(self._store.remove, document_id)

    async def _retrieve(self, question: str, *, limit: int) -> tuple[Query, tuple[Passage, ...]]:
        await self.open()
        # A lone surrogate is no UTF-8, and the store would refuse it.
        about = strip_frame(question[:_LONGEST_QUESTION].encode("utf-8", "replace").decode())
        return await self._in_thread(self._find, about, limit)

    def _find(self, about: str, limit: int) -> tuple[Query, tuple[Passage, ...]]:
        query = self._ranker.query(about)
        candidates = self._store.search(query.vector, " ".join(query.terms), limit=max(limit, _CANDIDATES))
        return query, self._ranker.rank(query, candidates)[:limit]

    async def _ingest_one(self, path: Path, *, owner: str) -> FileReport:
        try:
            async with self._writing:
                return await self._put(path, owner=owner)
        except DocumentError as error:
            return _failed(error)

    async def _put(self, path: Path, *, owner: str) -> FileReport:
        identity = document_id(path)
        digest = await self._digest(path)
        known = await self._in_thread(self._store.find, identity)
        if known is not None and known.digest == digest:
            return FileReport(path, Outcome.UNCHANGED, f"{path.name} has not changed.", known.passages)
        document = await self._reader.read(path)
        if known is not None and known.digest == document.digest:
            return FileReport(path, Outcome.UNCHANGED, f"{path.name} has not changed.", known.passages)
        count = await self._write(identity, document, owner=owner)
        passages = f"{count} passage{'' if count == 1 else 's'}"
        if known is None:
            return FileReport(path, Outcome.ADDED, f"{path.name} was added ({passages}).", count)
        return FileReport(path, Outcome.UPDATED, f"{path.name} was updated ({passages}).", count)

    async def _digest(self, path: Path) -> str:
        def compute() -> str:
            return digest_of(load(path, limits=self._settings.reading))

        try:
            async with asyncio.timeout(self._settings.reading.deadline_s):
                return await self._in_thread(compute)
        except TimeoutError as error:
            raise DocumentTimeoutError(
                f"Reading {path.name} took longer than {self._settings.reading.deadline_s:g} seconds; copy it to "
                "this machine's disk.",
                path=path,
            ) from error

    async def _write(self, identity: str, document: Document, *, owner: str) -> int:
        chunks = await self._in_thread(chunk_document, document)
        searched = ["\n".join(part for part in (document.title, chunk.heading, chunk.text) if part) for chunk in chunks]
        meaning = [f"{chunk.heading}. {chunk.text}" if chunk.heading else chunk.text for chunk in chunks]
        vectors = await embed(self._embedder, meaning)
        stored = StoredDocument(
            id=identity,
            path=document.path,
            title=document.title,
            digest=document.digest,
            owner=owner,
            added_at=self._clock(),
            passages=len(chunks),
        )
        # A write that was begun is finished, also when the one who asked goes away.
        await asyncio.shield(self._in_thread(self._store.put, stored, chunks, vectors=vectors, searched=searched))
        return len(chunks)

    async def _in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            future = self._executor.submit(work, *args, **kwargs)
        except RuntimeError as error:
            raise StoreError("The store of documents is closed; make a new one to go on.") from error
        return await asyncio.wrap_future(future)


def document_id(path: Path) -> str:
    """Give the id of the document at a resolved path."""
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _failed(error: DocumentError) -> FileReport:
    return FileReport(path=error.path, outcome=Outcome.FAILED, sentence=str(error), passages=0)
