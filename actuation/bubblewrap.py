"""The bubblewrap command that holds a piece of code: what of this machine it shows, and what it keeps out.

See bwrap(1). Inside there are `/python` (this interpreter and its standard library, read-only), the system's
libraries (read-only), four harmless devices, and `/work`, a folder in memory of limited size. The root itself
is read-only, and there is no /proc, no /etc, no home.
"""

import sys
import sysconfig
from functools import cache
from pathlib import Path

from actuation import runner
from actuation.settings import CodeLimits

_NOBODY = "65534"
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_PYTHON = "/python"
_RUNNER = "/runner.py"
_WORK = "/work"


def isolations(*, as_root: bool) -> tuple[tuple[str, ...], ...]:
    """Give the ways to isolate, the best first: by a user namespace, or, as root, by dropping all power."""
    by_user = ("--unshare-user", "--unshare-all", "--disable-userns", "--uid", _NOBODY, "--gid", _NOBODY)
    rest = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    return (by_user, (*rest, "--cap-drop", "ALL")) if as_root else (by_user,)


def arguments(limits: CodeLimits, *, isolation: tuple[str, ...], seccomp_fd: int) -> tuple[str, ...]:
    """Give bubblewrap's arguments, with the Python that runs a program from standard input.

    Args:
        limits: what the program may use; the clock and the output are watched from outside.
        isolation: one of `isolations`.
        seccomp_fd: an inherited file descriptor from which the filter of system calls is read.
    """
    held = (limits.cpu_seconds, limits.memory_bytes, limits.file_bytes, limits.open_files, limits.processes)
    return (
        *isolation,
        *("--new-session", "--die-with-parent", "--hostname", "sandbox"),
        *_shown(),
        *("--size", str(limits.folder_bytes), "--tmpfs", _WORK, "--remount-ro", "/", "--chdir", _WORK),
        *("--clearenv", "--setenv", "HOME", _WORK, "--setenv", "LANG", "C.UTF-8"),
        *("--setenv", "LD_LIBRARY_PATH", f"{_PYTHON}/lib"),
        *("--seccomp", str(seccomp_fd)),
        *(f"{_PYTHON}/bin/python3", "-I", "-S", "-B", "-X", "utf8", _RUNNER),
        *(str(limit) for limit in held),
    )


@cache
def _shown() -> tuple[str, ...]:
    """Give the arguments that show the interpreter, the libraries and the devices."""
    shown: list[str] = []
    for library in map(Path, _LIBRARIES):
        if library.is_symlink():
            shown += ["--symlink", str(library.readlink()), str(library)]
        elif library.is_dir():
            shown += ["--ro-bind", str(library), str(library)]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    standard_library = sysconfig.get_path("stdlib", vars={"base": sys.base_prefix, "installed_base": sys.base_prefix})
    inside = f"{_PYTHON}/lib/{version}"
    shown += ["--ro-bind", str(Path(sys.executable).resolve()), f"{_PYTHON}/bin/python3"]
    shown += ["--ro-bind", standard_library, inside]
    for hidden in ("site-packages", "dist-packages"):
        if (Path(standard_library) / hidden).is_dir():
            shown += ["--tmpfs", f"{inside}/{hidden}", "--remount-ro", f"{inside}/{hidden}"]
    shared_name = sysconfig.get_config_var("INSTSONAME") or ""
    for folder in (sysconfig.get_config_var("LIBDIR") or "", f"{sys.base_prefix}/lib"):
        shared = Path(folder) / shared_name
        if ".so" in shared_name and shared.is_file():
            shown += ["--ro-bind", str(shared.resolve()), f"{_PYTHON}/lib/{shared_name}"]
            break
    for device in _DEVICES:
        shown += ["--dev-bind", device, device]
    return (*shown, "--ro-bind", str(Path(runner.__file__).resolve()), _RUNNER)
