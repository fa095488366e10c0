"""What a program must not do: each is done without the sandbox, and refused within."""

from __future__ import annotations

import os
import socket
import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.sandbox.linux import jail

# A piece is refused when it ends with an OSError. `there` is a directory of the user's own, with
# a file and a listening socket in it; `victim` is a process of the user's.
FILES = {
    "read a file": "open(there + '/file').read()",
    "list a directory": "import os; os.listdir(there)",
    "list the root's directories": "import os; os.listdir('/etc'); os.listdir('/home')",
    "read the users": "open('/etc/passwd').read() or 1; open('/etc/hostname')",
    "read its own environment": "open('/proc/self/environ').read()",
    "list the processes": "import os; os.listdir('/proc')",
    "read the kernel's settings": "open('/proc/sys/kernel/ostype').read()",
    "read the victim's environment": "open(f'/proc/{victim}/environ').read()",
    "open the victim's memory": "open(f'/proc/{victim}/mem', 'rb').close()",
    "make a file": "open(there + '/made', 'w').close()",
    "make a file in /tmp": "import os, tempfile; f = tempfile.mkstemp(dir='/tmp'); os.unlink(f[1])",
    "make a file in /dev/shm": "import os, tempfile as t; os.unlink(t.mkstemp(dir='/dev/shm')[1])",
    "change a file": "open(there + '/file', 'a').close()",
    "truncate a file": "import os; os.truncate(there + '/file', 0)",
    "delete a file": "import os; os.unlink(there + '/gone')",
    "rename a file": "import os; os.rename(there + '/file', there + '/file')",
    "link to a file": "import os; os.link(there + '/file', there + '/linked')",
    "make a symlink": "import os; os.symlink('/etc', there + '/symlink')",
    "make a directory": "import os; os.mkdir(there + '/directory')",
    "make a pipe": "import os; os.mkfifo(there + '/pipe')",
    "make a node": "import os, stat; os.mknod(there + '/node', 0o600 | stat.S_IFREG)",
    "change a mode": "import os; os.chmod(there + '/file', 0o700)",
    "change a mode by descriptor": "import os; os.fchmod(os.open(library, os.O_RDONLY), 0o644)",
    "change times": "import os; os.utime(there + '/file')",
    "change an owner": "import os; os.chown(there + '/file', os.getuid(), os.getgid())",
    "set an attribute": "import os; os.setxattr(there + '/file', 'user.a', b'x')",
    "change attributes of Python's files": """
import fcntl, os
fcntl.ioctl(os.open(there, os.O_RDONLY), 0x80086601, bytes(8))""",
    "change the library": "open(library, 'r+b').close()",
    "open by handle": "reach('name_to_handle_at', -100, 0, 0, 0, 0)",
    "change the root": "import os; os.chroot('/')",
}

OTHERS = {
    "probe the victim": "import os; os.kill(victim, 0)",
    "probe the parent": "import os; os.kill(parent, 0)",
    "signal a group": "import os; os.killpg(os.getpgid(victim), 0)",
    "signal a thread": "reach('tgkill', victim, victim, 0)",
    "signal a thread of any process": "call('tkill', victim, 0)",
    "queue a signal": "reach('rt_sigqueueinfo', victim, 0, 0)",
    "open a pidfd": "import os; os.close(os.pidfd_open(victim))",
    "send signals by a file": """
import fcntl, os
fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, victim)""",
    "trace the victim": "call('ptrace', 0x4206, victim)",
    "be traced": "call('ptrace', 0)",
    "read the victim's memory": "reach('process_vm_readv', victim)",
    "write the victim's memory": "reach('process_vm_writev', victim)",
    "limit the victim": """
import resource
resource.prlimit(victim, resource.RLIMIT_CORE, resource.prlimit(victim, resource.RLIMIT_CORE))""",
    "compare with the victim": "reach('kcmp', victim, victim, 0, 0, 0)",
    "move itself between processors": "import os; os.sched_setaffinity(0, os.sched_getaffinity(0))",
    "lower its own priority": "import os; os.setpriority(os.PRIO_PROCESS, 0, 19)",
    "read a robust list": "reach('get_robust_list', victim, 0, 0)",
    "outlive the zygote": "call('prctl', 1, 0)",
    "become dumpable": "call('prctl', 4, 1)",
    "adopt orphans": "call('prctl', 36, 1)",
    "start a session": "import os; os.getpgid(0) == os.getpid() or 1; os.setsid()",
}

NETWORK = {
    "open a TCP socket": "import socket; socket.socket()",
    "open a UDP socket": "import socket; socket.socket(type=socket.SOCK_DGRAM)",
    "open a local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "open a netlink socket": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "connect": """
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(there + '/socket')""",
    "connect to TCP": """
import socket
try: socket.create_connection(('127.0.0.1', 9), 5)
except ConnectionRefusedError: pass""",
    "listen on an abstract socket": """
import socket
socket.socket(socket.AF_UNIX).bind('\\0paragen-test')""",
    "send to a socket from a pair": """
import socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); a.sendto(b'x', there + '/socket')""",
    "send a message from a pair": """
import socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
a.sendmsg([b'x'], [], 0, there + '/socket')""",
    "hand a descriptor over": """
import socket
a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0])""",
    "attach a filter to a socket": """
import socket
a, b = socket.socketpair(); a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)""",
}

STARTING = {
    "fork": """
import os
pid = os.fork()
if pid == 0: os._exit(0)
os.waitpid(pid, 0)""",
    "fork in C": """
import ctypes, os
pid = ctypes.CDLL(None, use_errno=True).fork()
if pid == 0: os._exit(0)
if pid < 0: raise OSError(ctypes.get_errno(), 'fork')""",
    "clone a process": """
import os
pid = call('clone', 17)
if pid == 0: os._exit(0)""",
    "clone3": "reach('clone3', 0, 0)",
    "spawn": "import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)",
    "run a program": "import subprocess; subprocess.run(['/bin/true'])",
    "execute": "reach('execve', 0, 0, 0)",
    "execute by descriptor": "reach('execveat', -1, 0, 0, 0, 0)",
}

KERNEL = {
    "unshare": "import ctypes; call('unshare', 0)",
    "make a user namespace": "call('unshare', 0x10000000)",
    "enter a namespace": "reach('setns', -1, 0)",
    "mount": "reach('mount', 0, 0, 0, 0, 0); call('unshare', 0)",
    "unmount": "reach('umount2', 0, 0); call('unshare', 0)",
    "change to another root": "reach('pivot_root', 0, 0); call('unshare', 0)",
    "open a tree": "reach('open_tree', -1, 0, 0)",
    "make a memory file": "import os; os.close(os.memfd_create('x'))",
    "make an io_uring": "reach('io_uring_setup', 1, 0)",
    "use a keyring": "reach('keyctl', 0, -3, 0)",
    "add a key": "reach('add_key', 0, 0, 0, 0, 0)",
    "load a BPF program": "reach('bpf', 999, 0, 0)",
    "count events": "reach('perf_event_open', 0, 0, -1, -1, 0)",
    "handle its page faults": "reach('userfaultfd', 1 << 20)",
    "change its personality": "call('personality', 0xFFFFFFFF)",
    "share memory": "call('shmget', 0, 4096, 0o1600)",
    "make a semaphore": "call('semget', 0, 1, 0o1600)",
    "make a queue": "call('msgget', 0, 0o1600)",
    "open a message queue": "reach('mq_open', 0, 0, 0, 0)",
    "set its own user": "import os; os.setuid(os.getuid())",
    "set its own capabilities": "reach('capset', 0, 0)",
    "make a timer": "reach('timer_create', 99, 0, 0)",
    "watch files": "call('inotify_init1', 0)",
    "a larger pipe": "import fcntl, os; fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)",
    "a lease": """
import fcntl
with open(there + '/file') as file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)""",
    "another filter": "reach('seccomp', 1, 0, 0)",
    "another ruleset": "reach('landlock_create_ruleset', 0, 0, 1)",
    "move pages between pipes": "reach('splice', -1, 0, -1, 0, 0, 0)",
    "write all disks": "call('sync')",
}

PIECES = FILES | OTHERS | NETWORK | STARTING | KERNEL
SEVERAL_PROCESSES = {
    name: piece
    for name, piece in PIECES.items()
    if name in KERNEL
    or (name in FILES and name not in ("make a file in /tmp", "make a file in /dev/shm"))
    or name in ("open a TCP socket", "open a UDP socket", "open a netlink socket", "connect")
    or name in ("trace the victim", "read the victim's memory", "open a pidfd")
}
"""What is forbidden to programs that may start processes and write files, too."""

USERS = ("me", "nobody")
LEVELS = ("full", "filters")


@cache
def _ended(user: str, level: str, kind: str) -> dict[str, str]:
    by = jail.who(user)
    several = kind == "processes"
    pieces = SEVERAL_PROCESSES if several else PIECES
    with tempfile.TemporaryDirectory(dir=jail.open_directory(by)) as home:
        there = Path(home)
        for name in ("file", "gone"):
            (there / name).write_text("secret")
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listening.bind(str(there / "socket"))
        for path in (there, *there.iterdir()):
            os.chown(path, by.uid, by.uid if by.uid else 0)
        with listening, by.popen("-c", "import sys; sys.stdin.read()") as victim:
            results = jail.run(
                level, pieces.values(), user=user, writes=several, processes=several,
                tester=kind == "tester", there=home, victim=victim.pid, parent=os.getpid(),
                library=jail.library(by.python),
            )  # fmt: skip
            victim.communicate()
    assert victim.returncode == 0
    return dict(zip(pieces, results, strict=True))


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", ["candidate", "tester"])
@pytest.mark.slow
def test_every_harm_is_refused(level: str, user: str, kind: str) -> None:
    ended = _ended(user, level, kind)
    assert {name: end for name, end in ended.items() if not end.startswith("refused ")} == {}


@pytest.mark.parametrize("user", USERS)
def test_every_harm_is_refused_where_processes_may_be_started(user: str) -> None:
    ended = _ended(user, "full", "processes")
    assert {name: end for name, end in ended.items() if not end.startswith("refused ")} == {}


NOT_BY_USERS = {
    "change a mode by descriptor", "change the library", "change the root", "probe the parent",
    "change to another root", "handle its page faults", "load a BPF program", "count events",
    "make a user namespace", "make an io_uring", "trace the victim", "read the victim's memory",
    "write the victim's memory", "compare with the victim", "open the victim's memory",
}  # fmt: skip
"""What root alone may do, or others too, by the system's settings."""


@pytest.mark.parametrize("user", USERS)
def test_harms_are_done_without_the_sandbox(user: str) -> None:
    if "Seccomp:\t0" not in Path("/proc/self/status").read_text():
        pytest.skip("the tests themselves run under a filter")
    ended = _ended(user, "none", "candidate")
    undone = {name: end for name, end in ended.items() if end != "done"}
    assert set(undone) <= (NOT_BY_USERS if jail.who(user).uid else set()), undone
