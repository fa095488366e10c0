"""The demo has a history of its own, and where it is in another, nobody is told to play it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paragen.app.choices import Choices, configured
from paragen.app.history import database_of, db_option
from paragen.app.recommending import recommended
from paragen.app.session import Session
from paragen.domain.candidate import Candidate
from paragen.domain.generator import Generator
from paragen.store.connection import default_path
from paragen.store.recorder import Recorder
from tests.store.build import candidate, events, run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and a home without a history."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "my data"))
    monkeypatch.delenv("PARAGEN_DB", raising=False)
    return tmp_path


def recorded(database: Path, *models: str) -> None:
    """A history in which each of these has played one task."""
    record = Recorder(database)
    for event in events(run("r1", *map(_passed, models))):
        record(event)
    record.close()


def _passed(model: str) -> Candidate:
    one = candidate(model)
    generator = Generator(name=model.rpartition("/")[2], model=model)
    instance = replace(one.attempt.instance, generator=generator)
    return replace(one, attempt=replace(one.attempt, instance=instance))


def test_the_demo_is_recorded_beside_the_usual_history(here: Path) -> None:
    Path("generators.toml").write_text("[database]\npath = 'own.db'\n", encoding="utf-8")
    demo, usual = Choices(demo=True), Choices()
    assert database_of(configured(usual), usual).name == "own.db"
    assert database_of(configured(demo), demo) == default_path().with_name("demo.db")
    assert default_path().name == "history.db"


def test_a_history_that_is_named_has_the_demo_too(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Choices(demo=True, database=Path("named.db"))
    assert database_of(configured(named), named) == Path("named.db")
    assert not Session.prepare([], named).is_demo_apart
    monkeypatch.setenv("PARAGEN_DB", str(here / "env.db"))
    demo = Choices(demo=True)
    assert database_of(configured(demo), demo) == here / "env.db"
    session = Session.prepare([], demo)
    assert (session.is_demo_apart, session.db_option) == (False, "")


def test_what_other_commands_need_to_find_it_is_said(here: Path) -> None:
    session = Session.prepare([], Choices(demo=True))
    assert session.is_demo_apart
    assert session.db_option.startswith(" --db ~/'")
    assert session.db_option.endswith("paragen/demo.db'")
    settings = configured(Choices())
    assert db_option(default_path(), settings) == ""
    assert db_option(Path("other.db"), settings) == " --db other.db"
    assert db_option(Path("other.db"), replace(settings, database=str(here / "other.db"))) == ""


def test_without_a_config_nobody_of_the_demo_is_recommended(here: Path) -> None:
    choices = Choices(task_type="utilities", database=Path("mixed.db"))
    recorded(Path("mixed.db"), "demo/quick-and-right", "mistral:7b")
    found = recommended(None, choices)
    assert [one.recipe.model for one in found.ranked] == ["mistral:7b"]
    assert found.of_record
    assert not found.of_demo


def test_where_there_are_no_others_the_demos_are_and_that_is_said(here: Path) -> None:
    recorded(Path("demo.db"), "demo/quick-and-right", "demo/wrong")
    found = recommended(None, Choices(task_type="utilities", database=Path("demo.db")))
    assert len(found.ranked) == 2
    assert found.of_demo


def test_a_model_that_is_only_named_alike_is_a_model(here: Path) -> None:
    recorded(Path("mixed.db"), "demo/quick-and-right", "demo/mine")
    found = recommended(None, Choices(task_type="utilities", database=Path("mixed.db")))
    assert [one.recipe.model for one in found.ranked] == ["demo/mine"]
