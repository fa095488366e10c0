"""Where the verbs that read the history look for it: where `paragen run` writes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from paragen.cli.database import CONFIG, generators_named, history_path
from paragen.settings import load_settings
from paragen.store.connection import default_path
from tests.bench.fill import fill
from tests.cli.running import Place

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
BOM = "\ufeff"


@pytest.mark.parametrize("beginning", ["", BOM, "# a comment\r\n"])
@pytest.mark.parametrize(
    "path", ["own.db", "sub/own.db", "/abs/own.db", "~/own.db", "~nosuchuser/own.db", "~", None]
)
def test_it_is_where_runs_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | None, beginning: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PARAGEN_DB", raising=False)
    section = "" if path is None else f"[database]\npath = '{path}'\n"
    generator = "[[generators]]\nname = 'a'\nmodel = 'm:1b'\n"
    CONFIG.write_text(beginning + generator + section, encoding="utf-8", newline="")
    settings = load_settings()
    assert history_path(None) == default_path(settings.database)
    if path is not None:
        assert history_path(None).name in ("own.db", "home")
    assert generators_named(CONFIG) == frozenset({"a"})


@pytest.mark.parametrize(
    "config",
    [b"\xff\xfe[", b"a = " + b"[" * 100_000, b"database = 3\n", b"[database]\npath = 3\n"],
)
def test_a_config_that_can_not_be_read_is_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARAGEN_DB", raising=False)
    CONFIG.write_bytes(config)
    assert history_path(None) == default_path()


def test_the_environment_says_it_as_a_user_would(place: Place) -> None:
    here = place.run("db", "path", settings={"PARAGEN_DB": "~/zz.db"})
    assert here.out == f"{place.environment['HOME']}/zz.db\n"
    nobodys = place.run("db", "path", settings={"PARAGEN_DB": "~nosuchuser/zz.db"})
    assert (nobodys.code, nobodys.out) == (0, "~nosuchuser/zz.db\n")
    assert "PARAGEN_DB" in place.run("stats", "--help").out


def test_since_a_date_is_since_its_midnight_here(place: Place) -> None:
    """In summer or winter: one of them is not now."""
    fill(place.database, candidates=40)
    moments = ("2026-01-30T22:59", "2026-01-30T23:00", "2026-07-30T21:59", "2026-07-30T22:00")
    with closing(sqlite3.connect(place.database)) as history, history:
        for number, moment in enumerate(moments):
            history.execute(
                "UPDATE runs SET started_at = ? WHERE id LIKE ?",
                (f"{moment}:00.000Z", f"%-{number:06d}-filled"),
            )
    plays = []
    for date in ("2026-01-31", "2026-07-31"):
        done = place.run(
            "stats", "--by", "model", "--since", date, "-f", "json", settings={"TZ": BERLIN}
        )
        plays.append(sum(row["plays"] for row in done.object["rows"]))
    assert plays == [30, 10]
