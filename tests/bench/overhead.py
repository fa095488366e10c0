"""What the engine adds to the slowest generation, and what playing at once saves.

    python -m tests.bench.overhead [--seconds 20] [--sequential-seconds 2]

A scripted Ollama on loopback answers over real HTTP, and `paragen run --json` plays against it.
Every answer takes the same time, so that all programs come to be tested at the same moment, which
is the worst case. Prints (a) the wall clock of a tournament of 64 generators on 64 slots over
that of its slowest generation and the tests of that candidate, (b) the time of `--sequential` over
that of playing at once, for 3, 8 and 64 generators. Exits with 1 where (a) is over 1.05.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from paragen.parse.recording import Recorded
from paragen.server.scripted_ollama import ScriptedOllama

TARGET = 1.05
BESIDE = {3: "2.6", 8: "4.1", 64: "64"}
"""The speed-ups that others report, and the most that 64 can give."""

TASK = """\
Write `add(a, b)`, which returns the sum of two numbers.

```python test
from solution import add


def test_add():
    assert add(2, 3) == 5


def test_negative():
    assert add(-2, -3) == -5
```
"""
ANSWER = '```python\ndef add(a, b):\n    """Add two numbers."""\n    return a + b\n```\n'
TOKENS_PER_S = 20.0


def main() -> int:
    arguments = _arguments()
    most = play(64, seconds=arguments.seconds)
    slowest = max(most["candidates"], key=lambda c: c["generation_s"] + c["test_s"])
    alone = slowest["generation_s"] + slowest["test_s"]
    ratio = most["wall_s"] / alone
    print(
        f"64 generators of {arguments.seconds:g} s on 64 slots: {most['wall_s']:.2f} s, "
        f"{ratio:.3f} × the slowest generation and its tests (target {TARGET})\n"
    )
    print("| generators | at once | one by one | ratio | beside |\n|--:|--:|--:|--:|--:|")
    for number, beside in BESIDE.items():
        at_once = play(number, seconds=arguments.sequential_seconds)["wall_s"]
        one_by_one = play(number, "--sequential", seconds=arguments.sequential_seconds)["wall_s"]
        saved = f"{one_by_one / at_once:.1f} × | {beside} ×"
        print(f"| {number} | {at_once:.2f} s | {one_by_one:.2f} s | {saved} |", flush=True)
    return 0 if ratio <= TARGET else 1


def play(number: int, *options: str, seconds: float) -> dict[str, Any]:
    """One tournament of generators whose answers take as many seconds each; its JSON object."""
    recorded = [
        Recorded(model=f"m{n}", answer=ANSWER, tokens_per_s=TOKENS_PER_S, prompt_s=seconds)
        for n in range(number)
    ]
    server = ScriptedOllama(recorded, slots=number, max_loaded=number)
    with tempfile.TemporaryDirectory() as folder, server:
        task, config = Path(folder, "add.md"), Path(folder, "generators.toml")
        task.write_text(TASK)
        config.write_text(
            f'[[hosts]]\nname = "scripted"\nurl = "{server.url}"\nslots = {number}\n'
            + "".join(f'[[generators]]\nname = "g{n}"\nmodel = "m{n}"\n' for n in range(number))
        )
        command = [sys.executable, "-m", "paragen", "run", str(task), "--config", str(config)]
        command += ["--json", "--quiet", "--db", str(Path(folder, "history.db")), *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    run: dict[str, Any] = json.loads(done.stdout)
    assert [c["status"] for c in run["candidates"]] == ["passed"] * number
    return run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What playing at once costs and saves.")
    parser.add_argument("--seconds", type=float, default=20.0, help="per answer, for 64 at once")
    parser.add_argument("--sequential-seconds", type=float, default=2.0, help="per answer, else")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
