"""What a program leaves behind: the next one that the same worker judges finds none of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.task import MIB, Limits
from tests.sandbox.hostile.levels import (
    CONFINED,
    HONEST_TESTS,
    judged,
    sandbox_of,
    still_honest,
    task_of,
)
from tests.sandbox.hostile.succession import SUCCESSIONS

pytestmark = pytest.mark.slow

_BOTH = """
import sys
scope = {}
exec(sys.argv[1], {})
exec(sys.argv[2], scope)
print("found" if scope["f"](7) == 49 else "nothing")
sys.stdout.flush()
import os
os._exit(0)
"""


@pytest.mark.parametrize("name", [n for n in SUCCESSIONS if n not in ("usual_places", "library")])
def test_it_is_found_where_one_process_runs_both(name: str, tmp_path: Path) -> None:
    both = SUCCESSIONS[name]
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _BOTH, both.planting, both.using],
        capture_output=True, text=True, check=False, timeout=20, cwd=tmp_path,
        env={"TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert ran.stdout == "found\n", ran.stderr


@pytest.mark.parametrize("disk_bytes", [0, 4 * MIB])
@pytest.mark.parametrize("level", CONFINED)
@pytest.mark.parametrize("name", SUCCESSIONS)
def test_the_next_program_finds_nothing(name: str, level: str, disk_bytes: int) -> None:
    sandbox_of(level)
    if disk_bytes and level == "filters":
        pytest.skip("this level can't bound files, and refuses tasks that make any")
    both = SUCCESSIONS[name]
    task = task_of(HONEST_TESTS, Limits(disk_bytes=disk_bytes))
    plain = replace(task, limits=Limits())
    for planted, used in ((task, task), (task, plain), (plain, task)):
        judged(level, both.planting, planted)
        verdict, _ = judged(level, both.using, used)
        assert verdict.status == "failed", verdict
    still_honest(level)


def test_the_next_tests_find_no_files_either() -> None:
    sandbox_of("full")
    planting = "open('/candidate/work/planted', 'w').close()\ndef f(x): return x * x\n"
    task = task_of(HONEST_TESTS, Limits(disk_bytes=4 * MIB))
    looking = task_of(
        "import os\nfrom solution import f\ndef test_it():\n"
        "    assert not os.path.exists('/candidate/work/planted')\n",
        Limits(),
    )
    for _ in range(3):
        planted, _ran = judged("full", planting, task)
        assert planted.status == "passed", planted
        verdict, _ran = judged("full", planting.partition("\n")[2], looking)
        assert verdict.status == "passed", verdict
    still_honest("full")
