"""What came of a genetic search: in words, as rows, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from paragen.learn.evolve import FEWEST_TASKS, Individual, Played, held_back
from paragen.learn.evolved import Evolved, Searched, Verdict
from paragen.learn.paired import SIGNIFICANT, Measure
from paragen.report import text
from paragen.report.compared import Side, compare_object, in_words
from paragen.report.rows import Value

if TYPE_CHECKING:
    from paragen.report.schema.evolve import BredObject, EvolveObject

APART = ("name", "model", "temperature", "system", "tags")
"""What of a generator isn't said among its options."""

SYSTEM_SHOWN = 40
UNSHOWN = ("num_ctx", "seed", "host")
"""What is no difference between generators of one model, mostly, and stands in JSON alone."""


def sentence(found: Evolved) -> str:
    """What a search came to, and what to do."""
    searched = found.searched
    match found.verdict:
        case Verdict.TOO_FEW_TASKS:
            return _too_few(searched)
        case Verdict.NO_ROOM:
            return _no_room(searched)
        case Verdict.NOT_PLAYED:
            return _planned(found)
        case Verdict.NONE_AHEAD:
            return (
                f"None of {text.counted(_born(found), 'descendant')} did better than "
                f"{_rival(found)} on the {_tasks(searched, _selection(searched))} of the "
                "selection: nothing is kept. Another --seed searches elsewhere, a larger --budget "
                "further."
            )
    assert found.finalist is not None
    assert found.rival is not None
    assert found.comparison is not None
    compared = in_words(
        found.comparison,
        _side(found.finalist),
        _side(found.rival),
        task_type=searched.task_type,
    )
    if found.verdict is Verdict.KEPT:
        name = text.one_line(found.finalist.name)
        stands = f"It stands in {found.config}: `paragen run -g {name}` plays it."
        return f"{compared}{_again(searched)} {stands}"
    return f"{compared} Nothing is kept.{_more(found)}"


def side_notes(searched: Searched) -> list[str]:
    """What is to know of what is searched, a line each."""
    found = []
    if searched.inferred:
        found.append(
            f"task type: {text.one_line(searched.task_type)} (of which most tasks are on record; "
            "--task-type says otherwise)"
        )
    if searched.unfit:
        found.append(
            f"{text.counted(searched.unfit, 'task')} that "
            f"{'needs' if searched.unfit == 1 else 'need'} other tasks' programs "
            f"{'is' if searched.unfit == 1 else 'are'} left out."
        )
    return found


def rows(found: Evolved) -> list[Mapping[str, Value]]:
    """A row for each parent, then one for each of the offspring; those of the final last."""
    everyone = [("parents", one) for one in found.searched.parents]
    for number, born in enumerate(found.generations, start=1):
        everyone += [(str(number), one) for one in born]
    by = found.searched.by
    shown = [_row(generation, one, found.played.get(one.name), by) for generation, one in everyone]
    if found.finals is not None:
        for one, played in zip((found.finalist, found.rival), found.finals, strict=True):
            assert one is not None
            shown.append(_row("final", one, played, by))
    return shown


def evolve_object(found: Evolved, *, dry_run: bool) -> EvolveObject:
    """A search as `paragen evolve --json` prints it."""
    searched, spent = found.searched, found.searched.spending
    compared = None
    if found.comparison is not None and found.finalist is not None and found.rival is not None:
        sides = _side(found.finalist), _side(found.rival)
        compared = compare_object(found.comparison, *sides, task_type=searched.task_type)
    is_kept = found.verdict is Verdict.KEPT and found.finalist is not None
    return {
        "schema": "paragen.evolve/1",
        "task_type": searched.task_type,
        "task_type_inferred": searched.inferred,
        "dry_run": dry_run,
        "seed": searched.seed,
        "by": searched.by.value,
        "verdict": found.verdict.value,
        "sentence": sentence(found),
        "budget": None if spent is None else spent.budget,
        "planned_attempts": 0 if spent is None or searched.in_vain else spent.most,
        "attempts": found.attempts,
        "attempts_on_record": found.on_record,
        "tasks": {
            "recorded": searched.tasks,
            "selection": _selection(searched),
            "held_back": 0 if spent is None else spent.held_back,
            "copies": found.copies,
        },
        "parents": [_bred(one, found.played.get(one.name)) for one in searched.parents],
        "generations": [
            [_bred(one, found.played.get(one.name)) for one in born] for born in found.generations
        ],
        "rival": None if found.rival is None else found.rival.name,
        "finalist": (
            None
            if found.finalist is None or found.finals is None
            else _bred(found.finalist, found.finals[0])
        ),
        "comparison": compared,
        "expert": found.finalist.name if is_kept and found.finalist is not None else None,
        "config": found.config,
    }


def _too_few(searched: Searched) -> str:
    missing = FEWEST_TASKS - searched.tasks
    return (
        f"Can't tell yet: {_tasks(searched, searched.tasks)} with tests "
        f"{'is' if searched.tasks == 1 else 'are'} on record, and it takes {FEWEST_TASKS} to show "
        f"that one generator is better. {text.counted(missing, 'more task')} would tell, if it is "
        "better on all of them; nothing is played."
    )


def _no_room(searched: Searched) -> str:
    spent = searched.spending
    assert spent is not None
    assert searched.unbeatable is not None
    number = spent.selection + spent.held_back
    more = ", and so may a larger --budget, which plays more" if number < searched.tasks else ""
    return (
        f"No descendant could do better: on record {text.one_line(searched.unbeatable)} passes "
        f"each of the {_tasks(searched, number)} that would be played, each time. Harder tasks "
        f"leave room to be better{more}; --by score does. Nothing is played."
    )


def _planned(found: Evolved) -> str:
    spent = found.searched.spending
    assert spent is not None
    return (
        f"{text.counted(spent.most, 'attempt')} of a budget of {spent.budget}: "
        f"{text.counted(spent.parents, 'parent')} and "
        f"{text.counted(spent.generations, 'generation')} of {spent.population} on "
        f"{spent.selection} of the {_tasks(found.searched, found.searched.tasks)} on record, then "
        f"the best of each on {spent.held_back} that are held back for that, as often as what is "
        "left of the budget allows. Nothing is asked of anybody now."
    )


def _more(found: Evolved) -> str:
    """What it would take to tell, where that isn't simply more tasks."""
    spent = found.searched.spending
    if found.verdict is not Verdict.UNDECIDED or spent is None:
        return ""
    there = held_back(found.searched.tasks)
    if spent.held_back < there:
        return f" {there} tasks are held back, of which a larger --budget would play more."
    return " Half of what is played more will be held back for this."


def _again(searched: Searched) -> str:
    """What it proves where others were tested before, mostly on the same tasks.

    By each final alone chance keeps one in half of SIGNIFICANT at most, which also tells the worse.
    """
    if not searched.finals:
        return ""
    finals = searched.finals + 1
    chance = min(1.0, finals * SIGNIFICANT / 2)
    return (
        f" This was final {finals} for {text.one_line(searched.task_type)}: were nobody better in "
        f"any of them, chance alone would keep one in up to {chance:.1%} of such series."
    )


def _tasks(searched: Searched, number: int) -> str:
    return text.counted(number, f"{text.one_line(searched.task_type)} task")


def _selection(searched: Searched) -> int:
    return 0 if searched.spending is None else searched.spending.selection


def _born(found: Evolved) -> int:
    return sum(map(len, found.generations))


def _rival(found: Evolved) -> str:
    return "its parents" if found.rival is None else text.one_line(found.rival.name)


def _side(one: Individual) -> Side:
    generator = one.generator
    return Side(generator=generator.name, model=generator.model, temperature=generator.temperature)


def _options(one: Individual) -> dict[str, Value]:
    """A generator's options that are set, by name."""
    given = {
        field.name: getattr(one.generator, field.name)
        for field in fields(one.generator)
        if field.name not in APART
    }
    return {name: value for name, value in given.items() if isinstance(value, str | int | float)}


def _row(
    generation: str, one: Individual, played: Played | None, by: Measure
) -> Mapping[str, Value]:
    generator = one.generator
    system = text.one_line(generator.system or "")
    shown = {name: value for name, value in _options(one).items() if name not in UNSHOWN}
    score = played.score if played is not None and played.tallies else None
    return {
        "generation": generation,
        "generator": one.name,
        "model": generator.model,
        "temperature": generator.temperature,
        "options": ", ".join(f"{name} {value}" for name, value in shown.items()),
        "system": system if len(system) <= SYSTEM_SHOWN else f"{system[: SYSTEM_SHOWN - 1]}…",
        "plays": None if played is None else played.plays,
        "passes": None if played is None else played.passes,
        "score": score if by is Measure.SCORE else None,
        "evolved_from": "" if one.founders == (one.name,) else ", ".join(one.founders),
    }


def _bred(one: Individual, played: Played | None) -> BredObject:
    generator = one.generator
    return {
        "generator": generator.name,
        "model": generator.model,
        "temperature": generator.temperature,
        "options": dict(_options(one)),
        "system": generator.system,
        "evolved_from": list(one.founders),
        "plays": 0 if played is None else played.plays,
        "passes": 0 if played is None else played.passes,
        "pass_rate": _mean_pass_rate(played),
    }


def _mean_pass_rate(played: Played | None) -> float | None:
    if played is None or not played.tallies:
        return None
    rates = [tally.pass_rate for tally in played.tallies.values()]
    return sum(rates) / len(rates)
