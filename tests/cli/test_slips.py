"""Slips of users: what is said names what was meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paragen.app.choices import Choices
from paragen.app.doctor import Level, examine
from paragen.domain.errors import TaskError
from paragen.files import load_task, load_tasks
from paragen.store.connection import is_to_be_made
from paragen.store.errors import StorePathError
from tests.cli.running import CHOSEN, NOWHERE, RIGHT, Place, skip_where_modes_bind_nobody
from tests.cli.test_streams import shell
from tests.parse.suites import records


def test_a_misspelled_file_is_looked_for_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "t20.md").touch()
    with pytest.raises(TaskError) as raised:
        load_task(tmp_path / "t0.md")
    assert f"did you mean {str(tmp_path / 't20.md')!r}?" in str(raised.value)


@pytest.mark.parametrize("key", ["tests", "needs"])
def test_in_a_task_file_paths_begin_in_its_own_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "tree.md").touch()
    task = tmp_path / "app.md"
    task.write_text(f"---\n{key}: more/tre.md\n---\nWrite it.", encoding="utf-8")
    with pytest.raises(TaskError, match=r"app\.md:2: .*did you mean 'more/tree\.md'"):
        load_tasks([task])


def test_a_program_and_a_task_in_each_others_place(place: Place) -> None:
    place.write("a task.md")
    place.write("good.py", RIGHT.removeprefix("```python\n").removesuffix("\n```"))
    swapped = place.run("judge", "good.py", "a task.md")
    swapped.refused("good.py is a program", "`paragen judge 'a task.md' good.py`")
    assert place.run("judge", "a task.md", "good.py").code == 0


def test_a_history_that_is_not_there_takes_no_bytes(place: Place) -> None:
    done = place.run("db", "info", "--format", "json")
    told = {row["what"]: row["value"] for row in done.object["rows"]}
    assert (told["bytes"], told["free_bytes"], told["runs"]) == (0, 0, 0)
    assert f"{place.database}: there is no history yet" in done.err
    assert not place.database.exists()


@pytest.mark.parametrize(
    ("verb", "where"),
    [
        ("init made --host http://127.0.0.1:9", "made/generators.toml"),
        ("suite import humaneval h.jsonl -o made", "made"),
    ],
)
def test_files_for_which_there_is_no_room_are_named(place: Place, verb: str, where: str) -> None:
    place.write("h.jsonl", json.dumps(records.HUMANEVAL))
    done = shell(place, f"ulimit -f 0; paragen {verb}")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == f"paragen: {where}: can't be written (File too large)."
    assert not list((place.folder / "made").glob("*"))


class TestToBeMade:
    """A history that isn't there: whether it can be made."""

    def test_it_can(self, tmp_path: Path) -> None:
        assert is_to_be_made(tmp_path / "a" / "b" / "h.db")
        assert not list(tmp_path.iterdir())
        (tmp_path / "h.db").touch()
        assert not is_to_be_made(tmp_path / "h.db")

    def test_a_link_that_leads_nowhere_yet(self, tmp_path: Path) -> None:
        (tmp_path / "link.db").symlink_to(tmp_path / "h.db")
        assert is_to_be_made(tmp_path / "link.db")
        assert not (tmp_path / "h.db").exists()

    def test_a_file_is_in_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StorePathError, match="file is no folder"):
            is_to_be_made(tmp_path / "file" / "h.db")

    def test_nothing_may_be_made_there(self, tmp_path: Path) -> None:
        skip_where_modes_bind_nobody(tmp_path)
        (tmp_path / "home").mkdir(mode=0o500)
        for folder in ("home", "home/data"):
            with pytest.raises(StorePathError, match=r"nothing may be made in .*home"):
                is_to_be_made(tmp_path / folder / "h.db")

    def test_the_doctor_sees_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
        (tmp_path / "file").touch()
        choices = Choices(database=tmp_path / "file" / "h.db", **CHOSEN)
        (found,) = [one for one in examine(choices) if one.check == "database"]
        assert (found.level, found.exit_code) == (Level.PROBLEM, 0)
        assert "--db" in found.found
