"""Policies as BPF programs: an assembler, and what puts a program on."""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import dataclass, field

from .errors import LayerError
from .numbers import AUDIT_ARCH, number_of
from .policies import FIRST_NEW, OWN_PID, Check, Policy, Rule
from .syscalls import PR_SET_SECCOMP, call, prctl

RET_KILL_PROCESS = 0x80000000
RET_ERRNO = 0x00050000
RET_ALLOW = 0x7FFF0000

LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
JUMP = 0x05  # BPF_JMP | BPF_JA
IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
IF_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
IF_SET = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K

# struct seccomp_data: int nr; u32 arch; u64 instruction_pointer; u64 args[6] (little-endian)
_AT_NUMBER = 0
_AT_ARCH = 4
_AT_ARGS = 16

_X32 = 0x40000000
_SHORT = 255  # the longest conditional jump
_LOW = 0xFFFFFFFF
_INSTRUCTION = struct.Struct("=HBBI")
_SET_MODE_FILTER = 1
_MODE_FILTER = 2

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant (which may be OWN_PID)."""


def _return(action: int) -> list[Instruction]:
    return [(RETURN, 0, 0, action)]


def _refuse(error: int) -> list[Instruction]:
    return _return(RET_ERRNO | error)


def _word(argument: int, mask: int, *, high: bool) -> list[Instruction]:
    """Load one half of an argument, masked."""
    code: list[Instruction] = [(LOAD, 0, 0, _AT_ARGS + 8 * argument + 4 * high)]
    return code if mask == _LOW else [*code, (AND, 0, 0, mask)]


def _check(check: Check) -> list[Instruction]:
    """Fall through where it holds, return EPERM where it doesn't."""
    code = _refuse(errno.EPERM)
    low_mask, high_mask = check.mask & _LOW, check.mask >> 32
    if not high_mask:
        for value in reversed(check.values):
            code.insert(0, (IF_EQUAL, len(code), 0, value))
        return _word(check.argument, low_mask, high=False) + code
    for value in reversed(check.values):
        low = [
            *_word(check.argument, low_mask, high=False),
            (IF_EQUAL, len(code), 0, value & _LOW),
        ]
        high = [
            *_word(check.argument, high_mask, high=True),
            (IF_EQUAL, 0, len(low), value >> 32),
        ]
        code = high + low + code
    return code


def _decide(rule: Rule) -> list[Instruction]:
    """Code that ends with the rule's decision."""
    if isinstance(rule, int):
        return _refuse(rule)
    return [step for check in rule for step in _check(check)] + _return(RET_ALLOW)


def _segments(policy: Policy, machine: str) -> list[tuple[int, Rule]]:
    """The rules by ranges of numbers: where each begins; the first begins at 0."""
    rules: dict[int, Rule] = {}
    for name, rule in policy.items():
        number = number_of(name, machine)
        if number is not None:
            rules[number] = rule
    starts = {0, FIRST_NEW, *rules, *(number + 1 for number in rules)}
    segments: list[tuple[int, Rule]] = []
    for start in sorted(starts):
        unlisted = errno.EPERM if start < FIRST_NEW else errno.ENOSYS
        rule = rules.get(start, unlisted)
        if not segments or segments[-1][1] != rule:
            segments.append((start, rule))
    return segments


def _search(segments: list[tuple[int, Rule]]) -> list[Instruction]:
    """A balanced tree of comparisons of the number, which has been loaded."""
    if len(segments) == 1:
        return _decide(segments[0][1])
    middle = len(segments) // 2
    below, above = _search(segments[:middle]), _search(segments[middle:])
    boundary = segments[middle][0]
    if len(below) <= _SHORT:
        return [(IF_AT_LEAST, len(below), 0, boundary), *below, *above]
    return [(IF_AT_LEAST, 0, 1, boundary), (JUMP, 0, 0, len(below)), *below, *above]


def instructions(policy: Policy, machine: str) -> list[Instruction]:
    """The program for a policy on a machine; raises KeyError for an unknown machine."""
    kill = _return(RET_KILL_PROCESS)
    code = [(LOAD, 0, 0, _AT_ARCH), (IF_EQUAL, 1, 0, AUDIT_ARCH[machine]), *kill]
    code.append((LOAD, 0, 0, _AT_NUMBER))
    if machine == "x86_64":  # the x32 ABI has the same arch, and numbers of its own
        code += [(IF_SET, 0, 1, _X32), *kill]
    return code + _search(_segments(policy, machine))


def assemble(code: list[Instruction], pid: int) -> bytes:
    """The kernel's form of a program (struct sock_filter[]), for the process of that pid."""
    return b"".join(
        _INSTRUCTION.pack(operation, true, false, pid if constant == OWN_PID else constant)
        for operation, true, false, constant in code
    )


@dataclass(slots=True, eq=False)
class Filter:
    """A program that is ready to be put on, but for the pid."""

    code: list[Instruction]
    _buffer: ctypes.Array[ctypes.c_char] = field(init=False, repr=False)
    _head: ctypes.Array[ctypes.c_char] = field(init=False, repr=False)
    _pid_at: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay it out where the kernel will read it."""
        program = assemble(self.code, 0)
        self._buffer = ctypes.create_string_buffer(program, len(program))
        head = struct.pack("@HP", len(self.code), ctypes.addressof(self._buffer))
        self._head = ctypes.create_string_buffer(head, len(head))
        self._pid_at = tuple(
            index * _INSTRUCTION.size + 4
            for index, step in enumerate(self.code)
            if step[3] == OWN_PID
        )

    def put_on(self, pid: int) -> None:
        """Filter this process from now on, for good. NO_NEW_PRIVS must be set.

        Raises:
            LayerError: the kernel refused.
        """
        for offset in self._pid_at:
            struct.pack_into("=I", self._buffer, offset, pid)
        program = ctypes.addressof(self._head)
        try:
            try:
                call("seccomp", _SET_MODE_FILTER, 0, program)
            except OSError as error:
                if error.errno != errno.ENOSYS:
                    raise
                prctl(PR_SET_SECCOMP, _MODE_FILTER, program)
        except OSError as error:
            raise LayerError("seccomp", "installing the filter", error) from error
