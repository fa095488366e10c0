"""`paragen compare` and `paragen baseline`: is it really better, and than it was?"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from paragen.domain.status import Status
from paragen.report.schema import json_schema
from paragen.store.recorder import Recorder
from tests.cli.running import Place
from tests.store import build


def play(path: Path, *, tasks: int = 10, at: str = "2026-01-01", **passes: int) -> None:
    """Each of these generators on so many tasks, of which it passes the first ones."""
    recorder = Recorder(path, on_failure=pytest.fail)
    for task in range(tasks):
        run = build.run(
            f"{at}-{task}",
            *(
                build.candidate(name, Status.PASSED if task < count else Status.FAILED)
                for name, count in passes.items()
            ),
            started_at=f"{at}T00:00:00.000Z",
        )
        for event in build.events(replace(run, task=replace(run.task, sha256=str(task)))):
            recorder(event)
    recorder.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("compare"))
    play(place.database, good=9, fair=8, bad=1)
    return place


class TestCompare:
    def test_in_words_and_numbers(self, played: Place) -> None:
        printed = played.run("compare", "good", "bad")
        assert printed.code == 0
        words, blank, heading, good, bad, *others = printed.out.splitlines()
        assert words.startswith("good is better than bad: on the 10 tasks that both played it")
        assert blank == ""
        assert heading.split()[:4] == ["on", "average", "pass", "rate"]
        assert good.split()[:2] == ["good", "90.0%"]
        assert bad.split()[:2] == ["bad", "10.0%"]
        assert [line.split()[0] for line in others] == ["difference", "95%", "p"]
        assert "passes more often on 8 tasks, less often on 0, as often on 2" in printed.err

    def test_as_json(self, played: Place) -> None:
        printed = played.run("compare", "good", "fair", "--by", "score", "-f", "json")
        assert printed.err == ""
        jsonschema.validate(printed.object, json_schema("compare"))
        assert printed.object["schema"] == "paragen.compare/1"
        assert printed.object["by"] == "score"
        assert (printed.object["a"]["generator"], printed.object["b"]["generator"]) == (
            "good",
            "fair",
        )
        assert printed.object["tasks"] == 10
        assert played.run("schema", "compare").object == json_schema("compare")

    def test_as_csv_and_markdown(self, played: Place) -> None:
        printed = played.run("compare", "good", "bad", "-f", "csv").out
        table = list(csv.DictReader(io.StringIO(printed)))
        assert [row["measure"] for row in table] == ["pass_rate", "score", "speed"]
        assert float(table[0]["a_beyond_b"]) == pytest.approx(0.8)
        lines = played.run("compare", "good", "bad", "-f", "markdown").out.splitlines()
        assert lines[0].startswith("good is better than bad")
        assert lines[2].startswith("| on average | pass rate | score |")
        assert lines[4].startswith("| good | 90.0% |")

    @pytest.mark.parametrize(
        ("first", "second", "code"), [("bad", "good", 1), ("good", "bad", 0), ("fair", "good", 0)]
    )
    def test_fail_if_worse(self, played: Place, first: str, second: str, code: int) -> None:
        printed = played.run("compare", first, second, "--fail-if-worse")
        assert printed.code == code
        assert printed.out

    def test_a_gate_that_saw_nothing_is_not_passed(self, played: Place) -> None:
        printed = played.run("compare", "good", "bad", "-t", "cooking", "--fail-if-worse")
        assert printed.code == 2
        assert printed.out.startswith("Can't tell: there is no cooking task that both")
        assert "let both play the same tasks" in printed.err
        assert played.run("compare", "good", "bad", "-t", "cooking").code == 0

    @pytest.mark.parametrize(("tasks", "code"), [(5, 2), (6, 1)])
    def test_a_gate_that_could_not_have_failed_is_not_passed(
        self, place: Place, tasks: int, code: int
    ) -> None:
        for night in range(1, 4):
            play(place.database, tasks=tasks, at=f"2026-01-0{night}", good=tasks, bad=0)
        printed = place.run("compare", "bad", "good", "--fail-if-worse")
        assert printed.code == code
        assert ("It takes 6 tasks to tell which is worse" in printed.err) == (code == 2)
        assert place.run("compare", "bad", "good").code == 0

    def test_mistakes(self, played: Place) -> None:
        played.run("compare", "good", "bat").refused("'bat'", "did you mean 'bad'")
        played.run("compare", "good").refused("--baseline")
        played.run("compare", "good", "good").refused("with itself")
        played.run("compare", "good", "--baseline", "x").refused("no baseline 'x'")
        played.run("compare", "good", "bad", "--by", "luck").refused("passes", "score")

    def test_a_name_that_was_something_else(self, place: Place) -> None:
        recorder = Recorder(place.database)
        for number, temperature in enumerate((0.2, 0.8)):
            run = build.run(
                f"r{number}",
                build.candidate("a", temperature=temperature),
                build.candidate("b"),
                started_at=f"2026-01-0{number + 1}T00:00:00.000Z",
            )
            for event in build.events(run):
                recorder(event)
        recorder.close()
        printed = place.run("compare", "a", "b", "-f", "json")
        assert "a was something else before (coder:7b at 0.2)" in printed.err
        assert printed.object["a"]["temperature"] == 0.8


class TestBaseline:
    def test_from_saving_to_the_gate(self, place: Place) -> None:
        play(place.database, good=10)
        saved = place.run("baseline", "save", "main")
        assert (saved.code, saved.out) == (0, "")
        assert "Saved main: 10 plays of 1 generator on 10 tasks." in saved.err
        (listed,) = place.run("baseline", "list", "-f", "json").object["rows"]
        assert (listed["name"], listed["tasks"], listed["plays"]) == ("main", 10, 10)
        (shown,) = place.run("baseline", "show", "main", "-f", "json").object["rows"]
        assert (shown["generator"], shown["passes"], shown["success_rate"]) == ("good", 10, 1.0)

        gate = ("compare", "good", "--baseline", "main", "--fail-if-worse")
        assert place.run(*gate).code == 2, "nothing was played since"
        play(place.database, good=2, at="2999-01-01")
        failed = place.run(*gate)
        assert failed.code == 1
        assert failed.out.startswith("good is worse than good in baseline main: on the 10 tasks")
        assert place.run("baseline", "save", "main").code == 2
        assert place.run("baseline", "delete", "main").code == 0
        assert "No baseline is saved yet" in place.run("baseline", "list").err

    def test_mistakes(self, place: Place) -> None:
        place.run("baseline", "save", "x").refused("No play of a task with tests")
        place.run("baseline", "save").refused("paragen baseline save NAME")
        place.run("baseline", "show", "x").refused("no baseline 'x'")
        place.run("baseline", "delete", " ").refused("Which baseline?")
        place.run("baseline", "keep", "x").refused("save", "delete")
        assert not place.database.exists(), "a mistake makes no file"
