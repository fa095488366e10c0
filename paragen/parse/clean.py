"""What is taken off an answer before a program is looked for: thinking, and terminal litter."""

from __future__ import annotations

import re

from paragen.parse.fences import unix_lines

MAX_CHARACTERS = 1_000_000
"""Of an answer that is longer, the rest isn't looked at."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_END_TOKENS = re.compile(r"(?:</s>|<\|[A-Za-z_ ]{1,40}\|>)+[ \t]*$", re.MULTILINE)

# A tag in quotes is a program's text (one that removes thinking, say), not the model's own mark.
_CLOSING = re.compile(r"</think(?:ing)?>(?![\"'\\]|`(?!``))")
_OPENING = re.compile(r"(?<![\"'`])<think(?:ing)?>(?![\"'\\]|`(?!``))")


def clean(answer: str) -> str:
    """The answer with unix lines, without thinking, escape sequences, NULs and end tokens.

    What remains of an answer whose thinking never ends is what stands before the thinking.
    """
    text = unix_lines(answer[:MAX_CHARACTERS]).replace("\0", "").replace("\n\ufeff", "\n")
    text = without_thinking(_ESCAPES.sub("", text))
    return _END_TOKENS.sub("", text)


def without_thinking(text: str) -> str:
    """The text after the last `</think>`, and before a `<think>` that isn't closed."""
    start = max((closing.end() for closing in _CLOSING.finditer(text)), default=0)
    opening = _OPENING.search(text, start)
    return text[start : opening.start() if opening else None]
