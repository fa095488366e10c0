"""A search as Python calls it: interrupted before it begins, and where it can't be recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from paragen.app.choices import Choices
from paragen.app.evolution import Evolution
from paragen.app.evolving import Beginning, Wanted, beginning
from paragen.app.session import Session
from paragen.domain.errors import InterruptedRunError, StoreError
from paragen.domain.events import CandidateEnded, Event
from paragen.domain.ports import Subscriber
from paragen.learn.evolved import Verdict
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.settings import load_settings
from paragen.store import experts
from tests.cli.breeding import LOW, LOWER, config, record, script, tasks_of
from tests.cli.running import Place
from tests.cli.scripts import generations

TASKS = 14


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def server(place: Place) -> Iterator[ScriptedOllama]:
    record(place.database, tasks_of(place, TASKS), (LOW, 2), (LOWER, 1))
    with ScriptedOllama(script(TASKS, lambda number, t: t >= 0.3), slots=4) as found:
        place.write("generators.toml", config(found.url, LOW, LOWER))
        yield found


def begun(
    place: Place, *, budget: int = 80, population: int = 6, generations: int = 1
) -> Beginning:
    config = place.folder / "generators.toml"
    choices = Choices(config=config, database=place.database, sandbox="none", unsafe=True)
    return beginning(
        choices,
        Wanted(task_type="api", budget=budget, generations=generations, population=population),
    )


def unwatched(session: Session, said: str) -> AbstractContextManager[Subscriber]:
    def see(event: Event) -> None:
        """Nothing is shown of it."""

    return nullcontext(see)


def test_interrupted_before_it_begins_nobody_is_asked(place: Place, server: ScriptedOllama) -> None:
    search = Evolution(begun(place), unwatched, pytest.fail)
    search.interrupt()
    search.abandon()
    with pytest.raises(InterruptedRunError, match="nothing is kept"):
        search.play()
    assert generations(server) == []


@pytest.mark.slow
@pytest.mark.parametrize("when", ["generation 2 of 2", "the final"])
def test_interrupted_later_the_same_search_goes_on_from_there(
    place: Place, server: ScriptedOllama, when: str
) -> None:
    """Nobody is asked twice, and the final that was begun is gone on with under its name."""

    def interrupting(session: Session, said: str) -> AbstractContextManager[Subscriber]:
        if not said.startswith(when):
            return unwatched(session, said)

        def see(event: Event) -> None:
            if isinstance(event, CandidateEnded):
                search.interrupt()

        return nullcontext(see)

    search = Evolution(begun(place, budget=120, generations=2), interrupting, pytest.fail)
    with pytest.raises(InterruptedRunError, match="goes on from there"):
        search.play()
    said: list[str] = []
    found = Evolution(begun(place, budget=120, generations=2), unwatched, said.append).play()
    assert found.verdict is Verdict.KEPT
    assert found.finalist is not None
    assert found.finalist.name == "api-expert-1"
    assert 0 < found.on_record < found.attempts
    (_, *others) = [one for one in said if "are on record" in one]
    assert len(others) == (when == "the final")
    answered = [one for one in generations(server) if one.ending == "answered"]
    under_way = 4  # answers that were on their way at the interrupt
    assert found.attempts <= len(answered) <= found.attempts + under_way


@pytest.mark.slow
def test_an_expert_that_cant_be_recorded_is_in_the_config_and_that_is_said(
    place: Place, server: ScriptedOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*one: object, **more: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(experts, "add_expert", refuse)
    said: list[str] = []
    found = Evolution(begun(place), unwatched, said.append).play()
    assert found.verdict is Verdict.KEPT
    names = [one.name for one in load_settings(place.folder / "generators.toml").generators]
    assert names == ["low", "lower", "api-expert-1"]
    (warning,) = [one for one in said if "api-expert-1" in one]
    assert "in the config, but not in the history" in warning
    assert warning.endswith("The disk is full.")


def test_what_the_configs_defaults_say_no_offspring_leaves_open(
    place: Place, server: ScriptedOllama
) -> None:
    defaults = '[defaults]\nsystem = "Be brief."\n'
    place.write("generators.toml", defaults + place.read("generators.toml"))
    many = begun(place, budget=900, population=100)
    (born,) = Evolution(many, unwatched, pytest.fail).looked_at().generations
    systems = {one.generator.system for one in born}
    assert "Be brief." in systems
    assert len(systems) > 2
    assert None not in systems
