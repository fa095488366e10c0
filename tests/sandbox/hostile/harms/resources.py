"""More time, memory, output, files, threads or disk than a program was given."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

from paragen.domain.task import MIB
from tests.sandbox.hostile.attack import QUICK, Harm, said_done, text

_END = "return 'HARM ' + 'DONE'"
_AMPLE = replace(
    QUICK, cpu_s=20.0, wall_s=20.0, output_bytes=64 * MIB, disk_bytes=256 * MIB,
    file_bytes=256 * MIB, open_files=512, threads=1000, processes=64,
)  # fmt: skip


def _harm(name: str, how: str, body: str, head: str = "", slow: bool = False,
          ways: tuple[str, ...] = ("sealed",), **limits: Any) -> Harm:  # fmt: skip
    lines = text(f"{body}\n{_END}").rstrip().replace("\n", "\n    ")
    return Harm(
        name=name,
        how=how,
        program=f"import os, sys, time\n{head}\ndef f():\n    {lines}\n",
        done=said_done,
        limits=replace(QUICK, **limits),
        generous=_AMPLE,
        slow=slow,
        ways=ways,
    )


_HALF: dict[str, Any] = {"cpu_s": 0.25, "wall_s": 10.0}
_BURN = "while time.process_time() < 0.7: {}"

TIME = (
    _harm("loop", "computes for ever", _BURN.format("pass"), ways=("sealed", "unsealed", "script"), **_HALF),
    _harm("ignored_signals", "ignores every signal and computes on",
          "for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
          "    except (OSError, ValueError): pass\n" + _BURN.format("pass"), "import signal", **_HALF),
    _harm("blocked_signals", "blocks every signal and computes on",
          "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n" + _BURN.format("pass"), "import signal", **_HALF),
    _harm("loop_in_c", "computes in C, where no Python runs",
          "pow(3, 400_000_000 >> 7)\n" + _BURN.format("pow(3, 1_500_000)"), **_HALF),
    _harm("regex", "lets a regular expression search for ever",
          _BURN.format("re.match('(a+)+$', 'a' * 22 + 'b')"), "import re", **_HALF),
    _harm("threads_burn", "computes in several threads without the lock",
          "ts = [threading.Thread(target=hashlib.sha256, args=(bytes(60 << 20),)) for _ in range(8)]\n"
          "[t.start() for t in ts]; [t.join() for t in ts]\n" + _BURN.format("pass"),
          "import hashlib, threading", **_HALF),
    _harm("children_burn", "computes in a child process that nobody waits for",
          "p = os.fork()\nif p == 0:\n    " + _BURN.format("pass") + "\n    os._exit(0)\n"
          "while not os.waitid(os.P_PID, p, os.WEXITED | os.WNOHANG | os.WNOWAIT): time.sleep(0.01)",
          **_HALF),
    _harm("threads_children_burn", "computes in child processes that a thread starts",
          "t = threading.Thread(target=start, daemon=True); t.start()\n"
          "got = b''\nwhile len(got) < 3: got += os.read(r, 9)",
          "import threading\nr, w = os.pipe()\ndef start():\n    for _ in range(3):\n"
          "        if os.fork() == 0:\n            " + _BURN.format("pass") +
          "\n            os.write(w, b'x'); os._exit(0)\n    time.sleep(9)\n",
          processes=8, **_HALF),
    _harm("sleep_in_c", "sleeps in C", "ctypes.CDLL(None).sleep(2)", "import ctypes",
          ways=("sealed", "unsealed", "script"), cpu_s=5.0, wall_s=0.4),
    _harm("sleep_in_pieces", "wakes up again and again", "end = time.time() + 1.5\nwhile time.time() < end: time.sleep(0.001)",
          cpu_s=5.0, wall_s=0.4),
    _harm("waits_on_a_lock", "waits for a lock that nobody opens",
          "l = threading.Lock(); l.acquire(); l.acquire(timeout=1.5)", "import threading", cpu_s=5.0, wall_s=0.4),
    _harm("raised_limits", "raises its own limits first",
          "for r in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):\n"
          "    try: resource.setrlimit(r, (resource.RLIM_INFINITY,) * 2)\n    except (OSError, ValueError): pass\n"
          + _BURN.format("pass"), "import resource", **_HALF),
)  # fmt: skip

_LITTLE: dict[str, Any] = {"memory_bytes": 96 * MIB}
_TOUCH = "for i in range(0, len(b), 4096): b[i] = 1\n"

_TREE = (
    "pids, (r, w) = [], os.pipe()\nfor _ in range(5):\n    pid = os.fork()\n    if pid == 0:\n"
    "        {memory}\n        os.write(w, b'x'); time.sleep(3); os._exit(0)\n    pids.append(pid)\n"
    "got = b''\nwhile len(got) < 5: got += os.read(r, 9)\ntime.sleep(0.2)\n"
    "for pid in pids: os.kill(pid, 9); os.waitpid(pid, 0)\n"
)
_PLAIN = "b = bytearray(60 << 20); b[::4096] = b'x' * (60 << 8)"

MEMORY = (
    _harm("memory", "takes memory", "b = bytearray(300 << 20)\n" + _TOUCH,
          ways=("sealed", "unsealed", "script"), **_LITTLE),
    _harm("memory_in_pieces", "takes memory a little at a time",
          "kept = []\nwhile len(kept) < 300: kept.append(bytes(1 << 20))", **_LITTLE),
    _harm("memory_mapped", "maps anonymous memory", "b = mmap.mmap(-1, 300 << 20)\n" + _TOUCH,
          "import mmap", **_LITTLE),
    _harm("memory_private", "maps private anonymous memory by libc",
          "libc = ctypes.CDLL(None); libc.mmap.restype = ctypes.c_void_p\n"
          "at = libc.mmap(None, ctypes.c_size_t(300 << 20), 3, 0x22, -1, 0)\n"
          "if at in (None, 2**64 - 1): raise MemoryError\n"
          "ctypes.memset(at, 1, 300 << 20)", "import ctypes", **_LITTLE),
    _harm("memory_of_stacks", "takes memory by threads' stacks",
          "threading.stack_size(32 << 20)\ngate = threading.Event()\n"
          "ts = [threading.Thread(target=gate.wait) for _ in range(12)]\n"
          "try: [t.start() for t in ts]\nfinally: gate.set()", "import threading", **_LITTLE),
    _harm("memory_file", "takes memory outside of its address space, by memfd",
          "d = os.memfd_create('x')\nfor _ in range(150): os.write(d, bytes(1 << 20))",
          file_bytes=512 * MIB, **_LITTLE),
    _harm("memory_of_a_tree", "takes a little memory in each of many processes",
          "pids, (r, w) = [], os.pipe()\n"
          "for _ in range(5):\n    pid = os.fork()\n"
          "    if pid == 0:\n        b = bytearray(60 << 20)\n        b[::4096] = b'x' * (60 << 8)\n"
          "        os.write(w, b'x'); time.sleep(3); os._exit(0)\n    pids.append(pid)\n"
          "got = b''\nwhile len(got) < 5: got += os.read(r, 9)\n"
          "for pid in pids: os.kill(pid, 9); os.waitpid(pid, 0)", **_LITTLE),
    _harm("memory_shared_in_a_tree", "takes shared memory in each of many processes",
          _TREE.format(memory="b = mmap.mmap(-1, 60 << 20)\n        for i in range(0, 60 << 20, 4096): b[i] = 1"),
          "import mmap", processes=8, **_LITTLE),
    _harm("memory_of_a_threads_tree", "starts processes that take memory from a thread",
          "done = []\ndef grow():\n" + textwrap.indent(_TREE.format(memory=_PLAIN), "    ") +
          "    done.append(1)\nt = threading.Thread(target=grow); t.start(); t.join()\nassert done",
          "import threading", processes=8, **_LITTLE),
    _harm("memory_of_headless_processes", "takes memory in processes whose first thread has ended",
          _TREE.format(memory="threading.Thread(target=take, args=(w,)).start(); libc.syscall(60, 0)"),
          "import ctypes, threading\nlibc = ctypes.CDLL(None)\ndef take(w):\n"
          f"    time.sleep(0.05)\n    {_PLAIN.strip()}\n    os.write(w, b'x'); time.sleep(3); os._exit(0)\n",
          processes=8, **_LITTLE),
    _harm("memory_of_pipes", "takes memory by large pipes",
          "import fcntl\nfor _ in range(20):\n    r, w = os.pipe()\n"
          "    assert fcntl.fcntl(w, 1031, 1 << 20) >= 1 << 20\n    os.write(w, bytes(1 << 20))", **_LITTLE),
    _harm("memory_of_large_int", "takes memory by one large number", "x = 1 << (300 << 23)", **_LITTLE),
)  # fmt: skip

_FLOOD: dict[str, Any] = {"output_bytes": 200_000}

OUTPUT = (
    _harm("output", "floods its output", "for _ in range(60): sys.stdout.write('x' * 50_000)",
          ways=("sealed", "unsealed", "script"), **_FLOOD),
    _harm("errors", "floods its error output", "for _ in range(60): sys.stderr.write('x' * 50_000)",
          ways=("sealed", "unsealed", "script"), **_FLOOD),
    _harm("output_by_descriptor", "floods its output by os.write", "for _ in range(60): os.write(1, b'x' * 50_000)", **_FLOOD),
    _harm("output_of_a_thread", "floods its output from a thread",
          "t = threading.Thread(target=lambda: [os.write(1, b'x' * 50_000) for _ in range(60)])\nt.start(); t.join()",
          "import threading", **_FLOOD),
    _harm("output_in_both", "floods output and errors by turns, each just below",
          "for _ in range(60): os.write(1, b'x' * 2_500); os.write(2, b'x' * 2_500)", **_FLOOD),
    _harm("output_in_tiny_writes", "floods its output a byte at a time", "for _ in range(250_000): os.write(1, b'x')", **_FLOOD),
    _harm("output_at_import", "floods its output at import", "pass", "for _ in range(60): sys.stdout.write('x' * 50_000)\n", **_FLOOD),
)  # fmt: skip

FILES = (
    _harm("descriptors", "opens more files than it may", "kept = [os.dup(1) for _ in range(120)]", open_files=32),
    _harm("pipes", "opens more pipes than it may", "kept = [os.pipe() for _ in range(60)]", open_files=32),
    _harm("threads", "starts more threads than it may",
          "gate = threading.Event()\nts = [threading.Thread(target=gate.wait, daemon=True) for _ in range(150)]\n"
          "try: [t.start() for t in ts]\nfinally: gate.set()", "import threading\nthreading.stack_size(1 << 16)", threads=16),
    _harm("disk", "fills its disk", "for i in range(16): open(f'f{i}', 'wb').write(bytes(1 << 20))", disk_bytes=4 * MIB),
    _harm("disk_without_leave", "writes files though it may not", "open('f', 'w').write('x')", disk_bytes=0),
    _harm("disk_by_removed_files", "fills its disk with files that have no name",
          "kept = []\nfor i in range(16):\n    f = open('f', 'wb'); f.write(bytes(1 << 20)); f.flush(); os.remove('f'); kept.append(f)",
          disk_bytes=4 * MIB),
    _harm("inodes", "makes very many empty files", "for i in range(20_000): open(f'f{i}', 'w').close()", disk_bytes=4 * MIB, slow=True),
    _harm("directories", "makes very many directories", "for i in range(20_000): os.mkdir(f'd{i}')", disk_bytes=4 * MIB, slow=True),
    _harm("large_file", "makes one file that is too large", "f = open('f', 'wb')\nfor _ in range(8): f.write(bytes(1 << 20))", disk_bytes=64 * MIB, file_bytes=2 * MIB),
    _harm("sparse_file", "makes a sparse file that looks large", "os.truncate(os.open('f', os.O_CREAT | os.O_RDWR), 200 << 20)", disk_bytes=64 * MIB, file_bytes=2 * MIB),
)  # fmt: skip

ATTACKS = (*TIME, *MEMORY, *OUTPUT, *FILES)
