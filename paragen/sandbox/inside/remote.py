"""The test's side: the program as a module whose functions run in the program's own process."""

from __future__ import annotations

import re
import select
import socket
import sys
import threading
import warnings
from os import urandom  # here, for tests may replace what is in `os`

from ..runner.classes import used_as_class
from ..runner.explain import describe
from ..runner.outcomes import Unsupported
from .attributes import must_catch_no_failure
from .channel import Breach, Channel, Ended, TooLarge
from .claims import Claims
from .endings import OutputFlood, ProgramGone
from .output import Output
from .owned import Own, State, held, state_of
from .remote_module import RemoteModule
from .specials import COMPARISONS, SIZES
from .values import MOST_DEPTH, TooDeep, dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

_NONCE_BYTES = 6
MOST_NESTED = 100
"""How many calls may be under way within each other."""

MOST_TAKEN = 1 << 20
"""Bytes of a program's message: with longer ones, it has part in what is too large to go back."""

DEEP = MOST_DEPTH - 20
"""How deep a value of a program's may be nested: with deeper ones, it has part as well."""

MOST_KEPT = 1000
"""How many containers may stay shared after a call."""

_STEPS = frozenset(("__next__", "__anext__", "send", "throw", "asend", "athrow"))
"""Operations that may end an iteration."""

_READING = frozenset(
    ("get", "list", "content", "__len__", "__iter__", "__next__", "__getitem__", "__reversed__",
     "__contains__", "__bool__", "__hash__", "__str__", "__repr__", "__format__", *COMPARISONS,
     *SIZES),
)  # fmt: skip
"""Operations that usually change nothing."""

_FRAMES = 30
"""How many more frames may be on the stack for each call that is under way."""


class Remote:
    """One program in its process, from its loading to its end."""

    def __init__(
        self,
        sock: socket.socket,
        stdout_fd: int,
        stderr_fd: int,
        *,
        output_bytes: int,
        on_output: Callable[[int, str], object] | None = None,
        tests: tuple[str, ...] | None = None,
    ) -> None:
        """Talk over `sock`, which `close` closes; the other two are read, and stay the caller's.

        `tests` are the texts of the tests, which say what the program is to be trusted with: its
        classes with their operators, if they are used as such, and to raise StopIteration.

        What the program prints goes to `on_output` with 1 or 2 for its stream, by default to
        sys.stdout and sys.stderr; more than `output_bytes` in all raise OutputFlood.
        """
        self.gone = ""
        """Why nothing can be asked any more; empty while the program answers."""
        self.names: tuple[str, ...] = ()
        self._unasked = True
        """Nothing was asked of the program since it was loaded, so its names are still these."""
        self._ready: dict[str, Any] = {}
        """What some of the program's names stand for, known until it is asked anything more."""
        self.decoding = False
        self.deeds = 0
        """How often the program was asked for anything that may change its objects."""
        self._tests = tests
        self.lines: dict[int, int] = {}
        self._sock = sock
        self._channel = Channel(sock, self._wait)
        self._claims = Claims(self)
        self.hosted = self._claims.hosted
        self._lock = threading.RLock()
        self._nested = 0
        self._source: list[str] = []
        self._output = Output(stdout_fd, stderr_fd, output_bytes, on_output)
        self._poller = select.poll()
        self._poller.register(sock, select.POLLIN)
        for descriptor in self._output.pipes:
            self._poller.register(descriptor, select.POLLIN)

    def load(self, program: str, settings: dict[str, Any]) -> RemoteModule:
        """Have the program run; raises what it raises, ProgramGone, and OutputFlood."""
        self._source = program.split("\n")
        message = ["load", {"mode": "module", **settings, "program": program}]
        with self._lock:
            try:
                self._channel.send(dumps(message))
            except TooLarge as error:
                raise Unsupported(f"the program is too long: {error}") from None
            except Ended:
                self._end("the program's process ended")
            answer = self._conversation(0, Own.FOREIGN)
            module = RemoteModule("solution")
            try:
                number, names, modules, ready = answer
                self.names, self._modules = _names(names), frozenset(_names(modules))
                self._module = self._claims.module(number, module)
                if type(ready) is not dict:
                    raise Breach("no names of what is ready")
                self._ready = {name: value for name, value in ready.items() if state_of(value)}
                for value in self._ready.values():
                    held(value).own = Own.FOREIGN  # by which name the test has it is still open
            except (Breach, TypeError, ValueError):
                self._end("the program's process broke the protocol: no names")
        return module

    @property
    def flooded(self) -> bool:
        """Whether it printed more than it may."""
        return self._output.flooded

    def owns(self, value: object) -> bool:
        """Whether something is the program's."""
        return state_of(value) is not None

    def raise_if_gone(self) -> None:
        """Raise ProgramGone or OutputFlood, again and again once there was one."""
        if self.gone:
            raise OutputFlood(self.gone) if self.flooded else ProgramGone(self.gone)

    def origin(self, error: BaseException) -> str:
        """Where in the program an exception came from, for a person to read; empty if it didn't."""
        line = self.lines.get(id(error), 0)
        if not 0 < line <= len(self._source):
            return "at solution.py" if id(error) in self.lines else ""
        text = self._source[line - 1].strip()
        return f"at solution.py:{line} `{text[:100]}`"

    def swallowed(self) -> str:
        """What failed in the tests and was kept by the program, for a person to read; then not."""
        hosted = self.hosted
        error, hosted.swallowed, hosted.may_swallow = hosted.swallowed, None, False
        if error is None:
            return ""
        return f"the program swallowed what failed in the test: {describe(error)}"

    def drain(self) -> None:
        """Hand over what has been printed by now; raises OutputFlood."""
        for descriptor, _ in self._poller.poll(0):
            if descriptor in self._output.pipes:
                self._hand_over(descriptor)

    def close(self) -> None:
        """End the conversation; proxies of the program are of no use any more."""
        self.gone = self.gone or "the conversation has ended"
        self._claims.forget()
        self._sock.close()

    def request(
        self, operation: str, number: int, name: str | None, args: Any, kwargs: Any,
        own: Own = Own.FOREIGN,
    ) -> Any:  # fmt: skip
        """Have something done with one of the program's objects; raises what that raises.

        `own` is what the result becomes to the test.
        """
        with self._lock:
            self.raise_if_gone()
            self._ready = {}
            self._unasked = False
            if operation not in _READING and name not in _READING:
                self.deeds += 1
            if self._nested >= MOST_NESTED:
                raise RecursionError("too many calls between the test and the program")
            asked = int.from_bytes(urandom(_NONCE_BYTES), "big") + 1
            claims = self._claims
            claims.begin()
            known = len(claims.hosted)
            try:
                changes = claims.encode_changes() if claims.shared.items else None
                sent = [claims.encode(value) for value in args]
                named = {key: claims.encode(value) for key, value in kwargs.items()}
                text = dumps(["q", asked, operation, number, name, sent, named, changes])
                self._channel.send(text)
            except Ended:
                self._end("the program's process ended")
            except BaseException as error:
                claims.abandon()
                claims.hosted.cut(known)
                if isinstance(error, TooDeep | TooLarge):
                    raise self._too_large(error) from None
                raise
            try:
                return self._conversation(asked, own)
            except (StopIteration, StopAsyncIteration) as error:
                self._may_stop(error, operation, name)
                raise

    def _too_large(self, error: Exception) -> BaseException:
        """What a test ends with whose arguments don't cross: failed, if it is the program's doing.

        It would otherwise have the test called off by what it returned, which the test hands on.
        """
        why = f"too large for the program: {error}"
        large = isinstance(error, TooLarge) and self._channel.longest > MOST_TAKEN
        if large or (isinstance(error, TooDeep) and self._claims.depths.reach > DEEP):
            return ValueError(f"{why}, which has given much itself")
        return Unsupported(why)

    def _may_stop(self, error: Exception, operation: str, name: str | None) -> None:
        """Raise something else than what ends iterations, if this was no step of one.

        It would end a `map` or the like of the test's, with the items that are right by then.
        """
        step = name in _STEPS if operation == "do" else operation == "await"
        if step and (operation == "do" or isinstance(error, StopAsyncIteration)):
            return
        if self._tests is not None and not any("StopIteration" in text for text in self._tests):
            raise RuntimeError(f"the program raised {type(error).__name__}") from error

    def construct(self, state: State, args: Any, kwargs: Any) -> Any:
        """Call a class of the program; what that makes is the test's own, if it is new."""
        own = Own.CONSTRUCTED if state.own is Own.NAMED else Own.FOREIGN
        return self.request("call", state.number, None, args, kwargs, own)

    def combine(self, state: State, name: str, args: Any, own: Own | None) -> Any:
        """Apply an arithmetic operator; `own` is what its result becomes, None for tainted."""
        result = self.request("do", state.number, name, args, {}, Own.DERIVED)
        made = state_of(result)
        if own is None and made is not None:
            made.own = Own.TAINTED
        return result

    def content(self, state: State) -> Any:
        """The plain content of an instance of a subclass of a builtin."""
        if isinstance(state.proxy, state.base or ()):
            return state.proxy
        if state.content_at == self.deeds:
            return state.content
        content = self.request("content", state.number, None, (), {})
        if type(content) is not state.base and not (
            state.base is bytearray and type(content) is bytes
        ):
            self._end("the program's process broke the protocol: no such content")
        return content

    def names_of(self, module: State) -> list[str]:
        """The names that the program defines by now."""
        return sorted(self.names) if self._unasked else list(module.ask("do", "__dir__"))

    def of_module(self, name: str) -> Any:
        """One of the program's globals; `__all__` says what `import *` is to take.

        The modules that the program imports aren't taken: they would hide those of the test.
        """
        if name == "__all__" and name not in self.names:
            return [n for n in self.names if not n.startswith("_") and n not in self._modules]
        value = self._ready.get(name)
        if value is None:
            value = self.request("get", self._module.number, name, (), {}, Own.NAMED)
        found = state_of(value)
        if found is None:
            must_catch_no_failure(name, value, self.catches)
        elif isinstance(value, type):
            named = found.own is not Own.TAINTED and self._is_of_class(name)
            found.own = Own.NAMED if named else Own.TAINTED
        return value

    def catches(self, name: str) -> bool:
        """Whether the tests seem to catch something by this name, as `except` does."""
        catching = re.compile(rf"(except|[Rr]aises\w*)\b.*\b{re.escape(name)}\b")
        return any(catching.search(text) for text in self._tests or ())

    def _is_of_class(self, name: str) -> bool:
        """Whether the tests use a name as that of a class, and it looks like one."""
        return name[:1].isupper() and (self._tests is None or used_as_class(name, self._tests))

    def _conversation(self, asked: int, own: Own) -> Any:
        """Wait for the reply, and do what the program asks meanwhile."""
        claims = self._claims
        outermost = self._nested == 0
        self._nested += 1
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + _FRAMES)
        try:
            while True:
                text = self._receive()
                frame = self._parsed(text)
                if frame[0] == "q":
                    self._serve(frame)
                    continue
                error, value = self._reply(text, frame, asked, own, outermost)
                break
        finally:
            self._nested -= 1
            sys.setrecursionlimit(limit)
            if outermost and claims.hosted.raised:
                claims.hosted.settle()
            if claims.shared.items:
                claims.shared.remember()
        if error is not None:
            raise error
        return value

    def _receive(self) -> str:
        try:
            return self._channel.receive()
        except Ended:
            self._end("the program's process ended")
        except Breach as error:
            self._end(f"the program's process broke the protocol: {error}")

    def _parsed(self, text: str) -> list[Any]:
        try:
            frame = loads(text)
        except Breach as error:
            self._end(f"the program's process broke the protocol: {error}")
        if type(frame) is not list or not frame:
            self._end("the program's process broke the protocol: no message")
        return frame

    def _reply(
        self, text: str, frame: list[Any], asked: int, own: Own, outermost: bool
    ) -> tuple[BaseException | None, Any]:
        """What was raised and what was returned, if this answers what was asked."""
        claims = self._claims
        claims.begin()
        claims.replies += 1
        claims.keeps = own is Own.DERIVED
        self.decoding = True
        warned: list[tuple[type[Warning], str]] = []
        try:
            kind, answered, value, changes, said, kept = frame
            if type(answered) is not int or answered != asked or kind not in ("r", "x"):
                raise Breach("not the answer to what was asked")
            plain = "{" not in text and text.count("[") <= DEEP
            if not (plain and outermost and kind == "r" and changes is None):
                claims.decode_changes(changes)
                value = (claims.decode_class if own is Own.NAMED else claims.decode)(value)
            if said is not None:
                warned = [_warning(claims.decode(category), message) for category, message in said]
            if outermost:
                claims.shared.cut(_count(kept, claims.shared.items))
                if not claims.shared.items:
                    claims.depths.settle()
            if kind == "x":
                self._must_be_raisable(value)
        except Exception as error:
            self._end(f"the program's process broke the protocol: {_what(error)}")
        finally:
            self.decoding = claims.keeps = False
        made = state_of(value)
        if made is not None and Own.FOREIGN < own < Own.NAMED and made.born == claims.replies:
            made.own = own
        for category, message in warned:
            warnings.warn(message, category, stacklevel=4)
        return (value, None) if kind == "x" else (None, value)

    def _must_be_raisable(self, error: Any) -> None:
        if not isinstance(error, BaseException) or not self._claims.hosted.may_raise(error):
            raise Breach("no exception")
        self._claims.hosted.came_back(error)
        if state_of(error) is not None:
            error.__traceback__ = None

    def _serve(self, frame: list[Any]) -> None:
        """Do what the program asks with the test's objects, and tell it what came of that."""
        claims = self._claims
        claims.begin()
        claims.replies += 1
        self.decoding = True
        try:
            _, operation, number, name, args, kwargs, changes = frame
            claims.decode_changes(changes)
            args = claims.decode_items(args)
            if type(kwargs) is not dict:
                raise Breach("no arguments")
            kwargs = {key: claims.decode(value) for key, value in kwargs.items()}
            claims.hosted.object(number)
        except Exception as error:
            self._end(f"the program's process broke the protocol: {_what(error)}")
        finally:
            self.decoding = False
        claims.shared.remember()
        kind, result = "r", None
        try:
            result = claims.hosted.perform(operation, number, name, args, kwargs)
        except (ProgramGone, OutputFlood):
            raise
        except Breach as error:
            self._end(f"the program's process broke the protocol: {error}")
        except BaseException as error:
            kind, result = "x", error
            claims.hosted.note(error)
        self._answer(kind, result)

    def _answer(self, kind: str, result: Any) -> None:
        claims = self._claims
        claims.begin()
        known = len(claims.hosted)
        told = claims.hosted.may_swallow  # by the test's arguments, not by its answers
        try:
            changes = claims.encode_changes() if claims.shared.items else None
            text = dumps([kind, claims.encode(result), changes])
            self._channel.send(text)
        except Ended:
            self._end("the program's process ended")
        except (ProgramGone, OutputFlood):
            raise
        except BaseException as error:
            claims.abandon()
            claims.hosted.cut(known)
            why = TypeError(f"a callback's result can't be handed over: {type(error).__name__}")
            self._channel.send(dumps(["x", claims.encode(why), None]))
        finally:
            claims.hosted.may_swallow = told

    def _wait(self) -> None:
        """Wait until the program's side has said something, handing over what it prints."""
        mine = self._sock.fileno()
        while True:
            ready = False
            for descriptor, _ in self._poller.poll():
                if descriptor == mine:
                    ready = True
                else:
                    self._hand_over(descriptor)
            if ready:
                return

    def _hand_over(self, descriptor: int) -> None:
        """Hand over what the program has printed into one of its pipes."""
        if not self._output.read(descriptor):
            self._poller.unregister(descriptor)
        if self.flooded:
            self._end("the program printed more than it may")

    def _end(self, why: str) -> NoReturn:
        self.gone = self.gone or why
        self.raise_if_gone()
        raise ProgramGone(self.gone)


def _count(kept: Any, shared: list[Any]) -> int:
    """How many containers stay shared after a call."""
    if kept is None:
        return 0
    if type(kept) is not int or not 0 <= kept <= min(len(shared), MOST_KEPT):
        raise Breach("no number of containers")
    return kept


def _names(names: Any) -> tuple[str, ...]:
    if type(names) is not list or not set(map(type, names)) <= {str}:
        raise Breach("no names")
    return tuple(names)


def _what(error: Exception) -> str:
    return str(error) if isinstance(error, Breach) else type(error).__name__


def _warning(category: Any, message: Any) -> tuple[type[Warning], str]:
    if not (isinstance(category, type) and issubclass(category, Warning)):
        raise Breach("no warning")
    if type(message) is not str:
        raise Breach("no text")
    return category, message
