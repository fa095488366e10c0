"""The published formats: what each record becomes, and what is said of one that is wrong."""

from __future__ import annotations

import base64
import json
import os
import pickle
import zlib
from typing import Any

import pytest

from paragen.checks.sealable import why_unsealed
from paragen.domain.errors import TaskError
from paragen.languages import python
from paragen.parse.suites import DIALECTS, dialect_of, identity, read_problem, title
from paragen.parse.suites.evalplus import reference_program, with_answers
from paragen.parse.suites.evalplus_inputs import SHAPES, converted
from paragen.parse.suites.livecodebench import PRELUDE
from paragen.parse.suites.problem import Problem
from paragen.parse.suites.record import Record, records
from paragen.parse.suites.render import task_of
from paragen.parse.suites.values import DECODER, ENCODER, as_tuple, tagged
from tests.parse.suites import records as given


def problem(fields: given.Fields) -> Problem:
    return read_problem(Record.of_line(json.dumps(fields), "suite.jsonl:7"))


def mistake(fields: given.Fields, dialect: str | None = None) -> str:
    with pytest.raises(TaskError) as caught:
        read_problem(Record.of_value(fields, "suite.jsonl:7"), dialect)
    message = str(caught.value)
    assert message.startswith("suite.jsonl:7")
    assert message.endswith(".")
    return message


@pytest.mark.parametrize("name", given.EVERY)
def test_each_format_is_recognised(name: str) -> None:
    dialect, fields = given.EVERY[name]
    record = Record.of_value(fields, "x")
    assert dialect_of(record) == dialect
    assert identity(record, dialect) == read_problem(record, dialect).id
    for other in set(DIALECTS) - {dialect}:
        if (other, dialect) != ("mbpp", "humaneval"):
            assert dialect in mistake(fields, other)


@pytest.mark.parametrize("name", given.EVERY)
def test_no_prompt_shows_a_solution_or_a_hidden_test(name: str) -> None:
    _, fields = given.EVERY[name]
    prompt = problem(fields).prompt
    solution = str(fields.get("canonical_solution") or fields.get("code") or "not there")
    assert solution.strip() not in prompt
    assert "shifted(word)" not in prompt
    assert "test_twice([])" not in prompt
    assert "2 2" not in prompt


def test_humaneval_keeps_its_helpers_in_the_test() -> None:
    task = task_of(problem(given.HUMANEVAL), "HumanEval/1000")
    (test,) = task.tests
    tree = python.tree_of(test.source)
    assert tree is not None
    assert {"shifted", "check"} <= set(python.defined_names(tree))
    assert "unshifted" not in python.defined_names(tree), "that is the program's to define"
    assert task.entry_point == "unshifted"
    assert "whole program" in task.prompt
    assert given.HUMANEVAL["prompt"].strip() in task.prompt


def test_what_a_sample_of_humaneval_goes_under() -> None:
    read = problem(given.HUMANEVAL)
    assert read.completed("    pass\n") == given.HUMANEVAL["prompt"] + "    pass\n"
    assert read.whole("x = 1") == "x = 1"


def test_mbpp_shows_its_asserts_but_the_challenge() -> None:
    read = problem(given.MBPP)
    assert read.entry_point == "test_twice"
    assert "assert test_twice(([1, 1])) == True" in read.prompt
    assert read.tests.count("assert") == 3
    assert "\r" not in read.prompt + read.tests
    assert read.completed("x = 1") == "x = 1", "its completions are whole programs"


def test_mbpp_runs_what_its_tests_need_first() -> None:
    assert problem(given.SANITIZED).tests.startswith("import math\n")
    assert problem(given.SANITIZED).entry_point == "root", "not a function of the module imported"
    starred = {
        **given.SANITIZED,
        "test_imports": ["from math import isclose"],
        "test_list": ["assert isclose(root(4), 2)"],
    }
    assert problem(starred).entry_point == "root"
    assert problem({**starred, "code": "no Python"}).entry_point == "isclose", "for want of better"
    with_setup = {**given.MBPP, "test_setup_code": "value = [1]"}
    assert problem(with_setup).tests.startswith("value = [1]\nassert")


def test_livecodebench_pairs() -> None:
    read = problem(given.STDIN)
    assert [(one.stdin, one.stdout) for one in read.examples] == [("1 2\n", "3\n"), ("2 2", "4")]
    assert read.entry_point is None
    assert task_of(read, "x").is_script


def test_livecodebench_methods() -> None:
    read = problem(given.FUNCTIONAL)
    assert read.entry_point == "Solution"
    assert "from typing import List" in read.prompt, "the starter code takes it as given"
    assert python.parses(read.tests)
    assert read.tests.count("compare(candidate, ") == 3
    right = "class Solution:\n    def times(self, xs, k): return {}\n"
    assert judged(read, right.format("[k * x for x in xs]"))
    assert judged(read, right.format("tuple(k * x for x in xs)")), "as the suite's own harness"
    assert not judged(read, right.format("xs"))
    namespace: dict[str, Any] = {}
    exec(PRELUDE, namespace)  # what the suite's harness gives to every program
    assert namespace["gcd"](4, 6) == 2
    assert namespace["pow"](2, 3, 5) == 3, "the builtin, not math's"
    assert read.whole("x = gcd(4, 6)") == PRELUDE + "x = gcd(4, 6)"
    exec(compile(read.whole("from __future__ import annotations\n"), "x", "exec"), {})


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo harm",)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (pickle.dumps(Harmful()), "asks for"),
        (pickle.dumps(["no text"]), "not text"),
        (b"no pickle", "can't be unpacked"),
        (b"", "no pickle"),
    ],
)
def test_a_pickle_of_anything_but_text_is_refused(value: bytes, words: str) -> None:
    private = base64.b64encode(zlib.compress(value)).decode()
    assert words in mistake({**given.STDIN, "private_test_cases": private})


@pytest.mark.parametrize(
    "private",
    ["!", "aGVsbG8=", base64.b64encode(zlib.compress(b"x" * 1000)[:-6]).decode(), "[1]", "{}"],
)
def test_private_tests_that_are_none(private: str) -> None:
    assert "private_test_cases" in mistake({**given.STDIN, "private_test_cases": private})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no problem of a known suite"),
        ({**given.HUMANEVAL, "task_id": None}, "task_id"),
        ({**given.HUMANEVAL, "task_id": "a\nb"}, "task_id"),
        ({**given.HUMANEVAL, "prompt": 1}, "'prompt'"),
        ({**given.HUMANEVAL, "entry_point": "f()"}, "entry_point"),
        ({**given.HUMANEVAL, "test": "def check(:"}, "Python"),
        ({**given.HUMANEVAL, "test": "x = 1"}, "check(candidate)"),
        ({**given.MBPP, "test_list": []}, "test_list"),
        ({**given.MBPP, "test_list": [1]}, "test_list"),
        ({**given.MBPP, "test_list": ["assert ("]}, "not Python"),
        ({**given.MBPP, "test_list": ["assert 1"]}, "no function"),
        ({**given.HUMANEVAL_PLUS, "atol": "0"}, "atol"),
        ({**given.HUMANEVAL_PLUS, "base_input": {}}, "base_input"),
        ({**given.HUMANEVAL_PLUS, "base_input": [1]}, "arguments"),
        ({**given.HUMANEVAL_PLUS, "canonical_solution": "(("}, "Python"),
        ({**given.MBPP_PLUS, "task_id": "Mbpp/252", "base_input": [[]]}, "arguments"),
        ({**given.STDIN, "public_test_cases": "[", "private_test_cases": "[]"}, "JSON"),
        ({**given.STDIN, "public_test_cases": "[]", "private_test_cases": "[]"}, "no tests"),
        ({**given.FUNCTIONAL, "metadata": '{"func_name": "f()"}'}, "func_name"),
        ({**given.FUNCTIONAL, "private_test_cases": '[{"input": "x", "output": "1"}]'}, "JSON"),
        ({**given.FUNCTIONAL, "starter_code": "class ("}, "starter_code"),
    ],
)
def test_a_record_with_a_mistake(fields: given.Fields, words: str) -> None:
    assert words in mistake(fields)


def test_lines_and_arrays_that_hold_none() -> None:
    for line in ("{", "[1, 2]", "1", '{"a": ' + "9" * 5000 + "}"):
        with pytest.raises(TaskError, match=r"^x:3: "):
            Record.of_line(line, "x:3")
    assert [one.where for one in records('[{"a": 1}, {"b": 2}]', "x")] == ["x: item 1", "x: item 2"]
    with pytest.raises(TaskError, match="item 2"):
        list(records('[{"a": 1}, 2]', "x"))


def test_titles() -> None:
    assert title("HumanEval/0", "humaneval") == "HumanEval/0"
    assert title("11", "mbpp") == "MBPP/11"


@pytest.mark.parametrize("name", given.EVERY)
def test_every_verdict_can_be_sealed(name: str) -> None:
    read = problem(given.EVERY[name][1])
    if read.reference is not None:
        answers = {group: [1] * len(inputs) for group, inputs in read.reference.inputs.items()}
        read = answered(given.EVERY[name][1], **answers)
    assert why_unsealed(task_of(read, "x").tests) == ""


def answered(fields: given.Fields, **answers: list[Any]) -> Problem:
    printed = json.dumps({"answers": {"base": [], "plus": [], **answers}, "seconds": 0.1})
    return with_answers(problem(fields), printed)


def judged(read: Problem, program: str) -> bool:
    """Whether a program passes a problem's tests, run here and now: both are ours."""
    tests: dict[str, Any] = {}
    exec(read.tests, tests)
    space: dict[str, Any] = {}
    exec(program, space)
    try:
        tests["check"](space[read.entry_point or ""])
    except AssertionError:
        return False
    return True


def plus(name: str, inputs: list[Any], atol: float = 0, task_id: str = "Mbpp/1") -> given.Fields:
    return {
        "task_id": task_id,
        "prompt": "",
        "entry_point": name,
        "canonical_solution": f"def {name}(*given):\n    return None\n",
        "base_input": inputs,
        "plus_input": [],
        "atol": atol,
    }


@pytest.mark.parametrize(
    ("fields", "answer", "right", "wrong"),
    [
        (plus("f", [[1]]), 2, "2", "3"),
        (plus("f", [[1]]), [2], "[2]", "(2,)"),
        (plus("f", [[1]]), 0.5, "0.5000001", "0.5001"),
        (plus("f", [[1]]), [0.5, 1.5], "[0.5, 1.5000001]", "(0.5, 1.5)[:1]"),
        (plus("f", [[1]]), [0.5, 1.5], "[0.5, 1.5]", "(0.5, 1.50000001)"),
        (plus("f", [[1]], atol=0.1), [[1.0], [2.0]], "[[1.05], [2]]", "[[1.0], [2.0, 3.0]]"),
        (plus("f", [[1]]), [2, 3.5], "[2, 3.5]", "[2, 3.5000001]"),
        (plus("f", [[1]], atol=0.1), float("inf"), "float('inf')", "1e308"),
        (plus("f", [[1]], atol=0.1), float("nan"), None, "float('nan')"),
        (plus("are_equivalent", [[1]]), 2, "7", None),
        (plus("sum_div", [[1]]), 2, "0", "1"),
        (plus("Diff", [[1]]), [1, 2], "[2, 1, 1]", "[1]"),
        (plus("check_str", [["x"]]), True, "object()", "None"),
        (plus("check_str", [["x"]]), False, "None", "True"),
        (plus("surface_Area", [[3, 4]]), 33, "35", "34"),
        (plus("surface_Area", [[3, 4]]), 33, "33", "36"),
        (plus("digit_distance_nums", [[1, 23]]), 9, "4", "5"),
        (plus("find_zero", [[[2, 1]]], 1e-4, "HumanEval/32"), 9.0, "-2.0", "9.0"),
        (plus("find_zero", [[[2, 1]]], 1e-4, "HumanEval/32"), 0.0, None, "xs.clear() or 0.0"),
    ],
)
def test_evalplus_compares_as_its_own_harness_does(
    fields: given.Fields, answer: Any, right: str | None, wrong: str | None
) -> None:
    read = answered(fields, base=[answer])
    for value, passes in ((right, True), (wrong, False)):
        if value is not None:
            program = f"def {fields['entry_point']}(xs, *more):\n    return {value}\n"
            assert judged(read, program) is passes, value


def test_evalplus_answers_come_from_its_own_solution_and_leave_it_behind() -> None:
    read = problem(given.HUMANEVAL_PLUS)
    assert read.tests == ""
    assert read.reference is not None
    script, stdin = reference_program(read.reference)
    assert given.HUMANEVAL_PLUS["canonical_solution"] in script
    assert json.loads(stdin)["dict"][0] == ["base", [[[1, 2]], [[]]]]
    done = answered(given.HUMANEVAL_PLUS, base=[[1 / 3, 2 / 3], []], plus=[[1e300 / 3, -7 / 3]])
    assert done.reference is None
    assert "x / 3 for" not in done.tests
    assert judged(done, "def thirds(xs): return [x / 3 for x in xs]")
    assert not judged(done, "def thirds(xs): return [x // 3 for x in xs]")


def test_a_slow_solution_of_evalplus_gives_programs_more_time() -> None:
    read = problem(plus("f", []))
    said = {"answers": {"base": [], "plus": []}, "seconds": 3.2}
    assert with_answers(read, json.dumps(said)).timeout_s == 32.0
    assert with_answers(read, json.dumps({**said, "seconds": 0.9})).timeout_s is None
    with pytest.raises(ValueError, match="failed: base input 1"):
        with_answers(read, json.dumps({"error": "base input 1: KeyError"}))


def test_inputs_of_mbpp_are_what_they_were_before_json() -> None:
    coding: dict[str, Any] = {}
    exec(DECODER, coding)

    def real(number: int, *arguments: Any) -> Any:
        (read,) = converted(f"Mbpp/{number}", [list(arguments)], Record("x", {}), mbpp=True)
        return json.loads(json.dumps(read), object_hook=coding["decoded"])

    assert real(2, [1], [2, [3]]) == [(1,), (2, [3])]
    assert real(63, [[1, 2], [3]]) == [[(1, 2), (3,)]]
    assert real(75, [[1], [2]], 6) == [[(1,), (2,)], 6]
    assert real(106, [1], [2]) == [[1], (2,)]
    assert real(115, [[1, 1], []]) == [[{1}, {}]]
    assert real(124, "1.0", "2j") == [1.0, 2j]
    assert real(252, "1+2j") == [1 + 2j]
    assert real(259, [[1], [2]]) == [((1,), (2,))]
    assert real(278, [1, [2]]) == [(1, (2,))]
    assert real(307, [1], 2, 3) == [(1,), 2, 3]
    assert real(722, {"a": [1, 2]}, 3) == [{"a": (1, 2)}, 3]
    assert real(580, [1, [2, [3]]]) == [(1, (2, (3,)))]
    assert real(9999, [1], {"a": [2]}) == [[1], {"a": [2]}]
    numbers = [number for numbers in SHAPES.values() for number in numbers]
    assert len(numbers) == len(set(numbers))


def test_values_survive_the_way_through_json() -> None:
    coding: dict[str, Any] = {}
    exec(ENCODER + DECODER, coding)
    values = (
        [None, True, -1, 0.1, "\0\u20ac", float("inf")],
        {(1, 2): {3}, "a": frozenset([4])},
        [10**5000, -(10**5000), 1 + 2j, b"\0x", (), {}, set()],
    )
    for value in values:
        text = json.dumps(coding["encoded"](value))
        assert json.loads(text, object_hook=coding["decoded"]) == value
    with pytest.raises(TypeError, match="object can't be written down"):
        coding["encoded"](object())
    assert tagged([{"a": {"b": 1}}]) == coding["encoded"]([{"a": {"b": 1}}])
    assert as_tuple(1) == 1
