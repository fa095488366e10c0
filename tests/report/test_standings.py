"""Standings and selections as they are printed."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.tournament import Weights
from paragen.learn.standing import By, Rating, Record, Selections
from paragen.report.columns import SELECTIONS, STATS, STATS_DRAWN, STATS_MORE
from paragen.report.rows import to_csv, to_text
from paragen.report.schema import json_schema
from paragen.report.standings import (
    drawn_row,
    selections_row,
    standing_object,
    standing_row,
    stats_object,
)
from paragen.report.text import BAR_WIDTH, bar, sparkline

RECORD = Record(
    task_type="api",
    generator=None,
    model="coder:7b",
    temperature=None,
    plays=4,
    runs=2,
    wins=1,
    win_rate=0.5,
    passes=3,
    judged=4,
    success_rate=0.75,
    interval=(0.3, 0.95),
    rating=Rating(mu=26.5, sigma=7.0),
    mean_combined=0.5,
    std_combined=0.1,
    mean_tokens_per_s=40.0,
    mean_generation_s=2.0,
    mean_load_s=None,
    generation_s_per_pass=2.7,
    tokens_per_pass=120.0,
)
CHOSEN = Selections(
    task_type="api",
    selections=21,
    distribution={f"g{n}": 6 - n for n in range(6)},
    mean_combined=0.8,
    std_combined=None,
    weights=Weights(quality=0.85, speed=0.15),
    adjustments=2,
)


def test_json_keeps_to_its_schema() -> None:
    printed = json.loads(json.dumps(stats_object(By.MODEL, [RECORD], [CHOSEN])))
    jsonschema.Draft202012Validator(json_schema("stats")).validate(printed)
    (row,) = printed["rows"]
    assert row["interval"] == [0.3, 0.95]
    assert row["rating"] == {"mu": 26.5, "sigma": 7.0}
    assert printed["selections"][0]["distribution"]["g5"] == 1


def test_a_row_has_all_that_json_has() -> None:
    row = standing_row(RECORD)
    assert set(row) == {column.key for column in STATS_MORE}
    parts = {"interval", "rating"}
    assert set(standing_object(RECORD)) - parts == {
        key for key in row if not key.startswith(("interval_", "rating_"))
    }
    header, line = to_csv(STATS_MORE, [row]).splitlines()
    assert dict(zip(header.split(","), line.split(","), strict=True))["rating_mu"] == "26.5"
    assert to_text(STATS, [row]).splitlines()[1].startswith("api        coder:7b")


def test_a_table_names_those_who_were_chosen_most_often() -> None:
    shown = to_text(SELECTIONS, [selections_row(CHOSEN)])
    assert "g0 6, g1 5, g2 4, g3 3, g4 2, 1 more" in shown


def test_a_terminal_is_shown_how_it_went() -> None:
    row = drawn_row(RECORD, (0.0, 0.25, 0.5, 1.0))
    assert set(row) == {column.key for column in STATS_MORE} | {"trend"}
    shown = to_text(STATS_DRAWN, [row, drawn_row(RECORD, None)]).splitlines()
    assert shown[0].endswith("lately")
    assert shown[1].endswith("▁▃▅█")
    assert shown[2].endswith("–")
    assert "lately" not in to_text(STATS_DRAWN, [drawn_row(RECORD, None)])


@given(st.lists(st.floats(0, 1)))
def test_a_sparkline_rises_with_what_it_shows(shares: list[float]) -> None:
    drawn = sparkline(sorted(shares))
    assert list(drawn) == sorted(drawn)
    assert len(drawn) == len(shares)


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        (None, "–"),
        (0.0, " " * 8 + "   0%"),
        (0.5, "████" + " " * 6 + "50%"),
        (1.0, "█" * 8 + " 100%"),
    ],
)
def test_a_share_is_drawn(share: float | None, drawn: str) -> None:
    assert bar(share) == drawn


def test_bars_are_as_wide_as_each_other() -> None:
    assert {len(bar(n / 1000)) for n in range(1001)} == {BAR_WIDTH + 5}
