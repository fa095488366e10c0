"""`paragen stats`, `history` and `show`: what was played, looked at again."""

from __future__ import annotations

import csv
import difflib
import io

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import RIGHT, TASK, Place, plain
from tests.cli.scripts import BAD, GOOD, MIXED, TALK, config, recorded, slow

CODE = "def double(x):\n    return 2 * x\n"
OTHER = "def double(x):\n    return x + 2\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two runs: a general task played by three, then a utility played by one."""
    place = Place(tmp_path_factory.mktemp("history"))
    answers = [*MIXED, recorded("pipe|m:1b", RIGHT.replace("2 * x", "x * 2"))]
    with ScriptedOllama(answers, slots=4) as server:
        place.write("generators.toml", config(server.url, models=[GOOD, BAD, TALK, "pipe|m:1b"]))
        place.write("general.md")
        place.write("tool [x].md", TASK.replace("general", "utilities"))
        assert place.run("run", "general.md", "-g", "bad,good,talk", "-q").code == 0
        assert place.run("run", "tool [x].md", "-g", "pipe|m", "-q").code == 0
    return place


def run_ids(place: Place) -> list[str]:
    return [str(row["run_id"]) for row in place.history()]


class TestStats:
    @pytest.mark.slow
    def test_as_json(self, played: Place) -> None:
        printed = played.run("stats", "--format", "json")
        assert printed.err == ""
        rows = {(r["task_type"], r["generator"]): r for r in printed.object["rows"]}
        assert printed.object["schema"] == "paragen.stats/1"
        assert set(rows) == {
            ("general", "good"),
            ("general", "bad"),
            ("general", "talk"),
            ("utilities", "pipe|m"),
        }
        good, bad, talk = (rows["general", name] for name in ("good", "bad", "talk"))
        assert (good["plays"], good["wins"], good["win_rate"]) == (1, 1, 1.0)
        assert (bad["plays"], bad["wins"], bad["passes"], bad["success_rate"]) == (1, 0, 0, 0.0)
        assert 0 < bad["mean_combined"] < good["mean_combined"] <= 1
        assert good["tokens_per_s"] > 0
        assert talk["mean_combined"] == 0.0, "a play without a program scores nothing"
        assert talk["energy_j_per_pass"] is None, "not measured is null, not zero"
        assert good["model"] == GOOD

    @pytest.mark.slow
    def test_of_one_task_type(self, played: Place) -> None:
        rows = played.run("stats", "-t", "utilities", "-f", "json").object["rows"]
        assert [row["generator"] for row in rows] == ["pipe|m"]
        none = played.run("stats", "--task-type", "cooking")
        assert none.code == 0
        assert "cooking" in none.err

    @pytest.mark.slow
    def test_a_task_type_may_be_written_in_any_way(self, played: Place) -> None:
        rows = played.run("stats", "-t", " Utilities ", "-f", "json").object["rows"]
        assert [row["generator"] for row in rows] == ["pipe|m"]
        (run,) = played.run("history", "-t", "UTILITIES", "-f", "json").object["rows"]
        assert run["task"] == "tool [x]"
        compared = played.run("compare", "good", "bad", "-t", "General", "-f", "json").object
        assert (compared["task_type"], compared["tasks"]) == ("general", 1)

    def test_by_something_else_than_generators(self, played: Place) -> None:
        printed = played.run("stats", "--by", "task-type", "--since", "1d", "-f", "json").object
        general, utilities = printed["rows"]
        assert (general["generator"], general["plays"], general["wins"]) == (None, 3, 1)
        assert (utilities["plays"], utilities["wins"], utilities["win_rate"]) == (1, 0, None)
        assert [row["distribution"] for row in printed["selections"]] == [
            {"good": 1},
            {"pipe|m": 1},
        ]
        rated = played.run("stats", "--by", "model", "-t", "general", "-f", "json").object["rows"]
        assert rated[0]["model"] == GOOD
        assert rated[0]["rating"]["mu"] > 25 > rated[-1]["rating"]["mu"]
        later = played.run("stats", "--since", "2999-01-01")
        assert (later.code, "since 2999-01-01" in later.err) == (0, True)
        played.run("stats", "--since", "soon").refused("how long ago")
        assert played.run("stats", "--by", "colour").code == 2

    def test_as_csv(self, played: Place) -> None:
        header, *rows = csv.reader(io.StringIO(played.run("stats", "-f", "csv").out))
        keyed = [dict(zip(header, row, strict=True)) for row in rows]
        assert len(keyed) == 4
        for key in ("wins", "plays", "win_rate", "passes", "success_rate", "mean_combined"):
            assert key in header
        talk = {float(row["mean_combined"]) for row in keyed if row["generator"] == "talk"}
        assert talk == {0.0}  # a play without a program scores nothing

    def test_as_markdown(self, played: Place) -> None:
        lines = played.run("stats", "-f", "MARKDOWN").out.splitlines()
        assert lines[0].startswith("| task type | generator |")
        assert len(lines) == 6
        (piped,) = [line for line in lines if "pipe" in line]
        assert "pipe\\|m" in piped, "a bar in a name doesn't end its cell"

    def test_as_a_table(self, played: Place) -> None:
        done = played.run("stats")
        assert "\x1b" not in done.out
        assert len({len(line.rstrip()) > 0 for line in done.out.splitlines()}) == 1
        for words in ("win rate", "success", "combined", "100%"):
            assert words in done.out
        seen = played.on_terminal("stats", columns=120).done()
        assert seen.code == 0
        assert "good" in plain(seen.err)
        assert "█" in plain(seen.err), "a terminal has bars"
        assert "chosen" in plain(seen.err)
        assert "█" not in done.out


class TestHistory:
    def test_newest_first(self, played: Place) -> None:
        tool, general = played.history()
        assert (tool["task"], general["task"]) == ("tool [x]", "general")
        assert (general["winner"], general["candidates"], general["passes"]) == ("good", 3, 1)
        assert general["state"] == "ended"
        assert general["started_at"] < tool["started_at"]
        assert 0 < general["combined"] <= 1
        assert general["wall_s"] > 0

    @pytest.mark.slow
    def test_limits(self, played: Place) -> None:
        assert len(played.run("history", "-n", "1", "-f", "json").object["rows"]) == 1
        assert len(played.run("history", "-t", "general", "-f", "json").object["rows"]) == 1
        assert played.run("history", "-n", "0").code == 2
        assert played.run("history", "-n", "many").code == 2
        assert played.run("history", "-f", "xml").code == 2

    def test_other_formats(self, played: Place) -> None:
        table = played.run("history").out
        assert "tool [x]" in table
        assert all(run_id in table for run_id in run_ids(played)), "ids are whole: to be copied"
        header, *rows = csv.reader(io.StringIO(played.run("history", "-f", "csv").out))
        assert header[0] == "run_id"
        assert [row[0] for row in rows] == run_ids(played)
        assert played.run("history", "-f", "markdown").out.startswith("| run |")


class TestShow:
    def test_last_and_prefixes(self, played: Place) -> None:
        newest, oldest = run_ids(played)
        assert played.run("show", "-f", "json").object["run_id"] == newest
        assert played.run("show", "last", "-f", "json").object["run_id"] == newest
        whole = played.run("show", oldest, "-f", "json").object
        assert whole["run_id"] == oldest
        unique = next(n for n in range(len(oldest)) if not newest.startswith(oldest[:n]))
        assert played.run("show", oldest[:unique], "-f", "json").object == whole
        both = played.run("show", oldest[:3])
        both.refused("more than one", newest, oldest)

    def test_a_run_in_every_format(self, played: Place) -> None:
        oldest = run_ids(played)[1]
        table = played.run("show", oldest)
        assert table.err == ""
        for words in (oldest, "★", "good", "bad", "talk", "no code", "2/2", "1/2"):
            assert words in table.out
        assert "\x1b" not in table.out
        printed = played.run("show", oldest, "-f", "json").object
        assert printed["schema"] == "paragen.run/1"
        assert [c["generator"] for c in printed["candidates"]] == ["good", "bad", "talk"]
        header, *rows = csv.reader(io.StringIO(played.run("show", oldest, "-f", "csv").out))
        assert [dict(zip(header, row, strict=True))["generator"] for row in rows] == [
            "good",
            "bad",
            "talk",
        ]
        assert "| good |" in played.run("show", oldest, "-f", "markdown").out
        seen = plain(played.on_terminal("show", oldest).done().err)
        assert "★" in seen

    @pytest.mark.slow
    def test_a_candidate(self, played: Place) -> None:
        oldest = run_ids(played)[1]
        table = played.run("show", oldest, "--candidate", "c1")
        for words in ("c1, bad", BAD, "failed", "1/2", "test_three", "✓", "✗", "x + 2"):
            assert words in table.out
        printed = played.run("show", oldest, "--candidate", "c2", "-f", "json").object
        assert (printed["id"], printed["generator"]) == ("c2", "good")
        rows = list(
            csv.reader(
                io.StringIO(played.run("show", oldest, "--candidate", "c2", "-f", "csv").out)
            )
        )
        assert len(rows) == 2
        seen = played.on_terminal("show", oldest, "--candidate", "c1").done()
        assert seen.code == 0
        assert "def double" in plain(seen.err)

    def test_code_and_answers(self, played: Place) -> None:
        oldest = run_ids(played)[1]
        assert played.run("show", oldest, "--code").out == CODE
        assert played.run("show", oldest, "--code", "--candidate", "c1").out == OTHER
        assert played.run("show", oldest, "--code", "--candidate", "bad").out == OTHER
        assert played.run("show", oldest, "--raw").out.rstrip("\n") == RIGHT
        assert "rather not" in played.run("show", oldest, "--raw", "--candidate", "c3").out
        seen = played.on_terminal("show", oldest, "--code").done()
        assert "\x1b[" in seen.err
        assert "def double(x):" in plain(seen.err)

    def test_differences(self, played: Place) -> None:
        oldest = run_ids(played)[1]
        shown = played.run("show", oldest, "--diff", "c1").out.splitlines()
        expected = difflib.unified_diff(OTHER.splitlines(), CODE.splitlines(), lineterm="")
        assert shown[2:] == list(expected)[2:]
        assert "bad" in shown[0]
        assert "good" in shown[1]
        same = played.run("show", oldest, "--diff", "c2")
        assert "same" in same.out + same.err

    @pytest.mark.slow
    def test_what_is_not_there(self, played: Place) -> None:
        oldest = run_ids(played)[1]
        played.run("show", "20000101").refused("20000101")
        played.run("show", "").refused("")
        played.run("show", "%").refused("%")
        played.run("show", oldest, "--candidate", "c9").refused("c9", "c1 (bad)")
        played.run("show", oldest, "--diff", "c9").refused("c9", "c1 (bad)")
        played.run("show", oldest, "--code", "--candidate", "c3").refused("no code", "--raw")
        played.run("show", oldest, "--diff", "c3").refused("no code")


class TestNothingYet:
    @pytest.mark.slow
    def test_an_empty_history_is_said_to_be(self, place: Place) -> None:
        for verb in ("stats", "history"):
            done = place.run(verb)
            assert done.code == 0
            assert "paragen run" in done.err
            for format, empty in (("json", '"rows": []'), ("csv", ","), ("markdown", "| --")):
                printed = place.run(verb, "-f", format)
                assert printed.code == 0
                assert empty in printed.out
        place.run("show").refused("paragen run")
        place.run("show", "abc").refused("abc")
        assert not place.database.exists()

    @pytest.mark.slow
    def test_a_run_without_a_winner(self, place: Place) -> None:
        with ScriptedOllama([recorded(TALK, "No.")]) as server:
            place.run("run", place.write("task.md"), "--host", server.url, "-m", TALK)
        place.run("show", "last", "--code").refused("no winner", "--candidate", "c1")
        (row,) = place.history()
        assert (row["winner"], row["combined"]) == (None, None)
        assert "–" in place.run("history").out


@pytest.mark.slow
def test_a_run_that_never_ended(place: Place) -> None:
    """Its process was killed: what is on record is shown, and that it isn't the end."""
    with ScriptedOllama([recorded(GOOD), slow("slow")], slots=2) as server:
        text = config(server.url, models=[GOOD, "slow"])
        place.write("generators.toml", text.replace("[[gen", "slots = 2\n[[gen", 1))
        place.write("task.md")
        running = place.start("run", "task.md")
        running.shows("  good: passed")
        running.process.kill()
        assert running.done().code == -9
    (row,) = place.history()
    assert (row["state"], row["candidates"], row["winner"]) == ("unfinished", 1, None)
    shown = place.run("show")
    assert shown.code == 0
    assert "good" in shown.out
    assert "not ended" in shown.out + shown.err
    assert place.run("show", "--candidate", "c1", "--code").out == CODE
    place.run("show", "--code").refused("--candidate")
    (stats,) = place.run("stats", "-f", "json").object["rows"]
    assert (stats["generator"], stats["plays"], stats["wins"]) == ("good", 1, 0)


@pytest.mark.slow
def test_the_database_of_the_command_line_comes_first(place: Place, played: Place) -> None:
    rows = place.run("history", "--db", played.database, "-f", "json").object["rows"]
    assert len(rows) == 2
    default = {"PARAGEN_DB": "", "XDG_DATA_HOME": str(place.folder / "data")}
    with ScriptedOllama(MIXED) as server:
        place.write("task.md")
        place.run("run", "task.md", "--host", server.url, "-m", GOOD, "-q", settings=default)
        assert (place.folder / "data" / "paragen" / "history.db").is_file(), "the platform's place"
        by_config = config(server.url, models=[GOOD], more='[database]\npath = "own.db"\n')
        place.write("generators.toml", by_config)
        for _ in range(2):
            place.run("run", "task.md", "-q", settings=default)
        assert (place.folder / "own.db").is_file()
    for verb in ("history", "stats"):
        (*_, row) = place.run(verb, "-f", "json", settings=default).object["rows"]
        assert row.get("plays", 2) == 2
    rows = place.run("history", "-f", "json", settings=default).object["rows"]
    assert len(rows) == 2, "what the config's database holds is what history shows"
