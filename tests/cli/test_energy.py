"""Energy, where nvidia-smi says it: from a run to the history, and what a pass takes."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import Place, until
from tests.cli.scripts import BAD, GOOD, MIXED, config, recorded, slow
from tests.hosts import smi

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="whether a process is gone is looked up in /proc"
)

STEADY = smi.STEADY.format(watts=50.0)


@pytest.fixture
def metered(place: Place, tmp_path: Path) -> Path:
    """Where nvidia-smi, which says 50 W and is on the place's PATH, notes its starts."""
    bin_folder = tmp_path / "bin"
    place.environment["PATH"] = f"{bin_folder}{os.pathsep}{place.environment['PATH']}"
    return smi.install(bin_folder, STEADY)


def is_over(starts: Path) -> bool:
    return not any(map(smi.is_running, smi.starts(starts)))


@pytest.mark.slow
def test_from_a_run_to_the_statistics(place: Place, metered: Path) -> None:
    with ScriptedOllama(MIXED, slots=4) as server:
        place.write("generators.toml", config(server.url))
        place.write("task.md")
        played = place.run("run", "task.md", "--cache", "--json")
        again = place.run("run", "task.md", "--cache", "--json", "--new")
    assert is_over(metered)
    assert len(smi.starts(metered)) == 2, "one for each session"
    energy = {one["generator"]: one["energy_j"] for one in played.object["candidates"]}
    assert all(0 < joules < 50 * played.object["wall_s"] for joules in energy.values())
    assert {(one["cached"], one["energy_j"]) for one in again.object["candidates"]} == {
        (True, None)
    }

    shown = place.run("show", played.object["run_id"], "-f", "json").object
    assert {one["generator"]: one["energy_j"] for one in shown["candidates"]} == energy
    assert " J" in place.run("show", played.object["run_id"], "--candidate", "good").out

    stats = place.run("stats", "--format", "json").object
    jsonschema.validate(stats, place.run("schema", "stats").object)
    rows = {row["generator"]: row for row in stats["rows"]}
    assert (rows["good"]["metered"], rows["good"]["energy_j_per_pass"]) == (1, energy["good"])
    assert (rows["bad"]["metered"], rows["bad"]["energy_j_per_pass"]) == (1, None)
    (pooled,) = place.run("stats", "--by", "task-type", "-f", "json").object["rows"]
    assert pooled["energy_j_per_pass"] == pytest.approx(sum(energy.values())), "failures cost too"
    assert "energy/pass" in place.run("stats").out

    place.run("db", "export", "all.jsonl")
    settings = {"PARAGEN_DB": str(place.folder / "other.db")}
    assert place.run("db", "import", "all.jsonl", settings=settings).code == 0
    there = place.run("stats", "-f", "json", settings=settings).object["rows"]
    assert {row["generator"]: row["metered"] for row in there} == {"good": 1, "bad": 1}


@pytest.mark.slow
def test_without_a_meter_nothing_is_shown(place: Place, tmp_path: Path) -> None:
    with ScriptedOllama(MIXED, slots=4) as server:
        place.write("generators.toml", config(server.url))
        place.write("task.md")
        played = place.run("run", "task.md", "--json").object
    assert {one["energy_j"] for one in played["candidates"]} == {None}
    assert "energy" not in place.run("stats").out
    (row, _) = place.run("stats", "-f", "json").object["rows"]
    assert (row["metered"], row["energy_j_per_pass"]) == (0, None)


@pytest.mark.slow
def test_what_is_played_elsewhere_or_not_at_all_needs_no_meter(place: Place, metered: Path) -> None:
    assert place.run("run", "--demo", "-q").code == 0
    place.run("stats")
    assert smi.starts(metered) == []


DEAF = "say('1, 0, 50.0')\ntime.sleep(600)"
"""Nothing but a signal ends it: it writes no more, so it doesn't see that nobody reads."""


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.slow
def test_it_is_ended_with_the_session(place: Place, metered: Path, interrupted: bool) -> None:
    smi.install(metered.parent, DEAF)
    second = slow(BAD) if interrupted else recorded(BAD)
    with ScriptedOllama([recorded(GOOD), second], slots=4) as server:
        place.write("generators.toml", config(server.url))
        place.write("task.md")
        running = place.start("run", "task.md")
        running.shows("good: passed")
        if interrupted:
            running.interrupt()
        assert running.done().code == (130 if interrupted else 0)
    assert is_over(metered)
    assert len(smi.starts(metered)) == 1


@pytest.mark.slow
def test_a_second_ctrl_c_ends_it_too(place: Place, metered: Path) -> None:
    """Another program keeps the history locked: the first Ctrl-C waits for it, not the second."""
    smi.install(metered.parent, DEAF)
    with ScriptedOllama([recorded(GOOD), slow(BAD)], slots=4) as server:
        place.write("generators.toml", config(server.url))
        place.write("task.md")
        running = place.start("run", "task.md")
        running.shows("good: passed")
        with closing(sqlite3.connect(place.database, isolation_level=None)) as holding:
            holding.execute("BEGIN IMMEDIATE")
            running.interrupt()
            until(lambda: server.active == 0, "the stream is closed")
            assert not is_over(metered)
            running.interrupt()
            assert running.done().code == 130
    until(lambda: is_over(metered), "the end of the meter's program")
