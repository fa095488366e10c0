"""One line about the machine that a measurement is of."""

from __future__ import annotations

import datetime
import platform
from pathlib import Path

from paragen.sandbox import default_workers


def machine_line() -> str:
    """Date, processor, cores, kernel and Python."""
    return ", ".join(
        (
            datetime.datetime.now(datetime.UTC).date().isoformat(),
            _processor(),
            f"{default_workers()} cores",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
        )
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (names or [platform.processor() or platform.machine()])[0]
