"""A small project that the real set-up is run on, without a network: its packages are wheels made here."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Wheel:
    """A wheel of a package with one module, and the lock line that names it."""

    path: Path

    @property
    def requirement(self) -> str:
        name, version = self.path.name.split("-")[:2]
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(self.path.read_bytes()).hexdigest()}\n"


def make_wheel(folder: Path, name: str, *, version: str = "1.0", files: dict[str, str] | None = None) -> Wheel:
    """Write a wheel that installs `files` (path within the wheel: text), or one empty module."""
    info = f"{name}-{version}.dist-info"
    content = {
        **(files or {f"{name}.py": ""}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in content.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
    return Wheel(wheel)


@dataclass(frozen=True)
class Project:
    """A checkout with the real set-up in it, and the machine around it: its own PATH and HOME."""

    root: Path
    bin: Path
    home: Path
    wheels: Path

    @property
    def python(self) -> Path:
        return self.root / ".venv" / "bin" / "python"

    @property
    def state_file(self) -> Path:
        return self.root / ".venv" / ".parley-setup.json"

    @property
    def calls(self) -> list[str]:
        """The command lines that uv was started with."""
        log = self.root.parent / "uv.calls"
        return log.read_text().splitlines() if log.exists() else []

    def program(self, name: str, script: str) -> Path:
        """Put a shell script on this machine's PATH."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
        return path

    def lock(self, name: str, *wheels: Wheel) -> None:
        """Write a lock that holds `wheels`."""
        (self.root / name).write_text("".join(wheel.requirement for wheel in wheels))

    def environment(self) -> dict[str, str]:
        return {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "UV_OFFLINE": "1",
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.wheels),
            "UV_CACHE_DIR": str(self.root.parent / "uv-cache"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }

    def command(self, *arguments: str) -> list[str]:
        return [str(self.bin / "python3"), str(self.root / "bootstrap.py"), *arguments]

    def set_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root.parent,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def installed(self, module: str) -> bool:
        """Tell whether the main environment can import a module."""
        return subprocess.run([self.python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose run set is `runs` and whose test set is `runs` and `tests_it`; no Python 3.10 on PATH."""
    made = Project(tmp_path / "parley", tmp_path / "bin", tmp_path / "home", tmp_path / "wheels")
    for folder in (made.root / "nlu", made.bin, made.home):
        folder.mkdir(parents=True)
    for name in ("bootstrap.py", "system_packages.py"):
        shutil.copy(ROOT / name, made.root)
    runs, tests_it = make_wheel(made.wheels, "runs"), make_wheel(made.wheels, "tests_it")
    made.lock("requirements.lock", runs)
    made.lock("requirements-test.lock", runs, tests_it)
    made.lock("requirements-local.lock", runs, make_wheel(made.wheels, "local_it"))
    (made.bin / "python3").symlink_to(Path(sys.executable).resolve())
    uv = shutil.which("uv")
    assert uv, "the tests' set-up installs uv"
    made.program("uv", f'echo "$@" >> {tmp_path}/uv.calls\nexec {uv} "$@"')
    for system in ("prosody", "tesseract", "bwrap", "Xvfb", "chromium", "openbox", "xdotool", "profanity", "tmux"):
        made.program(system, "exit 0")
    os.environ.pop("VIRTUAL_ENV", None)
    return made


def hear_ctrl_c() -> None:
    """Let a child hear SIGINT, which a shell switches off for what it runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
