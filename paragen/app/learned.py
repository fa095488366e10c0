"""Weights that were learned, where nobody says others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from paragen.domain.plan import Plan
from paragen.judge.criteria import CriteriaOptions
from paragen.learn.feedback import Learned
from paragen.report.text import counted


def with_learned_weights(
    plans: Iterable[Plan], options: CriteriaOptions, known: Callable[[str], Learned | None]
) -> tuple[Plan, ...]:
    """The plans with the weights learned for their task types, said once for each type.

    Where the command line or the config says what counts, plans stay as they are.
    """
    if options.weighs:
        return tuple(plans)
    found: dict[str, Learned | None] = {}
    changed = []
    for plan in plans:
        task_type = plan.task.task_type
        is_first = task_type not in found
        if is_first:
            found[task_type] = known(task_type)
        what = found[task_type]
        if what is not None and what.adjustments:
            criteria = replace(plan.criteria, weights=what.weights)
            warnings = (*plan.warnings, _said(what)) if is_first else plan.warnings
            plan = replace(plan, criteria=criteria, warnings=warnings)
        changed.append(plan)
    return tuple(changed)


def _said(what: Learned) -> str:
    now, own = what.weights, what.own
    source = f"{counted(what.adjustments, 'piece')} of feedback"
    return (
        f"{what.task_type} is weighed {now.quality:.2f}/{now.speed:.2f} (quality/speed), learned "
        f"from {source}, not {own.quality:.2f}/{own.speed:.2f}; --preset or --quality-weight says "
        "otherwise, `paragen weights` shows and undoes it"
    )
