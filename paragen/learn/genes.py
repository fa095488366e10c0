"""What of a generator can be evolved: each gene, its bounds, and how it mutates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import count
from statistics import NormalDist

from paragen.domain.generator import Generator
from paragen.learn.recommend import lot

Lots = Iterator[float]
"""Numbers from 0, below 1, without end."""

RATE = 0.25
"""The chance of each gene to mutate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGene:
    """An option that is a number: a mutation moves it by a normal step, onto a grid within bounds.

    `usual` is where one that isn't set is taken to stand, `spread` the step's standard deviation.
    """

    low: float
    high: float
    grain: float
    spread: float
    usual: float

    def mutated(self, value: float | None, lots: Lots) -> float:
        """Another value, within the bounds."""
        start = self.usual if value is None else value
        step = self.spread * _normal(lots)
        moved = self._on_grid(start + step)
        if moved == value:
            moved = self._on_grid(start + (self.grain if step > 0 else -self.grain))
        if moved == value:  # at a bound, which it was to cross
            moved = self._on_grid(start - (self.grain if step > 0 else -self.grain))
        return moved

    def _on_grid(self, value: float) -> float:
        within = min(max(value, self.low), self.high)
        steps = round((within - self.low) / self.grain)
        found = round(self.low + steps * self.grain, 6)
        return int(found) if self.grain >= 1 else found


NUMBERS: Mapping[str, NumberGene] = {
    "temperature": NumberGene(low=0.0, high=1.5, grain=0.05, spread=0.2, usual=0.3),
    "top_p": NumberGene(low=0.5, high=1.0, grain=0.05, spread=0.1, usual=0.9),
    "top_k": NumberGene(low=10, high=100, grain=5, spread=20, usual=40),
    "min_p": NumberGene(low=0.0, high=0.3, grain=0.01, spread=0.05, usual=0.0),
    "repeat_penalty": NumberGene(low=1.0, high=1.3, grain=0.05, spread=0.08, usual=1.1),
}
"""Those that aren't set are the server's to choose; `usual` is what Ollama documents."""

SYSTEM_PROMPTS: tuple[str | None, ...] = (
    None,
    (
        "You are a careful programmer. Before you write, go through the cases that programs "
        "get wrong: nothing, one, many, duplicates, the largest, the smallest, and what isn't "
        "allowed. Then write a program that is right in all of them."
    ),
    (
        "You write the simplest program that does what is asked: few lines, plain names, the "
        "standard library's own functions, and nothing that nobody asked for."
    ),
    (
        "You do exactly what a task says.\n"
        "Read it twice. Names, parameters, types of results, errors that are to be raised, "
        "and each example are a contract: keep every word of it, and assume nothing that "
        "isn't in it."
    ),
    (
        "You choose the algorithm first. Think of what could be done, of what each way costs "
        "on large inputs, and of where it goes wrong. Take the one that is plainly right and "
        "fast enough, and write it out cleanly."
    ),
    (
        "You write programs for other people's tests.\n"
        "Think of the tests that a strict reviewer would write for this task, and go through "
        "your program with each of them in mind before you answer."
    ),
    (
        "You write robust programs: input is checked, errors are specific, nothing is changed "
        "that was only lent, and whatever is opened is closed again."
    ),
)
"""What a system prompt may mutate to beside those of the parents; None is paragen's usual one."""

SYSTEM = "system"
SAMPLING = ("top_p", "top_k", "min_p", "repeat_penalty")
"""At temperature 0 these hardly matter: the likeliest token is taken."""

OF_MODEL = ("model", "num_ctx", "num_predict", "seed", "stop", "think", "host")
"""What is inherited with the model, as one gene that doesn't mutate.

Another `num_ctx` reloads a model, and not every model can `think`. A smaller `num_predict` would
seem better than it is: an answer that is cut off counts as nobody's fault.
"""

Genome = tuple[object, ...]
"""What makes a generator play as it does: two with the same genome differ in name only."""


def genome(generator: Generator) -> Genome:
    """A generator's genome."""
    without_name = [one.name for one in fields(generator) if one.name not in ("name", "tags")]
    is_greedy = generator.temperature == 0
    return tuple(
        None if is_greedy and name in SAMPLING else getattr(generator, name)
        for name in without_name
    )


def digest(generator: Generator) -> str:
    """A genome in eight hexadecimal digits."""
    return hashlib.sha256(repr(genome(generator)).encode()).hexdigest()[:8]


def crossed(mother: Generator, father: Generator, lots: Lots) -> Generator:
    """Each gene of one or the other, with the same chance."""
    of_father = {name: getattr(father, name) for name in (*NUMBERS, SYSTEM) if next(lots) < 0.5}
    if next(lots) < 0.5:
        of_father |= {name: getattr(father, name) for name in OF_MODEL}
    return replace(mother, **of_father)


def mutated(generator: Generator, lots: Lots, rate: float = RATE) -> Generator:
    """The generator with each gene mutated with this chance."""
    changed: dict[str, object] = {
        name: gene.mutated(getattr(generator, name), lots)
        for name, gene in NUMBERS.items()
        if next(lots) < rate
    }
    if next(lots) < rate:
        others = [one for one in SYSTEM_PROMPTS if one != generator.system]
        changed[SYSTEM] = others[int(next(lots) * len(others))]
    return replace(generator, **changed)  # type: ignore[arg-type] # by field names


def filled(generator: Generator, template: Generator) -> Generator:
    """The generator with what a config's defaults say where it leaves something open.

    A section of a config can't say that an option isn't set for which there is a default.
    """
    return replace(
        generator,
        **{
            one.name: getattr(template, one.name)
            for one in fields(generator)
            if getattr(generator, one.name) is None
        },
    )


def lots_of(*key: object) -> Lots:
    """Lots that are the same for the same key, on every machine."""
    return (lot(*key, number) for number in count())


def _normal(lots: Lots) -> float:
    """A number of the normal distribution; the lot may be 0, whose quantile is no number."""
    return NormalDist().inv_cdf(next(lots) + 2**-50)
