"""What is to be expected of a session → the JSON object of `report.schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paragen.domain.forecast import Forecast, Outlook, PlannedAttempt, PlannedTask
from paragen.report.objects import task_object

if TYPE_CHECKING:
    from paragen.report.schema.plan import (
        OutlookObject,
        PlannedAttemptObject,
        PlannedTaskObject,
        PlanObject,
    )


def plan_object(forecast: Forecast) -> PlanObject:
    """A forecast as `paragen plan --json` prints it."""
    return {
        "schema": "paragen.plan/1",
        "tasks": [_task(task) for task in forecast.tasks],
        "hosts": [
            {
                "name": host.name,
                "slots": host.slots,
                "down": host.down,
                "attempts": host.attempts,
                "loads": host.loads,
                "busy_s": host.busy_s,
            }
            for host in forecast.hosts
        ],
        "attempts": [_attempt(one) for one in forecast.attempts],
        "costs": [
            {
                "host": cost.host,
                "model": cost.model,
                "num_ctx": cost.num_ctx,
                "load_s": cost.load_s,
                "generation_s": cost.generation_s,
                "basis": cost.basis,
            }
            for cost in forecast.costs
        ],
        "expected": _outlook(forecast.expected),
        "if_all_pass": _outlook(forecast.if_all_pass),
        "if_none_passes": _outlook(forecast.if_none_passes),
        "warnings": list(forecast.warnings),
        "notes": list(forecast.notes),
    }


def _task(task: PlannedTask) -> PlannedTaskObject:
    plan = task.plan
    weights = plan.criteria.weights
    return {
        "task": task_object(plan.task),
        "mode": plan.mode,
        "mode_options": dict(plan.mode_options),
        "roster": [instance.name for instance in plan.roster],
        "weights": {"quality": weights.quality, "speed": weights.speed},
        "min_attempts": plan.budget.min_attempts,
        "max_attempts": plan.budget.max_attempts,
        "deadline_s": plan.deadline_s,
        "needs": list(plan.needs),
        "attempts": task.attempts,
        "ends_s": task.ends_s,
        "not_worth_it": task.not_worth_it,
    }


def _attempt(one: PlannedAttempt) -> PlannedAttemptObject:
    instance = one.attempt.instance
    return {
        "task": one.task,
        "id": one.attempt.id,
        "generator": instance.generator.name,
        "copy": instance.copy,
        "model": instance.generator.model,
        "host": one.host,
        "sent_s": one.sent_s,
        "begins_s": one.begins_s,
        "ends_s": one.ends_s,
    }


def _outlook(outlook: Outlook) -> OutlookObject:
    return {"wall_s": outlook.wall_s, "attempts": outlook.attempts, "tokens": outlook.tokens}
