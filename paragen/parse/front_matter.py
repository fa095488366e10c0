"""The settings at the top of a task file: YAML between two lines of three hyphens."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Never

import yaml

from paragen.domain.errors import TaskError
from paragen.languages import LANGUAGES
from paragen.parse.nearest import did_you_mean
from paragen.parse.package_name import is_package_name, normal_package_name

MAX_TIMEOUT_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPath:
    """A file of tests that a task names, and the line that does."""

    __test__ = False

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Another task that a task names, by its name or its file, and the line that does."""

    task: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What a task file says of itself; None is "not said"."""

    name: str | None = None
    task_type: str | None = None
    entry_point: str | None = None
    language: str = "python"
    timeout_s: float | None = None
    wall_s: float | None = None
    memory_mb: int | None = None
    disk_mb: int | None = None
    output_kb: int | None = None
    open_files: int | None = None
    processes: int | None = None
    packages: tuple[str, ...] = ()
    sealed: bool = True
    tests: tuple[TestPath, ...] = ()
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the front matter: where it stands and its value, for the readers below."""

    path: str
    name: str
    line: int
    value: yaml.Node

    def fail(self, why: str, node: yaml.Node | None = None) -> Never:
        line = self.line if node is None else node.start_mark.line + 2
        raise TaskError(f"{self.path}:{line}: {self.name}: {why}")


def split_front_matter(text: str, path: str) -> tuple[FrontMatter, str, int]:
    """The front matter, the rest of the text, and how many lines stand before that rest.

    Line ends must be `\\n`. Raises TaskError.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter(), text, 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            matter = read_front_matter("\n".join(lines[1:number]), path)
            return matter, "\n".join(lines[number + 1 :]), number + 1
    raise TaskError(f"{path}:1: The front matter is not closed: end it with a line of three '-'.")


def read_front_matter(text: str, path: str) -> FrontMatter:
    """The settings of a front matter whose first line is line 2 of the file; raises TaskError."""
    root = _compose(text, path)
    if root is None:
        return FrontMatter()
    if not isinstance(root, yaml.MappingNode):
        raise TaskError(
            f"{path}:{root.start_mark.line + 2}: The front matter must be lines of `key: value`."
        )
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value in root.value:
        key = _Key(path, str(key_node.value), key_node.start_mark.line + 2, value)
        if key.name not in READERS or not isinstance(key_node, yaml.ScalarNode):
            raise TaskError(
                f"{path}:{key.line}: There is no key {key.name[:80]!r}"
                f"{did_you_mean(key.name, READERS) or '.'} Keys: {', '.join(READERS)}."
            )
        if key.name in lines:
            key.fail(f"given twice, first in line {lines[key.name]}.")
        lines[key.name] = key.line
        values[key.name] = READERS[key.name](key)
    return FrontMatter(**values)


def _compose(text: str, path: str) -> yaml.Node | None:
    """The tree of a YAML text, whose nodes know their lines."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        raise TaskError(f"{path}:{line}: The front matter is not YAML: {error.problem}.") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 2
        raise TaskError(
            f"{path}:{line}: The front matter holds a character that YAML forbids "
            f"(code {error.character})."
        ) from None
    except (ValueError, OverflowError, RecursionError) as error:  # impossible escapes, deep nests
        raise TaskError(
            f"{path}:1: The front matter is not YAML: {type(error).__name__}."
        ) from None


def _text(key: _Key) -> str:
    if not _is_scalar(key.value, "str"):
        key.fail(f"must be text{_quote_advice(key.value)}.")
    value = str(key.value.value).strip()
    if not value:
        key.fail("is empty.")
    return value


def _entry_point(key: _Key) -> str:
    value = _text(key)
    if not value.isidentifier() or keyword.iskeyword(value):
        key.fail(f"{value!r} is not a name that a program can define.")
    return value


def _language(key: _Key) -> str:
    value = _text(key).lower()
    if value not in LANGUAGES:
        key.fail(f"{value!r} is not supported. Languages: {', '.join(LANGUAGES)}.")
    return value


def _seconds(key: _Key) -> float:
    if not _is_scalar(key.value, "int", "float"):
        key.fail("must be a number of seconds, for example 10.")
    value = _number(key.value.value)
    if not 0 < value <= MAX_TIMEOUT_S:
        key.fail(f"must be more than 0 and at most {MAX_TIMEOUT_S:g} seconds.")
    return value


def _whole(least: int, most: int, unit: str) -> Callable[[_Key], int]:
    """A reader of whole numbers of something, within bounds."""

    def read(key: _Key) -> int:
        value = _number(key.value.value) if _is_scalar(key.value, "int") else math.nan
        if not least <= value <= most:
            key.fail(f"must be a whole number of {unit} from {least} to {most}.")
        return int(value)

    return read


def _packages(key: _Key) -> tuple[str, ...]:
    """The packages' names in the one form in which they are compared, sorted."""
    nodes = key.value.value if isinstance(key.value, yaml.SequenceNode) else [key.value]
    for node in nodes:
        if not _is_scalar(node, "str"):
            key.fail(f"must be a package's name, or a list of such{_quote_advice(node)}.", node)
        if not is_package_name(node.value):
            key.fail(
                f"{node.value[:80]!r} is not a package's name: write it as for `pip install`, "
                "without a version. The version is the installed one.",
                node,
            )
    return tuple(sorted({normal_package_name(node.value) for node in nodes}))


def _yes_or_no(key: _Key) -> bool:
    if not _is_scalar(key.value, "bool"):
        key.fail("must be true or false.")
    return str(key.value.value).lower() in {"true", "yes", "on"}


def _tests(key: _Key) -> tuple[TestPath, ...]:
    nodes = key.value.value if isinstance(key.value, yaml.SequenceNode) else [key.value]
    for node in nodes:
        if not _is_scalar(node, "str") or not str(node.value).strip():
            key.fail("must be the path of a file, or a list of such.", node)
    return tuple(TestPath(path=str(n.value), line=n.start_mark.line + 2) for n in nodes)


def _needs(key: _Key) -> tuple[Need, ...]:
    nodes = key.value.value if isinstance(key.value, yaml.SequenceNode) else [key.value]
    for node in nodes:
        if not _is_scalar(node, "str") or not str(node.value).strip():
            key.fail(
                f"must be a task's name or file, or a list of such{_quote_advice(node)}.", node
            )
    return tuple(Need(task=str(n.value).strip(), line=n.start_mark.line + 2) for n in nodes)


READERS: Mapping[str, Callable[[_Key], object]] = {
    "task_type": _text,
    "entry_point": _entry_point,
    "language": _language,
    "timeout_s": _seconds,
    "wall_s": _seconds,
    "memory_mb": _whole(32, 1 << 20, "MiB"),
    "disk_mb": _whole(0, 1 << 16, "MiB"),
    "output_kb": _whole(1, 1 << 20, "KiB"),
    "open_files": _whole(16, 1 << 16, "files"),
    "processes": _whole(0, 1 << 10, "processes"),
    "packages": _packages,
    "sealed": _yes_or_no,
    "tests": _tests,
    "needs": _needs,
    "name": _text,
}


def _is_scalar(node: yaml.Node, *types: str) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag in {
        f"tag:yaml.org,2002:{t}" for t in types
    }


def _quote_advice(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode) and node.value:
        return f': put it in quotes, "{node.value}"'
    return ""


def _number(text: str) -> float:
    """A YAML number in the forms that people write; NaN for the rest (hexadecimal, base 60)."""
    try:
        return float(text)
    except ValueError:
        return math.nan
