"""The pieces of an answer that the model set apart as code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from paragen.parse.examples import doctest_source, is_session
from paragen.parse.fences import Fence, fences
from paragen.parse.snippet import Reader, Snippet

PYTHON_LABELS = frozenset({"python", "py", "python3", "py3", "python2", "ipython"})
PLAIN_LABELS = frozenset({"", "code", "text", "txt", "plaintext", "plain", "solution"})

MAX_CLOSINGS = 12
"""How many later closing lines are tried for a fence whose content doesn't parse."""

MAX_ROUNDS = 20
MAX_SEGMENTS = 100

_LABEL = re.compile(r"[\w.+#/-]*")
_MARKER = re.compile(r"`{3,}|~{3,}")
_WRAPPERS = (
    re.compile(r"\[PYTHON\](.*?)(?:\[/PYTHON\]|\Z)", re.DOTALL),
    re.compile(r"<code(?:\s[^<>]*)?>(.*?)(?:</code>|\Z)", re.DOTALL),
    re.compile(r"\\begin\{code\}(.*?)(?:\\end\{code\}|\Z)", re.DOTALL),
)


def fenced(text: str, reader: Reader, *, lenient: bool = False) -> tuple[list[Snippet], str]:
    """The fenced blocks that may be Python, in order, and the text without any fence.

    `lenient` takes a fence for one however far it is indented.
    """
    snippets: list[Snippet] = []
    outside: list[str] = []
    lines = text.split("\n")
    for _ in range(MAX_ROUNDS):
        found = fences("\n".join(lines), lenient=lenient)
        taken = 0
        longer = None
        for fence in found:
            outside += lines[taken : fence.start]
            taken = fence.end
            if not _may_be_python(fence):
                continue
            snippet = _snippet(fence, reader)
            longer = None if snippet.tree is not None else _longer(fence, lines, reader)
            if longer is not None:
                snippet, taken = longer
            snippets.append(snippet)
            if longer is not None:
                break
        lines = lines[taken:]
        if longer is None:
            break
    return snippets, "\n".join(outside + lines)


def indented(text: str, reader: Reader) -> list[Snippet]:
    """Fences that stand too far from the margin for CommonMark, or within a line."""
    snippets, _ = fenced(text, reader, lenient=True)
    if any(snippet.tree is not None for snippet in snippets):
        return snippets
    for segment in text.split("```", 2 * MAX_SEGMENTS)[1::2]:
        label, _, rest = segment.partition("\n")
        if rest.strip() and label.strip().lower() in PYTHON_LABELS | PLAIN_LABELS:
            snippets.append(Snippet.read(rest, reader, fenced=True))
        else:
            snippets.append(Snippet.read(segment, reader, fenced=True))
    return snippets


def sessions(text: str, reader: Reader) -> list[Snippet]:
    """What was typed in the sessions at a Python prompt that stand in fences."""
    return [
        Snippet.read(doctest_source(fence.content), reader, fenced=True)
        for fence in fences(text)
        if is_session(fence.content)
    ]


def wrapped(text: str, reader: Reader) -> list[Snippet]:
    """What stands between `[PYTHON]` and `[/PYTHON]`, or in `<code>`, where no fence does."""
    return [
        snippet
        for wrapper in _WRAPPERS
        for match in _first_matches(wrapper, text)
        for snippet in _wrapped_snippets(match, reader)
    ]


def _first_matches(wrapper: re.Pattern[str], text: str) -> Iterator[str]:
    for count, match in enumerate(wrapper.finditer(text)):
        if count == MAX_SEGMENTS:
            return
        if match[1].strip():
            yield match[1]


def _wrapped_snippets(content: str, reader: Reader) -> Iterator[Snippet]:
    # Escaped first: `x &lt; 1` is Python as it stands, but nobody means that.
    for text in dict.fromkeys((html.unescape(content), content)):
        snippet = Snippet.read(text, reader, fenced=True, labelled=True)
        if snippet.tree is not None:
            yield snippet
            return
    if "```" not in content:
        yield snippet


def _may_be_python(fence: Fence) -> bool:
    if is_session(fence.content) or not fence.content.strip():
        return False
    return _is_labelled(fence) or _label(fence) in PLAIN_LABELS


def _is_labelled(fence: Fence) -> bool:
    label = _label(fence)
    return label in PYTHON_LABELS or label.endswith(".py")


def _label(fence: Fence) -> str:
    """The label's first part: `python:app.py` and `python,linenos` are `python`."""
    match = _LABEL.match(fence.label)
    return match[0] if match else ""


def _snippet(fence: Fence, reader: Reader) -> Snippet:
    return Snippet.read(
        fence.content,
        reader,
        fenced=True,
        labelled=_is_labelled(fence),
        closed=fence.closed,
    )


def _longer(fence: Fence, lines: list[str], reader: Reader) -> tuple[Snippet, int] | None:
    """The block up to a later closing line, if that parses, and the line after it.

    A program may hold fences of its own, in a docstring: then the first closing line isn't its
    end. Fences are no Python, so what parses with one in it has it in a string.
    """
    opening = lines[fence.start]
    marker = _MARKER.search(opening)
    if marker is None:
        return None
    for end in _closings(lines, fence.end, marker[0]):
        if reader.spent:
            break
        content = [_unindent(line, marker.start()) for line in lines[fence.start + 1 : end]]
        snippet = Snippet.read(
            "\n".join(content), reader, fenced=True, labelled=_is_labelled(fence)
        )
        if snippet.tree is not None:
            return snippet, end + 1
    return None


def _closings(lines: list[str], start: int, marker: str) -> Iterator[int]:
    """The first few lines from `start` on that may close a fence, then the end of the text."""
    found = 0
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if line.startswith(marker) and not line.strip(marker[0]):
            yield number
            found += 1
            if found == MAX_CLOSINGS:
                return
    yield len(lines)


def _unindent(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" "))) :]
