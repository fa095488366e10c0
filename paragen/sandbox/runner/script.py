"""Runs a program as a script: standard input in, standard output and an exit code out."""

from __future__ import annotations

import sys

from .modules import new_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from .wire import Wire


def run(payload: dict[str, Any], wire: Wire) -> NoReturn:
    """Run the program as Python would run `solution.py`, and leave with its exit code."""
    try:
        code = _execute(payload["program"])
        _finish()
    except BaseException as error:
        code = _after(error, wire)
    wire.leave(code)


def _execute(source: str) -> int:
    module = new_module("__main__", "solution.py", source)
    exec(compile(source, "solution.py", "exec", dont_inherit=True), module.__dict__)
    return 0


def _finish() -> None:
    """What the interpreter does at the end of a script: wait for threads, run exit handlers."""
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()  # what the interpreter calls, too
    import atexit

    atexit._run_exitfuncs()
    sys.stdout.flush()


def _after(error: BaseException, wire: Wire) -> int:
    """The exit code that an exception means, as the interpreter has it, and its traceback."""
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            code = (error.code or 0) & 0xFF
        else:
            print(error.code, file=sys.stderr)
            code = 1
        try:
            _finish()
        except BaseException as later:
            return _after(later, wire)
        return code
    if isinstance(error, MemoryError):
        error.__traceback__ = None
        wire.send("memory")
        return 1
    import traceback

    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != "solution.py":
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)
    return 1
