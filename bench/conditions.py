"""Under which conditions something was measured: without them, a figure says little."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from typing import Any


def conditions() -> dict[str, Any]:
    """Return the processors, the load (of the last minute), and the versions that matter."""
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "spade": version("spade"),
        "slixmpp": version("slixmpp"),
        "prosody": _prosody(),
    }


def line(found: dict[str, Any]) -> str:
    """Return conditions as one line."""
    return ", ".join(f"{name} {value}" for name, value in found.items())


def _prosody() -> str:
    if shutil.which("prosodyctl") is None:
        return "none"
    said = subprocess.run(["prosodyctl", "about"], capture_output=True, text=True, timeout=30, check=False).stdout
    return next((words.split()[1] for words in said.splitlines() if re.match(r"Prosody \d", words)), "unknown")
