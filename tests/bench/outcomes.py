"""What real models' answers came to, judged once and kept: what tournaments can be replayed from.

The corpus has several answers of each model to each problem, given to differently worded prompts:
here they are one generator's answers, from which a tournament's attempts are drawn.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paragen.checks.probe_inputs import probe_inputs
from paragen.domain.candidate import Candidate, Scores, Verdict
from paragen.domain.generator import Answer, Attempt, Generator, instance
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import MODEL_OUTCOMES, Status
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights
from paragen.engine.candidates import judged
from paragen.parse.task import build_task, read_task
from paragen.sandbox import default_workers, open_sandbox
from tests.bench.acceptance import lines, task_text

FAMILIES: Mapping[str, str] = {
    "wizardlm-30b-uncensored": "TheBloke_WizardLM-30B-Uncensored-GPTQ_",
    "starcoderplus": "TheBloke_starcoderplus-GPTQ_",
    "guanaco-65b": "TheBloke_guanaco-65B-GPTQ_",
    "guanaco-33b": "TheBloke_guanaco-33B-GPTQ_",
    "starcoder-gpteacher": "GeorgiaTechResearchInstitute_starcoder-gpteacher-code-instruct_",
    "instruct-codegen-16b": "sahil2801_instruct-codegen-16B_",
    "manticore-13b": "TheBloke_Manticore-13B-GPTQ_",
    "wizardlm-7b": "TheBloke_wizardLM-7B-GPTQ_",
}
"""Models with three to eight answers to each problem, and how their names begin in the corpus."""

QUALITY = Criteria(weights=Weights(quality=1, speed=0))
"""The recording has no times to weigh."""

Outcomes = Mapping[str, Mapping[str, Sequence[Candidate]]]
"""By task and generator, the candidates that its answers made."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Tasks, and what each generator's answers to them came to."""

    tasks: Sequence[Task]
    generators: Sequence[Generator]
    outcomes: Outcomes


def from_corpus(corpus: Path, kept: Path | None, problems: int | None) -> Recording:
    """The corpus's answers, judged in the sandbox; `kept` is where what came of them is kept."""
    tasks = list(_tasks(corpus / "humaneval_even.jsonl"))[:problems]
    generators = [Generator(name=name, model=name) for name in FAMILIES]
    rows = json.loads(kept.read_text()) if kept is not None and kept.exists() else None
    if rows is None:
        rows = _judged(tasks, generators, lines(corpus / "locals_even.jsonl"))
        if kept is not None:
            kept.write_text(json.dumps(rows))
    outcomes: dict[str, dict[str, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    by_name = {one.name: one for one in generators}
    for row in rows:
        outcomes[row["task"]][row["generator"]].append(_candidate(row, by_name[row["generator"]]))
    return Recording(tasks=tasks, generators=generators, outcomes=outcomes)


def made_up(seed: int, tasks: int = 80, generators: int = 8, answers: int = 50) -> Recording:
    """Outcomes without models: each generator has a skill, each task is as hard as it is.

    How likely an answer passes is drawn from a Beta distribution round the generator's skill (mean
    0.05 to 0.6, as spread between tasks as models' answers are). Those that fail passed a part of
    their tests, and do one of three wrong things.
    """
    chance = random.Random(seed)
    recipes = [Generator(name=f"g{n}", model=f"m{n}") for n in range(generators)]
    skills = [0.05 + 0.55 * n / max(1, generators - 1) for n in range(generators)]
    chance.shuffle(skills)
    names = [Task(name=f"t{n}", prompt="", sha256=str(n)) for n in range(tasks)]
    outcomes = {}
    for task in names:
        outcomes[task.name] = {
            one.name: _drawn_answers(chance, one, skill, answers)
            for one, skill in zip(recipes, skills, strict=True)
        }
    return Recording(tasks=names, generators=recipes, outcomes=outcomes)


def _drawn_answers(
    chance: random.Random, generator: Generator, skill: float, answers: int
) -> Sequence[Candidate]:
    likely = chance.betavariate(2 * skill, 2 * (1 - skill))
    drawn = []
    for _ in range(answers):
        passed = chance.random() < likely
        row = {
            "status": "passed" if passed else "failed",
            "tests": [10, 10] if passed else [min(9, int(10 * chance.betavariate(1, 2))), 10],
            "quality": 0.6 + 0.4 * chance.random(),
            "code": f"answer = {chance.random()}\n",
            "outputs": ["right" if passed else f"wrong {chance.randrange(3)}"],
        }
        drawn.append(_candidate(row, generator))
    return drawn


def _judged(
    tasks: Sequence[Task], generators: Sequence[Generator], answers: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every answer of the families to the tasks, judged: a row each."""
    by_name = {one.name: one for one in generators}
    by_task = {task.name: task for task in tasks}
    work = [
        (by_task[line["task_id"]], by_name[name], line["answer"])
        for line in answers
        for name, start in FAMILIES.items()
        if line["model"].startswith(start) and line["task_id"] in by_task
    ]
    with (
        closing(open_sandbox("auto", default_workers())) as sandbox,
        ThreadPoolExecutor(default_workers()) as pool,
    ):
        found = pool.map(lambda one: _row(one[0], one[1], one[2], sandbox), work)
        return [row for row in found if Status(row["status"]) in MODEL_OUTCOMES]


def _row(task: Task, generator: Generator, answer: str, sandbox: Sandbox) -> dict[str, Any]:
    candidate = judged(
        task=task,
        criteria=QUALITY,
        attempt=Attempt(id="c1", instance=instance(generator, 0, 0)),
        host=None,
        answer=Answer(text=answer),
        sandbox=sandbox,
        cancel=Cancel(),
        started=time.monotonic(),
        probes=probe_inputs(task),
    )
    verdict = candidate.verdict
    return {
        "task": task.name,
        "generator": generator.name,
        "status": candidate.status,
        "tests": [verdict.tests_passed, verdict.tests_total] if verdict is not None else [0, 0],
        "quality": candidate.scores.quality if candidate.scores is not None else 0.0,
        "code": candidate.code,
        "outputs": candidate.outputs,
    }


def _candidate(row: Mapping[str, Any], generator: Generator) -> Candidate:
    status, (passed, total) = Status(row["status"]), row["tests"]
    quality, outputs = row["quality"], row["outputs"]
    return Candidate(
        attempt=Attempt(id="", instance=instance(generator, 0, 0)),
        status=status,
        code=row["code"],
        verdict=Verdict(status=status, tests_passed=passed, tests_total=total),
        outputs=None if outputs is None else tuple(outputs),
        scores=Scores(evaluator=None, quality=quality, speed=1.0, combined=quality),
    )


def _tasks(path: Path) -> Iterator[Task]:
    for problem in lines(path):
        task = build_task(read_task(task_text(problem), problem["task_id"]))
        yield replace(task, name=problem["task_id"])
