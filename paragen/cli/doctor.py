"""`paragen doctor`: what works here and what doesn't."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

import typer

from paragen.cli.options import (
    ConfigOption,
    DatabaseOption,
    Format,
    FormatOption,
    HostOption,
    SandboxOption,
    UnsafeOption,
)
from paragen.report.text import one_line

MARKS = {"ok": "✓", "note": "•", "problem": "✗"}
WIDTH = 80
COLOURS = {"ok": typer.colors.GREEN, "note": typer.colors.YELLOW, "problem": typer.colors.RED}


def doctor(
    config: ConfigOption = None,
    host: HostOption = None,
    sandbox: SandboxOption = None,
    unsafe: UnsafeOption = False,
    database: DatabaseOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say what works and what doesn't, each with what to do.

    The exit code is that of the first problem that would keep a run from being played.
    """
    from paragen.app.choices import Choices
    from paragen.app.doctor import Finding, examine
    from paragen.cli.output import emit, print_rows
    from paragen.report.columns import DOCTOR

    findings: list[Finding] = []
    choices = Choices(
        config=config,
        host_urls=tuple(host or ()),
        sandbox=sandbox,
        unsafe=unsafe,
        database=database,
    )
    for finding in examine(choices):
        findings.append(finding)
        if format is Format.TABLE:
            mark = typer.style(MARKS[finding.level], fg=COLOURS[finding.level], bold=True)
            emit(mark + _filled(f"  {finding.check}: {finding.found}", 0)[1:])
            for detail in finding.details:
                emit(_filled(detail, 4))
            if finding.advice:
                emit(_filled(f"→ {finding.advice}", 4))
    if format is not Format.TABLE:
        rows = [
            {**asdict(f), "level": f.level.value, "details": "; ".join(f.details)} for f in findings
        ]
        print_rows(DOCTOR, rows, format, schema="paragen.doctor/1")
    raise typer.Exit(next((f.exit_code for f in findings if f.exit_code), 0))


def _filled(words: str, indent: int) -> str:
    """A finding or a detail of it, in lines that fit a terminal of 80 columns."""
    return textwrap.fill(
        one_line(words),
        width=WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
