"""What the confined levels are made of, for a person to read."""

from __future__ import annotations

from paragen.sandbox.levels import Description, Layer
from paragen.sandbox.linux.confine import available

_WHAT = {
    "user namespaces": "the worker's root is nobody outside; its processes have no rights on yours",
    "private namespaces": "no other process, network or shared memory is to be seen",
    "new root": "its file system holds Python and shared libraries, read-only, and nothing of yours",
    "landlock": "files: only Python's and shared libraries' can be read, none written",
    "landlock scopes": "no signals to others, and no abstract sockets, by the kernel's second lock",
    "landlock net": "no TCP, by the kernel's second lock",
    "seccomp": "only harmless system calls: no new process, no socket, no tracing, no mounts",
}
"""What each layer of `linux.confine.available` is good for."""

_ONLY_FULL = frozenset(("user namespaces", "private namespaces", "new root"))

_CONFINES = (
    "verdicts are sealed: tests run in a process that the program never sees",
    "files: none can be written, but in a directory in memory where the task allows it",
    "processes: none can be started, but where the task allows it; nothing outlives a run",
    "CPU time, wall-clock time, memory, output, open files and threads, each by its own limit",
    "the environment: none of yours is passed on",
    "imports: the standard library, and the packages that the task names",
)
_FILTERS_CONFINES = (
    "verdicts are sealed: tests run in a process that the program never sees",
    "files: none can be written",
    "processes: none can be started; nothing outlives a run",
    *_CONFINES[3:],
)
_LEAVES_OPEN = (
    "the kernel itself: a hole in it is a hole in this; for that, use a virtual machine",
    "time: a program can tell how busy the machine is",
)
_FILTERS_LEAVES_OPEN = (
    "that files exist, and their sizes: they can't be opened, but asked about by name",
    "the number of threads, where the kernel counts all of your user's",
    *_LEAVES_OPEN,
)


def description(
    level: str, *, proofs: tuple[str, ...], notes: tuple[str, ...], slowness: float | None
) -> Description:
    """The layers of a level on this machine, what it confines and leaves open.

    `slowness` is how many times the usual the default time limits are here; None: not measured.
    """
    full = level == "full"
    layers = tuple(
        Layer(name=name, works=not why, what=_WHAT.get(name, name), why=why)
        for name, why in available().items()
        if full or name not in _ONLY_FULL
    )
    confines: tuple[str, ...] = _CONFINES if full else _FILTERS_CONFINES
    if slowness is not None and slowness > 1:
        confines = (*confines, f"default time limits are {slowness:.1f} times the usual here")
    return Description(
        level=level,
        sealed=True,
        layers=layers,
        confines=confines,
        leaves_open=(*notes, *(_LEAVES_OPEN if full else _FILTERS_LEAVES_OPEN)),
        proofs=proofs,
    )
