"""Functions and objects of the test that the program calls, decorates and holds."""

from __future__ import annotations

import pytest

from tests.sandbox.inside.conversation import same_in_both

CALLBACKS_PROGRAM = r"""
import functools


def apply(f, *a, **k):
    return f(*a, **k)


def compose(*fs):
    return lambda x: functools.reduce(lambda v, f: f(v), fs, x)


def memo(f):
    cache = {}

    @functools.wraps(f)
    def w(*a):
        if a not in cache:
            cache[a] = f(*a)
        return cache[a]

    w.cache = cache
    return w


def retry(n):
    def deco(f):
        @functools.wraps(f)
        def w(*a, **k):
            for i in range(n):
                try:
                    return f(*a, **k)
                except ValueError:
                    if i == n - 1:
                        raise

        return w

    return deco


def sort_by(l, key):
    return sorted(l, key=key)


def visit(tree, f):
    for t in tree:
        f(t)


class Emitter:
    def __init__(self):
        self.h = {}

    def on(self, e, f):
        self.h.setdefault(e, []).append(f)
        return f

    def off(self, e, f):
        self.h[e].remove(f)

    def emit(self, e, *a):
        return [f(*a) for f in self.h.get(e, [])]


def total(xs):
    return sum(xs)


def typed(f):
    return f.__name__, f.__doc__, callable(f)


def make_counter():
    n = 0

    def inc(by=1):
        nonlocal n
        n += by
        return n

    return inc
"""

CALLBACKS_TEST = r'''
from solution import *

note(
    apply(lambda a, b=2: a + b, 1),
    apply(max, 3, 4),
    apply(str.upper, "x"),
    apply(len, [1]),
    apply(int, "7"),
    apply(sorted, [2, 1]),
    compose(lambda x: x + 1, str)(3),
)
calls = []


@memo
def fib(n):
    """Fibonacci."""
    calls.append(n)
    return n if n < 2 else fib(n - 1) + fib(n - 2)


note(
    fib(12), len(calls), fib.__name__, fib.__doc__, fib.__wrapped__ is not None, len(fib.cache)
)
tries = []


@retry(3)
def flaky(x):
    tries.append(x)
    if len(tries) < 3:
        raise ValueError("again")
    return "ok"


note(flaky(1), tries)


class Mine(Exception):
    pass


m = Mine("x")


def bad():
    raise m


try:
    apply(bad)
except Mine as e:
    note(e is m)


@retry(2)
def worse():
    raise ValueError("always")


try:
    worse()
except ValueError as e:
    note(e)
note(sort_by(["bb", "a"], len), sort_by([3, 1], key=lambda x: -x))
seen = []
visit([1, [2]], seen.append)
note(seen)
em = Emitter()
em.on("a", lambda x: x * 2)
em.on("a", print if False else abs)
note(em.emit("a", -3), em.emit("z"))
f = lambda: 1
note(em.on("q", f) is f)
heard = []


class Listener:
    def hear(self, x):
        heard.append(x)


one, other = Listener(), Listener()
for listener in (one, other):
    em.on("b", listener.hear)
em.on("b", heard.append)
em.off("b", one.hear)
em.emit("b", 1)
em.off("b", heard.append)
em.emit("b", 2)
note(heard, em.on("b", one.hear) == one.hear, len(em.h["b"]))
note(
    total(x * x for x in range(4)),
    total(iter([1, 2])),
    total({1: 2}.values()),
    total(range(3)),
    total(map(int, "12")),
)


def named():
    "Doc."


note(typed(named))
c = make_counter()
c2 = make_counter()
note(c(), c(), c(by=5), c2())
note(list(map(c2, [1, 2])), apply(apply, lambda: 5), apply(c, 1))


class Obj:
    def __init__(self, v):
        self.v = v

    def double(self, k=2):
        return self.v * k

    def __call__(self):
        return self.v


o = Obj(4)
note(apply(o), apply(o.double, k=3), apply(lambda z: z is o, o), apply(lambda z: z, o) is o)
from functools import partial

note(apply(partial(pow, 2), 5), apply(Obj, 3).v, isinstance(apply(Obj, 1), Obj))
'''

PARAMETERS_PROGRAM = r"""
import inspect


def curry(f):
    def curried(*given):
        if len(given) >= f.__code__.co_argcount:
            return f(*given)
        return lambda *more: curried(*given, *more)

    return curried


def parameters(f):
    found = inspect.signature(f).parameters.values()
    return [(p.name, str(p.kind), p.default is p.empty) for p in found]


def provide(f, **known):
    return f(**{name: known[name] for name in inspect.signature(f).parameters if name in known})


def filled(f, *args, **kwargs):
    bound = inspect.signature(f).bind(*args, **kwargs)
    bound.apply_defaults()
    return f(*bound.args, **bound.kwargs)


def call(f, *args, **kwargs):
    return f(*args, **kwargs)


async def await_call(f, *args, **kwargs):
    return inspect.iscoroutinefunction(f), await f(*args, **kwargs)
"""

PARAMETERS_TEST = r"""
import asyncio
import functools

from solution import await_call, call, curry, filled, parameters, provide


class Shop:
    def price(self, item, /, times=2, *, off=0):
        return item * times - off

    def bare(*args):
        return len(args)

    @classmethod
    def named(cls, name):
        return cls.__name__ + name

    @staticmethod
    def fixed(x=1):
        return x


def every(a, /, b, c=3, *rest, d, e=5, **more):
    return a, b, c, rest, d, e, more


async def later(a, b=2):
    return a + b


@functools.wraps(every)
def wrapping(*args, **kwargs):
    return args, kwargs


shop = Shop()
for f in (
    every,
    later,
    lambda: 0,
    lambda a: a,
    lambda a, b=2: 0,
    lambda *a: 0,
    lambda **k: 0,
    lambda *, k: 0,
    lambda *a, k=1: 0,
    lambda a=1, /, b=2: 0,
    shop.price,
    shop.bare,
    Shop.price,
    Shop.named,
    Shop.fixed,
):
    note(parameters(f))
note(curry(lambda a, b, c: (a, b, c))(1)(2)(3), curry(shop.fixed)(4))
note(provide(lambda db, log: (db, log), log=1, db=2, x=3))
note(call(every, 1, 2, d=4), call(every, 1, b=2, d=4, z=9), call(every, 1, 2, 3, 4, 5, d=6, e=7))
note(call(every, 1, d=4, c=8, b=2), call(lambda a=1, b=2: (a, b), b=3))
note(filled(every, 1, 2, d=4), filled(shop.price, 3), filled(shop.price, 3, off=1))
note(call(shop.price, 3, times=5), call(shop.bare, 1, 2), call(Shop.named, name="x"))
note(call(wrapping, 1, b=2))
note(asyncio.run(await_call(later, 1)), asyncio.run(await_call(later, b=1, a=5)))
for args in ((), (1, 2)):
    try:
        call(lambda a: a, *args)
    except TypeError as e:
        note(type(e))
"""

KEYWORDS_PROGRAM = r"""
def names(**given):
    return sorted(given)


def greet(name, operation="hi"):
    return f"{operation} {name}"


class Named:
    def __init__(self, name, number=0):
        self.name, self.number = name, number

    def renamed(self, name):
        return Named(name=name, number=self.number)

    def __call__(self, name, args=(), kwargs=None):
        return self.name, name, args, kwargs


def back(f, c, o):
    given = dict.fromkeys(("self", "cls", "own", "name", "number", "operation", "target"), 1)
    return f(**given), c(name=1, cls=2).name, o(name=3, own=4), o.method(name=5, number=6)
"""

KEYWORDS_TEST = r"""
from solution import Named, back, greet, names

note(names(self=1, cls=2, name=3, operation=4, number=5, args=6, kwargs=7, own=8, state=9))
note(greet(name="ann"), greet("bob", operation="bye"))
note(Named(name="a", number=1).renamed(name="b").name, Named("c")(name="d", args=1, kwargs=2))


class Own:
    def __init__(self, name=0, cls=0):
        self.name = name

    def __call__(self, name, own):
        return name, own

    def method(self, name, number):
        return name, number


note(back(lambda **given: sorted(given), Own, Own()))
"""

OBJECTS_OF_THE_TEST_PROGRAM = r"""
def to_list(n):
    out = []
    while n:
        out.append(n.val)
        n = n.next
    return out


def reverse(n):
    p = None
    while n:
        n.next, p, n = p, n, n.next
    return p


def depth(t):
    return 0 if t is None else 1 + max(depth(t.left), depth(t.right))


def same(a, b):
    return a == b, a is b, type(a).__name__, isinstance(a, type(b))


def biggest(l):
    return max(l)


def uniq(l):
    return len(set(l))


def call(o):
    return o.greet("x"), hasattr(o, "nope"), getattr(o, "_secret", "none")


def put(o):
    o.val = 99
    o.new = [1]
    return o


def total(o):
    return sum(o), len(o), o[0], 2 in o


def unpack(p):
    x, y = p
    return x + y, p.x, p == (1, 2)
"""

OBJECTS_OF_THE_TEST_TEST = r"""
from solution import *
from collections import namedtuple


class Node:
    def __init__(self, val=0, next=None):
        self.val, self.next = val, next

    def greet(self, x):
        return f"hi {x} {self.val}"

    def __eq__(self, o):
        return isinstance(o, Node) and self.val == o.val

    def __hash__(self):
        return hash(self.val)

    def __lt__(self, o):
        return self.val < o.val


def build(*v):
    h = None
    for x in reversed(v):
        h = Node(x, h)
    return h


n = build(1, 2, 3)
note(to_list(n))
r = reverse(n)
note(isinstance(r, Node), r.val, r.next.val, r.next.next is n, n.next, to_list(r))


class T:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = v, left, right


note(
    depth(T(1, T(2), T(3, T(4)))),
    same(Node(1), Node(1)),
    same(n, n),
    biggest([Node(2), Node(5)]).val,
    uniq([Node(1), Node(1), Node(2)]),
)
note(call(Node(3)), put(n) is n, n.val, n.new)


class Seq:
    def __init__(self, *v):
        self.v = v

    def __len__(self):
        return len(self.v)

    def __getitem__(self, i):
        return self.v[i]

    def __iter__(self):
        return iter(self.v)


note(total(Seq(1, 2, 3)))
P = namedtuple("P", "x y")
note(unpack(P(1, 2)))
"""


@pytest.mark.parametrize(
    ("program", "test"),
    [
        pytest.param(CALLBACKS_PROGRAM, CALLBACKS_TEST, id="callbacks"),
        pytest.param(KEYWORDS_PROGRAM, KEYWORDS_TEST, id="keywords"),
        pytest.param(PARAMETERS_PROGRAM, PARAMETERS_TEST, id="parameters"),
        pytest.param(
            OBJECTS_OF_THE_TEST_PROGRAM, OBJECTS_OF_THE_TEST_TEST, id="objects of the test"
        ),
    ],
)
def test_callbacks_are_the_same_in_both(program: str, test: str) -> None:
    same_in_both(program, test)
