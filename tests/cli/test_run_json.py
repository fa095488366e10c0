"""`paragen run --json`: one object for a task, a line each for several."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from paragen.sandbox import LEVELS
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import RIGHT, TASK, Done, Place
from tests.cli.scripts import BAD, GOOD, LOOP, MIXED, TALK, config

RUN_KEYS = (
    "schema run_id session_id task mode mode_options deadline_s resumed finish exit_code winner "
    "reason sandbox weights started_at wall_s candidates audit"
)
CANDIDATE_KEYS = (
    "id generator model temperature seed copy kind parents host cached started_s status tests code "
    "generation_s load_s queue_s energy_j wall_s tokens tokens_per_s execution_s test_s peak_bytes "
    "level sealed unsealed_because scores error"
)
INNER_KEYS = {
    "tests": {"passed", "total"},
    "tokens": {"prompt", "completion"},
    "scores": {"evaluator", "quality", "speed", "combined"},
}
IMPOSSIBLE = TASK.replace("== 6", "== 7")


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedOllama]:
    with ScriptedOllama(MIXED, slots=4) as scripted:
        yield scripted


@pytest.fixture(scope="module")
def run_schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    printed = Place(tmp_path_factory.mktemp("schema")).run("schema", "run")
    assert printed.err == ""
    jsonschema.Draft202012Validator.check_schema(printed.object)
    return printed.object


@pytest.fixture(scope="module")
def played(server: ScriptedOllama, tmp_path_factory: pytest.TempPathFactory) -> Done:
    place = Place(tmp_path_factory.mktemp("json"))
    place.write("generators.toml", config(server.url, models=[TALK, LOOP, BAD, GOOD]))
    place.write("double task.md", TASK.replace("timeout_s: 5", "timeout_s: 1"))
    return place.run("run", "double task.md", "--json")


def test_it_is_one_object_that_keeps_to_the_printed_schema(
    played: Done, run_schema: dict[str, Any]
) -> None:
    jsonschema.validate(played.object, run_schema)
    assert played.out.endswith("}\n")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**played.object, "more": 1}, run_schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({k: v for k, v in played.object.items() if k != "mode"}, run_schema)


def test_the_keys_are_those_that_were_promised(played: Done) -> None:
    run = played.object
    assert list(run) == RUN_KEYS.split()
    assert run["schema"] == "paragen.run/1"
    assert set(run["task"]) == {"name", "path", "task_type", "language", "entry_point", "sha256"}
    assert set(run["sandbox"]) == {"level", "sealed"}
    assert set(run["weights"]) == {"quality", "speed"}
    for candidate in run["candidates"]:
        assert list(candidate) == CANDIDATE_KEYS.split()
        for key, inner in INNER_KEYS.items():
            assert set(candidate[key]) == inner


def test_what_it_says_of_the_run(played: Done) -> None:
    run = played.object
    assert (run["mode"], run["exit_code"], played.code) == ("all", 0, 0)
    task = run["task"]
    assert (task["name"], task["path"]) == ("double task", "double task.md")
    assert (task["task_type"], task["language"]) == ("general", "python")
    assert task["entry_point"] == "double"
    assert len(task["sha256"]) == 64
    assert run["weights"] == {"quality": 0.7, "speed": 0.3}
    level = run["sandbox"]["level"]
    assert level in LEVELS
    assert run["sandbox"]["sealed"] is (level != "none")
    for candidate in run["candidates"]:
        assert candidate["level"] in (level, None)
        assert (candidate["unsealed_because"] is None) is (candidate["sealed"] is not False)
    assert run["started_at"].endswith("Z")
    assert run["wall_s"] >= max(c["wall_s"] for c in run["candidates"]) - 0.5
    assert run["run_id"] not in ("", None)


def test_candidates_are_best_first_and_the_winner_is_one_of_them(played: Done) -> None:
    run = played.object
    by_name = {c["generator"]: c for c in run["candidates"]}
    assert [c["generator"] for c in run["candidates"]] == ["good", "bad", "loop", "talk"]
    assert run["winner"] == by_name["good"]["id"]
    assert {name: c["status"] for name, c in by_name.items()} == {
        "good": "passed",
        "bad": "failed",
        "loop": "timeout",
        "talk": "no_code",
    }
    assert by_name["good"]["tests"] == {"passed": 2, "total": 2}
    assert by_name["bad"]["tests"] == {"passed": 1, "total": 2}
    assert "good" in run["reason"]


def test_what_it_says_of_a_candidate(played: Done) -> None:
    good, *_, talk = played.object["candidates"]
    assert good["model"] == GOOD
    assert (good["temperature"], good["seed"], good["copy"]) == (0.3, 0, 0)
    assert (good["kind"], good["parents"], good["host"]) == ("generate", [], "gpu0")
    assert good["code"] == RIGHT.removeprefix("```python\n").removesuffix("```")
    assert good["generation_s"] > 0
    assert good["test_s"] > 0
    assert 0 < good["execution_s"] < 5
    assert good["tokens"]["completion"] > 0
    assert good["tokens"]["prompt"] > 0
    assert good["peak_bytes"] is None or good["peak_bytes"] > 1 << 20
    assert all(0 <= score <= 1 for score in good["scores"].values())
    assert good["error"] is None
    assert talk["code"] is None
    assert set(talk["scores"].values()) == {None}, "there is no program to score"


@pytest.fixture(scope="module")
def several(server: ScriptedOllama, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Done]:
    place = Place(tmp_path_factory.mktemp("several"))
    place.write("generators.toml", config(server.url, models=[GOOD]))
    place.write("one.md")
    place.write("tasks/b/two.md", TASK + "\nMore words.\n")
    place.write("tasks/README.md", "not a task")
    place.write("tasks/.hidden/three.md", "not one either")
    place.write("tasks/impossible.md", IMPOSSIBLE)
    return place, place.run("run", "one.md", "tasks", "--json", "-o", "winners")


@pytest.mark.slow
def test_several_tasks_are_an_object_a_line(
    several: tuple[Place, Done], run_schema: dict[str, Any]
) -> None:
    _, done = several
    assert len(done.objects) == 3
    for run in done.objects:
        jsonschema.validate(run, run_schema)
    assert len({run["run_id"] for run in done.objects}) == 3
    codes = {run["task"]["path"]: run["exit_code"] for run in done.objects}
    assert codes == {"one.md": 0, "tasks/b/two.md": 0, "tasks/impossible.md": 1}


def test_of_several_tasks_each_must_have_a_winner(several: tuple[Place, Done]) -> None:
    place, done = several
    assert done.code == 1
    both = place.run("run", "one.md", "tasks/b/two.md", "-q", "--no-record")
    assert (both.code, both.err) == (0, "")
    assert [line.partition(" passed")[0] for line in both.out.splitlines()] == [
        "one: good",
        "two: good",
    ], "several programs in one stream are of no use to anyone: who won is said"


def test_the_winners_of_several_tasks_go_into_a_folder(several: tuple[Place, Done]) -> None:
    place, done = several
    written = {path.name: path.read_text() for path in (place.folder / "winners").iterdir()}
    assert set(written) == {"one.py", "two.py"}
    assert "def double" in written["one.py"]
    assert "winners/one.py" in done.err


def test_tasks_of_one_name_do_not_overwrite_each_other(
    server: ScriptedOllama, place: Place
) -> None:
    place.write("generators.toml", config(server.url, models=[GOOD]))
    place.write("a/task.md")
    place.write("b/task.md", TASK + "\nAnother.\n")
    done = place.run("run", "a", "b", "-q", "-o", "winners", "--no-record")
    assert done.code == 0, done.err
    assert len(list((place.folder / "winners").iterdir())) == 2


@pytest.mark.slow
def test_names_of_tasks_are_no_paths(server: ScriptedOllama, place: Place) -> None:
    place.write("generators.toml", config(server.url, models=[GOOD]))
    for file, name in (("one.md", "../../outside"), ("two.md", "a/b")):
        place.write(file, TASK.replace("---\nentry", f"---\nname: {name}\nentry"))
    done = place.run("run", "one.md", "two.md", "-q", "-o", "winners", "--no-record")
    assert done.code == 0, done.err
    assert not list(place.folder.parent.glob("outside*"))
    written = [path for path in (place.folder / "winners").rglob("*") if path.is_file()]
    assert len(written) == 2
    assert {path.suffix for path in written} == {".py"}


def test_the_lines_say_how_far_it_is(several: tuple[Place, Done]) -> None:
    _, done = several
    for count in ("[1/3]", "[2/3]", "[3/3]"):
        assert count in done.err


@pytest.mark.slow
def test_a_task_named_twice_is_played_once(server: ScriptedOllama, place: Place) -> None:
    place.write("task.md")
    named = ("task.md", "./task.md", place.folder / "task.md")
    done = place.run("run", *named, "--host", server.url, "--model", GOOD, "--json", "--no-record")
    assert len(done.object["candidates"]) == 1


@pytest.mark.slow
def test_json_is_ascii_however_odd_the_names_are(server: ScriptedOllama, place: Place) -> None:
    name = "größe [1]\u2028x.md"
    place.write(name)
    done = place.run("run", name, "--host", server.url, "--model", GOOD, "--json", "--no-record")
    assert done.code == 0, done.err
    assert done.out.isascii()
    assert json.loads(done.out)["task"]["path"] == name
