"""Domain values → the JSON objects of `report.schema`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from paragen.domain.audit import Audit
from paragen.domain.candidate import Candidate, Verdict
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.judge.tally import SuiteResult

if TYPE_CHECKING:
    from paragen.report.schema.judge import JudgementObject, JudgeObject, JudgeSuiteObject
    from paragen.report.schema.parts import AuditObject, CountsObject, ScoresObject, TaskObject
    from paragen.report.schema.run import CandidateObject, RunObject


def run_object(run: Run) -> RunObject:
    """A run as `paragen run --json` prints it."""
    return {
        "schema": "paragen.run/1",
        "run_id": run.run_id,
        "session_id": run.session_id,
        "task": task_object(run.task),
        "mode": run.mode,
        "mode_options": dict(run.mode_options),
        "deadline_s": run.deadline_s,
        "resumed": run.resumed,
        "finish": run.finish or None,
        "exit_code": run.exit_code,
        "winner": run.winner,
        "reason": run.reason,
        "sandbox": {"level": run.sandbox.level, "sealed": run.sandbox.sealed},
        "weights": {"quality": run.criteria.weights.quality, "speed": run.criteria.weights.speed},
        "started_at": run.started_at,
        "wall_s": run.wall_s,
        "candidates": [candidate_object(candidate) for candidate in run.ranking],
        "audit": audit_object(run.audit),
    }


def task_object(task: Task) -> TaskObject:
    """A task, as every output names it."""
    return {
        "name": task.name,
        "path": task.path,
        "task_type": task.task_type,
        "language": task.language,
        "entry_point": task.entry_point,
        "sha256": task.sha256,
    }


def candidate_object(candidate: Candidate) -> CandidateObject:
    """A candidate; what was not measured is null."""
    instance = candidate.attempt.instance
    answer, verdict, error = candidate.answer, candidate.verdict, candidate.error
    executed = verdict if verdict and verdict.level else None
    return {
        "id": candidate.id,
        "generator": instance.generator.name,
        "model": instance.generator.model,
        "temperature": instance.generator.temperature,
        "seed": instance.seed,
        "copy": instance.copy,
        # Every attempt asks for a first program; the format has room for others.
        "kind": "generate",
        "parents": [],
        "host": candidate.host,
        "cached": answer.cached if answer else False,
        "started_s": candidate.started_s,
        "status": candidate.status.value,
        "tests": _tests(verdict),
        "code": candidate.code,
        "generation_s": answer.generation_s if answer else None,
        "load_s": answer.load_s if answer else None,
        "queue_s": answer.queue_s if answer else None,
        "energy_j": answer.energy_j if answer else None,
        "wall_s": candidate.wall_s,
        "tokens": {
            "prompt": answer.prompt_tokens if answer else None,
            "completion": answer.completion_tokens if answer else None,
        },
        "tokens_per_s": answer.tokens_per_s if answer else None,
        "execution_s": verdict.execution_s if verdict else None,
        "test_s": verdict.test_s if verdict else None,
        "peak_bytes": verdict.peak_bytes if verdict else None,
        "level": executed.level if executed else None,
        "sealed": executed.sealed if executed else None,
        "unsealed_because": _unsealed_because(verdict),
        "scores": _scores(candidate),
        "error": {"kind": error.kind, "message": error.message} if error else None,
    }


def audit_object(audit: Audit | None) -> AuditObject | None:
    """What came of an audit of tests, null where there was none."""
    if audit is None:
        return None
    return {
        "stubs": audit.stubs,
        "stubs_passed": audit.stubs_passed,
        "mutants": audit.mutants,
        "mutants_passed": audit.mutants_passed,
        "weak": audit.weak,
        "survivors": list(audit.survivors),
    }


def judge_object(
    task: Task,
    verdicts: Sequence[tuple[str, Verdict]],
    exit_code: int,
    audit: Audit | None = None,
) -> JudgeObject:
    """Verdicts by file, as `paragen judge --json` prints them."""
    return {
        "schema": "paragen.judge/1",
        "task": task_object(task),
        "exit_code": exit_code,
        "results": [_judgement(file, verdict) for file, verdict in verdicts],
        "audit": audit_object(audit),
    }


def judge_suite_object(result: SuiteResult) -> JudgeSuiteObject:
    """Samples of a suite, as `paragen judge --suite --json` prints them."""
    tally = result.tally
    return {
        "schema": "paragen.judge-suite/1",
        "suite": result.suite,
        "dialect": result.dialect,
        "output": result.output,
        "problems": result.problems,
        "unattempted": result.unattempted,
        "samples": tally.samples,
        "passed": tally.statuses[Status.PASSED],
        "pass_at": {str(k): value for k, value in tally.pass_at.items()},
        "statuses": {status.value: count for status, count in tally.statuses.items()},
        "levels": dict(tally.levels),
        "sealed": tally.sealed,
        "earlier": tally.earlier,
        "wall_s": result.wall_s,
    }


def _judgement(file: str, verdict: Verdict) -> JudgementObject:
    return {
        "file": file,
        "status": verdict.status.value,
        "tests": _tests(verdict),
        "sealed": verdict.sealed,
        "unsealed_because": _unsealed_because(verdict),
        "level": verdict.level,
        "execution_s": verdict.execution_s,
        "wall_s": verdict.test_s,
        "peak_bytes": verdict.peak_bytes,
        "detail": verdict.detail,
    }


def _unsealed_because(verdict: Verdict | None) -> str | None:
    return (verdict.unsealed_because or None) if verdict else None


def _tests(verdict: Verdict | None) -> CountsObject:
    if verdict is None:
        return {"passed": None, "total": None}
    return {"passed": verdict.tests_passed, "total": verdict.tests_total}


def _scores(candidate: Candidate) -> ScoresObject:
    scores = candidate.scores
    if scores is None:
        return {"evaluator": None, "quality": None, "speed": None, "combined": None}
    return {
        "evaluator": scores.evaluator,
        "quality": scores.quality,
        "speed": scores.speed,
        "combined": scores.combined,
    }
