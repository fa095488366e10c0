"""What the sandbox is asked to do, and what came of it.

The program and its tests are separate in every command, so that a sandbox can keep them in
separate processes: a level that seals verdicts never lets the candidate's process see `tests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paragen.domain.task import Limits, Module, TestCode


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """Run tests against a program; with no tests, import it and look for `entry_point`.

    `packages` are the third-party packages that the program may import, `modules` the programs of
    earlier steps. `unsealed_because` says why the tests need the program in their own process;
    empty where they don't.
    """

    __test__ = False

    program: str
    language: str
    tests: tuple[TestCode, ...]
    entry_point: str | None
    limits: Limits
    packages: tuple[str, ...] = ()
    modules: tuple[Module, ...] = ()
    unsealed_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRun:
    """Run a program as a script, with `stdin` as its input."""

    program: str
    language: str
    stdin: str
    limits: Limits
    packages: tuple[str, ...] = ()
    modules: tuple[Module, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """Run one of paragen's own tools (a linter, say) over a text: it is trusted, not confined.

    `argv[0]` is the tool's name; the sandbox knows where it lies.
    """

    argv: tuple[str, ...]
    stdin: str
    timeout_s: float


Command = TestRun | ScriptRun | ToolRun


class Ending(StrEnum):
    """How a command's process came to its end."""

    EXITED = "exited"
    SIGNALLED = "signalled"
    CPU_LIMIT = "cpu_limit"
    WALL_LIMIT = "wall_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How one test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One test's outcome; `detail` is one or few lines for a person, empty where it passed."""

    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command's execution yielded.

    `planned` is the number of tests found before the program ran (None: it never came so far),
    `cases` those that ended, and `complete` whether the runner reached its own end and said so:
    an exit code alone is no verdict. `cpu_s` is what the process used by the kernel's account,
    `wall_s` what passed, `peak_bytes` its largest resident size.
    `level` names the sandbox level in force; `sealed` says that the candidate's process had no part
    in the verdict but by what it answered, `unsealed_because` why that isn't so. `detail` says
    which limit hit, or what the runner said.
    """

    ending: Ending
    exit_code: int | None = None
    signal: int | None = None
    planned: int | None = None
    cases: tuple[CaseResult, ...] = ()
    complete: bool = False
    stdout: str = ""
    stderr: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_bytes: int | None = None
    level: str = ""
    sealed: bool = False
    unsealed_because: str = ""
    detail: str = ""
