"""`paragen doctor`: what works here and what doesn't."""

from __future__ import annotations

from dataclasses import asdict

import typer

from paragen.cli.options import (
    ConfigOption,
    DatabaseOption,
    Format,
    FormatOption,
    HostOption,
    SandboxOption,
)

MARKS = {"ok": "✓", "note": "•", "problem": "✗"}
COLOURS = {"ok": typer.colors.GREEN, "note": typer.colors.YELLOW, "problem": typer.colors.RED}


def doctor(
    config: ConfigOption = None,
    host: HostOption = None,
    sandbox: SandboxOption = None,
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
    from paragen.report.text import one_line

    findings: list[Finding] = []
    choices = Choices(
        config=config, host_urls=tuple(host or ()), sandbox=sandbox, database=database
    )
    for finding in examine(choices):
        findings.append(finding)
        if format is Format.TABLE:
            mark = typer.style(MARKS[finding.level], fg=COLOURS[finding.level], bold=True)
            emit(f"{mark} {one_line(f'{finding.check}: {finding.found}')}")
            for detail in finding.details:
                emit(f"    {one_line(detail)}")
            if finding.advice:
                emit(f"    → {one_line(finding.advice)}")
    if format is not Format.TABLE:
        rows = [
            {**asdict(f), "level": f.level.value, "details": "; ".join(f.details)} for f in findings
        ]
        print_rows(DOCTOR, rows, format, schema="paragen.doctor/1")
    raise typer.Exit(next((f.exit_code for f in findings if f.exit_code), 0))
