"""The Milvus collection of passages: its fields, its rows, and the calls on it.

A row is a passage and says which document and version it belongs to. `sparse` is computed from `searched` by
Milvus' own BM25 function; `final` marks a version's last passage, which is written first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.chunking import Chunk
from knowledge.passages import Candidate, Passage, StoredDocument

if TYPE_CHECKING:
    from pymilvus import MilvusClient

_RANK_CONSTANT = 60
_TEXT_BYTES, _NAME_BYTES, _PATH_BYTES = 16_384, 2_048, 8_192
_HEAD_FIELDS = ("document", "version", "path", "title", "owner", "added", "count")
_PASSAGE_FIELDS = ("document", "path", "title", "text", "heading", "page", "start", "end", "vector")


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection reached through a client. Its methods block and raise what pymilvus raises.

    Attributes:
        client: The connection.
        name: The collection's name.
        timeout_s: Seconds that one call may take.
    """

    client: "MilvusClient"
    name: str
    timeout_s: float

    def prepare(self, *, dimension: int) -> None:
        """Make the collection where there is none, and make it ready to be searched."""
        if not self.client.has_collection(self.name, timeout=self.timeout_s):
            self._create(dimension=dimension)
        self.client.load_collection(self.name, timeout=self.timeout_s)

    def upsert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows; on return they are on disk."""
        self.client.upsert(self.name, [dict(row) for row in rows], timeout=self.timeout_s)

    def delete(self, condition: str) -> None:
        """Remove the rows that a filter expression names."""
        self.client.delete(self.name, filter=condition, timeout=self.timeout_s)

    def heads(self, condition: str) -> tuple[StoredDocument, ...]:
        """Give the documents whose rows a filter expression names, one for each row."""
        return tuple(_stored(row) for row in self._query(condition, _HEAD_FIELDS))

    def search(self, vector: NDArray[np.float32], text: str, *, limit: int) -> tuple[Candidate, ...]:
        """Find passages by meaning and by words, fused by reciprocal rank, best first."""
        from pymilvus import AnnSearchRequest, RRFRanker
        from pymilvus.exceptions import MilvusException

        # BM25 divides by the mean length of the passages, which an empty collection does not have.
        if not self.client.query(self.name, filter="", output_fields=["id"], limit=1, timeout=self.timeout_s):
            return ()
        by_meaning = AnnSearchRequest(
            data=[vector.tolist()], anns_field="vector", param={"metric_type": "COSINE"}, limit=limit
        )
        by_words = AnnSearchRequest(data=[text], anns_field="sparse", param={"metric_type": "BM25"}, limit=limit)
        try:
            hits = self.client.hybrid_search(
                self.name,
                [by_meaning, by_words],
                RRFRanker(_RANK_CONSTANT),
                limit=limit,
                output_fields=list(_PASSAGE_FIELDS),
                timeout=self.timeout_s,
            )
        except MilvusException:
            # BM25 over no rows divides by their average length, which Milvus Lite reports as an error.
            if self._is_empty():
                return ()
            raise
        return tuple(_candidate(hit["entity"], fused=float(hit["distance"])) for hit in hits[0])

    def _is_empty(self) -> bool:
        counted = self.client.query(self.name, filter="", output_fields=["count(*)"], timeout=self.timeout_s)
        return int(counted[0]["count(*)"]) == 0

    def _query(self, condition: str, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        # A plain query gives 16,384 rows at most.
        pages = self.client.query_iterator(
            self.name, batch_size=1000, filter=condition, output_fields=list(fields), timeout=self.timeout_s
        )
        try:
            while page := pages.next():
                yield from page
        finally:
            pages.close()

    def _create(self, *, dimension: int) -> None:
        from pymilvus import DataType, Function, FunctionType

        schema = self.client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, max_length=128, is_primary=True)
        schema.add_field("document", DataType.VARCHAR, max_length=64)
        schema.add_field("version", DataType.VARCHAR, max_length=64)
        schema.add_field("path", DataType.VARCHAR, max_length=_PATH_BYTES)
        for field in ("owner", "title", "heading"):
            schema.add_field(field, DataType.VARCHAR, max_length=_NAME_BYTES)
        schema.add_field("text", DataType.VARCHAR, max_length=_TEXT_BYTES)
        schema.add_field(
            "searched",
            DataType.VARCHAR,
            max_length=_TEXT_BYTES,
            enable_analyzer=True,
            analyzer_params={"type": "english"},
        )
        for field in ("position", "count", "final", "page", "start", "end", "added"):
            schema.add_field(field, DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(
                name="words",
                input_field_names=["searched"],
                output_field_names=["sparse"],
                function_type=FunctionType.BM25,
            )
        )
        self.client.create_collection(self.name, schema=schema, consistency_level="Strong", timeout=self.timeout_s)
        indexes = self.client.prepare_index_params()
        indexes.add_index("vector", index_type="FLAT", metric_type="COSINE")
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        # Waiting for the index of an empty collection would only cost half a second for each field.
        self.client.create_index(self.name, indexes, sync=False, timeout=self.timeout_s)


def passage_row(
    document: StoredDocument, chunk: Chunk, *, vector: NDArray[np.float32], searched: str
) -> Mapping[str, Any]:
    """Make the row of a passage.

    Args:
        document: The version it belongs to.
        chunk: The passage.
        vector: Its embedding.
        searched: The text its words are searched in.
    """
    return {
        "id": f"{document.id}:{document.digest[:32]}:{chunk.position}",
        "document": document.id,
        "version": document.digest,
        "path": str(document.path),
        "owner": _within(document.owner, _NAME_BYTES),
        "title": _within(document.title, _NAME_BYTES),
        "heading": _within(chunk.heading or "", _NAME_BYTES),
        "text": _within(chunk.text, _TEXT_BYTES),
        "searched": _within(searched, _TEXT_BYTES),
        "position": chunk.position,
        "count": document.passages,
        "final": int(chunk.position + 1 == document.passages),
        "page": chunk.page or 0,
        "start": chunk.start,
        "end": chunk.end,
        "added": int(document.added_at.timestamp() * 1000),
        "vector": vector.tolist(),
    }


def _within(text: str, limit: int) -> str:
    """Cut a text to what a field holds, counted in bytes of UTF-8."""
    # A lone surrogate, as broken files have, is no UTF-8 and would be refused by the client.
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _stored(row: Mapping[str, Any]) -> StoredDocument:
    return StoredDocument(
        id=row["document"],
        path=Path(row["path"]),
        title=row["title"],
        digest=row["version"],
        owner=row["owner"],
        added_at=datetime.fromtimestamp(row["added"] / 1000, tz=UTC),
        passages=row["count"],
    )


def _candidate(row: Mapping[str, Any], *, fused: float) -> Candidate:
    return Candidate(
        passage=Passage(
            text=row["text"],
            source=Path(row["path"]),
            title=row["title"],
            page=row["page"] or None,
            heading=row["heading"] or None,
            score=0.0,
            document_id=row["document"],
            start=row["start"],
            end=row["end"],
        ),
        vector=np.asarray(row["vector"], dtype=np.float32),
        fused=fused,
    )
