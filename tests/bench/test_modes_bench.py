"""The comparison of modes still runs, and modes that learn still spend better than an even hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paragen.domain.status import Status
from tests.bench import modes
from tests.bench.outcomes import from_corpus, made_up

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
SPEND_BETTER = [name for name, played in modes.PLAYED.items() if not played.spends_less]


def test_modes_that_learn_spend_better_on_outcomes_made_up() -> None:
    rows = modes.measured(made_up(7, tasks=40, generators=6, answers=20), [24], 1)
    even, *others = rows
    assert even.name == modes.EVEN
    assert [row.name for row in others] == list(modes.PLAYED)
    for row in others:
        if row.name in SPEND_BETTER:
            assert row.passed > even.passed + 0.03, row
            assert row.regret < even.regret - 0.03, row
            assert row.attempts <= 24
    assert not modes.complaints(rows)


def test_what_falls_short_is_complained_of() -> None:
    even = modes.Row(
        name=modes.EVEN, budget=8, attempts=8, solved=0.5, passed=0.3, best=0.6, regret=0.2
    )
    good = replace(even, name="bandit, ucb1", passed=0.4, regret=0.1)
    assert not modes.complaints([even, good])
    assert len(modes.complaints([even, replace(good, passed=0.3)])) == 1
    assert len(modes.complaints([even, replace(good, solved=0.4)])) == 1
    assert len(modes.complaints([even, replace(even, name="adaptive", attempts=9)])) == 1


def test_rows_make_a_table() -> None:
    rows = modes.measured(made_up(7, tasks=2, generators=2, answers=3), [4], 1)
    lines = modes.table(rows).splitlines()
    assert len(lines) == 2 + len(rows)
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public corpus isn't here")
def test_real_answers_are_judged_once_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "outcomes.json"
    first = from_corpus(CORPUS, kept, problems=1)
    again = from_corpus(CORPUS, kept, problems=1)
    assert first.outcomes == again.outcomes
    (task,) = first.tasks
    answers = [one for some in first.outcomes[task.name].values() for one in some]
    assert len(answers) == 37
    assert any(one.status is Status.PASSED for one in answers)
    assert any(one.status is Status.FAILED for one in answers)
