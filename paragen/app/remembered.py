"""What of a user's choices is recorded with a session, so that it can be gone on with by itself.

What is to be played is on record as such. This is the rest: where it is played, and within which
bounds. That programs may run unconfined is never remembered: it must be said each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paragen.app.choices import Choices
from paragen.domain.plan import Plan

if TYPE_CHECKING:
    from paragen.settings import Settings

KEPT = (
    "demo",
    "host_urls",
    "profile",
    "generation_limit_s",
    "concurrency",
    "max_models",
    "max_steps",
    "sequential",
    "cache",
    "sandbox",
    "workers",
    "sealed_only",
    "audit_tests",
    "search",
)


def recorded_settings(
    settings: Settings, choices: Choices, plans: Sequence[Plan]
) -> dict[str, object]:
    """What a session was asked for, as the history keeps it."""
    return {
        "config": None if settings.path is None else str(Path(settings.path).absolute()),
        "tasks": [plan.task.path or plan.task.name for plan in plans],
        "roster": [instance.name for instance in plans[0].roster],
        "mode": plans[0].mode,
        "seed": plans[0].seed,
        "fail_fast": plans[0].budget.fail_fast,
        **{name: getattr(choices, name) for name in KEPT},
    }


def remembered(recorded: Mapping[str, Any], choices: Choices) -> Choices:
    """The choices with what was recorded, where they don't say something themselves."""
    nothing = Choices()
    types = {one.name: type(getattr(nothing, one.name)) for one in fields(nothing)}
    said: dict[str, Any] = {
        name: tuple(value) if types[name] is tuple else value
        for name, value in recorded.items()
        if name in KEPT and getattr(choices, name) == getattr(nothing, name)
    }
    config = recorded.get("config")
    if choices.config is None and isinstance(config, str) and Path(config).is_file():
        said["config"] = Path(config)
    return replace(choices, **said)
