"""Telling whether the process that holds a claim is still alive.

A claim that a crash left over would otherwise wait for its lease to run out. Where the holder ran on this
machine and is gone, its claims can be taken at once. In doubt a holder counts as alive: then the lease
decides.
"""

import os
import socket
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> str:
    """Return a name of this process that no other process, here or elsewhere, has at any time."""
    return f"{_place()}|{os.getpid()}|{_started(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Tell whether ``holder`` (from :func:`this_process`) ran on this machine and has ended."""
    place, _, rest = holder.rpartition("|")[0].rpartition("|")
    started = holder.rpartition("|")[2]
    if place != _place() or not rest.isdigit():
        return False
    now = _started(int(rest))
    return now is None or now != started


def _place() -> str:
    """Return what must be equal for process numbers to mean the same: host, boot and pid namespace."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{boot}/{space}"


def _started(pid: int) -> str | None:
    """Return when a process began, in a form that stays the same while it runs; None when there is none."""
    try:
        # Ticks since boot, unlike a time of day, do not move when the clock is set. The name of the
        # program, in parentheses before, may hold anything.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        if (_PROC / "self/stat").exists():
            return None
    else:
        return None if fields[0] in {"Z", "X"} else fields[19]
    import psutil

    try:
        return str(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None
