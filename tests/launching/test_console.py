import argparse
import io
import json

import pytest

from launching import console


def test_objects_are_printed_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json({"text": "Grüße\n👋"})
    console.print_json([1])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [{"text": "Grüße\n👋"}, [1]]
    assert "Grüße" in lines[0]


def test_progress_stays_out_of_the_results(capsys: pytest.CaptureFixture[str]) -> None:
    console.progress("Reading ...")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Reading ...\n")


def test_texts_are_the_arguments_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("not read\n"))
    assert list(console.texts(["remind", "me"])) == ["remind me"]


def test_or_the_lines_of_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("one\n\n  two \nthree"))
    assert list(console.texts([])) == ["one", "  two ", "three"]


def test_common_arguments() -> None:
    parser = argparse.ArgumentParser()
    console.add_data(parser)
    console.add_json(parser)
    assert vars(parser.parse_args([])) == {"data": None, "json": False}
    assert str(parser.parse_args(["--data", "/tmp/x", "--json"]).data) == "/tmp/x"
