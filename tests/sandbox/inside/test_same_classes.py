"""Classes of the program and their instances behave in the test as they do in one process."""

from __future__ import annotations

import pytest

from tests.sandbox.inside.conversation import same_in_both

STATE_PROGRAM = r'''
class Account:
    """An account."""

    bank = "ACME"

    def __init__(self, owner, balance=0):
        self.owner, self._balance = owner, balance

    @property
    def balance(self):
        "The balance."
        return self._balance

    @balance.setter
    def balance(self, v):
        if v < 0:
            raise ValueError("negative")
        self._balance = v

    @classmethod
    def empty(cls, owner):
        return cls(owner)

    @staticmethod
    def fee(n):
        return n * 2

    def deposit(self, n):
        self._balance += n
        return self

    def __repr__(self):
        return f"Account({self.owner!r}, {self._balance})"
'''

STATE_TEST = r"""
from solution import Account

a = Account("ann", balance=5)
note(a, str(a), f"{a}", f"{a!r:>30}", a.owner, a.balance, Account.bank, a.bank)
a.balance = 7
note(a.balance)
try:
    a.balance = -1
except ValueError as e:
    note(e, e.args)
note(a.deposit(3) is a, a.deposit(1).deposit(2).balance)
b = Account.empty("bob")
note(b.balance, type(b) is Account, isinstance(b, Account), b == a, a == a, a != b)
note(
    Account.fee(3),
    b.fee(4),
    Account.__name__,
    Account.__doc__,
    Account.__module__,
    a.__doc__,
    a.__class__ is Account,
)
a.extra = [1]
note(a.extra, hasattr(a, "nope"), getattr(a, "nope", 3), vars(a), a.__dict__)
del a.extra
note(hasattr(a, "extra"))
try:
    a.nope
except AttributeError as e:
    note(e)
note(
    callable(a),
    callable(Account),
    callable(a.deposit),
    a.deposit.__name__,
    Account.deposit.__name__,
)
note(a in [a, b], [b, a].index(a), {a: 1}[a], len({a, b, a}))
Account.bank = "X"
note(a.bank)
"""

INHERITANCE_PROGRAM = r"""
from abc import ABC, abstractmethod


class Shape(ABC):
    @abstractmethod
    def area(self): ...
    def twice(self):
        return 2 * self.area()


class Sq(Shape):
    def __init__(self, s):
        self.s = s

    def area(self):
        return self.s**2


class Named(Sq):
    pass


def make(n):
    return Named(n)
"""

INHERITANCE_TEST = r"""
from solution import *

note(
    issubclass(Sq, Shape),
    issubclass(Named, Sq),
    isinstance(make(2), Shape),
    type(make(2)) is Named,
    make(3).twice(),
    type(make(1)).__name__,
)
try:
    Shape()
except TypeError as e:
    note("abstract" in str(e))
note(
    [c.__name__ for c in Named.__mro__[:3]],
    Named.__bases__ == (Sq,),
    isinstance(3, Sq),
    issubclass(int, Sq),
)
"""

DATACLASSES_PROGRAM = r"""
from dataclasses import dataclass, field


@dataclass(order=True)
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list)


@dataclass(frozen=True)
class F:
    name: str


def pts():
    return [P(2, 1), P(1, 5)]
"""

DATACLASSES_TEST = r"""
from solution import P, F, pts
import dataclasses

note(
    P(1, 2) == P(1, 2),
    P(1, 2) < P(2, 0),
    sorted(pts()),
    max(pts()),
    min([P(3), P(2)]),
    P(1).tags,
    repr(P(1)),
)
note(pts() == [P(2, 1), P(1, 5)], P(1) != P(2), [p.x for p in pts()])
f = F("a")
note(hash(f) == hash(F("a")), {f, F("a"), F("b")} == {F("a"), F("b")}, {F("k"): 1}[F("k")])
try:
    f.name = "b"
except dataclasses.FrozenInstanceError as e:
    note(type(e).__name__, str(e))
note(
    dataclasses.is_dataclass(P),
    dataclasses.asdict(P(1, 2, [3])),
    [x.name for x in dataclasses.fields(P)],
    dataclasses.astuple(P(1, 2)),
)
note(sorted(pts(), key=lambda p: p.y), P(1) in pts(), P(2, 1) in pts())
try:
    P(1) < 3
except TypeError as e:
    note(type(e))
try:
    hash(P(1))
except TypeError as e:
    note(str(e))
p = P(1)
p.tags.append(5)
note(P.__match_args__)
match pts()[0]:
    case P(x, y):
        note(x, y)
"""

NAMED_TUPLES_PROGRAM = r"""
from collections import namedtuple
from typing import NamedTuple

Pt = namedtuple("Pt", "x y")


class Emp(NamedTuple):
    name: str
    age: int = 3


def pt():
    return Pt(1, 2)


def emps():
    return [Emp("b", 1), Emp("a", 2)]
"""

NAMED_TUPLES_TEST = r"""
from solution import *

p = pt()
note(
    p == (1, 2),
    p,
    p.x,
    p.y,
    p[0],
    p[-1],
    len(p),
    list(p),
    p + (3,),
    p._asdict(),
    p._replace(x=5),
    isinstance(p, tuple),
    type(p).__name__,
)
x, y = p
note(
    x,
    y,
    1 in p,
    p == Pt(1, 2),
    (1, 2) == p,
    hash(p) == hash((1, 2)),
    {p: 1}[(1, 2)],
    p < (1, 3),
    Pt._fields,
)
note(
    sorted(emps()),
    emps()[0].name,
    Emp("z"),
    emps() == [("b", 1), ("a", 2)],
    sorted(emps(), key=lambda e: e.name),
    p.count(1),
    p.index(2),
)
"""

ENUMS_PROGRAM = r"""
from enum import Enum, IntEnum, Flag, auto


class Color(Enum):
    RED = 1
    BLUE = "b"

    def shout(self):
        return self.name + "!"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class S(str, Enum):
    A = "a"


class Perm(Flag):
    R = auto()
    W = auto()


def f():
    return Color.RED


def l():
    return Level.HIGH
"""

ENUMS_TEST = r"""
from solution import *
import enum

note(
    f() is Color.RED,
    f() == Color.RED,
    f() != Color.BLUE,
    f().name,
    f().value,
    str(f()),
    repr(f()),
    Color("b"),
    Color["RED"],
    list(Color),
    len(Color),
    [c.name for c in Color],
    Color.RED.shout(),
)
note(
    isinstance(f(), Color),
    Color.RED in Color,
    f() == 1,
    {Color.RED: 3}[f()],
    Color.RED in {Color.RED, Color.BLUE},
)
note(
    l() == 2,
    l() > 1,
    l() + 1,
    l() < Level.HIGH,
    sorted([Level.HIGH, Level.LOW]),
    isinstance(l(), int),
    int(l()),
    str(S.A.value),
    S.A == "a",
    S.A.upper(),
    f"{l():03}",
    [1, 2, 3][Level.LOW],
)
note(
    Perm.R | Perm.W,
    (Perm.R | Perm.W) == Perm.R | Perm.W,
    Perm.R in (Perm.R | Perm.W),
    bool(Perm.R & Perm.W),
)
try:
    Color(9)
except ValueError as e:
    note(str(e))
note(Color.__members__["RED"] is Color.RED)
"""

OPERATORS_PROGRAM = r"""
class V:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        return V(self.x + o.x, self.y + o.y) if isinstance(o, V) else NotImplemented

    def __sub__(self, o):
        return V(self.x - o.x, self.y - o.y)

    def __mul__(self, k):
        return (
            V(self.x * k, self.y * k) if not isinstance(k, V) else self.x * k.x + self.y * k.y
        )

    __rmul__ = __mul__

    def __eq__(self, o):
        return isinstance(o, V) and (self.x, self.y) == (o.x, o.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __lt__(self, o):
        return abs(self) < abs(o)

    def __abs__(self):
        return (self.x**2 + self.y**2) ** 0.5

    def __neg__(self):
        return V(-self.x, -self.y)

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __call__(self, z):
        return z + self.x

    def __bool__(self):
        return bool(self.x or self.y)

    def __repr__(self):
        return f"V({self.x}, {self.y})"

    def __format__(self, s):
        return f"<{self.x:{s}}>"

    def __iadd__(self, o):
        self.x += o.x
        return self

    def __round__(self, n=0):
        return V(round(self.x, n), round(self.y, n))

    def __int__(self):
        return int(self.x)

    def __float__(self):
        return float(self.x)

    def __matmul__(self, o):
        return self * o

    def __pow__(self, n):
        return V(self.x**n, self.y**n)

    def __invert__(self):
        return V(self.y, self.x)

    def __divmod__(self, n):
        return divmod(self.x, n)


class Money(int):
    def __add__(self, o):
        return Money(int(self) + int(o))

    def __repr__(self):
        return f"${int(self)}"
"""

OPERATORS_TEST = r"""
from solution import V, Money

a, b = V(3, 4), V(1, 2)
note(
    a + b,
    a - b,
    a * 2,
    2 * a,
    a * b,
    a == V(3, 4),
    a != b,
    b < a,
    a > b,
    abs(a),
    -a,
    a[0],
    a[1],
    a(10),
    bool(V(0, 0)),
    f"{a:.2f}",
    round(V(1.26, 2.1), 1),
    int(a),
    float(a),
    a @ b,
    a**2,
    ~a,
    divmod(a, 2),
)
note(
    (a + b) * 2,
    2 * (a + b) == V(8, 12),
    sum([b, b], V(0, 0)),
    sorted([a, b]),
    len({a, V(3, 4)}),
    {a: 1}[V(3, 4)],
    list(a),
    tuple(b),
)
c = a
c += b
note(c is a, a.x)
try:
    a + 1
except TypeError as e:
    note(e)
try:
    1 + a
except TypeError as e:
    note(type(e))
try:
    a <= b
except TypeError as e:
    note(type(e))
note(a == 5, a == None, 3 in a, a in [V(9, 9), V(4, 4)], not a)
m = Money(5)
note(m + 3, m == 5, m > 4, m * 2, type(m + 1) is Money, isinstance(m, int), m + m, sum([m, m]))
"""


@pytest.mark.parametrize(
    ("program", "test"),
    [
        pytest.param(STATE_PROGRAM, STATE_TEST, id="state"),
        pytest.param(INHERITANCE_PROGRAM, INHERITANCE_TEST, id="inheritance"),
        pytest.param(DATACLASSES_PROGRAM, DATACLASSES_TEST, id="dataclasses"),
        pytest.param(NAMED_TUPLES_PROGRAM, NAMED_TUPLES_TEST, id="named tuples"),
        pytest.param(ENUMS_PROGRAM, ENUMS_TEST, id="enums"),
        pytest.param(OPERATORS_PROGRAM, OPERATORS_TEST, id="operators"),
    ],
)
def test_classes_are_the_same_in_both(program: str, test: str) -> None:
    same_in_both(program, test)


UNNAMED_PROGRAM = r"""
import enum
from collections import namedtuple


class _Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class _Colour(str, enum.Enum):
    RED = "red"
    BLUE = "blue"


class _May(enum.IntFlag):
    READ = 1
    WRITE = 2
    RUN = 4


_Pair = namedtuple("_Pair", "first second")


class _Metres(float):
    def __repr__(self):
        return f"{float(self)} m"


def level(n):
    return _Level(n)


def colour(name):
    return _Colour(name)


def may(n):
    return _May(n)


def pair(*items):
    return _Pair(*items)


def metres(n):
    return _Metres(n)


class _Vector(tuple):
    def __add__(self, other):
        return _Vector(a + b for a, b in zip(self, other))

    def __neg__(self):
        return _Vector(-a for a in self)


class _Hour(int):
    def __add__(self, other):
        return _Hour((int(self) + int(other)) % 24)

    def __neg__(self):
        return _Hour(24 - int(self))


def vector(*items):
    return _Vector(items)


def hour(n):
    return _Hour(n)
"""

UNNAMED_TEST = r"""
from solution import *

one, two = level(1), level(2)
note(one < two, one == two, one == level(1), one + two, two - 1, -two, abs(one), int(two))
note(one, str(two), f"{one}", {one: 1} == {1: 1}, {1: 2}[level(1)], sorted([two, one]))
note(bool(one), max(one, two), [10, 20][one])
red, blue = colour("red"), colour("blue")
note(red == blue, red != blue, red == colour("red"), len(red), red + blue, "e" in red, red.upper())
note(red, red.value, red < blue, len({red, blue, colour("red")}), red in ("red", "green"))
read, write = may(1), may(2)
note((read | write) == 3, (read | write) & write == 2, read ^ read == 0, ~read == 6)
note(bool(read & write), read & 1 == 1)
p, q = pair(1, 2), pair(1, 3)
note(p == q, p < q, p == (1, 2), p, p.first, p[1], p[-1], p[:1], len(p), list(p), 2 in p, p + q)
note(hash(p) == hash((1, 2)), {p, q} == {(1, 2), (1, 3)}, sum(q), tuple(reversed(p)))
v, w = vector(1, 2), vector(3, 4)
note(v + w == (4, 6), v + w == vector(4, 6), -v == (-1, -2), v + w, [*v], v < w)
note(hour(20) + hour(7) == 3, -hour(1) == 23, hour(20) + hour(7), abs(hour(3)))
a, b = metres(1.5), metres(2)
note(a < b, a + b, a * b, a - 1, round(a), -a, abs(b), a, sum([a, b]), a == 1.5, max(a, b), a // b)
"""


def test_objects_of_classes_that_tests_don_t_name_are_the_same_in_both() -> None:
    assert same_in_both(UNNAMED_PROGRAM, UNNAMED_TEST)
