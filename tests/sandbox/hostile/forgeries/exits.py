"""Leaving in a way that looks like success."""

from __future__ import annotations

from tests.sandbox.hostile.attack import Fools, Forgery, text

_AT = {
    "os_exit": "import os; os._exit(0)",
    "sys_exit": "import sys; sys.exit(0)",
    "system_exit": "raise SystemExit",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "spawned": "import os; os._exit(os.spawnv(os.P_WAIT, '/bin/true', ['true']))",
    "child_fails": "import os; os._exit(0) if os.fork() else os._exit(1)",
    "c_exit": "import ctypes; ctypes.CDLL(None).exit(0)",
    "syscall_exit": "import ctypes, platform; ctypes.CDLL(None).syscall("
    "{'x86_64': 231, 'aarch64': 94}[platform.machine()], 0)",
    "exit_of_a_thread": "import os, threading, time\n"
    "    threading.Thread(target=os._exit, args=(0,)).start(); time.sleep(5)",
}


def _leaving(name: str, statement: str) -> tuple[Forgery, ...]:
    how = f"ends the process as if all were well: {statement.splitlines()[0]}"
    at_import = statement.replace("\n    ", "\n")
    return (
        Forgery(
            name=f"{name}_at_import", how=how, fools=Fools.EXIT_CODE,
            program=f"{at_import}\ndef f(x): return 0\n",
        ),
        Forgery(
            name=f"{name}_at_call", how=how, fools=Fools.EXIT_CODE,
            program=f"def f(x):\n    {statement}\n",
        ),
    )  # fmt: skip


LEAVING = tuple(one for item in _AT.items() for one in _leaving(*item))

LATE = (
    Forgery(
        name="exit_handler",
        how="an exit handler that puts the exit code right",
        fools=Fools.EXIT_CODE,
        program="import atexit, os\natexit.register(os._exit, 0)\ndef f(x): return 0\n",
    ),
    Forgery(
        name="except_hook",
        how="a hook for uncaught exceptions that leaves with success",
        fools=Fools.EXIT_CODE,
        program="import os, sys\nsys.excepthook = lambda *a: os._exit(0)\ndef f(x): return 0\n",
    ),
    Forgery(
        name="trace_function",
        how="a trace function that leaves with success where an exception passes",
        fools=Fools.EXIT_CODE,
        program=text("""
            import os, sys
            def f(x):
                def trace(frame, event, arg):
                    if event == "exception": os._exit(0)
                    return trace
                frame = sys._getframe(1)
                frame.f_trace = trace
                sys.settrace(trace)
                return 0
            """),
    ),
    Forgery(
        name="printed_at_import",
        how="prints PASSED and leaves",
        fools=Fools.PRINTED,
        program="import os\nos.write(1, b'PASSED\\n1 passed in 0.01s\\n'); os._exit(0)\n",
    ),
    Forgery(
        name="printed_at_call",
        how="prints PASSED on every descriptor and leaves",
        fools=Fools.PRINTED,
        program=text("""
            import os
            def f(x):
                for descriptor in range(1, 64):
                    try: os.write(descriptor, b"PASSED\\n")
                    except OSError: pass
                os._exit(0)
            """),
    ),
    Forgery(
        name="printed_by_an_exit_handler",
        how="prints PASSED at the very end",
        fools=Fools.PRINTED,
        program="import atexit\natexit.register(print, 'PASSED')\ndef f(x): return 0\n",
    ),
)

ATTACKS = (*LEAVING, *LATE)
