"""Whatever a program's process writes to its socket is a plain value, a proxy, or its end."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paragen.sandbox.inside.channel import MOST_BYTES
from paragen.sandbox.inside.endings import OutputFlood, ProgramGone
from paragen.sandbox.inside.owned import Own, state_of
from paragen.sandbox.inside.proxies import RemoteClass
from paragen.sandbox.inside.remote import Remote

EXACT = (
    type(None), bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set,
    frozenset, range, slice, type(...), type(NotImplemented),
)  # fmt: skip


@contextmanager
def answering(*data: bytes) -> Iterator[Remote]:
    """A Remote whose program has said all that it will ever say, before it was asked anything."""
    ours, theirs = socket.socketpair()
    stdout, stdout_end = os.pipe()
    stderr, stderr_end = os.pipe()
    remote = Remote(ours, stdout, stderr, output_bytes=1000)
    try:
        with theirs:
            for piece in data:
                theirs.sendall(piece)
            theirs.shutdown(socket.SHUT_WR)
            yield remote
    finally:
        remote.close()
        for descriptor in (stdout, stdout_end, stderr, stderr_end):
            os.close(descriptor)


def framed(text: str | bytes) -> bytes:
    body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return len(body).to_bytes(4, "big") + body


def decoded(value: Any) -> Any:
    """What becomes of a value that the program answers with; ProgramGone if it isn't one."""
    with answering() as remote:
        frame = ["r", 7, value, None, None, None]
        error, result = remote._reply(json.dumps(frame) + "{", frame, 7, Own.FOREIGN, True)
        assert error is None
        must_be_harmless(result, set())
        return result


def must_be_harmless(value: Any, seen: set[int]) -> None:
    if id(value) in seen:
        return
    seen.add(id(value))
    if state_of(value) is not None:
        return
    if isinstance(value, type):
        assert value.__module__ == "builtins" or issubclass(value, Exception), value
        return
    assert type(value) in EXACT or type(value).__module__ in (
        "collections", "datetime", "decimal", "fractions", "uuid", "pathlib", "pathlib._local",
        "builtins", "numpy", "dataclasses", "typing",
    ), type(value)  # fmt: skip
    if isinstance(value, dict):
        must_be_harmless([*value.keys(), *value.values()], seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            must_be_harmless(item, seen)


TAGS = [
    "@", "t", "m", "d", "o", "dd", "C", "s", "f", "b", "B", "q", "i", "c", "r", "l", "e", "n",
    "vk", "vv", "vi", "h", "#", "k", "E", "x", "g", "G", "D", "F", "dt", "ti", "da", "td", "tz",
    "u", "na", "ns", "P", "nope", "",
]  # fmt: skip


def claimed_class(parts: tuple[Any, int]) -> dict[str, Any]:
    return {"k": [0, "solution", "C", "C", *parts]}


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.integers(), st.floats(),
    st.text(max_size=3), st.sampled_from(["int", "ValueError", "SystemExit", "type", "ff", "YQ=="]),
)  # fmt: skip
claims = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(st.sampled_from(TAGS), inner, min_size=1, max_size=1),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
        st.tuples(st.lists(inner, max_size=2), st.integers()).map(claimed_class),
        st.tuples(inner, inner).map(lambda p: {"h": [1, p[0], "int", p[1]]}),
        st.tuples(inner, st.lists(inner, max_size=2), inner).map(
            lambda p: {"E": [2, *p, None, 3]}
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=250)
@given(claims)
def test_any_json_is_a_plain_value_a_proxy_or_the_end(value: Any) -> None:
    try:
        decoded(value)
    except ProgramGone as gone:
        assert "broke the protocol" in str(gone)


@settings(max_examples=100)
@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_end_the_program_and_nothing_else(data: bytes, in_a_frame: bool) -> None:
    with answering(framed(data) if in_a_frame else data) as remote:
        with pytest.raises(ProgramGone):
            remote.load("x = 1", {})
        assert remote.gone
        with pytest.raises(ProgramGone):
            remote.raise_if_gone()


GOOD_LOAD = framed('["r", 0, [0, ["f"], [], {"m": {}}], null, null, null]')


def test_a_good_answer_is_taken() -> None:
    """What the tests below leave out or add is what they show."""
    with answering(GOOD_LOAD) as remote:
        module = remote.load("", {})
        assert remote.names == ("f",)
        assert state_of(module) is not None


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(
            '["r", 1, [0, [], [], {"m": {}}], null, null, null]', id="of another question"
        ),
        pytest.param(
            '["r", false, [0, [], [], {"m": {}}], null, null, null]', id="a bool for a number"
        ),
        pytest.param(
            '["r", 0.0, [0, [], [], {"m": {}}], null, null, null]', id="a float for a number"
        ),
        pytest.param('["z", 0, [0, [], [], {"m": {}}], null, null, null]', id="of an unknown kind"),
        pytest.param('["r", 0, [0, [], [], {"m": {}}]]', id="too short"),
        pytest.param(
            '["r", 0, [0, [1], [], {"m": {}}], null, null, null]', id="names that aren't text"
        ),
        pytest.param(
            '["r", 0, ["0", [], [], {"m": {}}], null, null, null]', id="a number that isn't one"
        ),
        pytest.param('["r", 0, [0, [], [], [1]], null, null, null]', id="things without names"),
        pytest.param('["x", 0, {"g": "ValueError"}, null, null, null]', id="raising a class"),
        pytest.param('["x", 0, 5, null, null, null]', id="raising a number"),
        pytest.param('["x", 0, {"x": 0}, null, null, null]', id="a guest never given"),
        pytest.param('["q", "call", 0, null, [], {}, null]', id="calling what it never got"),
        pytest.param('["q", "call", -1, null, [], {}, null]', id="a negative number"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param("[" * 5_000 + "]" * 5_000, id="deep and whole"),
        pytest.param(
            '["r", 0, ' + '{"t":[' * 300 + "]}" * 300 + ", null, null, null]", id="deep tuples"
        ),
        pytest.param('["r", 0, ' + "9" * 5000 + ", null, null, null]", id="a huge integer"),
        pytest.param("[]", id="nothing"),
        pytest.param("{}", id="an object"),
        pytest.param("", id="no bytes"),
        pytest.param("NaN", id="NaN"),
        pytest.param('["r", 0, {"s": [[]]}, null, null, null]', id="an unhashable element"),
        pytest.param('["r", 0, {"d": [[[]], [1]]}, null, null, null]', id="an unhashable key"),
        pytest.param('["r", 0, {"d": [[1, 2], [1]]}, null, null, null]', id="keys without values"),
        pytest.param('["r", 0, {"@": 0}, null, null, null]', id="a container never sent"),
        pytest.param('["r", 0, 1, [[0, [1]]], null, null]', id="a change to nothing"),
        pytest.param('["r", 0, {"h": [5]}, null, null, null]', id="an object never announced"),
        pytest.param(
            '["r", 0, {"h": [5, {"g": "int"}]}, null, null, null]', id="an instance of int"
        ),
        pytest.param('["r", 0, {"b": "*"}, null, null, null]', id="not base64"),
        pytest.param(
            '["r", 0, {"na": ["|O", [1], ""]}, null, null, null]', id="an array of objects"
        ),
        pytest.param('["r", 0, {"dt": ["no", 0]}, null, null, null]', id="no date"),
        pytest.param('["r", 0, {"q": [-1, []]}, null, null, null]', id="a negative length"),
        pytest.param('["r", 0, 1, null, [[{"g": "int"}, "x"]], null]', id="a warning of type int"),
        pytest.param(
            '["r", 0, {"g": ["os", "system"]}, null, null, null]', id="a name not in the table"
        ),
        pytest.param('["r", 0, {"g": "eval"}, null, null, null]', id="a function by name"),
        pytest.param('["r", 0, {"G": ["os", "system"]}, null, null, null]', id="an import"),
    ],
)
def test_a_breach_ends_the_program(frame: str) -> None:
    with answering(framed(frame)) as remote, pytest.raises(ProgramGone, match="protocol"):
        remote.load("", {})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0\0", id="half a head"),
        pytest.param(framed("[1, 2")[:-1], id="half a frame"),
        pytest.param((MOST_BYTES).to_bytes(4, "big") + b"[", id="a length only claimed"),
    ],
)
def test_an_end_in_the_middle_is_an_end(data: bytes) -> None:
    with answering(data) as remote, pytest.raises(ProgramGone, match="ended"):
        remote.load("", {})


def test_answers_before_the_question_are_a_breach() -> None:
    ahead = GOOD_LOAD + framed('["r", 1, 5, null, null, null]')
    with answering(ahead) as remote, pytest.raises(ProgramGone, match="more than was asked for"):
        remote.load("", {})


def test_an_answer_can_t_be_given_ahead_of_its_question() -> None:
    """Questions have numbers that can't be guessed."""
    with answering(GOOD_LOAD) as remote:
        module = remote.load("", {})
        with pytest.raises(ProgramGone):
            _ = module.f


def test_a_longer_frame_than_allowed_is_refused_by_its_head() -> None:
    head = (MOST_BYTES + 1).to_bytes(4, "big")
    with answering(head) as remote, pytest.raises(ProgramGone, match="protocol"):
        remote.load("", {})


def test_more_containers_than_allowed_are_refused_unread() -> None:
    with answering() as remote, pytest.raises(ProgramGone, match="too many containers"):
        remote._parsed("[" * 3_000_000)


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="asks /proc")
def test_descriptors_that_come_attached_are_dropped() -> None:
    ours, theirs = socket.socketpair()
    stdout, stderr = os.pipe(), os.pipe()
    before = descriptors()
    remote = Remote(ours, stdout[0], stderr[0], output_bytes=10)
    socket.send_fds(theirs, [GOOD_LOAD], [stdout[0], stderr[0]])
    remote.load("", {})
    assert descriptors() == before
    remote.close()
    theirs.close()
    for descriptor in (*stdout, *stderr):
        os.close(descriptor)


@pytest.mark.parametrize(
    "make",
    [
        lambda n: n * (2**61 - 1),
        lambda n: {"t": [n * (2**61 - 1)]},
        lambda n: n * (2**61 - 1) if n % 2 else n,  # no more than half of them collide
    ],
)
def test_keys_that_collide_are_refused(make: Any) -> None:
    with pytest.raises(ProgramGone, match="equal hashes"):
        decoded({"s": [make(n) for n in range(3000)]})
    assert len(decoded({"s": list(range(3000))})) == 3000


@pytest.mark.parametrize("base", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_no_exception_of_the_program_derives_from_those_that_leave(base: str) -> None:
    cls = decoded({"k": [1, "solution", "Leave", "Leave", [{"g": base}], 0]})
    assert cls.__mro__[1] is BaseException


@pytest.mark.parametrize(
    "bases",
    [
        [{"g": "type"}],
        [{"g": "list"}],
        [{"g": "bool"}],
        [{"g": "int"}, {"g": "str"}],
        [{"g": "OSError"}, {"g": "SyntaxError"}],
        [{"g": "int"}, {"g": "ValueError"}],
    ],
)
def test_absurd_bases_make_a_harmless_class_or_none(bases: list[Any]) -> None:
    try:
        cls = decoded({"k": [1, "solution", "C", "C", bases, (1 << 90) - 1]})
    except ProgramGone:
        return
    assert type(cls) is RemoteClass
    assert not issubclass(cls, type)


@pytest.mark.parametrize("name", ["", "x" * 10_000, "\ud800", "a\0b"])
def test_absurd_names_make_no_class(name: str) -> None:
    if name == "":
        assert decoded({"k": [1, "m", name, "q", [], 0]}).__name__ == ""
    else:
        with pytest.raises(ProgramGone):
            decoded({"k": [1, "m", name, "q", [], 0]})


def test_duplicate_keys_leave_one() -> None:
    with answering(framed('["r", 0, {"m": {"a": 1, "a": 2}}, null, null, null]')) as remote:
        frame = remote._parsed('["r", 7, {"m": {"a": 1, "a": 2}}, null, null, null]')
        assert remote._reply("{", frame, 7, Own.FOREIGN, True) == (None, {"a": 2})


def test_gone_is_raised_again_whatever_swallowed_it() -> None:
    with answering(framed("junk")) as remote:
        with suppress(BaseException):
            remote.load("", {})
        assert "protocol" in remote.gone
        with pytest.raises(ProgramGone):
            remote.raise_if_gone()


def test_a_flood_of_output_ends_it() -> None:
    ours, theirs = socket.socketpair()
    stdout, stderr = os.pipe(), os.pipe()
    shown: list[str] = []
    remote = Remote(
        ours, stdout[0], stderr[0], output_bytes=5, on_output=lambda _, text: shown.append(text)
    )
    os.write(stdout[1], b"123456")
    with pytest.raises(OutputFlood):
        remote.load("", {})
    assert remote.flooded
    assert shown == ["123456"]
    remote.close()
    theirs.close()
    for descriptor in (*stdout, *stderr):
        os.close(descriptor)
