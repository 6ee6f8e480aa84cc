"""Reaching Milvus: a local file that one process serves (Milvus Lite), or a server by URL; one client for both.

A local file is served by a child process of its own, started by `milvus_lite`, which ends when the lock
beside the file is let go. Three things need care, and are the reason for this file:

- The lock is a POSIX record lock: opening and closing the lock file anywhere in the process that holds it lets
  it go. So it is only probed while this process does not serve that file.
- After a `kill -9` the child lives on until it notices that the lock is free. If a new owner takes the lock
  first, the old child never notices; so children left over are ended before a file is opened.
- Ctrl-C in a terminal reaches the child too and would end it before the store is closed; it is started with
  that signal blocked.
"""

import fcntl
import logging
import os
import re
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import StoreBusyError, StoreError

if TYPE_CHECKING:
    import psutil
    from pymilvus import MilvusClient

_PROBE_INTERVAL_S = 0.05
# A server left over ends within a quarter of a second of its owner.
_CLAIM_TIMEOUT_S = 3.0
# What milvus_lite accepts; it fails late and noisily on other names.
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,36}")
_guard = threading.Lock()
_users: dict[Path, int] = {}
_owner_pid: list[int] = []


def is_local(uri: str) -> bool:
    """Whether `uri` names a file, and not a server."""
    return "://" not in uri


def connect(uri: str, *, token: str = "", timeout_s: float = 10.0) -> "MilvusClient":
    """Connect to Milvus, starting the process that serves a local file where none does. Blocking.

    Several clients in one process may share a file; each is given back with `disconnect`.

    Args:
        uri: A file path, or the URL of a server such as "http://127.0.0.1:19530".
        token: "user:password" or an API key, for a server.
        timeout_s: Seconds to wait for the file's last owner to end, and for the connection.

    Raises:
        StoreBusyError: Another running process has the file open.
        StoreError: The file or server cannot be reached.
    """
    # gRPC's core writes to stderr by itself, beside every logger; it reads this when it is first loaded.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    # Every failed call would be logged with its traceback, although each is raised and handled here.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    if not is_local(uri):
        try:
            return MilvusClient(uri, token=token, timeout=timeout_s)
        except (MilvusException, ValueError, OSError) as error:
            raise StoreError(
                f"The Milvus server at {_without_credentials(uri)} does not answer; start it, or correct "
                "knowledge.documents_uri."
            ) from error
    path = Path(uri).expanduser().resolve()
    if not _FILE_NAME.fullmatch(path.name):
        raise StoreError(
            f"A store cannot be opened under the name {path.name[:60]!r}; use up to 36 letters, digits, dots, dashes "
            "and underscores."
        )
    with _guard:
        _forget_after_fork()
        if path not in _users:
            _prepare(path, timeout_s=timeout_s)
        try:
            client = _start(path, timeout_s=timeout_s)
        except (MilvusException, ValueError, OSError, RuntimeError) as error:
            if path not in _users:
                _release(path)
            raise StoreError(
                f"The store {path} cannot be opened; if it is damaged, move it away and add the documents anew."
            ) from error
        _users[path] = _users.get(path, 0) + 1
    _protect(path)
    return client


def disconnect(client: "MilvusClient", uri: str) -> None:
    """Close a client; the last one of a local file ends the process that serves it. Blocking.

    Args:
        client: What `connect` gave.
        uri: What `connect` was given.
    """
    client.close()
    if not is_local(uri):
        return
    path = Path(uri).expanduser().resolve()
    with _guard:
        left = _users.get(path, 1) - 1
        if left > 0:
            _users[path] = left
            return
        _users.pop(path, None)
        _release(path)


def restart(client: "MilvusClient", uri: str, *, token: str, timeout_s: float) -> "MilvusClient":
    """Replace a client whose local server died by a new one; for a server it just connects anew. Blocking.

    Raises:
        StoreError: It cannot be brought back.
    """
    client.close()
    if is_local(uri):
        path = Path(uri).expanduser().resolve()
        with _guard:
            # `connect` counts this user again. Its server is let go even if it lives, when no one else has it:
            # opening the file as new probes the lock, which would let go of it.
            others = _users.pop(path, 1) - 1
            if others > 0:
                _users[path] = others
            if others <= 0 or not _alive(path):
                _release(path)
    return connect(uri, token=token, timeout_s=timeout_s)


def _forget_after_fork() -> None:
    if _owner_pid != [os.getpid()]:
        _owner_pid[:] = [os.getpid()]
        _users.clear()


def _start(path: Path, *, timeout_s: float) -> "MilvusClient":
    from pymilvus import MilvusClient

    # A child starts with the signal mask of the thread that forks it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        return MilvusClient(str(path), timeout=timeout_s)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _release(path: Path) -> None:
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_server(str(path))


def _prepare(path: Path, *, timeout_s: float) -> None:
    """Make the folder, wait for the last owner to be gone, and end what it left running."""
    lock = path.parent / f".{path.name}.lock"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _claim(path, lock, deadline=time.monotonic() + min(timeout_s, _CLAIM_TIMEOUT_S))
    except OSError as error:
        raise StoreError(
            f"The store {path} cannot be written ({error.strerror}); check the folder and the disk."
        ) from error
    for process in _servers_of(path):
        process.kill()
        process.wait(timeout=timeout_s)


def _claim(path: Path, lock: Path, *, deadline: float) -> None:
    """Wait until no process holds the lock.

    A server left over takes the lock itself for the moment between noticing and ending.
    """
    with lock.open("a") as file:
        lock.chmod(0o600)
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                return
            if time.monotonic() > deadline:
                raise StoreBusyError(f"Another running program has {path.name} open; stop it first, or ask through it.")
            time.sleep(_PROBE_INTERVAL_S)


def _servers_of(path: Path) -> "list[psutil.Process]":
    """Find the processes that serve that file."""
    import psutil

    found: list[psutil.Process] = []
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or []
        if process.info["name"] == "milvus" and len(command) > 1 and command[1] == str(path):
            found.append(process)
    return found


def _alive(path: Path) -> bool:
    import psutil

    return any(process.status() != psutil.STATUS_ZOMBIE for process in _servers_of(path))


def _protect(path: Path) -> None:
    """Keep the file to its owner: it holds what the person's documents say."""
    if path.is_file():
        path.chmod(0o600)


def _without_credentials(uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
