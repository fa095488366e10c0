"""Programs that are rough on whoever judges them: none passes, none breaks the worker.

They need no proof of working unconfined: what they do happens in the confined run as well, and
what is tested is that it comes to a verdict within the limits, and that the next one is right.
"""

# ruff: noqa: E501, ISC002, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import SQUARE, text

_WALKING = "from solution import f\ndef test_it():\n    assert list(f(3)) == [9]\n"
_SHOWING = "from solution import f\ndef test_it():\n    assert f(3) == 9, str(f(3))\n"
_CALLING = (
    "from solution import f\ndef test_it():\n    def g(n=0): return f(g)\n    assert f(g) == 9\n"
)
_RAISING = "import pytest\nfrom solution import f\ndef test_it():\n" \
    "    with pytest.raises(LookupError): f(3)\n"  # fmt: skip

_DEEP = text("""
    def deep(n):
        value = 0
        for _ in range(n): value = [value]
        return value
    """)

ROUGH: dict[str, tuple[str, str]] = {
    "segfault": ("import ctypes\ndef f(x): return ctypes.string_at(0)", SQUARE),
    "segfault_at_import": ("import ctypes\nctypes.string_at(0)\ndef f(x): return 0", SQUARE),
    "abort": ("import os\ndef f(x): os.abort()", SQUARE),
    "killed_itself": ("import os\ndef f(x): os.kill(os.getpid(), 9)", SQUARE),
    "stopped_itself": ("import os\ndef f(x): os.kill(os.getpid(), 19)", SQUARE),
    "stack_in_c": (_DEEP + "import ctypes\nC = ctypes.CFUNCTYPE(ctypes.c_int)\n"
                   "@C\ndef again(): return again()\n"
                   "import sys; sys.setrecursionlimit(10**8)\ndef f(x): return again()", SQUARE),
    "stack_in_python": ("import sys\nsys.setrecursionlimit(10**8)\ndef f(x): return f(x)", SQUARE),
    "closed_everything": ("import os\ndef f(x): os.closerange(0, 99); return 0", SQUARE),
    "closed_at_import": ("import os\nos.closerange(0, 99)\ndef f(x): return 0", SQUARE),
    "speaks_over_everything": (
        "import os\ndef f(x):\n    for d in range(64):\n"
        "        try: os.dup2(1, d)\n        except OSError: pass\n    return 0", SQUARE),
    "prints_into_everything": (
        "import os\nfor d in range(3, 64):\n"
        "    try: os.dup2(d, 1); os.dup2(d, 2)\n    except OSError: continue\n    break\n"
        "def f(x): print('{\"kind\": \"done\"}', flush=True); return 0", SQUARE),
    "large_text": ("def f(x): return 'x' * (200 << 20)", SQUARE),
    "large_number": ("def f(x): return 1 << (40 << 23)", SQUARE),
    "large_digits": ("def f(x): return 10 ** 30_000", SQUARE),
    "many_items": ("def f(x): return [[]] * 3_000_000", SQUARE),
    "many_lists": ("def f(x): return [[] for _ in range(1_500_000)]", SQUARE),
    "many_objects": ("class C: pass\ndef f(x): return [C() for _ in range(1_000_000)]", SQUARE),
    "many_classes": ("def f(x): return [type(f'C{i}', (), {})() for i in range(3_000)]", SQUARE),
    "many_names": ("globals().update({f'n{i}': i for i in range(500_000)})\ndef f(x): return 0", SQUARE),
    "deep_list": (_DEEP + "def f(x): return deep(100_000)", SQUARE),
    "deep_list_in_limits": (_DEEP + "def f(x): return deep(199)", SQUARE),
    "deep_exception": (_DEEP + "def f(x): raise ValueError(deep(100_000))", SQUARE),
    "cycle": ("def f(x):\n    a = []; a.append(a); return a", SQUARE),
    "cycle_compared": ("def f(x):\n    a = []; a.append(a); return a",
                       "from solution import f\ndef test_it():\n    a = []\n    a.append(a)\n"
                       "    assert f(3) == a\n"),
    "cycle_of_kinds": ("import collections\ndef f(x):\n    d = collections.deque(); o = collections.OrderedDict()\n"
                       "    d.append(o); o['a'] = {1: [d]}; return d", _SHOWING),
    "endless_generator": ("def f(x):\n    while True: yield 0", _WALKING),
    "endless_large_generator": ("def f(x):\n    while True: yield 'x' * 1_000_000", _WALKING),
    "endless_getitem": ("class C:\n    def __getitem__(s, i): return 0\ndef f(x): return C()", _WALKING),
    "endless_length": ("class C:\n    def __len__(s): return 2**62\n    def __iter__(s): return iter(())\n"
                       "    def __length_hint__(s): return 2**61\ndef f(x): return C()", _WALKING),
    "endless_nested_answers": ("class C:\n    def __getattr__(s, n): return C()\n    def __iter__(s): return s\n"
                               "    def __next__(s): return s\ndef f(x): return C()", _WALKING),
    "endless_calls_back": ("def f(g): return g()", _CALLING),
    "large_exception": ("def f(x): raise ValueError('x' * (100 << 20))", SQUARE),
    "large_repr": ("class C:\n    def __repr__(s): return 'x' * (100 << 20)\ndef f(x): return C()", SQUARE),
    "large_name": ("C = type('C' * 10_000_000, (), {})\ndef f(x): return C()", SQUARE),
    "large_exception_name": ("E = type('E' * 10_000_000, (Exception,), {})\ndef f(x): raise E", SQUARE),
    "deep_traceback": ("import sys\nsys.setrecursionlimit(10**6)\ndef f(x, n=60_000):\n"
                       "    if not n: raise ValueError\n    f(x, n - 1)", SQUARE),
    "long_chain": ("def f(x):\n    e = None\n    for _ in range(100_000):\n        n = ValueError(); n.__cause__ = e; e = n\n"
                   "    raise e", SQUARE),
    "cyclic_chain": ("def f(x):\n    a, b = ValueError(), KeyError()\n    a.__cause__, b.__cause__ = b, a\n    raise a", SQUARE),
    "exception_group": ("def f(x):\n    e = ValueError()\n    for _ in range(5_000): e = ExceptionGroup('g', [e])\n    raise e", SQUARE),
    "repr_raises": ("class C:\n    def __repr__(s): raise SystemExit\n    __str__ = __repr__\ndef f(x): return C()", _SHOWING),
    "repr_never_ends": ("class C:\n    def __repr__(s):\n        while True: pass\ndef f(x): return C()", SQUARE),
    "str_is_no_text": ("class E(Exception):\n    def __str__(s): return 7\ndef f(x): raise E", SQUARE),
    "hash_raises": ("class C:\n    def __hash__(s): raise KeyboardInterrupt\ndef f(x): return C()",
                    "from solution import f\ndef test_it():\n    assert {f(3): 1} == {9: 1}\n"),
    "class_raises": ("class C:\n    @property\n    def __class__(s): raise MemoryError\ndef f(x): return C()", SQUARE),
    "getattribute_raises": ("class C:\n    def __getattribute__(s, n): raise GeneratorExit\ndef f(x): return C()", SQUARE),
    "metaclass_raises": ("class M(type):\n    def __getattribute__(c, n): raise SystemExit\n"
                         "class C(metaclass=M): pass\ndef f(x): return C()", SQUARE),
    "names_lie": ("C = type('int', (), {'__module__': 'builtins', '__qualname__': 'int', '__eq__': lambda s, o: True,\n"
                  "    '__hash__': None})\ndef f(x): return C()", SQUARE),
    "names_of_no_text": ("class C: pass\nC.__module__ = 7\nC.__doc__ = C\nclass E(Exception): pass\nE.__module__ = [E]\n"
                         "def f(x): raise E(C())", SQUARE),
    "surrogates": ("def f(x): raise ValueError('\\ud800' * 10)", SQUARE),
    "surrogates_in_names": ("C = type('C\\udfff', (Exception,), {})\ndef f(x): raise C('\\x1b[2J\\r\\n\\x00')", SQUARE),
    "surrogates_returned": ("def f(x): return {'\\ud800': '\\udfff'}", SQUARE),
    "keyboard_interrupt": ("def f(x): raise KeyboardInterrupt", SQUARE),
    "generator_exit": ("def f(x): raise GeneratorExit", SQUARE),
    "stop_iteration": ("def f(x): raise StopIteration(9)", SQUARE),
    "system_exit": ("def f(x): raise SystemExit(0)", SQUARE),
    "own_base_exception": ("class E(BaseException): pass\ndef f(x): raise E", SQUARE),
    "exits_in_a_thread": ("import os, threading, time\nthreading.Timer(0.05, os._exit, (0,)).start()\n"
                          "def f(x): time.sleep(0.2); return 0", SQUARE),
    "raises_in_a_thread": ("import threading\ndef f(x):\n    t = threading.Thread(target=f, args=(1 / 0,)); return 0", SQUARE),
    "answers_late": ("import time\ndef f(x): time.sleep(0.3); return 0", SQUARE),
    "prints_in_a_thread": ("import os, threading\ndef g():\n    while True: os.write(1, b'x')\n"
                           "threading.Thread(target=g, daemon=True).start()\ndef f(x): return 0", SQUARE),
    "fills_its_pipe": ("import os\nos.set_blocking(1, False)\ndef f(x):\n    try:\n"
                       "        while True: os.write(1, b'x' * 4096)\n    except BlockingIOError: return 0", SQUARE),
    "all_exceptions_at_once": ("class E(ValueError, KeyError, ZeroDivisionError, AttributeError, RuntimeError): pass\n"
                               "def f(x): raise E", SQUARE),
    "wrong_exception": ("class LookupErrorToo(Exception): pass\nLookupErrorToo.__name__ = 'LookupError'\n"
                        "def f(x): raise LookupErrorToo", _RAISING),
    "gone_in_raises": ("import os\ndef f(x): os._exit(0)", _RAISING.replace("LookupError", "BaseException")),
    "gone_in_except": ("import os\ndef f(x): os._exit(0)",
                       "from solution import f\ndef test_it():\n    try: f(3)\n    except BaseException: pass\n"),
    "gone_in_suppress": ("import os\ndef f(x): os._exit(0)",
                         "import contextlib\nfrom solution import f\ndef test_it():\n"
                         "    with contextlib.suppress(BaseException): f(3)\n"),
    "flood_in_except": ("import sys\ndef f(x): sys.stdout.write('x' * (4 << 20)); sys.stdout.flush()",
                        "from solution import f\ndef test_it():\n    try: f(3)\n    except BaseException: pass\n"),
    "gone_in_a_property": ("import os\nclass C:\n    x = property(lambda s: os._exit(0))\ndef f(x): return C()",
                           "from solution import f\ndef test_it():\n    assert not hasattr(f(3), 'x')\n"),
    "gone_in_a_finalizer": ("import os\nclass C:\n    def __del__(s): os._exit(0)\ndef f(x):\n    C(); return 9",
                            "from solution import f\ndef test_it():\n    assert f(3) == 9\n"),
    "skips_by_what_it_got": ("def f(x, leave): leave('no')",
                             "import pytest\nfrom solution import f\ndef test_easy(): assert f\n"
                             "def test_it():\n    assert f(7, pytest.skip) == 49\n"),
    "hides_in_a_generator": ("def f(x):\n    while True:\n        try: yield 0\n        except BaseException: pass",
                             "import contextlib\nfrom solution import f\ndef test_it():\n    got = f(7)\n"
                             "    with contextlib.contextmanager(lambda: got)() as value:\n        assert value == 49\n"),
    "keys_of_one_hash": ("def f(x): return {k: 0 for k in range(40_000)} | {k * (2**61 - 1): 0 for k in range(1, 2_000)}", SQUARE),
    "large_range": ("def f(x): return range(10**12)", _SHOWING.replace("f(3) == 9", "max(f(3)) == 9")),
    "gone_after_its_answer": ("import os, threading\ndef f(x):\n"
                              "    threading.Timer(0.0, os._exit, (0,)).start(); return 0", SQUARE),
}  # fmt: skip
