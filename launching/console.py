"""What commands share: common arguments, progress on stderr, and JSON lines on stdout."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add ``--data``."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the usual place)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def progress(text: str) -> None:
    """Show what is being done."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print one JSON object as one line."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def texts(arguments: list[str]) -> Iterable[str]:
    """Return the text of the arguments, or the lines of stdin where there are none."""
    if arguments:
        return [" ".join(arguments)]
    return (line.rstrip("\n") for line in sys.stdin if line.strip())
