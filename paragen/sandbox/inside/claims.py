"""The test's side of values: makes of what the program sends plain data, proxies, or a breach.

Nothing here trusts the program: numbers must be new where new ones are announced and known where
known ones are meant, names are texts of a reasonable length, and classes are made of those bases
that can't do harm.
"""

from __future__ import annotations

from functools import partial

from ..runner.outcomes import Signal, Unsupported
from . import builtin_names, extras
from .channel import Breach
from .content import BASES, FIXED, made_again
from .hosted import Hosted
from .owned import STATES, Own, State, state_of
from .proxies import RemoteClass, make_class, namespace
from .values import Codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .remote import Remote

MOST_NAME = 200
MOST_KINDS = 2
"""Of how many unrelated builtin kinds an exception may be."""

_FACTORIES = frozenset(
    (bool, bytearray, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)
)
"""The builtins that may make the values of missing keys: some others tell of their caller."""

_LEAVING = (SystemExit, KeyboardInterrupt, GeneratorExit)


class Claims(Codec):
    """Decodes what the program claims, encodes what it is given."""

    def __init__(self, remote: Remote) -> None:
        super().__init__()
        self.hosted = Hosted()
        self._remote = remote
        self._states: dict[int, State] = {}
        self.replies = 0
        self.keeps = False
        """Whether objects that come now stay the test's own (see `Own`)."""

    def forget(self) -> None:
        """The program is gone for good: its proxies answer nothing any more."""
        for state in self._states.values():
            STATES.pop(id(state.proxy), None)
        self._states.clear()

    def encode_other(self, value: Any) -> Any:
        """A proxy as the object that it stands for, anything else as a guest of the program."""
        state = state_of(value)
        if state is not None:
            if state.remote is not self._remote:
                raise Unsupported("an object of another program")
            return {"h": state.number}
        plain = extras.encode(value)
        if plain is not None:
            return plain
        name = builtin_names.name_of(value)
        if name is not None:
            self.hosted.may_swallow = self.hosted.may_swallow or value is AssertionError
            return {"g": name}
        place = self.hosted.place_of(value)
        return {"G": place} if place is not None else self.hosted.announce(value, self.encode)

    def decode_factory(self, value: Any) -> Any:
        """A builtin that makes an empty value, or what the program or the test has defined.

        What a class of the program makes so is no object that the test has made.
        """
        factory = self.decode_class(value)
        state = state_of(factory)
        if state is None:
            known = type(factory) is type and factory in _FACTORIES
            return factory if known or factory in self.hosted else None
        return partial(state.ask, "call", None) if type(factory) is RemoteClass else factory

    def module(self, number: Any, proxy: Any) -> State:
        """Note that a proxy stands for the program's module."""
        return self._add(number, proxy)

    def decode_other(self, tag: str, body: Any) -> Any:
        """A claim of the program, or one of the test's own objects."""
        if tag == "h":
            return self._handle(body)
        if tag == "#":
            return self._key(body)
        if tag == "k":
            return self._class(body)
        if tag == "E":
            return self._error(body)
        if tag == "x":
            return self.hosted.object(body)
        if tag == "g":
            value = builtin_names.value_of(body)
            if value is None:
                raise Breach("a name that isn't in the table")
            return value
        return extras.decode(tag, body)

    def _add(self, number: Any, proxy: Any, base: type | None = None) -> State:
        if type(number) is not int or number in self._states or state_of(proxy) is not None:
            raise Breach("a new object with an old number")
        state = State(self._remote, number, proxy, base)
        state.born = self.replies
        self._states[number] = STATES[id(proxy)] = state
        return state

    def _handle(self, body: Any) -> Any:
        """A known object by its number, a new one with its class and perhaps its content."""
        number = body[0]
        if len(body) == 1:
            state = self._known(number)
            if type(state.proxy) is RemoteClass:
                state.own = Own.TAINTED
            elif not self.keeps:
                state.own = min(state.own, Own.FOREIGN)
            return state.proxy
        cls = self.decode_class(body[1])
        if not isinstance(cls, type):
            raise Breach("no class")
        if type(cls) is not RemoteClass or issubclass(cls, BaseException):
            raise Breach("an object of a class that isn't the program's")
        if len(body) == 2:
            self._add(number, object.__new__(cls))
            return self._states[number].proxy
        base = BASES[body[2]]
        if base in FIXED:
            content = self.decode(body[3])
            if type(content) is not base:
                raise Breach("no such content")
            make: Any = base.__new__
            proxy: Any = make(cls, content)
        else:
            proxy = object.__new__(cls)
        self._add(number, proxy, base)
        return proxy

    def _known(self, number: Any) -> State:
        if type(number) is not int or number not in self._states:
            raise Breach("an object that was never announced")
        return self._states[number]

    def decode_class(self, value: Any) -> Any:
        """A value that, if it is a class, nobody is given by this: it says what another is of."""
        if type(value) is dict and len(value) == 1 and type(value.get("h")) is list:
            body = value["h"]
            if len(body) == 1:
                return self._known(body[0]).proxy
        return self.decode(value)

    def _key(self, body: Any) -> Any:
        """An object that is going to be hashed, with its hash."""
        known, encoded = body
        value = self.decode(encoded)
        state = state_of(value)
        if type(known) is not int or state is None:
            raise Breach("no hash")
        if state.hash is None:
            state.hash = hash(known)
        return value

    def _class(self, body: Any) -> type:
        number, module, name, qualified, bases, mask = body
        if not all(type(n) is str and len(n) <= MOST_NAME for n in (module, name, qualified)):
            raise Breach("no name")
        kinds = [self.decode_class(base) for base in bases]
        real = _bases(kinds)
        error = any(issubclass(kind, BaseException) for kind in real)
        content = not error and any(issubclass(kind, FIXED) for kind in real)
        members = namespace(mask, module, name, error=error, content=content)
        members["__qualname__"] = qualified
        cls = make_class(name, real, members)
        self._add(number, cls)
        return cls

    def _error(self, body: Any) -> BaseException:
        number, kind, arguments, more, cause, line = body
        cls = self.decode_class(kind)
        if not (isinstance(cls, type) and issubclass(cls, BaseException)):
            raise Breach("no exception")
        if issubclass(cls, Signal):
            raise Breach("an exception of the runner's own")
        args = tuple(self.decode_items(arguments))
        attributes = {} if more is None else self.decode(more)
        error = _instance(cls, args)
        self._add(number, error)
        if type(cls) is not RemoteClass:
            for name, value in attributes.items():
                if name == "__notes__" or not name.startswith("_"):
                    _set(error, name, value)
        elif "__notes__" in attributes:
            _set(error, "__notes__", attributes["__notes__"])
        if cause is not None:
            error.__cause__ = self.decode(cause)
        self._remote.lines[id(error)] = line if type(line) is int else 0
        return error


def _bases(kinds: list[Any]) -> tuple[type, ...]:
    """The bases that a proxy class has of those that the program's class has."""
    found: dict[type, None] = {}
    for kind in kinds:
        if not isinstance(kind, type):
            raise Breach("no class")
        if issubclass(kind, _LEAVING) and type(kind) is not RemoteClass:
            found[BaseException] = None
        elif type(kind) is RemoteClass or kind in FIXED or issubclass(kind, BaseException):
            found[kind] = None
    return _moderate(tuple(found))


def _moderate(bases: tuple[type, ...]) -> tuple[type, ...]:
    """The bases, unless they make an exception that is of too many kinds to be told from others.

    One that is a ValueError, a KeyError and everything else would be what any test waits for.
    """
    builtin = {kind for base in bases for kind in base.__mro__ if type(kind) is not RemoteClass}
    errors = {kind for kind in builtin if issubclass(kind, BaseException)}
    kinds = [k for k in errors if not any(issubclass(e, k) and e is not k for e in errors)]
    if len(kinds) <= MOST_KINDS:
        return bases
    return (Warning,) if any(issubclass(kind, Warning) for kind in kinds) else (Exception,)


def _instance(cls: type[BaseException], args: tuple[Any, ...]) -> BaseException:
    if type(cls) is not RemoteClass:
        try:
            return cls(*args)
        except Exception:  # one that takes other arguments than it keeps
            pass
    return made_again(cls, args)


def _set(error: BaseException, name: str, value: Any) -> None:
    try:
        BaseException.__setattr__(error, name, value)
    except Exception:  # read-only, or of a type that it can't have
        return
