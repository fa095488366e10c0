"""One piece of Python in an answer, and what it is good for."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from paragen.languages import python

_READS_INPUT = re.compile(r"\binput\(|\bstdin\b")
_WIDE = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u205f\u3000"), " ")
_NARROW = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), "")
_UNSEEN = _WIDE | _NARROW
"""Characters that look like a space or like nothing, which Python takes in strings alone."""


class Reader:
    """Parses texts, at most so much in all, and the same text only once.

    What comes after the budget counts as not parsing, so that no answer, however made, takes
    long to look through.
    """

    def __init__(self, *, characters: int = 5_000_000, texts: int = 2000) -> None:
        self._characters = characters
        self._texts = texts
        self._trees: dict[str, ast.Module | None] = {}

    def tree(self, source: str) -> ast.Module | None:
        """The syntax tree of a text, None where it has none or the budget is spent."""
        self._texts -= 1
        if source not in self._trees:
            self._characters -= len(source)
            if self.spent:
                return None
            self._trees[source] = python.tree_of(source)
        return self._trees[source]

    @property
    def spent(self) -> bool:
        """Whether nothing more will be parsed."""
        return self._characters < 0 or self._texts < 0


@dataclass(frozen=True)
class Snippet:
    """A text that may be a program, its tree where it parses, and where it came from.

    `fenced` says that the model set it apart as code, `labelled` that it called it Python,
    `closed` that the fence has its end.
    """

    code: str
    tree: ast.Module | None
    fenced: bool = False
    labelled: bool = False
    closed: bool = True

    @classmethod
    def read(
        cls,
        text: str,
        reader: Reader,
        *,
        fenced: bool = False,
        labelled: bool = False,
        closed: bool = True,
    ) -> Snippet:
        """The snippet that a text makes, in the first of its readings that parses."""
        code = _tidy(text)
        trees = ((reading, reader.tree(reading)) for reading in _readings(code))
        code, tree = next((pair for pair in trees if pair[1] is not None), (code, None))
        return cls(code=code, tree=tree, fenced=fenced, labelled=labelled, closed=closed)

    @cached_property
    def defined(self) -> frozenset[str]:
        """The names that it defines at its top level."""
        return frozenset(python.defined_names(self.tree)) if self.tree else frozenset()

    @cached_property
    def provided(self) -> frozenset[str]:
        """The names that it defines or imports at its top level."""
        imported = python.imported_names(self.tree) if self.tree else ()
        return self.defined | frozenset(imported)

    @cached_property
    def missing(self) -> frozenset[str]:
        """The names that it uses and nobody gives it."""
        return python.free_names(self.tree) if self.tree else frozenset()

    @cached_property
    def definitions(self) -> int:
        """How many functions and classes it has at its top level, placeholders and tests aside."""
        if self.tree is None:
            return 0
        return sum(
            isinstance(node, python.Definition)
            and not python.is_stub(node)
            and not _is_test_name(node.name)
            for node in self.tree.body
        )

    @cached_property
    def is_tests(self) -> bool:
        """Whether it tests a program rather than being one."""
        if self.tree is None:
            return False
        if {"pytest", "unittest", "solution"} & set(python.imported_modules(self.tree)):
            return True
        named = [n.name for n in self.tree.body if isinstance(n, python.Definition)]
        return bool(named) and all(_is_test_name(name) for name in named)

    @cached_property
    def is_usage(self) -> bool:
        """Whether it only calls, prints, asserts and imports, and reads no input."""
        if self.tree is None or _READS_INPUT.search(self.code):
            return False
        return all(
            isinstance(node, ast.Expr | ast.Assert | ast.Import | ast.ImportFrom)
            for node in self.tree.body
        )

    def defines(self, name: str) -> bool:
        """Whether it parses and defines this name with more than a placeholder."""
        if self.tree is None or name not in self.defined:
            return False
        named = [
            node
            for node in self.tree.body
            if isinstance(node, python.Definition) and node.name == name
        ]
        return not named or not python.is_stub(named[-1])

    def mentions_definition(self, name: str) -> bool:
        """Whether its text looks like a definition of this name, parsing or not."""
        return mentions_definition(self.code, name)


def mentions_definition(text: str, name: str) -> bool:
    """Whether a text has a line that begins to define this name."""
    escaped = re.escape(name)
    pattern = rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{escaped}\b|^{escaped}[ \t]*="
    return re.search(pattern, text, re.MULTILINE) is not None


def _tidy(text: str) -> str:
    """The text without blank lines around it, and with a line end."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[first:]).rstrip() + "\n"


def _readings(code: str) -> Iterator[str]:
    """The text, without common indentation, and both without what nobody sees."""
    yield code
    if code[:1] in {" ", "\t"}:
        yield textwrap.dedent(code)
    visible = code.translate(_UNSEEN)
    if visible != code:
        yield from _readings(_tidy(visible))


def _is_test_name(name: str) -> bool:
    return name.lower().startswith("test")
