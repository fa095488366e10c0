"""Runs doctest examples, each of them a case, against the program's names."""

from __future__ import annotations

import builtins
import doctest

from .explain import shown, trim
from .imports import importer
from .lent import lent, starred
from .modules import LINES
from .outcomes import FAILED, PASSED, SKIPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .ledger import Ledger

MAX_NAME = 100


def parse(source: str, origin: str, line: int) -> tuple[doctest.DocTest, list[str]]:
    """The examples and their names; raises ValueError for text that isn't doctest's."""
    test = doctest.DocTestParser().get_doctest(source, {}, "doctest", origin, line - 1)
    if not test.examples:
        raise ValueError("there are no examples (lines that begin with >>>)")
    LINES[origin] = ("\n" * (line - 1) + source).split("\n")
    return test, [_name(test, example) for example in test.examples]


def run(
    piece: int, test: doctest.DocTest, program: ModuleType, entry_point: str | None, to: Ledger
) -> None:
    """Run the examples in order, with the program's names in scope."""
    text = "".join(example.source for example in test.examples)
    for example in test.examples:
        if example.options.get(doctest.SKIP):
            to.case(piece, _name(test, example), SKIPPED, "doctest: +SKIP")
    try:
        scope = dict(builtins.__dict__)
        scope["__import__"] = starred(importer(text), program, text, entry_point)
        test.globs = {
            **lent(program, text, entry_point), "__name__": "test_solution", "__builtins__": scope,
        }  # fmt: skip
        Runner(piece, to).run(test, out=lambda text: None, clear_globs=False)
    except BaseException as error:  # KeyboardInterrupt, which doctest lets by
        to.end_rest(piece, *to.settle(error))


class Runner(doctest.DocTestRunner):
    """Reports each example as it ends."""

    def __init__(self, piece: int, to: Ledger) -> None:
        super().__init__(verbose=False)
        self._piece = piece
        self._to = to

    def report_success(self, out: Any, test: Any, example: Any, got: str) -> None:
        """Report an example that printed what it should."""
        self._to.case(self._piece, _name(test, example), PASSED)

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        """Report an example that printed something else."""
        wanted, had = shown(example.want.rstrip("\n")), shown(got.rstrip("\n"))
        self._to.case(self._piece, _name(test, example), FAILED, f"expected {wanted}, got {had}")

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        """Report an example that raised."""
        self._to.case(self._piece, _name(test, example), *self._to.settle(exc_info[1]))


def _name(test: doctest.DocTest, example: doctest.Example) -> str:
    line = (test.lineno or 0) + example.lineno + 1
    return f"line {line}: {trim(' '.join(example.source.split()), MAX_NAME)}"
