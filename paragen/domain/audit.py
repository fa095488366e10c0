"""How strong a task's tests are, as far as programs show that should not pass them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

WEAK_SHARE = 0.25
"""The most mutants of a program, of all, that may pass tests which aren't weak.

Some mutants do the same as the program, so a few that pass say nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A program that should not pass, and what it is in a few words."""

    program: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What became of stubs and mutants of a program that passed; only those judged count.

    `survivors` says what each that passed is, stubs first.
    """

    stubs: int
    stubs_passed: int
    mutants: int
    mutants_passed: int
    survivors: tuple[str, ...] = ()

    @property
    def weak(self) -> bool:
        """Whether any stub passed, or more mutants than can be put down to chance."""
        return self.stubs_passed > 0 or self.mutants_passed > WEAK_SHARE * self.mutants


class Suites(NamedTuple):
    """How many tasks of a type had their tests audited, and whose are weak by the last audit."""

    task_type: str
    audited: int
    weak: int
