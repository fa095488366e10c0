"""The standard library's hooks for forks: kept away from the zygote, where they only cost.

`threading` and `random` have the interpreter call them in each child: that takes as long again as
the fork itself, and there is nothing for them to do, for the zygote has one thread. Random numbers
are the same in each candidate by that, as are hashes: what a program does can be done again.
"""

from __future__ import annotations

import os
from collections.abc import Callable

_hooks: list[dict[str, Callable[[], object]]] = []
_register = os.register_at_fork


def _keep(**hooks: Callable[[], object]) -> None:
    _hooks.append(hooks)


def withhold() -> None:
    """Let no module that is imported from now on register a hook."""
    os.register_at_fork = _keep  # type: ignore[assignment]  # takes fewer sorts of arguments


def hand_over(processes: bool) -> None:
    """In a candidate: let modules register hooks again, with those withheld if it may fork."""
    os.register_at_fork = _register
    if processes:
        for hooks in _hooks:
            _register(**hooks)
