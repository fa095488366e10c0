"""The program's names, where tests use them without asking for each by name.

Tests that import nothing, doctests and `from solution import *` take whatever the program has. So
that it can't slip in another `abs` or `math` for the test's own, builtins stay builtins, modules
of the library those of the library, and what a test has already isn't replaced. The entry point is
the program's in any case: `sum`, say, where that is what the task asks for.

What can't be told from the program's is a helper that a task's prompt defines, and that tests call
without importing it: that is the program's, which can have changed it.
"""

from __future__ import annotations

import builtins
import sys

from .modules import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from types import ModuleType
    from typing import Any

_OF_TESTS = frozenset(("pytest", "hypothesis", "numpy"))
_SHORT = {"np": "numpy"}
_WITH_MEANING = frozenset((
    "pytestmark", "setup_module", "teardown_module", "setup_function", "teardown_function",
    "load_tests", "setUpModule", "tearDownModule", "check",
))  # fmt: skip
"""What a test module says to its runner by: no program has a say there."""


def lent(
    program: ModuleType, text: str, entry_point: str | None, taken: Collection[str] = ()
) -> dict[str, Any]:
    """What a text's names stand for, those of the program that occur in it and aren't `taken`."""
    names: dict[str, Any] = {}
    for name in names_of(program):
        if name not in text or name in taken or (name in _BUILTINS and name != entry_point):
            continue
        library = "" if name == entry_point else _library(name, text)
        if not library:
            names[name] = getattr(program, name)
        elif (module := _imported(library)) is not None:
            names[name] = module
    return names


def starred(
    usual: Callable[..., Any], program: ModuleType, text: str, entry_point: str | None
) -> Callable[..., Any]:
    """How `from solution import *` imports: what a test may be lent."""

    def find(name: str, *context: Any, **keywords: Any) -> object:
        asked = context[2] if len(context) > 2 else ()
        if name != "solution" or not asked or "*" not in asked:
            return usual(name, *context, **keywords)
        public = getattr(program, "__all__", None)
        found = lent(program, text, entry_point, {*context[0], *_WITH_MEANING})
        given = type(sys)("solution")
        given.__dict__.update(found)
        given.__dict__["__all__"] = [
            n for n in found if (not n.startswith("_") if public is None else n in public)
        ]
        return given

    return find


_BUILTINS = frozenset(n for n in dir(builtins) if n != "__doc__") | {
    "__doc__", "__file__", "__loader__", "__package__", "__spec__",
}  # fmt: skip


def _library(name: str, text: str) -> str:
    """The library's module that a text means by a name, "" if it means none."""
    full = _SHORT.get(name, name)
    if full not in sys.stdlib_module_names and full not in _OF_TESTS:
        return ""
    import re

    used = re.search(rf"(?<![\w.]){re.escape(name)}\s*\.\s*[A-Za-z_]", text)
    return full if used or full == "pytest" else ""


def _imported(name: str) -> ModuleType | None:
    try:
        __import__(name)
    except ImportError:
        return None
    return sys.modules[name]
