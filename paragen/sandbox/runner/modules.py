"""Modules that exist in memory only, and whose source tracebacks and `inspect` can still read."""

from __future__ import annotations

import builtins
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import CodeType, ModuleType
    from typing import Any

PROGRAM = "solution.py"
"""The program's file name, which is in no directory."""

LINES: dict[str, list[str]] = {}
"""The lines of every source that was made a module of here, by file name."""

OF_PROGRAM = {PROGRAM}
"""The file names among these that are the program's, and of what it was given to import."""


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


class Given:
    """Finds and loads the modules that the program was given: the programs of earlier steps."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """What the import system wants to know of a module, None for one that wasn't given."""
        if name not in self._sources:
            return None
        spec_class: Any = type(__spec__)  # importlib.machinery takes 1 ms to import
        return spec_class(name, self, origin=f"{name}.py")

    def create_module(self, spec: Any) -> None:
        """Leave that to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module's source; raises whatever it raises."""
        name = module.__name__
        filename, source = f"{name}.py", self._sources[name]
        module.__file__ = filename
        LINES[filename] = source.split("\n")
        OF_PROGRAM.add(filename)
        exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)

    def get_source(self, name: str) -> str:
        """The module's source."""
        return self._sources[name]


def give(modules: Iterable[tuple[str, str]]) -> None:
    """Have these sources, by name, be modules that can be imported in this process."""
    sys.meta_path.insert(0, Given(dict(modules)))


def names_of(program: ModuleType) -> Collection[str]:
    """The names that the program defines; one in another process says so itself."""
    return program.__dict__ if type(program) is type(sys) else dir(program)
