"""The profile that macOS keeps a program to, as text in its sandbox profile language.

Everything is denied that isn't named here: starting processes, the network, other processes,
services of the system, shared memory, and every file but those to read. What was open before the
profile went on stays open: that is how a program has its socket and its standard streams.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

_DEVICES = ("/dev/null", "/dev/random", "/dev/urandom", "/dev/zero")

_SYSCTLS = (
    "hw.activecpu", "hw.byteorder", "hw.cputype", "hw.logicalcpu", "hw.logicalcpu_max",
    "hw.machine", "hw.memsize", "hw.ncpu", "hw.pagesize", "hw.pagesize_compat", "hw.physicalcpu",
    "hw.physicalcpu_max", "hw.tbfrequency", "kern.maxfilesperproc", "kern.osproductversion",
    "kern.osrelease", "kern.ostype", "kern.osversion", "kern.usrstack64", "kern.version",
    "sysctl.proc_cputype",
)  # fmt: skip
"""What the C library and Python ask the kernel for. By name, since others, like kern.procargs2,
tell of other processes: their arguments and their environment."""

_PIECE_BYTES = 200
"""The longest piece of text that is written as one: the language's reader has a buffer of its own
for those, and it is small."""


def profile(reads: Iterable[str], links: Iterable[str] = ()) -> str:
    """The profile of a process that can read these files and directories, and write nothing.

    The paths must be real ones: with no symbolic link above their last part, and in the file
    system's own spelling. `links` are the symbolic links that lead to them. Raises ValueError
    for a path that isn't absolute, and for the root, of which everything is a part.
    """
    paths = tuple(dict.fromkeys(reads))
    for path in paths:
        if not path.startswith("/") or not path.strip("/"):
            raise ValueError(f"{path!r} can't be a path that programs may read")
    ways = tuple(links)
    seen = (*paths, *ways)
    looked_at = {str(parent) for path in seen for parent in PurePosixPath(path).parents}
    looked_at.update(ways)
    rules = (
        "(version 1)",
        "(deny default (with no-log))",
        "(allow signal (target self))",
        "(allow process-info* (target self))",
        _allow("sysctl-read", "sysctl-name", _SYSCTLS),
        _allow("file-read*", "literal", _DEVICES),
        _allow("file-write-data", "literal", ("/dev/null",)),
        _allow("file-read*", "subpath", paths),
        _allow("file-map-executable", "subpath", paths),
        # A path can be asked about and made real only where those above it can be looked at;
        # that tells no names.
        _allow("file-read-metadata", "literal", sorted(looked_at)),
    )
    return "\n".join(rule for rule in rules if rule) + "\n"


def _allow(operation: str, what: str, values: Iterable[str]) -> str:
    """A rule that allows the operation on each of these; none at all where there are none.

    Without any filter behind it, an operation would be allowed on everything.
    """
    filters = "".join(f"\n  ({what} {quoted(value)})" for value in values)
    return f"(allow {operation}{filters})" if filters else ""


def quoted(text: str) -> str:
    """A text as the language writes it.

    A long one becomes an expression that puts its pieces together. Raises ValueError for a text
    with a null character, which would end the whole profile.
    """
    if "\0" in text:
        raise ValueError(f"a path with a null character: {text!r}")
    pieces = [_literal(piece) for piece in _pieces(text)]
    return pieces[0] if len(pieces) == 1 else f"(string-append {' '.join(pieces)})"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _pieces(text: str) -> list[str]:
    """The text in pieces that are short in bytes, too; one empty piece for an empty text."""
    pieces = [""]
    size = 0
    for character in text:
        length = len(_literal(character).encode("utf-8", "surrogateescape")) - 2
        if size + length > _PIECE_BYTES:
            pieces.append("")
            size = 0
        pieces[-1] += character
        size += length
    return pieces
