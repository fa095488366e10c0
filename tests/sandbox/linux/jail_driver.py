"""Runs pieces of program in the sandbox, a candidate each; jail.py starts it with a plan on stdin.

Prints a JSON list: for each piece "done", or the error that it ended with, or how it was killed.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any


def main() -> None:
    plan = json.load(sys.stdin)
    package = type(sys)("_paragen")
    package.__path__ = [plan["sandbox"]]
    sys.modules["_paragen"] = package
    confine = importlib.import_module("_paragen.linux.confine")
    call = importlib.import_module("_paragen.linux.syscalls").call
    level, work = plan["level"], confine.WORK if plan["level"] == "full" else None
    prepared = None
    if level != "none":
        layout = confine.Layout(tuple(plan["reads"]), work)
        if level == "full":
            confine.enter_full(layout, keep=())
        prepared = confine.prepare(layout, level)
    sys.path += plan["path"]
    results = []
    for piece in plan["pieces"]:
        if plan["writes"] and work:
            confine.mount_work(prepared, *plan["space"])
        results.append(run(confine, prepared, plan, piece, call))
        if plan["writes"] and work:
            confine.unmount_work(prepared)
    print(json.dumps([results, prepared.notes if prepared else []]))
    sys.stdout.flush()
    os._exit(0)


def run(confine: Any, prepared: Any, plan: dict[str, Any], piece: str, call: Any) -> str:
    answer, report = os.pipe()
    if prepared:
        with confine.candidate_pids(prepared, plan["processes"]):
            child = os.fork()
    else:
        child = os.fork()
    if child == 0:
        os.close(answer)
        signal.alarm(20)
        result = "stuck"
        try:
            if prepared and plan["tester"]:
                confine.confine_tester(prepared)
            elif prepared:
                confine.confine_candidate(
                    prepared, writes=plan["writes"], processes=plan["processes"]
                )
            names = {"__name__": "__main__", "call": call, "reach": reach, "report": report}
            names |= plan["names"]
            if plan["writes"] and prepared:
                os.chdir(prepared.work)
            exec(compile(piece, "piece", "exec"), names)
            result = "done"
        except OSError as error:
            result = f"refused {error.errno}"
        except BaseException:
            result = traceback.format_exc()
        finally:
            os.write(report, result.encode())
            os._exit(0)
    os.close(report)
    told = os.read(answer, 1 << 16).decode()
    os.close(answer)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return told if code == 0 else f"killed {code}"


def reach(name: str, *arguments: int) -> None:
    """Make a system call; only an error that says that it isn't to be had counts."""
    from _paragen.linux.syscalls import call  # type: ignore[import-not-found] # it's made above

    try:
        call(name, *arguments)
    except OSError as error:
        if error.errno in (1, 13, 38, 95):  # EPERM EACCES ENOSYS EOPNOTSUPP
            raise


main()
