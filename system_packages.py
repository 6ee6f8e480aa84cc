"""Programs from outside Python: what Parley needs of them, which are missing, and how to install them.

The standard library alone is used, and Python 3.9 can run it: the set-up (``bootstrap.py``) starts here
before anything is installed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"
PENDING = TOOLS / "system-packages.pending"
POLICY = Path("/usr/sbin/policy-rc.d")
APT_LISTS = Path("/var/lib/apt/lists")
SYSTEMD = Path("/run/systemd/system")
POLICY_MARK = "# Put here by Parley's set-up while it installs; safe to delete."
UNATTENDED = {"DEBIAN_FRONTEND": "noninteractive"}
LISTS_LOCK_WAIT_S = 300.0
LISTS_LOCK_PAUSE_S = 5.0
STEP_TICK_S = 20.0


class SetupError(Exception):
    """A step of the set-up failed; the text says which and what to do."""


def library_folders() -> list[Path]:
    """List where this system keeps shared libraries, its own architecture's folder first (Debian multiarch)."""
    return [*Path("/usr/lib").glob(f"{os.uname().machine}-linux-*"), Path("/usr/lib64"), Path("/usr/lib")]


@dataclass(frozen=True)
class SystemPackage:
    """A program from outside Python.

    ``probe`` is a program looked for on PATH, a shared library (``libNAME.so.N``), or an absolute path.
    ``apt`` and ``brew`` are its package names; ``brew`` is None where macOS has no use for it. ``serves``
    says what is lost without it, and ``needed`` which purposes ask for it: run, test, image.
    """

    probe: str
    apt: str
    brew: str | None
    serves: str
    needed: frozenset[str]

    def name(self) -> str:
        """Return the package's name on this system."""
        return (self.brew if sys.platform == "darwin" else None) or self.apt

    def present(self) -> bool:
        """Tell whether the program is there."""
        if self.probe.startswith("/"):
            return Path(self.probe).exists()
        if ".so." in self.probe:
            return any((folder / self.probe).exists() for folder in library_folders())
        return shutil.which(self.probe) is not None


EVERYWHERE = frozenset({"run", "test", "image"})
ON_A_MACHINE = frozenset({"run", "test"})
TESTS = frozenset({"test"})
SYSTEM_PACKAGES: tuple[SystemPackage, ...] = (
    SystemPackage("prosody", "prosody", "prosody", "the XMPP server for people and agents", EVERYWHERE),
    SystemPackage("tesseract", "tesseract-ocr", "tesseract", "reading text on the screen", EVERYWHERE),
    SystemPackage("bwrap", "bubblewrap", None, "the sandbox that runs code", EVERYWHERE),
    *(
        SystemPackage(f"libxcb-{part}.so.0", f"libxcb-{part}0", None, "seeing the screen", ON_A_MACHINE)
        for part in ("randr", "render", "shm", "xfixes")
    ),
    SystemPackage("Xvfb", "xvfb", None, "the virtual screen of the tests", TESTS),
    SystemPackage("chromium", "chromium", None, "the pages that the tests look at", TESTS),
    SystemPackage("openbox", "openbox", None, "the windows of the tests", TESTS),
    SystemPackage("xdotool", "xdotool", None, "keys and pointer of the tests", TESTS),
    SystemPackage("profanity", "profanity", "profanity", "the XMPP client of the tests", TESTS),
    SystemPackage("tmux", "tmux", "tmux", "the terminal that the tests drive", TESTS),
    *(
        SystemPackage(f"/usr/share/fonts/truetype/{file}.ttf", package, None, "letters on the tests' screen", TESTS)
        for file, package in (
            ("dejavu/DejaVuSans", "fonts-dejavu-core"),
            ("liberation/LiberationSans-Regular", "fonts-liberation"),
        )
    ),
)


def missing(purpose: str) -> list[SystemPackage]:
    """List the system packages that ``purpose`` (run, test or image) asks for and that are not there."""
    return [
        package
        for package in SYSTEM_PACKAGES
        if purpose in package.needed
        and not (sys.platform == "darwin" and package.brew is None)
        and not package.present()
    ]


def say(text: str) -> None:
    """Print a line at once, so that it stands before what a child prints."""
    print(text, flush=True)


def step(title: str, command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run ``command`` with its output in the log, showing ``title`` and the seconds that it takes.

    Raises SetupError with the end of its output when it fails.
    """
    TOOLS.mkdir(exist_ok=True)
    live = sys.stdout.isatty()
    say(f"{title} ...")
    began = time.monotonic()
    told = began
    with LOG.open("ab+") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        start = log.tell()
        with subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as process:
            try:
                while process.poll() is None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(timeout=0.5)
                    now = time.monotonic()
                    if live and now - began > 2:
                        print(f"\r  {now - began:.0f} s", end="", flush=True)
                    elif not live and now - told > STEP_TICK_S:
                        told = now
                        say(f"  {title}: {now - began:.0f} s so far")
            except BaseException:
                process.terminate()
                raise
        if live and time.monotonic() - began > 2:
            print("\r          \r", end="", flush=True)
        if process.returncode:
            log.seek(start)
            tail = log.read().decode(errors="replace").strip().splitlines()[-8:]
            said = "\n".join(f"    {line}" for line in tail)
            raise SetupError(f"{title} failed (exit status {process.returncode}; all of it is in {LOG}):\n{said}")


@contextlib.contextmanager
def services_kept_down() -> Iterator[None]:
    """Keep packages from starting their services while they are installed.

    Debian asks policy-rc.d before it starts a service; 101 forbids it. One that is there already is left.
    """
    ours = not POLICY.exists() or POLICY_MARK in POLICY.read_text(errors="replace")
    if ours:
        POLICY.write_text(f"#!/bin/sh\n{POLICY_MARK}\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def switch_off_prosody_service() -> None:
    """Disable and stop the packaged Prosody service: Parley starts its own, with its own configuration."""
    commands = [["update-rc.d", "prosody", "disable"], ["deb-systemd-helper", "disable", "prosody.service"]]
    if SYSTEMD.is_dir():
        commands.append(["systemctl", "disable", "--now", "prosody.service"])
    else:
        commands.append(["/etc/init.d/prosody", "stop"])
    for command in commands:
        if shutil.which(command[0]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def update_apt_lists() -> None:
    """Fetch apt's lists; wait while another apt holds their lock, which apt itself does not."""
    deadline = time.monotonic() + LISTS_LOCK_WAIT_S
    while True:
        try:
            return step("Fetching the package lists", ["apt-get", "update"])
        except SetupError as error:
            if "lists/lock" not in str(error) or time.monotonic() > deadline:
                raise
            say("Another package manager is at work; waiting for it ...")
            time.sleep(LISTS_LOCK_PAUSE_S)


def apt_install(names: Sequence[str]) -> None:
    """Install packages by name, fetching the lists first where there are none or they are out of date.

    Where they cannot be had together, each is tried alone. Raises SetupError for the last that failed.
    """
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    title = f"Installing {', '.join(names)} with apt"
    stale = any(APT_LISTS.glob("*_Packages*"))
    if not stale:
        update_apt_lists()
    try:
        step(title, [*install, *names], env=UNATTENDED)
    except SetupError:
        if stale:
            update_apt_lists()
    else:
        return
    failed: SetupError | None = None
    for name in names:
        try:
            step(f"Installing {name} with apt", [*install, name], env=UNATTENDED)
        except SetupError as error:
            failed = error
    if failed:
        raise failed


def install_with_apt(packages: Sequence[SystemPackage]) -> None:
    """Install with apt, as root; what an interrupted run left half-configured is finished first."""
    interrupted = PENDING.exists()
    left = PENDING.read_text().split() if interrupted else []
    names = list(dict.fromkeys([*left, *(package.apt for package in packages)]))
    TOOLS.mkdir(exist_ok=True)
    PENDING.write_text("\n".join(names))
    try:
        with services_kept_down():
            if interrupted:
                step("Finishing an interrupted installation", ["dpkg", "--configure", "-a"], env=UNATTENDED)
            apt_install(names)
    finally:
        if "prosody" in names:
            switch_off_prosody_service()
    PENDING.unlink()


def ensure_system_packages(purpose: str) -> None:
    """Install the system packages that ``purpose`` lacks where that may be done; name them otherwise."""
    lacking = missing(purpose)
    if not lacking and not PENDING.exists():
        return
    root = os.geteuid() == 0
    try:
        if sys.platform == "darwin" and shutil.which("brew") and not root:
            names = [package.name() for package in lacking]
            step(f"Installing {', '.join(names)} with Homebrew", ["brew", "install", *names])
        elif sys.platform == "linux" and shutil.which("apt-get") and root:
            install_with_apt(lacking)
    except SetupError as error:
        say(str(error))
    lacking = missing(purpose)
    if lacking:
        say("These programs are missing:")
        for package in lacking:
            say(f"  {package.name()}: {package.serves}")
        manager = "brew install" if sys.platform == "darwin" else "sudo apt-get install"
        say(f"Going on without them; to install them: {manager} {' '.join(p.name() for p in lacking)}")
