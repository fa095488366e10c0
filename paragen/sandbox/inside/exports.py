"""The program's side of values: what is no plain data stays here, and is known by a number."""

from __future__ import annotations

from types import FunctionType

from . import builtin_names, extras
from .content import CONTENT, FIXED, base_of
from .specials import mask_of
from .standins import Guests
from .values import Codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from .standins import Ask

PROGRAM = "solution.py"
"""The file name that the program is compiled under."""

_FUNCTION = mask_of(FunctionType)
"""The special methods of functions."""

_ATTRIBUTES = ("name", "path", "filename", "filename2")
"""Attributes of builtin exceptions that aren't among their arguments."""

_MOST_CAUSES = 10


class Exports(Codec):
    """Encodes what the program gives, decodes what it is given."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self.guests = Guests(ask, self.decode)
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._new: list[int] = []
        self._keys = 0
        self._causes = 0
        self._encoders[FunctionType] = Exports._function
        self.program: dict[str, Any] | None = None
        """The program's namespace, by which its own functions are known."""

    def begin(self) -> None:
        """Begin a message; what the last one announced is known to the other side by now."""
        self._depth = self._keys = self._causes = 0
        self._mark = len(self.shared.items)
        self._new.clear()

    def abandon(self) -> None:
        """Take back what a message would have announced that isn't going to be sent."""
        super().abandon()
        for number in self._new:
            self._numbers.pop(id(self._objects[number]), None)
        self.begin()

    def target(self, number: int) -> Any:
        """The object that a handle is for."""
        return self._objects[number]

    def number(self, value: Any) -> int:
        """The number of an object, a new one for a new object."""
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self._objects)
            self._objects[number] = value
            self._numbers[id(value)] = number
            self._new.append(number)
        return number

    def encode_keys(self, keys: Any) -> list[Any]:
        """Keys, of which handles bring their hash along."""
        self._keys += 1
        encoded = self.encode_items(keys)
        self._keys -= 1
        return encoded

    def encode_other(self, value: Any) -> Any:
        """A guest as what the test knows it by, anything else as a handle."""
        guest = self.guests.number_of(value)
        if guest is not None:
            return {"x": guest}
        encoded: Any
        if isinstance(value, type):
            encoded = self._class(value)
            if "g" in encoded:
                return encoded
        elif (known := self._numbers.get(id(value))) is not None:
            encoded = {"h": [known]}
        elif (plain := extras.encode(value)) is not None:
            return plain
        elif isinstance(value, BaseException):
            encoded = self._exception(value)
        elif (name := builtin_names.name_of(value)) is not None:
            return {"g": name}
        else:
            encoded = self._instance(value)
        return {"#": [hash(value), encoded]} if self._keys else encoded

    def _function(self, function: FunctionType) -> Any:
        """A function: those of the program's own have no other form than their number."""
        if self._keys or function.__globals__ is not self.program:
            return self.encode_other(function)
        known = self._numbers.get(id(function))
        if known is not None:
            return {"h": [known]}
        kind_known = self._numbers.get(id(FunctionType))
        if kind_known is not None:
            return {"h": [self.number(function), {"h": [kind_known]}]}
        kind = [self.number(FunctionType), "builtins", "function", "function", [], _FUNCTION]
        return {"h": [self.number(function), {"k": kind}]}

    def _class(self, cls: type) -> Any:
        name = builtin_names.name_of(cls)
        return self._kind(cls) if name is None else {"g": name}

    def _kind(self, cls: type) -> Any:
        """A class that the test's side makes a proxy class for."""
        known = self._numbers.get(id(cls))
        if known is not None:
            return {"h": [known]}
        number = self.number(cls)
        bases = [self._class(base) for base in cls.__bases__ if base is not object]
        base = base_of(cls)
        ignored: tuple[type, ...] = (object, base) if base in FIXED else (object,)
        if issubclass(cls, BaseException):
            ignored = (object, *(b for b in cls.__mro__ if b.__module__ == "builtins"))
        names = [str(cls.__module__), cls.__name__, cls.__qualname__]
        return {"k": [number, *names, bases, mask_of(cls, ignored)]}

    def _instance(self, value: Any) -> Any:
        cls = type(value)
        base = base_of(cls)
        kind = self._kind(cls)
        number = self.number(value)
        if base is None:
            return {"h": [number, kind]}
        content = self.encode(CONTENT[base](value)) if base in FIXED else None
        return {"h": [number, kind, base.__name__, content]}

    def _exception(self, error: BaseException) -> Any:
        kind = self._class(type(error))
        number = self.number(error)
        attributes = dict(getattr(error, "__dict__", {}))
        for name in _ATTRIBUTES:
            value = getattr(error, name, None)
            if value is not None and type(error).__module__ == "builtins":
                attributes[name] = value
        cause = error.__cause__
        self._causes += 1
        encoded_cause = None
        if cause is not None and self._causes <= _MOST_CAUSES:
            encoded_cause = self.encode(cause)
        arguments = self.encode_items(_made_of(error))
        more = self.encode(attributes) if attributes else None
        return {"E": [number, kind, arguments, more, encoded_cause, _line(error.__traceback__)]}

    def content(self, value: Any) -> Any:
        """The plain content of an instance of a subclass of a builtin, None of any other."""
        base = base_of(type(value))
        return None if base is None else CONTENT[base](value)

    def decode_other(self, tag: str, body: Any) -> Any:
        """A handle's object, a guest's stand-in, or what both sides have."""
        if tag == "h":
            return self._objects[body]
        if tag == "x":
            return self.guests.standin(body)
        if tag == "g":
            return builtin_names.value_of(body)
        if tag == "G":
            return extras.imported(*body)
        return extras.decode(tag, body)


def _made_of(error: BaseException) -> tuple[Any, ...]:
    """What an error is made of again: of a group a message and errors, whatever its class takes."""
    if isinstance(error, BaseExceptionGroup):
        return error.message, list(error.exceptions)
    return error.args


def _line(traceback: TracebackType | None) -> int:
    """The deepest line of the program that an exception came by, 0 if it came by none."""
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == PROGRAM:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
