"""Rows → domain values: what `encode` wrote, back again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from paragen.domain.candidate import Candidate, Fault, Scores, Verdict
from paragen.domain.command import CaseResult, Outcome
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.status import Status
from paragen.domain.task import Example, Limits, Module, Task, TestCode, TestKind
from paragen.domain.tournament import Criteria, Run, SandboxState, Weights

Row = sqlite3.Row


def run_of(row: Row, session_id: str, ranking: tuple[Candidate, ...]) -> Run:
    """A run of its row; one that never ended has the exit code of a run without a winner."""
    return Run(
        run_id=row["id"],
        session_id=session_id,
        task=task_of(row),
        mode=row["mode"],
        criteria=Criteria(
            weights=Weights(quality=row["quality_weight"], speed=row["speed_weight"]),
            **_known(Criteria, json.loads(row["criteria"])),
        ),
        sandbox=SandboxState(level=row["sandbox_level"], sealed=bool(row["sandbox_sealed"])),
        started_at=row["started_at"],
        seed=row["seed"],
        wall_s=_seconds(row["wall_s"]),
        ranking=ranking,
        winner=row["winner"],
        reason=row["reason"],
        exit_code=1 if row["exit_code"] is None else row["exit_code"],
        warnings=tuple(json.loads(row["warnings"])),
        mode_options=json.loads(row["mode_options"] or "{}"),
        deadline_s=row["deadline_s"],
        finish=row["finish"] or "",
        resumed=bool(row["resumed"]),
    )


def task_of(row: Row) -> Task:
    """The task of a run's row."""
    return Task(
        name=row["task_name"],
        prompt=row["prompt"],
        sha256=row["task_sha256"],
        path=row["task_path"],
        task_type=row["task_type"],
        task_type_inferred=bool(row["task_type_inferred"]),
        language=row["language"],
        entry_point=row["entry_point"],
        tests=tuple(_test_code(test) for test in json.loads(row["tests"])),
        examples=tuple(Example(**_known(Example, one)) for one in json.loads(row["examples"])),
        limits=Limits(**_known(Limits, json.loads(row["limits"]))),
        packages=tuple(json.loads(row["packages"] or "[]")),
        sealed=row["task_sealed"] is None or bool(row["task_sealed"]),
        needs=tuple(json.loads(row["needs"] or "[]")),
        modules=tuple(Module(**_known(Module, one)) for one in json.loads(row["modules"] or "[]")),
    )


def _test_code(stored: dict[str, Any]) -> TestCode:
    return TestCode(**{**_known(TestCode, stored), "kind": TestKind(stored["kind"])})


def generator_of(row: Row) -> Generator:
    """A recipe of its row."""
    options = _known(Generator, json.loads(row["options"]))
    return Generator(
        name=row["name"],
        model=row["model"],
        temperature=row["temperature"],
        system=row["system"],
        host=row["host"],
        tags=tuple(json.loads(row["tags"])),
        **{**options, "stop": tuple(options["stop"])},
    )


def attempt_of(row: Row, generator: Generator) -> Attempt:
    """An attempt of its row, or of its candidate's."""
    return Attempt(
        id=row["id"],
        instance=Instance(generator=generator, copy=row["copy"], seed=row["seed"]),
    )


def candidate_of(
    row: Row,
    generator: Generator,
    model: Row | None,
    cases: Sequence[Row],
    measures: Mapping[str, float],
) -> Candidate:
    """A candidate of its row and of those that hang on it."""
    return Candidate(
        attempt=attempt_of(row, generator),
        status=Status(row["status"]),
        host=row["host"],
        answer=_answer(row, model),
        code=row["code"],
        verdict=_verdict(row, cases),
        measures=measures,
        outputs=None if row["outputs"] is None else tuple(json.loads(row["outputs"])),
        scores=_scores(row),
        error=_fault(row),
        started_s=row["started_s"],
        wall_s=_seconds(row["wall_s"]),
    )


def _answer(row: Row, model: Row | None) -> Answer | None:
    if row["answer"] is None:
        return None
    return Answer(
        text=row["answer"],
        thinking=row["thinking"],
        done_reason=row["done_reason"],
        load_s=_seconds(row["load_s"]),
        prompt_s=_seconds(row["prompt_s"]),
        decode_s=_seconds(row["decode_s"]),
        queue_s=_seconds(row["queue_s"]),
        wall_s=_seconds(row["answer_wall_s"]),
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        model_digest=model["digest"] if model else None,
        server_version=model["server_version"] if model else None,
        cached=bool(row["cached"]),
        energy_j=row["energy_j"],
    )


def _verdict(row: Row, cases: Sequence[Row]) -> Verdict | None:
    if row["verdict"] is None:
        return None
    return Verdict(
        status=Status(row["verdict"]),
        tests_passed=row["tests_passed"],
        tests_total=row["tests_total"],
        cases=tuple(
            CaseResult(name=case["name"], outcome=Outcome(case["outcome"]), detail=case["detail"])
            for case in cases
        ),
        execution_s=_seconds(row["execution_s"]),
        test_s=_seconds(row["test_s"]),
        peak_bytes=row["peak_bytes"],
        level=row["level"],
        sealed=bool(row["sealed"]),
        unsealed_because=row["unsealed_because"] or "",
        detail=row["detail"],
    )


def _scores(row: Row) -> Scores | None:
    if row["combined"] is None:
        return None
    return Scores(
        evaluator=row["evaluator"],
        quality=row["quality"],
        speed=row["speed"],
        combined=row["combined"],
    )


def _fault(row: Row) -> Fault | None:
    if row["error_kind"] is None:
        return None
    return Fault(kind=row["error_kind"], message=row["error_message"])


def _seconds(value: float | None) -> float:
    """A duration; one that wasn't a number when it was recorded is 0, as in the domain."""
    return 0.0 if value is None else value


def _known(cls: type, stored: dict[str, Any]) -> dict[str, Any]:
    """What this program's class has a field for: a newer one may have written more."""
    names = {field.name for field in fields(cls)}
    return {name: value for name, value in stored.items() if name in names}
