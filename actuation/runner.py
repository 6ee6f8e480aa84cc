"""Runs inside the sandbox: limits itself, reads a program from its input, and runs it as a prompt would.

It is started as a file of its own by `actuation.sandbox`, with the standard library alone and this project out
of reach, so it imports nothing of ours. Its arguments are the limits, in the order that `main` reads them.
"""

import os
import resource
import sys
from types import CodeType, ModuleType, TracebackType

NAME = "<code>"
EXIT_OUT_OF_MEMORY = 87
_ONLY_TREE = 0x400  # ast.PyCF_ONLY_AST, without the time that importing ast takes


def hold(cpu_seconds: int, memory: int, file_size: int, open_files: int, processes: int) -> None:
    """Set hard limits on this process, which it can never raise again."""
    for limit, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_FSIZE, file_size, file_size),
        (resource.RLIMIT_NOFILE, open_files, open_files),
        (resource.RLIMIT_NPROC, processes, processes),
    ):
        resource.setrlimit(limit, (soft, hard))


def split(source: str) -> tuple[CodeType, CodeType | None]:
    """Compile a program; its last statement apart when that is an expression, whose value is to be shown."""
    import _ast

    tree = compile(source, NAME, "exec", _ONLY_TREE)
    if not tree.body or not isinstance(tree.body[-1], _ast.Expr):
        return compile(tree, NAME, "exec"), None
    last = _ast.Expression(tree.body.pop().value)
    return compile(tree, NAME, "exec"), compile(last, NAME, "eval")


def run(source: str) -> None:
    """Run a program in a fresh main module, and show the value of its last expression unless it is None."""
    body, last = split(source)
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    exec(body, module.__dict__)  # noqa: S102 - what this file is for, within the sandbox
    if last is not None:
        value = eval(last, module.__dict__)  # noqa: S307 - likewise
        if value is not None:
            print(repr(value))  # noqa: T201 - the program's own output


def report(source: str, error: BaseException, traceback: TracebackType | None) -> None:
    """Print an error as Python does, with the frames of the program alone."""
    import linecache
    import traceback as tracebacks

    while traceback is not None and traceback.tb_frame.f_code.co_filename != NAME:
        traceback = traceback.tb_next
    linecache.cache[NAME] = (len(source), None, source.splitlines(keepends=True), NAME)
    tracebacks.print_exception(type(error), error, traceback)


def main(arguments: list[str]) -> None:
    """Hold this process by the limits given, then run the program on standard input."""
    hold(*(int(argument) for argument in arguments))
    source = sys.stdin.buffer.read().decode()
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - stays open; pathlib costs 10 ms
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    sys.argv[:] = [""]
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)  # the limit on processor time holds instead
    try:
        run(source)
    except MemoryError:
        os.write(2, b"MemoryError\n")
        sys.stdout.flush()
        os._exit(EXIT_OUT_OF_MEMORY)
    except Exception as error:
        report(source, error, error.__traceback__)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
