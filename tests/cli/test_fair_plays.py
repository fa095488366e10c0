"""What who races or escalates is shown: all plays and costs, and why there is no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from paragen.domain.status import Status
from paragen.learn.standing import FAIR_ENOUGH
from paragen.report.schema import json_schema
from paragen.store.recorder import Recorder
from tests.cli.running import Place
from tests.store import build


def play(path: Path, mode: str, *, tasks: int, first: int = 0) -> None:
    """So many tasks that the small one fails and the big one passes."""
    recorder = Recorder(path, on_failure=pytest.fail)
    for task in range(first, first + tasks):
        both = build.candidate("small", Status.FAILED), build.candidate("big")
        run = build.run(f"{mode}-{task}", *both, winner="big")
        run = replace(run, mode=mode, task=replace(run.task, sha256=str(task)))
        for event in build.events(run):
            recorder(event)
    recorder.close()


@pytest.fixture(scope="module")
def escalated(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("escalated"))
    play(place.database, "escalate", tasks=8)
    return place


def test_stats_show_plays_passes_and_costs_and_why_nobody_won(escalated: Place) -> None:
    done = escalated.run("stats", "-f", "json")
    jsonschema.validate(done.object, json_schema("stats"))
    rows = {row["generator"]: row for row in done.object["rows"]}
    assert [rows[name]["plays"] for name in ("big", "small")] == [8, 8]
    assert [rows[name]["passes"] for name in ("big", "small")] == [8, 0]
    assert rows["big"]["success_rate"] == 1.0
    assert rows["big"]["tokens_per_pass"] == 100
    assert (rows["big"]["basis"], rows["big"]["fair_plays"]) == ("all", 0)
    assert (rows["big"]["win_rate"], rows["big"]["rating"]) == (None, None)
    said = " ".join(escalated.run("stats").err.split())
    assert "16 of 16 plays are left out of win rates, of ratings, and of success rates" in said
    assert f"but in 2 rows, where fewer than {FAIR_ENOUGH} others are" in said
    assert "--mode all" in said


def test_a_column_says_how_many_are_fair_where_not_all_are(place: Place) -> None:
    play(place.database, "all", tasks=FAIR_ENOUGH)
    before = place.run("stats")
    assert "fair" not in before.out.splitlines()[0]
    assert "left out" not in before.err
    play(place.database, "race", tasks=3, first=50)
    after = place.run("stats")
    assert after.out.splitlines()[0].split()[-1] == "fair"
    assert after.out.splitlines()[1].split()[-1] == str(FAIR_ENOUGH)
    assert "6 of 26 plays are left out of win rates" in after.err
    assert "but in" not in after.err
    big, _ = place.run("stats", "-f", "json").object["rows"]
    assert (big["plays"], big["basis"], big["runs"]) == (FAIR_ENOUGH + 3, "fair", FAIR_ENOUGH)
    assert "basis" in place.run("stats", "-f", "csv").out.splitlines()[0]


def test_compare_says_how_many_tasks_it_leaves_out_and_why(escalated: Place) -> None:
    printed = escalated.run("compare", "big", "small")
    assert printed.out.startswith(
        "Can't tell: there is no task that both big and small have played alike."
    )
    assert "8 tasks that both played are left out: whether both were asked" in printed.err
    found = escalated.run("compare", "big", "small", "-f", "json").object
    jsonschema.validate(found, json_schema("compare"))
    assert (found["unfair"], found["tasks"], found["only_a"], found["only_b"]) == (8, 0, 0, 0)
    assert escalated.run("compare", "big", "small", "--fail-if-worse").code == 2


def test_compare_goes_by_the_other_tasks(place: Place) -> None:
    play(place.database, "all", tasks=8)
    play(place.database, "race", tasks=1, first=20)
    printed = place.run("compare", "big", "small")
    assert printed.out.startswith("big is better than small: on the 8 tasks that both played")
    assert "1 task that both played is left out" in printed.err
