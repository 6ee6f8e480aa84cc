"""Run the benchmarks: ``python -m bench [--only NAME ...] [--save] [--no-nlu]``."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from bench import agents_start, directory, measures, negotiation, start, started, turns
from bench.measures import Measure


def main() -> int:
    """Run the chosen benchmarks; 1 where a figure is worse than half as good as the baseline's."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="only this one; may be given again")
    parser.add_argument("--save", action="store_true", help="keep the figures as the baseline for later runs")
    parser.add_argument("--no-nlu", action="store_true", help="without Rasa")
    arguments = parser.parse_args()
    rasa = not arguments.no_nlu and started.rasa_is_installed()
    if not rasa and not arguments.no_nlu:
        print("Rasa is not installed here (`make run` installs it); it is left out.", file=sys.stderr)
    benchmarks: dict[str, Callable[[], Awaitable[list[Measure]]]] = {
        "turns-rules": lambda: turns.measure(rasa=False),
        **({"turns-rasa": lambda: turns.measure(rasa=True)} if rasa else {}),
        f"start-{'rasa' if rasa else 'rules'}": lambda: start.measure(rasa=rasa),
        "negotiation": negotiation.measure,
        "agents-start": agents_start.measure,
        "directory": directory.measure,
    }
    chosen = {name: run for name, run in benchmarks.items() if not arguments.only or name in arguments.only}
    if not chosen:
        parser.error(f"there is no such benchmark; there are {', '.join(benchmarks)}")
    fallen = []
    for name, run in chosen.items():
        print(f"Measuring {name} ...", file=sys.stderr)
        began = time.monotonic()

        async def one(run: Callable[[], Awaitable[list[Measure]]] = run) -> list[Measure]:
            return await run()

        found = asyncio.run(one())
        fallen += measures.report(name, found, save=arguments.save)
        print(f"  took {time.monotonic() - began:.0f} s")
    for fall in fallen:
        print(f"FALLEN by more than half: {fall}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
