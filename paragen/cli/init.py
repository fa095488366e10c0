"""`paragen init`: a config and an example task to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from paragen.cli.options import HostOption


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write them.")] = Path(),
    host: HostOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Write a generators.toml and a prompt.md to begin with."""
    from paragen.app.starter import write_starter
    from paragen.cli.output import emit, warn

    started = write_starter(folder, host_urls=tuple(host or ()), force=force)
    for warning in started.warnings:
        warn(warning)
    for path in started.written:
        emit(f"wrote {path}")
    emit(f"next: paragen doctor, then paragen run {shlex.quote(str(started.prompt))}")
