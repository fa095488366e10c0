"""A genetic search, played: generation after generation, then the best against the best parent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import replace

from paragen.app.evolving import Beginning
from paragen.app.history import database_of
from paragen.app.planned import planned
from paragen.app.session import Session
from paragen.domain.errors import InterruptedRunError, NoHostError, StoreError
from paragen.domain.generator import Generator
from paragen.domain.ports import Subscriber
from paragen.domain.task import Task
from paragen.domain.tournament import Run
from paragen.engine.outcome import INTERRUPTED, NO_HOST
from paragen.learn.evolve import (
    Individual,
    Played,
    Spending,
    expert_name,
    offspring,
    played_in,
    survivors,
)
from paragen.learn.evolved import Evolved, Searched, Verdict
from paragen.learn.experts import EXPERT
from paragen.learn.genes import genome
from paragen.learn.paired import Comparison, Finding, Measure, compare
from paragen.report.text import counted, one_line

Watch = Callable[[Session, str], AbstractContextManager[Subscriber]]
"""A view of a session that is going to be played, by the session and what it is for."""

INTERRUPTION = (
    "Interrupted: nothing is kept. What was played stays in the history, and the same command "
    "plays the search again."
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
        if spent is None:
            return Evolved(searched=self._searched, verdict=Verdict.TOO_FEW_TASKS, played={})
        born = self._born(parents, spent.population, 1, parents)
        return Evolved(
            searched=self._searched,
            verdict=Verdict.NOT_PLAYED,
            generations=(born,),
            played={},
        )

    def play(self) -> Evolved:
        """Search, and keep what is better than the best parent.

        Raises InterruptedRunError, NoHostError, ConfigError where it can't be written, and what
        sessions raise.
        """
        spent = self._searched.spending
        if spent is None:
            return Evolved(searched=self._searched, verdict=Verdict.TOO_FEW_TASKS, played={})
        generations, played = self._generations(spent)
        ranked = self._ranked(generations, played)
        founders = [one for one in ranked if one in self._searched.parents]
        if not founders:
            raise NoHostError(
                "None of the parents could be judged on the tasks, so there is nothing to be "
                "better than. `paragen history` shows what was in the way."
            )
        found = Evolved(
            searched=self._searched,
            verdict=Verdict.NONE_AHEAD,
            generations=generations,
            played=played,
            attempts=self._attempts,
            rival=founders[0],
        )
        by = self._searched.by
        ahead = played[ranked[0].name].fitness(by) > played[founders[0].name].fitness(by)
        return self._final(found, ranked[0], founders[0], spent) if ahead else found

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
            runs, _ = self._play(
                [one.generator for one in playing], self._beginning.selection, said
            )
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
        finalist = self._expert(best)
        runs, session_id = self._play(
            [finalist.generator, rival.generator],
            self._beginning.held_back,
            "the final, on the tasks held back",
            copies,
        )
        played = played_in(runs)
        nothing = Played(tallies={}, rewards={})
        finals = played.get(finalist.name, nothing), played.get(rival.name, nothing)
        comparison = compare(finals[0].tallies, finals[1].tallies, by=self._searched.by)
        found = replace(
            found,
            verdict=_verdict(comparison),
            attempts=self._attempts,
            finalist=finalist,
            copies=copies,
            finals=finals,
            comparison=comparison,
        )
        return self._keep(found, session_id) if found.verdict is Verdict.KEPT else found

    def _expert(self, best: Individual) -> Individual:
        name = expert_name(self._searched.task_type, self._beginning.taken)
        tags = (EXPERT, self._searched.task_type)
        return replace(best, generator=replace(best.generator, name=name, tags=tags))

    def _play(
        self, generators: Sequence[Generator], tasks: Sequence[Task], said: str, copies: int = 1
    ) -> tuple[tuple[Run, ...], str]:
        """Let them play the tasks, in a session as any other; its runs, and its id."""
        choices = replace(self._beginning.choices, generators=tuple(generators))
        settings = self._beginning.settings
        settings = replace(settings, run=replace(settings.run, copies=copies))
        plans = planned(tasks, settings, choices)
        session = Session(settings=settings, choices=choices, plans=plans)
        self._attempts += sum(len(plan.roster) for plan in plans)
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
        return runs, runs[0].session_id

    def _keep(self, found: Evolved, session_id: str) -> Evolved:
        """Write the expert into the config, and into the history that it was evolved."""
        from paragen.settings.experts import ExpertSection, write_expert

        assert found.finalist is not None
        assert found.rival is not None
        assert found.finals is not None
        own, rival = found.finals
        finalist = found.finalist
        section = ExpertSection(
            generator=finalist.generator,
            evolved_from=finalist.founders,
            success_rate=own.passes / own.plays,
            comment=_comment(self._searched, found.rival.name, own, rival),
        )
        write_expert(self._beginning.config, section)
        self._record(found, session_id)
        return replace(found, config=str(self._beginning.config))

    def _record(self, found: Evolved, session_id: str) -> None:
        from paragen.store.connection import connect
        from paragen.store.experts import add_expert

        assert found.finalist is not None
        assert found.rival is not None
        assert found.finals is not None
        path = database_of(self._beginning.settings, self._beginning.choices)
        try:
            with closing(connect(path, write=True)) as history:
                add_expert(
                    history,
                    found.finalist.generator,
                    found.rival.generator,
                    task_type=self._searched.task_type,
                    measure=self._searched.by.value,
                    plays=found.finals[0].plays,
                    passes=found.finals[0].passes,
                    seed=self._searched.seed,
                    session=session_id,
                    evolved_from=found.finalist.founders,
                )
        except StoreError as error:
            self._warn(
                f"{found.finalist.name} is in the config, but not in the history, so `paragen "
                f"stats` won't say when it stops being better: {error}"
            )


def _comment(searched: Searched, rival_name: str, own: Played, rival: Played) -> str:
    """What an expert is, and why it was kept."""
    by_score = searched.by is Measure.SCORE
    did, rivals = (
        f"{one.passes} of {one.plays}" + (f" (score {one.score:.3f})" if by_score else "")
        for one in (own, rival)
    )
    on = f"{counted(len(own.tallies), 'task')} held back"
    return (
        f"Evolved by paragen for {searched.task_type}: of its plays on {on} {did} passed, of "
        f"those of the best parent, {one_line(rival_name)}, {rivals}."
    )


def _verdict(comparison: Comparison) -> Verdict:
    match comparison.finding:
        case Finding.BETTER:
            return Verdict.KEPT
        case Finding.WORSE:
            return Verdict.NOT_BETTER
        case _:
            return Verdict.UNDECIDED
