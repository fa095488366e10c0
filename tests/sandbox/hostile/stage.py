"""What harms are tried on: a secret, a process with one, listeners, a place to write to."""

from __future__ import annotations

import os
import resource
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

_VICTIM = """
import ctypes, os, sys, time
kept = ctypes.create_string_buffer(sys.argv[1].encode())
os.environ.clear()
print(ctypes.addressof(kept), flush=True)
time.sleep(120)
"""
_PATIENCE_S = 0.15
"""How long what has happened may take to be seen."""

DONE = "HARM DONE"
"""What a program answers that did something which can only be seen from within."""


class Stage:
    """One harm's surroundings: everything in it may be harmed, and goes away with it."""

    def __init__(self) -> None:
        self.loot = "loot" + secrets.token_hex(8)
        self.mark = "mark" + secrets.token_hex(8)
        self._open = ExitStack()

    harmed = False
    """Whether it can't be played against again."""

    def __enter__(self) -> Stage:
        """Set it up; everybody may do everything there, so that only a sandbox is in the way."""
        self.directory = Path(tempfile.mkdtemp(prefix="hostile-"))
        self.directory.chmod(0o777)
        self._open.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.secret = self.directory / "id_rsa"
        self.secret.write_text(self.loot)
        self.secret.chmod(0o666)
        self.kept = self.directory / "kept"
        self.kept.write_text("as it was")
        self.kept.chmod(0o666)
        self.tcp = self._listening(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.udp = self._listening(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self.unix = self._listening(
            socket.AF_UNIX, socket.SOCK_STREAM, str(self.directory / "socket")
        )
        self.unix_datagram = self._listening(
            socket.AF_UNIX, socket.SOCK_DGRAM, str(self.directory / "datagrams")
        )
        for name in ("socket", "datagrams"):
            (self.directory / name).chmod(0o777)
        self.abstract = self._listening(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.mark}")
        self._start_victim()
        return self

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End and remove everything, and what a harm has left."""
        for pid in self.left_processes(0):
            with suppress(OSError):
                os.kill(pid, 9)
        for path in (*self.left_shared(), Path(f"/tmp/{self.mark}")):
            with suppress(OSError):
                path.unlink()
        self._open.close()

    def _listening(self, family: int, kind: int, address: Any) -> socket.socket:
        sock = self._open.enter_context(socket.socket(family, kind))
        sock.bind(address)
        if kind == socket.SOCK_STREAM:
            sock.listen(8)
        sock.setblocking(False)
        return sock

    def _start_victim(self) -> None:
        self.victim = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _VICTIM, self.loot],
            stdout=subprocess.PIPE, env={"SECRET": self.loot}, start_new_session=True,
        )  # fmt: skip
        self._open.callback(self._end_victim)
        assert self.victim.stdout is not None
        self.address = int(self.victim.stdout.readline())
        self._limits = self._limits_of_victim()
        self._priority = os.getpriority(os.PRIO_PROCESS, self.victim.pid)
        self._affinity = os.sched_getaffinity(self.victim.pid)
        self._adjusted = Path(f"/proc/{self.victim.pid}/oom_score_adj").read_text()

    def _end_victim(self) -> None:
        self.victim.kill()
        self.victim.wait()
        if self.victim.stdout is not None:
            self.victim.stdout.close()

    def _limits_of_victim(self) -> tuple[int, int]:
        return resource.prlimit(self.victim.pid, resource.RLIMIT_NOFILE)

    def facts(self) -> dict[str, object]:
        """What a program is told, so that finding its victims is no protection."""
        return {
            "directory": str(self.directory),
            "secret": str(self.secret),
            "kept": str(self.kept),
            "tcp": self.tcp.getsockname(),
            "udp": self.udp.getsockname(),
            "victim": self.victim.pid,
            "address": self.address,
            "size": len(self.loot),
            "mark": self.mark,
            "tests": os.getpid(),
            "python": sys.executable,
        }

    def reached(self) -> bool:
        """Whether anything has come over any of the sockets."""
        sockets = [self.tcp, self.udp, self.unix, self.unix_datagram, self.abstract]
        ready, _, _ = select.select(sockets, [], [], _PATIENCE_S / 2)
        return bool(ready)

    def victim_hurt(self) -> bool:
        """Whether the victim has ended, is stopped or traced, or was changed."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            if self.victim.poll() is not None or self._state_of_victim() in "Tt":
                return True
            time.sleep(0.03)
        pid = self.victim.pid
        return (
            self._limits_of_victim() != self._limits
            or os.getpriority(os.PRIO_PROCESS, pid) != self._priority
            or os.sched_getaffinity(pid) != self._affinity
            or Path(f"/proc/{pid}/oom_score_adj").read_text() != self._adjusted
            or self._memory_of_victim() not in (None, self.loot.encode())
        )

    def _state_of_victim(self) -> str:
        stat = Path(f"/proc/{self.victim.pid}/stat").read_text()
        return stat.rpartition(") ")[2][0]

    def _memory_of_victim(self) -> bytes | None:
        try:
            with Path(f"/proc/{self.victim.pid}/mem").open("rb", buffering=0) as memory:
                memory.seek(self.address)
                return memory.read(len(self.loot))
        except OSError:
            return None

    def written(self) -> bool:
        """Whether anything was written, removed or changed outside."""
        expected = {self.secret, self.kept, *(self.directory / n for n in ("socket", "datagrams"))}
        return (
            set(self.directory.iterdir()) != expected
            or self.kept.read_text() != "as it was"
            or self.kept.stat().st_mode & 0o7777 != 0o666
            or self.kept.stat().st_nlink != 1
            or self.kept.stat().st_mtime < 1_000_000_000
            or self.secret.stat().st_uid != os.geteuid()
            or bool(os.listxattr(self.kept))
            or Path(f"/tmp/{self.mark}").exists()
            or bool(self.left_shared())
        )

    def left_shared(self) -> list[Path]:
        """Shared memory and queues that bear the mark."""
        places = [Path("/dev/shm"), Path("/dev/mqueue")]
        return [path for place in places if place.is_dir() for path in place.glob(f"*{self.mark}*")]

    def left_processes(self, patience_s: float = _PATIENCE_S) -> list[int]:
        """The processes that bear the mark and are still there after a while."""
        time.sleep(patience_s)
        found = []
        for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = cmdline.read_bytes().split(b"\0")
                if self.mark.encode() in words[1:]:
                    found.append(int(cmdline.parent.name))
        return found
