import io
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from launching.clients import Home
from launching.configuration import Configuration
from launching.first_run import offer_language_model
from planning.discovery import KEYS, Probe


class Terminal(io.StringIO):
    """A terminal at which a person answers; at the end of the answers they press Ctrl-D."""

    def isatty(self) -> bool:
        return True


class Ollama(BaseHTTPRequestHandler):
    """Lists one model, as Ollama does."""

    def do_GET(self) -> None:
        body = b'{"models": [{"name": "llama3:8b"}]}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is named there
        """Say nothing."""


@pytest.fixture
def ollama() -> Iterator[Probe]:
    """Give a server that answers as Ollama does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Ollama) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Probe("Ollama", server.server_address[1], "/api/tags")
        server.shutdown()
        thread.join(10)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the keys of whoever runs the tests."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def run(
    monkeypatch: pytest.MonkeyPatch, data: Path, *answers: str, probes: tuple[Probe, ...] = ()
) -> dict[str, dict[str, str]] | None:
    """Make the first run with a person's answers; return what the configuration holds then."""
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{answer}\n" for answer in answers)))
    home = Home(data)
    offer_language_model(home, probes=probes)
    if not home.folder.configuration.exists():
        return None
    assert home.folder.configuration.stat().st_mode & 0o777 == 0o600
    Configuration.load(home.folder.configuration, required=True)
    held: dict[str, dict[str, str]] = yaml.safe_load(home.folder.configuration.read_text()) or {}
    return held


def test_a_server_on_this_machine_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ollama: Probe) -> None:
    chosen = run(monkeypatch, tmp_path, "y", probes=(ollama,))
    assert chosen == {"llm": {"url": f"http://127.0.0.1:{ollama.port}/v1", "model": "llama3:8b"}}


def test_a_key_is_offered_by_its_name_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    chosen = run(monkeypatch, tmp_path, "yes", "a-model")
    assert chosen == {
        "llm": {"url": "https://api.openai.com/v1", "model": "a-model", "key_env": "OPENAI_API_KEY"},
    }
    said = capsys.readouterr()
    assert "what you ask openly will be sent there" in said.out
    assert "sk-secret" not in said.out + said.err + (tmp_path / "config.yaml").read_text()


def test_who_declines_one_is_asked_about_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ollama: Probe
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    chosen = run(monkeypatch, tmp_path, "", "Y", "a-model", probes=(ollama,))
    assert chosen is not None
    assert chosen["llm"]["key_env"] == "OPENAI_API_KEY"


@pytest.mark.parametrize("answers", [("n",), ("",), ("perhaps",), (), ("y", "")])
def test_nothing_is_used_that_was_not_agreed_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], answers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert run(monkeypatch, tmp_path, *answers) == {}
    assert "Set llm.url to add one later" in capsys.readouterr().err


def test_it_is_asked_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ollama: Probe) -> None:
    assert run(monkeypatch, tmp_path, "n", probes=(ollama,)) == {}
    assert run(monkeypatch, tmp_path, "y", probes=(ollama,)) == {}


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ollama: Probe) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    offer_language_model(Home(tmp_path), probes=(ollama,))
    assert list(tmp_path.iterdir()) == []
