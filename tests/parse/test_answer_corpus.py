"""Real answers of real models: how many programs are found in them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from paragen.languages import python
from paragen.parse.answer import extract

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "locals_even.jsonl").exists(), reason="the public corpus isn't here"
)

FLOOR = 0.875
"""What is left doesn't parse by the model's own doing: most of it was cut off in the middle, or
lost its indentation before it was published."""

AUTHORS_THAT_CAN_WRITE = ("gpt4_", "gpt3_", "Claude_Plus", "Bard")


def rows(name: str) -> list[dict[str, str]]:
    with (CORPUS / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def is_whole(code: str | None, entry_point: str) -> bool:
    tree = python.tree_of(code) if code is not None else None
    return tree is not None and entry_point in python.defined_names(tree)


@pytest.mark.slow
def test_programs_are_found_in_real_answers() -> None:
    problems = {row["task_id"]: row for row in rows("humaneval_even.jsonl")}
    asked, found = Counter[str](), Counter[str]()
    for row in rows("locals_even.jsonl"):
        problem = problems[row["task_id"]]
        extraction = extract(
            row["answer"], entry_point=problem["entry_point"], prompt=problem["prompt"]
        )
        asked[row["model"]] += 1
        found[row["model"]] += is_whole(extraction.code, problem["entry_point"])
        assert extraction.code is not None or extraction.note
    assert found.total() / asked.total() >= FLOOR
    for model in asked:
        if model.startswith(AUTHORS_THAT_CAN_WRITE):
            assert found[model] >= asked[model] - 1


def test_the_problems_own_solutions_are_bodies_under_their_stubs() -> None:
    for problem in rows("humaneval_even.jsonl"):
        found = extract(
            problem["canonical_solution"],
            entry_point=problem["entry_point"],
            prompt=problem["prompt"],
        )
        assert found.code is not None
        whole = problem["prompt"] + problem["canonical_solution"]
        expected = python.tree_of(whole)
        actual = python.tree_of(found.code)
        assert expected is not None
        assert actual is not None
        assert set(python.defined_names(actual)) <= set(python.defined_names(expected))
        assert python.free_names(actual) == python.free_names(expected)
