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

import os

from child import die_with_parent, run_rasa


def main() -> None:
    """Run Rasa's server until a signal ends it."""
    die_with_parent()
    # Below this level Rasa logs what people write.
    os.environ["LOG_LEVEL"] = "WARNING"
    run_rasa(
        "run",
        "--enable-api",
        *("--interface", "127.0.0.1"),
        *("--port", os.environ.pop("PARLEY_RASA_PORT")),
        *("--model", os.environ.pop("PARLEY_RASA_MODEL")),
        *("--auth-token", os.environ.pop("PARLEY_RASA_TOKEN")),
        *("--credentials", "credentials.yml"),
        *("--endpoints", "endpoints.yml"),
    )


if __name__ == "__main__":
    main()
