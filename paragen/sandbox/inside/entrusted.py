"""Exceptions of the test's that the program is handed: by the end of a `with`, and by `throw`."""

from __future__ import annotations

from contextlib import contextmanager

from .owned import held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .hosted import Hosted
    from .owned import State


@contextmanager
def _entrusted(state: State, error: object) -> Iterator[Hosted | None]:
    """While the program has an exception of the test's, which may raise another instead.

    Gives who is to know if the program swallows it, where that is a failure of the test's own.
    """
    hosted = state.remote.hosted
    before = hosted.may_swallow
    failure = error if isinstance(error, BaseException) and hosted.is_failure(error) else None
    try:
        yield hosted if failure is not None else None
    except BaseException as other:
        if failure is not None and other is not failure:
            hosted.keep(failure)
        raise
    finally:
        hosted.may_swallow = before


def leave(self: Any, kind: Any, error: Any, traceback: Any) -> Any:
    """The end of a `with`: the program gets the exception, but not the test's frames."""
    state = held(self)
    with _entrusted(state, error) as hosted:
        swallows = state.ask("do", "__exit__", kind, error, None)
    return swallows and (hosted is None or hosted.keep(error))


async def leave_later(self: Any, kind: Any, error: Any, traceback: Any) -> Any:
    """The end of an `async with`."""
    state = held(self)
    with _entrusted(state, error) as hosted:
        swallows = await state.ask("do", "__aexit__", kind, error, None)
    return swallows and (hosted is None or hosted.keep(error))


def _thrown(kind: Any, error: Any) -> tuple[Any, ...]:
    """What `throw` is given, without the test's frames."""
    if error is None:
        return (kind,)
    return (error,) if isinstance(error, BaseException) else (kind, error)


def throw(self: Any, kind: Any, error: Any = None, traceback: Any = None) -> Any:
    """Throw an exception into a generator."""
    state, thrown = held(self), _thrown(kind, error)
    with _entrusted(state, thrown[0]) as hosted:
        result = state.ask("do", "throw", *thrown)
    if hosted is not None:
        hosted.keep(thrown[0])
    return result


async def throw_later(self: Any, kind: Any, error: Any = None, traceback: Any = None) -> Any:
    """Throw an exception into an asynchronous generator."""
    state, thrown = held(self), _thrown(kind, error)
    with _entrusted(state, thrown[0]) as hosted:
        result = await state.ask("do", "athrow", *thrown)
    if hosted is not None:
        hosted.keep(thrown[0])
    return result
