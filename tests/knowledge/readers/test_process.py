import asyncio
import os
import stat
from pathlib import Path

import pytest

from knowledge import errors
from knowledge.readers import DocumentReader, read_document
from knowledge.settings import ReadingLimits
from tests.knowledge import pdfs


async def test_one_process_reads_one_file_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello.")
    (tmp_path / "b.md").write_text("# Title\nText.")
    async with DocumentReader() as reader:
        first, second = await asyncio.gather(reader.read(tmp_path / "a.txt"), reader.read(tmp_path / "b.md"))
        process = reader._process
        assert process is not None
    assert (first.title, first.text) == ("a", "Hello.")
    assert (second.title, second.sections[0].heading) == ("Title", "Title")
    assert process.returncode == 0


async def test_a_relative_path_is_taken_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Hello.")
    monkeypatch.chdir(tmp_path)
    assert (await read_document(Path("a.txt"))).path == (tmp_path / "a.txt").resolve()


def make_bad_files(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.md").write_text(" \n\n")
    (folder / "binary.txt").write_bytes(b"\x7fELF\x00\x00" + bytes(range(256)) * 4)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nnot really")
    (folder / "fake.pdf").write_text("I am plain text.")
    (folder / "scan.pdf").write_bytes(pdfs.pdf([[]]))
    (folder / "locked.pdf").write_bytes(pdfs.encrypted(pdfs.pdf([["Secret."]]), password="pw"))
    (folder / "many.pdf").write_bytes(pdfs.pdf([["Page."]] * 12))
    (folder / "large.txt").write_bytes(b"x" * 200_001)
    (folder / "long.txt").write_bytes(b"word " * 25_000)
    (folder / "sheet.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "folder.txt").mkdir()
    os.mkfifo(folder / "pipe.txt")
    (folder / "dangling.txt").symlink_to(folder / "gone.txt")


BAD = [
    ("missing.txt", errors.DocumentMissingError, "There is no file"),
    ("dangling.txt", errors.DocumentMissingError, "There is no file"),
    ("folder.txt", errors.DocumentUnreadableError, "is a folder"),
    ("pipe.txt", errors.DocumentUnreadableError, "device or a pipe"),
    ("empty.txt", errors.DocumentEmptyError, "is empty"),
    ("blank.md", errors.DocumentEmptyError, "is empty"),
    ("scan.pdf", errors.DocumentEmptyError, "only pictures"),
    ("binary.txt", errors.DocumentUnsupportedError, "does not hold text"),
    ("sheet.xlsx", errors.DocumentUnsupportedError, "ending in .xlsx"),
    ("broken.pdf", errors.DocumentUnreadableError, "may be damaged"),
    ("fake.pdf", errors.DocumentUnreadableError, "may be damaged"),
    ("locked.pdf", errors.DocumentProtectedError, "protected by a password"),
    ("many.pdf", errors.DocumentTooLargeError, "has 12 pages"),
    ("large.txt", errors.DocumentTooLargeError, "larger than"),
    ("long.txt", errors.DocumentTooLargeError, "100000 characters"),
]


async def test_every_bad_file_gives_one_plain_sentence(tmp_path: Path) -> None:
    make_bad_files(tmp_path)
    limits = ReadingLimits(max_bytes=200_000, max_pages=10, max_characters=100_000)
    async with DocumentReader(limits=limits) as reader:
        for name, kind, says in BAD:
            with pytest.raises(kind, match=says) as caught:
                await reader.read(tmp_path / name)
            sentence = str(caught.value)
            assert type(caught.value) is kind, name
            assert "\n" not in sentence
            assert sentence.endswith("."), name
            assert "Traceback" not in sentence
        (tmp_path / "good.txt").write_text("Still reading.")
        assert (await reader.read(tmp_path / "good.txt")).text == "Still reading."


async def test_an_unreadable_file_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "closed.txt"
    path.write_text("x")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads all; what the system call says is tried on the sentence itself
        from knowledge.readers.reading import _cannot_open

        error: errors.DocumentError = _cannot_open(path, PermissionError(13, "no"))
    else:
        with pytest.raises(errors.DocumentUnreadableError) as caught:
            await read_document(path)
        error = caught.value
    assert "may not be read by this user" in str(error)
    assert stat.S_IMODE(path.stat().st_mode) == 0


async def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    # A page that repeats itself by reference: small on disk, long to read.
    (tmp_path / "slow.pdf").write_bytes(pdfs.pdf([["word " * 20_000]] * 60))
    (tmp_path / "good.txt").write_text("Fine.")
    async with DocumentReader(limits=ReadingLimits(deadline_s=0.5)) as reader:
        with pytest.raises(errors.DocumentTimeoutError, match=r"longer than 0\.5 seconds"):
            await reader.read(tmp_path / "slow.pdf")
        assert reader._process is None
    assert (await read_document(tmp_path / "good.txt")).text == "Fine."


async def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello.")
    async with DocumentReader() as reader:
        await reader.read(tmp_path / "a.txt")
        assert reader._process is not None
        reader._process.kill()
        await reader._process.wait()
        assert (await reader.read(tmp_path / "a.txt")).text == "Hello."


async def test_a_reading_that_is_cancelled_leaves_no_answer_behind(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("First.")
    (tmp_path / "b.txt").write_text("Second.")
    async with DocumentReader() as reader:
        task = asyncio.create_task(reader.read(tmp_path / "a.txt"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await reader.read(tmp_path / "b.txt")).text == "Second."
