"""The benchmarks still run; what they measure is for a quiet machine, not for a test."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from paragen.store.connection import connect
from paragen.store.queries import stats
from tests.bench import stats as stats_bench
from tests.bench.fill import fill

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[2] / "shared" / "corpus"


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public corpus isn't here")
def test_real_answers_are_played_over_http() -> None:
    done = subprocess.run(
        [sys.executable, HERE / "acceptance.py", CORPUS, "--models", "3", "--problems", "2"],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE.parents[1],
        env={"PYTHONPATH": str(HERE.parents[1]), "PATH": "/usr/bin:/bin"},
    )
    assert "paragen run: exit code 0, 2 tournaments" in done.stdout
    assert "| simple_function | gpt4 |" in done.stdout


def test_a_filled_database_is_one_that_stats_can_read(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    fill(path, candidates=100)
    with closing(connect(path, write=False)) as connection:
        rows = stats(connection)
    assert sum(row.plays for row in rows) == 100
    assert sum(row.wins for row in rows) <= 10


def test_a_large_history_is_a_multiple_of_a_recorded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats_bench, "RECORDED", 100)
    path = tmp_path / "large.db"
    stats_bench.make(path, candidates=300)
    with closing(connect(path, write=False)) as connection:
        rows = stats(connection)
    assert sum(row.plays for row in rows) == 300
    assert all(row.plays % 3 == 0 and row.rating is not None for row in rows)
