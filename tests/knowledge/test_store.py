import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from knowledge import milvus
from knowledge.chunking import Chunk
from knowledge.embedding import Embedder
from knowledge.errors import StoreError
from knowledge.passages import StoredDocument
from knowledge.store import PassageStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def chunks(*texts: str) -> tuple[Chunk, ...]:
    return tuple(
        Chunk(text=text, page=number + 1, heading=None, start=0, end=len(text), position=number)
        for number, text in enumerate(texts)
    )


def described(name: str, *, digest: str = "a" * 64, passages: int = 1, at: datetime = NOON) -> StoredDocument:
    return StoredDocument(
        id=name, path=Path(f"/docs/{name}.txt"), title=name, digest=digest, owner="ann", added_at=at,
        passages=passages,
    )  # fmt: skip


def put(store: PassageStore, embedder: Embedder, document: StoredDocument, *texts: str) -> None:
    store.put(document, chunks(*texts), vectors=embedder.encode(texts), searched=texts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path, embedder: Embedder) -> Iterator[PassageStore]:
    found = PassageStore(str(path), model=embedder.name, dimension=embedder.dimension)
    found.open()
    yield found
    found.close()


def texts_of(store: PassageStore, embedder: Embedder, question: str) -> list[str]:
    return [hit.passage.text for hit in store.search(embedder.encode([question])[0], question, limit=20)]


def test_a_document_is_found_replaced_and_removed(store: PassageStore, embedder: Embedder) -> None:
    put(store, embedder, described("one", passages=2), "The cat sleeps.", "The dog barks.")
    put(store, embedder, described("two"), "Budgets are raised.")
    assert [document.id for document in store.documents()] == ["one", "two"]
    assert store.find("one") == described("one", passages=2)
    assert texts_of(store, embedder, "budget")[0] == "Budgets are raised."
    hit = store.search(embedder.encode(["dog"])[0], "dog", limit=5)[0].passage
    assert (hit.source, hit.page, hit.document_id) == (Path("/docs/one.txt"), 2, "one")

    changed = described("one", digest="b" * 64, at=NOON + timedelta(hours=1))
    put(store, embedder, changed, "The horse runs.")
    assert store.find("one") == changed
    assert sorted(texts_of(store, embedder, "cat dog horse")) == ["Budgets are raised.", "The horse runs."]

    assert store.remove("one")
    assert not store.remove("one")
    assert store.find("one") is None
    assert texts_of(store, embedder, "horse") == ["Budgets are raised."]


def test_words_that_the_model_does_not_know_are_found(store: PassageStore, embedder: Embedder) -> None:
    put(store, embedder, described("codes", passages=3), "Locker KX7Q2.", "Locker ZZ99T.", "Locker AB12C.")
    assert texts_of(store, embedder, "ZZ99T")[0] == "Locker ZZ99T."


def test_any_text_can_be_stored_and_asked(store: PassageStore, embedder: Embedder) -> None:
    odd = ["\ud800 lone", '"quotes" \\ and \' more', "文字 emoji 🙂", "x" * 30_000]
    document = replace(described("odd", passages=len(odd)), owner='o"wner', title="t" * 5_000)
    put(store, embedder, document, *odd)
    assert len(texts_of(store, embedder, "quotes")) == len(odd)
    for question in ("", '"', "the", "!!!", "🙂"):
        texts_of(store, embedder, question)


def test_ids_are_never_read_as_expressions(store: PassageStore, embedder: Embedder) -> None:
    put(store, embedder, described("one"), "Kept.")
    assert not store.remove('x" or document != "x')
    assert store.find("one") is not None


def test_many_passages_are_listed_and_removed(store: PassageStore, embedder: Embedder) -> None:
    texts = [f"Passage number {number}." for number in range(300)]
    put(store, embedder, described("long", passages=300), *texts)
    assert store.documents()[0].passages == 300
    store.remove("long")
    assert texts_of(store, embedder, "passage") == []


def test_what_was_half_written_is_swept_when_the_store_is_opened(
    path: Path, store: PassageStore, embedder: Embedder
) -> None:
    put(store, embedder, described("whole"), "A whole one.")
    torn = described("torn", passages=3)
    put(store, embedder, torn, "first", "second", "third")
    old = described("twice", digest="a" * 64)
    put(store, embedder, old, "the old version")
    # What a crash leaves: a document without its first row, and two whole versions of another.
    client = store._client
    assert client is not None
    client.delete(store._name, filter='document == "torn" and position == 0')
    newer = described("twice", digest="c" * 64, at=NOON + timedelta(hours=1))
    from knowledge.collection import passage_row

    row = passage_row(newer, chunks("the new version")[0], vector=embedder.encode(["x"])[0], searched="the new version")
    store._upsert([row])
    store.close()
    store.open()
    assert [document.id for document in store.documents()] == ["twice", "whole"]
    assert sorted(texts_of(store, embedder, "version")) == ["A whole one.", "the new version"]


def test_a_server_that_died_is_started_anew(path: Path, store: PassageStore, embedder: Embedder) -> None:
    put(store, embedder, described("one"), "Kept.")
    (server,) = milvus._servers_of(path)
    server.kill()
    server.wait(timeout=5)
    assert texts_of(store, embedder, "kept") == ["Kept."]
    put(store, embedder, described("two"), "Also kept.")
    assert len(store.documents()) == 2


def test_a_closed_store_says_so(path: Path, embedder: Embedder) -> None:
    store = PassageStore(str(path), model=embedder.name, dimension=embedder.dimension)
    with pytest.raises(StoreError, match="closed; open it first"):
        store.documents()
    store.close()


def test_models_do_not_see_each_others_vectors(path: Path, store: PassageStore, embedder: Embedder) -> None:
    put(store, embedder, described("one"), "Kept.")
    other = PassageStore(str(path), model="other/model", dimension=8)
    other.open()
    assert other.documents() == ()
    other.close()
    assert len(store.documents()) == 1


INGEST_AND_DIE = """
import os, signal, sys
from datetime import UTC, datetime
from knowledge.embedding import WordLlamaEmbedder
from knowledge.store import PassageStore
from tests.knowledge.test_store import described, put
embedder = WordLlamaEmbedder()
store = PassageStore(sys.argv[1], model=embedder.name, dimension=embedder.dimension)
store.open()
for number in range(1000):
    put(store, embedder, described(f"d{number:03}", passages=100), *(f"text {number} {i}" for i in range(100)))
    print(number, flush=True)
"""


def test_every_acknowledged_document_survives_a_kill(path: Path, embedder: Embedder) -> None:
    child = subprocess.Popen([sys.executable, "-c", INGEST_AND_DIE, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = [int(child.stdout.readline()) for _ in range(3)]
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split()
    child.wait(timeout=10)
    acknowledged += [int(line) for line in rest]
    store = PassageStore(str(path), model=embedder.name, dimension=embedder.dimension)
    store.open()
    try:
        found = {document.id: document for document in store.documents()}
        assert {f"d{number:03}" for number in acknowledged} <= set(found)
        client = store._client
        assert client is not None
        counted = client.query(store._name, filter="", output_fields=["count(*)"])[0]["count(*)"]
        assert counted == 100 * len(found)
    finally:
        store.close()
