"""Local code-generation tournaments, as a library.

    from paragen import Generator, play
    run = play("prompt.md", generators=[Generator(name="qwen", model="qwen2.5-coder:7b")])
    print(run.reason)
    print(run.winning.code if run.winning else "nobody won")

What stands in `__all__` is loaded when it is first used, so that the command starts quickly.
"""

from __future__ import annotations

from importlib import import_module

from paragen.version import __version__

TYPE_CHECKING = False  # what checkers take for true, without loading typing before the command
if TYPE_CHECKING:
    from paragen.app.choices import Choices
    from paragen.app.session import Session, play
    from paragen.domain.candidate import Candidate
    from paragen.domain.errors import ParagenError
    from paragen.domain.generator import Generator
    from paragen.domain.status import Status
    from paragen.domain.task import Task
    from paragen.domain.tournament import Run
    from paragen.files import load_task

__all__ = [
    "Candidate",
    "Choices",
    "Generator",
    "ParagenError",
    "Run",
    "Session",
    "Status",
    "Task",
    "__version__",
    "load_task",
    "play",
]

_HOMES = {
    "Candidate": "paragen.domain.candidate",
    "Choices": "paragen.app.choices",
    "Generator": "paragen.domain.generator",
    "ParagenError": "paragen.domain.errors",
    "Run": "paragen.domain.tournament",
    "Session": "paragen.app.session",
    "Status": "paragen.domain.status",
    "Task": "paragen.domain.task",
    "load_task": "paragen.files",
    "play": "paragen.app.session",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'paragen' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
