"""Values as text and back: JSON for what JSON has, one-key objects `{tag: body}` for the rest.

Decoding makes exact builtin types and nothing else (`extras` adds those of the standard library);
whatever has no form here is for the two sides' own codecs: handles and stand-ins. Decoding a
hostile text either gives such values or raises Breach.
"""

from __future__ import annotations

import binascii
import json
import math
from _json import encode_basestring, make_encoder
from collections import Counter, OrderedDict, defaultdict, deque

from .channel import Breach
from .depths import CHAINING, Depths
from .shared import Shared, fill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

MOST_DEPTH = 200
"""How deep values may be nested."""

MOST_CONTAINERS = 2_000_000
"""How many brackets a text may have: an empty list takes two bytes of it, and 60 of memory."""

LARGE = 10**600
"""Integers from here on cross as hexadecimal: decimal digits are limited, and slow."""

COLLIDING = 1000
"""So many keys of a dict or set may have one and the same hash."""

FLAT = frozenset((type(None), bool, int, float, str))
FLAT_NO_INT = FLAT - {int}


class TooDeep(Exception):
    """A value is nested deeper than can be sent."""


def _no_json(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_CONSTANTS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""The very `math.nan`: lists look at whether an item is the same before whether it is equal."""

_decoder = json.JSONDecoder(parse_constant=_CONSTANTS.__getitem__)
_scan = _decoder.scan_once  # type: ignore[attr-defined]  # the stubs lack it
_pieces = make_encoder(None, _no_json, encode_basestring, None, ":", ",", False, False, True)


def dumps(value: Any) -> str:
    """The value as JSON; without the layers of Python above the module's encoder in C."""
    return "".join(_pieces(value, 0))


def loads(text: str) -> Any:
    """The JSON value; raises Breach. Without the layers of Python above the scanner in C."""
    if text.count("[") + text.count("{") > MOST_CONTAINERS:
        raise Breach("too many containers")
    try:
        value, end = _scan(text, 0)
    except (StopIteration, ValueError, RecursionError) as error:
        raise Breach(f"not JSON: {type(error).__name__}") from None
    if end != len(text):
        raise Breach("not JSON: more than one value")
    return value


def is_flat(items: Iterable[Any]) -> bool:
    """Whether everything in a container is a scalar that JSON takes as it is; at C's speed."""
    kinds = set(map(type, items))
    if kinds <= FLAT_NO_INT:
        return True
    if kinds == {int}:
        return bool(max(items) < LARGE and min(items) > -LARGE)
    return kinds <= FLAT and all(type(i) is not int or -LARGE < i < LARGE for i in items)


def _hashable(keys: list[Any]) -> list[Any]:
    """The keys, unless their hashes were chosen to make a dict of them take forever."""
    if len(keys) > COLLIDING and max(Counter(map(hash, keys)).values()) > COLLIDING:
        raise Breach("keys with equal hashes")
    return keys


class Codec:
    """Encodes and decodes one side's messages."""

    def __init__(self) -> None:
        self.shared = Shared()
        self.depths = Depths()
        self._depth = 0
        self._mark = 0
        self._encoders: dict[type, Callable[[Any, Any], Any]] = dict(ENCODERS)

    def begin(self) -> None:
        """Begin a message."""
        self._depth = 0
        self._mark = len(self.shared.items)

    def abandon(self) -> None:
        """Take back what a message would have announced that isn't going to be sent."""
        self.shared.cut(self._mark)

    def encode(self, value: Any) -> Any:
        """The value as JSON can hold it; raises TooDeep, and what a subclass raises."""
        encoder = self._encoders.get(type(value))
        if encoder is not None:
            return encoder(self, value)
        return self.encode_other(value)

    def decode(self, value: Any) -> Any:
        """The value of what JSON held; raises Breach, or anything for a body of the wrong shape."""
        kind = type(value)
        if kind is list:
            self.shared.add(value)
            if not set(map(type, value)) <= FLAT:
                value[:] = self.decode_items(value)
            return value
        if kind is dict:
            if len(value) != 1:
                raise Breach("an object with more than a tag")
            ((tag, body),) = value.items()
            decoder = DECODERS.get(tag)
            return self.decode_other(tag, body) if decoder is None else decoder(self, body)
        return value

    def decode_factory(self, value: Any) -> Any:
        """What makes the values of missing keys, None for nothing."""
        return self.decode(value)

    def encode_other(self, value: Any) -> Any:
        """What a side makes of a value that is no plain data."""
        raise NotImplementedError

    def decode_other(self, tag: str, body: Any) -> Any:
        """What a side makes of a tag that isn't for plain data."""
        raise NotImplementedError

    def encode_items(self, items: Any) -> list[Any]:
        """Each of a container's items."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise TooDeep("a value is nested too deep to be handed over")
        encoded = [self.encode(item) for item in items]
        self._depth -= 1
        return encoded

    def decode_items(self, items: Any) -> list[Any]:
        """Each of a list's items."""
        if type(items) is not list:
            raise Breach("no list of items")
        self._depth += 1
        if self._depth > self.depths.deepest:
            if self._depth > MOST_DEPTH:
                raise Breach("too deep")
            self.depths.deepest = self._depth
        decoded = [self.decode(item) for item in items]
        self._depth -= 1
        return decoded

    def shared_item(self, number: Any) -> Any:
        """The container of that number; raises Breach."""
        if type(number) is not int or not 0 <= number < len(self.shared.items):
            raise Breach("no such container")
        if self._depth:
            self.depths.references += 1
        return self.shared.items[number]

    def encode_keys(self, keys: Any) -> list[Any]:
        """The keys of a dict or elements of a set, which have to be hashed on the other side."""
        return self.encode_items(keys)

    def decode_keys(self, keys: Any) -> list[Any]:
        """Keys that can be put in a dict or set in reasonable time."""
        return _hashable(self.decode_items(keys))

    def encode_changes(self) -> Any:
        """What changed in shared containers since that was last noted; None for nothing."""
        numbers = self.shared.changed()
        if not numbers:
            return None
        return [[number, self._content(self.shared.items[number])] for number in numbers]

    def decode_changes(self, changes: Any) -> None:
        """Bring shared containers up to date, once everything that they hold is known."""
        if changes is None:
            return
        filled = []
        for number, content in changes:
            container = self.shared_item(number)
            if isinstance(container, dict):
                keys, values = content
                held: list[Any] = [self.decode_keys(keys), self.decode_items(values)]
                if len(held[0]) != len(held[1]):
                    raise Breach("keys without values")
                self.depths.link(type(container), values, held[1])
            elif isinstance(container, set):
                held = self.decode_keys(content)
            else:
                held = self.decode_items(content)
                self.depths.link(type(container), content, held)
            if isinstance(container, bytearray) and [type(h) for h in held] != [bytes]:
                raise Breach("no bytes")
            filled.append((container, held))
        for container, held in filled:
            fill(container, held)

    def _content(self, container: Any) -> list[Any]:
        if isinstance(container, bytearray):
            return [self.encode(bytes(container))]
        if isinstance(container, dict):
            return [self.encode_keys(container), self.encode_items(container.values())]
        if isinstance(container, set):
            return self.encode_keys(container)
        return self.encode_items(container)

    def known(self, container: Any) -> dict[str, int] | None:
        """The reference to a container that the other side has, or None, once, for a new one."""
        number = self.shared.numbers.get(id(container))
        if number is not None:
            return {"@": number}
        self.shared.add(container)
        return None


def _as_it_is(codec: Codec, value: Any) -> Any:
    return value


def _encode_int(codec: Codec, value: int) -> Any:
    return value if -LARGE < value < LARGE else {"i": f"{value:x}"}


def _encode_list(codec: Codec, value: list[Any]) -> Any:
    known = codec.known(value)
    if known is not None:
        return known
    return value if is_flat(value) else codec.encode_items(value)


def _encode_tuple(codec: Codec, value: tuple[Any, ...]) -> Any:
    return {"t": value if is_flat(value) else codec.encode_items(value)}


def _encode_dict(codec: Codec, value: dict[Any, Any]) -> Any:
    known = codec.known(value)
    if known is not None:
        return known
    if set(map(type, value)) <= {str}:
        values = value.values()
        if is_flat(values):
            return {"m": value}
        return {"m": dict(zip(value, codec.encode_items(values), strict=True))}
    return {"d": [codec.encode_keys(value), codec.encode_items(value.values())]}


def _encode_pairs(tag: str) -> Callable[[Codec, Any], Any]:
    def encode(codec: Codec, value: dict[Any, Any]) -> Any:
        known = codec.known(value)
        if known is not None:
            return known
        return {tag: [codec.encode_keys(value), codec.encode_items(value.values())]}

    return encode


def _encode_defaultdict(codec: Codec, value: defaultdict[Any, Any]) -> Any:
    known = codec.known(value)
    if known is not None:
        return known
    factory = codec.encode(value.default_factory)
    return {"dd": [factory, codec.encode_keys(value), codec.encode_items(value.values())]}


def _encode_set(codec: Codec, value: set[Any]) -> Any:
    return codec.known(value) or {"s": codec.encode_keys(value)}


def _encode_bytearray(codec: Codec, value: bytearray) -> Any:
    return codec.known(value) or {"B": _base64(value)}


def _encode_deque(codec: Codec, value: deque[Any]) -> Any:
    return codec.known(value) or {"q": [value.maxlen, codec.encode_items(value)]}


def _encode_items_view(codec: Codec, value: Any) -> Any:
    content = dict(value)
    return {"vi": [codec.encode_keys(content), codec.encode_items(content.values())]}


def _base64(data: bytes | bytearray) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _slice(value: slice | range) -> tuple[Any, Any, Any]:
    return value.start, value.stop, value.step


ENCODERS: dict[type, Callable[[Codec, Any], Any]] = {
    type(None): _as_it_is,
    bool: _as_it_is,
    int: _encode_int,
    float: _as_it_is,
    str: _as_it_is,
    list: _encode_list,
    tuple: _encode_tuple,
    dict: _encode_dict,
    set: _encode_set,
    frozenset: lambda codec, value: {"f": codec.encode_keys(value)},
    bytes: lambda codec, value: {"b": _base64(value)},
    bytearray: _encode_bytearray,
    complex: lambda codec, value: {"c": [value.real, value.imag]},
    range: lambda codec, value: {"r": codec.encode_items(_slice(value))},
    slice: lambda codec, value: {"l": codec.encode_items(_slice(value))},
    type(...): lambda codec, value: {"e": 0},
    type(NotImplemented): lambda codec, value: {"n": 0},
    OrderedDict: _encode_pairs("o"),
    defaultdict: _encode_defaultdict,
    Counter: _encode_pairs("C"),
    deque: _encode_deque,
    type({}.keys()): lambda codec, value: {"vk": codec.encode_keys(value)},
    type({}.values()): lambda codec, value: {"vv": codec.encode_items(value)},
    type({}.items()): _encode_items_view,
}


def _decode_shared(codec: Codec, body: Any) -> Any:
    return codec.shared_item(body)


def _decode_map(codec: Codec, body: Any) -> dict[str, Any]:
    if type(body) is not dict:
        raise Breach("no map")
    codec.shared.add(body)
    values = list(body.values())
    if not set(map(type, values)) <= FLAT:
        body.update(zip(body, codec.decode_items(values), strict=True))
    return body


def _decode_pairs(make: Callable[[], dict[Any, Any]]) -> Callable[[Codec, Any], Any]:
    def decode(codec: Codec, body: Any) -> dict[Any, Any]:
        result = make()
        codec.shared.add(result)
        keys, values = body
        fill(result, [codec.decode_keys(keys), codec.decode_items(values)])
        return result

    return decode


def _decode_defaultdict(codec: Codec, body: Any) -> defaultdict[Any, Any]:
    result: defaultdict[Any, Any] = defaultdict()
    codec.shared.add(result)
    factory, keys, values = body
    result.default_factory = codec.decode_factory(factory)
    held = [codec.decode_keys(keys), codec.decode_items(values)]
    codec.depths.link(defaultdict, values, held[1])
    fill(result, held)
    return result


def _decode_set(codec: Codec, body: Any) -> set[Any]:
    result: set[Any] = set()
    codec.shared.add(result)
    result.update(codec.decode_keys(body))
    return result


def _decode_bytearray(codec: Codec, body: str) -> bytearray:
    result = bytearray(_bytes(body))
    codec.shared.add(result)
    return result


def _decode_deque(codec: Codec, body: Any) -> deque[Any]:
    most, items = body
    if most is not None and type(most) is not int:
        raise Breach("no length")
    result: deque[Any] = deque(maxlen=most)
    codec.shared.add(result)
    held = codec.decode_items(items)
    codec.depths.link(deque, items, held)
    result.extend(held)
    return result


def _decode_int(codec: Codec, body: str) -> int:
    return int(body, 16)


def _decode_complex(codec: Codec, body: Any) -> complex:
    real, imaginary = body
    if type(real) is not float or type(imaginary) is not float:
        raise Breach("no parts of a complex number")
    return complex(real, imaginary)


def _decode_range(codec: Codec, body: Any) -> range:
    start, stop, step = codec.decode_items(body)
    return range(start, stop, step)


def _decode_slice(codec: Codec, body: Any) -> slice:
    parts = codec.decode_items(body)
    if not CHAINING.isdisjoint(map(type, parts)):
        raise Breach("a slice with containers")
    start, stop, step = parts
    return slice(start, stop, step)


def _bytes(body: str) -> bytes:
    return binascii.a2b_base64(body, strict_mode=True) if body else b""


def _decode_items_view(codec: Codec, body: Any) -> Any:
    keys, values = body
    result: dict[Any, Any] = {}
    fill(result, [codec.decode_keys(keys), codec.decode_items(values)])
    return result.items()


DECODERS: dict[str, Callable[[Codec, Any], Any]] = {
    "@": _decode_shared,
    "t": lambda codec, body: tuple(codec.decode_items(body)),
    "m": _decode_map,
    "d": _decode_pairs(dict),
    "o": _decode_pairs(OrderedDict),
    "dd": _decode_defaultdict,
    "C": _decode_pairs(Counter),
    "s": _decode_set,
    "f": lambda codec, body: frozenset(codec.decode_keys(body)),
    "b": lambda codec, body: _bytes(body),
    "B": _decode_bytearray,
    "q": _decode_deque,
    "i": _decode_int,
    "c": _decode_complex,
    "r": _decode_range,
    "l": _decode_slice,
    "e": lambda codec, body: ...,
    "n": lambda codec, body: NotImplemented,
    "vk": lambda codec, body: dict.fromkeys(codec.decode_keys(body)).keys(),
    "vv": lambda codec, body: dict(enumerate(codec.decode_items(body))).values(),
    "vi": _decode_items_view,
}
