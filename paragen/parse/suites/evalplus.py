"""EvalPlus, of HumanEval and MBPP: inputs, whose right answers the suite's own solution gives.

That solution is run once, in the sandbox, before any program is judged (`reference_program`), and
its answers become the expected values of tests in which the solution itself has no part: nothing
of it is there to be found, and no sample pays for running it again.
"""

from __future__ import annotations

import ast
import json
import math
from dataclasses import replace
from typing import Any

from paragen.languages import python
from paragen.parse.suites.evalplus_inputs import converted
from paragen.parse.suites.evalplus_oracles import EXISTING, oracle
from paragen.parse.suites.mbpp import with_asserts
from paragen.parse.suites.problem import Problem, Reference, plain_prompt, stub_prompt
from paragen.parse.suites.record import Record, loaded
from paragen.parse.suites.values import DECODER, ENCODER

TITLE = "EvalPlus"
ID = "task_id"
KEYS = (
    frozenset(
        {
            "task_id",
            "prompt",
            "entry_point",
            "canonical_solution",
            "base_input",
            "plus_input",
            "atol",
        }
    ),
)

USUAL_S = 1.0
"""Where the suite's own solution takes longer, programs get more than the usual limit."""

SLOWER = 10.0
"""How much slower than the suite's own solution a program may be, where that is slow."""

_ANSWERS = """


def _answers():
    import io, json, sys, time

{encoder}
{decoder}
    out, sys.stdout = sys.stdout, io.StringIO()
    groups = json.loads(sys.stdin.read(), object_hook=decoded)
    began, answers = time.process_time(), {{}}
    for name, inputs in groups.items():
        answers[name] = []
        for number, arguments in enumerate(inputs, start=1):
            try:
                answer = globals()["{entry_point}"](*arguments)
                answers[name].append(encoded({answer}))
            except BaseException as error:
                why = f"{{name}} input {{number}}: {{type(error).__name__}}: {{error}}"
                print(json.dumps({{"error": why}}), file=out)
                return
    seconds = time.process_time() - began
    print(json.dumps({{"answers": answers, "seconds": seconds}}), file=out)


_answers()
"""

_TESTS = """\
import copy
import json
import math

{decoder}

CASES = json.loads({data}, object_hook=decoded)
ATOL = {atol!r}
ALONE = {alone!r}


def are_floats(value):
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(isinstance(one, float) for one in value)
    return isinstance(value, float)


def are_close(got, expected, atol):
    if isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(
            are_close(one, other, atol) for one, other in zip(got, expected)
        )
    size = abs(expected)
    return got == expected or (size != math.inf and abs(got - expected) <= atol + 1e-7 * size)


{oracle}

def compare(candidate, name):
    atol = ATOL
    for number, (arguments, expected) in enumerate(CASES[name], start=1):
        given = {given}
        got = candidate(*arguments)
        right = is_right(got, expected, given, atol)
        if not atol and are_floats(expected):
            atol = 1e-6
        if not right and atol and not ALONE:
            right = type(got) is type(expected) and are_close(got, expected, atol)
        assert right, f"{{name}} input {{number}}: expected {{expected!r:.200}}, got {{got!r:.200}}"


def check(candidate):
{calls}
"""


def read(record: Record) -> Problem:
    """The problem that a record of HumanEvalPlus or MbppPlus holds; raises TaskError.

    It has no tests until `with_answers` gave them what they expect.
    """
    prompt, entry_point = record.text("prompt"), record.name("entry_point")
    program = prompt + record.text("canonical_solution")
    if python.tree_of(program) is None:
        record.fail("its prompt and canonical_solution don't make a Python program")
    atol = record.fields["atol"]
    if not isinstance(atol, int | float) or isinstance(atol, bool) or not 0 <= atol < math.inf:
        record.fail("the key 'atol' must hold a number of 0 or more")
    identity = record.identity(ID)
    mbpp = not identity.lower().startswith("humaneval")
    inputs = {
        name: converted(identity, record.items(f"{name}_input"), record, mbpp=mbpp)
        for name in ("base", "plus")
    }
    return Problem(
        id=identity,
        prompt=_described(prompt, entry_point) if mbpp else stub_prompt(prompt, entry_point),
        entry_point=entry_point,
        head=prompt,
        reference=Reference(
            program=program,
            entry_point=entry_point,
            inputs=inputs,
            oracle=oracle(entry_point, mbpp=mbpp),
            atol=float(atol),
            exists=mbpp and entry_point in EXISTING,
        ),
    )


def reference_program(reference: Reference) -> tuple[str, str]:
    """A script that prints the answers of the suite's own solution, and its standard input."""
    script = _ANSWERS.format(
        encoder=_indented(ENCODER),
        decoder=_indented(DECODER),
        entry_point=reference.entry_point,
        answer="answer is not None" if reference.exists else "answer",
    )
    inputs = {"dict": [[name, inputs] for name, inputs in reference.inputs.items()]}
    return reference.program + script, json.dumps(inputs)


def with_answers(problem: Problem, printed: str) -> Problem:
    """The problem with tests, from what its reference's script printed; raises ValueError."""
    reference = problem.reference
    assert reference is not None
    said = loaded(printed, problem.id)
    if "error" in said:
        raise ValueError(f"the suite's own solution failed: {str(said['error'])[:300]}")
    cases = {
        name: [
            [arguments, answer]
            for arguments, answer in zip(inputs, said["answers"][name], strict=True)
        ]
        for name, inputs in reference.inputs.items()
    }
    seconds = float(said["seconds"])
    return replace(
        problem,
        tests=_tests(reference, cases),
        timeout_s=None if seconds < USUAL_S else float(math.ceil(seconds * SLOWER)),
        reference=None,
    )


def _tests(reference: Reference, cases: dict[str, list[Any]]) -> str:
    """Tests that compare as the suite's own harness does, group by group."""
    data = {"dict": [[name, tests] for name, tests in cases.items()]}
    return _TESTS.format(
        decoder=DECODER,
        data=repr(json.dumps(data)),
        atol=reference.atol,
        oracle=reference.oracle.code,
        alone=reference.oracle.alone,
        given="copy.deepcopy(arguments)" if reference.oracle.looks_back else "arguments",
        calls="\n".join(f'    compare(candidate, "{name}")' for name in cases if cases[name]),
    )


def _described(prompt: str, entry_point: str) -> str:
    """MBPP's prompt, which is a docstring of words and asserts, in markdown."""
    tree = python.tree_of(prompt)
    words = ast.get_docstring(tree) if tree is not None else None
    if words is None:
        return plain_prompt(prompt)
    lines = words.split("\n")
    asserts = tuple(line for line in lines if line.startswith("assert "))
    text = "\n".join(line for line in lines if not line.startswith("assert "))
    if not asserts:
        return f"{plain_prompt(text)}\nThe function is called `{entry_point}`.\n"
    return with_asserts(text, asserts, entry_point)


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in code.split("\n"))
