"""Fixtures: what a test asks for by the names of its parameters."""

from __future__ import annotations

from .outcomes import Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_GENERATOR = 0x20
_COROUTINE = 0x80 | 0x200


class Fixture:
    """A function that makes a value for tests, and may clean up after its `yield`."""

    def __init__(
        self,
        function: Any,
        scope: str = "function",
        params: Any = None,
        autouse: bool = False,
        ids: Any = None,
        name: str | None = None,
    ) -> None:
        self.function = function
        self.scope = scope
        self.params = None if params is None else list(params)
        self.autouse = autouse
        self.name = name or function.__name__
        self.in_class = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: fixtures aren't called by tests."""
        raise TypeError(f"fixture {self.name!r} was called directly")


def arguments(function: Any) -> list[str]:
    """The parameters that a test or fixture wants to have filled, `self` not among them.

    Looks through decorators that tell what they wrap, and leaves out what `mock.patch` fills.
    """
    patched = 0
    while hasattr(function, "__wrapped__"):
        patches = getattr(function, "patchings", None)
        if patches is not None and not patched:
            patched = sum(1 for p in patches if not p.attribute_name and _makes_mock(p))
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    if code is None:
        return []
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    wanted = positional[: len(positional) - len(function.__defaults__ or ())]
    optional = function.__kwdefaults__ or {}
    names = [n for n in (*wanted, *keyword) if n != "self" and n not in optional]
    return names[patched:]


def _makes_mock(patch: Any) -> bool:
    return type(patch.new).__name__ == "_SentinelObject"


class Fixtures:
    """The fixtures of one test module, and the values of those that are shared between tests."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._of_module = _in(namespace)
        self._of_class: dict[type, dict[str, Fixture]] = {}
        self.shared: dict[tuple[str, type | None, Any], Any] = {}
        self.finalizers: list[Callable[[], object]] = []

    def known(self, owner: type | None) -> dict[str, Fixture]:
        """The fixtures that a test of this class may ask for, by name."""
        if owner is None:
            return self._of_module
        if owner not in self._of_class:
            own: dict[str, Fixture] = {}
            for base in reversed(owner.__mro__):
                own.update(_in(vars(base)))
            for fixture in own.values():
                fixture.in_class = True
            self._of_class[owner] = {**self._of_module, **own}
        return self._of_class[owner]

    def needed(self, owner: type | None, names: list[str]) -> list[Fixture]:
        """The fixtures that are used for these names, those that they ask for in turn included."""
        known = self.known(owner)
        waiting = [*(n for n, f in known.items() if f.autouse), *names]
        found: dict[str, Fixture] = {}
        while waiting:
            name = waiting.pop(0)
            if name in known and name not in found:
                found[name] = known[name]
                waiting += arguments(known[name].function)
        return list(found.values())


def _in(namespace: Any) -> dict[str, Fixture]:
    return {f.name: f for f in namespace.values() if type(f) is Fixture}


class Context:
    """The fixture values of one test while it runs."""

    def __init__(
        self, fixtures: Fixtures, owner: type | None, instance: Any, given: dict[str, Any],
        params: dict[str, Any],
    ) -> None:  # fmt: skip
        self._fixtures = fixtures
        self._owner = owner
        self._instance = instance
        self._values: dict[str, Any] = dict(given)
        self._params = params
        self.finalizers: list[Callable[[], object]] = []

    def prepare(self) -> None:
        """Make what is used without being asked for."""
        for name, fixture in self._fixtures.known(self._owner).items():
            if fixture.autouse:
                self.value(name)

    def value(self, name: str) -> Any:
        """The value for a parameter; raises Unsupported where nothing provides it."""
        if name not in self._values:
            self._values[name] = self._make(name)
        return self._values[name]

    def _make(self, name: str) -> Any:
        fixture = self._fixtures.known(self._owner).get(name)
        if fixture is None:
            from .provided import PROVIDED

            if name not in PROVIDED:
                raise Unsupported(f"the fixture {name!r} isn't available here")
            return PROVIDED[name](self.finalizers)
        if fixture.scope == "function":
            return self._call(fixture, self.finalizers)
        owner = self._owner if fixture.scope == "class" else None
        key = (name, owner, self._params.get(name, (None, None))[0])
        shared = self._fixtures.shared
        if key not in shared:
            shared[key] = self._call(fixture, self._fixtures.finalizers)
        return shared[key]

    def _call(self, fixture: Fixture, finalizers: list[Callable[[], object]]) -> Any:
        wanted = arguments(fixture.function)
        request = Request(self, self._params.get(fixture.name), finalizers)
        filled = {n: request if n == "request" else self.value(n) for n in wanted}
        flags = fixture.function.__code__.co_flags
        if flags & _COROUTINE:
            raise Unsupported(f"the fixture {fixture.name!r} is async")
        own = (self._instance,) if fixture.in_class else ()
        if not flags & _GENERATOR:
            return fixture.function(*own, **filled)
        steps = fixture.function(*own, **filled)
        value = next(steps)
        finalizers.append(lambda: next(steps, None))
        return value


class Request:
    """The `request` of a fixture, as far as small tests use it."""

    def __init__(
        self, context: Context, param: Any, finalizers: list[Callable[[], object]]
    ) -> None:
        if param is not None:
            self.param = param[1]
        self.getfixturevalue = context.value
        self.addfinalizer = finalizers.append

    def __getattr__(self, name: str) -> Any:
        """Refuse anything else."""
        raise Unsupported(f"request.{name} isn't supported")


def finish(finalizers: list[Callable[[], object]]) -> None:
    """Call them all, the last first; the first exception is raised in the end."""
    failure: BaseException | None = None
    while finalizers:
        try:
            finalizers.pop()()
        except BaseException as error:
            failure = failure or error
    if failure is not None:
        raise failure
