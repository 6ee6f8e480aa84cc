import asyncio
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.documents import Documents, IngestProgress, Outcome
from knowledge.embedding import Embedder
from knowledge.errors import StoreError
from knowledge.settings import KnowledgeSettings, ReadingLimits
from tests.knowledge import pdfs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "papers"
    found.mkdir()
    return found


@pytest.fixture
async def documents(tmp_path: Path, folder: Path, embedder: Embedder) -> AsyncIterator[Documents]:
    settings = KnowledgeSettings(folders=(folder,), reading=ReadingLimits(max_bytes=1_000_000))
    async with Documents(
        tmp_path / "data" / "store.db", settings=settings, embedder=embedder, clock=lambda: NOON
    ) as found:
        yield found


def outcomes(report: object) -> dict[str, Outcome]:
    return {file.path.name: file.outcome for file in report.files}  # type: ignore[attr-defined]


async def test_a_file_is_added_unchanged_updated_and_removed(documents: Documents, folder: Path) -> None:
    note = folder / "note.md"
    note.write_text("# Plan\nThe launch is on 4 May.")
    assert outcomes(await documents.ingest([note], owner="ann")) == {"note.md": Outcome.ADDED}
    (stored,) = await documents.documents()
    assert (stored.path, stored.title, stored.owner, stored.added_at) == (note.resolve(), "Plan", "ann", NOON)

    assert outcomes(await documents.ingest([note], owner="bob")) == {"note.md": Outcome.UNCHANGED}
    note.touch()
    assert outcomes(await documents.ingest([folder], owner="bob")) == {"note.md": Outcome.UNCHANGED}

    note.write_text("# Plan\nThe launch is on 11 June.")
    assert outcomes(await documents.ingest([note], owner="bob")) == {"note.md": Outcome.UPDATED}
    answer = await documents.answer("when is the launch?")
    assert answer.text == "The launch is on 11 June."
    assert not any("4 May" in passage.text for passage in answer.passages)
    (stored,) = await documents.documents()

    assert await documents.remove(stored.id)
    assert not await documents.remove(stored.id)
    assert await documents.retrieve("when is the launch?") == ()


async def test_the_answer_names_the_page_of_a_pdf(documents: Documents, folder: Path) -> None:
    (folder / "notes.pdf").write_bytes(
        pdfs.pdf([["Team outing in May."], ["The Q3 budget for marketing is 42,000 euros.", "It was raised."]])
    )
    await documents.ingest([folder / "notes.pdf"], owner="ann")
    answer = await documents.answer("what do my notes say about the Q3 budget?")
    assert "42,000 euros" in answer.text
    assert answer.citation == "notes.pdf, page 2"
    assert answer.confidence > 0.5


async def test_one_bad_file_does_not_keep_the_others_out(documents: Documents, folder: Path) -> None:
    (folder / "good.txt").write_text("All is well.")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "large.txt").write_bytes(b"x" * 1_000_001)
    seen: list[IngestProgress] = []
    report = await documents.ingest(
        [folder, folder / "missing.txt", Path("/etc/passwd")], owner="ann", on_progress=seen.append
    )
    assert outcomes(report) == {
        "passwd": Outcome.FAILED,
        "bad.pdf": Outcome.FAILED,
        "good.txt": Outcome.ADDED,
        "large.txt": Outcome.FAILED,
        "missing.txt": Outcome.FAILED,
    }
    assert report.count(Outcome.FAILED) == 4
    assert [(entry.done, entry.total) for entry in seen] == [(2, 5), (3, 5), (4, 5), (5, 5)]
    sentences = [file.sentence for file in report.files]
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)


async def test_progress_may_be_awaited(documents: Documents, folder: Path) -> None:
    (folder / "a.txt").write_text("a")
    told = asyncio.Event()

    async def tell(progress: IngestProgress) -> None:
        await asyncio.sleep(0)
        if progress.last.outcome is Outcome.ADDED:
            told.set()

    await documents.ingest([folder], owner="ann", on_progress=tell)
    assert told.is_set()


async def test_nothing_taken_in_gives_no_answer(documents: Documents) -> None:
    answer = await documents.answer("what is the Q3 budget?")
    assert (answer.text, answer.passages, answer.confidence) == ("", (), 0.0)


async def test_any_question_is_survived(documents: Documents, folder: Path) -> None:
    (folder / "a.txt").write_text("The launch is on 4 May.")
    await documents.ingest([folder], owner="ann")
    for question in ("", "?", "what?", "the of and", "🙂", "x" * 100_000, "\ud800", '" or 1 == 1'):
        assert (await documents.answer(question)).confidence <= 1


async def test_the_store_is_private_and_survives_closing(tmp_path: Path, folder: Path, embedder: Embedder) -> None:
    (folder / "a.txt").write_text("The launch is on 4 May.")
    path = tmp_path / "data" / "store.db"
    for _ in range(2):
        async with Documents(path, embedder=embedder) as documents:
            await documents.ingest([folder], owner="ann", anywhere=True)
            assert (await documents.answer("when is the launch?")).text == "The launch is on 4 May."
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(StoreError, match="closed"):
        await documents.retrieve("x")


async def test_two_of_one_process_share_a_file(tmp_path: Path, folder: Path, embedder: Embedder) -> None:
    (folder / "a.txt").write_text("The launch is on 4 May.")
    first = Documents(tmp_path / "store.db", embedder=embedder)
    second = Documents(tmp_path / "store.db", embedder=embedder)
    await asyncio.gather(first.open(), second.open())
    await first.ingest([folder], owner="ann", anywhere=True)
    await first.close()
    assert (await second.answer("when is the launch?")).text == "The launch is on 4 May."
    await second.close()


async def test_questions_are_answered_fast_while_files_are_taken_in(documents: Documents, folder: Path) -> None:
    """With 2,000 passages and more being written, no question waits a second and the loop never stalls."""
    for number in range(6):
        (folder / f"many{number}.txt").write_text(
            "\n".join(f"Item {number}-{line}: " + f"word{line % 97} " * 80 for line in range(350))
        )
    (folder / "first.txt").write_text("The launch is on 4 May.")
    await documents.warm()
    await documents.ingest([folder / "first.txt"], owner="ann")
    task = asyncio.create_task(documents.ingest([folder], owner="ann"))
    asked = 0
    while not task.done():
        answer = await documents.answer("when is the launch?")
        asked += 1
        assert answer.text == "The launch is on 4 May."
    assert (await task).count(Outcome.ADDED) == 6
    assert asked > 10
    assert sum(document.passages for document in await documents.documents()) >= 2_000


async def test_changes_asked_for_at_once_follow_one_another(documents: Documents, folder: Path) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"Fact number {number}.")
    reports = await asyncio.gather(*(documents.ingest([folder], owner="ann") for _ in range(3)))
    kinds = [outcome for report in reports for outcome in outcomes(report).values()]
    assert kinds.count(Outcome.ADDED) == 4
    assert kinds.count(Outcome.UNCHANGED) == 8
    assert len(await documents.documents()) == 4


INGEST_AND_WAIT = """
import asyncio, sys
from pathlib import Path
from knowledge.documents import Documents
async def main():
    documents = Documents(sys.argv[1])
    def told(progress):
        print(progress.last.path.name, flush=True)
    await documents.ingest([Path(sys.argv[2])], owner="ann", anywhere=True, on_progress=told)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_what_was_reported_survives_a_kill(tmp_path: Path, folder: Path, embedder: Embedder) -> None:
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(f"Invoice {number} is paid by the company. " * 40)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", INGEST_AND_WAIT, str(tmp_path / "store.db"), str(folder),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    reported = [await child.stdout.readline() for _ in range(5)]
    child.send_signal(signal.SIGKILL)
    rest, _ = await child.communicate()
    names = {name.decode().strip() for name in [*reported, *rest.splitlines()]}
    async with Documents(tmp_path / "store.db", embedder=embedder) as documents:
        assert names <= {document.path.name for document in await documents.documents()}
        report = await documents.ingest([folder], owner="ann", anywhere=True)
        assert report.count(Outcome.UNCHANGED) >= 5
        assert len(await documents.documents()) == 12


def test_importing_loads_nothing_heavy() -> None:
    program = (
        "import sys, knowledge.documents, knowledge.memory\n"
        "print([m for m in ('pymilvus', 'wordllama', 'pypdf', 'bs4', 'lxml', 'sqlalchemy', 'alembic', 'pandas') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
