"""`paragen init`, `doctor` and `models`: from an empty folder to a first run."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import Any

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import NOWHERE, RIGHT, Place
from tests.cli.scripts import BAD, GOOD, MIXED, config, recorded

FREE = "```python\ndef parse_duration(text):\n    return 0\n```"


class TestInit:
    @pytest.mark.slow
    def test_what_it_writes_loads_and_plays(self, place: Place) -> None:
        models = ["qwen:7b", "llama:3b", "nomic-embed-text:latest", "a:1", "b:1", "c:1", "d:1"]
        with ScriptedOllama([recorded(model, FREE) for model in models], slots=9) as server:
            done = place.run("init", "--host", server.url)
            assert (done.code, done.err) == (0, "")
            assert "generators.toml" in done.out
            assert "prompt.md" in done.out
            assert "paragen doctor" in done.out
            data = tomllib.loads(place.read("generators.toml"))
            assert data["hosts"][0]["url"] == server.url
            named = {g["model"] for g in data["generators"]} | set(data["matrix"][0]["models"])
            assert named <= set(models), "only what the host has"
            assert "nomic-embed-text:latest" not in named, "and what can write code"
            assert "#" in place.read("generators.toml"), "commented"
            played = place.run("run", "prompt.md", "--json")
            assert played.code in (0, 1), played.err
            assert {c["status"] for c in played.object["candidates"]} == {"failed"}
            examined = place.run("doctor", "--format", "json").object["rows"]
            assert not [row for row in examined if row["level"] == "problem"]

    def test_without_a_host_it_names_usual_models_and_warns(self, place: Place) -> None:
        done = place.run("init", "my project")
        assert done.code == 0
        (warning,) = done.err.splitlines()
        assert warning.startswith("warning: ")
        assert "can't be reached" in warning
        assert "ollama pull" in warning
        text = place.read("my project/generators.toml")
        assert tomllib.loads(text)["generators"][0]["model"] in warning
        assert "paragen run 'my project/prompt.md'" in done.out, "as it can be pasted"
        assert "tests" in place.read("my project/prompt.md")

    @pytest.mark.slow
    def test_a_host_without_models(self, place: Place) -> None:
        with ScriptedOllama([recorded("nomic-embed-text")]) as server:
            done = place.run("init", "--host", server.url)
        assert done.code == 0
        assert "no model" in done.err
        assert "ollama pull" in done.err

    def test_files_that_are_there_are_left_alone(self, place: Place) -> None:
        place.write("prompt.md", "mine")
        message = place.run("init").refused("prompt.md", "--force")
        assert "generators.toml" not in message
        assert place.read("prompt.md") == "mine"
        assert not (place.folder / "generators.toml").exists(), "all or nothing"
        forced = place.run("init", "--force")
        assert forced.code == 0
        assert place.read("prompt.md") != "mine"

    @pytest.mark.slow
    def test_a_file_in_the_folders_place(self, place: Place) -> None:
        place.write("taken", "")
        place.run("init", "taken").refused("taken")
        place.run("init", "taken/deeper").refused("taken")
        (place.folder / "prompt.md").mkdir()
        place.run("init", "--force").refused("prompt.md")
        assert not (place.folder / "generators.toml").exists(), "all or nothing"


def findings(place: Place, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """What the doctor finds, by what it looked at."""
    done = place.run("doctor", "--format", "json", *arguments)
    assert "Traceback" not in done.err
    assert done.object["schema"] == "paragen.doctor/1"
    return done.code, {row["check"]: row for row in done.object["rows"]}


class TestDoctor:
    @pytest.mark.slow
    def test_all_is_well(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            place.write("generators.toml", config(server.url, models=[GOOD]))
            place.run("run", place.write("task.md"), "-q")
            code, found = findings(place)
        assert code == 0
        assert "problem" not in {row["level"] for row in found.values()}
        assert "good" in found["config"]["found"]
        assert "version" in found["host gpu0"]["found"]
        assert f"model {GOOD}" in found
        assert "loaded" in found[f"model {GOOD}"]["found"]
        assert "verdicts" in found["sandbox"]["found"]
        assert "measures" in found["evaluator"]["found"]
        assert str(place.database) in found["database"]["found"]
        assert "1 run" in found["database"]["found"]
        assert {row["exit_code"] for row in found.values()} == {0}

    def test_no_host_and_no_config(self, place: Place) -> None:
        code, found = findings(place)
        assert code == 3
        host = found["host local"]
        assert host["level"] == "problem"
        assert "can't be reached" in host["found"]
        assert "ollama serve" in host["found"] + host["advice"]
        assert host["exit_code"] == 3
        assert "paragen init" in found["config"]["advice"]
        assert {"sandbox", "evaluator", "database"} <= set(found), "the rest is looked at too"
        assert not place.database.exists(), "looking makes nothing"

    @pytest.mark.slow
    def test_one_of_two_hosts_is_a_note(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            place.write("generators.toml", config(server.url, NOWHERE, models=[GOOD]))
            code, found = findings(place)
        assert code == 0
        assert found["host gpu1"]["level"] == "note"
        assert found["host gpu0"]["level"] == "ok"

    @pytest.mark.slow
    def test_a_missing_model(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            place.write("generators.toml", config(server.url, models=[GOOD, "absent:1b"]))
            some, found = findings(place)
            place.write("generators.toml", config(server.url, models=["absent:1b"]))
            none, _ = findings(place)
        missing = found["model absent:1b"]
        assert (missing["level"], missing["advice"]) == ("problem", "ollama pull absent:1b")
        assert "not loaded" in found[f"model {GOOD}"]["found"]
        assert some == 0, "the others would play"
        assert none == 3, "what a run would end with"

    def test_a_bad_config_and_the_rest_is_looked_at_all_the_same(self, place: Place) -> None:
        place.write("generators.toml", "[[hosts]]\nnme = 1\n")
        code, found = findings(place)
        assert code == 2
        assert found["config"]["level"] == "problem"
        assert "generators.toml:2" in found["config"]["found"]
        assert "sandbox" in found

    @pytest.mark.slow
    def test_a_sandbox_level_that_is_not_to_be_had(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            code, found = findings(place, "--host", server.url, "--sandbox", "none")
            assert (code, found["sandbox"]["level"]) == (4, "problem")
            assert "database" in found
            code, found = findings(place, "--host", server.url, "--sandbox", "nonsense")
        assert (code, found["sandbox"]["level"]) == (2, "problem")

    @pytest.mark.slow
    @pytest.mark.parametrize("content", [b"no database at all, but long enough to tell" * 50])
    def test_a_damaged_history(self, place: Place, content: bytes) -> None:
        place.database.write_bytes(content)
        with ScriptedOllama(MIXED) as server:
            code, found = findings(place, "--host", server.url)
        assert found["database"]["level"] == "problem"
        assert "damaged" in found["database"]["found"]
        assert code == 0, "a run is played all the same, with a warning"

    @pytest.mark.slow
    def test_for_people(self, place: Place) -> None:
        done = place.run("doctor")
        assert done.code == 3
        assert done.err == ""
        assert "✗ host local: " in done.out
        assert "    → " in done.out
        assert "✓ paragen: 0." in done.out
        assert "\x1b" not in done.out
        seen = place.on_terminal("doctor").done()
        assert "\x1b[3" in seen.err, "in colour on a terminal"

    @pytest.mark.slow
    def test_other_formats(self, place: Place) -> None:
        as_csv = place.run("doctor", "--format", "csv")
        header, *rows = csv.reader(io.StringIO(as_csv.out))
        assert header == ["check", "level", "found", "details", "advice", "exit_code"]
        assert len(rows) >= 5
        assert place.run("doctor", "-f", "markdown").out.startswith("| check | level |")


class TestModels:
    @pytest.mark.slow
    def test_all_formats(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            place.write("generators.toml", config(server.url, models=[GOOD, BAD]))
            place.run("run", place.write("task.md"), "-g", "good", "-q", "--no-record")
            shown = place.run("models")
            assert (shown.code, shown.err) == (0, "")
            for words in (GOOD, BAD, "gpu0", "loaded", "generators"):
                assert words in shown.out
            rows = {r["model"]: r for r in place.run("models", "-f", "json").object["rows"]}
            assert set(rows) == {one.model for one in MIXED}
            assert rows[GOOD]["generators"] == "good"
            assert rows[GOOD]["loaded_bytes"] > 0
            assert rows[BAD]["loaded_bytes"] is None
            header, *lines = csv.reader(io.StringIO(place.run("models", "-f", "csv").out))
            assert header[:2] == ["host", "model"]
            assert len(lines) == len(MIXED)
            assert place.run("models", "-f", "markdown").out.startswith("| host | model |")

    @pytest.mark.slow
    def test_a_host_that_is_down(self, place: Place) -> None:
        place.run("models").refused("can't be reached", code=3)
        with ScriptedOllama([recorded(GOOD, RIGHT)]) as server:
            place.write("generators.toml", config(server.url, NOWHERE))
            done = place.run("models")
        assert done.code == 0
        assert GOOD in done.out
        assert "warning: " in done.err
        assert "gpu1" in done.err

    @pytest.mark.slow
    def test_a_host_without_models_says_so(self, place: Place) -> None:
        with ScriptedOllama([]) as server:
            done = place.run("models", "--host", server.url)
        assert done.code == 0
        assert "ollama pull" in done.err
