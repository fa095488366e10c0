"""How tests and modules are handed to the runner, which knows nothing of paragen's own values."""

from __future__ import annotations

from collections.abc import Sequence

from paragen.domain.command import ScriptRun, TestRun
from paragen.domain.errors import SandboxRefusal
from paragen.domain.task import TestCode
from paragen.languages.python import why_no_module


def handed_over(tests: Sequence[TestCode]) -> list[dict[str, object]]:
    """The pieces of test code as plain data, for marshal or JSON."""
    return [
        {"source": t.source, "origin": t.origin, "line": t.line, "kind": str(t.kind)} for t in tests
    ]


def modules_of(command: TestRun | ScriptRun) -> dict[str, list[tuple[str, str]]]:
    """The setting with the modules that the program may import; nothing where there are none.

    Raises SandboxRefusal for a name that would hide something else, or be hidden by it.
    """
    if not command.modules:
        return {}
    for module in command.modules:
        packaged = "the task names a package of that name" * (module.name in command.packages)
        if why := why_no_module(module.name) or packaged:
            raise SandboxRefusal(f"{module.name!r} can't be the name of a module: {why}")
    return {"modules": [(module.name, module.source) for module in command.modules]}
