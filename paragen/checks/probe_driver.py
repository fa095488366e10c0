"""Calls a program with probe inputs, and prints what each call showed: runs beside the program.

The text of this file is the beginning of a script (see `probes`): so it imports nothing of
paragen, and quick modules only. What a call shows is one line: what it returned or raised and what
it printed or, where it returned nothing, what it made of its arguments. Values are written so that
equal ones read alike: the items of sets and dicts are sorted, floats have twelve digits, and none
where they are whole, objects are their public attributes, and no address is ever shown.
"""

from __future__ import annotations

import binascii
import io
import os
import re
import signal
import sys
from collections import deque
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType
    from typing import Any, NoReturn

CALL_S = 0.5
"""The CPU time that one call may take, in seconds."""
_AGAIN_S = 0.2
"""A program that catches everything is told again after so many."""
_MOST_VALUES = 2000
_MOST_DEPTH = 20
_MOST_ITEMS = 100
"""Of what may go on for ever."""
_MOST_CHARACTERS = 4000
_DIGITS = 12
_MOST_WHOLE = 1e15
_MOST_BITS = 4000
"""Longer integers aren't written in decimal: that may be refused, and takes long."""

TOO_LONG = "takes too long"

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class TooLong(BaseException):
    """A call has had its time; not an Exception, which programs catch."""


def probe(program: str, calls: Iterable[tuple[str, str]], mark: str) -> NoReturn:
    """Load the program and make every call, of a name with the text of arguments, twice.

    Each line that counts begins with the mark: "ready", then number, turn and what was shown.
    """
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = _stream(), _stream()
    module = type(sys)("solution")
    sys.modules["solution"] = module
    exec(compile(program, "solution.py", "exec", dont_inherit=True), module.__dict__)
    _tell(f"{mark} ready")
    signal.signal(signal.SIGVTALRM, _out_of_time)
    for number, (name, arguments) in enumerate(calls):
        for turn in (1, 2):
            shown = _showing(module, name, arguments)
            _tell(f"{mark} {number} {turn} {shown}")
            if shown == TOO_LONG:
                break
    os._exit(0)  # whatever threads and exit handlers the program has


def _tell(line: str) -> None:
    """Print a line that begins as one, whatever the program has written past its streams."""
    os.write(1, f"\n{line}\n".encode("utf-8", "backslashreplace"))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", "replace", newline="\n", write_through=True)


def _out_of_time(*_: object) -> NoReturn:
    raise TooLong


def _showing(module: ModuleType, name: str, text: str) -> str:
    """What one call shows."""
    try:
        arguments = _evaluated(module, text)
        before = written(_evaluated(module, text))
    except BaseException as error:
        return f"can't be called: {type(error).__name__}"
    sys.stdout, sys.stderr = stdout, _ = _stream(), _stream()
    try:
        shown = _in_time(lambda: _effect(module, name, arguments, before))
    except TooLong:
        return TOO_LONG
    printed = _printed(stdout)
    return f"{shown}, prints {_short(repr(printed))}" if printed else shown


def _effect(
    module: ModuleType, name: str, arguments: tuple[tuple[Any, ...], dict[str, Any]], before: str
) -> str:
    """What a call returns or, where that is nothing, what it left its arguments as.

    Of two programs that return the same, one may sort the list it was given, and the other a copy:
    that is not what they were asked for.
    """
    args, kwargs = arguments
    value = getattr(module, name)(*args, **kwargs)
    if type(value).__name__ == "coroutine":
        import asyncio  # slow to import, and seldom needed

        value = asyncio.run(value)
    after = written(arguments) if value is None else before
    return written(value) if after == before else f"leaves {after}"


def _printed(stdout: io.TextIOWrapper) -> str:
    try:
        kept = stdout.buffer
        assert isinstance(kept, io.BytesIO)
        return kept.getvalue().decode("utf-8", "replace").rstrip()
    except ValueError:  # the program closed it
        return ""


def _evaluated(module: ModuleType, text: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments that a text between parentheses stands for, where the program's names count."""

    def pack(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, kwargs

    packed: tuple[tuple[Any, ...], dict[str, Any]] = eval(
        f"__pack__({text})", {**vars(module), "__pack__": pack}
    )
    return packed


def _in_time(show: Callable[[], str]) -> str:
    """What `show` gives, or what it raises; raises TooLong."""
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, CALL_S, _AGAIN_S)
        return show()
    except TooLong:
        raise
    except BaseException as error:
        return f"raises {type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def written(value: object) -> str:
    """A value in such words that equal values read alike; long ones are cut and summed up."""
    return _short(_Writer().text(value).replace("\n", "\\n"))


def _short(text: str) -> str:
    if len(text) <= _MOST_CHARACTERS:
        return text
    checksum = binascii.crc32(text.encode("utf-8", "surrogatepass"))
    return f"{text[:_MOST_CHARACTERS]}… {len(text)} characters, {checksum:08x}"


class _Writer:
    """Writes one value; what is too much, too deep, or within itself is left out."""

    def __init__(self) -> None:
        self._left = _MOST_VALUES
        self._within: list[int] = []

    def text(self, value: Any) -> str:
        """The value's text, without asking anything of a class that the program made."""
        self._left -= 1
        if self._left < 0 or id(value) in self._within or len(self._within) > _MOST_DEPTH:
            return "…"
        self._within.append(id(value))
        try:
            return self._text(value)
        finally:
            self._within.pop()

    def _text(self, value: Any) -> str:
        kind = type(value)
        if hasattr(kind, "__members__"):  # an enumeration, which may also be an integer or text
            return f"{kind.__name__}.{value.name}"
        for base, write in _PLAIN:
            if issubclass(kind, base):
                return write(value)
        if issubclass(kind, list):
            return f"[{self._joined(list.__iter__(value))}]"
        if issubclass(kind, tuple):
            return f"({self._joined(tuple.__iter__(value))})"
        if issubclass(kind, set):
            return "{" + _sorted(map(self.text, set.__iter__(value))) + "}"
        if issubclass(kind, frozenset):
            return "{" + _sorted(map(self.text, frozenset.__iter__(value))) + "}"
        if issubclass(kind, dict):
            pairs = (f"{self.text(k)}: {self.text(v)}" for k, v in dict.items(value))
            return "{:" + _sorted(pairs) + "}"
        return self._other(value, kind)

    def _other(self, value: Any, kind: type) -> str:
        """What isn't plain data."""
        name = kind.__name__
        if issubclass(kind, BaseException):
            return f"{name}{self.text(value.args)}"
        if issubclass(kind, type):
            return f"class {value.__name__}"
        if hasattr(kind, "tolist"):  # arrays, numpy's and the library's, and numpy's numbers
            found = value.tolist()
            return f"array{self.text(found)}" if isinstance(found, list) else self.text(found)
        if hasattr(kind, "__next__"):
            return f"iterator[{self._some(value)}]"
        if issubclass(kind, deque):
            return f"deque[{self._joined(deque.__iter__(value))}]"
        if name in ("function", "method", "builtin_function_or_method"):
            return "function"
        if kind.__module__ in _OF_LIBRARY:
            return _ADDRESS.sub("", repr(value))
        public = sorted(_attributes(value, kind).items())
        return f"{name}({', '.join(f'{key}={self.text(item)}' for key, item in public)})"

    def _joined(self, items: Iterator[Any]) -> str:
        return ", ".join(map(self.text, items))

    def _some(self, items: Iterator[Any]) -> str:
        """The first items of what may go on for ever."""
        found = self._joined(islice(items, _MOST_ITEMS))
        return f"{found}, …" if next(items, self) is not self else found


def _sorted(texts: Iterable[str]) -> str:
    return ", ".join(sorted(texts))


def _float(value: float) -> str:
    """Twelve digits: the order of a sum's terms shows only after them. Whole ones are integers."""
    rounded = float(f"{float.__float__(value):.{_DIGITS}g}")
    whole = rounded.is_integer() and abs(rounded) < _MOST_WHOLE
    return repr(int(rounded)) if whole else repr(rounded)


def _integer(value: int) -> str:
    return int.__repr__(value) if value.bit_length() <= _MOST_BITS else hex(value)


_PLAIN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, repr),
    (type(None), repr),
    (int, _integer),
    (float, _float),
    (complex, lambda value: f"({_float(value.real)}, {_float(value.imag)}j)"),
    (str, str.__repr__),
    (bytes, bytes.__repr__),
    (bytearray, bytearray.__repr__),
    (range, repr),
)
"""How plain data is written: what is made of it counts as what it is made of."""

_OF_LIBRARY = frozenset(sys.stdlib_module_names) - {"__main__"}


def _attributes(value: object, kind: type) -> dict[str, object]:
    """The public attributes of an object, those in slots included."""
    found = dict(getattr(value, "__dict__", {}))
    for cls in kind.__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                found[name] = getattr(value, name)
    return {str(name): item for name, item in found.items() if not str(name).startswith("_")}
