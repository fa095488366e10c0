"""What went wrong, in one or few lines for a person or a model to read."""

from __future__ import annotations

import sys
from errno import EACCES, EPERM, EROFS

from .modules import LINES, OF_PROGRAM
from .outcomes import FAILED, SKIPPED, UNSUPPORTED, ExpectedFailure, Signal, Skipped, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

MAX_DETAIL = 300
_CONVERSATION = ".inside.remote"
"""The module in whose frames the tests wait for a program, and do what it asks."""
MAX_VALUE = 100
MAX_ITEMS = 30
_EXAMPLES = ("Falsifying example: ", "Failing test case: ")
"""How Hypothesis's notes about what it found begin, by its version."""
TEMPORARY = ("/tmp", "/candidate/work")
"""Where tests may write if the task allows files."""
NO_FILES = "the task doesn't allow files: set disk_mb in its front matter"
OUT_OF_MEMORY = "MemoryError: the memory limit was reached"


class Explained(str):
    """An assertion's message that says all there is to say."""

    __slots__ = ()


def trim(text: str, limit: int = MAX_DETAIL) -> str:
    """The text, cut in the middle if it is too long: both ends tell."""
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    return f"{text[:head]} … {text[len(text) - (limit - head - 3) :]}"


def shown(value: object) -> str:
    """A short repr that no value can break, and that large ones don't make slow."""
    try:
        exact = type(value) in (list, tuple, str, bytes)
        if exact and isinstance(value, list | tuple | str | bytes) and len(value) > MAX_VALUE:
            items = value[: MAX_VALUE if isinstance(value, str | bytes) else MAX_ITEMS]
            return f"{trim(repr(items), MAX_VALUE)} (the first of {len(value)})"
        return trim(repr(value), MAX_VALUE)
    except MemoryError:
        raise
    except BaseException as error:
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


def falsy(text: str, value: object, *message: object) -> Explained:
    """Why `assert text` failed, where `value` decided."""
    return _explained(text, f"got {shown(value)}", message)


def unequal(text: str, constant: bool, left: object, right: object, *message: object) -> Explained:
    """Why `assert left <operator> right` failed; a constant right side is in the text already."""
    values = f"got {shown(left)}"
    return _explained(text, values if constant else f"{values}, against {shown(right)}", message)


def _explained(text: str, values: str, message: tuple[object, ...]) -> Explained:
    said = f" ({_text(message[0])})" if message and message[0] is not None else ""
    return Explained(f"{text}: {values}{said}")


def settle(error: BaseException, origin: str = "") -> tuple[str, str]:
    """The outcome and the detail of a case that this exception ended.

    `origin` is where the program raised it, if that was in another process, and empty otherwise.
    Only the tests may call a case off: a program that does so has failed it.
    """
    if origin or _place(error) in OF_PROGRAM:
        return FAILED, describe(error, origin)
    if isinstance(error, Skipped | ExpectedFailure) or _is_skip_test(error):
        if _called_by_program(error.__traceback__):
            return FAILED, describe(error)
        return SKIPPED, trim(_text(error))
    if isinstance(error, Unsupported):
        return UNSUPPORTED, trim(_text(error))
    if isinstance(error, ModuleNotFoundError) and _place(error) and error.name != "solution":
        return (
            UNSUPPORTED,
            f"the tests import {error.name}, which isn't available here{_hint(error)}",
        )
    if forbids_files(error):
        return UNSUPPORTED, NO_FILES
    return FAILED, describe(error)


class Files:
    """Whether the task that is being judged allows files."""

    allowed = False


def forbids_files(error: BaseException) -> bool:
    """Whether this is the sandbox keeping someone from writing a file.

    Where tests may write, it is the program if anyone that keeps them from it.
    """
    if not isinstance(error, OSError):
        return False
    nowhere = "No usable temporary" in _text(error)
    if Files.allowed and (nowhere or str(error.filename).startswith(TEMPORARY)):
        return False
    return error.errno in (EPERM, EACCES, EROFS) or nowhere


def describe(error: BaseException, origin: str = "") -> str:
    """The exception, where it came from, and the test's line that led there."""
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    example = _example(error)
    if isinstance(error, AssertionError) and error.args and type(error.args[0]) is Explained:
        return trim(str(error.args[0]) + example)
    if isinstance(error, Signal):
        what = _text(error)
    elif isinstance(error, SystemExit):
        what = f"called sys.exit({shown(error.code)})"
    else:
        what = f"{type(error).__name__}: {_text(error)}".removesuffix(": ")
    if isinstance(error, SyntaxError):
        return trim(what)  # the message has file and line already
    return trim("; ".join((trim(what, MAX_DETAIL // 2) + example, *_places(error, origin))))


def _example(error: BaseException) -> str:
    """The example that Hypothesis found, with which a property doesn't hold."""
    notes = getattr(error, "__notes__", None)
    for note in notes if type(notes) is list else ():
        if type(note) is str and note.startswith(_EXAMPLES):
            return f", with {trim(' '.join(note.partition(': ')[2].split()), MAX_VALUE)}"
    return ""


def first_failure(error: BaseException) -> BaseException:
    """The first of several failures that Hypothesis found of one property, else the exception."""
    if isinstance(error, BaseExceptionGroup) and error.message.startswith("Hypothesis found"):
        return error.exceptions[0]
    return error


def _hint(error: ModuleNotFoundError) -> str:
    if (error.name or "").partition(".")[0] != "hypothesis":
        return ""
    return ": install it into the sandbox's environment (pip install hypothesis)"


def _places(error: BaseException, origin: str) -> list[str]:
    """The deepest line of the program and the deepest of the tests, those of them there are."""
    found = {True: origin} if origin else {}
    for filename, number in _frames(error.__traceback__):
        line = LINES[filename][number - 1 : number]
        text = f" `{trim(line[0].strip(), MAX_VALUE)}`" if line else ""
        found[filename in OF_PROGRAM] = f"at {filename}:{number}{text}"
    return [found[of_program] for of_program in (True, False) if of_program in found]


def _frames(traceback: TracebackType | None) -> list[tuple[str, int]]:
    frames = []
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if filename in LINES:
            frames.append((filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return frames


def _place(error: BaseException) -> str | None:
    """The file of the program or the tests that raised it, None where neither had a part in it."""
    frames = _frames(error.__traceback__)
    return frames[-1][0] if frames else None


def _called_by_program(traceback: TracebackType | None) -> bool:
    """Whether a program of another process, and no code of the tests, called what raised.

    A test may hand it `pytest.skip` itself: even so, only the test may skip.
    """
    called = False
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_filename in LINES:
            called = False
        elif frame.f_globals.get("__name__", "").endswith(_CONVERSATION):
            called = True
        traceback = traceback.tb_next
    return called


def _is_skip_test(error: BaseException) -> bool:
    skip_test = getattr(sys.modules.get("unittest"), "SkipTest", None)
    return isinstance(skip_test, type) and isinstance(error, skip_test)


def _text(value: object) -> str:
    """The text of an exception or a message, whatever its own methods do."""
    try:
        return str(value)
    except MemoryError:
        raise
    except BaseException as error:
        return f"<{type(value).__name__}, whose str raised {type(error).__name__}>"
