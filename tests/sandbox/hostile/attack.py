"""What an attack is: a small program, what it plays against, and how its success is seen."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from paragen.domain.task import Limits, TestKind
from tests.sandbox.hostile.stage import DONE, Stage

QUICK = Limits(cpu_s=4.0, wall_s=6.0, scales=False)
"""Enough for any of these programs on a busy machine."""

NUMPY = ("numpy",)

SQUARE = """\
from solution import f
CASES = [(7919, 62710561), (104729, 10968163441)]
def test_square():
    for given, wanted in CASES:
        assert f(given) == wanted
"""
"""What most forgeries play against: f(x) must be x * x, and none of them computes that."""


WAYS = ("sealed", "script")
"""How a program is run: asked by a tester, or as a script; "unsealed" is beside its tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came out of a run: all its text, its status and how long it took."""

    text: str
    status: str = ""


class Fools(StrEnum):
    """Which harness a forgery is shown to fool, so that a test which can't fail is noticed."""

    UNCONFINED = "the level none: tests and program in one process"
    EXIT_CODE = "a harness that trusts the exit code"
    PRINTED = "a harness that trusts a printed PASSED"
    CREDULOUS = "a tester that checks nothing of what comes over the socket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """A wrong program that wants to be passed; `how` says by what."""

    name: str
    how: str
    program: str
    tests: str = SQUARE
    kind: TestKind = TestKind.PYTHON
    fools: Fools = Fools.UNCONFINED
    limits: Limits = QUICK
    packages: tuple[str, ...] = ()
    since: tuple[int, int] = (3, 11)
    """The first Python in which it works unconfined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """A program whose `f()` wants to do damage or to see secrets; `how` says by what.

    `done` says whether it did, once the run is over. `limits` hold in the confined runs, `generous`
    in the one that proves that the harm can be done; `bare` harms are proven in a plain child
    process, since even the level none keeps them off. `root` harms can only be proven by root.
    `may_lack` harms need something of the kernel that it may have been built or set up without.
    `ways` are those of running a program in which it is tried.
    """

    name: str
    how: str
    program: str
    done: Callable[[Stage, Seen], bool]
    limits: Limits = QUICK
    generous: Limits = QUICK
    bare: bool = False
    root: bool = False
    may_lack: bool = False
    slow: bool = False
    ways: tuple[str, ...] = WAYS


def stole(stage: Stage, seen: Seen) -> bool:
    """Whether the secret came out."""
    return stage.loot in seen.text


def said_done(stage: Stage, seen: Seen) -> bool:
    """Whether the program says that it did what can only be seen from within."""
    return DONE in seen.text


def did_write(stage: Stage, seen: Seen) -> bool:
    """Whether anything outside was changed."""
    return stage.written()


def got_through(stage: Stage, seen: Seen) -> bool:
    """Whether a listener heard anything."""
    return stage.reached()


def hurt(stage: Stage, seen: Seen) -> bool:
    """Whether another process was changed."""
    return stage.victim_hurt()


def left_a_process(stage: Stage, seen: Seen) -> bool:
    """Whether a process is left."""
    return bool(stage.left_processes())


def text(source: str) -> str:
    """Source text written with the indentation of its surroundings."""
    return textwrap.dedent(source).lstrip("\n")
