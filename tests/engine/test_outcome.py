"""What a finished board makes of a run: its winner, its reason, its exit code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.board import Board
from paragen.domain.candidate import Candidate, Fault
from paragen.domain.generator import Answer, Attempt, Generator, Instance
from paragen.domain.status import Status
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.engine.outcome import conclude, exit_code, not_played, session_exit_code
from tests.store import build

TASK = Task(name="t", prompt="p", sha256="s")
WHOLE = st.lists(
    st.tuples(st.sampled_from(Status), st.booleans(), st.booleans()), min_size=1, max_size=6
)


def ended(number: int, status: Status, *, answered: bool = True, sealed: bool = False) -> Candidate:
    """A candidate of this status; an error has its answer only where it was `answered`."""
    one = build.candidate(f"c{number}", status)
    if status is Status.ERROR:
        return replace(one, answer=Answer(text="half") if answered else None)
    verdict = one.verdict and replace(one.verdict, sealed=sealed)
    return replace(one, verdict=verdict)


def concluded(
    *candidates: Candidate,
    finish: str = "everyone has played",
    interrupted: bool = False,
    among: tuple[str, ...] = (),
) -> Run:
    board = Board(task=TASK, roster=())
    board = board.asked(tuple(candidate.attempt for candidate in candidates))
    for candidate in candidates:
        board = board.ended(candidate)
    run = build.run("r1")
    return conclude(run, board, finish=finish, wall_s=3.0, interrupted=interrupted, among=among)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([Status.PASSED], 0),
        ([Status.PASSED, Status.ERROR], 0),
        ([Status.FAILED, Status.ERROR], 1),
        ([Status.NO_CODE], 1),
        ([Status.NOT_JUDGED], 1),
        ([Status.ERROR], 3),
        ([Status.ERROR, Status.CANCELLED], 3),
        ([Status.CANCELLED], 1),
        ([], 1),
    ],
)
def test_exit_codes(statuses: list[Status], code: int) -> None:
    run = concluded(*(ended(n, status, answered=False) for n, status in enumerate(statuses)))
    assert run.exit_code == code
    assert run.wall_s == 3.0


def test_an_answer_that_broke_off_is_none() -> None:
    broken, silent = ended(1, Status.ERROR), ended(2, Status.ERROR, answered=False)
    assert concluded(broken, silent).exit_code == 3
    run = concluded(broken)
    assert run.exit_code == 3
    assert run.reason.startswith("No host could answer to the end. ")
    assert concluded(broken, ended(2, Status.FAILED)).exit_code == 1


@pytest.mark.parametrize("kind", ["truncated", "empty_after_thinking"])
def test_an_answer_that_was_as_long_as_it_may_be_is_one(kind: str) -> None:
    cut = replace(ended(1, Status.ERROR), error=Fault(kind=kind, message="It was cut off."))
    assert concluded(cut, ended(2, Status.ERROR)).exit_code == 1


def test_no_host_says_what_the_first_error_was() -> None:
    run = concluded(ended(1, Status.ERROR, answered=False))
    assert run.reason == "No host could answer. The queue is full."


@pytest.mark.parametrize("status", list(Status))
def test_an_interrupted_run_is_130_and_says_so(status: Status) -> None:
    run = concluded(ended(1, status), finish="interrupted", interrupted=True)
    assert run.exit_code == 130
    assert run.reason.startswith("Interrupted. ")
    assert (run.winner is not None) is (status is Status.PASSED), "the best so far is named"


def test_fail_fast_says_where_it_stopped() -> None:
    run = concluded(ended(1, Status.FAILED), finish="stopped at the first error (x)")
    assert run.reason.startswith("Stopped at the first error (x). ")


def test_where_a_mode_decided_among_some_one_of_them_wins_and_it_is_said() -> None:
    first = replace(ended(1, Status.PASSED), scores=None)
    better = ended(2, Status.PASSED)
    assert concluded(first, better).winner == "c2"
    run = concluded(first, better, finish="the first program passed", among=("c1",))
    assert run.winner == "c1"
    assert run.reason.startswith("The first program passed. ")
    assert run.finish == "the first program passed"


def test_what_was_not_played_says_what_it_needs() -> None:
    run = not_played(build.run("r1"), "lexer")
    assert run.reason == "Not played: it needs lexer, which has no winner."
    assert (run.exit_code, run.winner, run.finish) == (1, None, "not played")


@given(WHOLE, st.booleans())
def test_the_winner_passed_and_the_code_agrees(
    statuses: list[tuple[Status, bool, bool]], interrupted: bool
) -> None:
    candidates = [
        ended(n, status, answered=answered, sealed=sealed)
        for n, (status, answered, sealed) in enumerate(statuses)
    ]
    run = concluded(*candidates, interrupted=interrupted)
    assert sorted(c.id for c in run.ranking) == sorted(c.id for c in candidates)
    if run.winning is not None:
        assert run.winning.status is Status.PASSED
        assert run.winning == run.ranking[0]
    assert (run.exit_code == 130) is interrupted
    if not interrupted:
        assert (run.exit_code == 0) is (run.winner is not None)
    assert run.reason
    sealed = [c.verdict.sealed for c in candidates if c.verdict is not None and c.verdict.level]
    assert run.sandbox.sealed is (bool(sealed) and all(sealed))


@given(WHOLE)
def test_it_can_be_done_again(statuses: list[tuple[Status, bool, bool]]) -> None:
    """In any order of ending, and from the candidates of a recorded run."""
    candidates = [ended(n, status, answered=one) for n, (status, one, _) in enumerate(statuses)]
    assert concluded(*reversed(candidates)) == concluded(*candidates)


@given(st.lists(st.sampled_from([0, 1, 3, 130]), max_size=5))
def test_of_a_session(codes: list[int]) -> None:
    runs = tuple(replace(build.run(str(n)), exit_code=code) for n, code in enumerate(codes))
    code = session_exit_code(runs)
    assert (code == 0) is (bool(codes) and set(codes) == {0})
    assert (code == 130) is (130 in codes)
    assert (code == 3) is (bool(codes) and set(codes) == {3})


def test_what_waited_for_a_dead_hosts_winner_is_no_sign_of_a_host() -> None:
    dead = replace(build.run("r1"), exit_code=3)
    waited = not_played(build.run("r2"), "r1")
    assert session_exit_code((dead, waited)) == 3
    assert session_exit_code((dead, replace(waited, finish="everyone has played"))) == 1
    assert session_exit_code((replace(dead, exit_code=0), waited)) == 1
    assert session_exit_code((replace(dead, exit_code=1), waited)) == 1


def test_exit_code_of_a_ranking() -> None:
    silent = Candidate(
        attempt=Attempt(
            id="c1", instance=Instance(generator=Generator(name="g", model="m"), copy=0, seed=0)
        ),
        status=Status.ERROR,
        error=Fault(kind="busy", message="The queue is full."),
    )
    assert exit_code((silent,), None, interrupted=False) == 3
    assert exit_code((silent,), "c1", interrupted=False) == 0
    assert exit_code((silent,), "c1", interrupted=True) == 130
