"""What the confined levels are made of, for a person to read."""

from __future__ import annotations

from paragen.sandbox.confinement import available
from paragen.sandbox.levels import Description, Layer

_WHAT = {
    "user namespaces": "the worker's root is nobody outside; its processes have no rights on yours",
    "private namespaces": "no other process, network or shared memory is to be seen",
    "new root": "its file system holds Python and shared libraries, read-only; nothing of yours",
    "landlock": "files: only Python's and shared libraries' can be read, none written",
    "landlock scopes": "no signals to others, and no abstract sockets, by the kernel's second lock",
    "landlock net": "no TCP, by the kernel's second lock",
    "seatbelt": "all is denied but reading Python's and shared libraries' files: no network, no "
    "new process, nothing of other processes or of the system's services",
    "memory watch": "memory: looked at from outside a hundred times a second, for want of a limit",
    "seccomp": "only harmless system calls: no new process, no socket, no tracing, no mounts",
}
"""What each layer of `confinement.available` is good for."""

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
_SEATBELT_CONFINES = (
    *_FILTERS_CONFINES[:3],
    "CPU time, wall-clock time, memory, output and open files, each by its own limit",
    *_CONFINES[4:],
)
_SEATBELT_LEAVES_OPEN = (
    (
        "what its makers haven't seen: this level is written by the documentation and proven by "
        "its self-test at each start, but they haven't run it yet"
    ),
    "memory: what a program takes within a hundredth of a second is seen only after that",
    "the number of threads: bounded by memory and CPU time only",
    "if paragen and its worker are both killed at once, a program may run on until its alarm",
    *_LEAVES_OPEN,
)
_TEXTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "full": (_CONFINES, _LEAVES_OPEN),
    "filters": (_FILTERS_CONFINES, _FILTERS_LEAVES_OPEN),
    "seatbelt": (_SEATBELT_CONFINES, _SEATBELT_LEAVES_OPEN),
}
"""What each level confines, and what it leaves open."""


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
    confines, leaves_open = _TEXTS[level]
    if slowness is not None and slowness > 1:
        confines = (*confines, f"default time limits are {slowness:.1f} times the usual here")
    return Description(
        level=level,
        sealed=True,
        layers=layers,
        confines=confines,
        leaves_open=(*notes, *leaves_open),
        proofs=proofs,
    )
