"""On which line of a TOML text each key stands, which TOML parsers don't tell.

Made for texts that a TOML parser has accepted: of others it gives lines that may be wrong, but it
never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

KeyPath = tuple[str | int, ...]

_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_LETTERS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}

# What a value is skipped by: strings whole, so that what is in them doesn't count.
_PIECE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{}\n]"
    r"|[^\"'#\[\]{}\n]+"
    r"|.",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The 1-based line of every table and key, by path: `("hosts", 0, "url")`.

    Elements of arrays of tables are numbered from 0. Where a table is written in parts, its
    first line counts; keys within inline tables aren't in the result.
    """
    text = text.replace("\r\n", "\n")
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position, line = 0, 1
    while position < len(text):
        start = _skip_blank(text, position)
        line += text.count("\n", position, start)
        if start >= len(text):
            break
        if text[start] == "[":
            table, end = _header(text, start, line, lines, counts)
        else:
            end = _assignment(text, start, line, table, lines)
        line += text.count("\n", start, end)
        position = max(end, start + 1)
    return lines


def line_of(path: Sequence[str | int], lines: Mapping[KeyPath, int]) -> int:
    """The line of a key, or of the nearest thing around it that has one; 1 if nothing has."""
    for length in range(len(path), 0, -1):
        line = lines.get(tuple(path[:length]))
        if line is not None:
            return line
    return 1


def _skip_blank(text: str, position: int) -> int:
    """Where the next header or assignment begins: past blanks, line ends and comments."""
    while position < len(text):
        if text[position] == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif text[position] in " \t\r\n\ufeff":
            position += 1
        else:
            break
    return position


def _header(
    text: str,
    start: int,
    line: int,
    lines: dict[KeyPath, int],
    counts: dict[KeyPath, int],
) -> tuple[KeyPath, int]:
    """Note a `[table]` or `[[array of tables]]`; gives its path, and where its line ends."""
    is_array = text.startswith("[[", start)
    parts, _ = _key(text, start + (2 if is_array else 1))
    path: KeyPath = ()
    for number, part in enumerate(parts):
        path = (*path, part)
        if is_array and number == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        lines.setdefault(path, line)
        if path in counts:
            path = (*path, counts[path])
            lines.setdefault(path, line)
    end = text.find("\n", start)
    return path, len(text) if end < 0 else end


def _assignment(text: str, start: int, line: int, table: KeyPath, lines: dict[KeyPath, int]) -> int:
    """Note a `key = value`, dotted or not; gives where the value ends."""
    parts, position = _key(text, start)
    path = table
    for part in parts:
        path = (*path, part)
        lines.setdefault(path, line)
    depth = 0
    for piece in _pieces(text, position):
        if piece[0] in "[{":
            depth += 1
        elif piece[0] in "]}":
            depth -= 1
        elif piece == "\n" and depth <= 0:
            return position
        position += len(piece)
    return len(text)


def _pieces(text: str, position: int) -> Iterator[str]:
    for match in _PIECE.finditer(text, position):
        yield match[0]


def _key(text: str, position: int) -> tuple[list[str], int]:
    """The parts of a dotted key, and where it ends."""
    parts = []
    while match := _KEY_PART.match(text, position):
        quoted, literal, bare = match.groups()
        parts.append(
            _ESCAPE.sub(_unescape, quoted) if quoted is not None else literal or bare or ""
        )
        position = match.end()
        if not text.startswith(".", position):
            break
        position += 1
    return parts, position


def _unescape(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    code = int(short or long, 16)
    return chr(code) if code <= 0x10FFFF else ""
