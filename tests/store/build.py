"""Runs to record: hand-made ones, and all that Hypothesis can think of."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from paragen.domain.board import Budget
from paragen.domain.candidate import Candidate, Fault, Scores, Verdict
from paragen.domain.command import CaseResult, Outcome
from paragen.domain.events import CandidateEnded, Event, RunEnded, RunStarted
from paragen.domain.generator import Answer, Attempt, Generator, Instance, instance
from paragen.domain.plan import Plan
from paragen.domain.standing import Standing
from paragen.domain.status import Status
from paragen.domain.task import Example, Limits, Module, Task, TestCode, TestKind
from paragen.domain.tournament import Criteria, Run, SandboxState, Weights
from paragen.store.recorder import Recorder

WEIGHTS = Weights(quality=0.6, speed=0.4)


def candidate(
    name: str,
    status: Status = Status.PASSED,
    *,
    generator: str = "",
    temperature: float = 0.3,
    combined: float = 0.5,
    decode_s: float = 2.0,
    text: str = "Here:\n```python\nx = 1\n```",
) -> Candidate:
    """A candidate with every part that its status lets it have."""
    attempt = Attempt(
        id=name,
        instance=Instance(
            generator=Generator(
                name=generator or name, model="coder:7b", temperature=temperature, stop=("###",)
            ),
            copy=0,
            seed=0,
        ),
    )
    if status in (Status.ERROR, Status.CANCELLED):
        fault = Fault(kind="busy", message="The queue is full.")
        return Candidate(attempt=attempt, status=status, error=fault)
    return Candidate(
        attempt=attempt,
        status=status,
        host="gpu0",
        answer=Answer(
            text=text,
            thinking="hm",
            prompt_s=0.5,
            decode_s=decode_s,
            completion_tokens=100,
            model_digest="sha256:abc",
            server_version="0.9.0",
        ),
        code="x = 1",
        verdict=Verdict(
            status=status,
            tests_passed=1,
            tests_total=2,
            cases=(
                CaseResult(name="test_a", outcome=Outcome.PASSED),
                CaseResult(name="test_b", outcome=Outcome.FAILED, detail="1 != 2"),
            ),
            execution_s=0.1,
            peak_bytes=1 << 20,
            level="rlimit",
        ),
        measures={"style": 0.5, "security": 1.0},
        scores=Scores(evaluator=None, quality=0.5, speed=0.5, combined=combined),
        wall_s=4.0,
    )


def run(
    run_id: str,
    *candidates: Candidate,
    winner: str | None = None,
    task_type: str = "utilities",
    started_at: str = "2026-01-01T00:00:00+00:00",
    exit_code: int | None = None,
) -> Run:
    """A run with these candidates, in this order."""
    return Run(
        run_id=run_id,
        session_id="s1",
        task=Task(
            name="slugify",
            path="tasks/slugify.md",
            prompt="Write `slugify`.",
            sha256="f" * 64,
            task_type=task_type,
            entry_point="slugify",
            tests=(TestCode(source="assert slugify('a b')", origin="slugify.md", line=7),),
        ),
        mode="all",
        criteria=Criteria(weights=WEIGHTS, min_quality=0.2),
        sandbox=SandboxState(level="rlimit", sealed=False),
        started_at=started_at,
        wall_s=5.0,
        ranking=candidates,
        winner=winner,
        reason=f"{winner} passed" if winner else "none passed",
        exit_code=exit_code if exit_code is not None else (0 if winner else 1),
    )


def events(played: Run) -> list[Event]:
    """What the engine would have told of this run."""
    return [
        RunStarted(run=replace(played, ranking=(), winner=None), planned=len(played.ranking)),
        *(CandidateEnded(run_id=played.run_id, candidate=c) for c in played.ranking),
        RunEnded(run=played),
    ]


def record(path: Path, *runs: Run) -> None:
    """Have the recorder record them; nothing may keep it from doing so."""
    recorder = Recorder(path, on_failure=pytest.fail)
    for played in runs:
        for event in events(played):
            recorder(event)
    recorder.close()


def plan(name: str = "slugify", *generators: str, copies: int = 2, seed: int = 0) -> Plan:
    """A tournament of these generators (a and b where none is named), so many copies of each."""
    task = replace(run("r").task, name=name, sha256=f"sha of {name}")
    recipes = [Generator(name=one, model=f"{one}:7b") for one in generators or ("a", "b")]
    return Plan(
        task=task,
        roster=tuple(instance(one, n, seed) for one in recipes for n in range(copies)),
        criteria=Criteria(weights=WEIGHTS),
        seed=seed,
    )


def ended(
    attempt: Attempt, status: Status = Status.PASSED, *, combined: float = 0.5, text: str = "x"
) -> Candidate:
    """What an attempt of a plan came to."""
    return replace(candidate(attempt.id, status, combined=combined, text=text), attempt=attempt)


texts = st.text(max_size=30) | st.text("a\x00\ud800\udc00\udfff\u2028'\"\\", max_size=6)
names = st.text(string.ascii_letters + "-_ö", min_size=1, max_size=8)
finite = st.floats(allow_nan=False, allow_infinity=False)
shares = st.floats(0, 1)
integers = st.integers(-(2**63), 2**63 - 1)
counts = st.integers(0, 2**40)


def generators() -> st.SearchStrategy[Generator]:
    return st.builds(
        Generator,
        name=names,
        model=names,
        temperature=finite,
        num_ctx=counts,
        top_p=st.none() | finite,
        top_k=st.none() | counts,
        min_p=st.none() | finite,
        repeat_penalty=st.none() | finite,
        num_predict=st.none() | integers,
        seed=integers,
        stop=st.lists(texts, max_size=2).map(tuple),
        system=st.none() | texts,
        think=st.none() | st.booleans(),
        tags=st.lists(texts, max_size=2).map(tuple),
        host=st.none() | names,
    )


def instances() -> st.SearchStrategy[Instance]:
    return st.builds(Instance, generator=generators(), copy=counts, seed=integers)


def attempts() -> st.SearchStrategy[Attempt]:
    return st.builds(Attempt, id=names, instance=instances())


def answers() -> st.SearchStrategy[Answer]:
    return st.builds(
        Answer,
        text=texts,
        thinking=texts,
        done_reason=names,
        load_s=finite,
        prompt_s=finite,
        decode_s=finite,
        queue_s=finite,
        wall_s=finite,
        prompt_tokens=counts,
        completion_tokens=counts,
        model_digest=st.none() | st.just("") | names,
        server_version=st.none() | st.just("") | names,
        cached=st.booleans(),
        energy_j=st.none() | finite,
    )


def verdicts() -> st.SearchStrategy[Verdict]:
    return st.builds(
        Verdict,
        status=st.sampled_from(Status),
        tests_passed=counts,
        tests_total=counts,
        cases=st.lists(
            st.builds(CaseResult, name=texts, outcome=st.sampled_from(Outcome), detail=texts),
            max_size=3,
        ).map(tuple),
        execution_s=finite,
        test_s=finite,
        peak_bytes=st.none() | counts,
        level=names,
        sealed=st.booleans(),
        unsealed_because=texts,
        detail=texts,
    )


def candidates() -> st.SearchStrategy[Candidate]:
    return st.builds(
        Candidate,
        attempt=attempts(),
        status=st.sampled_from(Status),
        host=st.none() | names,
        answer=st.none() | answers(),
        code=st.none() | texts,
        verdict=st.none() | verdicts(),
        measures=st.dictionaries(names, shares, max_size=3),
        outputs=st.none() | st.lists(texts, max_size=2).map(tuple),
        scores=st.none()
        | st.builds(
            Scores, evaluator=st.none() | shares, quality=shares, speed=shares, combined=shares
        ),
        error=st.none() | st.builds(Fault, kind=names, message=texts),
        started_s=st.none() | finite,
        wall_s=finite,
    )


def tasks() -> st.SearchStrategy[Task]:
    return st.builds(
        Task,
        name=texts,
        prompt=texts,
        sha256=names,
        path=st.none() | texts,
        task_type=names,
        task_type_inferred=st.booleans(),
        language=names,
        entry_point=st.none() | names,
        tests=st.lists(
            st.builds(
                TestCode,
                source=texts,
                origin=texts,
                line=counts,
                kind=st.sampled_from(TestKind),
            ),
            max_size=2,
        ).map(tuple),
        examples=st.lists(
            st.builds(Example, name=texts, stdin=texts, stdout=texts, loose=st.booleans()),
            max_size=2,
        ).map(tuple),
        limits=st.builds(
            Limits,
            cpu_s=finite,
            wall_s=finite,
            scales=st.booleans(),
            memory_bytes=counts,
            disk_bytes=counts,
            processes=counts,
        ),
        packages=st.lists(names, max_size=2).map(tuple),
        sealed=st.booleans(),
        needs=st.lists(names, max_size=2).map(tuple),
        modules=st.lists(st.builds(Module, name=names, source=texts), max_size=2).map(tuple),
    )


def criteria() -> st.SearchStrategy[Criteria]:
    return st.builds(
        Criteria,
        weights=st.builds(Weights, quality=shares, speed=shares),
        min_quality=shares,
        max_generation_s=st.none() | finite,
        max_execution_s=st.none() | finite,
        prefer_simplicity=st.booleans(),
    )


def written() -> st.SearchStrategy[object]:
    words = st.lists(texts, max_size=2).map(tuple)
    return texts | integers | finite | st.booleans() | words


def plans() -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        task=tasks(),
        roster=st.lists(instances(), max_size=3)
        .flatmap(lambda some: st.lists(st.sampled_from(some), max_size=5) if some else st.just([]))
        .map(tuple),
        criteria=criteria(),
        mode=names,
        mode_options=st.dictionaries(names, written(), max_size=3),
        budget=st.builds(
            Budget,
            max_attempts=st.none() | counts,
            min_attempts=counts,
            fail_fast=st.booleans(),
        ),
        deadline_s=st.none() | finite,
        seed=integers,
        standings=st.dictionaries(
            names,
            st.builds(
                Standing,
                plays=counts,
                passes=counts,
                runs=counts,
                wins=counts,
                mean_reward=st.none() | shares,
            ),
            max_size=2,
        ),
        needs=st.lists(names, max_size=2).map(tuple),
        warnings=st.lists(texts, max_size=2).map(tuple),
    )


def runs() -> st.SearchStrategy[Run]:
    ranking = st.lists(candidates(), max_size=3, unique_by=lambda c: c.id).map(tuple)
    return ranking.flatmap(
        lambda ranked: st.builds(
            Run,
            run_id=st.uuids(version=4).map(str),
            session_id=names,
            task=tasks(),
            mode=names,
            criteria=criteria(),
            sandbox=st.builds(SandboxState, level=names, sealed=st.booleans()),
            started_at=st.datetimes().map(lambda at: at.isoformat()),
            seed=integers,
            wall_s=finite,
            ranking=st.just(ranked),
            winner=st.sampled_from([None, *(c.id for c in ranked)]),
            reason=texts,
            exit_code=st.sampled_from([0, 1, 3, 130]),
            warnings=st.lists(texts, max_size=2).map(tuple),
            mode_options=st.dictionaries(names, written(), max_size=3),
            deadline_s=st.none() | finite,
            finish=texts,
            resumed=st.booleans(),
        )
    )
