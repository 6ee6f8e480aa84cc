"""How long starting takes, what is resident in memory then, and how long one ``say`` takes."""

import asyncio
import statistics
import sys
import time
from typing import Final

from bench import started
from bench.measures import Measure
from tests.e2e.assistant import Assistant

STARTS: Final = 3
SAYS: Final = 5

READY_S: Final = 10.0
RASA_S: Final = 30.0


async def measure(*, rasa: bool) -> list[Measure]:
    """Measure starts: the first on an empty data folder, and then as it is every day."""
    with started.folders() as (home, data), started.assistant(home, data, rasa=rasa) as assistant:
        first = await asyncio.to_thread(started.start, assistant)
        ready, taken_over = [], []
        for number in range(STARTS):
            print(f"    start {number + 1} of {STARTS} ...", file=sys.stderr)
            assistant.stop()
            began = time.monotonic()
            ready.append(await asyncio.to_thread(started.start, assistant))
            if rasa:
                await started.await_rasa(assistant)
                taken_over.append(time.monotonic() - began)
        says = [await _say(assistant) for _ in range(SAYS)]
        memory = started.rss(assistant)
        stopped = assistant.stop()
    whole = sum(memory.values())
    return [
        Measure("up to ready, first start on an empty folder", first, "s"),
        Measure(f"up to ready, already set up: median of {STARTS}", statistics.median(ready), "s", target=READY_S),
        *([Measure("up to Rasa: median", statistics.median(taken_over), "s", target=RASA_S)] if rasa else []),
        *(Measure(f"memory: {name}", size, "MB") for name, size in sorted(memory.items(), key=lambda item: -item[1])),
        Measure(f"memory: all processes, {'with' if rasa else 'without'} Rasa", whole, "MB"),
        Measure(f"say, from the command line: median of {SAYS}", statistics.median(says), "s"),
        Measure("stop by SIGTERM", stopped, "s", target=10.0),
    ]


async def _say(assistant: Assistant) -> float:
    began = time.monotonic()
    status, _, err = await assistant.command("say", "what is 2+2")
    if status != 0:
        raise RuntimeError(f"say failed: {err}")
    return time.monotonic() - began
