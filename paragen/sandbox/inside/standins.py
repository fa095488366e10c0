"""What the program sees of the test's objects: stand-ins that ask the test's side.

Functions are real functions, classes real classes with the names of the test's, and exceptions
derive from the builtin ones that theirs do, so that the program may catch them.
"""

from __future__ import annotations

from . import builtin_names
from .content import made_again
from .parameters import with_parameters
from .specials import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Ask(Protocol):
        """Asks the test's side about one of its objects."""

        def __call__(
            self, operation: str, number: int, name: str | None, args: Any, kwargs: Any
        ) -> Any:
            """Raises what that raised."""


_new_object: Any = object.__new__
_COPYING = frozenset(("__copy__", "__deepcopy__"))


class Guests:
    """The test's objects that the program was given, by their numbers."""

    def __init__(self, ask: Ask, decode: Callable[[Any], Any]) -> None:
        self._ask = ask
        self._decode = decode
        self._known: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def number_of(self, value: Any) -> int | None:
        """The number of the object that this stands for, None if it is no stand-in."""
        return self._numbers.get(id(value))

    def standin(self, body: Any) -> Any:
        """What stands for a test's object, always the same."""
        number = body[0]
        if number not in self._known:
            made = _MAKERS[body[1]](self, number, *body[2:])
            self._known[number] = made
            self._numbers[id(made)] = number
        return self._known[number]

    def _function(
        self, number: int, name: str, doc: str | None, is_async: bool, parameters: Any
    ) -> Any:
        ask = self._ask

        def call(*args: Any, **kwargs: Any) -> Any:
            return ask("call", number, None, args, kwargs)

        async def call_async(*args: Any, **kwargs: Any) -> Any:
            return ask("await", number, None, args, kwargs)

        function = call_async if is_async else call
        if parameters is not None:
            function = with_parameters(parameters, function, is_async=is_async)
        function.__name__ = function.__qualname__ = name
        function.__doc__ = doc
        function.__module__ = "test_solution"
        return function

    def _class(self, number: int, name: str, mask: int, base: str | None) -> type:
        ask = self._ask

        def make(cls: type, /, *args: Any, **kwargs: Any) -> Any:
            return ask("call", number, None, args, kwargs)

        def get(cls: type, attribute: str) -> Any:
            return ask("get", number, attribute, (), None)

        kind = type("type", (type,), {"__call__": make, "__getattr__": get})
        namespace = {name: self._special(name) for name in names_of(mask) | _COPYING}
        bases: tuple[type, ...] = () if base is None else (builtin_names.CLASSES[base],)
        namespace |= self._attributes() | {"__slots__": (), "__module__": "test_solution"}
        if "__eq__" in namespace and "__hash__" not in namespace:
            namespace["__hash__"] = None
        made: type = type.__call__(kind, name, bases, namespace)
        return made

    def _attributes(self) -> dict[str, Any]:
        ask, numbers = self._ask, self._numbers

        def get(own: Any, name: str) -> Any:
            if id(own) not in numbers:
                raise AttributeError(name)
            return ask("get", numbers[id(own)], name, (), None)

        def put(own: Any, name: str, value: Any) -> None:
            ask("set", numbers[id(own)], name, (value,), None)

        def delete(own: Any, name: str) -> None:
            ask("del", numbers[id(own)], name, (), None)

        return {"__getattr__": get, "__setattr__": put, "__delattr__": delete}

    def _special(self, name: str) -> Any:
        ask, numbers = self._ask, self._numbers

        def special(own: Any, /, *args: Any, **kwargs: Any) -> Any:
            given = () if name in _COPYING else args  # the memo of deepcopy is for this side
            return ask("do", numbers[id(own)], name, given, kwargs)

        special.__name__ = name
        return special

    def _object(self, number: int, kind: Any, base: str | None, content: Any) -> Any:
        cls = self._decode(kind)
        if base is None:
            return _new_object(cls)
        make: Any = builtin_names.CLASSES[base].__new__
        return make(cls, self._decode(content))

    def _exception(self, number: int, name: str, bases: list[str], arguments: Any) -> Any:
        ask = self._ask

        def get(own: BaseException, attribute: str) -> Any:
            return ask("get", number, attribute, (), None)

        kinds = tuple(builtin_names.CLASSES[base] for base in bases)
        cls: Any = kinds[0]
        if bases != [name]:
            cls = type(name, kinds, {"__getattr__": get, "__module__": "test_solution"})
        return made_again(cls, tuple(self._decode(argument) for argument in arguments))


_MAKERS: dict[str, Callable[..., Any]] = {
    "f": Guests._function,
    "c": Guests._class,
    "o": Guests._object,
    "e": Guests._exception,
}
