from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from paragen.domain.tournament import Run
from paragen.store.connection import connect
from paragen.store.encode import storable
from paragen.store.queries import load_run, stats
from paragen.store.recorder import Recorder
from tests.store import build


def whole(value: Any) -> Any:
    """The value with every text in it as a database can keep it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {whole(k): whole(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [whole(v) for v in value]
    return value


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("round") / "history.db"


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(played=build.runs())
@pytest.mark.slow
def test_a_run_comes_back_as_it_was_recorded(history: Path, played: Run) -> None:
    recorder = Recorder(history, on_failure=pytest.fail)
    for event in build.events(played):
        recorder(event)
    recorder.close()
    connection = connect(history, write=False)
    loaded = load_run(connection, played.run_id)
    rows = stats(connection)
    connection.close()
    assert whole(asdict(loaded)) == whole(asdict(played))
    assert type(loaded.task.limits) is type(played.task.limits)
    assert all(row.win_rate is None or 0 <= row.win_rate <= 1 for row in rows)
    assert all(0 <= row.success_rate <= 1 and row.plays > 0 for row in rows)


def test_a_hand_made_run_is_equal_and_not_only_alike(tmp_path: Path) -> None:
    played = build.run("r1", build.candidate("a"), build.candidate("b"), winner="a")
    recorder = Recorder(tmp_path / "h.db", settings={"weights": 1}, on_failure=pytest.fail)
    for event in build.events(played):
        recorder(event)
    recorder.close()
    connection = connect(tmp_path / "h.db", write=False)
    assert load_run(connection, "r1") == played
    (stored,) = connection.execute("SELECT settings FROM sessions").fetchone()
    assert json.loads(stored) == {"weights": 1}
    connection.close()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b", "a\x00b"),
        ("a\ud83d", "a\ufffd"),
        ("\ud83dA", "\ufffdA"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_what_is_no_text_does_not_lose_the_candidate(tmp_path: Path, text: str, kept: str) -> None:
    played = build.run("r1", build.candidate("a", text=text), winner="a")
    recorder = Recorder(tmp_path / "h.db", on_failure=pytest.fail)
    for event in build.events(played):
        recorder(event)
    recorder.close()
    connection = connect(tmp_path / "h.db", write=False)
    answer = load_run(connection, "r1").ranking[0].answer
    connection.close()
    assert answer is not None
    assert answer.text == kept


def test_numbers_beyond_what_a_database_knows_do_not_lose_the_candidate(tmp_path: Path) -> None:
    odd = build.candidate("a")
    assert odd.answer is not None
    odd = replace(
        odd,
        wall_s=float("nan"),
        measures={"style": float("nan"), "security": 1.0},
        answer=replace(odd.answer, completion_tokens=10**30, load_s=float("nan")),
    )
    recorder = Recorder(tmp_path / "h.db", on_failure=pytest.fail)
    for event in build.events(build.run("r1", odd)):
        recorder(event)
    recorder.close()
    connection = connect(tmp_path / "h.db", write=False)
    (loaded,) = load_run(connection, "r1").ranking
    connection.close()
    assert loaded.answer is not None
    assert loaded.answer.completion_tokens == 2**63 - 1
    assert (loaded.wall_s, loaded.answer.load_s) == (0.0, 0.0)
    assert loaded.measures == {"security": 1.0}
