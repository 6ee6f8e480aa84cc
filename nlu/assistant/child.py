"""Runs Rasa's command line as a child that ends with its parent: ``python child.py train --config ...``.

The environment variable PARLEY_PARENT holds the process id of the parent.
"""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Make sure that this process ends when its parent does, also when that is killed with SIGKILL."""
    parent = int(os.environ.pop("PARLEY_PARENT"))
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


def run_rasa(*arguments: str) -> None:
    """Run Rasa's command line in this process, which shows the arguments to nobody."""
    sys.path.insert(0, os.getcwd())
    sys.argv = ["rasa", *arguments]

    from rasa.__main__ import main  # late: it takes seconds

    main()


if __name__ == "__main__":
    die_with_parent()
    run_rasa(*sys.argv[1:])
