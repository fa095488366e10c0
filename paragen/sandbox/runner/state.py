"""What a test may change in the process that runs it, and how that is taken back.

A tester runs one job after the other, and each must find what the first one found: a test that
replaces `time.sleep`, fills `sys.modules` or leaves its seed behind must not decide over the next
candidate. What can't be taken back (a thread that still runs) is told, and the tester replaced.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself would be one module more
import _thread
import os
import sys
from contextlib import suppress
from operator import is_

from .failures import ASSERTING
from .imports import look_on
from .modules import LINES
from .settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

_LIBRARY = os.__file__.rpartition(os.sep)[0] + os.sep
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_LISTS = ("path", "argv", "meta_path", "path_hooks", "warnoptions")


def snapshot() -> State:
    """The state of this process as it is now."""
    state = State()
    look_on(state.see_new_modules)
    return state


class State:
    """What a process looked like, and how to make it look so again."""

    def __init__(self) -> None:
        self._modules = dict(sys.modules)
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._lists = {name: list(getattr(sys, name)) for name in _LISTS}
        self._streams = (sys.stdin, sys.stdout, sys.stderr)
        self._environment = dict(os.environ)
        self._directory = os.getcwd()  # noqa: PTH109  # pathlib may not be imported yet, and is slow to be
        self._umask = _umask()
        self._signals = {number: _signal.getsignal(number) for number in _signal.valid_signals()}
        self._threads = _thread._count()
        self._undo: dict[str, Callable[[], None]] = {}
        self._seen = 0
        self.see_new_modules()

    def see_new_modules(self) -> None:
        """Remember how modules look that were imported since; best asked right after an import."""
        if len(sys.modules) == self._seen:
            return
        self._seen = len(sys.modules)
        for name, module in list(sys.modules.items()):
            if name not in self._namespaces and (name in self._modules or _stays(module)):
                self._namespaces[name] = dict(vars(module))
        for name in SETTINGS.keys() & sys.modules.keys() - self._undo.keys():
            self._undo[name] = SETTINGS[name]()

    def restore(self, *, thorough: bool = True) -> bool:
        """Take everything back; false where that can't be done, and the process should end.

        What modules hold is only looked at where this is to be `thorough`: there is much of it.
        """
        try:
            self._seen = 0
            self.see_new_modules()
            self._restore_modules(thorough)
            for undo in self._undo.values():
                undo()
            self._restore_surroundings()
        except BaseException:  # whatever a test made of things
            return False
        usable = not any(stream.closed for stream in self._streams)
        return bool(usable and _thread._count() <= self._threads)

    def _restore_modules(self, thorough: bool) -> None:
        """Let go of the tests' own modules, and undo what they did to others.

        What they imported stays: much of it can't be imported twice.
        """
        modules = sys.modules
        for name in modules.keys() - self._namespaces.keys():
            del modules[name]
        self._seen = len(modules)
        for name, module in self._modules.items():
            if modules.get(name) is not module:
                modules[name] = module
        for name, before in self._namespaces.items() if thorough else ():
            held = modules.get(name)
            if held is not None and not _same(held.__dict__, before):
                _put_back(name, held, before)
        LINES.clear()
        ASSERTING.clear()

    def _restore_surroundings(self) -> None:
        """Lists of the interpreter, environment, directory, signals, alarms, modes of new files."""
        for name, items in self._lists.items():
            held = getattr(sys, name)
            if held != items:
                held[:] = items
        if os.environ != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        if _directory() != self._directory:
            os.chdir(self._directory)
        os.umask(self._umask)
        for number, handler in self._signals.items():
            if handler is not None and _signal.getsignal(number) is not handler:
                _signal.signal(number, handler)
        with suppress(OSError):  # where timers are forbidden, nobody has set one
            _signal.setitimer(_signal.ITIMER_REAL, 0)


def _stays(module: object) -> bool:
    """Whether a module is of the library or installed, rather than one that tests made."""
    if type(module) is not type(sys):
        return False
    spec = module.__spec__
    origin = getattr(spec, "origin", None)
    if type(origin) is not str:
        return False
    if origin in ("built-in", "frozen") or origin.startswith(_LIBRARY):
        return True
    return module.__name__.startswith("_paragen") or any(part in origin for part in _INSTALLED)


def _same(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether the names stand for the very same objects; none of those is asked if it is equal."""
    return len(now) == len(before) and all(map(is_, now.values(), before.values()))


def _put_back(name: str, module: ModuleType, before: dict[str, Any]) -> None:
    """Make a module's names what they were, leaving it the submodules imported since."""
    now = module.__dict__
    for key in list(now):
        added = key not in before
        if added and (now[key] is None or sys.modules.get(f"{name}.{key}") is not now[key]):
            del now[key]
    now.update(before)


def _directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109  # as above
    except OSError:  # it was removed
        return ""


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
