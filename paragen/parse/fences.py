"""Fenced blocks of a markdown text, by CommonMark's rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """One fenced block; `start` and `end` are 0-based lines, fence lines included, end excluded.

    `content` is without the indentation of the list or quote that the fence stands in.
    """

    info: str
    content: str
    start: int
    end: int
    closed: bool

    @property
    def label(self) -> str:
        """The first word of the info string, in lower case, without the braces of `{.python}`."""
        words = self.info.strip().strip("{}").split()
        return words[0].lstrip(".").lower() if words else ""


def fences(text: str, *, lenient: bool = False) -> tuple[Fence, ...]:
    """The fenced blocks of a text, in order; line ends must be `\\n`.

    `lenient` takes a fence for one however far it is indented.
    """
    return tuple(
        Fence(
            info=token.info,
            content=token.content,
            start=token.map[0],
            end=token.map[1],
            # The closing line counts in the map, and a block that lacks it ends with its container.
            closed=token.map[1] - token.map[0] == _line_count(token.content) + 2,
        )
        for token in _markdown(lenient).parse(text)
        if token.type == "fence" and token.map is not None
    )


def unix_lines(text: str) -> str:
    """The text with `\\n` for every line end, and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _line_count(content: str) -> int:
    return content.count("\n") + (not content.endswith("\n") and content != "")


@cache
def _markdown(lenient: bool) -> MarkdownIt:
    """A parser of blocks alone: what stands within a line is of no interest here."""
    markdown = MarkdownIt("commonmark")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    if lenient:
        markdown.disable("code")
    return markdown
