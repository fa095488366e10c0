"""The special methods that cross between the two sides, and what each of them does to an object.

An operation names what Python itself would do (`len`, `operator.add`), so that the object's side
decides by Python's own rules: reflected operators, fallbacks, the types of results.
"""

from __future__ import annotations

import copy
import math
import operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "divmod": divmod, "pow": operator.pow,
    "matmul": operator.matmul, "lshift": operator.lshift, "rshift": operator.rshift,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor,
}  # fmt: skip
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "iadd": operator.iadd, "isub": operator.isub, "imul": operator.imul,
    "itruediv": operator.itruediv, "ifloordiv": operator.ifloordiv, "imod": operator.imod,
    "ipow": operator.ipow, "imatmul": operator.imatmul, "ilshift": operator.ilshift,
    "irshift": operator.irshift, "iand": operator.iand, "ior": operator.ior,
    "ixor": operator.ixor,
}  # fmt: skip


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def reflected(right: Any, left: Any) -> Any:
        return operation(left, right)

    return reflected


def _named(name: str) -> Callable[..., Any]:
    """Calls the class's own method, as Python does where no builtin does it."""

    def call(target: Any, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(type(target), name)(target, *args, **kwargs)

    return call


def _method(name: str) -> Callable[..., Any]:
    def call(target: Any, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(target, name)(*args, **kwargs)

    return call


def _call(target: Any, /, *args: Any, **kwargs: Any) -> Any:
    return target(*args, **kwargs)


def _power(target: Any, exponent: Any, modulus: Any = None) -> Any:
    return pow(target, exponent) if modulus is None else pow(target, exponent, modulus)


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "__eq__": operator.eq, "__ne__": operator.ne, "__lt__": operator.lt, "__le__": operator.le,
    "__gt__": operator.gt, "__ge__": operator.ge,
}  # fmt: skip

ARITHMETIC: dict[str, Callable[..., Any]] = {
    **{f"__{name}__": operation for name, operation in _ARITHMETIC.items()},
    **{f"__r{name}__": _reflected(operation) for name, operation in _ARITHMETIC.items()},
    **{f"__{name}__": operation for name, operation in _IN_PLACE.items()},
    "__pow__": _power,
}

UNARY: dict[str, Callable[..., Any]] = {
    "__neg__": operator.neg, "__pos__": operator.pos, "__invert__": operator.invert,
    "__abs__": abs,
}  # fmt: skip

SIZES = frozenset(
    ("__bool__", "__int__", "__float__", "__complex__", "__index__", "__round__", "__trunc__",
     "__floor__", "__ceil__", "__abs__"),
)  # fmt: skip
"""What makes a number of an object."""

OTHERS: dict[str, Callable[..., Any]] = {
    "__call__": _call,
    "__len__": len, "__length_hint__": operator.length_hint, "__iter__": iter, "__next__": next,
    "__reversed__": reversed, "__contains__": operator.contains,
    "__getitem__": operator.getitem, "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    "__bool__": bool, "__int__": int, "__float__": float, "__complex__": complex,
    "__index__": operator.index, "__bytes__": bytes, "__fspath__": _named("__fspath__"),
    "__round__": round, "__trunc__": math.trunc, "__floor__": math.floor, "__ceil__": math.ceil,
    "__enter__": _named("__enter__"), "__exit__": _named("__exit__"),
    "__aenter__": _named("__aenter__"), "__aexit__": _named("__aexit__"),
    "__aiter__": _named("__aiter__"), "__anext__": _named("__anext__"),
    "__await__": _named("__await__"),
    "__hash__": hash, "__str__": str, "__repr__": repr, "__format__": format, "__dir__": dir,
    "__copy__": copy.copy, "__deepcopy__": copy.deepcopy,
    "send": _method("send"), "throw": _method("throw"), "close": _method("close"),
    "asend": _method("asend"), "athrow": _method("athrow"), "aclose": _method("aclose"),
}  # fmt: skip

OPERATIONS: dict[str, Callable[..., Any]] = {**COMPARISONS, **ARITHMETIC, **UNARY, **OTHERS}

DESCRIPTIVE = frozenset((
    "__all__", "__annotations__", "__args__", "__author__", "__bound__", "__class_getitem__",
    "__closure__", "__code__", "__constraints__", "__dataclass_fields__", "__dataclass_params__",
    "__defaults__", "__delete__", "__dict__", "__doc__", "__field_defaults__", "__firstlineno__",
    "__func__", "__get__", "__getattr__", "__globals__", "__isabstractmethod__", "__kwdefaults__",
    "__match_args__", "__members__", "__metadata__", "__missing__", "__module__", "__name__",
    "__objclass__", "__optional_keys__", "__orig_bases__", "__origin__", "__parameters__",
    "__post_init__", "__qualname__", "__required_keys__", "__self__", "__set__", "__set_name__",
    "__signature__", "__slots__", "__static_attributes__", "__supertype__", "__text_signature__",
    "__total__", "__type_params__", "__value__", "__version__", "__wrapped__",
))  # fmt: skip
"""Special names besides operations whose values are the program's to give.

No others: libraries look for special methods of their own, as numpy does for `__array_function__`,
and let those of an argument say what comes of `array_equal`.
"""

SPECIALS = tuple(OPERATIONS)
"""In an order that both sides know: a class says by a bit mask which of them it has."""

_BITS = {name: 1 << number for number, name in enumerate(SPECIALS)}


def mask_of(cls: type, ignored: tuple[type, ...] = (object,)) -> int:
    """Which special methods instances of a class have, leaving out what some bases give."""
    mask = 0
    seen: set[str] = set()
    for base in cls.__mro__:
        if base in ignored:
            continue
        namespace = vars(base)
        for name in _BITS.keys() & namespace.keys() - seen:
            seen.add(name)
            if namespace[name] is not None:
                mask |= _BITS[name]
    return mask


def names_of(mask: int) -> frozenset[str]:
    """The special methods that a bit mask says."""
    return frozenset(name for name, bit in _BITS.items() if mask & bit)
