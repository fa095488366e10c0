"""Generators, iterators, contexts and coroutines of the program run step by step, there."""

from __future__ import annotations

import pytest

from tests.sandbox.inside.conversation import same_in_both

GENERATORS_PROGRAM = r"""
log = []


def count(n):
    try:
        for i in range(n):
            log.append(i)
            yield i
    finally:
        log.append("end")


def echo():
    got = yield 1
    yield got * 2
    return 9


class Chain:
    def __init__(self, *v):
        self.v = v

    def __iter__(self):
        return iter(self.v)

    def __len__(self):
        return len(self.v)

    def __getitem__(self, i):
        return self.v[i]

    def __contains__(self, x):
        return x in self.v

    def __reversed__(self):
        return reversed(self.v)

    def __bool__(self):
        return bool(self.v)


class Cd:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n


def pairs(d):
    return ((k, v) for k, v in d.items())


def mp():
    return map(str, [1, 2])
"""

GENERATORS_TEST = r"""
import solution, inspect, types, collections.abc
from solution import *

g = count(5)
note(next(g), next(g), solution.log)
note(list(g), solution.log, next(g, "done"))
try:
    next(g)
except StopIteration as e:
    note(e.value)
e = echo()
note(next(e), e.send(4))
try:
    e.send(None)
except StopIteration as s:
    note(s.value)
g = count(3)
next(g)
g.close()
note(solution.log[-1])
g = count(3)
next(g)
try:
    g.throw(KeyError("x"))
except KeyError as x:
    note(x)
note(
    inspect.isgenerator(g),
    isinstance(g, types.GeneratorType),
    isinstance(g, collections.abc.Iterator),
    iter(g) is g,
)
c = Chain(1, 2, 3)
note(
    list(c),
    len(c),
    c[0],
    c[-1],
    c[0:2],
    2 in c,
    5 in c,
    list(reversed(c)),
    bool(c),
    bool(Chain()),
    [*c],
    sum(c),
    max(c),
    dict(zip(c, "abc")),
    sorted(c, reverse=True),
    isinstance(c, collections.abc.Iterable),
    isinstance(c, collections.abc.Sized),
)
try:
    c[9]
except IndexError as e:
    note(e)
note(
    list(Cd(3)),
    [x for x in Cd(2)],
    sum(Cd(4)),
    next(Cd(2)),
    1 in Cd(3),
    list(pairs({"a": 1})),
    list(mp()),
    dict(pairs({"q": 2})),
)
a, *b = count(4)
note(a, b)
from itertools import islice

note(list(islice(count(10**9), 3)), isinstance(solution.Cd(1), collections.abc.Sized))
"""

CONTEXTS_PROGRAM = r"""
class Cm:
    def __init__(self):
        self.log = []

    def __enter__(self):
        self.log.append("in")
        return self

    def __exit__(self, t, v, tb):
        self.log.append(t.__name__ if t else None)
        return t is KeyError


from contextlib import contextmanager


@contextmanager
def tag(l, n):
    l.append("<" + n)
    try:
        yield n
    finally:
        l.append(n + ">")
"""

CONTEXTS_TEST = r"""
from solution import *

c = Cm()
with c as d:
    note(d is c)
note(c.log)
with c:
    raise KeyError("x")
note(c.log)
try:
    with c:
        raise ValueError("v")
except ValueError as e:
    note(e)
note(c.log)
l = []
with tag(l, "b") as n:
    note(n)
note(l)
"""

COROUTINES_PROGRAM = r"""
import asyncio


async def f(x):
    await asyncio.sleep(0)
    return x * 2


async def g(x):
    if x:
        raise ValueError("async")
    return await f(4)


async def agen(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


class Ctx:
    async def __aenter__(self):
        return 5

    async def __aexit__(self, *a):
        return False


async def run(cb):
    return await cb(3)


async def many():
    return await asyncio.gather(f(1), f(2))
"""

COROUTINES_TEST = r"""
import asyncio
from solution import *

note(asyncio.run(f(2)))


async def main():
    out = [await f(1), await g(0)]
    try:
        await g(1)
    except ValueError as e:
        out.append(str(e))
    out.append([x async for x in agen(3)])
    async with Ctx() as c:
        out.append(c)

    async def cb(x):
        return x + 1

    out.append(await run(cb))
    out.append(await many())
    out.append(await asyncio.gather(f(3), f(4)))
    return out


note(asyncio.run(main()))
import inspect

note(inspect.iscoroutinefunction(f) in (True, False), asyncio.iscoroutine(c := f(1)))
c.close()
"""


@pytest.mark.parametrize(
    ("program", "test"),
    [
        pytest.param(GENERATORS_PROGRAM, GENERATORS_TEST, id="generators"),
        pytest.param(CONTEXTS_PROGRAM, CONTEXTS_TEST, id="contexts"),
        pytest.param(COROUTINES_PROGRAM, COROUTINES_TEST, id="coroutines"),
    ],
)
def test_iteration_are_the_same_in_both(program: str, test: str) -> None:
    same_in_both(program, test)


_LENT_PROGRAM = r"""
def delegate(g):
    result = yield from g
    yield ("gave", result)


def chain(*parts):
    for part in parts:
        yield from part


def consume(g):
    found = []
    while True:
        try:
            found.append(next(g))
        except StopIteration as end:
            return found, end.value


def drive(g):
    found = [next(g)]
    try:
        while True:
            found.append(g.send(found[-1] * 2))
    except StopIteration as end:
        return found, end.value, end.args


class Stop(StopIteration):
    pass


class Ends:
    def __init__(self, *given):
        self.given = given

    def __iter__(self):
        return self

    def __next__(self):
        raise Stop(*self.given)
"""

_LENT_TEST = r"""
from solution import Ends, chain, consume, delegate, drive


def g():
    yield 1
    return "end"


def asked():
    first = yield 1
    second = yield first + 1
    return [second]


def through(*given):
    result = yield from Ends(*given)
    yield result


class Own(StopIteration):
    pass


class Mine:
    def __iter__(self):
        return self

    def __next__(self):
        raise Own(5)


note(list(delegate(g())), list(chain(g(), [3], g(), (x for x in "ab"))), consume(g()))
note(drive(asked()), list(through()), list(through(7)), list(delegate(Mine())))
"""


def test_what_a_generator_returns_is_the_same_in_both() -> None:
    """Of the test's where the program asks it, and of the program's where the test does."""
    same_in_both(_LENT_PROGRAM, _LENT_TEST)
