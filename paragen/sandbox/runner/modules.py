"""Modules that exist in memory only, and whose source tracebacks and `inspect` can still read."""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from types import CodeType, ModuleType

PROGRAM = "solution.py"
"""The program's file name, which is in no directory."""

LINES: dict[str, list[str]] = {}
"""The lines of every source that was made a module of here, by file name."""


class SourceLoader:
    """What `linecache` and `inspect.getsource` ask for a module's source."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, name: str) -> str:
        """The module's source."""
        return self._source


def new_module(name: str, filename: str, source: str) -> ModuleType:
    """An empty module of that name, known to the import system."""
    module = type(sys)(name)
    namespace = module.__dict__
    namespace["__file__"] = filename
    namespace["__loader__"] = SourceLoader(source)
    namespace["__builtins__"] = builtins.__dict__
    LINES[filename] = source.split("\n")
    sys.modules[name] = module
    return module


def load_program(source: str) -> ModuleType:
    """Execute the program as the module `solution`; raises whatever it raises."""
    module = new_module("solution", PROGRAM, source)
    code: CodeType = compile(source, PROGRAM, "exec", dont_inherit=True)
    exec(code, module.__dict__)
    return module


def names_of(program: ModuleType) -> Collection[str]:
    """The names that the program defines; one in another process says so itself."""
    return program.__dict__ if type(program) is type(sys) else dir(program)
