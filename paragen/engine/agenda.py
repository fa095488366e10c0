"""The tournaments of a session: which are ahead, which are being played, what came of the others.

Used from the engine's thread alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from paragen.domain.plan import Plan
from paragen.domain.tournament import Run, SandboxState
from paragen.engine.resumed import Resumed
from paragen.engine.steps import Stage, find_needs, modules_for, next_steps
from paragen.engine.tournament import Tournament
from paragen.modes import find_mode


class Agenda:
    """Tournaments for these plans, by their runs' ids in plan order.

    `resumed` has what each had come to before. `max_steps` are played at once, None is no limit.
    Raises UsageError for a mode that there isn't, TaskError for needs that can't be met.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        resumed: Mapping[str, Resumed],
        *,
        session_id: str,
        sandbox: SandboxState,
        max_steps: int | None,
    ) -> None:
        self.playing: dict[str, Tournament] = {}
        self._plans = tuple(plans)
        self._modes = [find_mode(plan.mode, plan.mode_options) for plan in plans]
        self._needs = find_needs(plans)
        self._resumed = dict(resumed)
        self._run_ids = tuple(resumed)
        self._places = {run_id: place for place, run_id in enumerate(resumed)}
        self.session_id = session_id
        self._sandbox = sandbox
        self._max_steps = max_steps
        self._runs = [one.run for one in resumed.values()]
        self._stages = [_stage(run) for run in self._runs]
        self._changed = True

    @property
    def runs(self) -> tuple[Run, ...]:
        """What came of those that are over, in plan order."""
        return tuple(run for run in self._runs if run is not None)

    @property
    def upcoming(self) -> tuple[Plan, ...]:
        """The plans that come next: as many as are being played, in plan order."""
        waiting = (
            plan
            for plan, stage in zip(self._plans, self._stages, strict=True)
            if stage is Stage.WAITING
        )
        return tuple(islice(waiting, len(self.playing)))

    def open_next(self) -> tuple[tuple[Tournament, str | None], ...]:
        """The tournaments that begin now, each with None.

        Those that never can, since a task has no winner that they need, come with its name, and
        are over.
        """
        if not self._changed or Stage.WAITING not in self._stages:
            return ()
        self._changed = False
        due = next_steps(self._needs, self._stages, self._max_steps)
        given_up = []
        for place, needed in due.give_up.items():
            name = self._plans[needed].task.name
            tournament = self._open(place)
            self._over(place, tournament.give_up(name))
            given_up.append((tournament, name))
        opened = [(self._open(place), None) for place in due.begin]
        for place, (tournament, _) in zip(due.begin, opened, strict=True):
            self._stages[place] = Stage.PLAYING
            self.playing[tournament.run.run_id] = tournament
        return (*given_up, *opened)

    def conclude(self, tournament: Tournament) -> Run:
        """A tournament is over: its run."""
        run = tournament.conclude()
        del self.playing[run.run_id]
        self._over(self._places[run.run_id], run)
        return run

    def drop(self, tournament: Tournament) -> None:
        """Forget a tournament of which nothing was played: there is nothing to record."""
        del self.playing[tournament.run.run_id]

    def close(self) -> None:
        """Begin no more."""
        self._stages = [Stage.LOST if stage is Stage.WAITING else stage for stage in self._stages]

    def _open(self, place: int) -> Tournament:
        plan = self._plans[place]
        modules = modules_for(place, self._plans, self._needs, self._runs)
        run_id = self._run_ids[place]
        return Tournament(
            replace(plan, task=replace(plan.task, modules=(*plan.task.modules, *modules))),
            mode=self._modes[place],
            run_id=run_id,
            session_id=self.session_id,
            sandbox=self._sandbox,
            resumed=self._resumed[run_id],
        )

    def _over(self, place: int, run: Run) -> None:
        self._runs[place] = run
        self._stages[place] = _stage(run)
        self._changed = True


def _stage(run: Run | None) -> Stage:
    if run is None:
        return Stage.WAITING
    return Stage.LOST if run.winning is None else Stage.WON
