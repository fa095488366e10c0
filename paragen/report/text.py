"""Numbers and statuses as people read them: the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from paragen.domain.status import Status

if TYPE_CHECKING:
    from paragen.domain.audit import Audit
    from paragen.domain.candidate import Candidate, Verdict
    from paragen.domain.task import Task
    from paragen.domain.tournament import Run

NOTHING = "–"
"""What stands where nothing was measured."""

BAR_WIDTH = 8
"""How many columns the bar of a whole share takes."""

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_LEVELS = "▁▂▃▄▅▆▇█"

STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.TIMEOUT: "red",
    Status.MEMORY: "red",
    Status.CRASHED: "red",
    Status.NO_CODE: "yellow",
    Status.ERROR: "magenta",
    Status.CANCELLED: "dim",
    Status.NOT_JUDGED: "magenta",
}

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def seconds(value: float | None) -> str:
    """A duration: milliseconds under a second, minutes from two on."""
    if value is None:
        return NOTHING
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60):02d} s"


def score(value: float | None) -> str:
    """A score in 0..1."""
    return NOTHING if value is None else f"{value:.2f}"


def share(value: float | None) -> str:
    """A share in 0..1, as per cent."""
    return NOTHING if value is None else f"{value:.0%}"


def bar(value: float | None) -> str:
    """A share in 0..1, drawn and as per cent."""
    if value is None:
        return NOTHING
    whole, part = divmod(round(value * BAR_WIDTH * 8), 8)
    drawn = "█" * whole + _EIGHTHS[part]
    return f"{drawn:<{BAR_WIDTH}} {share(value):>4}"


def sparkline(values: Sequence[float]) -> str:
    """Shares in 0..1, drawn one after the other."""
    return "".join(_LEVELS[round(value * (len(_LEVELS) - 1))] for value in values)


def moment(at: object) -> str:
    """A moment of ISO 8601 in UTC, to the second."""
    return f"{str(at)[:19]}Z"


def count(value: float | None) -> str:
    """A mean of what is counted, as a whole number."""
    return NOTHING if value is None else f"{value:.0f}"


def rate(value: float | None) -> str:
    """A speed in tokens/s."""
    return NOTHING if value is None else f"{value:.1f}"


def energy(value: float | None) -> str:
    """Joules; of many of them kilojoules, then megajoules."""
    if value is None:
        return NOTHING
    for unit in ("J", "kJ"):
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} MJ"


def size(value: int | None) -> str:
    """A number of bytes."""
    if value is None:
        return NOTHING
    number = float(value)
    for unit in _UNITS[:-1]:
        if number < 1023.95:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {_UNITS[-1]}"


def tests(candidate: Candidate) -> str:
    """Tests passed of all; how a program without tests fared is in its status."""
    verdict = candidate.verdict
    if verdict is None or not verdict.tests_total:
        return NOTHING
    return f"{verdict.tests_passed}/{verdict.tests_total}"


def status(candidate: Candidate) -> str:
    """The status in words, with the error's kind where there is one, and a cached answer said."""
    words = candidate.status.value.replace("_", " ")
    if candidate.status is Status.ERROR and candidate.error is not None:
        return f"{words}: {one_line(candidate.error.kind.replace('_', ' '))}"
    if candidate.answer is not None and candidate.answer.cached:
        return f"{words}, cached"
    return words


def mode(name: str, options: Mapping[str, object], deadline_s: float | None = None) -> str:
    """A mode with its options as they were written, and the deadline where there is one."""
    said = ", ".join(f"{key} {_option(value)}" for key, value in options.items())
    words = f"mode {name} ({one_line(said)})" if said else f"mode {name}"
    return words if deadline_s is None else f"{words}, deadline {seconds(deadline_s)}"


def _option(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def why(candidate: Candidate) -> str:
    """One line on what went wrong, empty where nothing did."""
    if candidate.error is not None:
        return _first_line(candidate.error.message)
    if candidate.verdict is None or candidate.status is Status.PASSED:
        return ""
    if candidate.verdict.detail:
        return _first_line(candidate.verdict.detail)
    failing = [c for c in candidate.verdict.cases if c.detail]
    return _first_line(f"{failing[0].name}: {failing[0].detail}") if failing else ""


def unsealed(verdict: Verdict | None) -> str:
    """Why a verdict isn't sealed, in a line; empty where it is, or where nobody knows."""
    return _first_line(verdict.unsealed_because) if verdict else ""


def unsealed_winner(run: Run) -> str:
    """That a run's winner has a verdict that isn't sealed, and why; empty where that isn't so."""
    winner = run.winning
    if winner is None or not unsealed(winner.verdict):
        return ""
    name = one_line(winner.attempt.instance.name)
    return f"{name}'s verdict isn't sealed: {unsealed(winner.verdict)}"


def unsealed_notes(verdicts: Sequence[tuple[str, Verdict]]) -> tuple[str, ...]:
    """Why verdicts aren't sealed, a line for each reason; with whose, where it isn't all's."""
    names: dict[str, list[str]] = {}
    for name, verdict in verdicts:
        if unsealed(verdict):
            names.setdefault(unsealed(verdict), []).append(name)
    return tuple(
        f"unsealed: {why}"
        if len(whose) == len(verdicts)
        else f"unsealed ({one_line(', '.join(whose))}): {why}"
        for why, whose in names.items()
    )


def audit(found: Audit) -> str:
    """What an audit says of a task's tests, in a sentence."""
    stubs, mutants = counted(found.stubs, "stub"), counted(found.mutants, "mutant")
    if not found.survivors:
        return f"the tests caught all of {stubs} and {mutants} of the winner"
    first = found.survivors[0]
    passed = f"{found.mutants_passed} of {mutants} of the winner passed them"
    if found.stubs_passed:
        passed = f"{found.stubs_passed} of {stubs} and {passed}"
    said = f"{passed}, e.g. {first}"
    if found.stubs_passed:
        return f"the tests are weak: {said}"
    return f"the tests {'are weak' if found.weak else 'hold'}: {said} (which may be equivalent)"


def counted(number: int, noun: str) -> str:
    """A number and its noun, in the plural where it needs one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def one_line(words: str) -> str:
    """A text that came from elsewhere, in one line and safe to show."""
    return printable(" ".join(words.split("\n"))).replace("\t", " ")


def task_type(task: Task) -> str:
    """A task's type, and whether it is a guess."""
    name = one_line(task.task_type)
    return f"{name} (inferred)" if task.task_type_inferred else name


def printable(text: str) -> str:
    """A text that came from a model, safe to show: control characters can't steer a terminal."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _first_line(text: str) -> str:
    return printable(text.strip().partition("\n")[0])
