"""`paragen plan`: what a session would be, without playing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from paragen.app.choices import Choices, configured
from paragen.app.expecting import Expected, always, by_history, mean_tokens
from paragen.app.history import History, database_of
from paragen.app.opening import absence, missing_models
from paragen.app.planned import planned
from paragen.app.playing import play_options
from paragen.app.probe import Probed, probe
from paragen.app.sandboxes import missing_packages
from paragen.dispatch import Costs, Resident, resident_for
from paragen.domain.errors import ParagenError
from paragen.domain.forecast import (
    Forecast,
    Outlook,
    PlannedAttempt,
    PlannedCost,
    PlannedHost,
    PlannedTask,
)
from paragen.domain.host import canonical_model
from paragen.domain.plan import Plan
from paragen.domain.ports import HostState
from paragen.domain.task import Task
from paragen.engine.slots import Slots
from paragen.modes.worth import worth
from paragen.simulator import Book, SimHost, Simulated, simulate

if TYPE_CHECKING:
    from paragen.settings import PlayOptions, Settings
    from paragen.store.costs import SeenCost

JUDGE_S = 0.5
"""What a program's tests usually take, on the clock."""


def forecast(tasks: Sequence[Path | Task], choices: Choices) -> Forecast:
    """What playing these tasks would be; hosts are asked how they are, and may be down.

    Raises what `Session.prepare` does.
    """
    settings = configured(choices)
    plans = planned(tasks, settings, choices)
    probed = probe(settings.hosts, settings.limits)
    for one in probed:
        one.host.close()
    history = History(database_of(settings, choices))
    seen = history.seen_costs()
    tokens = _tokens(plans, seen)
    hosts = [_sim_host(one, play_options(settings, choices)) for one in probed]
    play = partial(_simulated, plans, hosts, history.costs(), settings, choices)
    expected = play(by_history(tokens))
    return Forecast(
        tasks=tuple(_tasks(plans, expected)),
        hosts=tuple(_host(one, expected) for one in probed),
        attempts=tuple(_attempts(plans, expected)),
        costs=tuple(_costs(plans, probed, history.costs())),
        expected=_outlook(expected, tokens),
        if_all_pass=_outlook(play(always(True, tokens)), tokens),
        if_none_passes=_outlook(play(always(False, tokens)), tokens),
        warnings=(
            *missing_packages((plan.task for plan in plans), settings.sandbox.environment),
            *_warnings(plans, probed),
            *_unfinished(history, plans, choices),
            *(warning for plan in plans for warning in plan.warnings),
        ),
        notes=tuple(note for plan in plans for note in plan.notes),
    )


def _tokens(plans: Sequence[Plan], seen: Sequence[SeenCost]) -> Mapping[str, float]:
    """The tokens of an answer by model; a model that wasn't seen writes as much as the others."""
    tokens = mean_tokens((one.model, one.completion_tokens, one.samples) for one in seen)
    if not tokens:
        return {}
    usual = fmean(tokens.values())
    models = (canonical_model(who.generator.model) for plan in plans for who in plan.roster)
    return {**dict.fromkeys(models, usual), **tokens}


def _simulated(
    plans: Sequence[Plan],
    hosts: Sequence[SimHost],
    costs: Costs,
    settings: Settings,
    choices: Choices,
    expected: Expected,
) -> Simulated:
    options = play_options(settings, choices)

    def policy(
        hosts: Sequence[tuple[SimHost, HostState | None]], clock: Callable[[], float]
    ) -> Book:
        return Slots(
            hosts,
            sequential=choices.sequential,
            costs=costs,
            max_models=options.max_models,
            concurrency=options.concurrency,
            clock=clock,
        )

    return simulate(
        plans,
        hosts,
        costs,
        outcome=expected,
        policy=policy,
        judge_s=JUDGE_S,
        max_steps=options.max_steps,
    )


def _sim_host(probed: Probed, options: PlayOptions) -> SimHost:
    """A host as it is by its own word; one that doesn't answer as if it had all models."""
    models = probed.state.models if probed.state is not None else ()
    return SimHost(
        name=probed.name,
        slots=probed.slots,
        max_models=min(probed.slots, options.max_models or probed.slots),
        models=(
            None
            if probed.state is None
            else {canonical_model(model.name): model.size_bytes or 0 for model in models}
        ),
        loaded=tuple(
            Resident(canonical_model(model.name), model.num_ctx)
            for model in models
            if model.loaded_bytes
        ),
    )


def _tasks(plans: Sequence[Plan], played: Simulated) -> list[PlannedTask]:
    return [
        PlannedTask(
            plan=plan,
            attempts=sum(one.run == run for one in played.sent),
            ends_s=played.finished_s[run],
            not_worth_it=worth(plan.task, plan.roster, plan.standings),
        )
        for plan, run in zip(plans, played.boards, strict=True)
    ]


def _host(probed: Probed, played: Simulated) -> PlannedHost:
    sent = played.on(probed.name)
    return PlannedHost(
        name=probed.name,
        slots=probed.slots,
        down=None if probed.state is not None else probed.error,
        attempts=len(sent),
        loads=played.loads[probed.name],
        busy_s=sum(one.ended_s - one.begun_s for one in sent),
    )


def _attempts(plans: Sequence[Plan], played: Simulated) -> list[PlannedAttempt]:
    names = {run: plan.task.name for run, plan in zip(played.boards, plans, strict=True)}
    return [
        PlannedAttempt(
            task=names[one.run],
            attempt=one.attempt,
            host=one.host,
            sent_s=one.sent_s,
            begins_s=one.begun_s,
            ends_s=one.ended_s,
        )
        for one in sorted(played.sent, key=lambda one: one.sent_s)
    ]


def _costs(plans: Sequence[Plan], probed: Sequence[Probed], costs: Costs) -> list[PlannedCost]:
    residents = dict.fromkeys(resident_for(who.generator) for plan in plans for who in plan.roster)
    found = []
    for one in probed:
        for resident in residents:
            cost = costs.of(one.name, resident)
            found.append(
                PlannedCost(
                    host=one.name,
                    model=resident.model,
                    num_ctx=resident.num_ctx or 0,
                    load_s=cost.load_s,
                    generation_s=cost.generation_s,
                    basis=cost.basis,
                )
            )
    return found


def _outlook(played: Simulated, tokens: Mapping[str, float]) -> Outlook:
    return Outlook(
        wall_s=played.makespan_s,
        attempts=len(played.sent),
        tokens=played.tokens if tokens else None,
    )


def _warnings(plans: Sequence[Plan], probed: Sequence[Probed]) -> list[str]:
    """What keeps the plan from being played as it stands."""
    found = [
        f"planned as if host {one.name} answered: {one.error}"
        for one in probed
        if one.state is None
    ]
    up = [one for one in probed if one.state is not None]
    missing, _ = missing_models(up, plans)
    if up and missing:
        found.append(absence(missing, up))
    return found


def _unfinished(history: History, plans: Sequence[Plan], choices: Choices) -> list[str]:
    """That `paragen run` would go on with something rather than begin."""
    from paragen.store.fingerprint import fingerprint

    if choices.new:
        return []
    try:
        found = history.unfinished(fingerprint=fingerprint(plans))
    except ParagenError:
        return []
    if found is None:
        return []
    return [f"session {found.session_id} of the same was left unfinished: it would be gone on with"]
