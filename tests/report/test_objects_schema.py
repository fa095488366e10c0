"""The JSON that is printed keeps to the schema that is printed, whatever the run."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paragen.cli.schema import Output
from paragen.domain.candidate import Candidate, Fault, Scores, Verdict
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.status import JUDGED, Status
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.judge.tally import SampleResult, SuiteResult, Tally
from paragen.report.objects import (
    candidate_object,
    judge_object,
    judge_suite_object,
    run_object,
)
from paragen.report.schema import SCHEMAS, json_schema
from tests.store import build

VALIDATORS = {name: jsonschema.Draft202012Validator(json_schema(name)) for name in SCHEMAS}


LATER = {"session_id", "mode_options", "deadline_s", "resumed", "finish", "cached", "started_s"}
"""Keys that the first version of paragen.run/1 didn't have."""

LATER |= {"audit", "audits", "experts"}
LATER |= {"energy_j", "metered", "energy_j_per_pass", "ratings", "mean_rating"}
LATER |= {"basis", "fair_plays", "fair_passes", "unended", "unfair"}


def through_json(value: object) -> Any:
    """A value as a program reads it that was given the output."""
    return json.loads(json.dumps(value, allow_nan=False))


def objects_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *schema.get("$defs", {}).values()]


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


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(sorted(JUDGED)), st.booleans())),
    st.integers(0, 5),
)
def test_samples_of_a_suite(ended: list[tuple[str, Status, bool]], unattempted: int) -> None:
    tally = Tally(samples=len(ended))
    for name, status, sealed in ended:
        tally.count(SampleResult(task_id=name, status=status, sealed=sealed, level="full"))
    result = SuiteResult(
        suite="s.jsonl",
        dialect="mbpp",
        output="r.jsonl",
        problems=2,
        unattempted=unattempted,
        tally=tally,
        wall_s=0.5,
    )
    printed = through_json(judge_suite_object(result))
    VALIDATORS["judge-suite"].validate(printed)
    assert printed["samples"] == sum(printed["statuses"].values()) == len(ended)
    assert printed["passed"] == printed["statuses"].get("passed", 0)
    assert printed["sealed"] == sum(sealed for _, _, sealed in ended)
    assert printed["unattempted"] == unattempted


def test_a_sample_that_was_not_judged_is_no_sample() -> None:
    tally = Tally(samples=3)
    for status in (Status.PASSED, Status.NOT_JUDGED, Status.TIMEOUT):
        tally.count(SampleResult(task_id="a", status=status, sealed=True, level="full"))
    assert tally.done == 3
    assert tally.pass_at == {1: 0.5}
    assert (tally.sealed, tally.levels) == (2, {"full": 2})


def test_each_value_stands_under_its_own_key() -> None:
    answer = Answer(
        text="…",
        load_s=1.0,
        prompt_s=2.0,
        decode_s=4.0,
        queue_s=8.0,
        wall_s=16.0,
        prompt_tokens=32,
        completion_tokens=64,
        cached=True,
        energy_j=25.0,
    )
    verdict = Verdict(
        status=Status.FAILED,
        tests_passed=3,
        tests_total=5,
        execution_s=0.25,
        test_s=0.5,
        peak_bytes=7,
        level="none",
        sealed=False,
        unsealed_because="it subclasses a class of the program",
        detail="why",
    )
    generator = Generator(name="g", model="m", temperature=0.75)
    candidate = Candidate(
        attempt=Attempt(
            id="c9",
            instance=Instance(generator=generator, copy=2, seed=2000),
        ),
        status=Status.FAILED,
        host="gpu0",
        answer=answer,
        code="x = 1",
        verdict=verdict,
        scores=Scores(evaluator=0.1, quality=0.2, speed=0.3, combined=0.4),
        error=Fault(kind="busy", message="words"),
        started_s=7.5,
        wall_s=99.0,
    )
    assert candidate_object(candidate) == {
        "id": "c9",
        "generator": "g",
        "model": "m",
        "temperature": 0.75,
        "seed": 2000,
        "copy": 2,
        "kind": "generate",
        "parents": [],
        "host": "gpu0",
        "cached": True,
        "started_s": 7.5,
        "status": "failed",
        "tests": {"passed": 3, "total": 5},
        "code": "x = 1",
        "generation_s": 6.0,
        "load_s": 1.0,
        "queue_s": 8.0,
        "energy_j": 25.0,
        "wall_s": 99.0,
        "tokens": {"prompt": 32, "completion": 64},
        "tokens_per_s": 16.0,
        "execution_s": 0.25,
        "test_s": 0.5,
        "peak_bytes": 7,
        "level": "none",
        "sealed": False,
        "unsealed_because": "it subclasses a class of the program",
        "scores": {"evaluator": 0.1, "quality": 0.2, "speed": 0.3, "combined": 0.4},
        "error": {"kind": "busy", "message": "words"},
    }
    (judged,) = judge_object(build.run("r1").task, [("a.py", verdict)], 1)["results"]
    assert judged == {
        "file": "a.py",
        "status": "failed",
        "tests": {"passed": 3, "total": 5},
        "sealed": False,
        "unsealed_because": "it subclasses a class of the program",
        "level": "none",
        "execution_s": 0.25,
        "wall_s": 0.5,
        "peak_bytes": 7,
        "detail": "why",
    }


def test_what_was_not_measured_is_null() -> None:
    bare = Candidate(attempt=build.candidate("c1").attempt, status=Status.CANCELLED)
    printed = dict(candidate_object(bare))
    nulls = {
        key
        for key, value in printed.items()
        if value is None or (isinstance(value, dict) and set(value.values()) == {None})
    }
    assert nulls == {
        "host",
        "started_s",
        "tests",
        "code",
        "generation_s",
        "load_s",
        "queue_s",
        "energy_j",
        "tokens",
        "tokens_per_s",
        "execution_s",
        "test_s",
        "peak_bytes",
        "level",
        "sealed",
        "unsealed_because",
        "scores",
        "error",
    }


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_every_key_is_required_and_no_other_is_let_in(name: str) -> None:
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    for shape in objects_of(schema):
        assert shape["additionalProperties"] is False
        assert set(shape["properties"]) - set(shape["required"]) <= LATER
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
        json_schema("none such")


def test_every_schema_can_be_asked_for() -> None:
    assert {output.value for output in Output} == set(SCHEMAS)
