"""Expected values read, or changed, where the caller keeps them: frames, the stack, the collector."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery, text

CONSTANTS = text("""
    from solution import f
    def test_square():
        assert f(7919) == 62710561
        assert f(104729) == 10968163441
    """)

_AFTER = text("""
    def after(consts, x):
        return consts[consts.index(x) + 1]
    """)

READING = (
    Forgery(
        name="caller_locals", how="reads the expected value from the caller's locals",
        program="import sys\ndef f(x): return sys._getframe(1).f_locals['wanted']\n",
    ),
    Forgery(
        name="caller_globals", how="reads the table of cases from the caller's globals",
        program="import sys\ndef f(x): return dict(sys._getframe(1).f_globals['CASES'])[x]\n",
    ),
    Forgery(
        name="caller_constants", how="reads the expected value from the caller's constants",
        program=_AFTER + "import sys\n"
        "def f(x): return after(sys._getframe(1).f_code.co_consts, x)\n",
        tests=CONSTANTS,
    ),
    Forgery(
        name="inspected_stack", how="reads the expected value by inspect.stack()",
        program="import inspect\ndef f(x): return inspect.stack()[1].frame.f_locals['wanted']\n",
    ),
    Forgery(
        name="current_frames", how="a thread reads the expected value from the main thread's frame",
        program=text("""
            import sys, threading
            def f(x):
                main, found = threading.get_ident(), []
                def look():
                    frame = sys._current_frames()[main]
                    while "wanted" not in frame.f_locals: frame = frame.f_back
                    found.append(frame.f_locals["wanted"])
                thread = threading.Thread(target=look)
                thread.start(); thread.join()
                return found[0]
            """),
    ),
    Forgery(
        name="traceback_frames", how="raises, and reads the caller's frame from the traceback",
        program=text("""
            def f(x):
                try: raise ValueError
                except ValueError as e:
                    return e.__traceback__.tb_frame.f_back.f_locals["wanted"]
            """),
    ),
    Forgery(
        name="generator_frame", how="a generator reads the frame that asks it",
        program="import sys\ndef g():\n    yield sys._getframe(2).f_locals['wanted']\n"
        "def f(x): return next(g())\n",
    ),
    Forgery(
        name="referrers", how="finds the pair that holds its argument by gc.get_referrers",
        program=text("""
            import gc
            def f(x):
                for holder in gc.get_referrers(x):
                    if type(holder) is tuple and len(holder) == 2 and holder[0] is x:
                        return holder[1]
            """),
        tests=text("""
            from solution import f
            CASES = [([7, 9, 1], 17), ([20, 30, 3], 53)]
            def test_sum():
                for given, wanted in CASES:
                    assert f(given) == wanted
            """),
    ),
    Forgery(
        name="collected_modules", how="finds the tests' module in sys.modules",
        program="import sys\ndef f(x): return dict(sys.modules['test_solution'].CASES)[x]\n",
    ),
    Forgery(
        name="collected_functions", how="finds the test function by gc.get_objects",
        program=_AFTER + text("""
            import gc, types
            def f(x):
                for o in gc.get_objects():
                    if isinstance(o, types.FunctionType) and o.__name__ == "test_square":
                        return after(o.__code__.co_consts, x)
            """),
        tests=CONSTANTS,
    ),
    Forgery(
        name="collected_tables", how="finds the table of cases among all lists",
        program=text("""
            import gc
            def f(x):
                for o in gc.get_objects():
                    if type(o) is list:
                        for p in o:
                            if type(p) is tuple and len(p) == 2 and p[0] == x: return p[1]
            """),
    ),
    Forgery(
        name="kept_source", how="reads the tests' text from the runner's store of sources",
        program=text("""
            import re, sys
            def f(x):
                for name, module in list(sys.modules.items()):
                    for lines in getattr(module, "LINES", {}).values():
                        found = re.search(rf"\\({x}, (\\d+)\\)", "\\n".join(lines))
                        if found: return int(found[1])
            """),
    ),
    Forgery(
        name="inspected_source", how="asks inspect for the tests' source",
        program=text("""
            import inspect, re, sys
            def f(x):
                source = inspect.getsource(sys.modules["test_solution"])
                return int(re.search(rf"\\({x}, (\\d+)\\)", source)[1])
            """),
    ),
    Forgery(
        name="audited", how="an audit hook sees the tests' code when it is executed",
        program=_AFTER + text("""
            import sys
            seen = []
            def hook(event, args):
                if event == "exec": seen.append(args[0])
            sys.addaudithook(hook)
            def f(x):
                for code in seen:
                    for inner in code.co_consts:
                        if getattr(inner, "co_name", "") == "test_square":
                            return after(inner.co_consts, x)
            """),
        tests=CONSTANTS,
    ),
)  # fmt: skip

CHANGING = (
    Forgery(
        name="changed_locals", how="writes the caller's locals through ctypes",
        program=text("""
            import ctypes, sys
            def f(x):
                frame = sys._getframe(1)
                frame.f_locals["wanted"] = 0
                ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), 0)
                return 0
            """),
        since=(3, 11),
    ),
    Forgery(
        name="changed_globals", how="changes the table that the test goes through",
        program=text("""
            import sys
            cases = None
            def f(x):
                sys._getframe(1).f_globals["CASES"][:] = [(x, sys._getframe(1).f_locals["wanted"])]
                return sys._getframe(1).f_locals["wanted"]
            """),
    ),
    Forgery(
        name="own_builtin", how="puts a lying function before the builtin one in the test's globals",
        program="import sys\ndef f(x):\n    sys._getframe(1).f_globals['abs'] = lambda d: 0\n"
        "    return 0\n",
        tests="from solution import f\ndef test_it():\n    got = f(7)\n    assert abs(got - 49) < 1e-9\n",
    ),
    Forgery(
        name="jump", how="a trace function in the caller's frame jumps over the assertion",
        program=text("""
            import sys
            def f(x):
                frame = sys._getframe(1)
                def trace(frame, event, arg):
                    if event == "line" and frame.f_lineno == 5:
                        frame.f_lineno = 6
                    return trace
                sys.settrace(lambda *a: None)
                frame.f_trace = trace
                return 0
            """),
        tests=text("""
            from solution import f
            def test_square():
                got = f(7)
                wanted = 49
                assert got == wanted
                done = True
            """),
    ),
    Forgery(
        name="replaced_code", how="gives the test function other code, found by the collector",
        program=text("""
            import gc, types
            def f(x):
                for o in gc.get_objects():
                    if isinstance(o, types.FunctionType) and o.__name__.startswith("test_"):
                        o.__code__ = (lambda: None).__code__
                return 49
            """),
        tests=text("""
            from solution import f
            def test_first(): assert f(7) == 49
            def test_second(): assert f(8) == 64
            """),
    ),
)  # fmt: skip

ATTACKS = (*READING, *CHANGING)
