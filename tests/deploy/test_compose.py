"""docker-compose.yml, the images and .env.example: in order, closed by default, and of one mind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from launching.configuration import Configuration

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{(\w+)(:[-?][^}]*)?\}")
EXAMPLE = (ROOT / ".env.example").read_text()
# Read where they are used, by the names that settings give; no keys of the configuration.
SECRETS = {"PARLEY_NLU_TOKEN", "PARLEY_ACTION_TOKEN", "PARLEY_LLM_KEY"}
DOCKERFILES = ["Dockerfile", "nlu/Dockerfile"]


def test_it_follows_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_services_are_there() -> None:
    assert set(SERVICES) == {"prosody", "rasa", "postgresql", "milvus", "parley"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_how_it_is_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert "privileged" not in service
    assert service.get("network_mode") != "host"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_is_not_built_here_has_a_version(name: str) -> None:
    service = SERVICES[name]
    assert "build" in service or re.search(r":v?\d", service["image"])


def test_only_the_xmpp_ports_are_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"prosody"}
    assert all(port.startswith("${PARLEY_BIND:-127.0.0.1}:") for port in published["prosody"])


def test_volumes_are_declared_and_used() -> None:
    used = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if volume[0] != "/"
    }
    assert used == set(COMPOSE["volumes"])


def test_secrets_come_from_the_environment_and_have_no_default() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|[^_]_KEY$", name):
                assert re.search(r"\$\{\w+:(\?[^}]+|-)\}", value), name
    assert not re.search(r"(?i)(password|token|secret)\w*=.*\w", re.sub(r"#.*", "", EXAMPLE))


def test_the_example_names_every_variable_and_leaves_the_secrets_empty() -> None:
    text = "\n".join(line for line in (ROOT / "docker-compose.yml").read_text().splitlines() if "#" not in line)
    variables = VARIABLE.findall(text)
    assert variables
    for name, rest in variables:
        line = re.search(rf"^#? ?{name}=(.*)$", EXAMPLE, re.MULTILINE)
        assert line, f"{name} is not in .env.example"
        if rest.startswith(":?"):
            assert line[0] == f"{name}=", name


def test_an_env_file_would_not_be_committed_or_copied() -> None:
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT, check=False).returncode == 0
    assert ".env" in (ROOT / ".dockerignore").read_text().split()
    tracked = subprocess.run(["git", "ls-files", ".env"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not tracked.stdout


@pytest.mark.parametrize("name", ["parley", "prosody"])
def test_what_is_set_by_the_environment_can_be_set(name: str) -> None:
    for variable in SERVICES[name]["environment"]:
        *path, last = variable.removeprefix("PARLEY_").lower().split("__")
        model: Any = Configuration
        for part in path:
            annotation = model.model_fields[part].annotation
            model = next(kind for kind in (*get_args(annotation), annotation) if isinstance(kind, type))
        assert last in model.model_fields or variable in SECRETS, variable


def test_the_assistant_takes_its_settings_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICES["parley"]["environment"].items():
        monkeypatch.setenv(
            name, VARIABLE.sub(lambda found: (found[2] or ":-")[2:].replace("set it in .env", "x"), value)
        )
    found = Configuration()
    assert (found.user, found.xmpp.domain, found.xmpp.server) == ("me", "parley.localhost", "external")
    assert found.nlu.url == "http://rasa:5005"
    assert found.database_url == "postgresql+psycopg://parley:x@postgresql/parley"
    assert not found.llm.configured


def test_the_tokens_are_read_from_the_variables_that_are_set() -> None:
    settings = Configuration().nlu
    assert {settings.token_env, settings.action_token_env} <= set(SERVICES["parley"]["environment"])


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_runs_as_a_user_and_holds_no_secret(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    last_stage = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER parley" in last_stage
    assert not [line for line in lines if re.match(r"(ARG|ENV).*(PASSWORD|TOKEN|SECRET)", line)]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_an_image_copies_is_there_and_not_ignored(name: str) -> None:
    ignored = set((ROOT / ".dockerignore").read_text().split())
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = line.split()[1:]
            for source in sources:
                assert (ROOT / source).exists(), line
                assert source not in ignored, line
