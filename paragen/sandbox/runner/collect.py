"""Finds the tests that a test module defines, once it has been executed, and runs them."""

from __future__ import annotations

import sys

from .fixtures import Context, Fixtures, arguments, finish
from .marks import Mark, expected_failure, marks_of, parameter_sets, skip_reason
from .outcomes import Failed, Skipped, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any, Protocol

    from .ledger import Ledger

    class Group(Protocol):
        """Tests that are run together."""

        @property
        def names(self) -> list[str]:
            """Their names."""

        def run(self, piece: int, to: Ledger) -> None:
            """Run them, and report each."""


async def _coroutine() -> None:
    pass


_never_run = _coroutine()
_COROUTINE = type(_never_run)
_never_run.close()
_GENERATOR = type(_ for _ in ())

_NESTED = "a TestCase in a class, or a class in one with fixtures or setup, isn't supported"


def collect(module: ModuleType, to: Ledger) -> list[Group]:
    """The tests of a module, in the order of their definition."""
    functions = Functions(module)
    groups: list[Group] = [functions]
    for name, value in list(module.__dict__.items()):
        if not issubclass(type(value), type) and not name.startswith("test"):
            continue
        if to.of_program(value) or getattr(value, "__module__", None) == "solution":
            continue  # `from solution import *` must not bring tests along
        if isinstance(value, type):
            if _is_unittest(value):
                if value.__module__ == module.__name__:
                    from .unit import UnitTests

                    groups.append(UnitTests(value))
            elif _is_test_class(name, value):
                functions.add_class(name, value)
        elif name.startswith("test") and _is_function(value):
            functions.add(name, value, None)
    return groups


def _is_unittest(value: type) -> bool:
    test_case = getattr(sys.modules.get("unittest"), "TestCase", None)
    return isinstance(test_case, type) and issubclass(value, test_case)


def _is_test_class(name: str, value: type) -> bool:
    return name.startswith("Test") and getattr(value, "__test__", True)


def _is_function(value: Any) -> bool:
    return hasattr(value, "__code__") or hasattr(value, "__wrapped__")


class Test:
    """One test: a function with one set of parameters."""

    def __init__(
        self, name: str, function: Any, owner: type | None, marks: list[Mark],
        given: dict[str, Any], fixture_params: dict[str, tuple[int, Any]],
    ) -> None:  # fmt: skip
        self.name = name
        self.function = function
        self.owner = owner
        self.marks = marks
        self.given = given
        self.fixture_params = fixture_params


class Functions:
    """Test functions and test classes as pytest knows them."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._fixtures = Fixtures(module.__dict__)
        self._tests: list[Test] = []
        self._finished_classes: set[type] = set()

    @property
    def names(self) -> list[str]:
        """The tests' names, with their parameters' ids."""
        return [test.name for test in self._tests]

    def add_class(self, name: str, owner: type, outer: tuple[type, ...] = ()) -> None:
        """Take the tests of a class and of the classes in it, inherited ones included."""
        seen: dict[str, Any] = {}
        for base in reversed(owner.__mro__):
            seen.update(vars(base))
        for key, value in seen.items():
            function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if key.startswith("test") and _is_function(function):
                self.add(f"{name}.{key}", function, owner, outer)
            elif isinstance(value, type) and _is_test_class(key, value):
                if _is_unittest(value) or self._sets_up(owner):
                    raise Unsupported(f"{name}.{key}: {_NESTED}")
                self.add_class(f"{name}.{key}", value, (owner, *outer))

    def add(
        self, name: str, function: Any, owner: type | None, outer: tuple[type, ...] = ()
    ) -> None:
        """Take a test function, once for each set of its parameters."""
        marks = marks_of(function, *([owner] if owner else []), *outer, self._module)
        used = [n for m in marks if m.name == "usefixtures" for n in m.args]
        sets: list[tuple[str, dict[str, Any], list[Mark]]] = [("", {}, [])]
        for mark in marks:
            if mark.name == "parametrize":
                sets = [_joined(a, b) for b in parameter_sets(mark) for a in sets]
        fixtures = self._fixtures.needed(owner, [*used, *arguments(function)])
        for label, given, more in sets:
            for ids, params in _fixture_params([f for f in fixtures if f.params is not None]):
                label_here = "-".join(part for part in (label, ids) if part)
                shown = f"{name}[{label_here}]" if label_here else name
                self._tests.append(Test(shown, function, owner, [*more, *marks], given, params))

    def _sets_up(self, owner: type) -> bool:
        """Whether a class has fixtures or functions of the old style, which classes in it share."""
        hooks = ("setup_class", "setup_method", "teardown_class", "teardown_method")
        own = self._fixtures.known(owner).keys() - self._fixtures.known(None).keys()
        return bool(own) or any(hasattr(owner, hook) for hook in hooks)

    def run(self, piece: int, to: Ledger) -> None:
        """Run every test, then what the module's and classes' fixtures have to clean up."""
        if not self._tests:
            return
        try:
            self._hook(self._module, "setup_module", self._module)
        except BaseException as error:
            outcome, detail = to.settle(error)
            for test in self._tests:
                to.case(piece, test.name, outcome, detail)
            return
        for test in self._tests:
            to.attempt(piece, test.name, self._run, test)
        finalizers = self._fixtures.finalizers
        finalizers.insert(0, lambda: self._hook(self._module, "teardown_module", self._module))
        try:
            finish(finalizers)
        except BaseException as error:
            to.afterwards(piece, "teardown", *to.settle(error))

    def _run(self, test: Test) -> None:
        namespace = self._module.__dict__
        reason = skip_reason(test.marks, namespace)
        if reason is not None:
            raise Skipped(reason)
        expected = expected_failure(test.marks, namespace)
        if expected is None:
            self._call(test)
            return
        try:
            self._call(test)
        except (Skipped, Unsupported):
            raise
        except BaseException as error:
            kinds = expected.kwargs.get("raises")
            if kinds is not None and not isinstance(error, kinds):
                raise
            raise Skipped(f"expected failure: {expected.kwargs.get('reason', '')}") from None
        if expected.kwargs.get("strict"):
            raise Failed("passed, though it is marked xfail(strict)")

    def _call(self, test: Test) -> None:
        """Call the test with its fixtures, and clean up after it."""
        instance = test.owner() if test.owner is not None else None
        context = Context(self._fixtures, test.owner, instance, test.given, test.fixture_params)
        try:
            self._set_up(test, instance, context)
            context.prepare()
            for mark in test.marks:
                for name in mark.args if mark.name == "usefixtures" else ():
                    context.value(name)
            filled = {name: context.value(name) for name in arguments(test.function)}
            bound = test.function
            if instance is not None:
                bound = getattr(instance, test.function.__name__, test.function)
            _wait_for(bound(**filled))
        finally:
            finish(context.finalizers)

    def _set_up(self, test: Test, instance: Any, context: Context) -> None:
        """Call setup_… of the function, or of the class and method; have teardown_… called."""
        if test.owner is None:
            context.finalizers.append(
                lambda: self._hook(self._module, "teardown_function", test.function)
            )
            self._hook(self._module, "setup_function", test.function)
            return
        if test.owner not in self._finished_classes:
            self._finished_classes.add(test.owner)
            self._fixtures.finalizers.append(lambda: self._hook(test.owner, "teardown_class"))
            self._hook(test.owner, "setup_class")
        context.finalizers.append(lambda: self._hook(instance, "teardown_method", test.function))
        self._hook(instance, "setup_method", test.function)

    def _hook(self, owner: Any, name: str, argument: Any = None) -> None:
        """Call a function of the old style if there is one, with an argument if it takes one."""
        hook = getattr(owner, name, None)
        if hook is None:
            return
        code = getattr(hook, "__func__", hook).__code__
        takes = code.co_argcount - (1 if hasattr(hook, "__self__") else 0)
        hook(*([argument] if takes > 0 else []))


def _joined(
    first: tuple[str, dict[str, Any], list[Mark]], second: tuple[str, dict[str, Any], list[Mark]]
) -> tuple[str, dict[str, Any], list[Mark]]:
    label = "-".join(part for part in (first[0], second[0]) if part)
    return label, {**first[1], **second[1]}, [*first[2], *second[2]]


def _fixture_params(fixtures: list[Any]) -> Iterator[tuple[str, dict[str, tuple[int, Any]]]]:
    """Every combination of the fixtures' own parameters, with an id for each."""
    if not fixtures:
        yield "", {}
        return
    first, *rest = fixtures
    for ids, others in _fixture_params(rest):
        for number, value in enumerate(first.params):
            plain = isinstance(value, str | int | float | bool)
            label = str(value) if plain else f"{first.name}{number}"
            joined = "-".join(part for part in (label, ids) if part)
            yield joined, {first.name: (number, value), **others}


def _wait_for(result: Any) -> None:
    """Finish what an async test returned; refuse a test that yields."""
    if type(result) is _COROUTINE:
        import asyncio

        asyncio.run(result)
    elif type(result) is _GENERATOR:
        raise Unsupported("a test that yields isn't supported")
