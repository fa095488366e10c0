"""Stubs: the signature of a program that passed, and nothing else of it."""

from __future__ import annotations

from typing import Any

from paragen.checks.stubs import CONSTANTS, stubs
from paragen.domain.task import Example, Task, TestCode

ADD = "def add(a, b=2, *, c=0):\n    total = a + b\n    return total + c\n"


def task(*tests: str, **fields: Any) -> Task:
    codes = tuple(TestCode(source=source, origin="t.md") for source in tests)
    return Task(name="t", prompt="p", sha256="0", tests=codes, **fields)


def called(program: str, name: str, *arguments: object) -> object:
    names: dict[str, Any] = {}
    exec(program, names)
    return names[name](*arguments)


def test_the_entry_point_returns_constants_or_its_first_argument() -> None:
    made = stubs(task("assert add(1) == 3", entry_point="add"), ADD)
    returned = [called(one.program, "add", "x") for one in made]
    assert returned == [None, True, False, 0, "", [], "x"]
    assert len(made) == len(CONSTANTS) + 1
    assert made[0].what == "a stub: add() returns None"
    assert made[-1].what == "a stub: add() returns its first argument"


def test_all_that_tests_name_is_hollow_and_the_rest_stays() -> None:
    program = f"{ADD}def helper(x):\n    return x\n\ndef double(x):\n    return helper(2 * x)\n"
    first, *_ = stubs(task("assert add(1) == 3\nassert double(1) == 2"), program)
    assert called(first.program, "add", 1) is None
    assert called(first.program, "double", 1) is None
    assert called(first.program, "helper", 5) == 5
    assert first.what == "a stub: add(), double() returns None"


def test_a_classs_methods_are_but_objects_can_be_made() -> None:
    program = (
        "class Box:\n"
        "    def __init__(self, size):\n        self.size = size\n"
        "    def grown(self, by):\n        return self.size + by\n"
        "    @staticmethod\n    def of(size):\n        return Box(size)\n"
        "    def empty(self):\n        return not self.size\n"
    )
    *_, argument = stubs(task("assert Box(1).grown(2) == 3"), program)
    box = called(argument.program, "Box", 1)
    assert isinstance(box, object)
    for name, given, returned in (("grown", (7,), 7), ("of", (8,), 8), ("empty", (), None)):
        assert getattr(box, name)(*given) == returned


def test_what_does_the_same_as_the_program_is_no_stub() -> None:
    made = stubs(task("assert same(1) == 1", entry_point="same"), "def same(x):\n    return x\n")
    assert len(made) == len(CONSTANTS)
    assert not any("argument" in one.what for one in made)


def test_scripts_print_nothing_what_they_read_or_the_first_output() -> None:
    examples = (Example(name="a", stdin="1\n", stdout="2\n"),)
    nothing, echo, fixed = stubs(task(examples=examples), "print(int(input()) * 2)\n")
    assert "print" not in nothing.program
    assert "stdin" in echo.program
    assert repr("2\n") in fixed.program


def test_there_are_none_of_what_is_no_python_or_isnt_called() -> None:
    assert stubs(task("assert add(1) == 3"), "def add(:") == ()
    assert stubs(task("assert True"), ADD) == ()
