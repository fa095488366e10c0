"""Attributes of proxies: which of them Python itself needs, and whose word the others are."""

from __future__ import annotations

from ..runner.failures import catches_failures
from .content import FIXED
from .owned import Own, current, held, state_of
from .specials import DESCRIPTIVE, OPERATIONS
from .steady import steady, steady_search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .owned import State

LOCAL = frozenset(
    {name for name in dir(object) if name not in ("__doc__", "__module__", "__dict__")}
    | {name for name in OPERATIONS if name.startswith("__")}
)
LOCAL_OF_ERRORS = LOCAL | frozenset(
    ("args", "with_traceback", "add_note", "__notes__", "__traceback__", "__cause__",
     "__context__", "__suppress_context__", "__setstate__"),
)  # fmt: skip
LOCAL_OF_GENERATORS = LOCAL | frozenset(
    ("send", "throw", "close", "asend", "athrow", "aclose"),
)
LOCAL_OF_CLASSES = LOCAL | frozenset(
    ("__mro__", "__bases__", "__base__", "__name__", "__qualname__", "__subclasses__", "mro",
     "__flags__", "__instancecheck__", "__subclasscheck__", "__prepare__", "__module__",
     "__basicsize__", "__abstractmethods__", "__type_params__", "__or__", "__ror__"),
)  # fmt: skip


_PREDICATES = frozenset(
    name
    for kind in (str, bytes, set, frozenset)
    for name in dir(kind)
    if name.startswith(("is", "startswith", "endswith"))
)
"""Methods of builtins that only say yes or no: whoever calls them means the builtin's."""


_READING = frozenset(
    ("count", "index", "keys", "values", "items", "union", "intersection", "difference",
     "symmetric_difference"),
)  # fmt: skip
"""Methods of builtins that tell of what is in them, and change nothing."""


_SEARCHES = frozenset(("count", "index"))
"""Methods that tell where an item is, and how often."""


def must_be_descriptive(state: State, name: str) -> None:
    """Refuse special names that something other than the test's own code looks for."""
    if name.startswith("__") and name.endswith("__") and name not in DESCRIPTIVE:
        kind = state.proxy if isinstance(state.proxy, type) else type(state.proxy)
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")


def _attribute(state: State, name: str) -> Any:
    """An attribute of the object; a builtin's own methods come from the plain content.

    Any result must be right to pass a test, but a yes is cheap to say: what a program gives in the
    place of a text mustn't answer `startswith` itself.
    """
    must_be_descriptive(state, name)
    if state.own is not Own.CONSTRUCTED:
        fixed = state.base in FIXED and hasattr(state.base, name)
        if state.base is not None and (fixed or name in _PREDICATES):
            if fixed:
                return object.__getattribute__(state.proxy, name)
            return getattr(state.remote.content(state), name)
        if name in _READING and hasattr(state.base, name):
            content = current(state)
            if content is not None:
                return getattr(content, name)
        if name in _PREDICATES:
            raise AttributeError(
                f"{type(state.proxy).__name__!r} object has no {name!r} of a builtin"
            )
    value = state.ask("get", name)
    must_catch_no_failure(name, value, state.remote.catches)
    if name in _SEARCHES and state.own <= Own.FOREIGN and state_of(value) is not None:
        return _search(state, name, value)
    return steady(state, ("get", name), value)


def _search(state: State, name: str, ask: Any) -> Any:
    """A method that tells of what is in the object, and so must agree with its items.

    It counts as no deed: what the object has said of itself before holds afterwards.
    """

    def search(*args: Any, **kwargs: Any) -> Any:
        remote = state.remote
        before = remote.deeds
        found = ask(*args, **kwargs)
        if remote.deeds == before + 1 and len(args) == 1 and not kwargs:
            remote.deeds = before
            steady_search(state, name, args[0], found)
        return found

    search.__name__ = name
    return search


def must_catch_no_failure(name: str, value: object, is_caught: Callable[[str], bool]) -> None:
    """Refuse what the program names like an exception of its own, and is AssertionError or above.

    `except` with it would catch the test's own failures. Of a name that doesn't look like that
    of an exception, `is_caught` says whether tests use it as one.
    """
    kinds = type(value) is type or type(value) is tuple
    if kinds and catches_failures(value) and (name[:1].isupper() or is_caught(name)):
        raise TypeError(f"{name} of the program is {value!r}, and no exception of its own")


def attributes(local: frozenset[str], base: Any) -> dict[str, Any]:
    """How attributes are got, set and deleted: there, except for those that Python itself needs."""

    def get(self: Any, name: str) -> Any:
        if name in local:
            return base.__getattribute__(self, name)
        return _attribute(held(self), name)

    def put(self: Any, name: str, value: Any) -> None:
        if name in local:
            base.__setattr__(self, name, value)
        else:
            held(self).ask("set", name, value)

    def delete(self: Any, name: str) -> None:
        held(self).ask("del", name)

    return {"__getattribute__": get, "__setattr__": put, "__delattr__": delete}
