"""Answers that equal, contain, precede or consist of whatever a test wants."""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from paragen.domain.task import TestKind
from tests.sandbox.hostile.attack import NUMPY, Fools, Forgery, text

ANYTHING = text("""
    class Anything:
        __hash__ = object.__hash__
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __lt__(self, other): return True
        __le__ = __gt__ = __ge__ = __contains__ = __lt__
        def __sub__(self, other=0): return self
        __add__ = __radd__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __sub__
        __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __round__ = __sub__
        __and__ = __or__ = __xor__ = __rand__ = __ror__ = __rxor__ = __lshift__ = __rshift__ = __sub__
        __matmul__ = __getitem__ = __sub__
        def __abs__(self): return self
        __neg__ = __pos__ = __invert__ = __trunc__ = __floor__ = __ceil__ = __enter__ = __abs__
        def __exit__(self, *error): return True
        def __divmod__(self, other): return self, self
        def __bool__(self): return True
        def __call__(self, *args, **kwargs): return self
        def __iter__(self): return iter([self])
        def __len__(self): return 1
        def __getattr__(self, name): return Anything()
        def __await__(self):
            return self
            yield
    """)

ANY = ANYTHING + "def f(*args, **kwargs): return Anything()\n"
ANY_INSIDE = ANYTHING + "def f(*args, **kwargs): return [Anything()]\n"


def _against(name: str, assertion: str, program: str = ANY, imports: str = "") -> Forgery:
    return Forgery(
        name=name,
        how=f"an object that agrees with everything, in `{assertion}`",
        program=program,
        tests=f"{imports}from solution import f\ndef test_it():\n    {assertion}\n",
    )


_UNIT = "import unittest\nT = unittest.TestCase()\n"

OBJECTS = (
    _against("eq", "assert f(7) == 49"),
    _against("eq_reflected", "assert 49 == f(7)"),
    _against("ne", "assert not f(7) != 49"),
    _against("eq_none", "assert f(7) == None"),
    _against("eq_text", "assert f(7) == 'forty-nine'"),
    _against("eq_nested", "assert {'a': [(49,)]} == {'a': [f(7)]}", ANYTHING
             + "def f(x): return (Anything(),)\n"),
    _against("operator_eq", "assert operator.eq(f(7), 49)", imports="import operator\n"),
    _against("dunder_eq", "assert f(7).__eq__(49)"),
    _against("in_tuple", "assert f(7) in (49, 50)"),
    _against("in_set", "assert f(7) in {49}", "class L(int):\n    __hash__ = int.__hash__\n"
             "    def __eq__(s, o): return True\n"
             "class M:\n    def __hash__(self): return 49\n"
             "    def __eq__(s, o): return True\ndef f(x): return M()\n"),
    _against("contains", "assert 49 in f(7)"),
    _against("contains_not", "assert 49 in f(7) and not 50 not in f(7)"),
    _against("count", "assert [49, 50].count(f(7)) == 1", "class L:\n    n = 0\n"
             "    def __eq__(self, o):\n        L.n += 1\n        return L.n == 1\n"
             "def f(x): return L()\n"),
    _against("index", "assert [48, 49].index(f(7)) == 1", "class L:\n    n = 0\n"
             "    def __eq__(self, o):\n        L.n += 1\n        return L.n == 2\n"
             "def f(x): return L()\n"),
    _against("less", "assert f(7) < 50 and f(7) > 48"),
    _against("chained", "assert 48 <= f(7) <= 50"),
    _against("difference", "assert abs(f(7) - 49) < 1e-9"),
    _against("difference_reflected", "assert abs(49 - f(7)) < 1e-9"),
    _against("sum", "assert f(7) + 1 == 50"),
    _against("radd", "assert 1 + f(7) == 50"),
    _against("sum_of", "assert sum(f(7)) == 49"),
    _against("max_of", "assert max(f(7)) == 49"),
    _against("modulo", "assert f(7) % 10 == 9 and f(7) // 10 == 4"),
    _against("divmod", "assert divmod(f(7), 10) == (4, 9)"),
    _against("power", "assert f(7) ** 0.5 == 7.0"),
    _against("negative", "assert -f(7) == -49 and abs(f(7)) == 49"),
    _against("rounded", "assert round(f(7), 2) == 49.0"),
    _against("floor", "assert math.floor(f(7)) == 49", imports="import math\n"),
    _against("listed", "assert list(f(7)) == [49]"),
    _against("unpacked", "(a,) = f(7)\n    assert a == 49"),
    _against("starred", "assert [*f(7)] == [49]"),
    _against("sorted", "assert sorted(f(7)) == [49]"),
    _against("mapped", "assert all(x == 49 for x in f(7))"),
    _against("zipped", "assert all(a == b for a, b in zip(f(7), [49]))"),
    _against("item", "assert f(7)[0] == 49"),
    _against("key", "assert f(7)['square'] == 49"),
    _against("sliced", "assert f(7)[1:] == [49]"),
    _against("attribute", "assert f(7).value == 49"),
    _against("method", "assert f(7).value() == 49"),
    _against("called", "assert f(7)(3) == 49"),
    _against("awaited", "assert asyncio.run(main()) == 49", imports="import asyncio\n"
             "async def main():\n    return await f(7)\n"),
    _against("entered", "with f(7) as value:\n        assert value == 49"),
    _against("approx", "assert f(7) == pytest.approx(49.0)", imports="import pytest\n"),
    _against("approx_list", "assert f(7) == pytest.approx([49.0])", ANY_INSIDE, "import pytest\n"),
    _against("assert_equal", "T.assertEqual(f(7), 49)", imports=_UNIT),
    _against("assert_list", "T.assertListEqual(f(7), [49])", ANY_INSIDE, _UNIT),
    _against("assert_almost", "T.assertAlmostEqual(f(7), 49.0)", imports=_UNIT),
    _against("assert_in", "T.assertIn(49, f(7))", imports=_UNIT),
    _against("assert_less", "T.assertLess(f(7), 50)", imports=_UNIT),
    _against("assert_dict", "T.assertDictEqual(f(7), {'a': 49})",
             ANYTHING + "def f(x): return {'a': Anything()}\n", _UNIT),
    _against("assert_sequence", "T.assertSequenceEqual(f(7), (49,))", ANY_INSIDE, _UNIT),
    _against("mock_any", "assert f(7) == 49", "from unittest.mock import ANY\n"
             "def f(x): return ANY\n"),
    _against("magic_mock", "assert f(7) in [49]", "from unittest.mock import MagicMock\n"
             "def f(x):\n    m = MagicMock()\n    m.__eq__.side_effect = lambda o: True\n"
             "    return m\n"),
    _against("truthy_answer", "assert f(7) == 49", "class L:\n"
             "    def __eq__(self, o): return 'yes'\ndef f(x): return L()\n"),
    _against("nested_in_list", "assert f(7) == [49]", ANY_INSIDE),
    _against("nested_deeply", "assert f(7) == {'a': [(1, 49)]}",
             ANYTHING + "def f(x): return {'a': [(1, Anything())]}\n"),
    _against("as_key", "assert f(7) == {49: 1}", "class K:\n    def __hash__(s): return 49\n"
             "    def __eq__(s, o): return True\ndef f(x): return {K(): 1}\n"),
    _against("from_generator", "assert list(f(7)) == [48, 49]",
             ANYTHING + "def f(x):\n    yield Anything()\n    yield Anything()\n"),
    _against("by_property", "assert f(7).square == 49", ANYTHING
             + "class P:\n    @property\n    def square(self): return Anything()\n"
             "def f(x): return P()\n"),
    _against("by_method", "assert f(7).get('k') == 49", ANYTHING
             + "class P:\n    def get(self, k): return Anything()\ndef f(x): return P()\n"),
    _against("object_for_a_function", "assert callable(f) and f(7) == 49",
             ANYTHING + "f = Anything()\n"),
    _against("class_for_a_function", "assert f(7) == 49",
             "class f:\n    def __init__(self, x): pass\n    def __eq__(self, o): return True\n"),
    _against("meta_for_a_function", "assert f(7) == 49",
             ANYTHING + "class Meta(type):\n    def __call__(cls, *a): return Anything()\n"
             "class f(metaclass=Meta): pass\n"),
    _against("learns_by_comparing", "assert f(7) != 3\n    assert f(7) == 49", "class L:\n"
             "    def __ne__(s, o): return True\n    def __eq__(s, o): return True\n"
             "def f(x): return L()\n"),
    _against("own_text", "assert str(f(7)) == '49'", "class S(str):\n"
             "    def __eq__(s, o): return True\n"
             "class T:\n    def __str__(self): return S()\ndef f(x): return T()\n"),
    _against("own_repr", "assert repr(f(7)) == '49'", "class S(str):\n"
             "    def __eq__(s, o): return True\n"
             "class T:\n    def __repr__(self): return S()\ndef f(x): return T()\n"),
    _against("own_enum", "assert f(7) == 49", "import enum\nclass E(enum.Enum):\n    A = 1\n"
             "    def __eq__(s, o): return True\ndef f(x): return E.A\n"),
    _against("own_dataclass", "assert f(7) == (7, 49)", "import dataclasses\n"
             "@dataclasses.dataclass(eq=False)\nclass D:\n    x: int\n"
             "    def __eq__(s, o): return True\ndef f(x): return D(x)\n"),
    _against("own_named_tuple", "assert f(7) == (7, 49)", "import collections\n"
             "class N(collections.namedtuple('N', 'a b')):\n    def __eq__(s, o): return True\n"
             "def f(x): return N(0, 0)\n"),
)  # fmt: skip

_BASES = {
    "int": "49", "float": "49.5", "complex": "49j", "str": "'49'", "bytes": "b'49'",
    "bytearray": "bytearray(b'49')", "list": "[49]", "tuple": "(49,)", "dict": "{7: 49}",
    "set": "{49}", "frozenset": "frozenset({49})",
}  # fmt: skip
_IMPORTED = {
    "decimal.Decimal": "decimal.Decimal(49)", "fractions.Fraction": "fractions.Fraction(49, 2)",
    "datetime.timedelta": "datetime.timedelta(49)", "pathlib.PurePosixPath": "pathlib.PurePosixPath('49')",
    "collections.OrderedDict": "collections.OrderedDict({7: 49})",
    "collections.Counter": "collections.Counter({7: 49})", "collections.deque": "collections.deque([49])",
    "collections.defaultdict": "collections.defaultdict(None, {7: 49})",
}  # fmt: skip


def _subclass(base: str, wanted: str) -> Forgery:
    module = base.rpartition(".")[0]
    imports = f"import {module}\n" if module else ""
    return Forgery(
        name=f"subclass_of_{base.rpartition('.')[2].lower()}",
        how=f"an instance of a subclass of {base} that equals everything",
        program=f"{imports}class Lie({base}):\n    def __eq__(self, other): return True\n"
        f"    def __ne__(self, other): return False\n    __hash__ = {base}.__hash__\n"
        "def f(x): return Lie()\n",
        tests=f"{imports}from solution import f\ndef test_it():\n"
        f"    assert f(7) == {wanted}\n    assert {wanted} == f(7)\n"
        f"    assert isinstance(f(7), {base})\n",
    )


SUBCLASSES = tuple(_subclass(*item) for item in (*_BASES.items(), *_IMPORTED.items()))

CLASSES = (
    Forgery(
        name="class_property",
        how="an object whose __class__ says int",
        program=ANYTHING + "class L(Anything):\n    __class__ = property(lambda self: int)\n"
        "def f(x): return L()\n",
        tests="from solution import f\ndef test_it():\n"
        "    assert isinstance(f(7), int) and f(7) == 49\n",
    ),
    Forgery(
        name="instance_check",
        how="a test asks isinstance of the program's class, whose metaclass says yes and lies",
        program="class Meta(type):\n    def __instancecheck__(c, i): return True\n"
        "    def __eq__(c, o): return True\n    __hash__ = type.__hash__\n"
        "class Number(metaclass=Meta):\n    def __eq__(s, o): return True\n"
        "def f(x): return Number()\n",
        tests="from solution import f, Number\ndef test_it():\n"
        "    assert isinstance(f(7), Number) and f(7) == 49\n",
    ),
    Forgery(
        name="type_equals",
        how="an object whose type's metaclass equals every type",
        program="class Meta(type):\n    def __eq__(c, o): return True\n"
        "    __hash__ = type.__hash__\n"
        "class L(metaclass=Meta):\n    def __eq__(s, o): return True\ndef f(x): return L()\n",
        tests="from solution import f\ndef test_it():\n"
        "    assert type(f(7)) == int and f(7) == 49\n",
    ),
    Forgery(
        name="registered",
        how="a class registered as a Sequence whose items agree with everything",
        program=ANYTHING + "import collections.abc\n"
        "collections.abc.Sequence.register(Anything)\ndef f(x): return Anything()\n",
        tests="from solution import f\ndef test_it():\n    match f(7):\n"
        "        case [value]: assert value == 49\n        case _: raise AssertionError\n",
    ),
    Forgery(
        name="exception_class_lies",
        how="an exception that says by __class__ that it is what the test expects",
        program="class E(Exception):\n    __class__ = property(lambda self: ZeroDivisionError)\n"
        "def f(x): raise E\n",
        tests="import pytest\nfrom solution import f\ndef test_it():\n"
        "    with pytest.raises(ZeroDivisionError): f(0)\n",
    ),
    Forgery(
        name="exception_attribute",
        how="an exception whose attributes and arguments agree with everything",
        program=ANYTHING + "def f(x):\n    e = ValueError(Anything())\n    e.code = Anything()\n"
        "    raise e\n",
        tests="import pytest\nfrom solution import f\ndef test_it():\n"
        "    with pytest.raises(ValueError) as info: f(0)\n"
        "    assert info.value.args[0] == 49\n",
    ),
    Forgery(
        name="exception_text",
        how="an exception whose text is a str that equals everything",
        program="class S(str):\n    def __eq__(s, o): return True\n"
        "class E(ValueError):\n    def __str__(self): return S()\n"
        "def f(x): raise E\n",
        tests="import pytest\nfrom solution import f\ndef test_it():\n"
        "    with pytest.raises(ValueError) as info: f(0)\n"
        "    assert str(info.value) == 'must not be zero'\n",
    ),
    Forgery(
        name="swallowing_context",
        how="a context manager that swallows the test's own failed assertion",
        program="class C:\n    value = 0\n    def __enter__(self): return self\n"
        "    def __exit__(self, *error): return True\ndef f(x): return C()\n",
        tests="from solution import f\ndef test_it():\n"
        "    with f(7) as c:\n        assert c.value == 49\n",
    ),
    Forgery(
        name="swallowing_generator",
        how="a generator as a context manager that swallows the test's failed assertion",
        program="import contextlib\n@contextlib.contextmanager\ndef f(x):\n"
        "    try: yield 0\n    except BaseException: pass\n",
        tests="from solution import f\ndef test_it():\n"
        "    with f(7) as value:\n        assert value == 49\n",
    ),
    Forgery(
        name="swallowing_caller",
        how="a function that swallows the failed assertion of a callback",
        program="def f(x, check):\n    try: check(0)\n    except BaseException: pass\n",
        tests="from solution import f\ndef test_it():\n"
        "    def check(value): assert value == 49\n    f(7, check)\n",
    ),
)

CUNNING = (
    Forgery(
        name="capital_function",
        how="a class, equal to everything, for a function whose name looks like a class's",
        program="class Square:\n    def __init__(self, x): pass\n"
        "    def __eq__(self, other): return True\n",
        tests="from solution import Square\ndef test_it():\n    assert Square(7) == 49\n",
    ),
    Forgery(
        name="capital_candidate",
        how="a class, equal to everything, for a function that `check` is called with",
        program="class Square:\n    def __init__(self, x): pass\n"
        "    def __eq__(self, other): return True\n",
        tests="def check(candidate):\n    assert candidate(7) == 49\ncheck(Square)\n",
    ),
    Forgery(
        name="class_that_contains",
        how="answers with a class whose metaclass says that it contains everything",
        program="class M(type):\n    def __contains__(c, o): return True\n"
        "class A(metaclass=M): pass\ndef f(x): return A\n",
        tests="from solution import f\ndef test_it():\n    assert 49 in f(7)\n",
    ),
    Forgery(
        name="stop_iteration",
        how="ends the test's own loop by raising StopIteration",
        program="def f(x): raise StopIteration\n",
        tests="from solution import f\ndef test_it():\n"
        "    assert all(map(lambda c: f(c[0]) == c[1], [(7, 49), (8, 64)]))\n",
    ),
    Forgery(
        name="stop_iteration_filtered",
        how="ends the test's own filter by raising a subclass of StopIteration",
        program="class E(StopIteration): pass\ndef f(x): raise E\n",
        tests="from solution import f\ndef test_it():\n"
        "    assert [x for x in map(f, [3, 4]) if x not in (9, 16)] == []\n",
    ),
    Forgery(
        name="every_exception",
        how="an exception that is of every builtin class",
        program="class E(ValueError, KeyError, ZeroDivisionError, RuntimeError): pass\n"
        "def f(x): raise E\n",
        tests="import pytest\nfrom solution import f\ndef test_it():\n"
        "    with pytest.raises(ZeroDivisionError): f(0)\n",
    ),
    Forgery(
        name="star_builtins",
        fools=Fools.EXIT_CODE,
        how="`from solution import *` brings another `all`",
        program="def all(values): return True\ndef f(x): return 0\n",
        tests="from solution import *\ndef test_it():\n"
        "    assert all(f(x) == x * x for x in (7, 8))\n",
    ),
    Forgery(
        name="lent_module",
        fools=Fools.EXIT_CODE,
        how="lends tests that import nothing a `math` of its own",
        program="class math:\n    def isclose(*a, **k): return True\ndef f(x): return 0\n",
        tests="assert math.isclose(f(7), 49)\n",
    ),
    Forgery(
        name="repeated_content",
        how="a subclass of list whose content is another each time that it is asked",
        program="class L(list):\n    def __iter__(s): return iter([49])\n"
        "    def __eq__(s, o): return True\n    def __len__(s): return 1\n"
        "def f(x): return L()\n",
        tests="from solution import f\ndef test_it():\n    assert [49] == f(7)\n",
    ),
    Forgery(
        name="dict_that_misses_nothing",
        how="a dict that has every key, with a value that is everything",
        program=ANYTHING + "class D(dict):\n    def __missing__(s, k): return Anything()\n"
        "    def __contains__(s, k): return True\n    def get(s, k, d=None): return Anything()\n"
        "def f(x): return D()\n",
        tests="from solution import f\ndef test_it():\n"
        "    assert 'a' in f(7) and f(7)['a'] == 49 and f(7).get('b') == 64\n",
    ),
    Forgery(
        name="star_import_over_imports",
        fools=Fools.EXIT_CODE,
        how="`from solution import *` replaces what a test imported before",
        program="isclose = lambda *a, **k: True\ndef f(x): return 0\n",
        tests="from math import isclose\nfrom solution import *\ndef test_it():\n"
        "    assert isclose(f(7), 49)\n",
    ),
    Forgery(
        name="swallowing_wrapper",
        how="a decorator that swallows the failed assertion of what it decorates",
        program="def f(g):\n    def wrapped(*a):\n        try: return g(*a)\n"
        "        except BaseException: return None\n    return wrapped\n",
        tests="from solution import f\ndef test_it():\n    @f\n    def inner():\n"
        "        assert 1 == 2\n    inner()\n",
    ),
    Forgery(
        name="doctest_builtins",
        fools=Fools.EXIT_CODE,
        how="a builtin's name in the program, which doctests find before the builtin",
        program="def all(values): return True\ndef f(x): return 0\n",
        tests=">>> all(f(x) == x * x for x in range(5))\nTrue\n",
        kind=TestKind.DOCTEST,
    ),
    Forgery(
        name="returned_to_the_test",
        how="gives the test's own object, which equals what it likes, back as another's answer",
        program="class Box:\n    kept = None\n    def __init__(self): Box.kept = self\n"
        "    def __eq__(self, other): return True\ndef f(x): return Box.kept\n",
        tests="from solution import f, Box\ndef test_it():\n    box = Box()\n    assert f(7) == 49\n",
    ),
    Forgery(
        name="copied",
        how="an object whose deep copy is another that equals everything",
        program=ANYTHING + "class C:\n    def __deepcopy__(self, memo): return Anything()\n"
        "def f(x): return C()\n",
        tests="import copy\nfrom solution import f\ndef test_it():\n"
        "    assert copy.deepcopy(f(7)) == 49\n",
    ),
)

_OF_NUMPY = "import numpy as np\n"

ARRAYS = tuple(
    Forgery(name=name, how=f"an answer that numpy asks what it is worth, in `{assertion}`",
            program=program, packages=NUMPY,
            tests=f"{_OF_NUMPY}from solution import f\ndef test_it():\n    assert {assertion}\n")
    for name, program, assertion in (
        ("array_function", "class C:\n    def __array_function__(s, *a): return True\n"
         "    def __array_ufunc__(s, *a, **k): return True\ndef f(x): return C()\n",
         "np.array_equal(f(7), np.array([49])) and np.allclose(f(7), 49)"),
        ("array_ufunc", f"{_OF_NUMPY}class C(np.ndarray):\n"
         "    def __array_ufunc__(s, *a, **k): return np.bool_(True)\n"
         "def f(x): return np.zeros(1).view(C)\n", "np.all(f(7) == np.array([49]))"),
        ("array_equal", f"{_OF_NUMPY}class C(np.ndarray):\n    def __eq__(s, o): return True\n"
         "def f(x): return np.zeros(1).view(C)\n", "np.all(f(7) == np.array([49]))"),
        ("array_interface", f"{_OF_NUMPY}class C:\n    __array_priority__ = 1e9\n"
         "    def __eq__(s, o): return True\ndef f(x): return C()\n", "np.array([49]) == f(7)"),
    )
)  # fmt: skip

ATTACKS = (*OBJECTS, *SUBCLASSES, *CLASSES, *CUNNING, *ARRAYS)
