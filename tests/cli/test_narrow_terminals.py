"""Tables on terminals that are too narrow for them: what is shown is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.bench.fill import fill
from tests.cli.running import Place, plain
from tests.cli.scripts import BAD, GOOD, MIXED

RATE = re.compile(r"\d+%")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Twenty plays of each of ten generators, in each of four task types."""
    place = Place(tmp_path_factory.mktemp("narrow"))
    fill(Path(place.environment["PARAGEN_DB"]), candidates=800)
    return place


def shown(place: Place, *arguments: str, columns: int) -> str:
    done = place.on_terminal(*arguments, columns=columns).done()
    assert done.code == 0, done.err
    return plain(done.err)


def fits(out: str, columns: int) -> bool:
    return max(map(len, out.splitlines())) <= columns


def test_standings(filled: Place) -> None:
    out = shown(filled, "stats", "-t", "api", columns=40)
    heading, *_ = out.splitlines()
    assert fits(out, 40)
    assert heading.split() == ["task", "type", "generator", "success", "combined"]
    rows = filled.run("stats", "-t", "api", "-f", "json").object["rows"]
    for row in rows:
        assert f"{row['success_rate']:.0%}      {row['mean_combined']:.2f}" in out


def test_recommendations(filled: Place) -> None:
    out = shown(filled, "recommend", "-t", "api", columns=40)
    assert fits(out, 40)
    (heading,) = [line for line in out.splitlines() if "score" in line]
    assert heading.split() == ["generator", "score", "success", "at", "least"]
    rows = filled.run("recommend", "-t", "api", "-f", "json").object
    for row in rows[next(key for key, value in rows.items() if isinstance(value, list))]:
        assert re.search(rf"\b{row['success_rate']:.0%}", out)


def test_a_comparison_keeps_its_labels(filled: Place) -> None:
    names = [
        row["generator"] for row in filled.run("stats", "-t", "api", "-f", "json").object["rows"]
    ]
    out = shown(filled, "compare", names[0], names[1], columns=40)
    assert fits(out, 40)
    for label in ("95% interval", "difference", "pass rate"):
        assert label in out


@pytest.mark.parametrize("columns", [20, 30])
def test_where_not_even_that_has_room_each_value_has_a_line(filled: Place, columns: int) -> None:
    out = shown(filled, "stats", "-t", "api", columns=columns)
    first, *_ = out.split("\n\n")
    assert [line.partition(": ")[0] for line in first.splitlines()] == [
        "task type",
        "generator",
        "success",
        "combined",
    ]


@pytest.mark.parametrize("columns", [30, 40])
def test_a_run(place: Place, columns: int) -> None:
    with ScriptedOllama(MIXED, slots=4) as server:
        options = ("--host", server.url, "-m", f"{GOOD},{BAD}", "--no-record")
        out = shown(place, "run", str(place.write("task.md")), *options, columns=columns)
    after = " ".join(out[out.rindex("★") :].split())
    if columns == 40:
        assert re.match(rf"★ {GOOD} passed [01]\.\d\d {BAD} failed [01]\.\d\d ", after), after
        assert "combined" in out
    else:
        assert re.match(rf"★ {GOOD}: passed, 2/2 tests, .*combined [01]\.\d\d", after), after
