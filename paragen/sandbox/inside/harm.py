"""What the self-test's harms have in common, whatever the platform."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any


class NotContained(Exception):
    """A harm that wasn't kept off, though no error says so."""


def of_each_other(settings: Mapping[str, Any], harm: Callable[[int], object]) -> None:
    """Try a harm on every other process that there is to harm: each must be refused."""
    for pid in (os.getppid(), *settings["others"]):
        try:
            harm(pid)
        except OSError:
            continue
        raise NotContained(f"process {pid}")
    raise OSError("refused for each")
