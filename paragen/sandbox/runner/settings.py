"""What the interpreter and the library keep elsewhere than in their modules' names.

For each module a function that notes how things are and returns what makes them so again. It is
only called where the module has been imported: whoever imports nothing has nothing to take back.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Undo = Callable[[], None]


def _interpreter() -> Undo:
    depth, digits = sys.getrecursionlimit(), sys.get_int_max_str_digits()
    switch = sys.getswitchinterval()

    def undo() -> None:
        sys.settrace(None)
        sys.setprofile(None)
        sys.setrecursionlimit(depth)
        sys.set_int_max_str_digits(digits)
        sys.setswitchinterval(switch)

    return undo


def _collector() -> Undo:
    import gc

    enabled, threshold, callbacks = gc.isenabled(), gc.get_threshold(), list(gc.callbacks)

    def undo() -> None:
        (gc.enable if enabled else gc.disable)()
        gc.set_threshold(*threshold)
        gc.set_debug(0)
        gc.callbacks[:] = callbacks

    return undo


def _random() -> Undo:
    import random

    state = random.getstate()
    return lambda: random.setstate(state)


def _numpy_random() -> Undo:
    import numpy.random

    state = numpy.random.get_state()
    return lambda: numpy.random.set_state(state)


def _warnings() -> Undo:
    import warnings

    filters = list(warnings.filters)

    def undo() -> None:
        if warnings.filters != filters:
            warnings.filters[:] = filters  # type: ignore[index]  # it is a list
            warnings._filters_mutated()  # type: ignore[attr-defined]  # else they go unnoticed

    return undo


def _decimal() -> Undo:
    import decimal

    context = decimal.getcontext().copy()
    defaults = [(c, c.copy()) for c in (decimal.DefaultContext, decimal.BasicContext)]

    def undo() -> None:
        decimal.setcontext(context.copy())
        for shared, before in defaults:
            shared.prec, shared.rounding = before.prec, before.rounding
            shared.traps.update(before.traps)

    return undo


def _locale() -> Undo:
    import locale

    before = locale.setlocale(locale.LC_ALL)

    def undo() -> None:
        if locale.setlocale(locale.LC_ALL) != before:
            locale.setlocale(locale.LC_ALL, before)

    return undo


def _logging() -> Undo:
    import logging

    root = logging.root
    level, handlers, filters = root.level, list(root.handlers), list(root.filters)
    known = dict(root.manager.loggerDict)
    disabled = root.manager.disable

    def undo() -> None:
        root.setLevel(level)
        root.handlers[:] = handlers
        root.filters[:] = filters
        if root.manager.loggerDict.keys() != known.keys():
            root.manager.loggerDict.clear()
            root.manager.loggerDict.update(known)
        logging.disable(disabled)

    return undo


def _unittest() -> Undo:
    from .unit import restore

    return restore


def _threading() -> Undo:
    import threading

    def undo() -> None:
        threading.settrace(None)
        threading.setprofile(None)

    return undo


def _hypothesis() -> Undo:
    from .properties import settle_down

    return settle_down


SETTINGS: Mapping[str, Callable[[], Undo]] = {
    "sys": _interpreter,
    "gc": _collector,
    "random": _random,
    "numpy.random": _numpy_random,
    "warnings": _warnings,
    "decimal": _decimal,
    "locale": _locale,
    "logging": _logging,
    "unittest": _unittest,
    "threading": _threading,
    "hypothesis": _hypothesis,
}
"""By the module that must have been imported for it to matter."""
