"""Wrong programs that want no verdict at all: what isn't judged is in nobody's record."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from dataclasses import dataclass, replace

from paragen.domain.task import Limits
from tests.sandbox.hostile.attack import QUICK, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiding:
    """A program that looks for a way out of being judged; `how` says by what.

    As a `script`, it is run for a pair of stdin and stdout.
    """

    how: str
    program: str
    tests: str = "from solution import f\ndef test_it():\n    assert f() == 'nothing'\n"
    limits: Limits = QUICK
    script: bool = False


_SHORT = replace(QUICK, cpu_s=2.0, wall_s=3.0)

_NONCE = text("""
    import json, os, sys
    frame, nonce = sys._getframe(), None
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, dict) and "nonce" in value: nonce = value["nonce"]
        frame = frame.f_back
    assert nonce
    def say(**fields):
        for descriptor in range(3, 9):
            try: os.write(descriptor, f"\\n{json.dumps({'nonce': nonce, **fields})}\\n".encode())
            except OSError: pass
    """)  # fmt: skip


def _saying(how: str, fields: str) -> Hiding:
    return Hiding(
        how=f"finds the nonce of the report, and reports {how}",
        program=f"{_NONCE}say({fields})\n", script=True,
    )  # fmt: skip


HIDING = {
    "case_of_nothing": _saying("a case without a name", "kind='case'"),
    "case_of_no_outcome": _saying("an outcome that there isn't", "kind='case', name='', outcome='', detail=''"),
    "plan_of_no_names": _saying("a plan that is no list", "kind='plan', names=7"),
    "end_of_no_size": _saying("a size that is infinite", "kind='done', peak_bytes=float('inf')"),
    "starved_by_its_children": Hiding(
        how="waits for a processor that its children keep busy, each too briefly to be noticed",
        program=text("""
            import os, signal, time
            def f():
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                while True:
                    try: child = os.fork()
                    except OSError: continue
                    if child == 0:
                        while time.process_time() < 0.04: pass
                        os._exit(0)
            """),
        limits=replace(_SHORT, processes=8),
    ),
    "locked_directory": Hiding(
        how="keeps the tests from the directory that they may write in",
        program="import os\nos.chmod('/candidate/work', 0)\ndef f(): return 0\n",
        tests="from solution import f\ndef test_it(tmp_path):\n    (tmp_path / 'x').write_text('x')\n    assert f() == 9\n",
        limits=replace(QUICK, disk_bytes=4 << 20),
    ),
    "locked_file": Hiding(
        how="keeps the tests from the file that they are about to write",
        program="import os\ndef f(place): os.chmod(place, 0)\n",
        tests="from solution import f\ndef test_it(tmp_path):\n    f(tmp_path)\n    (tmp_path / 'x').write_text('x')\n    assert f(tmp_path) == 9\n",
        limits=replace(QUICK, disk_bytes=4 << 20),
    ),
    "half_a_frame": Hiding(
        how="begins a message and never ends it",
        program="import os, time\ndef f():\n    os.write(3, bytes(2)); time.sleep(9)\n",
        limits=_SHORT,
    ),
    "large_messages": Hiding(
        how="has the tester need more memory than the task allows",
        program="def f(): return [[] for _ in range(8_000_000)]\n",
        limits=replace(QUICK, memory_bytes=256 << 20, cpu_s=9.0, wall_s=12.0),
    ),
    "long_chain": Hiding(
        how="gives a chain, by references, that takes the tester's whole stack to free",
        program=text("""
            from collections import defaultdict
            chain = [defaultdict(int)]
            for _ in range(200_000): chain.append(defaultdict(int, {0: chain[-1]}))
            def f(): return {"all": chain, "last": chain[-1]}
            """),
    ),
    "long_chain_of_deques": Hiding(
        how="gives such a chain of another kind",
        program=text("""
            from collections import deque
            chain = [deque()]
            for _ in range(300_000): chain.append(deque([chain[-1]]))
            def f(): return {"all": chain, "last": chain[-1]}
            """),
    ),
    "stop_of_its_own": Hiding(
        how="ends an iteration by an exception that was never initialized",
        program=text("""
            class Stop(StopIteration): pass
            class Ends:
                def __iter__(self): return self
                def __next__(self): raise Stop
            def f(): return Ends()
            """),
        tests="from solution import f\ndef through(): yield from f()\ndef test_it():\n    assert list(through()) == ['nothing']\n",
    ),
    "deep_by_reference": Hiding(
        how="gives a value that is deep by references, too deep to be handed on",
        program=text("""
            def f():
                parts = [[]]
                for _ in range(300): parts.append([parts[-1]])
                return parts, parts[-1]
            def g(tree): return "something"
            """),
        tests="from solution import f, g\ndef test_it():\n    parts, tree = f()\n    assert g(tree) == 'nothing'\n",
    ),
    "first_thread_ends": Hiding(
        how="ends its first thread, and goes on in another",
        program=text("""
            import ctypes, threading, time
            def f():
                threading.Thread(target=time.sleep, args=(9,)).start()
                ctypes.CDLL(None).pthread_exit(None)
            """),
        limits=_SHORT,
    ),
}  # fmt: skip
