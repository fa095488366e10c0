"""Exceptions of the program arrive as what they were."""

from __future__ import annotations

import pytest

from tests.sandbox.inside.conversation import same_in_both

EXCEPTIONS_PROGRAM = r"""
class Base(Exception):
    pass


class Low(Base, ValueError):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need, self.have = need, have


def boom(k):
    if k == 0:
        raise Low(3, 2)
    if k == 1:
        raise KeyError("k")
    if k == 2:
        raise Base
    if k == 3:
        try:
            int("x")
        except ValueError as e:
            raise Base("wrapped") from e
    if k == 4:
        assert k == 5, "five"
    if k == 5:
        return [][1]
    if k == 6:
        return open("/nope/file")
    if k == 7:
        return 1 / 0
    if k == 8:
        raise StopIteration(4)
    if k == 9:
        raise Base("x", 2, [3])
    if k == 10:
        return b"\xff".decode()
    if k == 11:
        return None.foo
    if k == 12:
        return undefined_name
    if k == 13:
        import nope_module
    if k == 14:
        e = ValueError("n")
        e.add_note("more")
        e.code = 7
        raise e
    if k == 15:
        raise ExceptionGroup("g", [ValueError(1), Base("b")])
    if k == 16:
        raise NotImplementedError
    if k == 17:
        import json

        json.loads("{")
    if k == 18:
        exit(3)
    if k == 19:
        raise SystemExit("bye")
    if k == 20:

        def r(n):
            return r(n + 1)

        r(0)


def ret():
    return Low(1, 0)
"""

EXCEPTIONS_TEST = r"""
from solution import *
import json

for k in range(21):
    try:
        boom(k)
    except BaseException as e:
        note(
            k,
            type(e).__name__,
            str(e)[:60],
            [str(a)[:40] for a in e.args],
            isinstance(e, ValueError),
            isinstance(e, Base),
            repr(e)[:40],
        )
        c = e.__cause__
        note(type(c).__name__, str(c)[:30])
try:
    boom(0)
except Low as e:
    note(e.need, e.have, type(e) is Low, [t.__name__ for t in type(e).__mro__])
try:
    boom(14)
except ValueError as e:
    note(e.__notes__, e.code)
try:
    boom(17)
except json.JSONDecodeError as e:
    note(e.msg, e.pos, type(e) is json.JSONDecodeError)
try:
    boom(6)
except FileNotFoundError as e:
    note(e.errno, e.filename)
try:
    boom(15)
except* ValueError as g:
    note(len(g.exceptions))
except* Base:
    note("base")
e = ret()
note(isinstance(e, Exception), e.need, str(e))
try:
    raise Low(5, 6)
except ValueError as x:
    note(x, x.have)
try:
    raise Base
except Base as x:
    note(x.args)
"""


@pytest.mark.parametrize(
    ("program", "test"),
    [
        pytest.param(EXCEPTIONS_PROGRAM, EXCEPTIONS_TEST, id="exceptions"),
    ],
)
def test_exceptions_are_the_same_in_both(program: str, test: str) -> None:
    same_in_both(program, test)


_GROUPS = r"""
import warnings
class Many(ExceptionGroup): pass
class Coded(ExceptionGroup):
    def __new__(cls, code, errors):
        self = super().__new__(cls, "coded", errors)
        self.code = code
        return self
class Odd(UserWarning, ValueError, KeyError, OSError): pass
def many(): raise Many("many", [ValueError("a"), KeyError("b")])
def coded(n): raise Coded(n, [OSError("x")])
def odd(): warnings.warn("odd", Odd)
"""
_OF_GROUPS = r"""
import warnings
from solution import Coded, Many, coded, many, odd
try: many()
except Many as e: note(e.message, [(type(x).__name__, x.args) for x in e.exceptions])
kinds = []
try: many()
except* ValueError as e: kinds.append(len(e.exceptions))
except* KeyError as e: kinds.append(len(e.exceptions))
note(kinds)
try: coded(7)
except Coded as e: note(e.code, e.message, len(e.exceptions))
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    odd()
note(len(found), [issubclass(one.category, Warning) for one in found])
"""


def test_groups_of_exceptions_and_odd_warnings_are_the_same_in_both() -> None:
    same_in_both(_GROUPS, _OF_GROUPS)
