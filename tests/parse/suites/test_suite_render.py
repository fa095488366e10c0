"""A problem's files are read as the problem that they were made of, whatever stands in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paragen.domain.task import Example
from paragen.parse.fences import fences
from paragen.parse.suites import read_problem
from paragen.parse.suites.problem import Problem, fenced, plain_prompt, stub_prompt
from paragen.parse.suites.record import Record
from paragen.parse.suites.render import MOST_IN_FENCES, files_of, stem_of, task_of
from paragen.parse.task import read_task
from tests.parse.suites import records

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "humaneval_even.jsonl"

PIECES = st.sampled_from(
    [
        *("```", "````", "~~~", "```python test\n", "```test\nassert f\n```", "---", "`", "~"),
        *("<pre>", "<!--", "- item", "> quote", "    indented", "\t", "\n", "\n\n", "text", "\r\n"),
        *("[a]: b", "# title", "\x0b", "\u2028", "\x85", "\0", "é", "{.test}", "1. ", "</pre>"),
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40)
LITERALS = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode())
TITLES = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=30
).filter(lambda title: title.strip() and title.isprintable())
EXAMPLES = st.lists(st.tuples(LITERALS, LITERALS), min_size=1, max_size=3)


@given(LITERALS, LITERALS, TITLES, st.none() | st.integers(1, 3600))
@example("```", "```", "a: b #c", None)
@example("<!--", "x", "'", 1)
@settings(max_examples=300)
def test_python_tests(words: str, literal: str, title: str, timeout: int | None) -> None:
    problem = Problem(
        id="x",
        prompt=plain_prompt("Write f.\n" + words),
        entry_point="f",
        tests=f"TEXT = {literal!r}\n'''\n```\n~~~~\n```python test\n'''\nassert f(TEXT)\n",
        timeout_s=timeout,
    )
    task = task_of(problem, title)
    assert task.prompt == problem.prompt
    assert [test.source for test in task.tests] == [problem.tests]
    assert task.name == title.strip()
    assert (task.entry_point, task.examples, task.task_type) == ("f", (), "general")
    assert task.limits.cpu_s == (timeout or 10)
    assert not task.task_type_inferred


@given(LITERALS, EXAMPLES, st.booleans())
@settings(max_examples=200)
def test_pairs(words: str, pairs: list[tuple[str, str]], loose: bool) -> None:
    examples = tuple(
        Example(name=f"example {number}", stdin=stdin, stdout=stdout, loose=loose)
        for number, (stdin, stdout) in enumerate(pairs, start=1)
    )
    problem = Problem(id="x", prompt=plain_prompt("Write it.\n" + words), examples=examples)
    task = task_of(problem, "x")
    assert task.prompt == problem.prompt
    assert task.examples == examples
    assert (task.tests, task.entry_point) == ((), None)


@given(LITERALS)
def test_a_prompt_stays_what_it_is_where_it_can(words: str) -> None:
    once = plain_prompt(words)
    assert plain_prompt(once) == once
    for word in words.replace("\0", " ").split():
        assert word in once


@given(LITERALS)
def test_a_stub_is_one_block_of_code(words: str) -> None:
    shown = stub_prompt(f"import a\n{words}", "f")
    (block,) = fences(shown)
    assert block.closed
    assert block.label == "python"
    assert block.content.startswith("import a")


def test_small_tests_stand_in_the_task_file_and_large_ones_beside_it() -> None:
    small = Problem(id="x", prompt="Write f.\n", entry_point="f", tests="assert f(1)\n")
    assert list(files_of(small, "x", "x")) == ["x.md"]
    large = Problem(
        id="x", prompt="Write f.\n", entry_point="f", tests="assert f(1)\n" * MOST_IN_FENCES
    )
    files = files_of(large, "x", "x")
    assert list(files) == ["x.md", "x.tests.py"]
    assert len(files["x.md"]) < 200
    assert task_of(large, "x").tests[0].source == large.tests


def test_pairs_that_fences_can_say_stand_in_them() -> None:
    pair = Example(name="example 1", stdin="1\n", stdout="2\n")
    problem = Problem(id="x", prompt="Write it.\n", examples=(pair,))
    assert list(files_of(problem, "x", "x")) == ["x.md"]
    torn = Problem(
        id="x", prompt="Write it.\n", examples=(Example(name="example 1", stdin="1", stdout="2"),)
    )
    assert list(files_of(torn, "x", "x")) == ["x.md", "x.tests.jsonl"]


@given(st.text(max_size=200))
@example("../../etc/passwd")
@example("CON/..")
@example("HumanEval/0")
def test_names_of_files_are_safe(title: str) -> None:
    stem = stem_of(title)
    assert stem
    assert stem.isascii()
    assert not set(stem) & set('/\\:*?"<>|\0 \n')
    assert not stem.startswith(".")
    assert len(stem) <= 100


def test_names_of_files_are_like_those_of_the_problems() -> None:
    assert stem_of("HumanEval/0") == "HumanEval_0"
    assert stem_of("1873_A") == "1873_A"


@given(st.integers(1, 6))
def test_a_fence_is_longer_than_any_in_it(marks: int) -> None:
    text = "`" * marks + "\n"
    (block,) = fences(fenced(text, "text"))
    assert block.content == text


@pytest.mark.parametrize("name", records.EVERY)
def test_every_format(name: str) -> None:
    problem = read_problem(Record.of_value(records.EVERY[name][1], "x"))
    task = task_of(problem, name)
    assert task.prompt == problem.prompt
    assert task.entry_point == problem.entry_point
    assert "".join(test.source for test in task.tests) == problem.tests
    assert task.examples == problem.examples


@pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus isn't here")
def test_the_corpus() -> None:
    for number, line in enumerate(CORPUS.read_text(encoding="utf-8").splitlines(), start=1):
        problem = read_problem(Record.of_line(line, f"corpus:{number}"), "humaneval")
        task = task_of(problem, problem.id)
        assert task.prompt == problem.prompt
        assert [test.source for test in task.tests] == [problem.tests]
        stub = json.loads(line)["prompt"].strip("\n")
        assert stub in task.prompt
        assert read_task(files_of(problem, "x", "x")["x.md"], "x").prompt == task.prompt
