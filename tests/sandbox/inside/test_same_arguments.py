"""Arguments are changed in place, aliases stay aliases, and values are what they were."""

from __future__ import annotations

import pytest

from tests.sandbox.inside.conversation import same_in_both

IN_PLACE_PROGRAM = r"""
def fill(l, d, s):
    l.append(1)
    d["k"] = [2]
    s.add(3)
    l[0] = "z"


def ident(x):
    return x


def rev(l):
    l.reverse()


def nest(m):
    m[0][0] = 9
    m.append(m[0])
    return m[1]


def default(x, acc=[]):
    acc.append(x)
    return acc


def rot(m):
    m[:] = [list(r) for r in zip(*m[::-1])]


def varg(*a, k=1, **kw):
    return a, k, kw


def alias(a, b):
    a.append(1)
    return a is b, b


def swap(d):
    d["a"], d["b"] = d["b"], d["a"]
    return d


def clear(b):
    b[:] = b"xy"


def cyc():
    l = [1]
    l.append(l)
    return l


def shared():
    a = [0]
    return [a, a], {"x": a}


def keep(l):
    return [l, l]


def cb(f, l):
    f(l)
    return l[-1]


def cb2(f):
    l = [1]
    f(l)
    return l


from collections import deque, Counter, defaultdict, OrderedDict


def push(q):
    q.appendleft(0)
    q.pop()


def cnt(c):
    c["a"] += 5
    return c
"""

IN_PLACE_TEST = r"""
from solution import *
from collections import deque, Counter

l, d, s = [0], {}, set()
fill(l, d, s)
note(l, d, s)
note(ident(l) is l, ident(d) is d, ident([l])[0] is l)
x = [1, 2]
rev(x)
note(x)
m = [[1], [2]]
r = nest(m)
note(m, r is m[1], m[2] is m[0])
note(default(1))
note(default(2))
note(default(3, [0]))
q = [[1, 2], [3, 4]]
rot(q)
note(q)
note(varg(1, 2, k=3, z=4), varg(), varg(*[1], **{"a b": 2}))
a = []
note(alias(a, a), a, alias([], []))
d = {"a": 1, "b": [2]}
note(swap(d) is d, d)
b = bytearray(b"abc")
clear(b)
note(b)
c = cyc()
note(c[1] is c, c)
s = shared()
note(s[0][0] is s[0][1], s[1]["x"] is s[0][0])
k = keep(l)
note(k[0] is l, k[1] is l)
note(cb(lambda z: z.append(7), l), l, cb2(lambda z: z.extend([2, 3])))
dq = deque([1, 2])
push(dq)
note(dq)
c = Counter("ab")
note(cnt(c) is c, c)
t = ([1], {2: [3]})
note(ident(t) == t, ident(t)[0] is t[0])
"""

VALUES_PROGRAM = r"""
import datetime, decimal, fractions, pathlib, uuid, collections


def ident(x):
    return x


def kind(x):
    return type(x).__name__


K = {1: (2, [3])}
PI = 3.14


class Tag(str):
    pass


class L(list):
    def __eq__(self, o):
        return True


def tag():
    return Tag("x")


def lst():
    return L([1, 2])
"""

VALUES_TEST = r"""
from solution import *
import datetime as dt, decimal, fractions, pathlib, uuid, collections, math

vals = [
    None,
    True,
    0,
    -1,
    10**700,
    -(10**5000),
    1.5,
    -0.0,
    float("inf"),
    "a\ud800\udc00b",
    "é",
    b"\x00\xff",
    bytearray(b"q"),
    (),
    (1, (2,)),
    [],
    {},
    set(),
    {1, 2},
    frozenset({3}),
    {1: 2, "a": None, (1, 2): [3]},
    1 + 2j,
    range(1, 9, 2),
    slice(1, None),
    ...,
    decimal.Decimal("1.10"),
    fractions.Fraction(1, 3),
    dt.date(2020, 1, 2),
    dt.datetime(2020, 1, 2, 3, 4, 5, 6),
    dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc),
    dt.time(1, 2),
    dt.timedelta(days=-1, seconds=3),
    dt.timezone.utc,
    pathlib.PurePosixPath("a/b"),
    uuid.UUID(int=5),
    collections.OrderedDict(a=1),
    collections.Counter("aab"),
    collections.deque([1], maxlen=3),
    {1: 2}.keys(),
    {1: 2}.items(),
    NotImplemented,
    int,
    ValueError,
]
import sys

sys.set_int_max_str_digits(0)
for v in vals:
    r = ident(v)
    note(r == v or isinstance(v, type({}.keys())), type(r) is type(v), kind(v), str(r)[:50])
note(
    math.isnan(ident(float("nan"))),
    math.copysign(1, ident(-0.0)),
    K,
    PI,
    list(ident({3: 4}.values())),
)
note(
    tag(),
    tag() == "x",
    tag() + "y",
    tag().upper(),
    isinstance(tag(), str),
    type(tag()).__name__,
    "x" == tag(),
    {"x": 1}[tag()],
    len(tag()),
    "".join([tag(), "z"]),
    tag() in ("x",),
    lst()[0],
    len(lst()),
    list(lst()),
)
"""


@pytest.mark.parametrize(
    ("program", "test"),
    [
        pytest.param(IN_PLACE_PROGRAM, IN_PLACE_TEST, id="in place"),
        pytest.param(VALUES_PROGRAM, VALUES_TEST, id="values"),
    ],
)
def test_arguments_are_the_same_in_both(program: str, test: str) -> None:
    same_in_both(program, test)
