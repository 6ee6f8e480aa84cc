"""Starts Rasa's server for the assistant: on loopback, with its secrets from the environment, dying with its parent.

Rasa takes its API token on the command line, where every user of the machine can read it; here it comes from the
environment. Run in this folder by the Python of nlu/.venv; the environment holds

==========================  ================================================================
PARLEY_RASA_PORT            port on 127.0.0.1
PARLEY_RASA_MODEL           path of the model
PARLEY_RASA_TOKEN           token of Rasa's API (``?token=``)
PARLEY_CHANNEL_TOKEN        bearer token of the channel
PARLEY_ACTION_URL           where actions are run
PARLEY_ACTION_TOKEN         bearer token sent there
PARLEY_PARENT               process id of the parent
==========================  ================================================================
"""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Make sure that this process ends when ``parent`` does, also when that is killed with SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:

        def watch() -> None:
            while os.getppid() == parent:
                time.sleep(1)
            os._exit(1)

        threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    if os.getppid() != parent:  # it died before this was in place
        os._exit(1)


def main() -> None:
    """Run Rasa's server until a signal ends it."""
    die_with_parent(int(os.environ.pop("PARLEY_PARENT")))
    sys.path.insert(0, os.getcwd())
    # Below this level Rasa logs what people write.
    os.environ["LOG_LEVEL"] = "WARNING"
    arguments = [
        "rasa", "run", "--enable-api", "--interface", "127.0.0.1",
        "--port", os.environ.pop("PARLEY_RASA_PORT"),
        "--model", os.environ.pop("PARLEY_RASA_MODEL"),
        "--auth-token", os.environ.pop("PARLEY_RASA_TOKEN"),
        "--credentials", "credentials.yml", "--endpoints", "endpoints.yml",
    ]  # fmt: skip
    sys.argv = arguments

    from rasa.__main__ import main as rasa_main  # late: it takes seconds

    rasa_main()


if __name__ == "__main__":
    main()
