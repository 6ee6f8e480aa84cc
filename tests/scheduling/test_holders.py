import os
import subprocess
import sys

from scheduling.holders import is_dead, this_process


def test_this_process_lives() -> None:
    assert not is_dead(this_process())


def test_a_process_that_ended_is_dead() -> None:
    script = "from scheduling.holders import this_process; print(this_process())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert is_dead(done.stdout.strip())


def test_a_number_that_was_given_again_is_another_process() -> None:
    place, pid, started = this_process().rsplit("|", 2)
    assert pid == str(os.getpid())
    assert is_dead(f"{place}|{pid}|{int(started) + 1}")


def test_in_doubt_it_lives() -> None:
    _, pid, started = this_process().rsplit("|", 2)
    assert not is_dead(f"another-host|{pid}|{started}")
    assert not is_dead("nonsense")
    assert not is_dead("")
