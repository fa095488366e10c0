"""The JSON that is printed keeps to the schema that is printed, whatever the run."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paragen.domain.candidate import Verdict
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.report.objects import candidate_object, judge_object, run_object
from paragen.report.schema import SCHEMAS, json_schema
from tests.store import build

VALIDATORS = {name: jsonschema.Draft202012Validator(json_schema(name)) for name in SCHEMAS}


def through_json(value: object) -> Any:
    """A value as a program reads it that was given the output."""
    return json.loads(json.dumps(value, allow_nan=False))


def objects_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *schema["$defs"].values()]


RUNS, TASKS, VERDICTS = build.runs(), build.tasks(), build.verdicts()


@given(RUNS)
@settings(max_examples=60)
def test_runs(run: Run) -> None:
    answers = [candidate.answer for candidate in run.ranking if candidate.answer is not None]
    # Hosts count nanoseconds: sums and quotients of theirs are finite.
    assume(all(math.isfinite(one.generation_s + (one.tokens_per_s or 0)) for one in answers))
    printed = through_json(run_object(run))
    VALIDATORS["run"].validate(printed)
    assert [c["id"] for c in printed["candidates"]] == [c.id for c in run.ranking]
    assert printed["winner"] in {None, *(c["id"] for c in printed["candidates"])}
    for candidate in run.ranking:
        assert through_json(candidate_object(candidate)) in printed["candidates"]


@given(TASKS, st.lists(st.tuples(st.text(max_size=20), VERDICTS), max_size=3), st.integers(0, 1))
@settings(max_examples=40)
def test_judgements(task: Task, verdicts: list[tuple[str, Verdict]], exit_code: int) -> None:
    printed = through_json(judge_object(task, verdicts, exit_code))
    VALIDATORS["judge"].validate(printed)
    assert [r["file"] for r in printed["results"]] == [file for file, _ in verdicts]


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_every_key_is_required_and_no_other_is_let_in(name: str) -> None:
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    for shape in objects_of(schema):
        assert shape["additionalProperties"] is False
        assert set(shape["required"]) == set(shape["properties"])
    assert schema["properties"]["schema"] == {
        "const": f"paragen.{name}/1",
        "title": "Schema",
        "type": "string",
    }


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_every_object_is_described(name: str) -> None:
    assert all(shape.get("description") for shape in objects_of(json_schema(name)))


def test_the_statuses_are_those_of_the_domain() -> None:
    statuses = json_schema("run")["$defs"]["CandidateObject"]["properties"]["status"]["enum"]
    assert set(statuses) == {status.value for status in Status}


@given(st.sampled_from(["mode", "winner", "candidates", "weights", "exit_code"]))
def test_a_key_that_is_missing_or_of_another_type_is_found(key: str) -> None:
    printed = through_json(run_object(build.run("r1", build.candidate("c1"), winner="c1")))
    VALIDATORS["run"].validate(printed)
    wrong = {**printed, key: {"another": "type"}}
    assert list(VALIDATORS["run"].iter_errors(wrong))
    del printed[key]
    assert list(VALIDATORS["run"].iter_errors(printed))


def test_an_unknown_schema() -> None:
    with pytest.raises(KeyError):
        json_schema("stats")
