"""Programs from outside Python: which are missing, and how apt is asked for them.

apt-get, dpkg and the service tools are scripts here that write down how they were called: a test must not
change the machine it runs on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

import system_packages
from system_packages import SYSTEM_PACKAGES, SetupError, SystemPackage, missing
from tests.setup.conftest import hear_ctrl_c


@dataclass(frozen=True)
class Machine:
    """A machine of its own: PATH, apt's lists, policy and the set-up's files, all in a folder."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def policy(self) -> Path:
        return self.folder / "policy-rc.d"

    @property
    def pending(self) -> Path:
        return self.folder / "tools" / "pending"

    @property
    def calls(self) -> list[str]:
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def program(self, name: str, script: str = "") -> None:
        path = self.bin / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >> {self.folder}/calls\n{script}\n')
        path.chmod(0o755)

    def fetch_lists(self) -> None:
        (self.folder / "lists" / "debian_main_binary_Packages").touch()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A Debian machine with apt and root, and nothing installed."""
    made = Machine(tmp_path)
    for folder in ("bin", "lists", "tools"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "platform", "linux")
    for name, value in {
        "TOOLS": tmp_path / "tools",
        "LOG": tmp_path / "tools" / "setup.log",
        "PENDING": made.pending,
        "POLICY": made.policy,
        "APT_LISTS": tmp_path / "lists",
        "SYSTEMD": tmp_path / "no-systemd",
        "library_folders": lambda: [tmp_path / "lib"],
    }.items():
        monkeypatch.setattr(system_packages, name, value)
    # What it is asked to install appears on PATH under the names that are looked for.
    probes = "".join(f"[{package.apt}]={package.probe} " for package in SYSTEM_PACKAGES)
    made.program(
        "apt-get",
        f"""cat {made.policy} >> {tmp_path}/policy-seen 2>/dev/null
        declare -A probe=({probes})
        if [ "$1" = update ]; then : > {tmp_path}/lists/debian_main_binary_Packages; exit 0; fi
        for name in "${{@:6}}"; do
          [ -e {tmp_path}/unknown-$name ] && {{ echo "E: Unable to locate package $name"; exit 100; }}
        done
        mkdir -p {tmp_path}/lib
        for name in "${{@:6}}"; do
          case "${{probe[$name]}}" in *.so.*) : > {tmp_path}/lib/${{probe[$name]}};; /*) ;;
          *) printf '#!/bin/sh\\n' > {made.bin}/${{probe[$name]}}; chmod +x {made.bin}/${{probe[$name]}};; esac
        done""",
    )
    for tool in ("dpkg", "update-rc.d", "deb-systemd-helper", "systemctl"):
        made.program(tool)
    for tool in ("cat", "mkdir", "chmod"):
        (made.bin / tool).symlink_to(f"/bin/{tool}")
    return made


def test_the_table_is_consistent() -> None:
    names = [package.apt for package in SYSTEM_PACKAGES]
    assert len(set(names)) == len(names)
    for package in SYSTEM_PACKAGES:
        assert package.needed
        assert package.needed <= {"run", "test", "image"}
        assert package.serves
        # What a run needs, its tests need.
        assert "run" not in package.needed or "test" in package.needed


@pytest.mark.parametrize(
    ("platform", "purpose", "expected", "unexpected"),
    [
        ("linux", "run", {"prosody", "tesseract-ocr", "bubblewrap"}, {"xvfb", "chromium"}),
        ("linux", "test", {"prosody", "bubblewrap", "xvfb", "chromium", "openbox", "xdotool"}, set()),
        ("linux", "image", {"prosody", "tesseract-ocr", "bubblewrap"}, {"libxcb-shm0", "xvfb"}),
        ("darwin", "run", {"prosody", "tesseract-ocr"}, {"bubblewrap"}),
    ],
)
def test_what_is_missing_depends_on_the_purpose_and_the_system(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    purpose: str,
    expected: set[str],
    unexpected: set[str],
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    names = {package.apt for package in missing(purpose)}
    assert expected <= names
    assert not unexpected & names


def test_a_program_a_library_and_a_file_are_found(machine: Machine) -> None:
    (machine.folder / "lib").mkdir()
    (machine.folder / "lib" / "libhere.so.1").touch()
    machine.program("here")
    found = [str(machine.bin / "here"), "here", "libhere.so.1"]
    absent = [str(machine.bin / "gone"), "gone", "libgone.so.1"]
    assert all(SystemPackage(probe, "x", None, "x", frozenset()).present() for probe in found)
    assert not any(SystemPackage(probe, "x", None, "x", frozenset()).present() for probe in absent)


def test_apt_installs_all_at_once_with_services_kept_down(machine: Machine) -> None:
    system_packages.ensure_system_packages("run")
    assert missing("run") == []
    update, install, *switched_off = machine.calls
    assert update == "apt-get update"
    assert install.startswith("apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 prosody ")
    assert "exit 101" in (machine.folder / "policy-seen").read_text()
    assert not machine.policy.exists()
    assert switched_off == ["update-rc.d prosody disable", "deb-systemd-helper disable prosody.service"]
    assert not machine.pending.exists()

    system_packages.ensure_system_packages("run")
    assert len(machine.calls) == 4


def test_lists_that_are_there_are_not_fetched_again(machine: Machine) -> None:
    machine.fetch_lists()
    system_packages.ensure_system_packages("run")
    assert "apt-get update" not in machine.calls


def test_where_systemd_runs_the_service_is_stopped_too(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "SYSTEMD", machine.folder)
    system_packages.ensure_system_packages("run")
    assert "systemctl disable --now prosody.service" in machine.calls


def test_a_prosody_that_is_there_is_left_alone(machine: Machine) -> None:
    machine.program("prosody")
    system_packages.ensure_system_packages("run")
    assert not [call for call in machine.calls if "disable" in call]


def test_a_package_that_cannot_be_had_does_not_cost_the_others(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.fetch_lists()
    (machine.folder / "unknown-bubblewrap").touch()
    system_packages.ensure_system_packages("run")
    assert [package.apt for package in missing("run")] == ["bubblewrap"]
    assert machine.calls.count("apt-get update") == 1
    said = capsys.readouterr().out
    assert "Unable to locate package bubblewrap" in said
    assert "bubblewrap: the sandbox that runs code" in said
    assert "sudo apt-get install bubblewrap" in said


def test_an_interrupted_installation_is_finished_first(machine: Machine) -> None:
    machine.fetch_lists()
    machine.program("prosody")  # unpacked, not configured
    machine.pending.write_text("prosody")
    machine.policy.write_text(f"#!/bin/sh\n{system_packages.POLICY_MARK}\nexit 101\n")
    system_packages.ensure_system_packages("run")
    assert machine.calls[0] == "dpkg --configure -a"
    assert "update-rc.d prosody disable" in machine.calls
    assert not machine.policy.exists()
    assert not machine.pending.exists()


def test_a_policy_of_the_owner_is_left(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 104\n")
    system_packages.ensure_system_packages("run")
    assert machine.policy.read_text() == "#!/bin/sh\nexit 104\n"


def test_the_policy_goes_when_the_installation_breaks_off(machine: Machine) -> None:
    def break_off() -> None:
        with system_packages.services_kept_down():
            assert os.access(machine.policy, os.X_OK)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert not machine.policy.exists()


def test_lists_locked_by_another_apt_are_waited_for(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "LISTS_LOCK_PAUSE_S", 0.01)
    free = machine.folder / "free"
    machine.program(
        "apt-get", f"[ -e {free} ] || {{ : > {free}; echo 'E: Could not get lock /x/lists/lock'; exit 100; }}"
    )
    system_packages.update_apt_lists()
    assert machine.calls == ["apt-get update"] * 2


def test_without_root_the_missing_are_named_and_nothing_is_tried(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    system_packages.ensure_system_packages("run")
    assert machine.calls == []
    said = capsys.readouterr().out
    assert "prosody: the XMPP server for people and agents" in said
    assert "sudo apt-get install prosody tesseract-ocr bubblewrap" in said


def test_homebrew_gets_its_own_names(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 501)
    monkeypatch.setattr(sys, "platform", "darwin")
    machine.program("brew")
    system_packages.ensure_system_packages("run")
    assert machine.calls == ["brew install prosody tesseract"]


def test_a_failed_step_shows_the_end_of_what_it_said(machine: Machine) -> None:
    with pytest.raises(
        SetupError, match=r"(?s)Counting failed \(exit status 3; .*setup.log\):\n    line 3\n.*line 10$"
    ):
        system_packages.step(
            "Counting", ["/bin/sh", "-c", "for n in 1 2 3 4 5 6 7 8 9 10; do echo line $n; done; exit 3"]
        )


def test_a_slow_step_shows_that_it_lives(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "STEP_TICK_S", 0.2)
    system_packages.step("Waiting", ["/bin/sleep", "1.2"])
    assert "  Waiting: 1 s so far" in capsys.readouterr().out


def test_a_step_that_is_stopped_ends_its_child(tmp_path: Path) -> None:
    script = f"""
import pathlib, system_packages as s
s.STEP_TICK_S, s.TOOLS, s.LOG = 0, pathlib.Path({str(tmp_path)!r}), pathlib.Path({str(tmp_path / "log")!r})
s.step('Waiting', ['/bin/sleep', '61.25'])"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=system_packages.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=hear_ctrl_c,
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)][1].endswith("so far\n")
        (child,) = psutil.Process(process.pid).children()
        assert child.name() == "sleep"
        process.send_signal(2)
        process.communicate(timeout=10)
    child.wait(timeout=30)  # it may be another's to bury, and take a moment
