"""Task files and programs on disk, and everything that may be in their way."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from paragen.domain.errors import TaskError, UsageError
from paragen.domain.task import Example
from paragen.files import MAX_BYTES, load_program, load_task, load_tasks

TASK = "Write `f`.\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str = TASK) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def test_tests_of_other_files_are_relative_to_who_names_them() -> None:
    write("tasks/t.md", f"---\ntests: [more/a.py, ex.json]\n---\n{TASK}")
    write("tasks/more/a.py", "from solution import f\nassert f\n")
    write("tasks/ex.json", '{"stdin": "1", "stdout": "2"}')
    write("b.py", "assert 2\n")
    task = load_task("tasks/t.md", ["b.py"])
    assert [t.origin for t in task.tests] == ["tasks/more/a.py", "b.py"]
    assert task.examples == (Example(name="example 1", stdin="1", stdout="2"),)
    assert task.entry_point == "f"
    assert (task.name, task.path) == ("t", "tasks/t.md")


def test_a_folder_is_its_task_files(here: Path) -> None:
    for name in ("d/b.md", "d/a.md", "d/sub/c.md", "d/README.md", "d/.hidden.md", "d/.git/x.md"):
        write(name)
    write("d/notes.txt")
    (here / "d" / "folder.md").mkdir()
    (here / "link.md").symlink_to(here / "d" / "a.md")
    tasks = load_tasks(["d/b.md", "d", "./d/a.md", "link.md"])
    assert [t.path for t in tasks] == ["d/b.md", "d/a.md", "d/sub/c.md"]


def test_hidden_is_what_is_hidden_within_the_folder() -> None:
    write(".tasks/a.md")
    assert [t.path for t in load_tasks([".tasks"])] == [".tasks/a.md"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TASK.encode())))
    (task,) = load_tasks(["-"])
    assert (task.name, task.path, task.prompt) == ("stdin", None, TASK)


def test_a_program_has_unix_lines() -> None:
    Path("p.py").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r")
    assert load_program("p.py") == "a = 1\nb = 2\n"
    with pytest.raises(UsageError, match=r"There is no such file; did you mean 'p.py'\?"):
        load_program("q.py")


def mistake(path: str, tests: list[str] | None = None) -> str:
    with pytest.raises(TaskError) as caught:
        load_tasks([path], tests or [])
    return str(caught.value)


def test_missing_files_are_said_with_the_nearest_name() -> None:
    write("prompt.md")
    assert mistake("promt.md") == "promt.md: There is no such file; did you mean 'prompt.md'?"
    assert mistake("zzzzzzz") == "zzzzzzz: There is no such file."
    assert "There is no folder nowhere" in mistake("nowhere/prompt.md")
    assert "tset.py: There is no such file" in mistake("prompt.md", ["tset.py"])
    write("t.md", f"---\nname: t\ntests: tset.py\n---\n{TASK}")
    write("test.py", "assert 1")
    assert mistake("t.md") == (
        "t.md:3: tests: tset.py: There is no such file; did you mean 'test.py'?"
    )


def test_what_is_no_task_file(here: Path) -> None:
    (here / "empty").mkdir()
    assert "no task files" in mistake("empty")
    Path("latin.md").write_bytes(b"ok\n\xe9\n")
    assert mistake("latin.md").startswith("latin.md:2: This is not UTF-8")
    Path("binary.md").write_bytes(b"\x7fELF\0\0")
    assert "not a text file" in mistake("binary.md")
    Path("large.md").write_bytes(b"a" * (MAX_BYTES + 1))
    assert "larger than 1 MiB" in mistake("large.md")
    Path("full.md").write_bytes(b"a" * MAX_BYTES)
    assert load_task("full.md").prompt
    write("t.md", f"---\ntests: empty\n---\n{TASK}")
    assert mistake("t.md") == "t.md:2: tests: empty: This is a folder, not a file."
    write("w.md", f"---\nname: w\ntests: words.txt\n---\n{TASK}")
    write("words.txt", "one two")
    assert mistake("w.md").startswith("w.md:3: tests: words.txt: Tests can be read from .py")
    assert "can't be read" in mistake("a\0b")
    write("u.md", f'---\ntests: "a\\0b"\n---\n{TASK}')
    assert mistake("u.md").startswith("u.md:2: tests: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read() -> None:
    Path(write("secret.md")).chmod(0)
    assert "can't be read: Permission denied" in mistake("secret.md")


def test_a_loop_of_links(here: Path) -> None:
    (here / "loop.md").symlink_to(here / "loop.md")
    assert "can't be read" in mistake("loop.md")


def written(folder: Path, **tasks: str) -> None:
    for name, needs in tasks.items():
        matter = f"---\nneeds: {needs}\n---\n" if needs else ""
        (folder / f"{name}.md").write_text(f"{matter}Write {name}.\n", encoding="utf-8")


class TestNeeds:
    def test_a_file_that_a_task_needs_is_loaded_with_it(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        written(tmp_path, app="[sub/lexer.md, ./tree.md]", tree="")
        written(tmp_path / "sub", lexer="../tree.md")
        tasks = load_tasks([tmp_path / "app.md"])
        assert [(task.name, task.needs) for task in tasks] == [
            ("app", ("lexer", "tree")),
            ("lexer", ("tree",)),
            ("tree", ()),
        ]

    def test_more_tests_are_for_the_tasks_that_are_named(self, tmp_path: Path) -> None:
        written(tmp_path, app="tree.md", tree="")
        (tmp_path / "test_more.py").write_text("def test(): pass\n", encoding="utf-8")
        tasks = load_tasks([tmp_path / "app.md"], tests=[tmp_path / "test_more.py"])
        assert [len(task.tests) for task in tasks] == [1, 0]

    def test_names_mean_tasks_that_are_named_too(self, tmp_path: Path) -> None:
        written(tmp_path, app="tree", tree="")
        assert [task.needs for task in load_tasks([tmp_path])] == [("tree",), ()]
        with pytest.raises(TaskError, match=r"app\.md:2: needs: There is no task 'tree'"):
            load_tasks([tmp_path / "app.md"])

    def test_a_file_that_is_missing(self, tmp_path: Path) -> None:
        written(tmp_path, app="tre.md", tree="")
        with pytest.raises(TaskError, match=r"app\.md:2: needs: .*did you mean 'tree\.md'"):
            load_tasks([tmp_path / "app.md"])

    def test_what_is_needed_is_part_of_a_tasks_identity(self, tmp_path: Path) -> None:
        written(tmp_path, app="tree", tree="")
        alone = load_task(tmp_path / "app.md")
        assert alone.needs == ("tree",)
        written(tmp_path, app="")
        assert load_task(tmp_path / "app.md").sha256 != alone.sha256
