"""Any program, wrapped in any of the ways in which models do it, comes back whole."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.answer import extract

ENTRY = "solve"

PROGRAMS = [
    "def solve(x):\n    return x + 1\n",
    ('def solve(text):\n    """Show how.\n\n    ```python\n    >>> solve(1)\n    ```\n    """\n'
    "    return text\n"),
    "FENCED = '''\n```\ncode\n```\n'''\n\n\ndef solve(text):\n    return FENCED in text\n",
    "def solve(n):\n    s = '''\n~~~\n# Heading\n- item\n~~~\n'''\n    return s * n\n",
    ("import functools\n\n\n@functools.lru_cache(maxsize=None)\ndef solve(n):\n"
    "    return n if n < 2 else solve(n - 1) + solve(n - 2)\n"),
    ("import asyncio\n\n\nasync def solve(xs):\n    return [x async for x in xs]\n\n\n"
    'if __name__ == "__main__":\n    asyncio.run(solve([]))\n'),
    'ÄRGER = "→ ’ 🎉 日本"\n\n\ndef solve(naïve):\n    return f"{naïve!r}: {ÄRGER}"\n',
    "def solve(x):\n\tif x:\n\t\treturn 'tab\\there'\n\treturn None\n",
    ("class Node:\n    def __init__(self, v):\n        self.v = v\n\n\nclass solve(Node):\n"
    "    def run(self):\n        return [\n            self.v,\n        ]\n"),
    ("from typing import (\n    List,\n    Dict,\n)\n\nTABLE: Dict[str, int] = {\n    'a': 1,\n}\n"
    "\n"
    "solve = lambda xs: [TABLE[x] for x in xs]\n"),
    ("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n'''Module.'''\nimport sys\n\n\n"
    "def solve():\n    for line in sys.stdin:\n        print(line.strip())\n\n\ntry:\n"
    "    import json\n"
    "except ImportError:\n    json = None\nelse:\n    json.dumps(1)\n"),
    'import re\n\n\ndef solve(text):\n    return re.sub(r"<think>.*?</think>", "", text)\n',
    "def solve(x):\n    # it's a comment → with an apostrophe\n    return x  # ``` not a fence\n",
    'def solve(x):\n    return """\n  x = {0}\n\nNot code at all, isn\'t it?\n""".format(x)\n',
    ("def solve(a, b):\n    match a, b:\n        case 0, _:\n            return b\n"
    "    return a \\\n        + b\n"),
    "def helper(x):\n    raise ValueError('```python')\n\n\ndef solve(x):\n    return helper(x)\n",
]  # fmt: skip

names = st.from_regex(r"[a-z]{1,5}_", fullmatch=True)
atoms = st.one_of(
    st.integers().map(repr),
    st.text(max_size=10).map(ascii),
    names,
    st.sampled_from(["[]", "None", "'it\\'s'", '"→"', "'''a\nb'''"]),
)
lines = st.one_of(
    st.builds("{} = {}".format, names, atoms),
    st.builds("return {}".format, atoms),
    st.builds("if {}:\n    pass\nelse:\n    {} = 1".format, atoms, names),
    st.builds("for {} in [{}]:\n    continue".format, names, atoms),
)


@st.composite
def generated(draw: st.DrawFn) -> str:
    """A program of a few random functions, the entry point among them."""
    others = draw(st.lists(names, max_size=3, unique=True))
    functions = []
    for name in draw(st.permutations([*others, ENTRY])):
        body = "\n".join(draw(st.lists(lines, min_size=1, max_size=5)))
        functions.append(f"def {name}():\n{textwrap.indent(body, '    ')}\n    return 0\n")
    program = "\n\n".join(functions)
    ast.parse(program)
    return program


programs = st.sampled_from(PROGRAMS) | generated()

PROSE = [
    "Sure! Here's the program you asked for → it's simple.",
    "Certainly. It doesn't use any library, so you can run it anywhere:",
    "**Explanation**: the function isn't recursive (don't worry).",
    "Note: `solve(1)` gives 2, and `solve` is pure.",
    "1. Read the input → 2. don't print it.",
    "I hope this helps! Let me know if you'd like tests.",
    "This runs in O(n) time; n = len(xs).",
]
prose = st.lists(st.sampled_from(PROSE), max_size=3).map("\n\n".join)

DRAFTS = [
    "def solve(*args):\n    pass\n",
    "def solve(*args):\n    return (\n",
    "def other(y):\n    ...\n",
]
BEFORE = [
    "```bash\npip install solve\npython solve.py\n```",
    "```\n$ ls\n```",
    '```json\n{"a": 1}\n```',
]
AFTER = [
    "```python\nprint(solve(1))\nassert solve(2) == 3\n```",
    "```\n2\n```",
    "```python\n>>> solve(1)\n2\n```",
    "```text\nIt's the output → 2\n```",
]


@dataclass(frozen=True)
class Fence:
    """How a program is fenced: the marker, its label, and the indentation of the whole."""

    marker: str
    label: str
    closed: bool


fences = st.builds(
    Fence,
    marker=st.sampled_from(["```", "````", "~~~", "~~~~~"]),
    label=st.sampled_from(["python", "py", "Python", "python3", "", " python", "{.python}"]),
    closed=st.just(True),
)


def fenced(program: str, fence: Fence) -> str:
    """The program in a fence; where it holds the very marker, as models do, it isn't escaped."""
    return f"{fence.marker}{fence.label}\n{program}{fence.marker}"


def spoken(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def same(found: str | None, program: str) -> bool:
    return found is not None and found.strip("\n") == program.strip("\n")


litter = st.sampled_from(["plain", "crlf", "bom", "ansi", "nul", "end token"])


def littered(answer: str, kind: str) -> str:
    return {
        "plain": answer,
        "crlf": answer.replace("\n", "\r\n"),
        "bom": f"\ufeff{answer}",
        "ansi": f"\x1b[1m{answer}\x1b[0m",
        "nul": f"{answer}\0",
        "end token": f"{answer.rstrip()}<|endoftext|>",
    }[kind]


@st.composite
def thinking(draw: st.DrawFn) -> str:
    draft = draw(st.sampled_from(DRAFTS) | programs.filter(lambda p: "think>" not in p))
    opening = draw(st.sampled_from(["<think>\n", ""]))  # some leak only the end
    return f"{opening}Let's see → it's easy.\n```python\n{draft}```\nYes.\n</think>"


@given(programs, fences, prose, prose, litter)
def test_in_a_fence_among_prose(
    program: str, fence: Fence, before: str, after: str, kind: str
) -> None:
    answer = littered(spoken(before, fenced(program, fence), after), kind)
    assert same(extract(answer, entry_point=ENTRY).code, program)


@given(programs, fences, st.none() | thinking(), st.data())
def test_among_other_blocks(
    program: str, fence: Fence, thought: str | None, data: st.DataObject
) -> None:
    before = data.draw(st.lists(st.sampled_from(BEFORE), max_size=2, unique=True))
    drafts = data.draw(st.lists(st.sampled_from(DRAFTS), max_size=2, unique=True))
    after = data.draw(st.lists(st.sampled_from(AFTER), max_size=3, unique=True))
    answer = spoken(
        thought or "",
        *before,
        *(f"A draft:\n```python\n{draft}```" for draft in drafts),
        "It's this →",
        fenced(program, fence),
        *after,
    )
    assert same(extract(answer, entry_point=ENTRY).code, program)


@given(
    programs.filter(lambda p: "\t" not in p),  # markdown measures tabs from the margin
    st.sampled_from([("- ", 2), ("1. ", 3), ("* ", 4), ("", 6)]),
    st.sampled_from(PROSE),
)
def test_indented_in_a_list(program: str, item: tuple[str, int], words: str) -> None:
    marker, width = item
    block = textwrap.indent(
        f"```python\n{program}```", " " * width, lambda line: bool(line.strip())
    )
    answer = f"{marker}{words}\n\n{block}\n\nDone; it's fine.\n"
    found = extract(answer, entry_point=ENTRY).code
    # Blank lines within strings lose their spaces to the list, as they do in markdown.
    assert found is not None
    assert ast.dump(ast.parse(found)) == ast.dump(ast.parse(program))


@given(programs, st.sampled_from(["[PYTHON]\n{}[/PYTHON]", "<code>\n{}</code>", "{}"]), litter)
def test_without_a_fence(program: str, wrapper: str, kind: str) -> None:
    answer = littered(wrapper.format(program.replace("{", "{{").replace("}", "}}")), kind)
    answer = answer.replace("{{", "{").replace("}}", "}")
    assert same(extract(answer, entry_point=ENTRY).code, program)


@given(
    programs.filter(lambda p: not p.startswith("#!")),
    st.sampled_from(PROSE),
    st.sampled_from(PROSE),
    st.booleans(),
)
def test_bare_among_prose(program: str, before: str, after: str, closing: bool) -> None:
    answer = f"{before}\n\n{program}\n{after}\n" if closing else f"{before}\n\n{program}"
    assert same(extract(answer, entry_point=ENTRY).code, program)


@given(programs, prose)
def test_in_a_fence_that_never_ends(program: str, before: str) -> None:
    answer = spoken(before, f"```python\n{program}").rstrip("\n")
    assert same(extract(answer, entry_point=ENTRY).code, program)


@given(programs, fences, prose)
def test_without_knowing_the_name(program: str, fence: Fence, words: str) -> None:
    answer = spoken(words, *BEFORE, fenced(program, fence), AFTER[1], AFTER[2])
    assert same(extract(answer, entry_point=None).code, program)
