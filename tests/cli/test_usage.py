"""Mistakes: each one message that says what happened and what to do, and exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from paragen.cli import build
from paragen.modes import MODES
from tests.cli.running import TASK, Place, skip_where_modes_bind_nobody

ELSEWHERE = "seatbelt" if sys.platform == "linux" else "full"
"""A sandbox level of another platform."""

WHO = ("--model", "m:1b")
"""So that only the mistake in question is in the way; it is found before any host is asked."""


class TestTaskFiles:
    def test_a_wrong_path_names_the_nearest(self, place: Place) -> None:
        place.write("prompt.md")
        place.run("run", "promt.md", *WHO).refused("promt.md", "no such file", "prompt.md")

    @pytest.mark.slow
    def test_a_folder_that_is_not_there(self, place: Place) -> None:
        place.run("run", "nowhere/task.md", *WHO).refused("no folder nowhere")

    @pytest.mark.slow
    def test_a_folder_without_tasks(self, place: Place) -> None:
        (place.folder / "empty dir").mkdir()
        place.run("run", "empty dir", *WHO).refused("empty dir", "no task files")

    @pytest.mark.slow
    def test_a_folder_where_a_program_should_be(self, place: Place) -> None:
        place.write("task.md")
        (place.folder / "dir").mkdir()
        place.run("judge", "task.md", "dir").refused("dir", "folder")
        place.run("judge", "dir", "task.md").refused("dir", "folder")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "no prompt"),
            (b"\n \n", "no prompt"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
            (b"Gr\xfc\xdfe", "UTF-8"),
            (b"\xff\xfeW\0r\0", "text"),
            (b"---\nentry_point: f\n", "not closed"),
            (b"---\nentry_pont: f\n---\nWrite f.", "entry_point"),
            (b"---\ntimeout_s: soon\n---\nWrite f.", "timeout_s"),
            (b"---\ntimeout_s: -1\n---\nWrite f.", "timeout_s"),
            (b"---\nlanguage: cobol\n---\nWrite f.", "cobol"),
            (b"---\n- a\n---\nWrite f.", "key: value"),
            (b"---\nname: [a\n---\nWrite f.", "YAML"),
            (b"---\ntests: none.py\n---\nWrite f.", "none.py"),
            (b"Write f.\n```python test\nassert f(1) ==\n```", "3: This test is not Python"),
            (b"Write f.\n```python test\nassert f(1)\n", "not closed"),
        ],
    )
    def test_files_that_are_no_tasks(self, place: Place, content: bytes, words: str) -> None:
        place.write("a task.md", content)
        message = place.run("run", "a task.md", *WHO).refused("a task.md", words)
        assert len(message.splitlines()) == 1

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "name", ["a b.md", "[red]x.md", "größe 日本.md", "new\nline.md", "-x.md"]
    )
    def test_odd_names_are_named_as_they_are(self, place: Place, name: str) -> None:
        place.write(name, "")
        message = place.run("run", *WHO, "--", name).refused("no prompt")
        assert name in message

    @pytest.mark.slow
    def test_a_name_that_would_steer_a_terminal(self, place: Place) -> None:
        place.write("a\x1b[2Jb.md", "")
        place.run("run", "a\x1b[2Jb.md", *WHO).refused("no prompt")

    @pytest.mark.slow
    def test_one_bad_task_of_several_and_nothing_is_played(self, place: Place) -> None:
        place.write("good.md")
        place.write("bad.md", "")
        place.run("run", "good.md", "bad.md", *WHO).refused("bad.md")
        assert not place.database.exists()

    def test_a_file_that_may_not_be_read(self, place: Place) -> None:
        skip_where_modes_bind_nobody(place.folder)
        place.write("task.md")
        (place.folder / "task.md").chmod(0)
        place.run("run", "task.md", *WHO).refused("task.md", "read")
        place.run("judge", "task.md", "task.md").refused("task.md", "read")

    def test_a_folder_that_may_not_be_written(self, place: Place) -> None:
        skip_where_modes_bind_nobody(place.folder)
        place.folder.chmod(0o500)
        try:
            place.run("init").refused("generators.toml", "ermission")
        finally:
            place.folder.chmod(0o700)

    @pytest.mark.slow
    def test_tests_that_are_not_there_or_not_tests(self, place: Place) -> None:
        place.write("task.md")
        place.write("tests.txt", "x")
        place.write("tests.json", "{")
        for name in ("more.py", "tests.txt", "tests.json"):
            place.run("run", "task.md", "--tests", name, *WHO).refused(name)


class TestConfigs:
    def test_bad_toml_says_where(self, place: Place) -> None:
        place.write("task.md")
        place.write("generators.toml", '[[hosts]]\nname = "a"\nurl = \n')
        message = place.run("run", "task.md").refused("generators.toml:3:", "TOML")
        assert len(message.splitlines()) == 1

    def test_two_mistakes_are_both_told_with_line_and_key_and_the_nearest(
        self, place: Place
    ) -> None:
        place.write("task.md")
        place.write(
            "my.toml",
            '[[generators]]\nname = "a"\nmodel = "m"\ntemprature = 0.1\n'
            '[[generators]]\nname = "b"\nmodel = "m"\ntemperature = "hot"\n',
        )
        message = place.run("run", "task.md", "-c", "my.toml").refused(
            "my.toml:4: generators[1].temprature", "temperature", "my.toml:8:", "'hot'"
        )
        assert len(message.splitlines()) == 2

    @pytest.mark.slow
    def test_a_config_that_is_not_there(self, place: Place) -> None:
        place.write("task.md")
        place.run("run", "task.md", "-c", "mine.toml").refused("mine.toml", "paragen init")

    @pytest.mark.slow
    @pytest.mark.parametrize("content", [b"", b"\0\1\2", b"\xff\xfe", b"# nothing\n"])
    def test_configs_without_anybody(self, place: Place, content: bytes) -> None:
        place.write("task.md")
        place.write("generators.toml", content)
        message = place.run("run", "task.md").refused("generators")
        assert "there is no generators.toml here" not in message, "there is one"

    @pytest.mark.slow
    def test_a_folder_in_its_place(self, place: Place) -> None:
        place.write("task.md")
        (place.folder / "conf").mkdir()
        place.run("run", "task.md", "-c", "conf").refused("conf", "irectory")

    def test_nobody_at_all(self, place: Place) -> None:
        place.write("task.md")
        message = place.run("run", "task.md")
        message.refused("no generators.toml", "paragen init", "--model", "--demo")

    @pytest.mark.slow
    def test_names_that_nobody_has(self, place: Place) -> None:
        place.write("task.md")
        place.write("generators.toml", '[[generators]]\nname = "qwen"\nmodel = "q:7b"\n')
        place.run("run", "task.md", "-g", "qwne:2").refused("qwne", "qwen")
        place.run("run", "task.md", "-g", "qwen:0").refused("qwen:0", "name[:copies]")
        place.run("run", "task.md", "-g", "").refused("name[:copies]")


class TestOptions:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (["--temperature", "0.1"], "--model"),
            (["-m", "m", "--temperature", "warm"], "0.1,0.5,0.9"),
            (["-m", "m", "--temperature", "3"], "0 to 2"),
            (["-m", "m", "--temperature", "nan"], "--temperature"),
            (["-m", "m", "--mode", "al"], "Modes: all"),
            (["-m", "m", "--preset", "fast"], "--preset"),
            (["-m", "m", "--preset", "speed", "--quality-weight", "1"], "not both"),
            (["-m", "m", "--quality-weight", "0", "--speed-weight", "0"], "0"),
            (["-m", "m", "--min-quality", "7"], "--min-quality"),
            (["-m", "m", "--quality-weight", "nan"], "quality"),
            (["-m", "m", "--generation-limit-s", "nan"], "generation-limit"),
            (["-m", "m", "--max-generation-s", "0"], "max"),
            (["-m", "m", "--workers", "0"], "--workers"),
            (["-m", "m", "--sandbox", "filtres"], "filters"),
            (["-m", ","], "--model"),
            (["--nonsense"], "--nonsense"),
            (["-m", "m", "--seed", "x"], "--seed"),
            (["-m", "m", "--seed", "-1"], "--seed"),
        ],
    )
    def test_values_that_can_not_be(self, place: Place, given: list[str], words: str) -> None:
        done = place.run("run", place.write("task.md"), *given)
        assert done.code == 2, (done.code, done.err)
        assert done.out == ""
        assert "Traceback" not in done.err
        assert words in done.err, done.err

    @pytest.mark.slow
    def test_no_task(self, place: Place) -> None:
        place.run("run", *WHO).refused("paragen run prompt.md", "paragen init")

    @pytest.mark.slow
    def test_no_verb_and_unknown_verbs(self, place: Place) -> None:
        done = place.run("rnu")
        assert (done.code, done.out) == (2, "")
        assert "rnu" in done.err
        assert "Traceback" not in done.err
        bare = place.run()
        assert "judge" in bare.out + bare.err

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("level", "words"), [("none", "--unsafe"), (ELSEWHERE, "--sandbox auto")]
    )
    @pytest.mark.parametrize("verb", ["run", "judge"])
    def test_a_sandbox_level_that_is_not_to_be_had(
        self, place: Place, verb: str, level: str, words: str
    ) -> None:
        place.write("task.md")
        place.write("x.py", "")
        rest = ["--demo"] if verb == "run" else ["task.md", "x.py"]
        place.run(verb, *rest, "--sandbox", level).refused(level, words, code=4)


class TestOutputs:
    @pytest.mark.slow
    def test_what_can_not_be_written_is_found_before_playing(self, place: Place) -> None:
        place.write("task.md")
        place.write("two.md")
        place.write("taken", "")
        (place.folder / "dir").mkdir()
        play = ("run", "task.md", *WHO, "-o")
        place.run(*play, "dir").refused("dir", "folder")
        place.run(*play, "task.md/x.py").refused("task.md")
        place.run("run", "two.md", "task.md", *WHO, "-o", "taken").refused("taken", "folder")
        assert not place.database.exists()

    @pytest.mark.slow
    def test_a_task_is_not_overwritten_by_its_winner(self, place: Place) -> None:
        place.write("task.md")
        place.run("run", "task.md", *WHO, "-o", "task.md").refused("task.md")
        assert place.read("task.md") == TASK


@pytest.mark.slow
def test_help_and_version(place: Place) -> None:
    shown = place.run("--help")
    assert shown.code == 0
    for verb in ("run", "judge", "init", "doctor", "models", "stats", "history", "show", "schema"):
        assert verb in shown.out
        of_verb = place.run(verb, "--help")
        assert of_verb.code == 0, of_verb.err
        assert "Usage: paragen " + verb in of_verb.out
    version = place.run("--version")
    assert (version.code, version.err) == (0, "")
    assert version.out.startswith("paragen ")
    assert place.run("schema", "nothing").code == 2


def test_the_command_is_installed_beside_the_interpreter() -> None:
    import subprocess
    import sys

    command = Path(sys.executable).with_name("paragen")
    if not command.exists():
        pytest.skip("the package isn't installed, only on the path")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("paragen ")


def test_the_help_of_mode_names_all_modes() -> None:
    command: Any = typer.main.get_command(build(["run"]))
    (option,) = (one for one in command.commands["run"].params if one.name == "mode")
    words = option.help.replace(",", "").replace(".", "").split()
    assert [word for word in words if word in MODES] == list(MODES)
