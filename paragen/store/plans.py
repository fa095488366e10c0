"""Plans ⇄ JSON: everything that is needed to play one, so that a session can be gone on with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paragen.domain.errors import StoreError
from paragen.domain.generator import Generator, Instance
from paragen.domain.plan import Plan
from paragen.store.codec import CodecError, decoded, encoded

VERSION = 1
"""Goes up where what was written before would be read wrongly; a new field needs no new version."""


class PlanUnreadableError(StoreError):
    """A recorded plan isn't one that this program can play."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"What was to be played can't be read from the history ({why}): another version of "
            "paragen recorded it. Go on with that version, or start over with --new."
        )


def to_json(plan: Plan) -> str:
    """A plan as one line of ASCII; each generator stands there once, however often it plays."""
    generators = list(dict.fromkeys(instance.generator for instance in plan.roster))
    numbers = {generator: number for number, generator in enumerate(generators)}
    document = {
        "version": VERSION,
        "generators": [encoded(generator) for generator in generators],
        "roster": [
            {
                "generator": numbers[one.generator],
                "copy": one.copy,
                "seed": one.seed,
            }
            for one in plan.roster
        ],
        "plan": encoded(replace(plan, roster=())),
    }
    # Escapes keep even what isn't text, in a path, say.
    return json.dumps(document, separators=(",", ":"))


def from_json(text: str) -> Plan:
    """The plan that `to_json` wrote; raises PlanUnreadableError."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise CodecError(f"its version is {document['version']}, not {VERSION}")
        generators = [decoded(Generator, one) for one in document["generators"]]
        roster = tuple(_instance(one, generators) for one in document["roster"])
        return replace(decoded(Plan, _without_old_limits(document["plan"])), roster=roster)
    except (CodecError, ValueError, LookupError, TypeError) as error:
        raise PlanUnreadableError(str(error)) from error


def _instance(stored: Mapping[str, Any], generators: list[Generator]) -> Instance:
    number = decoded(int, stored["generator"])
    if not 0 <= number < len(generators):
        raise CodecError(f"there is no generator {number}")
    # Older records name a role, which nobody ever had.
    copy, seed = decoded(int, stored["copy"]), decoded(int, stored["seed"])
    return Instance(generator=generators[number], copy=copy, seed=seed)


def _without_old_limits(plan: object) -> object:
    """A plan without the limit that older records name, and no plan ever had."""
    if isinstance(plan, dict) and isinstance(plan.get("budget"), dict):
        plan["budget"].pop("max_in_flight", None)
    return plan
