"""Training of Rasa's model: sentences out of the grammar, a fingerprint of all sources, the model beside it.

``python -m nlu.training`` trains the model if its sources have changed since, and says how far it is.
"""

import argparse
import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import yaml

from nlu.errors import NluError, NluSetupError, TrainingError
from nlu.grammar import Grammar, annotated

PROJECT = Path(__file__).parent / "assistant"
"""The Rasa project of this checkout."""

PYTHON = Path(__file__).parent / ".venv" / "bin" / "python"
"""The Python of Rasa's own environment."""

MODEL = "parley"
"""Name of the model file, without its ending."""

DEADLINE = 900.0
"""Seconds a training may take before it is given up."""

Progress = Callable[[str], None]

# The rest of components/ is read when Rasa starts, and is no part of the model.
_SOURCES = ("config.yml", "domain.yml", "rules.yml", "regexes.yml", "grammar/*.yml", "components/tokens.py")
_BUILDERS = (Path(__file__).parent / "grammar.py", Path(__file__).parent / "requirements.lock")
# What of Rasa's log is worth showing, and what it means.
_STEPS = {
    "Starting to train component 'RegexFeaturizer'": "preparing the sentences",
    "Starting to train component 'CountVectorsFeaturizer'": "learning the words",
    "Starting to train component 'QuickDIETClassifier'": "learning what sentences mean (the longest step)",
    "Starting to train component 'RulePolicy'": "learning the rules of the talk",
}


def model_path(project: Path) -> Path:
    """Return where the model of ``project`` is, or will be."""
    return project / "models" / f"{MODEL}.tar.gz"


def _fingerprint_path(project: Path) -> Path:
    return project / "models" / f"{MODEL}.fingerprint"


def fingerprint(project: Path) -> str:
    """Return a digest over everything that the model is made from, as hexadecimal digits."""
    digest = hashlib.sha256()
    files = sorted({path for pattern in _SOURCES for path in project.glob(pattern)})
    for path in [*files, *(path for path in _BUILDERS if path.exists())]:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_stale(project: Path) -> bool:
    """Tell whether the model is missing or its sources have changed since it was trained."""
    try:
        trained = _fingerprint_path(project).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return True
    return not model_path(project).is_file() or trained != fingerprint(project)


def write_training_data(project: Path, folder: Path) -> int:
    """Expand the grammar of ``project`` into Rasa's ``nlu.yml`` in ``folder``, and put the rules beside it.

    Returns:
        How many sentences there are.

    Raises:
        GrammarError: a file of the grammar is malformed.
    """
    sentences: dict[str, list[str]] = {}
    for intent, sentence in Grammar.load(project / "grammar").sentences():
        sentences.setdefault(intent, []).append(annotated(sentence))
    data = {
        "version": "3.1",
        "nlu": [
            {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
            for intent, lines in sentences.items()
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nlu.yml").write_text(yaml.safe_dump(data, allow_unicode=True, width=10_000), encoding="utf-8")
    for name in ("rules.yml", "regexes.yml"):
        shutil.copyfile(project / name, folder / name)
    return sum(map(len, sentences.values()))


async def train(python: Path, project: Path, on_progress: Progress, *, deadline: float = DEADLINE) -> Path:
    """Train the model of ``project`` with Rasa and put it in place, in one step.

    Args:
        python: the interpreter of Rasa's environment.
        project: the Rasa project, ``nlu/assistant``.
        on_progress: is given a short line for each step.
        deadline: seconds after which the training is given up.

    Returns:
        The path of the model.

    Raises:
        NluSetupError: Rasa's environment is not there.
        TrainingError: the grammar is malformed, or Rasa failed or took too long.
    """
    if not await asyncio.to_thread(python.is_file):
        raise NluSetupError(f"Rasa's environment is missing ({python}); run `make run` to install it.")
    before = fingerprint(project)
    models = project / "models"
    models.mkdir(parents=True, exist_ok=True)
    # Beside the models, not in the system's temporary folder: only within one file system is a rename atomic.
    with tempfile.TemporaryDirectory(prefix=".training-", dir=models) as name:
        build = Path(name)
        count = await asyncio.to_thread(write_training_data, project, build / "data")
        on_progress(f"training on {count} sentences")
        await _run_rasa(python, project, build, on_progress, deadline)
        made = build / f"{MODEL}.tar.gz"
        if not made.is_file():
            raise TrainingError("Rasa ended without writing a model; run `launcher.py doctor`.")
        # The fingerprint goes first and comes last: with none beside it, a model counts as stale.
        _fingerprint_path(project).unlink(missing_ok=True)
        made.replace(model_path(project))
        mark = build / "fingerprint"
        mark.write_text(before + "\n", encoding="ascii")
        mark.replace(_fingerprint_path(project))
    return model_path(project)


async def _run_rasa(python: Path, project: Path, build: Path, on_progress: Progress, deadline: float) -> None:
    command = [
        str(python),
        "child.py",
        "train",
        "--config",
        "config.yml",
        "--domain",
        "domain.yml",
        "--data",
        str(build / "data"),
        "--out",
        str(build),
        "--fixed-model-name",
        MODEL,
    ]
    environment = {
        "PATH": os.defpath,
        "HOME": str(build),
        "PARLEY_PARENT": str(os.getpid()),
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_MAX_CACHE_SIZE": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "LOG_LEVEL": "INFO",
        "LANG": "C.UTF-8",
    }
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=project,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    last: list[str] = []
    try:
        async with asyncio.timeout(deadline):
            async for line in _lines(process):
                last = [*last[-14:], line]
                for mark, step in _STEPS.items():
                    if mark in line:
                        on_progress(step)
            status = await process.wait()
    except TimeoutError:
        raise TrainingError(f"The training took more than {deadline:.0f} seconds and was given up.") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if status != 0:
        raise TrainingError("Rasa could not train the model; it said last: " + " / ".join(last[-3:]))


async def _lines(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    """Yield the lines of output. A progress bar, which goes back to the start of its line, counts as one."""
    assert process.stdout is not None
    rest = b""
    while block := await process.stdout.read(65536):
        *whole, rest = (rest + block).replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            if line.strip():
                yield line.decode("utf-8", "replace").strip()
    if rest.strip():
        yield rest.decode("utf-8", "replace").strip()


@contextlib.contextmanager
def training_lock(project: Path) -> Iterator[None]:
    """Hold the right to train ``project``, waiting for another process that has it."""
    models = project / "models"
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def train_if_stale(python: Path, project: Path, on_progress: Progress, *, force: bool = False) -> bool:
    """Train the model unless it is up to date, one process at a time; tell whether that was needed.

    Raises:
        NluSetupError: Rasa's environment is not there.
        TrainingError: the model could not be trained.
    """
    with training_lock(project):
        if not force and not is_stale(project):
            return False
        asyncio.run(train(python, project, on_progress))
        return True


def main(arguments: list[str] | None = None) -> int:
    """Train the model if it is stale, as a command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nlu.training", description=main.__doc__)
    parser.add_argument("--force", action="store_true", help="train even if the model is up to date")
    options = parser.parse_args(arguments)
    start = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"nlu: [{time.monotonic() - start:3.0f} s] {line}\n")
        sys.stdout.flush()

    try:
        trained = train_if_stale(PYTHON, PROJECT, say, force=options.force)
    except NluError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if trained:
        say(f"the model is trained ({model_path(PROJECT).stat().st_size / 1e6:.0f} MB)")
    else:
        say("the model is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
