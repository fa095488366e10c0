"""Enters a level, makes processes that would never end, and says so; started by the tests.

Arguments: sandbox directory, level, what pid 1 or the zygote does after that, paths to read.
Everything started holds the write end of its standard output.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time


def main() -> None:
    sandbox, level, then, *reads = sys.argv[1:]
    package = type(sys)("_paragen")
    package.__path__ = [sandbox]
    sys.modules["_paragen"] = package
    confine = importlib.import_module("_paragen.linux.confine")
    work = confine.WORK if level == "full" else None
    layout = confine.Layout(tuple(reads), work)
    if level == "full":
        confine.enter_full(layout, keep=())
    prepared = confine.prepare(layout, level)
    for processes in (False, True) if level == "full" else (False,):
        with confine.candidate_pids(prepared, processes):
            child = os.fork()
        if child == 0:
            confine.confine_candidate(prepared, writes=bool(work), processes=processes)
            if processes and os.fork() == 0:
                os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(1, b".")
            time.sleep(1000)
    if work:
        confine.mount_work(prepared, 1 << 20, 10)
        os.write(os.open(work + "/left", os.O_CREAT | os.O_WRONLY), b"x")
    os.write(1, b".")
    if then == "exit":
        os._exit(7)
    time.sleep(1000)


main()
