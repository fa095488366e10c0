"""`paragen run --demo`: the first thing that anybody plays."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from tests.cli.running import Done, Place

STATUSES = {
    "quick_and_right": "passed",
    "slow_and_right": "passed",
    "slow_program": "passed",
    "wrong": "failed",
    "does_not_parse": "failed",
    "never_ends": "timeout",
    "no_code": "no_code",
}
SAID = "no model is running"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Done]:
    place = Place(tmp_path_factory.mktemp("demo"))
    return place, place.run("run", "--demo")


@pytest.fixture(scope="module")
def played(demo: tuple[Place, Done]) -> Place:
    return demo[0]


def test_only_the_winners_code_is_on_stdout(demo: tuple[Place, Done]) -> None:
    place, done = demo
    assert done.code == 0, done.err
    tree = ast.parse(done.out)
    assert "slugify" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert done.out.endswith("\n")
    assert not done.out.endswith("\n\n")
    program = place.folder / "solution.py"
    program.write_text(done.out, encoding="utf-8")
    used = "from solution import slugify; print(slugify('Crème brûlée'))"
    shown = subprocess.run(
        ["python3", "-c", used], cwd=place.folder, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "creme-brulee\n"


def test_it_says_that_no_model_is_running_and_who_did_what(demo: tuple[Place, Done]) -> None:
    _, done = demo
    assert SAID in done.err
    for name in STATUSES:
        assert f"  {name}: " in done.err, "a line for everyone"
    assert "quick_and_right passed all 12 tests" in done.err.splitlines()[-1]
    assert "\x1b" not in done.err
    assert "Traceback" not in done.err


def test_every_recording_ends_as_it_was_made_to(played: Place) -> None:
    shown = played.run("show", "last", "--format", "json").object
    ended = {c["generator"]: c for c in shown["candidates"]}
    assert {name: one["status"] for name, one in ended.items()} == STATUSES
    assert shown["exit_code"] == 0
    assert shown["winner"] == ended["quick_and_right"]["id"]
    assert {one["host"] for one in ended.values()} == {"demo"}
    assert all(c["tokens_per_s"] > 0 for c in ended.values()), "streamed at speeds of their own"
    assert len({round(c["tokens_per_s"]) for c in ended.values()}) == len(ended)
    assert ended["slow_and_right"]["generation_s"] > ended["quick_and_right"]["generation_s"]
    assert ended["slow_program"]["execution_s"] > ended["quick_and_right"]["execution_s"]
    assert ended["does_not_parse"]["code"] is not None
    assert ended["no_code"]["code"] is None


def test_it_is_recorded_as_any_other_run(played: Place) -> None:
    (row,) = played.history()
    assert (row["task"], row["winner"], row["state"]) == ("slugify", "quick_and_right", "ended")
    assert (row["candidates"], row["passes"]) == (7, 3)
    stats = played.run("stats", "--format", "json").object["rows"]
    assert {r["generator"]: r["wins"] for r in stats} == {
        name: int(name == "quick_and_right") for name in STATUSES
    }


@pytest.mark.slow
def test_a_few_of_them_as_json_and_in_a_file(place: Place) -> None:
    chosen = ("--demo", "-g", "quick_and_right,wrong", "--json", "-o", "best.py", "--no-record")
    done = place.run("run", *chosen)
    assert done.code == 0, done.err
    jsonschema.validate(done.object, json.loads(place.run("schema", "run").out))
    assert [c["generator"] for c in done.object["candidates"]] == ["quick_and_right", "wrong"]
    assert place.read("best.py") == done.object["candidates"][0]["code"]
    assert SAID in done.err
    assert not place.database.exists()


@pytest.mark.slow
def test_quiet_still_says_that_no_model_is_running(place: Place) -> None:
    done = place.run("run", "--demo", "-g", "quick_and_right", "--quiet", "--no-record")
    assert done.code == 0
    assert "def slugify" in done.out
    (line,) = done.err.splitlines()
    assert SAID in line


@pytest.mark.slow
def test_a_config_in_the_folder_is_not_asked(place: Place) -> None:
    place.write("generators.toml", "this is no TOML")
    done = place.run("run", "--demo", "-g", "quick_and_right", "--no-record")
    assert done.code == 0, done.err


@pytest.mark.slow
def test_a_task_that_was_not_recorded_is_refused_with_words(place: Place) -> None:
    done = place.run("run", "--demo", "-g", "wrong", place.write("other.md"), "--no-record")
    assert done.code == 3
    assert done.out == ""
    assert "no model" in done.err
    assert "Run the recorded task" in done.err


def test_the_recording_is_bundled_with_the_package() -> None:
    import paragen

    demo = Path(paragen.__file__).parent / "examples" / "demo"
    assert {p.name for p in demo.iterdir()} >= {"demo.toml", "recording.jsonl", "slugify.md"}
