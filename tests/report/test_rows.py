"""Rows as JSON, CSV, Markdown and tables."""

from __future__ import annotations

import contextlib
import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from paragen.report.rows import Column, Value, print_table, to_csv, to_json, to_markdown, to_text

COLUMNS = (
    Column(key="name", heading="the name"),
    Column(key="rate", heading="rate", show=lambda v: f"{v:.0%}", right=True),
)
rows_ = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
            "rate": st.none() | st.floats(0, 1),
        }
    )
)


@given(rows_)
def test_csv_reads_back(rows: list[dict[str, Value]]) -> None:
    header, *read = list(csv.reader(io.StringIO(to_csv(COLUMNS, rows))))
    assert header == ["name", "rate"]
    expected = [["" if v is None else str(v) for v in (row["name"], row["rate"])] for row in rows]
    assert read == expected


@given(rows_)
def test_json_reads_back(rows: list[dict[str, Value]]) -> None:
    assert json.loads(to_json(rows, schema="s/1")) == {"schema": "s/1", "rows": rows}


def test_markdown_escapes_what_would_break_it() -> None:
    shown = to_markdown(COLUMNS, [{"name": "a|b\nc", "rate": 0.5}, {"name": None, "rate": None}])
    assert shown == "| the name | rate |\n| --- | --: |\n| a\\|b c | 50% |\n| – | – |"


def test_a_table_shows_markup_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(COLUMNS, [{"name": "[bold]x[/bold]", "rate": 1.0}])
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_text_is_aligned_and_not_padded() -> None:
    shown = to_text(COLUMNS, [{"name": "longer than it", "rate": 0.05}, {"name": "b", "rate": 1}])
    assert shown == "the name        rate\nlonger than it    5%\nb               100%"


def test_a_narrow_terminal_gets_what_it_has_room_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = (
        Column(key="id", heading="id", whole=True),
        Column(key="name", heading="name", spare=1),
        Column(key="n", heading="number", right=True, spare=2),
    )
    monkeypatch.setenv("COLUMNS", "40")
    print_table(columns, [{"id": "i" * 30, "name": "a b", "n": 7_000_000_000}])
    table, *_ = capsys.readouterr().out.partition("no room")
    assert "i" * 30 in table
    assert "a b" in table
    assert "7000000000" not in table
    monkeypatch.setenv("COLUMNS", "100")
    print_table(columns, [{"id": "i" * 30, "name": "a b", "n": 7_000_000_000}])
    assert "7000000000" in capsys.readouterr().out


def test_people_see_an_optional_column_where_some_row_has_a_value() -> None:
    columns = (COLUMNS[0], Column(key="rate", heading="rate", optional=True))
    without: list[dict[str, Value]] = [{"name": "a", "rate": None}]
    some: list[dict[str, Value]] = [*without, {"name": "b", "rate": 0.5}]
    assert to_text(columns, without) == "the name\na"
    assert to_text(columns, some) == "the name  rate\na         –\nb         0.5"
    assert "rate" not in to_markdown(columns, without)
    assert "rate" in to_markdown(columns, some)
    assert to_csv(columns, without) == "name,rate\na,", "programs see it always"
    assert to_text(columns, []) == "the name"


SEVERAL = (
    Column(key="words", heading="what it is"),
    Column(key="id", heading="id", whole=True),
    Column(key="more", heading="more", spare=1),
    Column(key="rate", heading="rate", show=lambda v: f"{v:.0%}", right=True),
    Column(key="share", heading="share", chart=lambda v: f"████ {v}", right=True),
)
TOLD = st.text(st.sampled_from("abc é漢"), max_size=40)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "words": TOLD,
                "id": st.text("0123456789-", min_size=1, max_size=12),
                "more": TOLD,
                "rate": st.floats(0, 1),
                "share": st.integers(0, 9999),
            }
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(10, 160),
)
def test_on_any_terminal_numbers_and_ids_are_whole(
    rows: list[dict[str, Value]], columns: int
) -> None:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setenv("COLUMNS", str(columns))
        print_table(SEVERAL, rows)
    lines = out.getvalue().splitlines()
    is_table = not any(line.startswith("what it is: ") for line in lines)
    if is_table:
        assert max(map(cell_len, lines)) <= columns
    for row in rows:
        assert any(str(row["id"]) in line and f"{row['rate']:.0%}" in line for line in lines) or (
            not is_table and f"id: {row['id']}" in lines
        )
