"""Which system calls a process of the sandbox may make: allow-lists, as tables.

What is in no list fails with EPERM, and with ENOSYS from the number on where all libcs know
how to do without. A rule is ALLOW, an errno to refuse with, or checks of arguments.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass

OWN_PID = -1
"""Stands for the filtered process's own pid among a check's values."""

FIRST_NEW = 424
"""From this number on, both architectures count alike, and an unlisted call is ENOSYS."""


@dataclass(frozen=True, slots=True)
class Check:
    """`argument & mask` must be one of `values`.

    A mask of 32 bits is right for what the kernel takes as an int: it ignores the rest.
    """

    argument: int
    mask: int
    values: tuple[int, ...]


Rule = int | tuple[Check, ...]
"""An errno to refuse with, or checks that must all hold (EPERM otherwise)."""

Policy = Mapping[str, Rule]

ALLOW: tuple[Check, ...] = ()

_INT = 0xFFFFFFFF
_LONG = 0xFFFFFFFFFFFFFFFF

_READING = """
read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 close close_range lseek
open openat stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2
getdents64 readlink readlinkat getcwd chdir fchdir umask dup dup2 dup3 flock fadvise64 sendfile
copy_file_range pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl
epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 timerfd_create timerfd_settime
timerfd_gettime
"""

_MEMORY = "brk mmap munmap mprotect mremap madvise msync membarrier"

_THREADS = """
futex set_robust_list rseq set_tid_address gettid sched_yield sched_getaffinity
sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu getpriority
"""

_TIME = """
time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep times alarm getitimer
setitimer
"""

_SIGNALS = """
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
pause restart_syscall
"""

_ITSELF = """
exit exit_group getpid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getresuid
getresgid getgroups uname sysinfo getrusage getrlimit setrlimit getrandom wait4 waitid arch_prctl
"""

_SOCKETS = "recvfrom shutdown getsockname getpeername"
# No sendmsg: it can name a receiver, which no filter can see, and hand descriptors over.

_WRITING = """
creat truncate ftruncate fallocate fsync fdatasync mkdir mkdirat rmdir unlink unlinkat rename
renameat renameat2 link linkat symlink symlinkat chmod fchmod fchmodat fchmodat2 utime utimes
futimesat utimensat
"""
# Landlock doesn't see chmod and utimes: they are for where nothing of the host can be reached.

_PROCESSES = """
fork vfork execve kill tgkill setpgid setsid bind listen accept accept4 connect sendto sendmsg
recvmsg setsockopt getsockopt
"""

# fcntl(2): no locks or signals that reach other processes, no leases, no larger pipes.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
# F_DUPFD GETFD SETFD GETFL SETFL GETLK SETLK SETLKW, OFD_GETLK SETLK SETLKW, F_DUPFD_CLOEXEC,
# F_GETPIPE_SZ
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# TCGETS (isatty) TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
_PRCTL = (3, 15, 16, 39, 0x53564D41)
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_NO_NEW_PRIVS, PR_SET_VMA (names of memory)
_SOCKET_OPTIONS = (3, 4, 7, 8, 30, 38, 39)
# SO_TYPE SO_ERROR SO_SNDBUF SO_RCVBUF SO_ACCEPTCONN SO_PROTOCOL SO_DOMAIN
_AF_UNIX = 1
_SOL_SOCKET = 1

_CLONE_THREAD = 0x10000
_CLONE_NEW = 0x7E020000  # CGROUP UTS IPC USER PID NET, and NEWNS
_CLONE_ODD = 0x2000 | 0x4000 | 0x1000 | 0x800000  # PTRACE VFORK PIDFD UNTRACED
_CLONE_THREAD_MASK = _CLONE_THREAD | _CLONE_NEW | _CLONE_ODD
_CLONE_PROCESS_MASK = _CLONE_NEW | 0x2000 | 0x1000 | 0x800000

_CHECKED: Policy = {
    "clone": (Check(0, _CLONE_THREAD_MASK, (_CLONE_THREAD,)),),
    "clone3": errno.ENOSYS,  # its flags are behind a pointer: libc falls back to clone
    "fcntl": (Check(1, _INT, _FCNTL),),
    "ioctl": (Check(1, _INT, _IOCTL),),
    "prctl": (Check(0, _INT, _PRCTL),),
    "prlimit64": (Check(0, _INT, (0, OWN_PID)),),
    "kill": (Check(0, _INT, (OWN_PID,)),),
    "tgkill": (Check(0, _INT, (OWN_PID,)),),
    "socketpair": (Check(0, _INT, (_AF_UNIX,)),),
    "sendto": (Check(4, _LONG, (0,)),),  # to its peer alone: a datagram could name any socket
    "getsockopt": (Check(1, _INT, (_SOL_SOCKET,)), Check(2, _INT, _SOCKET_OPTIONS)),
    "getxattr": errno.EOPNOTSUPP,  # as on a file system without them: shutil minds EPERM
    "lgetxattr": errno.EOPNOTSUPP,
    "fgetxattr": errno.EOPNOTSUPP,
    "setxattr": errno.EOPNOTSUPP,
    "lsetxattr": errno.EOPNOTSUPP,
    "fsetxattr": errno.EOPNOTSUPP,
    "listxattr": errno.EOPNOTSUPP,
    "llistxattr": errno.EOPNOTSUPP,
    "flistxattr": errno.EOPNOTSUPP,
}


def _allowing(*lists: str) -> dict[str, Rule]:
    return dict.fromkeys(" ".join(lists).split(), ALLOW)


_BASE: Policy = {
    **_allowing(_READING, _MEMORY, _THREADS, _TIME, _SIGNALS, _ITSELF, _SOCKETS),
    **_CHECKED,
}
_MORE_PROCESSES: Policy = {
    **_allowing(_PROCESSES),
    "clone": (Check(0, _CLONE_PROCESS_MASK, (0,)),),
    "socket": (Check(0, _INT, (_AF_UNIX,)),),
}


def candidate_policy(*, writes: bool, processes: bool) -> Policy:
    """What a candidate may call; `processes` is for one in a pid namespace of its own."""
    policy = dict(_BASE)
    if writes:
        policy |= _allowing(_WRITING)
    if processes:
        policy |= _MORE_PROCESSES
    return policy


def tester_policy(*, writes: bool) -> Policy:
    """What the tester may call: it is also handed descriptors by its parent."""
    return {**candidate_policy(writes=writes, processes=False), "recvmsg": ALLOW}
