"""Which calls programs are compared by."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.checks.probe_inputs import MOST, probe_inputs
from paragen.checks.probe_values import values_of
from paragen.domain.task import Example, Task, TestCode, TestKind
from paragen.languages import python

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "humaneval_even.jsonl"


def task(
    prompt: str,
    *tests: str,
    entry_point: str | None = "f",
    kind: TestKind = TestKind.PYTHON,
    examples: tuple[Example, ...] = (),
) -> Task:
    codes = tuple(TestCode(source=test, origin="task.md", kind=kind) for test in tests)
    return Task(
        name="t", prompt=prompt, sha256="0", entry_point=entry_point, tests=codes, examples=examples
    )


@pytest.mark.parametrize(
    ("prompt", "call"),
    [
        ("`f(1) == 2`", "f(1)"),
        ("f([1, 2], key='a') -> 3", "f([1, 2], key='a')"),
        ("f('a (b)') => 'x'", "f('a (b)')"),
        ("def f(x):\n    '''\n    >>> f(-1.5)\n    2\n    '''", "f(-1.5)"),
        ("f(set()), and f(float('inf'))", "f(float('inf'))"),
        ("f(lambda x: x + 1, [1])", "f(lambda x: x + 1, [1])"),
        ("def f(s, n): ...\nFor s = \"a, b\", n = 2 the result is 'ab'.", "f('a, b', 2)"),
        ("def f(values): ...\nInput: [3, 1]\nOutput: [1, 3]", "f([3, 1])"),
        ("def f(x): ...\nx = 1.5.", "f(1.5)"),
    ],
)
def test_examples_of_the_prompt(prompt: str, call: str) -> None:
    assert call in probe_inputs(task(prompt))


@pytest.mark.parametrize(
    "prompt",
    [
        "Write `f(text)`.",
        "f(...)",
        "f(x, 2) where x is known",
        "Call f() when it is ready.",
        "self.f(1) and other_f(1) and g.f(2)",
        "f(1",
        "f('" + "a" * 500 + "')",
        "def f(x): ...\nif x == 1 or y = 2",
        "",
    ],
)
def test_what_is_no_example(prompt: str) -> None:
    assert probe_inputs(task(prompt)) == ()


def test_calls_of_the_tests() -> None:
    code = """
import solution
from solution import f as g
CASES = [1, 2]
def check(candidate):
    assert candidate("a") == 1
def test_it():
    assert g(2) == 3
    assert solution.f([2]) == 3
    assert f({3: 4}) == 3
    for case in CASES:
        assert f(case)
    assert h("no") == 1
"""
    found = probe_inputs(task("p", code))
    assert set(found[:4]) == {"f('a')", "f(2)", "f([2])", "f({3: 4})"}
    assert not any("case" in call or call.startswith("h") for call in found)


def test_calls_of_a_doctest() -> None:
    session = "Some words.\n>>> x = f(1)\n>>> f('a' +\n...   'b')\n'c'\n"
    assert {"f(1)", "f('a' + 'b')"} <= set(probe_inputs(task("p", session, kind=TestKind.DOCTEST)))


def test_every_function_that_the_tests_import_has_its_turn() -> None:
    code = "from solution import one, two, THREE\n"
    code += "".join(f"one({n})\ntwo({n})\n" for n in range(100, 120))
    found = probe_inputs(task("p", code, entry_point=None))
    assert found[:4] == ("one(100)", "two(100)", "one(101)", "two(101)")
    assert len(found) == MOST


def test_names_that_are_lent_count_where_nothing_is_imported() -> None:
    assert probe_inputs(task("p", "assert g(1) == 2\n", entry_point=None))[0] == "g(1)"


def test_scripts_have_no_calls() -> None:
    example = Example(name="e", stdin="1", stdout="2")
    assert probe_inputs(task("f(1)", entry_point=None, examples=(example,))) == ()


def test_annotations_give_values() -> None:
    found = probe_inputs(task("def f(n: int, word: str = 'x') -> int:"))
    assert "f(0)" in found
    assert "f(-1)" in found
    assert any("'" in call for call in found)
    assert probe_inputs(task("`f(n: int) -> int`")) == probe_inputs(task("def f(n: int): ..."))
    assert probe_inputs(task("def f() -> int: ...")) == ("f()",)
    assert probe_inputs(task("def f(x): ...")) == ()
    assert probe_inputs(task("def f(x: Unknown): ...")) == ()
    assert probe_inputs(task("def f(x: int, *, key): ...")) == ()


def test_methods_are_no_functions_with_a_self() -> None:
    assert "f(0)" in probe_inputs(task("class A:\n    def f(self, n: int): ..."))


def test_made_up_values_look_like_the_examples() -> None:
    found = probe_inputs(task("def f(n: int, s: str): ...\nf(3, 'ab')\nf(5, 'cd')\nf(1, 'e')"))
    rows = [ast.literal_eval(call.removeprefix("f")) for call in found]
    assert len(rows) > 6
    assert all(number >= 1 for number, _ in rows)
    assert all(text.islower() or not text for _, text in rows)
    found = probe_inputs(task("def f(ratio): ...\nf('1/5') == 2\nf('7/10') == 2"))
    assert len(found) > 2
    assert all(call.count("/") == 1 for call in found)
    found = probe_inputs(task("def f(xs): ...\nf([3, 1]) == 2"))
    assert all(isinstance(n, int) for call in found for n in ast.literal_eval(call[2:-1]))


def test_one_or_two_texts_do_not_show_what_texts_may_be() -> None:
    shown = probe_inputs(task("def f(s: str): ...\nf('Hello World')"))
    assert "f('Hello, World!')" in shown
    assert "f('3')" in shown


def test_given_calls_come_first_and_none_twice() -> None:
    found = probe_inputs(task("def f(n: int): ...\nf(7) == f(7)", "assert f(9) == f( 9 )"))
    assert found[:2] == ("f(7)", "f(9)")
    assert len(set(found)) == len(found) <= MOST


_SCRAPS = st.sampled_from((
    "f(", ")", "(", "[1,2]", "'a'", '"', "x", ",", "def", ":", "int", "=", "...", "1", "{", "}",
    "lambda", "input:", "\\", "\0", "é", ">>>", "f(1)", "**", "*", "None", "def f(", "\n", " ",
))  # fmt: skip


@given(st.lists(_SCRAPS, max_size=14).map("".join))
def test_any_prompt_gives_calls_that_can_be_made(prompt: str) -> None:
    described = task(prompt, prompt)
    found = probe_inputs(described)
    assert found == probe_inputs(described)
    assert len(found) <= MOST
    for call in found:
        tree = python.tree_of(call)
        assert tree is not None
        (statement,) = tree.body
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        assert python.free_names(tree) == {"f"}


_LEAVES = st.sampled_from(["int", "float", "str", "bool", "bytes", "None", "'int'", "complex"])
_KEYS = st.sampled_from(["int", "str", "bool", "tuple[int, str]"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(st.sampled_from(["list", "List", "t.Sequence", "Iterable"]), inner).map(
            lambda pair: f"{pair[0]}[{pair[1]}]"
        ),
        inner.map(lambda one: f"Optional[{one}]"),
        inner.map(lambda one: f"tuple[{one}, ...]"),
        _KEYS.map(lambda one: f"set[{one}]"),
        st.tuples(_KEYS, inner).map(lambda pair: f"dict[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"Tuple[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"Union[{pair[0]}, {pair[1]}]"),
    )


@given(st.recursive(_LEAVES, _grown, max_leaves=5))
def test_values_are_of_their_annotated_type(annotation: str) -> None:
    tree = ast.parse(annotation, mode="eval").body
    values = values_of(tree)
    assert values == values_of(tree)
    assert all(_conforms(value, tree) for value in values)
    if annotation.count("[") < 4:
        assert values, "the type is known"


def _conforms(value: Any, hint: ast.expr) -> bool:
    """Whether a value is of a type of those above, by a reading of its own."""
    if isinstance(hint, ast.Constant):
        return value is None if hint.value is None else type(value) is int
    if isinstance(hint, ast.Name):
        return type(value).__name__ == hint.id
    assert isinstance(hint, ast.Subscript)
    name = ast.unparse(hint.value).rpartition(".")[2].lower()
    parts = hint.slice.elts if isinstance(hint.slice, ast.Tuple) else [hint.slice]
    if name == "union":
        return any(_conforms(value, part) for part in parts)
    if name == "optional":
        return value is None or _conforms(value, parts[0])
    if name == "dict":
        keys, values = parts
        return type(value) is dict and all(
            _conforms(k, keys) and _conforms(v, values) for k, v in value.items()
        )
    if name == "tuple" and ast.unparse(parts[-1]) != "...":
        alike = isinstance(value, tuple) and len(value) == len(parts)
        return alike and all(map(_conforms, value, parts))
    wanted = name if name in ("set", "tuple") else "list"
    return type(value).__name__ == wanted and all(_conforms(item, parts[0]) for item in value)


def test_the_same_calls_in_every_process() -> None:
    program = (
        "from paragen.checks.probe_inputs import probe_inputs\n"
        "from paragen.domain.task import Task\n"
        'prompt = \'def f(a: set[str], b: frozenset[str]): ...\\nf({"x", "yy", "z"}, 1)\'\n'
        "print(probe_inputs(Task(name='t', prompt=prompt, sha256='', entry_point='f')))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


@pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus isn't here")
def test_most_real_prompts_give_calls() -> None:
    counts = []
    for line in CORPUS.read_text("utf-8").splitlines():
        problem = json.loads(line)
        described = task(problem["prompt"], entry_point=problem["entry_point"])
        counts.append(len(probe_inputs(described)))
    assert sum(count >= 5 for count in counts) >= 0.95 * len(counts)
