"""The evaluator: measures of a program in 0..1, from one run of ruff over it.

Each measure is 1 / (1 + cost × findings / units), where `units` is the program's length in tens
of code lines, at least one: a finding weighs the more the shorter the program, 1 means no
finding, and more findings never raise a measure. A program that doesn't parse has correctness 0
and no other measure; one without a line of code has none.

Whether it parses is for the Python to say that runs it; what is good style is the same on all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paragen.domain.command import Ending, Ran, ToolRun
from paragen.languages import language

LINES_PER_UNIT = 10
TARGET = "py311"
"""The oldest Python that programs may be run with: no newer way of writing is asked of them."""
_TIMEOUT_S = 30.0
_SYNTAX_ERRORS = frozenset({None, "invalid-syntax"})
_EXIT_CODES = frozenset({0, 1})
"""Nothing found, something found; anything else is ruff's own failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One part of the evaluator's score.

    `rules` are ruff's rule prefixes whose findings count here, `cost` what one finding in ten
    lines of code does to the measure. What a measure counts for is in `paragen.judge.score`.
    """

    rules: tuple[str, ...]
    cost: float


MEASURES: Mapping[str, Measure] = {
    "correctness": Measure(rules=("F", "E9", "B", "PLE", "PLW"), cost=1.5),
    "complexity": Measure(rules=("C90", "PLR09"), cost=1.5),
    "security": Measure(rules=("S",), cost=3.0),
    "documentation": Measure(rules=("D101", "D102", "D103"), cost=1.0),
    "style": Measure(rules=("E4", "E5", "E7", "W", "N", "UP", "I"), cost=0.3),
    "simplification": Measure(
        rules=("SIM", "C4", "PIE", "RET", "PERF", "FURB", "PLR1", "PLR5"), cost=0.5
    ),
}
"""The measures. Every rule prefix stands in exactly one of them."""

IGNORED = (
    "B905",  # zip without strict=: right for most small programs
    "E501",  # long lines: models are asked for programs, not for layout
    "N802", "N803", "N806",  # names that the task may dictate
    "PLW2901",  # `for line in …: line = line.strip()` is common and harmless
    "S101",  # asserts
    "S311",  # random numbers that are no secret
    "UP006", "UP007", "UP035", "UP045",  # typing.List and the like, which the task may dictate
    "W291", "W292", "W293",  # white space at line ends: the prompt's docstring, the extraction
)  # fmt: skip
"""Rules left out, since they would blame a program for the task's choice or for nothing."""


def plan(program: str) -> ToolRun:
    """One run of ruff over the program, with nobody's configuration."""
    selected = ",".join(rule for measure in MEASURES.values() for rule in measure.rules)
    return ToolRun(
        argv=(
            "ruff", "check", "--isolated", "--no-cache", "--output-format", "json",
            "--select", selected, "--ignore", ",".join(IGNORED), "--ignore-noqa",
            "--target-version", TARGET, "--stdin-filename", "solution.py", "-",
        ),
        stdin=program,
        timeout_s=_TIMEOUT_S,
    )  # fmt: skip


def read(program: str, ran: Ran) -> dict[str, float]:
    """The measures of a program by name, from what ruff said; none where ruff couldn't run."""
    findings = _findings(ran)
    if findings is None:
        return {}
    codes = [finding.get("code") for finding in findings]
    python = language("python")
    # Ruff finds the syntax of Pythons newer than TARGET invalid: that alone says nothing.
    if any(code in _SYNTAX_ERRORS for code in codes) and not python.parses(program):
        return {"correctness": 0.0}
    lines = python.code_lines(program)
    if not lines:
        return {}  # nothing can be said of no program
    units = max(1.0, lines / LINES_PER_UNIT)
    return {
        name: 1 / (1 + measure.cost * _count(codes, measure.rules) / units)
        for name, measure in MEASURES.items()
    }


def _findings(ran: Ran) -> list[dict[str, Any]] | None:
    """Ruff's findings, None where its output isn't a list of them."""
    if ran.ending is not Ending.EXITED or ran.exit_code not in _EXIT_CODES:
        return None
    try:
        findings = json.loads(ran.stdout)
    except ValueError:
        return None
    if not isinstance(findings, list) or not all(isinstance(f, dict) for f in findings):
        return None
    return findings


def _count(codes: list[str | None], rules: tuple[str, ...]) -> int:
    return sum(1 for code in codes if code and any(falls_under(code, rule) for rule in rules))


def falls_under(code: str, rule: str) -> bool:
    """Whether a rule prefix covers a finding's code: S covers S307, but not SIM103."""
    return code.startswith(rule) and _family(code) == _family(rule)


def _family(code: str) -> str:
    return code.rstrip("0123456789")
