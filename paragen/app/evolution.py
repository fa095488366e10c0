"""A genetic search, played: generation after generation, then the best against the best parent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from paragen.app.evolving import Beginning
from paragen.app.history import History, database_of
from paragen.app.keeping import keep
from paragen.app.planned import planned
from paragen.app.session import Session
from paragen.domain.errors import InterruptedRunError, NoHostError
from paragen.domain.generator import Generator
from paragen.domain.ports import Subscriber
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.engine.outcome import INTERRUPTED, NO_HOST
from paragen.learn.evolve import (
    Individual,
    Played,
    Spending,
    expert_names,
    is_whole,
    offspring,
    played_in,
    survivors,
)
from paragen.learn.evolved import Evolved, Verdict
from paragen.learn.experts import EXPERT
from paragen.learn.genes import genome
from paragen.learn.paired import Comparison, Finding, compare
from paragen.report.text import counted

Watch = Callable[[Session, str], AbstractContextManager[Subscriber]]
"""A view of a session that is going to be played, by the session and what it is for."""

INTERRUPTION = (
    "Interrupted: nothing is kept. What was played stays in the history, and the same command goes "
    "on from there, as long as it begins with the same parents."
)


class Evolution:
    """A search from its beginning to its end; `interrupt` may be called from any thread."""

    def __init__(self, beginning: Beginning, watch: Watch, warn: Callable[[str], None]) -> None:
        self._beginning = beginning
        self._searched = beginning.searched
        self._watch = watch
        self._warn = warn
        self._session: Session | None = None
        self._interrupted = False
        self._attempts = 0
        self._on_record = 0

    def interrupt(self) -> None:
        """End with nothing kept; safe in a signal handler."""
        self._interrupted = True
        if self._session is not None:
            self._session.interrupt()

    def abandon(self) -> None:
        """End every process of a session at once."""
        if self._session is not None:
            self._session.abandon()

    def looked_at(self) -> Evolved:
        """What would be played, with the first generation; nobody is asked anything."""
        spent, parents = self._searched.spending, self._searched.parents
        if spent is None or self._searched.in_vain is not None:
            return self._nothing()
        born = self._born(parents, spent.population, 1, parents)
        return Evolved(
            searched=self._searched,
            verdict=Verdict.NOT_PLAYED,
            generations=(born,),
            played={},
        )

    def play(self) -> Evolved:
        """Search, and keep what is better than the best parent.

        What an earlier search like this played is taken from the history. Raises
        InterruptedRunError, NoHostError, ConfigError where it can't be written, and what sessions
        raise.
        """
        spent = self._searched.spending
        if spent is None or self._searched.in_vain is not None:
            return self._nothing()
        generations, played = self._generations(spent)
        ranked = self._ranked(generations, played)
        founders = [one for one in ranked if one in self._searched.parents]
        if not founders:
            raise NoHostError(
                "None of the parents could be judged on the tasks, so there is nothing to be "
                "better than. `paragen history --all` shows what was in the way."
            )
        found = Evolved(
            searched=self._searched,
            verdict=Verdict.NONE_AHEAD,
            generations=generations,
            played=played,
            attempts=self._attempts,
            on_record=self._on_record,
            rival=founders[0],
        )
        by = self._searched.by
        ahead = played[ranked[0].name].fitness(by) > played[founders[0].name].fitness(by)
        return self._final(found, ranked[0], founders[0], spent) if ahead else found

    def _nothing(self) -> Evolved:
        verdict = self._searched.in_vain or Verdict.TOO_FEW_TASKS
        return Evolved(searched=self._searched, verdict=verdict, played={})

    def _generations(
        self, spent: Spending
    ) -> tuple[tuple[tuple[Individual, ...], ...], dict[str, Played]]:
        """Play one generation after the other; each is born of the best of all before."""
        parents = self._searched.parents
        generations: list[tuple[Individual, ...]] = []
        played: dict[str, Played] = {}
        ranked: Sequence[Individual] = parents
        for number in range(1, spent.generations + 1):
            everyone = [*parents, *(one for some in generations for one in some)]
            born = self._born(ranked[: len(parents)], spent.population, number, everyone)
            if not born:
                break
            generations.append(born)
            playing = [*(parents if number == 1 else ()), *born]
            said = f"generation {number} of {spent.generations}"
            session = self._session_of(
                [one.generator for one in playing], self._beginning.selection
            )
            runs = self._recorded(session, said) or self._play(session, said)
            played |= played_in(runs)
            ranked = self._ranked(generations, played)
            if not ranked:
                break
        return tuple(generations), played

    def _ranked(
        self, generations: Sequence[Sequence[Individual]], played: dict[str, Played]
    ) -> tuple[Individual, ...]:
        everyone = [*self._searched.parents, *(one for some in generations for one in some)]
        return survivors(everyone, played, len(self._beginning.selection), self._searched.by)

    def _born(
        self,
        ranked: Sequence[Individual],
        number: int,
        generation: int,
        everyone: Sequence[Individual],
    ) -> tuple[Individual, ...]:
        return offspring(
            ranked,
            number,
            task_type=self._searched.task_type,
            seed=self._searched.seed,
            generation=generation,
            known={genome(one.generator) for one in everyone},
            template=self._beginning.settings.template,
        )

    def _final(
        self, found: Evolved, best: Individual, rival: Individual, spent: Spending
    ) -> Evolved:
        """Let the best play against the best parent on what was held back, under its own name."""
        copies = spent.copies(self._attempts)
        finalist, runs = self._final_runs(best, rival, copies)
        played = played_in(runs)
        nothing = Played(tallies={}, rewards={})
        finals = played.get(finalist.name, nothing), played.get(rival.name, nothing)
        comparison = compare(finals[0].tallies, finals[1].tallies, by=self._searched.by)
        found = replace(
            found,
            verdict=_verdict(comparison),
            searched=self._searched,
            attempts=self._attempts,
            on_record=self._on_record,
            finalist=finalist,
            copies=copies,
            finals=finals,
            comparison=comparison,
        )
        if found.verdict is not Verdict.KEPT:
            return found
        return keep(self._beginning, found, runs[0].session_id, self._warn)

    def _final_runs(
        self, best: Individual, rival: Individual, copies: int
    ) -> tuple[Individual, tuple[Run, ...]]:
        """The best under its own name, and its final.

        Each has a name of its own, but for the very same one that was begun before; of what stands
        in the config by now none is.
        """
        said, held_back = "the final, on the tasks held back", self._beginning.held_back
        *before, new = expert_names(self._searched.task_type, self._beginning.taken)
        ours = {one.name for one in self._beginning.settings.generators}
        for name in (*before, new):
            finalist = self._expert(best, name)
            session = self._session_of([finalist.generator, rival.generator], held_back, copies)
            if name == new:
                break
            if name not in ours and self._before(session) is not None:
                self._searched = replace(self._searched, finals=self._searched.finals - 1)
                break
        return finalist, self._recorded(session, said) or self._play(session, said)

    def _expert(self, best: Individual, name: str) -> Individual:
        tags = (EXPERT, self._searched.task_type)
        return replace(best, generator=replace(best.generator, name=name, tags=tags))

    def _session_of(
        self, generators: Sequence[Generator], tasks: Sequence[Task], copies: int = 1
    ) -> Session:
        """The session, as any other, in which they play the tasks; nothing is started yet."""
        choices = replace(self._beginning.choices, generators=tuple(generators))
        settings = self._beginning.settings
        settings = replace(settings, run=replace(settings.run, copies=copies))
        plans = planned(tasks, settings, choices)
        return Session(settings=settings, choices=choices, plans=plans)

    def _recorded(self, session: Session, said: str) -> tuple[Run, ...]:
        """The runs of the very same session, where it was played to its end; empty where not."""
        runs = self._before(session)
        if self._interrupted or not runs or not all(map(is_whole, runs)):
            return ()
        number = sum(len(plan.roster) for plan in session.plans)
        self._attempts += number
        self._on_record += number
        self._warn(
            f"{said}: its {counted(number, 'attempt')} are on record, of an earlier search like "
            "this one, and nobody is asked again; --new asks"
        )
        return runs

    def _before(self, session: Session) -> tuple[Run, ...] | None:
        """The runs of the very same session that was begun before, None where none was."""
        choices = self._beginning.choices
        if choices.new:
            return None
        history = History(database_of(session.settings, choices))
        return history.searched(session.plans, choices.search)

    def _play(self, session: Session, said: str) -> tuple[Run, ...]:
        """Let them play."""
        self._attempts += sum(len(plan.roster) for plan in session.plans)
        self._session = session
        if self._interrupted:  # before there was a session to tell
            session.interrupt()
        try:
            with session, self._watch(session, said) as view:
                runs = session.play([view])
        except InterruptedRunError:
            raise InterruptedRunError(INTERRUPTION) from None
        if self._interrupted or session.exit_code == INTERRUPTED:
            raise InterruptedRunError(INTERRUPTION)
        if session.exit_code == NO_HOST:
            raise NoHostError(runs[0].reason)
        return runs


def _verdict(comparison: Comparison) -> Verdict:
    match comparison.finding:
        case Finding.BETTER:
            return Verdict.KEPT
        case Finding.WORSE:
            return Verdict.NOT_BETTER
        case _:
            return Verdict.UNDECIDED
