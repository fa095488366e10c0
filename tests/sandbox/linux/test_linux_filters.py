"""The BPF programs decide as the tables say, for every call, on both architectures."""

from __future__ import annotations

import errno
import itertools
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paragen.sandbox.linux import policies, seccomp
from paragen.sandbox.linux.numbers import AUDIT_ARCH, NUMBERS, number_of
from paragen.sandbox.linux.policies import (
    ALLOW,
    FIRST_NEW,
    OWN_PID,
    Check,
    Policy,
)

MACHINES = ("x86_64", "aarch64")
POLICIES: dict[str, Policy] = {
    f"candidate{' writes' * writes}{' processes' * processes}": policies.candidate_policy(
        writes=writes, processes=processes
    )
    for writes, processes in itertools.product((False, True), repeat=2)
} | {
    "tester": policies.tester_policy(writes=False),
    "tester writes": policies.tester_policy(writes=True),
}
CODE = {
    (machine, name): seccomp.instructions(policy, machine)
    for machine in MACHINES
    for name, policy in POLICIES.items()
}
WORD = 0xFFFFFFFF


def interpret(program: bytes, number: int, arch: int, arguments: tuple[int, ...]) -> int:
    """What the kernel's interpreter would return; jumps only lead forward."""
    data = [number, arch, 0, 0]
    for argument in arguments:
        data += [argument & WORD, argument >> 32]
    steps = list(seccomp._INSTRUCTION.iter_unpack(program))
    at = accumulator = 0
    while True:
        code, true, false, constant = steps[at]
        at += 1
        if code == seccomp.LOAD:
            accumulator = data[constant // 4]
        elif code == seccomp.AND:
            accumulator &= constant
        elif code == seccomp.JUMP:
            at += constant
        elif code == seccomp.RETURN:
            return int(constant)
        else:
            holds = {
                seccomp.IF_EQUAL: accumulator == constant,
                seccomp.IF_AT_LEAST: accumulator >= constant,
                seccomp.IF_SET: bool(accumulator & constant),
            }[code]
            at += true if holds else false


def decide(
    policy: Policy, machine: str, number: int, arch: int, arguments: tuple[int, ...], pid: int
) -> int:
    """What the table says."""
    if arch != AUDIT_ARCH[machine] or (machine == "x86_64" and number & 0x40000000):
        return seccomp.RET_KILL_PROCESS
    refusal = errno.EPERM if number < FIRST_NEW else errno.ENOSYS
    for name, rule in policy.items():
        if number_of(name, machine) == number:
            if isinstance(rule, int):
                refusal = rule
                break
            refusal = errno.EPERM
            if all(_holds(check, arguments, pid) for check in rule):
                return seccomp.RET_ALLOW
            break
    return seccomp.RET_ERRNO | refusal


def _holds(check: Check, arguments: tuple[int, ...], pid: int) -> bool:
    values = [pid if value == OWN_PID else value for value in check.values]
    return arguments[check.argument] & check.mask in values


SPECIAL = sorted(
    {0, 1, WORD, 1 << 32, 1 << 63}
    | {
        value & (1 << 64) - 1
        for policy in POLICIES.values()
        for rule in policy.values()
        if not isinstance(rule, int)
        for check in rule
        for value in (*check.values, check.mask)
    }
)
ARGUMENT = st.sampled_from(SPECIAL) | st.integers(0, (1 << 64) - 1)
PID = st.integers(1, 1 << 22)


@given(
    machine=st.sampled_from(MACHINES),
    name=st.sampled_from(sorted(POLICIES)),
    number=st.integers(0, 500) | st.integers(0, WORD),
    arch=st.sampled_from(sorted(AUDIT_ARCH.values())) | st.integers(0, WORD),
    arguments=st.tuples(*[ARGUMENT] * 6),
    pid=PID,
)
@example("x86_64", "tester", 0x40000000, AUDIT_ARCH["x86_64"], (0,) * 6, 7)
def test_programs_decide_as_their_tables(
    machine: str, name: str, number: int, arch: int, arguments: tuple[int, ...], pid: int
) -> None:
    program = seccomp.assemble(CODE[machine, name], pid)
    expected = decide(POLICIES[name], machine, number, arch, arguments, pid)
    assert interpret(program, number, arch, arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", sorted(POLICIES))
def test_every_number_is_decided_as_in_the_table(machine: str, name: str) -> None:
    program = seccomp.assemble(CODE[machine, name], 7)
    arch = AUDIT_ARCH[machine]
    for number in range(600):
        for argument in (0, 7, 1 << 33, (1 << 33) + 7):
            arguments = (argument,) * 6
            assert interpret(program, number, arch, arguments) == decide(
                POLICIES[name], machine, number, arch, arguments, 7
            ), (number, argument)


@given(
    mask=st.integers(1, (1 << 64) - 1) | st.sampled_from([WORD, (1 << 64) - 1]),
    values=st.lists(ARGUMENT, min_size=1, max_size=4),
    arguments=st.tuples(*[ARGUMENT] * 6),
    index=st.integers(0, 5),
)
def test_a_check_compares_what_its_mask_shows(
    mask: int, values: list[int], arguments: tuple[int, ...], index: int
) -> None:
    check = Check(index, mask, tuple(value & mask for value in values))
    program = seccomp.assemble(seccomp.instructions({"mmap": (check,)}, "aarch64"), 7)
    got = interpret(program, 222, AUDIT_ARCH["aarch64"], arguments)
    assert (got == seccomp.RET_ALLOW) == _holds(check, arguments, 7)
    assert (got == seccomp.RET_ALLOW) != (got == seccomp.RET_ERRNO | errno.EPERM)


def test_a_large_table_jumps_farther_than_a_conditional_jump_reaches() -> None:
    check = Check(0, WORD, tuple(range(1, 9)))
    policy: Policy = dict.fromkeys(sorted(NUMBERS)[::2], (check, Check(1, WORD, (3,))))
    code = seccomp.instructions(policy, "x86_64")
    assert any(step[0] == seccomp.JUMP for step in code)
    program = seccomp.assemble(code, 7)
    arch = AUDIT_ARCH["x86_64"]
    for number in range(500):
        for arguments in ((1, 3, 0, 0, 0, 0), (9, 3, 0, 0, 0, 0)):
            assert interpret(program, number, arch, arguments) == decide(
                policy, "x86_64", number, arch, arguments, 7
            )


@pytest.mark.parametrize("key", sorted(CODE))
def test_programs_are_ones_that_the_kernel_takes(key: tuple[str, str]) -> None:
    code = CODE[key]
    assert len(code) <= 4096
    for index, (operation, true, false, constant) in enumerate(code):
        assert 0 <= true <= 255 and 0 <= false <= 255
        if operation == seccomp.JUMP:
            assert index + 1 + constant < len(code)
        if operation in (seccomp.IF_EQUAL, seccomp.IF_AT_LEAST, seccomp.IF_SET):
            assert index + 1 + max(true, false) < len(code)
    assert code[-1][0] == seccomp.RETURN


NEVER = """
ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kcmp bpf
perf_event_open io_uring_setup keyctl add_key userfaultfd mount umount2 unshare setns pivot_root
chroot memfd_create mq_open shmget semget msgget mknod mknodat chown fchown lchown fchownat
personality sched_setaffinity setpriority tkill rt_sigqueueinfo rt_tgsigqueueinfo setuid setresuid
capset execveat open_tree move_mount fsopen seccomp landlock_create_ruleset vmsplice splice
inotify_init1 timer_create sendmmsg name_to_handle_at
""".split()  # noqa: SIM905 - a list to be read
ONLY_PROCESSES = ("fork", "vfork", "execve", "socket", "connect", "bind", "sendmsg", "setsid")
ONLY_WRITES = ("chmod", "fchmod", "fchmodat", "utimensat", "truncate", "mkdirat", "unlinkat")


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_what_no_process_of_the_sandbox_may_call(name: str) -> None:
    policy = POLICIES[name]
    assert [call for call in NEVER if call in policy] == []
    assert policy["clone3"] == errno.ENOSYS
    if "processes" not in name:
        assert [call for call in ONLY_PROCESSES if call in policy] == []
    if "writes" not in name:
        assert [call for call in ONLY_WRITES if call in policy] == []


def test_rules_name_calls_that_have_numbers() -> None:
    for policy in POLICIES.values():
        assert set(policy) <= set(NUMBERS)
        assert [name for name, rule in policy.items() if rule == ALLOW and name == "clone"] == []


HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": (
        "/usr/aarch64-linux-gnu/include/asm-generic/unistd.h",
        "/usr/include/asm-generic/unistd.h",
    ),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_the_kernels(machine: str) -> None:
    header = next((Path(path) for path in HEADERS[machine] if Path(path).exists()), None)
    if header is None:
        pytest.skip("the kernel's headers aren't installed")
    text = header.read_text()
    kernel = {
        name: int(number)
        for name, number in re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", text, re.M)
    }
    kernel |= {
        name: kernel[target]
        for name, target in re.findall(r"^#define __NR_(\w+)\s+__NR3264_(\w+)\s*$", text, re.M)
        if target in kernel and name not in kernel  # the rest is for machines of 32 bits
    }
    newest = max(kernel.values())
    column = MACHINES.index(machine)
    ours = {name: row[column] for name, row in NUMBERS.items()}
    aliases = {"newfstatat": "fstatat"}  # the generic table's name for it
    theirs = {
        name: kernel.get(name, kernel.get(aliases.get(name, name)))
        for name, number in ours.items()
        if number is None or number <= newest
    }
    assert {name: ours[name] for name in theirs} == theirs
    assert sum(number is not None for number in theirs.values()) > 200
