"""The line of every key: held against generated TOML texts."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.toml_lines import KeyPath, key_lines, line_of

TEXT = '''# comment [not.a.table]
top = 1
"quoted # key" = """
[fake]
a = 1
"""   # after
[a]
x = [
  1, # ]
  "]",
  { y = "[" },
]
b.c = 'x = "y"' # z
[a.d]
"e\\u0066" = 1
[[hosts]]
name = "one"

  [[ hosts ]]
name = """two
[[hosts]]
""""
[hosts.extra]
k = {a = 1, b = [1]}
[[hosts.inner]]
z=1
[[hosts.inner]]
z=2
'''


def test_a_text_with_everything_in_it() -> None:
    tomllib.loads(TEXT)
    lines = key_lines(TEXT)
    assert lines == {
        ("top",): 2,
        ("quoted # key",): 3,
        ("a",): 7,
        ("a", "x"): 8,
        ("a", "b"): 13,
        ("a", "b", "c"): 13,
        ("a", "d"): 14,
        ("a", "d", "ef"): 15,
        ("hosts",): 16,
        ("hosts", 0): 16,
        ("hosts", 0, "name"): 17,
        ("hosts", 1): 19,
        ("hosts", 1, "name"): 20,
        ("hosts", 1, "extra"): 23,
        ("hosts", 1, "extra", "k"): 24,
        ("hosts", 1, "inner"): 25,
        ("hosts", 1, "inner", 0): 25,
        ("hosts", 1, "inner", 0, "z"): 26,
        ("hosts", 1, "inner", 1): 27,
        ("hosts", 1, "inner", 1, "z"): 28,
    }
    assert key_lines(TEXT.replace("\n", "\r\n")) == lines


def test_the_nearest_line_around() -> None:
    lines = key_lines(TEXT)
    assert line_of(("hosts", 1, "extra", "k", "b", 0), lines) == 24
    assert line_of(("hosts", 1, "missing"), lines) == 19
    assert line_of(("nowhere",), lines) == 1
    assert line_of((), lines) == 1


@dataclass
class Writer:
    """Writes TOML, and notes which line each key came to stand on."""

    lines: list[str] = field(default_factory=list)
    expected: dict[KeyPath, int] = field(default_factory=dict)

    def write(self, text: str, *paths: KeyPath) -> None:
        for path in paths:
            self.expected.setdefault(path, len(self.lines) + 1)
        self.lines += text.split("\n")


keys = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True) | st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=5
)
noise = st.sampled_from(["", "# x = 1", "  # [[a]]", "\t"])
comments = st.sampled_from(["", " # '", ' # """', " # [", "\t#="])
plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)
values = st.one_of(
    st.integers().map(str),
    st.booleans().map(lambda b: str(b).lower()),
    plain.map(json.dumps),
    plain.filter(lambda t: "'" not in t).map(lambda t: f"'{t}'"),
    st.sampled_from(
        [
            '"""\n[[a]]\nb = 1\n"""', "'''\nx = '[' \n'''", '"""a\\""" b"""', '""""q""""',
            "[\n 1,\n # ] \n 2,\n]", '[{a = "]"}, {b = [1, "{"]}]', "{a = 1, b = {c = '}'}}",
            "1979-05-27T07:32:00Z", '[\n"""\n]\n""",\n]', "[]", "{}", '""', "''", '""""""',
        ]
    ),
)  # fmt: skip


def written(key: str, draw: st.DrawFn) -> str:
    bare = key and all(c.isascii() and (c.isalnum() or c in "_-") for c in key)
    if bare and draw(st.booleans()):
        return key
    if "'" not in key and draw(st.booleans()):
        return f"'{key}'"
    return json.dumps(key)


@st.composite
def documents(draw: st.DrawFn) -> Writer:
    writer = Writer()

    def pairs(table: KeyPath, taken: set[str]) -> None:
        for key in draw(st.lists(keys, max_size=4, unique=True)):
            writer.write(draw(noise)) if draw(st.booleans()) else None
            if key in taken:
                continue
            taken.add(key)
            path = (*table, key)
            paths = [path]
            name = written(key, draw)
            if draw(st.booleans()):
                inner = draw(keys)
                name = f"{name} . {written(inner, draw)}"
                paths.append((*path, inner))
            writer.write(f"{name} = {draw(values)}{draw(comments)}", *paths)

    top = set[str]()
    pairs((), top)
    for name in draw(st.lists(keys.filter(lambda k: k not in top), max_size=4, unique=True)):
        key = written(name, draw)
        if draw(st.booleans()):
            for number in range(draw(st.integers(1, 3))):
                element = (name, number)
                header = f" [[ {key} ]]{draw(comments)}"
                writer.write(header, (name,), element)
                taken = set[str]()
                pairs(element, taken)
                sub = draw(keys)
                if sub not in taken and draw(st.booleans()):
                    writer.write(f"[{key}.{written(sub, draw)}]", (*element, sub))
                    pairs((*element, sub), set())
        else:
            writer.write(f"[{key}]{draw(comments)}", (name,))
            pairs((name,), set())
    return writer


@given(documents())
def test_generated_texts(writer: Writer) -> None:
    text = "\n".join(writer.lines)
    tomllib.loads(text)
    assert key_lines(text) == writer.expected


@given(st.text() | st.text(alphabet="[]{}.=\"'\\#\n ab1"))
def test_any_text_has_lines(text: str) -> None:
    for line in key_lines(text).values():
        assert 1 <= line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '"' * 100_000, "a = [\n" * 20_000, "a=1\n" * 20_000]
)
def test_long_texts_are_no_trouble(text: str) -> None:
    assert key_lines(text) is not None
