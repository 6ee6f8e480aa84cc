"""The command line of Parley: it finds the command, runs it, and turns errors into sentences."""

import argparse
import importlib
import logging
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from launching import commands
from launching.errors import LaunchError, NotRunningError

LATER: Final = {
    "export": "Exporting everything to one file comes with a later version of Parley.",
    "import": "Importing from a file comes with a later version of Parley.",
}
"""Commands whose names are settled and which do nothing yet."""

FAILED: Final = 1
NOT_RUNNING: Final = 3
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line after the program's name; None: the process's own.

    Returns:
        The exit status: 0 when all went well; 3 when no assistant runs that is needed.
    """
    given = sys.argv[1:] if arguments is None else arguments
    found = {name: importlib.import_module(name) for name in _needed(given)}
    parser = _parser(found)
    chosen, unknown = parser.parse_known_args(given)
    if chosen.command in LATER:
        print(LATER[chosen.command], file=sys.stderr)
        return FAILED
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        return int(found[f"{commands.__name__}.{chosen.command}"].run(chosen))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; that is no error of ours, but the interpreter would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except NotRunningError as error:
        print(error, file=sys.stderr)
        return NOT_RUNNING
    except Exception as error:
        logging.getLogger(__name__).debug("the command failed", exc_info=True)
        print(_sentence(error), file=sys.stderr)
        return FAILED


def _modules() -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."))


def _needed(arguments: Sequence[str]) -> list[str]:
    """Return the module of the command that is named, so that it starts fast, or of all where none is."""
    names = [info.name for info in _modules()]
    named = f"{commands.__name__}.{arguments[0]}" if arguments else ""
    return [named] if named in names else names


def _parser(found: dict[str, ModuleType]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launcher.py", description="Parley, a personal assistant made of agents.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in found.items():
        subparser = subparsers.add_parser(
            name.rpartition(".")[2], help=module.HELP, description=(module.__doc__ or "").partition(": ")[2]
        )
        module.add_arguments(subparser)
    for name in LATER:
        subparsers.add_parser(name, help="comes with a later version").add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _sentence(error: Exception) -> str:
    from behaviours.outcomes import ConversationFailed
    from xmpp.errors import WireError

    known = isinstance(error, LaunchError | WireError | ConversationFailed) or type(error).__module__.partition(".")[
        0
    ] in {"nlu", "planning", "scheduling", "knowledge", "vision", "actuation"}
    if known and str(error):
        return str(error)
    return (
        f"Something unexpected went wrong ({type(error).__name__}: {str(error)[:200]}). "
        "The log in the data folder may say more."
    )


if __name__ == "__main__":
    sys.exit(main())
