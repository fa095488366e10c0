"""What is recorded of choices, so that `paragen resume` needs none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from paragen.app.choices import Choices
from paragen.app.remembered import KEPT, recorded_settings, remembered
from paragen.domain.plan import Plan
from paragen.domain.task import Task
from paragen.domain.tournament import Criteria, Weights
from paragen.settings import Settings

PLAN = Plan(
    task=Task(name="t", prompt="p", sha256="0"),
    roster=(),
    criteria=Criteria(weights=Weights(quality=1, speed=0)),
)
CHOSEN = Choices(
    host_urls=("http://a:1", "http://b:1"),
    sandbox="filters",
    workers=3,
    sealed_only=True,
    sequential=True,
    concurrency=4,
    cache=True,
    unsafe=True,
)


def on_record(choices: Choices, settings: Settings | None = None) -> dict[str, object]:
    """As it comes back from the history."""
    value = json.loads(json.dumps(recorded_settings(settings or Settings(), choices, [PLAN])))
    assert isinstance(value, dict)
    return value


def test_what_was_chosen_comes_back_but_for_unsafe() -> None:
    assert remembered(on_record(CHOSEN), Choices()) == replace(CHOSEN, unsafe=False)


def test_what_is_said_now_counts() -> None:
    said = Choices(host_urls=("http://c:1",), workers=1, sandbox="none", unsafe=True)
    found = remembered(on_record(CHOSEN), said)
    assert (found.host_urls, found.workers) == (("http://c:1",), 1)
    assert (found.sandbox, found.unsafe, found.cache) == ("none", True, True)


def test_the_config_is_found_from_anywhere_if_it_is_still_there(tmp_path: Path) -> None:
    config = tmp_path / "g.toml"
    recorded = on_record(Choices(), Settings(path=str(config)))
    assert remembered(recorded, Choices()).config is None
    config.write_text("", encoding="utf-8")
    assert remembered(recorded, Choices()).config == config
    assert remembered(recorded, Choices(config=Path("other"))).config == Path("other")


def test_what_other_versions_recorded_is_no_obstacle() -> None:
    assert remembered({"config": None, "new_key": 1}, Choices()) == Choices()
    assert remembered({}, Choices()) == Choices()
    assert set(KEPT) <= set(Choices.__dataclass_fields__)
