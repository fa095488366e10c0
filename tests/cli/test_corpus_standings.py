"""Real answers of real models, really played: what the history then knows is what is so."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import corpus
from tests.bench.bare_verdicts import Difference
from tests.cli.running import Place

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
MODELS = 10
"""Every ninth of the corpus, its best among them; `python -m tests.bench.corpus` plays all."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not (CORPUS / "locals_even.jsonl").exists(), reason="the public corpus isn't here"
    ),
]

Played = tuple[corpus.Corpus, corpus.Seen, corpus.Truth]

FALSE = (
    ("rows", 0, "passes", 82, "82 of 82 plays"),
    ("rows", 1, "success_rate", 0.5, "a success rate of 0.5"),
    ("rows", 2, "interval", [0.2, 0.3], "an interval of"),
    ("rows", 3, "wins", 80, "80 wins"),
    ("selections", 0, "distribution", {"nobody": 75}, "Chosen were"),
)
"""What `stats` might say, and what would be said of it."""


# One test: what is played for it is played once, however many processes the tests have.
def test_the_history_knows_what_is_so(tmp_path: Path) -> None:
    some = corpus.read(CORPUS, MODELS)
    seen = corpus.play(CORPUS, some, Place(tmp_path))
    truth = corpus.told(some, seen)
    assert (len(some.models), len(seen.runs)) == (MODELS, len(some.problems))
    assert corpus.complaints(some, seen, truth) == []
    assert [one["finding"] for one in seen.compared] == ["better", "worse", "undecided"]
    assert list(truth.differences.values()) == [Difference.OWN_HELPER]
    for false in FALSE:
        standings_that_are_not_so_are_told((some, seen, truth), *false)
    a_verdict_that_is_not_so_is_told_everywhere((some, seen, truth))
    ratings_and_orders_that_are_not_so_are_told((some, seen, truth))


def standings_that_are_not_so_are_told(
    played: Played, part: str, number: int, key: str, value: object, words: str
) -> None:
    some, seen, truth = played
    stats = deepcopy(seen.stats)
    stats[part][number][key] = value
    (found,) = corpus.complaints(some, replace(seen, stats=stats), truth)
    assert words in found


def a_verdict_that_is_not_so_is_told_everywhere(played: Played) -> None:
    some, seen, truth = played
    best = seen.recommended["generators"][0]["generator"]
    failed = next(task for task in some.problems if truth.passed.get((task, best)) is False)
    wrong = replace(truth, passed={**truth.passed, (failed, best): True})
    found = "\n".join(corpus.complaints(some, seen, wrong))
    for words in ("of 82 plays, not", "recommended by", " and 0, not "):
        assert words in found


def ratings_and_orders_that_are_not_so_are_told(played: Played) -> None:
    some, seen, truth = played
    stats, recommended = deepcopy(seen.stats), deepcopy(seen.recommended)
    for row in stats["rows"]:
        row["rating"]["mu"] *= -1
    recommended["generators"].reverse()
    compared = deepcopy([seen.compared[0]])
    compared[0].update(finding="worse", sentence="Can't tell.")
    compared[0]["pass_rate"]["p_value"] = 0.04
    wrong = replace(seen, stats=stats, recommended=recommended, compared=compared)
    found = "\n".join(corpus.complaints(some, wrong, truth))
    for words in ("Ratings go with", "not the best first", "isn't the best", "worse, not better"):
        assert words in found
    assert "a p-value of 0.04" in found
    assert "better, and yet: Can't tell." in found
