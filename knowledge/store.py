"""Documents as passages in Milvus, found again by meaning and by words.

The collection's name carries the embedding model's, so vectors of different models never meet.

What makes a document whole is its row at position 0, which is written last: a document whose rows were half
written when the process was killed has none, and is swept away when the store is opened. A changed document is
written beside its old version first and the old one removed after; of two whole versions the newer one stays.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge import milvus
from knowledge.chunking import Chunk
from knowledge.collection import Collection, passage_row
from knowledge.errors import StoreError
from knowledge.passages import Candidate, StoredDocument

if TYPE_CHECKING:
    from pymilvus import MilvusClient

R = TypeVar("R")

# Small enough that a search never waits long behind a write.
_ROWS_A_CALL = 64
_UNAVAILABLE = 2


class PassageStore:
    """The passages of all documents. Every method blocks, and may be called from any thread.

    Args:
        uri: A file for Milvus Lite, or the URL of a Milvus server.
        model: Name of the embedding model.
        dimension: Numbers in a vector.
        token: For a server: "user:password" or an API key.
        timeout_s: Seconds that one call may take.
    """

    def __init__(self, uri: str, *, model: str, dimension: int, token: str = "", timeout_s: float = 10.0) -> None:
        self._uri = uri
        self._name = "passages_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in model)
        self._dimension = dimension
        self._token = token
        self._timeout = timeout_s
        self._client: MilvusClient | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        """Connect, make the collection where there is none, and sweep what a crash left.

        Raises:
            StoreError: It cannot be reached, or is open in another process.
        """
        with self._lock:
            if self._client is not None:
                return
            client = milvus.connect(self._uri, token=self._token, timeout_s=self._timeout)
            try:
                self._prepare(client)
            except BaseException:
                milvus.disconnect(client, self._uri)
                raise
            self._client = client
        self._sweep()

    def close(self) -> None:
        """Disconnect; a local file may then be opened by another process."""
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                milvus.disconnect(client, self._uri)

    def documents(self) -> tuple[StoredDocument, ...]:
        """List the documents, by path."""
        heads = _newest(self._call(lambda collection: collection.heads("position == 0")))
        return tuple(sorted(heads, key=lambda document: str(document.path)))

    def find(self, document_id: str) -> StoredDocument | None:
        """Find a document by its id."""
        condition = f"position == 0 and {_equals('document', document_id)}"
        return next(iter(_newest(self._call(lambda collection: collection.heads(condition)))), None)

    def put(
        self,
        document: StoredDocument,
        chunks: Sequence[Chunk],
        *,
        vectors: NDArray[np.float32],
        searched: Sequence[str],
    ) -> None:
        """Write a document in place of its older versions; on return it is on disk.

        Args:
            document: What to say of it.
            chunks: Its passages.
            vectors: One row for each passage.
            searched: One text for each passage, the one its words are searched in.
        """
        rows = [
            passage_row(document, chunk, vector=vector, searched=text)
            for chunk, vector, text in zip(chunks, vectors, searched, strict=True)
        ][::-1]
        for start in range(0, len(rows), _ROWS_A_CALL):
            self._upsert(rows[start : start + _ROWS_A_CALL])
        self._delete(f"{_equals('document', document.id)} and version != {json.dumps(document.digest)}")

    def remove(self, document_id: str) -> bool:
        """Remove a document.

        Returns:
            Whether there was one.
        """
        found = self.find(document_id) is not None
        self._delete(_equals("document", document_id))
        return found

    def search(self, vector: NDArray[np.float32], text: str, *, limit: int) -> tuple[Candidate, ...]:
        """Find passages by meaning and by words, best first by fused rank.

        Args:
            vector: The question's embedding.
            text: The question's words.
            limit: Most passages to find.
        """
        return self._call(lambda collection: collection.search(vector, text, limit=limit))

    def _upsert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._call(lambda collection: collection.upsert(rows))

    def _delete(self, condition: str) -> None:
        self._call(lambda collection: collection.delete(condition))

    def _collection(self, client: "MilvusClient") -> Collection:
        return Collection(client=client, name=self._name, timeout_s=self._timeout)

    def _prepare(self, client: "MilvusClient") -> None:
        from pymilvus.exceptions import MilvusException

        try:
            self._collection(client).prepare(dimension=self._dimension)
        except (MilvusException, ValueError) as error:
            raise StoreError(
                f"The store of documents cannot be prepared ({_reason(error)}); if it is damaged, move it away "
                "and add the documents anew."
            ) from error

    def _sweep(self) -> None:
        """Remove the versions that a crash left half written, or beside a newer one."""
        heads = self._call(lambda collection: collection.heads("position == 0"))
        whole = {(head.id, head.digest) for head in _newest(heads)}
        begun = self._call(lambda collection: collection.heads("final == 1"))
        for document_id, digest in sorted({(entry.id, entry.digest) for entry in begun} - whole):
            self._delete(f"{_equals('document', document_id)} and {_equals('version', digest)}")

    def _call(self, work: Callable[[Collection], R]) -> R:
        """Do a piece of work; where the local server has died, start it anew and try once more."""
        from pymilvus.exceptions import MilvusException

        client = self._client
        if client is None:
            raise StoreError("The store of documents is closed; open it first.")
        try:
            try:
                return work(self._collection(client))
            except MilvusException as error:
                if error.code != _UNAVAILABLE:
                    raise
            return work(self._collection(self._revive(client)))
        except (MilvusException, ValueError) as error:
            raise StoreError(
                f"The store of documents did not do what was asked ({_reason(error)}); try again, and restart "
                "it if that does not help."
            ) from error

    def _revive(self, dead: "MilvusClient") -> "MilvusClient":
        with self._lock:
            if self._client is dead:
                self._client = None
                client = milvus.restart(dead, self._uri, token=self._token, timeout_s=self._timeout)
                self._prepare(client)
                self._client = client
            if self._client is None:
                raise StoreError("The store of documents is closed; open it first.")
            return self._client


def _newest(heads: Iterable[StoredDocument]) -> tuple[StoredDocument, ...]:
    newest: dict[str, StoredDocument] = {}
    for head in heads:
        if head.id not in newest or newest[head.id].added_at < head.added_at:
            newest[head.id] = head
    return tuple(newest.values())


def _equals(field: str, value: str) -> str:
    return f"{field} == {json.dumps(value)}"


def _reason(error: Exception) -> str:
    message = str(getattr(error, "message", "") or error)
    return message.splitlines()[0][:120].rstrip(".") if message else type(error).__name__
