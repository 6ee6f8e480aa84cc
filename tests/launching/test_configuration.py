import os
from pathlib import Path

import pytest

from launching.configuration import PREFIX, Configuration
from launching.errors import LaunchError

URL = "postgresql+psycopg://parley@127.0.0.1/parley"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the variables that would count."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def loaded(folder: Path, text: str) -> Configuration:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return Configuration.load(path, required=True)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    found = Configuration.load(tmp_path / "config.yaml", required=False)
    assert found.user == "me"
    assert not found.llm.configured
    assert not found.xmpp.beyond_this_machine
    assert found == loaded(tmp_path, "")


def test_a_file_that_is_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="cannot be read"):
        Configuration.load(tmp_path / "config.yaml", required=True)


def test_the_file_is_read(tmp_path: Path) -> None:
    found = loaded(tmp_path, "user: ann\nxmpp:\n  port: 5333\nscheduling:\n  hour12: true\n")
    assert (found.user, found.xmpp.port, found.scheduling.hour12) == ("ann", 5333, True)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_USER", "bob")
    monkeypatch.setenv("PARLEY_XMPP__PORT", "5444")
    monkeypatch.setenv("PARLEY_LOG_LEVEL", "")
    found = loaded(tmp_path, "user: ann\nxmpp:\n  port: 5333\n  domain: home.test\n")
    assert (found.user, found.xmpp.port, found.xmpp.domain, found.log_level) == ("bob", 5444, "home.test", "INFO")


def test_other_variables_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "root")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    found = loaded(tmp_path, "")
    assert (found.user, found.log_level) == ("me", "INFO")


def test_one_database_serves_every_store(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"database_url: {URL}\n")
    assert (found.scheduling.database, found.planning.database, found.knowledge.memories_url) == (URL, URL, URL)


def test_but_not_a_store_that_names_its_own(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"database_url: {URL}\nplanning:\n  database: plans.db\n  max_rounds: 3\n")
    assert (found.scheduling.database, found.planning.database) == (URL, "plans.db")
    assert found.planning.max_rounds == 3


def test_the_database_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_DATABASE_URL", URL)
    monkeypatch.setenv("PARLEY_KNOWLEDGE__MEMORIES_URL", "memories.db")
    found = loaded(tmp_path, "scheduling:\n  hour12: true\n")
    assert (found.scheduling.database, found.knowledge.memories_url) == (URL, "memories.db")
    assert found.scheduling.hour12


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user: [", "line 1"),
        ("user: ann\n  xmpp: 1", "line 2"),
        ("just words", "keys and values"),
        ("- user: ann", "keys and values"),
        ("usr: ann", "usr: "),
        ("xmpp:\n  prot: 1", "xmpp.prot: "),
        ("xmpp:\n  port: 99999", "xmpp.port: "),
        ("xmpp: 5222", "xmpp: "),
        ("user: Ann Smith", "user: "),
        ("log_level: LOUD", "log_level: "),
        ("llm:\n  url: http://127.0.0.1:11434/v1", "llm.url and llm.model must be set together"),
    ],
)
def test_errors_are_one_sentence_that_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LaunchError) as caught:
        loaded(tmp_path, text)
    assert said in str(caught.value)
    assert str(tmp_path / "config.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PARLEY_XMPP__PORT", "many", "xmpp.port"),
        ("PARLEY_XMPP__PROT", "1", "xmpp.prot"),
        ("PARLEY_XMPP", "5222", "xmpp"),
        ("PARLEY_XMPP", "{", "PARLEY_"),
        ("PARLEY_USER", "Ann Smith", "user"),
    ],
)
def test_so_are_those_of_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(LaunchError, match=PREFIX) as caught:
        loaded(tmp_path, "")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_it_cannot_be_changed(tmp_path: Path) -> None:
    found = loaded(tmp_path, "")
    with pytest.raises(ValueError, match="frozen"):
        found.user = "eve"  # type: ignore[misc]
