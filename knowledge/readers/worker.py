"""The process that reads files, one after the other: `python -m knowledge.readers.worker`.

What parses strangers' files runs here, with a limit on memory and an alarm that ends the process when a file
takes too long: a hostile or broken file costs one process, never the assistant. It ends with its input.
"""

import logging
import os
import resource
import signal
import sys
from typing import BinaryIO

from knowledge.errors import DocumentError, DocumentTooLargeError, DocumentUnreadableError
from knowledge.readers.reading import read_here
from knowledge.readers.wire import LENGTH_BYTES, Failure, Request, Success, frame
from knowledge.settings import ReadingLimits


def answer(request: Request) -> Success | Failure:
    """Read the file asked for; every outcome is an answer."""
    try:
        return Success(document=read_here(request.path, limits=request.limits))
    except DocumentError as error:
        return Failure.of(error)
    except MemoryError:
        return Failure.of(
            DocumentTooLargeError(
                f"{request.path.name} needs more memory than allowed to be read; split it.", path=request.path
            )
        )
    except Exception as error:
        return Failure.of(
            DocumentUnreadableError(
                f"{request.path.name} cannot be read ({type(error).__name__}), it may be damaged; "
                "open it and save it anew.",
                path=request.path,
            )
        )


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until `source` ends."""
    while header := source.read(LENGTH_BYTES):
        request = Request.model_validate_json(source.read(int.from_bytes(header, "big")))
        _limit_memory(request.limits)
        # The parent gives up at the deadline; the alarm also ends an orphan whose parent was killed.
        signal.setitimer(signal.ITIMER_REAL, request.limits.deadline_s + 1)
        reply = frame(answer(request))
        signal.setitimer(signal.ITIMER_REAL, 0)
        sink.write(reply)
        sink.flush()


def _limit_memory(limits: ReadingLimits) -> None:
    wanted = limits.max_memory_mb * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def main() -> None:
    """Serve on standard input and output; whatever a parser prints goes to standard error."""
    logging.disable(logging.CRITICAL)
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)
        os.nice(5)
        serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
