"""`paragen stats` on a terminal: what is drawn, and where there is no room or no way to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.fill import fill
from tests.cli.running import Place, plain

DRAWN = set("▁▂▃▄▅▆▇")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Twenty plays of each of ten generators, in each of four task types."""
    place = Place(tmp_path_factory.mktemp("stats"))
    fill(Path(place.environment["PARAGEN_DB"]), candidates=800)
    return place


def shown(place: Place, columns: int, **settings: str) -> list[str]:
    done = place.on_terminal("stats", "-t", "api", columns=columns, settings=settings).done()
    assert done.code == 0
    return plain(done.err).splitlines()


def test_a_wide_one_shows_how_success_rates_went(filled: Place) -> None:
    heading, *lines = shown(filled, 220)
    assert "lately" in heading
    rows = [line for line in lines if line.startswith("api ") and "%" in line]
    assert len(rows) == 10
    assert all(DRAWN & set(row) and "█" in row for row in rows)


def test_a_narrow_one_does_without_first_of_all(filled: Place) -> None:
    heading, *lines = shown(filled, 80)
    assert "lately" not in heading
    assert not any(DRAWN & set(line) for line in lines)
    assert max(map(len, lines)) <= 80
    _, said, left_out = " ".join(lines).partition("no room for ")
    assert said
    assert "lately" in left_out


@pytest.mark.parametrize("by", ["generator", "model", "temperature", "task-type"])
def test_whose_they_are_is_seen_on_any_terminal(filled: Place, by: str) -> None:
    done = filled.on_terminal("stats", "-t", "api", "--by", by, columns=60).done()
    heading, first, *_ = plain(done.err).splitlines()
    said = {"temperature": "temp", "task-type": "task type"}.get(by, by)
    assert said in heading
    assert "–" not in first


def test_only_the_best_of_each_task_type(filled: Place) -> None:
    rows = filled.run("stats", "-f", "json", "-n", "2").object["rows"]
    every = filled.run("stats", "-f", "json").object["rows"]
    types = {row["task_type"] for row in every}
    expected = [[row for row in every if row["task_type"] == one][:2] for one in sorted(types)]
    assert rows == [row for some in expected for row in some]


def test_one_that_only_knows_letters_gets_letters(filled: Place) -> None:
    lines = shown(filled, 220, PYTHONIOENCODING="ascii")
    assert "lately" not in lines[0]
    assert not any("\\u2588" in line for line in lines)
    assert any("%" in line for line in lines)


def test_in_pipes_nothing_is_drawn(filled: Place) -> None:
    for format in ("table", "csv", "markdown", "json"):
        done = filled.run("stats", "-f", format)
        assert done.code == 0
        assert not (DRAWN | {"█"}) & set(done.out)
        assert "lately" not in done.out
