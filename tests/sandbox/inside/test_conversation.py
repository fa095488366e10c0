"""The course of a conversation: output, threads, nesting, what lasts, and how it ends."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
import time
import warnings
from typing import Any

import pytest

from paragen.sandbox.inside.endings import OutputFlood, ProgramGone
from paragen.sandbox.inside.remote import MOST_NESTED
from paragen.sandbox.inside.serve import serve
from paragen.sandbox.runner.outcomes import Unsupported
from tests.sandbox.inside.conversation import OUTPUT_BYTES, loaded, process


@pytest.mark.parametrize(
    "way",
    ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.close(3)", "os.closerange(3, 99)"],
)
def test_a_program_that_leaves_is_gone_for_good(way: str) -> None:
    with process(serve) as remote:
        module = remote.load(f"import os\ndef leave():\n    {way}\n    os._exit(0)\n", {})
        with pytest.raises(ProgramGone), contextlib.suppress(Exception):
            module.leave()
        assert remote.gone == "the program's process ended"
        with pytest.raises(ProgramGone):
            module.leave()
        with pytest.raises(ProgramGone):
            remote.raise_if_gone()


def test_a_program_that_leaves_while_it_loads_is_gone() -> None:
    with process(serve) as remote, pytest.raises(ProgramGone):
        remote.load("import os\nos._exit(0)", {})


@pytest.mark.parametrize(
    ("program", "kind", "text"),
    [
        ("1 / 0", ZeroDivisionError, "division by zero"),
        ("x = (", SyntaxError, "was never closed"),
        ("import nowhere_at_all", ModuleNotFoundError, "nowhere_at_all"),
        ("raise SystemExit(3)", SystemExit, "3"),
        ("x = '\\0' + chr(0)\nassert not x, x", AssertionError, "\0"),
    ],
)
def test_what_loading_raises_is_raised(program: str, kind: type[BaseException], text: str) -> None:
    with process(serve) as remote:
        with pytest.raises(kind) as raised:
            remote.load(program, {})
        assert text in str(raised.value)
        assert remote.origin(raised.value)
        assert not remote.gone


def test_where_an_exception_came_from_is_told() -> None:
    program = "def f(x):\n    return 1 / x\n"
    with process(serve) as remote:
        module = remote.load(program, {})
        with pytest.raises(ZeroDivisionError) as raised:
            module.f(0)
        assert remote.origin(raised.value) == "at solution.py:2 `return 1 / x`"
        with pytest.raises(TypeError) as refused:
            module.f()
        assert remote.origin(refused.value) == "at solution.py"
        assert remote.origin(ValueError("the test's")) == ""


def test_output_is_handed_over_in_order_before_the_call_returns() -> None:
    program = (
        "import os, sys\n"
        "def say(x):\n"
        "    print(x)\n"
        "    os.write(1, b'raw\\n')\n"
        "    print('é', file=sys.stderr)\n"
        "def call(f): print('before'); f(); print('after')\n"
    )
    with loaded(program) as module:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            module.say("one")
            print("two")
            module.call(lambda: print("within"))
        assert out.getvalue().split() == ["raw", "one", "two", "before", "within", "after"]
        assert err.getvalue() == "é\n"


def test_more_output_than_a_pipe_holds_arrives() -> None:
    out = io.StringIO()
    with loaded("def say(n): print('x' * n)") as module, contextlib.redirect_stdout(out):
        module.say(OUTPUT_BYTES // 2)
    assert len(out.getvalue()) == OUTPUT_BYTES // 2 + 1


def test_too_much_output_ends_it() -> None:
    with process(serve) as remote:
        module = remote.load("def flood():\n    while True: print('x' * 9999)\n", {})
        with contextlib.redirect_stdout(io.StringIO()), pytest.raises(OutputFlood):
            module.flood()
        assert remote.flooded
        with pytest.raises(OutputFlood):
            remote.raise_if_gone()


def test_a_list_that_the_program_keeps_stays_the_test_s_own() -> None:
    program = (
        "class Log:\n"
        "    def __init__(self, lines): self.lines = lines\n"
        "    def add(self, line): self.lines.append(line)\n"
        "    def last(self): return self.lines[-1]\n"
        "def plain(items): return len(items)\n"
    )
    with loaded(program) as module:
        lines: list[Any] = []
        log = module.Log(lines)
        log.add("a")
        log.add([1])
        assert lines == ["a", [1]]
        lines.append("mine")
        assert log.last() == "mine"
        assert log.lines is lines
        other = [1, 2]
        assert module.plain(other) == 2
        log.add("b")
        assert (lines[-1], other) == ("b", [1, 2])


def test_nothing_stays_shared_of_calls_that_keep_nothing() -> None:
    program = "def same(x): return x\ndef wrap(x): return [x, {'k': x}]\ndef end(x): x.clear()\n"
    with process(serve) as remote:
        module = remote.load(program, {})
        for call in (module.same, module.wrap, module.end):
            call([1])
            call([[1], {"a": {2}}])
            assert remote._claims.shared.items == []


def test_references_of_different_calls_make_no_chain() -> None:
    program = (
        "from collections import defaultdict\n"
        "inner = defaultdict(int, a=1)\n"
        "def f(): return defaultdict(dict, {n: inner for n in range(1000)})\n"
        "def g(table): return len(table)\n"
    )
    with loaded(program) as module:
        for _ in range(9):
            table = module.f()
            assert table[0] is table[999] == {"a": 1}
            assert module.g(table) == 1000


def test_large_arguments_are_not_kept_shared() -> None:
    with process(serve) as remote:
        module = remote.load("kept = []\nkeep = kept.append\ndef keep(x): kept.append(x)", {})
        module.keep(list(range(100)))
        assert len(remote._claims.shared.items) == 1
        module.keep(list(range(100_000)))
        assert len(remote._claims.shared.items) == 1


def test_threads_of_the_test_take_turns() -> None:
    program = "n = 0\ndef up():\n    global n\n    n += 1\n    return n\n"
    with loaded(program) as module:
        got: list[int] = []
        threads = [
            threading.Thread(target=lambda: got.extend(module.up() for _ in range(50)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == list(range(1, 201))


def test_threads_of_the_program_may_call_back() -> None:
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def each(f, items):\n"
        "    with ThreadPoolExecutor(4) as pool: return list(pool.map(f, items))\n"
        "def double(x): return x * 2\n"
    )
    with loaded(program) as module:
        assert module.each(lambda x: x + 1, range(20)) == list(range(1, 21))
        assert module.each(lambda x: module.double(x), range(20)) == list(range(0, 40, 2))


def test_recursion_through_both_sides_goes_deep_and_ends() -> None:
    program = "def down(f, n): return f(n - 1) if n else 0\n"
    with loaded(program) as module:

        def below(n: int) -> int:
            return 1 + int(module.down(below, n))

        assert below(MOST_NESTED - 10) == MOST_NESTED - 9
        with pytest.raises(RecursionError):
            below(MOST_NESTED + 10)
        assert below(3) == 4


def test_warnings_are_given_where_the_test_can_catch_them() -> None:
    program = (
        "import warnings\n"
        "class Own(UserWarning): pass\n"
        "def old(): warnings.warn('too old', DeprecationWarning); return 1\n"
        "def own(): warnings.warn(Own('mine'))\n"
    )
    with loaded(program) as module:
        with pytest.warns(DeprecationWarning, match="too old"):
            assert module.old() == 1
        with pytest.warns(module.Own, match="mine"):
            module.own()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert module.old() == 1


def test_a_result_too_large_or_deep_is_the_program_s_error() -> None:
    program = (
        "def large(): return 'x' * (40 << 20)\n"
        "def deep(n):\n"
        "    result = []\n"
        "    for _ in range(n): result = [result]\n"
        "    return result\n"
        "def one(): return 1\n"
    )
    with loaded(program) as module:
        for call in (module.large, lambda: module.deep(1000)):
            with pytest.raises(ValueError, match="can't be handed over"):
                call()
        assert str(module.deep(150)).count("[") == 151
        assert module.one() == 1


def test_what_must_not_be_handed_over_is_unsupported() -> None:
    with loaded("def f(*args): return len(args)\nclass C: pass") as module:
        for value in (os, sys._getframe(), compile("1", "x", "eval")):
            with pytest.raises(Unsupported):
                module.f(value)
        with pytest.raises(Unsupported):
            type("D", (module.C,), {})
        assert module.f(1, 2) == 2


def test_limits_are_put_on_before_the_program_runs() -> None:
    import resource

    program = "import resource\nlimit = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
    with process(serve) as remote:
        module = remote.load(program, {"rlimits": [[resource.RLIMIT_NOFILE, 20, 30]]})
        assert module.limit == (20, 30)


def test_a_program_that_never_answers_is_waited_for_until_it_is_killed() -> None:
    """The limits on time are another's affair; killing the process ends the wait."""
    with process(serve) as remote:
        module = remote.load(
            "import os, time\npid = os.getpid()\ndef wait(): time.sleep(600)\n", {}
        )
        pid = module.pid

        def kill() -> None:
            time.sleep(0.05)
            os.kill(pid, 9)

        thread = threading.Thread(target=kill)
        thread.start()
        with pytest.raises(ProgramGone):
            module.wait()
        thread.join()


def test_other_modes_are_handed_to_their_function() -> None:
    def mode(sock: Any, settings: dict[str, Any]) -> None:
        os.write(1, settings["program"].encode())
        os._exit(0)

    shown: list[str] = []
    with process(
        lambda sock: serve(sock, {"other": mode}),  # type: ignore[dict-item]  # it leaves
        on_output=lambda _, text: shown.append(text),
    ) as remote:
        with pytest.raises(ProgramGone):
            remote.load("hello", {"mode": "other"})
        remote.drain()
    assert shown == ["hello"]
