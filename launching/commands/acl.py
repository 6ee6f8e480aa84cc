"""``acl``: ACL messages from stdin in one form to stdout in another."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from launching.errors import LaunchError

if TYPE_CHECKING:
    from launching.acl_forms import Form

HELP = "translate ACL messages from one form to another"
_NAMES = ("string", "bitefficient", "stanza", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    forms = ", ".join(_NAMES)
    parser.add_argument("--from", dest="source", metavar="FORM", help=f"the form on stdin: {forms}")
    parser.add_argument("--to", dest="target", metavar="FORM", help="the form on stdout, one of the same")
    parser.add_argument("--json", dest="target", action="store_const", const="json", help="the same as --to json")


def run(arguments: argparse.Namespace) -> int:
    """Write the messages of stdin to stdout; 1 if one of them could not be read or written."""
    source, target = _form("--from", arguments.source), _form("--to", arguments.target)
    from ontology.acl import InvalidMessage
    from ontology.encodings.errors import MalformedMessage

    status = 0
    for read in source.read(sys.stdin.buffer):
        try:
            if isinstance(read, MalformedMessage):
                raise read
            written = target.write(read)
        except MalformedMessage as error:
            status, written = 1, _error(str(error), error.position)
        except InvalidMessage as error:
            status, written = 1, _error(f"the form {arguments.target} cannot carry the message: {error}", 0)
        sys.stdout.buffer.write(written + target.separator)
        sys.stdout.buffer.flush()
    return status


def _form(option: str, name: str | None) -> "Form":
    if name not in _NAMES:
        said = f"{name} is no form of ACL messages" if name else f"{option} is missing"
        raise LaunchError(f"{said}: write {option} and one of {', '.join(_NAMES)}.")
    from launching.acl_forms import FORMS  # late: every command's module is loaded for every command

    return FORMS[name]()


def _error(said: str, position: int) -> bytes:
    return json.dumps({"error": said, "position": position}).encode()
