"""``train``: train the NLU model, where its sources have changed."""

import argparse
import subprocess
import sys

HELP = "train the NLU model where its sources have changed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit status is that of the training."""
    del arguments
    return subprocess.run([sys.executable, "-m", "nlu.training"], check=False).returncode
