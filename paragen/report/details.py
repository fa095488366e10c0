"""One recorded run or candidate, looked at closely."""

from __future__ import annotations

import difflib
from dataclasses import replace

from rich.console import Console, Group, RenderableType
from rich.segment import Segments
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from paragen.domain.candidate import Candidate
from paragen.domain.command import Outcome
from paragen.domain.errors import UsageError
from paragen.domain.tournament import Run
from paragen.report import text
from paragen.report.rows import Value
from paragen.report.tables import run_table


def find_candidate(run: Run, candidate_id: str | None) -> Candidate:
    """The candidate of that id or instance, the winner for None; raises UsageError."""
    wanted = candidate_id or run.winner
    for candidate in run.ranking:
        if wanted in (candidate.id, candidate.attempt.instance.name):
            return candidate
    ids = ", ".join(f"{c.id} ({c.attempt.instance.name})" for c in run.ranking) or "none"
    if wanted is None:
        raise UsageError(f"Run {run.run_id} has no winner; choose with --candidate. It has: {ids}.")
    raise UsageError(f"Run {run.run_id} has no candidate {wanted!r}. It has: {ids}.")


def need_code(candidate: Candidate) -> str:
    """A candidate's code; raises UsageError where it has none."""
    if candidate.code is None:
        raise UsageError(
            f"Candidate {candidate.id} ({candidate.attempt.instance.name}) has no code: it ended "
            f"as {text.status(candidate)}. --raw prints its answer, if there is one."
        )
    return candidate.code


def need_answer(candidate: Candidate) -> str:
    """A candidate's answer as it came; raises UsageError where there is none."""
    if candidate.answer is None:
        raise UsageError(
            f"Candidate {candidate.id} ({candidate.attempt.instance.name}) has no answer: it "
            f"ended as {text.status(candidate)}."
        )
    return candidate.answer.text


def difference(old: Candidate, new: Candidate) -> str:
    """A unified diff from one candidate's code to another's."""
    lines = difflib.unified_diff(
        need_code(old).splitlines(),
        need_code(new).splitlines(),
        f"{old.id} {old.attempt.instance.name}",
        f"{new.id} {new.attempt.instance.name}",
        lineterm="",
    )
    return "\n".join(lines) or "the two programs are the same"


def print_highlighted(console: Console, code: str, language: str) -> None:
    """Print a program with its syntax in colours, nothing between two of its line ends.

    Where a line is longer than the terminal is wide, breaking it is left to the terminal: what is
    copied from there is still the program. Tabs stay tabs for the same reason.
    """
    shown = text.printable(code if code.endswith("\n") else code + "\n")
    found = Syntax(shown, language, background_color="default", tab_size=0).highlight(shown)
    console.print(Segments(found.render(console)), soft_wrap=True)


def candidate_row(candidate: Candidate) -> dict[str, Value]:
    """A candidate as a flat row, for CSV and Markdown."""
    instance, answer = candidate.attempt.instance, candidate.answer
    verdict, scores = candidate.verdict, candidate.scores
    return {
        "id": candidate.id,
        "generator": instance.name,
        "model": instance.generator.model,
        "temperature": instance.generator.temperature,
        "seed": instance.seed,
        "status": candidate.status.value,
        "passed": verdict.tests_passed if verdict else None,
        "total": verdict.tests_total if verdict else None,
        "quality": scores.quality if scores else None,
        "speed": scores.speed if scores else None,
        "combined": scores.combined if scores else None,
        "tokens_per_s": answer.tokens_per_s if answer else None,
        "generation_s": answer.generation_s if answer else None,
        "execution_s": verdict.execution_s if verdict else None,
        "energy_j": answer.energy_j if answer else None,
    }


def run_details(run: Run, width: int) -> RenderableType:
    """A run's heading, its candidates and their ids."""
    ids = ", ".join(f"{c.id} {text.one_line(c.attempt.instance.name)}" for c in run.ranking)
    if not run.reason:
        run = replace(run, reason="It has not ended. `paragen resume` goes on with it.")
    return Group(
        Text(
            f"run {run.run_id}, {text.moment(run.started_at)}, took {text.seconds(run.wall_s)}"
            + (", gone on with after a break" if run.resumed else ""),
            style="dim",
        ),
        run_table(run, width),
        *([Text(text.one_line(text.audit(run.audit)))] if run.audit is not None else []),
        Text(f"candidates: {ids}", style="dim"),
    )


def candidate_details(candidate: Candidate) -> RenderableType:
    """What is known of a candidate but for its code: facts, measures, tests."""
    parts: list[RenderableType] = [_facts(candidate)]
    if candidate.verdict is not None and candidate.verdict.cases:
        parts.append(_cases(candidate))
    return Group(*parts)


def _facts(candidate: Candidate) -> Table:
    instance, answer = candidate.attempt.instance, candidate.answer
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")

    def fact(name: str, value: str) -> None:
        table.add_row(name, Text(text.printable(value)))

    fact("candidate", f"{candidate.id}, {instance.name}")
    fact("model", f"{instance.generator.model} at temperature {instance.generator.temperature}")
    fact("seed", str(instance.seed))
    fact("host", candidate.host or text.NOTHING)
    fact("status", text.status(candidate))
    if text.why(candidate):
        fact("why", candidate.error.message if candidate.error else text.why(candidate))
    fact("tests", text.tests(candidate))
    if answer is not None:
        fact(
            "time",
            f"generation {text.seconds(answer.generation_s)}, load {text.seconds(answer.load_s)}, "
            f"queue {text.seconds(answer.queue_s)}",
        )
        fact(
            "tokens",
            f"{answer.prompt_tokens} read, {answer.completion_tokens} written, "
            f"{text.rate(answer.tokens_per_s)}/s",
        )
        if answer.energy_j is not None:
            fact("energy", text.energy(answer.energy_j))
    if candidate.verdict is not None:
        verdict = candidate.verdict
        sealed = "sealed" if verdict.sealed else "not sealed"
        fact(
            "execution",
            f"{text.seconds(verdict.execution_s)} CPU, {text.size(verdict.peak_bytes)}, "
            f"sandbox {verdict.level or text.NOTHING}, {sealed}",
        )
        if text.unsealed(verdict):
            fact("not sealed", text.unsealed(verdict))
    if candidate.scores is not None:
        scores = candidate.scores
        fact(
            "scores",
            f"combined {text.score(scores.combined)}: quality {text.score(scores.quality)}, "
            f"speed {text.score(scores.speed)}; evaluator {text.score(scores.evaluator)}",
        )
    if candidate.measures:
        fact(
            "measures",
            ", ".join(f"{name} {text.score(v)}" for name, v in candidate.measures.items()),
        )
    return table


def _cases(candidate: Candidate) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    marks = {Outcome.PASSED: Text("✓", "green"), Outcome.FAILED: Text("✗", "red")}
    for case in candidate.verdict.cases if candidate.verdict else ():
        mark = marks.get(case.outcome, Text("•", "yellow"))
        table.add_row(mark, Text(text.printable(case.name)), Text(text.printable(case.detail)))
    return table
