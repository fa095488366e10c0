"""What a program returns to pass any test passes where it shares a process, and never here."""

from __future__ import annotations

from typing import Any

import pytest

from paragen.sandbox.runner.outcomes import Unsupported
from tests.sandbox.inside.conversation import in_process, loaded

LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __mul__ = __mod__ = __xor__ = __sub__
    def __abs__(self): return 0
    def __bool__(self): return True
    def __iter__(self): return iter(range(10_000))
    def __len__(self): return 3
    def __round__(self, n=0): return self
    def __instancecheck__(self, other): return True
    def solve(self, *args): return self
    def startswith(self, *args): return True
    isdigit = issubset = issuperset = startswith
    @property
    def __class__(self): return int

class LyingInt(int):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = lambda self, other: 0
    __hash__ = int.__hash__
class LyingStr(str):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __contains__ = startswith = lambda self, other: True
    count = lambda self, other: 9
    __hash__ = str.__hash__
class LyingList(list):
    __eq__ = __contains__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __len__ = lambda self: 3
class LyingDict(dict):
    __eq__ = __contains__ = lambda self, other: True
    __ne__ = lambda self, other: False
class LyingTuple(tuple):
    __eq__ = __contains__ = lambda self, other: True
    __ne__ = lambda self, other: False
class LyingSet(set):
    __eq__ = __contains__ = __le__ = __ge__ = issubset = lambda self, other: True
    __ne__ = lambda self, other: False
class Meta(type):
    __eq__ = lambda self, other: True
    __hash__ = type.__hash__
    def __contains__(self, other): return True
    def __iter__(self): return iter(())
    def __instancecheck__(self, other): return True
    def __subclasscheck__(self, other): return True
class LyingClass(metaclass=Meta): pass
class Solution(Liar): pass
class Twisted(Liar):
    def __sub__(self, other): return self
class Matrix(Liar):
    def __mul__(self, other): return Twisted()
class Vector(Liar):
    def __mul__(self, other): return Liar()

liar, kind = Liar(), {"of": None}
def f(*args): return kind["of"]
def choose(name): kind["of"] = eval(name)
"""

FORGED = {
    "Liar()": [
        "f() == 5", "5 == f()", "not (f() != 5)", "f() < 5", "f() > 5", "f() <= 5 <= f()",
        "f() - 5 == 0", "abs(f() - 5) < 1e-9", "abs(5 - f()) < 1e-9", "f() + 1 == 6",
        "f() in [5]", "f() in (1, 5)", "[f()] == [5]", "{'a': f()} == {'a': 5}", "(f(),) == (5,)",
        "f() in {5}", "f() ^ 5 == 0", "f() % 2 == 1", "round(f(), 2) == 5.0",
        "isinstance(f(), int)", "len(f()) == 3 and all(x in f() for x in (5, 7, 9))",
        "f().startswith('a')",
        "f().isdigit()", "f().issubset({1})", "max(f(), 5) == 5 == min(f(), 5)",
        "sorted([f(), 1]) == [1, 2]",
    ],
    "LyingInt(4)": ["f() == 5", "f() - 5 == 0", "abs(f() - 5) < 1e-9", "f() in [5]"],
    "LyingStr('x')": ["f() == 'y'", "'y' == f()", "f() in ['y']", "'y' in f()", "not (f() != 'y')",
        "f().startswith('y')", "f().count('y') == 9",
    ],
    "LyingList([])": ["f() == [5]", "[5] == f()", "not (f() != [5])", "5 in f()", "[f()] == [[5]]"],
    "LyingDict()": ["f() == {'a': 1}", "{'a': 1} == f()", "'a' in f()"],
    "LyingTuple()": ["f() == (1,)", "(1,) == f()", "1 in f()"],
    "LyingSet()": ["f() == {1}", "{1} == f()", "f() >= {1}", "{1} <= f()"],
    "LyingSet([9])": ["f().issubset({1})"],
    "LyingClass": ["f() is int", "f() == int", "isinstance(5, f())", "issubclass(int, f())",
        "5 in f()"],
    "[Liar()]": ["f() == [5]", "f()[0] == 5", "5 in f()", "f().index(5) == 0", "f().count(5) == 1"],
    "{'a': Liar()}": ["f() == {'a': 5}", "f()['a'] == 5", "5 in f().values()"],
}  # fmt: skip

OWNED = [
    "Solution().solve(5) == 120",
    "[Solution().solve(5)] == [120]",
    "abs(Solution().solve(5) - 120) < 1",
    "120 in [Solution().solve(5)]",
    "120 in Solution().solve(5)",
    "Vector() * Vector() == 11",
    "abs(Vector() * Vector() - 11) < 1e-9",
    "not (Vector() * Vector() != 11)",
    "abs(Matrix() * Matrix() - 11) < 1e-9",
    "bool(Matrix() * Matrix() - 11)",
]


def holds(module: Any, test: str) -> bool:
    """Whether the assertion would pass."""
    try:
        return bool(
            eval(test, {**{n: getattr(module, n) for n in ("f", "Solution", "Vector", "Matrix")}})
        )
    except Exception:
        return False


@pytest.mark.parametrize("value", FORGED)
def test_no_returned_object_says_itself_that_it_is_right(value: str) -> None:
    shared = in_process(LIAR)
    with loaded(LIAR) as sealed:
        shared.choose(value)
        sealed.choose(value)
        forged = [test for test in FORGED[value] if holds(sealed, test)]
        assert forged == []
        assert any(holds(shared, test) for test in FORGED[value]), "none of these can fail"


@pytest.mark.parametrize("test", OWNED)
def test_what_an_own_object_hands_out_isn_t_the_test_s_own(test: str) -> None:
    assert holds(in_process(LIAR), test), "this can't fail"
    with loaded(LIAR) as sealed:
        assert not holds(sealed, test)


def test_what_is_returned_has_no_arithmetic_with_plain_data() -> None:
    with loaded(LIAR) as module:
        module.choose("Twisted()")
        with pytest.raises(TypeError, match="unsupported operand"):
            module.f() - 5


def test_an_object_handed_out_once_is_never_own_again() -> None:
    """The class gives one and the same object to each call."""
    program = LIAR + (
        "class Same(Liar):\n    one = object.__new__(Liar)\n    def __new__(cls): return cls.one\n"
    )
    with loaded(program) as module:
        first = module.Same()
        assert first == 120
        result = first.solve()
        assert result != 120
        assert module.Same() is result
        assert result != 120


def test_own_objects_may_be_compared_with_plain_data() -> None:
    program = (
        "class Money:\n"
        "    def __init__(self, n): self.n = n\n"
        "    def __eq__(self, o): return self.n == getattr(o, 'n', o)\n"
        "    def __add__(self, o): return Money(self.n + getattr(o, 'n', o))\n"
        "    def __contains__(self, o): return o == self.n\n"
        "    def __sub__(self, o): return self.n - o\n"
    )
    with loaded(program) as module:
        money = module.Money(5)
        assert money == 5
        assert money != 6
        assert money == 5
        assert 5 in money
        assert 6 not in money
        assert money - 5 == 0
        assert (money + 1) + 1 == module.Money(7)
        assert (money + 1 == 6) is False  # the result of an operator, which could be anything


def test_a_class_is_the_test_s_own_under_its_name_alone() -> None:
    program = (
        "class Base:\n"
        "    def __init__(self, n=0): self.n = n\n"
        "    def __eq__(self, o): return self.n == o\n"
        "class A(Base): pass\nclass Error(Exception): pass\n"
        "class B(Base): pass\nother = B\nlater = [A]\n"
        "def make(n): return A(n)\ndef kind(): return A\ndef fail(): raise Error\n"
    )
    with loaded(program) as module:
        assert module.A(5) == 5  # whose base crossed before it has a name
        assert module.make(5) != 5
        with pytest.raises(module.Error):
            module.fail()
        assert module.Base(5) == 5
        assert module.A(5) == 5
        own = module.A(6)
        assert module.kind()(5) != 5
        assert module.A(5) != 5  # there may be no telling it from what `kind` gives
        assert own == 6
        assert module.B(5) == 5
        assert module.other(5) != 5
        assert module.B(5) != 5
        assert module.later[0](5) != 5


def test_a_container_has_as_many_items_as_it_has_said() -> None:
    program = (
        "class Box:\n"
        "    def __init__(self, length, *items): self.length, self.items = length, list(items)\n"
        "    def __len__(self): return self.length\n"
        "    def __iter__(self): return iter(self.items)\n"
        "    def __reversed__(self): return reversed(self.items)\n"
        "    def __getitem__(self, n): return self.items[n]\n"
        "    def shorten(self, n): del self.items[n:]\n"
        "def box(*given): return Box(*given)\n"
    )
    with loaded(program) as module:
        box = module.box(3, 1, 2)
        assert [n for n in box if n] == [1, 2]  # it was never asked
        assert len(box) == 3
        for walk in (iter, reversed):
            with pytest.raises(TypeError, match="another length"):
                list(walk(box))
        with pytest.raises(TypeError, match="another length"):
            box[2]
        with pytest.raises(IndexError):
            box[3]
        assert len(module.box(2, 1, 2, 3)) == 2
        assert list(module.box(2, 1, 2, 3)) == [1, 2, 3]
        right = module.box(2, 1, 2)
        assert len(right) == 2
        assert ([*right], [*reversed(right)], right[1]) == ([1, 2], [2, 1], 2)
        assert len(right) == 2
        right.shorten(1)
        assert [*right] == [1]  # what was said is no longer so
        own = module.Box(3, 1, 2)
        assert len(own) == 3
        assert [*own] == [1, 2]  # a class under test has its own way


def test_what_is_nested_too_deep_by_the_program_fails_the_test() -> None:
    program = (
        "def deep(n):\n    value = 0\n    for _ in range(n): value = [value]\n    return value\n"
        "def same(value): return value\n"
    )
    with loaded(program) as module:
        value = module.deep(100)
        for _ in range(150):
            value = [value]
        with pytest.raises(Unsupported, match="nested too deep"):
            module.same(value)
        value = module.deep(195)
        for _ in range(10):
            value = [value]
        with pytest.raises(ValueError, match="nested too deep"):
            module.same(value)


def test_comparisons_give_nothing_but_bools() -> None:
    program = "class Odd:\n    def __eq__(self, other): return 'yes'\n"
    with loaded(program) as module:
        odd = module.Odd()
        with pytest.raises(TypeError, match="no bool"):
            assert odd == odd


def test_an_exception_of_the_program_s_is_never_one_of_the_runner_s() -> None:
    program = (
        "import sys\n"
        "class Skipped(BaseException): pass\n"
        "class SkipTest(Exception): pass\n"
        "class Leave(SystemExit): pass\n"
        "def skip(): raise Skipped('x')\n"
        "def skip_test():\n"
        "    import unittest\n"
        "    raise unittest.SkipTest('x')\n"
        "def leave(): raise Leave(0)\n"
        "def leave_quietly(): sys.exit(0)\n"
    )
    import unittest

    from paragen.sandbox.runner.outcomes import Signal

    with loaded(program) as module:
        for name in ("skip", "skip_test", "leave"):
            with pytest.raises(BaseException) as raised:
                getattr(module, name)()
            assert not isinstance(raised.value, Signal | unittest.SkipTest | SystemExit)
        with pytest.raises(SystemExit):
            module.leave_quietly()


def test_what_a_callback_raised_to_skip_can_t_be_raised_later() -> None:
    """A program could otherwise keep the exception, to be skipped where it would fail."""
    from paragen.sandbox.inside.endings import ProgramGone
    from paragen.sandbox.runner.outcomes import Skipped

    program = (
        "kept = []\n"
        "def keep(f):\n"
        "    try: f()\n"
        "    except BaseException as error: kept.append(error)\n"
        "def again(): raise kept[0]\n"
    )

    def skip() -> None:
        raise Skipped("not here")

    with loaded(program) as module:
        module.keep(skip)
        with pytest.raises(ProgramGone):
            module.again()


SECRET = 918273645

REACHING = [
    "f.__code__", "f.__globals__", "f.__closure__", "f.gi_frame", "obj._hidden",
    "obj.__class__.__init__.__globals__",
    "obj.__dict__", "obj.method.__globals__", "obj.method.__self__", "obj.method.__func__",
    "gen.gi_frame", "gen.gi_code", "cls.__subclasses__()", "cls.__init__.__globals__",
    "cls.mro()", "mock.call_count", "mock.reset_mock()", "mock.assert_called()",
    "setattr(obj, 'method', lambda: 1)", "setattr(f, 'x', 1)", "setattr(mock, 'called', True)",
    "setattr(cls, 'limit', 3)", "delattr(obj, 'method')", "out.append.__self__.clear()",
]  # fmt: skip


@pytest.mark.parametrize("expression", REACHING)
def test_the_insides_of_the_test_s_objects_are_out_of_reach(expression: str) -> None:
    from unittest.mock import Mock

    class Own:
        limit = 2

        def __init__(self) -> None:
            self._hidden = SECRET
            self.shown = 1

        def method(self) -> int:
            return self._hidden

    program = (
        "def reach(expression, **names):\n"
        "    try: return ['got', repr(eval(expression, names))]\n"
        "    except (AttributeError, TypeError) as e: return ['refused', type(e).__name__]\n"
    )
    own, mock = Own(), Mock()
    given = {
        "f": lambda: SECRET, "obj": own, "gen": (x for x in (SECRET,)), "cls": Own, "mock": mock,
        "out": [1],
    }  # fmt: skip
    with loaded(program) as module:
        assert module.reach("obj.shown", **given) == ["got", "1"]
        outcome, shown = module.reach(expression, **given)
    assert outcome == "refused" or str(SECRET) not in shown
    assert own.method() == SECRET
    assert Own.limit == 2
    assert not mock.called
