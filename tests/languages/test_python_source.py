"""What is read off Python source without running it."""

from __future__ import annotations

import ast
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.languages import LANGUAGES, language, python


def tree(source: str) -> ast.Module:
    parsed = python.parse(source)
    assert isinstance(parsed, ast.Module)
    return parsed


def test_an_error_has_its_line() -> None:
    error = python.parse("a = 1\nb = = 2\n")
    assert isinstance(error, python.SourceError)
    assert error.line == 2


@pytest.mark.parametrize(
    "source",
    ["\0", "a\0b", "(" * 5000, "-" * 100_000 + "1", "\ud800", "9" * 5000, "if 1:\n" * 200],
)
def test_hostile_text_is_an_error_and_never_an_exception(source: str) -> None:
    assert isinstance(python.parse(source), python.SourceError)


def test_long_chains_that_parse_are_walked_without_recursion() -> None:
    chain = "if a:\n    b = 1\n" + "elif a:\n    c = 2\n" * 300
    parsed = python.parse(chain)
    if isinstance(parsed, ast.Module):
        assert python.defined_names(parsed) == ("b", "c")


@given(st.text())
def test_any_text_can_be_asked_anything(source: str) -> None:
    parsed = python.parse(source)
    assert isinstance(parsed, ast.Module) == python.parses(source)
    assert python.code_lines(source) >= 0
    assert python.handles_errors(source) in {True, False}


def test_invalid_escapes_warn_nobody_not_even_from_threads() -> None:
    seen: list[object] = []

    def parse_many() -> None:
        for _ in range(50):
            parsed = python.parse("a = '\\d'; b = 1 is 1\n")
            seen.append(isinstance(parsed, ast.Module))

    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.simplefilter("error")
        threads = [threading.Thread(target=parse_many) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [True] * 200


def test_defined_names_are_what_an_import_would_find() -> None:
    source = """
import os
from a import b
def f(): x = 1
async def g(): pass
class C:
    y = 2
(p, [q, *r]) = 1, (2, 3)
n: int = 1
m: int
try:
    t = 1
except E:
    u = 1
else:
    v = 1
if a:
    def h(): pass
match a:
    case 1:
        w = 1
"""
    expected = ("f", "g", "C", "p", "q", "r", "n", "t", "u", "v", "h", "w")
    assert python.defined_names(tree(source)) == expected
    assert python.imported_names(tree(source)) == ("os", "b")


def test_names_from_solution_come_in_the_order_of_the_text() -> None:
    source = """
def test():
    from solution import second
from solution import zeta as z, alpha
from solution import *
from other import thing
from .solution import no
"""
    assert python.names_from(tree(source), "solution") == ("second", "zeta", "alpha")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def check(candidate): pass", True),
        ("def check(a, b): pass", False),
        ("def check(): pass", False),
        ("def test(candidate): pass", False),
    ],
)
def test_check_is_known_by_its_one_parameter(source: str, expected: bool) -> None:
    assert python.defines_check(tree(source)) is expected


def test_imported_modules_are_found_anywhere() -> None:
    source = "import a.b, c as d\ndef f():\n    from e.f import g\n    from . import h\n"
    assert python.imported_modules(tree(source)) == ("a", "c", "e")


def test_free_names() -> None:
    source = """
from typing import Dict
def f(a: List[int], *b, **c) -> Dict:
    try:
        return helper(a, [x for x in b]), len(c), math.pi
    except ValueError as e:
        print(e, undefined)
    match a:
        case [1, *rest]: rest
        case {"k": v, **others}: v, others
        case whole: whole
"""
    assert python.free_names(tree(source)) == {"List", "helper", "math", "undefined"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('def f():\n    """Doc."""\n', True),
        ("def f(): ...", True),
        ("def f():\n    raise NotImplementedError('x')\n", True),
        ("def f():\n    raise NotImplementedError\n", True),
        ("def f(): return 1", False),
        ("def f():\n    raise ValueError\n", False),
        ("class C:\n    a: int\n    def f(self): pass\n", True),
        ("class C:\n    def f(self): return 1\n", False),
        ("class C:\n    a = 1\n    def f(self): pass\n", False),
        ("class C(Exception): pass", False),
        ("x = 1", False),
    ],
)
def test_stubs(source: str, expected: bool) -> None:
    assert python.is_stub(tree(source).body[0]) is expected


def test_code_lines_leave_out_blanks_comments_and_docstrings() -> None:
    source = '''"""Module.

Two lines."""

# comment
import os  # counts

def f(a,
      b):
    """Doc."""
    text = """
    counts

    """
    return (
        a
    )
'''
    assert python.code_lines(source) == 1 + 2 + 4 + 3


def test_code_lines_of_what_is_not_python_are_its_lines() -> None:
    assert python.code_lines("def (\n\n x\n") == 2


def test_errors_are_handled_by_except_alone() -> None:
    assert python.handles_errors("def f():\n    try:\n        g()\n    except E:\n        pass\n")
    assert not python.handles_errors("try:\n    g()\nfinally:\n    h()\n")
    assert not python.handles_errors("raise E")
    assert not python.handles_errors("except")


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_language_has_what_all_have(name: str) -> None:
    module = language(name)
    assert callable(module.parses)
    assert callable(module.code_lines)
    assert callable(module.handles_errors)


@pytest.mark.parametrize("name", ["parser2", "tokens", "_x", "größe", "paragen"])
def test_names_that_a_module_may_have(name: str) -> None:
    assert python.why_no_module(name) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a-b", "identifier"),
        ("a.b", "identifier"),
        ("", "identifier"),
        ("class", "keyword"),
        ("json", "standard library"),
        ("sys", "standard library"),
        ("_socket", "standard library"),
        ("solution", "taken"),
        ("pytest", "taken"),
        ("_paragen_runner", "taken"),
    ],
)
def test_names_that_would_hide_something(name: str, why: str) -> None:
    assert why in python.why_no_module(name)
