"""The text of a profile: what it allows, and that a path can't break out of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paragen.sandbox.darwin.profile import profile, quoted

NAMES = st.one_of(
    st.binary(min_size=1, max_size=300).map(lambda name: os.fsdecode(name.replace(b"\0", b"x"))),
    st.text(st.sampled_from('"\\()#; \n|é𝄞a'), min_size=1, max_size=300),
)
PATHS = st.lists(
    NAMES.map(lambda name: name.replace("/", "_")).filter(lambda name: name not in (".", "..")),
    min_size=1,
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))

TOKEN = re.compile(r'\(|\)|"(?:[^"\\]|\\["\\])*"|[^\s()"]+')


def read(text: str) -> list[Any]:
    """The expressions of a text, lists in lists, strings as bytes; joined ones put together."""
    position, stack = 0, [[]]  # type: tuple[int, list[list[Any]]]
    while position < len(text):
        if text[position] in " \n":
            position += 1
            continue
        match = TOKEN.match(text, position)
        assert match is not None, text[position : position + 40]
        position, token = match.end(), match[0]
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            joined = b"".join(done[1:]) if done[:1] == ["string-append"] else done
            stack[-1].append(joined)
        elif token[0] == '"':
            inner = re.sub(r"\\(.)", r"\1", token[1:-1])
            assert len(os.fsencode(inner)) <= 200
            stack[-1].append(os.fsencode(inner))
        else:
            stack[-1].append(token)
    assert len(stack) == 1
    return stack[0]


def allowed(text: str, operation: str) -> Iterator[tuple[str, str]]:
    """What a profile allows an operation on: the filter, and its value."""
    for rule in read(text):
        if rule[:2] == ["allow", operation]:
            assert len(rule) > 2, "an operation without a filter is allowed on everything"
            yield from ((what, os.fsdecode(value)) for what, value in rule[2:])


@given(PATHS)
@example("/" + "a" * 199)
@example("/" + '"\\é𝄞' * 200)
def test_any_path_is_read_as_itself(path: str) -> None:
    assert read(quoted(path)) == [os.fsencode(path)]


@given(st.lists(PATHS, max_size=4))
def test_no_path_says_anything_but_itself(paths: list[str]) -> None:
    text = profile(paths)
    known = {rule[1] if len(rule) > 1 else "" for rule in read(profile(["/lib"]))}
    assert {rule[1] for rule in read(text)} <= known
    assert {v for what, v in allowed(text, "file-read*") if what == "subpath"} == set(paths)
    assert [v for _, v in allowed(text, "file-write-data")] == ["/dev/null"]


@given(st.lists(PATHS, min_size=1, max_size=4))
def test_what_is_above_a_path_can_be_looked_at_only(paths: list[str]) -> None:
    text = profile(paths)
    above = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    assert set(allowed(text, "file-read-metadata")) == {("literal", path) for path in above}


def test_all_is_denied_that_is_not_named() -> None:
    rules = read(profile(["/usr/lib"], ["/tmp"]))
    assert rules[:2] == [["version", "1"], ["deny", "default", ["with", "no-log"]]]
    assert {rule[1] for rule in rules[2:]} == {
        "signal", "process-info*", "sysctl-read", "file-read*", "file-write-data",
        "file-map-executable", "file-read-metadata",
    }  # fmt: skip
    assert ["allow", "signal", ["target", "self"]] in rules
    assert ("literal", "/tmp") in set(allowed(profile(["/lib"], ["/tmp"]), "file-read-metadata"))


def test_nothing_tells_of_other_processes() -> None:
    names = [value for _, value in allowed(profile([]), "sysctl-read")]
    assert "hw.ncpu" in names
    assert not [name for name in names if name.startswith(("kern.proc", "kern.argmax"))]


def test_with_nothing_to_read_no_rule_is_left_without_a_filter() -> None:
    for rule in read(profile([])):
        assert rule[0] != "allow" or len(rule) > 2


@pytest.mark.parametrize("path", ["/", "//", "relative", "", "./x"])
def test_a_path_that_would_allow_everything_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="can't be a path"):
        profile([path])


def test_a_null_character_would_end_the_profile() -> None:
    with pytest.raises(ValueError, match="null character"):
        profile(["/a\0b"])
