"""What is found out before any model is asked, or a host that hasn't what is wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paragen.app.choices import Choices
from paragen.app.judging import Judging
from paragen.app.opening import absence
from paragen.app.planning import forecast
from paragen.app.probe import Probed
from paragen.app.session import Session
from paragen.domain.errors import TaskError
from paragen.domain.events import SessionStarted
from paragen.domain.ports import HostState, Model
from paragen.files import load_task
from paragen.hosts.demo import DemoHost
from paragen.store.recorder import Recorder
from tests.cli.running import NOWHERE, TASK
from tests.store.build import events, plan, run

LACKING = TASK.replace("---\n", "---\npackages: [no-such-package]\n", 1)
SAID = "the package no-such-package isn't installed in "


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARAGEN_DB", str(tmp_path / "history.db"))
    monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
    for name, text in (("lacks.md", LACKING), ("task.md", TASK), ("other.md", LACKING)):
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_package_that_is_not_there_is_a_mistake_said_once() -> None:
    tasks = [Path("lacks.md"), Path("task.md"), Path("other.md")]
    with pytest.raises(TaskError) as caught:
        Session.prepare(tasks, Choices(models=("m:1b",)))
    assert str(caught.value).startswith(f"lacks.md: {SAID}")
    assert "-m pip install no-such-package" in str(caught.value)
    assert "other.md" not in str(caught.value)
    Session.prepare([Path("task.md")], Choices(models=("m:1b",)))


def test_packages_are_looked_for_where_the_config_says(here: Path) -> None:
    Path("generators.toml").write_text("[sandbox]\nenvironment = 'venv'\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"lacks\.md: .*venv is no virtual environment"):
        Session.prepare([Path("lacks.md")], Choices(models=("m:1b",)))


def test_who_judges_is_told_before_a_sandbox_opens() -> None:
    Path("x.py").write_text("def double(x): return 2 * x\n", encoding="utf-8")
    judging = Judging(load_task("lacks.md"), [Path("x.py")])
    with pytest.raises(TaskError, match=SAID):
        judging.judge(Choices(sandbox="no such level"))


@pytest.mark.parametrize("over", [False, True])
def test_who_goes_on_is_told_what_is_missing_but_for_what_is_over(over: bool) -> None:
    tasks = {"r1": load_task("lacks.md"), "r2": load_task("task.md")}
    plans = {name: replace(plan(), task=task) for name, task in tasks.items()}
    record = Recorder(Path("history.db"))
    record(SessionStarted(session_id="s1", plans=plans))
    if over:
        for event in events(replace(run("r1"), task=tasks["r1"])):
            record(event)
    record.close()
    for _ in range(2):  # what is refused isn't kept locked
        if not over:
            with pytest.raises(TaskError, match=SAID):
                Session.resume(Choices())
            continue
        with Session.resume(Choices()) as session:
            assert len(session.plans) == 2


def test_a_plan_says_it_and_what_is_too_long() -> None:
    Path("long.md").write_text(f"{LACKING}\n{'word ' * 9000}\n", encoding="utf-8")
    warnings = forecast([Path("long.md")], Choices(models=("m:1b",))).warnings
    assert any(one.startswith(f"long.md: {SAID}") for one in warnings)
    assert any("tokens (estimated: 4 bytes each)" in one for one in warnings)
    plans = Session.prepare([Path("task.md")], Choices(models=("m:1b",))).plans
    assert not any("tokens" in one for one in plans[0].warnings)


def test_a_session_has_the_warning_of_each_prompt_that_is_too_long() -> None:
    Path("long.md").write_text(f"{TASK}\n{'word ' * 9000}\n", encoding="utf-8")
    plans = Session.prepare([Path("task.md"), Path("long.md")], Choices(models=("m:1b",))).plans
    assert ["tokens" in "".join(plan.warnings) for plan in plans] == [False, True]


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("ac:7b", "no host has ac:7b; did you mean 'ace:7b'? Else get it with: ollama pull ac:7b"),
        ("ace", "no host has ace; did you mean 'ace:7b'? Else get it with: ollama pull ace"),
        ("ACE:7b", "no host has ACE:7b; did you mean 'ace:7b'? Else get it with: "),
        ("mistral:7b", "no host has mistral:7b; get it with: ollama pull mistral:7b"),
        ("qwen2.5-codr", "no host has qwen2.5-codr; did you mean 'qwen2.5-coder:14b'? Else"),
    ],
)
def test_a_model_that_was_probably_meant_is_named(missing: str, said: str) -> None:
    names = ("ace:7b", "qwen2.5-coder:14b", "qwen2.5-coder:32b", "ace:70b")
    state = HostState(version="1", models=tuple(Model(name=name) for name in names))
    assert absence((missing,), [probed(state)]).startswith(said)


def test_of_several_each_is_named_once() -> None:
    state = HostState(version="1", models=(Model(name="ace:7b"), Model(name="coder:1b")))
    assert absence(("ac:7b", "zzz", "acee:7b", "code:1b"), [probed(state)]) == (
        "no host has any of ac:7b, zzz, acee:7b, code:1b; did you mean 'ace:7b' and 'coder:1b'? "
        "Else get it with: ollama pull ac:7b && ollama pull zzz && ollama pull acee:7b && "
        "ollama pull code:1b"
    )


def probed(state: HostState) -> Probed:
    return Probed(name="h", host=DemoHost("h", ()), slots=1, state=state)
