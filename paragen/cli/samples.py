"""`paragen judge --suite`: a file of samples against a suite's problems."""

from __future__ import annotations

import sys
from pathlib import Path

from paragen.app.choices import Choices
from paragen.app.samples import SampleJudging
from paragen.cli.interrupt import interruptible
from paragen.cli.output import emit, note, print_json, warn
from paragen.domain.status import Status
from paragen.judge.tally import SuiteResult
from paragen.report.judged import (
    LiveProgress,
    PlainProgress,
    in_words,
    levels_in_words,
    pass_at_lines,
)
from paragen.report.objects import judge_suite_object
from paragen.report.text import counted, one_line


def judge_samples(
    samples: Path, suite: Path, choices: Choices, *, output: Path | None, new: bool, as_json: bool
) -> None:
    """Judge samples against a suite, and print what they show; raises ParagenError."""
    with SampleJudging(samples, suite, output=output, new=new) as judging:
        if judging.unattempted:
            warn(f"{judging.unattempted} of the suite's problems have no sample: they don't count.")
        with interruptible(judging), _progress(judging.samples) as progress:
            result = judging.judge(choices, progress, warn)
    _warn_of_what_was_not_judged(result)
    if as_json:
        print_json(judge_suite_object(result))
    else:
        _print_summary(result)


def _progress(samples: int) -> LiveProgress | PlainProgress:
    """A bar on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        return PlainProgress(sys.stderr, samples=samples)
    from rich.console import Console

    return LiveProgress(Console(stderr=True), samples=samples)


def _warn_of_what_was_not_judged(result: SuiteResult) -> None:
    missing = result.tally.statuses[Status.NOT_JUDGED]
    if missing:
        warn(
            f"{counted(missing, 'sample')} couldn't be judged and count as none (the first: "
            f"{one_line(result.tally.fault)}). The same command tries them again."
        )


def _print_summary(result: SuiteResult) -> None:
    tally = result.tally
    for line in pass_at_lines(tally.pass_at):
        emit(line)
    note(
        f"{counted(tally.samples, 'sample')} of {counted(result.problems, 'problem')}: "
        f"{in_words(tally.statuses)}; {levels_in_words(tally.levels, tally.sealed)}"
    )
    note(f"the results are in {result.output}")
