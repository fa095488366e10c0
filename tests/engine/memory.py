"""How much memory a tournament of many candidates takes, in a process of its own.

    python -m tests.engine.memory [--candidates 10000]

The demo host answers, a stand-in for the sandbox says at once what running them would, and all
is recorded in a history. Prints the largest resident size of the process, in bytes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from paragen.domain.command import CaseResult, Command, Ending, Outcome, Ran
from paragen.domain.generator import CallLimits, Generator, instance
from paragen.domain.plan import Plan
from paragen.domain.ports import Cancel
from paragen.domain.task import Task, TestCode
from paragen.domain.tournament import Criteria, SandboxState, Weights
from paragen.engine.session import Engine
from paragen.hosts.demo import DemoHost
from paragen.parse.recording import Recorded
from paragen.store.recorder import Recorder

MODELS = tuple(f"m{n}" for n in range(10))
CASES = tuple(CaseResult(name=f"test_{n}", outcome=Outcome.PASSED) for n in range(5))
ANSWER = (
    "Here it is:\n```python\ndef double(x):\n"
    + "".join(f"    # step {n} of a program of the usual size\n" for n in range(50))
    + "    return 2 * x\n```\nIt doubles its argument.\n"
)


class AtOnce:
    """A sandbox in which every program passes: 10,000 processes would take minutes."""

    state = SandboxState(level="none", sealed=True)
    workers = 4

    def run(self, command: Command, cancel: Cancel) -> Ran:
        """What running it would yield, anew each time as it would be."""
        cases = tuple(CaseResult(name=case.name, outcome=case.outcome) for case in CASES)
        return Ran(
            ending=Ending.EXITED,
            exit_code=0,
            planned=len(cases),
            cases=cases,
            complete=True,
            stdout="[]",
            cpu_s=0.01,
            level="none",
            sealed=True,
        )

    def close(self) -> None:
        """There is nothing to end."""


def main() -> int:
    """Play, and print the peak."""
    parser = argparse.ArgumentParser(description="The memory that many candidates take.")
    parser.add_argument("--candidates", type=int, default=10_000)
    candidates = parser.parse_args().candidates
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder, "history.db"))
        (run,) = Engine(
            hosts=[(host := demo_host(), host.state())],
            sandbox=AtOnce(),
            subscribers=[recorder],
            limits=CallLimits(),
        ).play([plan(candidates)])
        recorder.close()
        assert recorder.failure is None
    assert len(run.ranking) == candidates
    assert all(candidate.verdict is not None for candidate in run.ranking)
    print(peak_bytes())
    return 0


def demo_host() -> DemoHost:
    """Every model's answer, at once."""
    recorded = [Recorded(model=model, answer=ANSWER, tokens_per_s=1e9) for model in MODELS]
    return DemoHost("demo", recorded, slots=16)


def plan(candidates: int) -> Plan:
    """One tournament of so many attempts."""
    generators = [Generator(name=model, model=model) for model in MODELS]
    return Plan(
        task=Task(
            name="double",
            prompt="Write `double(x)`.",
            sha256="double",
            entry_point="double",
            tests=(TestCode(source="from solution import double\n", origin="t.md"),),
        ),
        roster=tuple(
            instance(generators[n % len(generators)], n // len(generators), 0)
            for n in range(candidates)
        ),
        criteria=Criteria(weights=Weights(quality=0.7, speed=0.3)),
    )


def peak_bytes() -> int:
    """The largest resident size of this process so far."""
    import resource  # not on every system

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.exit(main())
