import json
import os
from pathlib import Path

import pytest

from xmpp.allow_list import AllowList
from xmpp.errors import AccountError


def test_nobody_is_on_a_list_that_is_not_there(tmp_path: Path) -> None:
    assert AllowList(tmp_path / "people.json").members() == frozenset()


def test_members_are_added_and_removed(tmp_path: Path) -> None:
    people = AllowList(tmp_path / "people.json")
    people.add("ann@localhost", "bob@localhost")
    people.add("ann@localhost")
    assert people.members() == {"ann@localhost", "bob@localhost"}
    assert people.remove("ann@localhost")
    assert not people.remove("ann@localhost")
    assert people.members() == {"bob@localhost"}


def test_what_another_process_writes_is_seen(tmp_path: Path) -> None:
    here, there = AllowList(tmp_path / "people.json"), AllowList(tmp_path / "people.json")
    there.add("ann@localhost")
    assert here.members() == {"ann@localhost"}
    there.add("bob@localhost")
    assert here.members() == {"ann@localhost", "bob@localhost"}
    (tmp_path / "people.json").unlink()
    assert here.members() == frozenset()


def test_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    before = os.umask(0)
    try:
        AllowList(path).add("ann@localhost")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == ["ann@localhost"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", '"ann@localhost"', '{"ann@localhost": 1}', "[1]", "\x00"])
def test_a_damaged_list_is_said_to_be_and_admits_nobody(tmp_path: Path, content: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(content)
    people = AllowList(path)
    for _ in range(2):
        with pytest.raises(AccountError, match="delete it and add them again"):
            people.members()
    assert path.read_text() == content
    path.write_text('["ann@localhost"]')
    assert people.members() == {"ann@localhost"}
