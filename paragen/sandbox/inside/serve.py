"""The program's process: loads the program, then does what the test's side asks of it."""

from __future__ import annotations

import _thread
import os
import resource
import signal
import sys
import time
import warnings
from contextlib import suppress

from .channel import Breach, Channel, Ended, TooLarge
from .exports import Exports
from .specials import OPERATIONS
from .values import FLAT, TooDeep, dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Collection, Mapping
    from typing import Any, NoReturn

STACK_BYTES = 8 << 20
"""The stack of each thread: of the user's own choice of it, 14 could fill the address space."""

_FRAMES = 20
"""How many more frames may be on the stack for each callback that hasn't returned."""

_RETRY_S = 0.001
_MADE = (type, type(lambda: None))
_REFERENCES = 3
_MOST_HELD = 64
_MOST_ITEMS_HELD = 1000
"""Beyond so many shared containers, or items in them, none is shared for longer than a call."""


class Warnings:
    """The program's warnings, kept to be given on the test's side, which knows who wants them."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self._catching: Any = None

    def keep(self) -> None:
        """Keep all that come from now on; the zygote does so once for all of its candidates."""
        if self._catching is None:
            self._catching = warnings.catch_warnings(record=True)
            self.kept = self._catching.__enter__()
            warnings.simplefilter("always")

    def let_go(self) -> None:
        """Have warnings go where they usually do, in a program that has no other side."""
        if self._catching is not None:
            self._catching.__exit__(None, None, None)
            self._catching = None


WARNINGS = Warnings()


def serve(
    sock: socket.socket,
    modes: Mapping[str, Callable[[socket.socket, dict[str, Any]], NoReturn]] | None = None,
) -> NoReturn:
    """Load the program that the first message brings, and answer till nobody asks any more.

    A mode other than "module" is handed to its function, which takes the socket and the settings.
    """
    channel = Channel(sock)
    try:
        _, settings = loads(channel.receive())
        for which, soft, hard in settings.get("rlimits", ()):
            _limit(which, soft, hard)
        signal.alarm(settings.get("alarm_s", 0))
        _thread.stack_size(STACK_BYTES)
        if "modules" in settings:
            from ..runner.modules import give

            give(settings["modules"])
        mode = settings.get("mode", "module")
        if mode != "module":
            WARNINGS.let_go()
            (modes or {})[mode](sock, settings)
        WARNINGS.keep()
        Server(channel).run(settings)
    except (Ended, Breach):
        pass
    finally:
        os._exit(0)


def _limit(which: int, soft: int, hard: int) -> None:
    """Put a limit on this process, as far as it has none that is lower."""
    ceiling = resource.getrlimit(which)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))


class Given:
    """The arguments of a call, and how many shared containers there were before it."""

    def __init__(self, args: list[Any], kwargs: dict[str, Any], before: int) -> None:
        self._args = args
        self._kwargs = kwargs
        self.before = before

    def is_held(self, shared: list[Any]) -> bool:
        """Whether the program goes on holding one of the arguments that are shared containers.

        Then these stay shared after the call, as a log that the test passed and looks at later.
        Each is referred to from here, from `shared`, and while it is counted.
        """
        if len(shared) > _MOST_HELD or sum(map(len, shared)) > _MOST_ITEMS_HELD:
            return False
        ids = set(map(id, shared))
        args, kwargs = self._args, self._kwargs
        return any(
            id(args[n]) in ids and sys.getrefcount(args[n]) > _REFERENCES for n in range(len(args))
        ) or any(id(kwargs[n]) in ids and sys.getrefcount(kwargs[n]) > _REFERENCES for n in kwargs)


class Loaded:
    """What the loading of a program gives: it, its names, and what stands for those wanted."""

    def __init__(
        self, module: Any, names: list[str], modules: list[str], ready: dict[str, Any]
    ) -> None:
        self._module = module
        self._names = names
        self._modules = modules
        self._ready = ready

    def encoded(self, codec: Exports) -> list[Any]:
        """As JSON can hold it: nothing of it is shared with the test's side."""
        ready = {name: codec.encode(value) for name, value in self._ready.items()}
        return [codec.number(self._module), self._names, self._modules, {"m": ready}]


class Server:
    """Answers requests, one at a time but for those that come while a callback is out."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._codec = Exports(self.ask)
        self._turn = _thread.allocate_lock()
        self._depth = 0
        self._streams = (sys.stdout, sys.stderr)
        self._loop: Any = None
        self._module: Any = None
        self._warned = WARNINGS.kept

    def run(self, settings: dict[str, Any]) -> NoReturn:
        """Load the program and answer; raises Ended when nobody asks any more."""
        self._turn.acquire()
        program, wanted = settings["program"], settings.get("wanted", ())
        self._answer(0, lambda: self._load(program, wanted), Given([], {}, 0))
        while True:
            self._request(self._receive())

    def _load(self, program: str, wanted: Collection[str]) -> Any:
        """Run the program; its number and names, and what stands for those that are wanted.

        Of these only functions and classes, which mostly are what tests import.
        """
        from ..runner.modules import load_program

        self._module = load_program(program)
        self._codec.program = self._module.__dict__
        defined = {name: value for name, value in vars(self._module).items() if type(name) is str}
        modules = [name for name, value in defined.items() if isinstance(value, type(sys))]
        ready = {n: defined[n] for n in wanted if isinstance(defined.get(n), _MADE)}
        return Loaded(self._module, list(defined), modules, ready)

    def _receive(self) -> list[Any]:
        frame: list[Any] = loads(self._channel.receive())
        return frame

    def _request(self, frame: list[Any]) -> None:
        """Do what is asked and answer it."""
        _, asked, operation, number, name, args, kwargs, changes = frame
        codec = self._codec
        codec.begin()
        target = codec.target(number)
        kept = len(codec.shared.items)
        codec.decode_changes(changes)
        if not FLAT.issuperset(map(type, args)):
            args[:] = [codec.decode(value) for value in args]
        for key, value in kwargs.items():
            kwargs[key] = codec.decode(value)
        perform = _OPERATIONS[operation]
        given = Given(args, kwargs, kept)
        self._answer(asked, lambda: perform(self, target, name, args, kwargs), given)

    def _answer(self, asked: int, perform: Callable[[], Any], given: Given) -> None:
        """Run the program's code in between two messages, and send what came of it."""
        codec = self._codec
        self._depth += 1
        depth = self._depth
        if codec.shared.items:
            codec.shared.remember()
        self._turn.release()
        try:
            kind, outcome = "r", [perform()]
        except BaseException as error:
            kind, outcome = "x", [error]
        self._flush()
        self._turn.acquire()
        while self._depth != depth:  # a callback of another thread hasn't returned yet
            self._turn.release()
            time.sleep(_RETRY_S)
            self._turn.acquire()
        self._depth -= 1
        try:
            self._send(kind, asked, outcome, given)
        except (Ended, Breach):
            raise
        except BaseException as error:
            codec.abandon()
            why = f"the result can't be handed over: {type(error).__name__}"
            plain = isinstance(error, TooDeep | TooLarge | MemoryError | RecursionError)
            self._send("x", asked, [ValueError(f"{why}: {error}") if plain else error], given)

    def _send(self, kind: str, asked: int, outcome: list[Any], given: Given) -> None:
        """Send a reply; `outcome` is emptied, so that only the program holds what it keeps."""
        codec = self._codec
        codec.begin()
        count = len(codec.shared.items)
        changes = codec.encode_changes() if count else None
        result = outcome.pop()
        encoded = codec.encode(result) if type(result) is not Loaded else result.encoded(codec)
        del result
        warned = None
        if self._warned:
            warned = [[codec.encode(w.category), str(w.message)] for w in self._warned]
            self._warned.clear()
        kept = None
        if count and self._depth == 0:
            codec.shared.cut(count)
            kept = count if kind == "r" and given.is_held(codec.shared.items) else given.before
        self._channel.send(dumps([kind, asked, encoded, changes, warned, kept]))
        if self._depth == 0 and codec.shared.items:
            codec.shared.cut(kept or 0)
            if not kept:
                codec.depths.settle()

    def ask(self, operation: str, number: int, name: str | None, args: Any, kwargs: Any) -> Any:
        """Have the test's side do something with one of its objects, and wait for the result."""
        codec = self._codec
        self._flush()
        with self._turn:
            sys.setrecursionlimit(sys.getrecursionlimit() + _FRAMES)
            try:
                try:
                    codec.begin()
                    changes = codec.encode_changes() if codec.shared.items else None
                    sent = [codec.encode(value) for value in args]
                    named = {key: codec.encode(v) for key, v in (kwargs or {}).items()}
                    text = dumps(["q", operation, number, name, sent, named, changes])
                    self._channel.send(text)
                except BaseException:
                    codec.abandon()
                    raise
                frame = self._receive()
                while frame[0] == "q":
                    self._request(frame)
                    frame = self._receive()
                codec.begin()
                kind, value, changes = frame
                codec.decode_changes(changes)
                result = codec.decode(value)
                codec.shared.remember()
            finally:
                with suppress(RecursionError):
                    sys.setrecursionlimit(sys.getrecursionlimit() - _FRAMES)
        if kind == "x":
            raise result
        return result

    def _flush(self) -> None:
        """Let the test's side see what was printed before it sees what came of the call."""
        out, errors = self._streams
        _flush(out)
        _flush(errors)
        if sys.stdout is not out:
            _flush(sys.stdout)
        if sys.stderr is not errors:
            _flush(sys.stderr)

    def _get(self, target: Any, name: str, args: Any, kwargs: Any) -> Any:
        return getattr(target, name)

    def _set(self, target: Any, name: str, args: Any, kwargs: Any) -> None:
        setattr(target, name, *args)

    def _delete(self, target: Any, name: str, args: Any, kwargs: Any) -> None:
        delattr(target, name)

    def _call(self, target: Any, name: str, args: Any, kwargs: Any) -> Any:
        return target(*args, **kwargs)

    def _do(self, target: Any, name: str, args: Any, kwargs: Any) -> Any:
        return OPERATIONS[name](target, *args, **kwargs)

    def _list(self, target: Any, name: str, args: Any, kwargs: Any) -> list[Any]:
        """All that an object iterates over, and its length: -1 for one without."""
        length = len(target) if hasattr(type(target), "__len__") else -1
        return [length, list(target)]

    def _content(self, target: Any, name: str, args: Any, kwargs: Any) -> Any:
        return self._codec.content(target)

    def _await(self, target: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Run something awaitable to its end, in a loop that lasts as long as the process."""
        import asyncio

        async def finish() -> Any:
            return await target

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(finish())


def _flush(stream: Any) -> None:
    try:
        stream.flush()
    except BaseException:  # closed, full, or replaced by something that raises
        return


_OPERATIONS: dict[str, Callable[[Server, Any, Any, Any, Any], Any]] = {
    "call": Server._call, "get": Server._get, "set": Server._set, "del": Server._delete,
    "do": Server._do, "list": Server._list, "content": Server._content, "await": Server._await,
}  # fmt: skip
