"""Rosters (`qwen_balanced:3,codellama@0.1`), and generators named on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from paragen.domain.errors import RosterError
from paragen.domain.generator import Generator, Instance, instance
from paragen.parse.nearest import did_you_mean

MAX_COPIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The instances that play, in the order of the roster, and what the user should know."""

    instances: tuple[Instance, ...]
    warnings: tuple[str, ...] = ()


def parse_roster(spec: str | None, generators: Sequence[Generator], *, seed: int = 0) -> Roster:
    """The instances that a roster asks for, all generators once where it is None.

    Copy n gets the generator's seed + `seed` + n × 1000. At temperature 0 copies would all give
    the same answer: one is left, with a warning. Raises RosterError.
    """
    by_name = {generator.name: generator for generator in generators}
    if not by_name:
        raise RosterError(spec or "", "there are no generators")
    counts = dict.fromkeys(by_name, 1) if spec is None else _counts(spec, by_name)
    instances: list[Instance] = []
    warnings: list[str] = []
    for name, asked in counts.items():
        generator, count = by_name[name], asked
        if count > 1 and generator.temperature == 0:
            warnings.append(
                f"{name} has temperature 0, at which copies give the same answer: "
                f"1 plays instead of {count}."
            )
            count = 1
        instances += (instance(generator, n, seed) for n in range(count))
    return Roster(instances=tuple(instances), warnings=tuple(warnings))


def adhoc(
    models: Sequence[str],
    temperatures: Sequence[float] = (),
    template: Generator | None = None,
) -> tuple[Generator, ...]:
    """Generators for models × temperatures, named model@temperature.

    Without temperatures each model plays once at the template's, under its own name. Every other
    option is the template's. What is given twice counts once.
    """
    base = template or Generator(name="", model="")
    if not temperatures:
        return tuple(replace(base, name=model, model=model) for model in dict.fromkeys(models))
    return tuple(
        replace(base, name=matrix_name(model, t), model=model, temperature=t)
        for model in dict.fromkeys(models)
        for t in dict.fromkeys(temperatures)
    )


def matrix_name(model: str, temperature: float) -> str:
    """The name of a generator that comes from models × temperatures."""
    return f"{model}@{temperature:g}"


def _counts(spec: str, known: Iterable[str]) -> dict[str, int]:
    names = frozenset(known)
    counts: dict[str, int] = {}
    for part in spec.split(","):
        item = part.strip()
        if not item:
            raise RosterError(spec, "a name is missing" if spec.strip() else "it is empty")
        name, count = _name_and_count(item, names, spec)
        counts[name] = counts.get(name, 0) + count
        if counts[name] > MAX_COPIES:
            raise RosterError(spec, f"{name} has more than {MAX_COPIES} copies")
    return counts


def _name_and_count(item: str, names: frozenset[str], spec: str) -> tuple[str, int]:
    """Of `codellama:7b@0.1:3` the longest part that is a name, and the number after it."""
    if item in names:
        return item, 1
    name, colon, count = item.rpartition(":")
    if colon and name.strip() in names:
        return name.strip(), _count(count.strip(), name, spec)
    said = name if colon and count.strip().lstrip("+-").isdigit() else item
    advice = did_you_mean(said, names) or f"; there are {', '.join(sorted(names)[:20])}"
    raise RosterError(spec, f"there is no generator {said!r}{advice.rstrip('?')}")


def _count(text: str, name: str, spec: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= 9
    if not digits or not 1 <= int(text) <= MAX_COPIES:
        raise RosterError(
            spec, f"{text!r} is no number of copies of {name}: from 1 to {MAX_COPIES} can play"
        )
    return int(text)
