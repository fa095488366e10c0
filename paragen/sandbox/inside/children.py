"""The zygote's children: how it learns that they ended, and how whoever it tells of them does.

On Linux a child has a descriptor of its own, a pidfd, which can be handed on. Elsewhere it has a
leash: a pair of sockets. The far end is handed on; it is closed here when the child has ended, and
asks for the child's end by a word, or by being closed itself.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Protocol

KILL = b"k"
HELD = b"h"
"""What comes over a leash: end the child; what was handed over with it has arrived."""

Ended = tuple[int, int, resource.struct_rusage]
"""A child that has ended: its process id, its status as wait4 has it, and what it used."""


class Children(Protocol):
    """The children of a process with one thread, which waits for them by a poller."""

    def watch(self, pid: int) -> None:
        """Have the poller tell when this child ends."""
        ...

    def own(self, pid: int) -> tuple[int, ...]:
        """What stands for this process and a child of it, for paragen to see who they are."""
        ...

    def tie(self, pid: int) -> int:
        """A descriptor to hand on, which becomes readable when this child has ended."""
        ...

    def handed(self, pid: int, descriptors: Sequence[int]) -> None:
        """The child's tie was sent, and these with it, which aren't needed here any more."""
        ...

    def ended(self, descriptor: int) -> Iterator[Ended]:
        """Those that ended, and are reaped by this, of a descriptor that the poller told of."""
        ...

    def forget(self) -> None:
        """In a child: be nobody's parent."""
        ...

    def close(self) -> None:
        """In a child that goes on for long: close what there is for the others."""
        ...

    def kill(self) -> None:
        """End every child."""
        ...


class Pidfds:
    """Children that have descriptors of their own: Linux."""

    def __init__(self, poller: select.poll) -> None:
        self._poller = poller
        self._pids: dict[int, int] = {}
        self._pidfds: dict[int, int] = {}

    def watch(self, pid: int) -> None:
        """Have the poller tell when this child ends."""
        pidfd = _pidfd(pid)
        self._pids[pidfd] = pid
        self._pidfds[pid] = pidfd
        self._poller.register(pidfd, select.POLLIN)

    def own(self, pid: int) -> tuple[int, ...]:
        """What stands for this process and a child of it, for paragen to see who they are."""
        return (_pidfd(os.getpid()), self._pidfds[pid])

    def tie(self, pid: int) -> int:
        """The child's descriptor."""
        return self._pidfds[pid]

    def handed(self, pid: int, descriptors: Sequence[int]) -> None:
        """Close what isn't needed here any more."""
        for descriptor in descriptors:
            os.close(descriptor)

    def ended(self, descriptor: int) -> Iterator[Ended]:
        """The one child that has this descriptor."""
        pid = self._pids.pop(descriptor)
        del self._pidfds[pid]
        self._poller.unregister(descriptor)
        os.close(descriptor)
        yield os.wait4(pid, 0)

    def forget(self) -> None:
        """There is nothing to do: no signal tells of children."""

    def close(self) -> None:
        """In a child that goes on for long: close what there is for the others."""
        for pidfd in self._pids:
            os.close(pidfd)

    def kill(self) -> None:
        """End every child."""
        if sys.platform == "linux":
            for pidfd in self._pids:
                with suppress(OSError):
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)


def _pidfd(pid: int) -> int:
    if sys.platform == "linux":
        return os.pidfd_open(pid)
    raise OSError("this platform has no descriptors of processes")


class _Leashed:
    """A child, the near end of its leash, and what was sent along with the far one."""

    def __init__(self) -> None:
        self.near: socket.socket | None = None
        self.far: socket.socket | None = None
        self.sent: tuple[int, ...] = ()


class Leashes:
    """Children on leashes, for platforms without descriptors of processes.

    What is handed over stays open here until it is known to have arrived: macOS has lost sockets
    that were under way and that their sender had closed.
    """

    def __init__(self, poller: select.poll) -> None:
        self._poller = poller
        self._children: dict[int, _Leashed] = {}
        self._pids: dict[int, int] = {}
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # else the kernel has nobody to wake
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        poller.register(self._woken, select.POLLIN)

    def watch(self, pid: int) -> None:
        """Have the poller tell when this child ends."""
        self._children[pid] = _Leashed()

    def own(self, pid: int) -> tuple[int, ...]:
        """Nothing: there are no process namespaces, and a process's id says who it is."""
        return ()

    def tie(self, pid: int) -> int:
        """The far end of the child's leash."""
        child = self._children[pid]
        child.near, child.far = socket.socketpair()
        child.near.setblocking(False)
        self._pids[child.near.fileno()] = pid
        self._poller.register(child.near, select.POLLIN)
        return child.far.fileno()

    def handed(self, pid: int, descriptors: Sequence[int]) -> None:
        """Keep these until whoever has the leash says that it has them, too."""
        self._children[pid].sent = tuple(descriptors)

    def ended(self, descriptor: int) -> Iterator[Ended]:
        """Those children that have ended, if a signal said that some have."""
        if descriptor != self._woken:
            self._listen(descriptor)
            return
        with suppress(BlockingIOError):
            while os.read(self._woken, 1 << 9):
                pass
        for pid in list(self._children):
            reaped = os.wait4(pid, os.WNOHANG)
            if reaped[0]:
                self._let_go(pid)
                yield reaped

    def _listen(self, descriptor: int) -> None:
        """Do what is asked over a leash; one that was let go of asks for the child's end."""
        pid = self._pids.get(descriptor)
        if pid is None:  # its child was reaped after the poller had told of it
            return
        child = self._children[pid]
        try:
            words = os.read(descriptor, 1 << 9)
        except BlockingIOError:  # what was told of was another that had this number
            return
        except OSError:
            words = b""
        self._release(child)  # whatever it is that comes, it comes from the one who has it all
        if KILL in words or not words:
            os.kill(pid, signal.SIGKILL)  # not reaped, so the id is its own
        if not words:
            self._slip(child)

    def _release(self, child: _Leashed) -> None:
        for descriptor in child.sent:
            os.close(descriptor)
        child.sent = ()
        if child.far is not None:
            child.far.close()
            child.far = None

    def _slip(self, child: _Leashed) -> None:
        """Close the near end of a leash, which tells whoever has the far one."""
        if child.near is not None:
            self._poller.unregister(child.near)
            del self._pids[child.near.fileno()]
            child.near.close()
            child.near = None

    def _let_go(self, pid: int) -> None:
        child = self._children.pop(pid)
        self._release(child)
        self._slip(child)

    def forget(self) -> None:
        """Let no signal of the child's own children be told to the zygote."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    def close(self) -> None:
        """In a child that goes on for long: close what there is for the others."""
        for child in self._children.values():
            self._release(child)
            if child.near is not None:
                child.near.close()
        os.close(self._woken)
        os.close(self._wake)

    def kill(self) -> None:
        """End every child."""
        for pid in self._children:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def children(poller: select.poll, *, leashed: bool) -> Children:
    """The children that a zygote will have, to be told of by this poller."""
    return Leashes(poller) if leashed else Pidfds(poller)
