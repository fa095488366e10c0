"""`from paragen import …`: a tournament from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import paragen
from paragen import Choices, Generator, ParagenError, Run, Session, Status, Task, load_task, play
from paragen.domain.events import (
    CandidateEnded,
    Event,
    RunEnded,
    RunStarted,
    SessionStarted,
    Warned,
)
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import CHOSEN, NOWHERE, ROOT, TASK
from tests.cli.scripts import BAD, GOOD, MIXED, recorded

CODE = "def double(x):\n    return 2 * x\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a prompt.md, in which we are, with a history of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARAGEN_DB", str(tmp_path / "history.db"))
    monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
    (tmp_path / "prompt.md").write_text(TASK, encoding="utf-8")
    return tmp_path


def readme_example() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## From Python")[2]
    return section.partition("```python\n")[2].partition("```")[0]


def test_the_readmes_lines(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = readme_example()
    lines = [line for line in program.splitlines() if line]
    assert len(lines) <= 5, "in five lines"
    assert all(line in (paragen.__doc__ or "") for line in lines), "as the package says too"
    with ScriptedOllama([recorded("qwen2.5-coder:7b")]) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        exec(compile(program, "README.md", "exec"), {})
    shown = capsys.readouterr()
    assert shown.out == f"qwen passed all 2 tests.\n{CODE}\n"
    assert shown.err == "", "a library says nothing by itself"


def test_play_gives_the_run_and_tells_of_it(folder: Path) -> None:
    told: list[Event] = []
    with ScriptedOllama(MIXED, slots=2) as server:
        run = play(
            folder / "prompt.md",
            generators=[Generator(name="a", model=GOOD), Generator(name="b", model=BAD)],
            choices=Choices(**CHOSEN, host_urls=(server.url,)),
            on_event=told.append,
        )
    assert isinstance(run, Run)
    assert run.winning is not None
    assert run.winning.code == CODE
    assert {c.attempt.instance.name: c.status for c in run.ranking} == {
        "a": Status.PASSED,
        "b": Status.FAILED,
    }
    first, second, *_ = (event for event in told if not isinstance(event, Warned))
    assert isinstance(first, SessionStarted)
    assert isinstance(second, RunStarted)
    assert told[-1] == RunEnded(run=run)
    assert sum(isinstance(event, CandidateEnded) for event in told) == 2
    assert (folder / "history.db").is_file(), "it is recorded as any other"


def test_a_task_can_be_a_value_and_needs_no_file(folder: Path) -> None:
    task = Task(name="t", prompt="Write `double(x)`.", sha256="0", entry_point="double")
    with ScriptedOllama(MIXED) as server:
        run = play(
            task,
            generators=[Generator(name="a", model=GOOD)],
            choices=Choices(**CHOSEN, host_urls=(server.url,), record=False),
        )
    assert run.exit_code == 0
    assert run.task == task
    assert not (folder / "history.db").exists()


def test_a_session_of_several_tasks(folder: Path) -> None:
    task = load_task("prompt.md")
    choices = Choices(**CHOSEN, models=(GOOD,), record=False)
    with ScriptedOllama(MIXED) as server:
        chosen = Choices(**CHOSEN, models=choices.models, host_urls=(server.url,), record=False)
        with Session.prepare([task, Path("prompt.md")], chosen) as session:
            assert len(session.plans) == 2
            runs = session.play([])
    assert [run.exit_code for run in runs] == [0, 0]
    assert session.exit_code == 0


def test_mistakes_are_errors_with_an_exit_code(folder: Path) -> None:
    generators = [Generator(name="a", model=GOOD)]
    for task, choices, code in (
        ("none.md", Choices(**CHOSEN), 2),
        ("prompt.md", Choices(**CHOSEN, mode="none"), 2),
        ("prompt.md", Choices(**CHOSEN, host_urls=(NOWHERE,)), 3),
        ("prompt.md", Choices(host_urls=(NOWHERE,), sandbox="none"), 4),
    ):
        with pytest.raises(ParagenError) as caught:
            play(task, generators=generators, choices=choices)
        assert caught.value.exit_code == code
    with pytest.raises(ParagenError, match=r"no generators\.toml"):
        play("prompt.md")


def test_what_is_offered() -> None:
    assert set(paragen.__all__) <= set(dir(paragen)), "dir() shows what can be had"
    for name in paragen.__all__:
        assert getattr(paragen, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'tournament'"):
        _ = paragen.tournament
    with pytest.raises(ImportError):
        exec("from paragen import tournament")


def test_importing_loads_nothing_heavy() -> None:
    program = (
        "import sys, paragen\n"
        "before = set(sys.modules)\n"
        "assert not [m for m in before if m in ('ollama', 'pydantic', 'httpx', 'paragen.app')]\n"
        "assert 'paragen.app' not in sys.modules\n"
        "paragen.Generator\n"
        "assert 'paragen.domain.generator' in sys.modules\n"
        "paragen.play\n"
        "assert 'paragen.app' in sys.modules\n"
        "assert not [m for m in sys.modules if m in ('ollama', 'pydantic', 'httpx')]\n"
        "from paragen import *\n"
        "play, Generator, load_task\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_the_version_is_that_of_the_project() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert paragen.__version__ == project["project"]["version"]
