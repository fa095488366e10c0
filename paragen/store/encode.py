"""Domain values → rows, column by column."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Answer, Attempt, Generator
from paragen.domain.task import Task
from paragen.domain.tournament import Run

Value = str | int | float | None
Row = dict[str, Value]

INTEGERS = (-(2**63), 2**63 - 1)
OPTIONS = (
    "num_ctx",
    "top_p",
    "top_k",
    "min_p",
    "repeat_penalty",
    "num_predict",
    "seed",
    "stop",
    "think",
)

ANSWER = {
    "answer": "text",
    "thinking": "thinking",
    "done_reason": "done_reason",
    "load_s": "load_s",
    "prompt_s": "prompt_s",
    "decode_s": "decode_s",
    "queue_s": "queue_s",
    "answer_wall_s": "wall_s",
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "generation_s": "generation_s",
    "tokens_per_s": "tokens_per_s",
    "energy_j": "energy_j",
}
VERDICT = {
    "verdict": "status",
    "tests_passed": "tests_passed",
    "tests_total": "tests_total",
    "execution_s": "execution_s",
    "test_s": "test_s",
    "peak_bytes": "peak_bytes",
    "level": "level",
    "sealed": "sealed",
    "unsealed_because": "unsealed_because",
    "detail": "detail",
}
SCORES = {name: name for name in ("evaluator", "quality", "speed", "combined")}
FAULT = {"error_kind": "kind", "error_message": "message"}


def storable(value: Value) -> Value:
    """The value as SQLite can keep it, so that no odd value loses a candidate.

    Surrogates aren't text and no UTF-8 can hold them: pairs become the character that they stand
    for, lone ones U+FFFD, as JSON decoders elsewhere do. NUL characters are kept. What isn't a
    number is not measured, and integers stop at 64 bits.
    """
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    elif isinstance(value, float):
        return None if math.isnan(value) else value
    elif isinstance(value, int):
        return min(max(int(value), INTEGERS[0]), INTEGERS[1])
    return value


def as_json(value: object) -> str:
    """Compact JSON with sorted keys; what JSON doesn't know is written as its text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def run_row(run: Run) -> Row:
    """A run's own columns, without its session, state, end and exit code."""
    weights = run.criteria.weights
    return {
        "id": run.run_id,
        "started_at": run.started_at,
        "wall_s": run.wall_s,
        "mode": run.mode,
        "seed": run.seed,
        "winner": run.winner,
        "reason": run.reason,
        "sandbox_level": run.sandbox.level,
        "sandbox_sealed": run.sandbox.sealed,
        "quality_weight": weights.quality,
        "speed_weight": weights.speed,
        "criteria": criteria_json(run),
        "warnings": as_json(run.warnings),
        "mode_options": as_json(run.mode_options),
        "deadline_s": run.deadline_s,
        "finish": run.finish,
        "resumed": run.resumed,
        **_task_columns(run.task),
    }


def criteria_json(run: Run) -> str:
    """A run's criteria but for the weights, which have their own columns."""
    return as_json({k: v for k, v in asdict(run.criteria).items() if k != "weights"})


def _task_columns(task: Task) -> Row:
    return {
        "task_name": task.name,
        "task_path": task.path,
        "task_sha256": task.sha256,
        "task_type": task.task_type,
        "task_type_inferred": task.task_type_inferred,
        "language": task.language,
        "entry_point": task.entry_point,
        "limits": as_json(asdict(task.limits)),
        "packages": as_json(task.packages),
        "task_sealed": task.sealed,
        "needs": as_json(task.needs),
        "modules": as_json([asdict(module) for module in task.modules]),
        "prompt": task.prompt,
        "tests": as_json([asdict(test) for test in task.tests]),
        "examples": as_json([asdict(example) for example in task.examples]),
    }


def generator_row(generator: Generator) -> Row:
    """A recipe's columns; `sha256` is over all the others, so that equal recipes share a row."""
    fields = asdict(generator)
    row: Row = {
        "name": generator.name,
        "model": generator.model,
        "temperature": float(generator.temperature),
        "options": as_json({name: fields[name] for name in OPTIONS}),
        "tags": as_json(generator.tags),
        "host": generator.host,
        "system": generator.system,
    }
    content = as_json({name: storable(value) for name, value in row.items()})
    return {"sha256": hashlib.sha256(str(storable(content)).encode()).hexdigest(), **row}


def model_row(attempt: Attempt, answer: Answer) -> Row:
    """What answered: the model, and what the host said of it and of itself."""
    return {
        "name": attempt.instance.generator.model,
        "digest": answer.model_digest,
        "server_version": answer.server_version,
    }


def attempt_row(attempt: Attempt) -> Row:
    """An attempt's own columns, without its generator."""
    return {
        "id": attempt.id,
        "copy": attempt.instance.copy,
        "seed": attempt.instance.seed,
        # Columns that must be filled: every attempt asks for a first program.
        "purpose": "generate",
        "parents": "[]",
    }


def candidate_row(candidate: Candidate) -> Row:
    """A candidate's own columns, without its run, generator, model and rank.

    Every column is there, None where it doesn't apply: the row may overwrite an earlier one.
    """
    answer, outputs = candidate.answer, candidate.outputs
    return {
        **attempt_row(candidate.attempt),
        "cached": answer is not None and answer.cached,
        "reward": candidate.reward,
        "outputs": None if outputs is None else as_json(outputs),
        "host": candidate.host,
        "status": candidate.status,
        "started_s": candidate.started_s,
        "wall_s": candidate.wall_s,
        "code": candidate.code,
        **_columns(candidate.answer, ANSWER),
        **_columns(candidate.verdict, VERDICT),
        **_columns(candidate.scores, SCORES),
        **_columns(candidate.error, FAULT),
    }


def _columns(part: object, names: Mapping[str, str]) -> Row:
    """The columns of a candidate's part, all None where it has no such part."""
    return {column: getattr(part, name) if part else None for column, name in names.items()}


def case_rows(candidate: Candidate) -> Iterator[tuple[Value, ...]]:
    """Each test's place, name, outcome and detail."""
    cases = candidate.verdict.cases if candidate.verdict else ()
    for position, case in enumerate(cases):
        yield position, storable(case.name), storable(case.outcome), storable(case.detail)


def measure_rows(candidate: Candidate) -> Iterator[tuple[Value, ...]]:
    """The name and value of each of the evaluator's parts that was measured."""
    for name, value in candidate.measures.items():
        if not math.isnan(value):
            yield storable(name), value
