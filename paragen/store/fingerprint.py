"""What makes two sessions the same one: all that determines what is asked, and who wins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from paragen.domain.plan import Plan
from paragen.store.codec import encoded


def fingerprint(plans: Iterable[Plan]) -> str:
    """The SHA-256, in hexadecimal, over the plans in their order.

    Of a task counts what it says, not where it lies. What history says of generators doesn't
    count: it changes with every session.
    """
    content = json.dumps([_determining(plan) for plan in plans], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _determining(plan: Plan) -> dict[str, Any]:
    return {
        "task": [plan.task.name, plan.task.sha256],
        "needs": sorted(plan.needs),
        "roster": [encoded(instance) for instance in plan.roster],
        "criteria": encoded(plan.criteria),
        "mode": plan.mode,
        "mode_options": encoded(plan.mode_options),
        "budget": encoded(plan.budget),
        "deadline_s": plan.deadline_s,
        "seed": plan.seed,
    }
