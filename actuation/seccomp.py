"""The system calls that sandboxed code may not make, as a filter that bubblewrap loads.

Namespaces and limits leave gaps: a limit on processes does not bind root, memory in a memfd or in System V
segments is not address space, and vsock reaches the host past a network namespace. This filter closes them:
code can start threads but no processes, and can open no socket but a local one.

The filter is a classic BPF program over `struct seccomp_data` (seccomp(2), linux/filter.h).
"""

import errno
import struct
from dataclasses import dataclass

_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_AT_LEAST = 0x35
_JUMP_IF_SET = 0x45
_RETURN = 0x06

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_OFFSET_CALL = 0
_OFFSET_ARCHITECTURE = 4
_OFFSET_FIRST_ARGUMENT = 16

_CLONE_THREAD = 0x00010000
_AF_UNIX = 1
_X32_CALLS = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    """The numbers of one processor architecture."""

    architecture: int
    clone: int
    clone3: int
    socket: int
    denied: tuple[int, ...]
    has_x32: bool = False


# fork, vfork; ptrace, process_vm_*; mount and its newer forms, pivot_root, chroot, unshare, setns; memfd_*, System V
# and POSIX queues and segments; keys; bpf, perf, userfaultfd, io_uring; modules, kexec, reboot, swap, clocks;
# file handles; personality; execveat.
_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        clone=56,
        clone3=435,
        socket=41,
        denied=(
            *(57, 58, 101, 310, 311, 165, 166, 155, 161, 272, 308, 428, 429, 430, 431, 432, 433, 442, 319, 447),
            *(29, 30, 31, 64, 68, 240, 248, 249, 250, 321, 298, 323, 425, 426, 427, 175, 313, 176, 246, 320),
            *(169, 167, 168, 163, 164, 227, 159, 179, 303, 304, 135, 322),
        ),
        has_x32=True,
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7,
        clone=220,
        clone3=435,
        socket=198,
        denied=(
            *(117, 270, 271, 40, 39, 41, 51, 97, 268, 428, 429, 430, 431, 432, 433, 442, 279, 447),
            *(194, 195, 196, 190, 186, 180, 217, 218, 219, 280, 241, 282, 425, 426, 427, 105, 273, 106, 104, 294),
            *(142, 224, 225, 89, 170, 112, 171, 60, 264, 265, 92, 281),
        ),
    ),
}


def filter_program(machine: str) -> bytes | None:
    """Give the filter for a machine as `platform.machine()` names it; None where its numbers are not known."""
    numbers = _MACHINES.get(machine)
    if numbers is None:
        return None
    refuse = _ERRNO | errno.EPERM
    program = [
        _instruction(_LOAD_WORD, value=_OFFSET_ARCHITECTURE),
        _instruction(_JUMP_IF_EQUAL, value=numbers.architecture, if_true=1),
        _instruction(_RETURN, value=_KILL_PROCESS),
        _instruction(_LOAD_WORD, value=_OFFSET_CALL),
    ]
    if numbers.has_x32:
        program += _when(_JUMP_IF_AT_LEAST, _X32_CALLS, refuse)
    for call in numbers.denied:
        program += _when(_JUMP_IF_EQUAL, call, refuse)
    # clone3 keeps its flags in memory, where no filter can look: without it the C library falls back to clone.
    program += _when(_JUMP_IF_EQUAL, numbers.clone3, _ERRNO | errno.ENOSYS)
    program += [
        _instruction(_JUMP_IF_EQUAL, value=numbers.clone, if_false=4),
        _instruction(_LOAD_WORD, value=_OFFSET_FIRST_ARGUMENT),
        _instruction(_JUMP_IF_SET, value=_CLONE_THREAD, if_true=1),
        _instruction(_RETURN, value=refuse),
        _instruction(_RETURN, value=_ALLOW),
        _instruction(_JUMP_IF_EQUAL, value=numbers.socket, if_false=3),
        _instruction(_LOAD_WORD, value=_OFFSET_FIRST_ARGUMENT),
        _instruction(_JUMP_IF_EQUAL, value=_AF_UNIX, if_true=1),
        _instruction(_RETURN, value=_ERRNO | errno.EACCES),
        _instruction(_RETURN, value=_ALLOW),
    ]
    return b"".join(program)


def _instruction(code: int, *, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _when(test: int, value: int, outcome: int) -> list[bytes]:
    return [_instruction(test, value=value, if_false=1), _instruction(_RETURN, value=outcome)]
