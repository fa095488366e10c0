"""Generators in tiers, cheap to dear: as somebody wrote them, or as the models' names suggest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paragen.domain.generator import Generator, Instance
from paragen.modes.evidence import named
from paragen.modes.sizes import model_size
from paragen.parse.nearest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Names of generators by tier, cheapest first, and what was odd about them.

    `basis` is what they were estimated by, empty where somebody wrote them.
    """

    tiers: tuple[tuple[str, ...], ...]
    basis: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The tiers in a sentence."""
        chain = " → ".join(named(tier) for tier in self.tiers)
        return f"Tiers, cheap to dear, {self.basis or 'as written'}: {chain}."


def tiers_of(roster: Iterable[Instance], written: str) -> Tiers:
    """The tiers of those that play: as written, estimated where nothing is.

    Written ones are names with `,` between those of a tier, and `;` or `|` between tiers. Whoever
    stands in none plays in a last one; names that don't play are left out, with a warning.
    """
    playing = {who.generator.name: who.generator for who in roster}
    if not written.strip():
        return _estimated(list(playing.values()))
    tiers: list[tuple[str, ...]] = []
    left, warnings = dict.fromkeys(playing), []
    for part in re.split("[;|]", written):
        names = [name.strip() for name in part.split(",") if name.strip()]
        warnings += [_unknown(name, playing) for name in names if name not in playing]
        tiers.append(tuple(dict.fromkeys(name for name in names if name in left)))
        for name in tiers[-1]:
            del left[name]
    if left:
        warnings.append(f"No tier names {named(left)}: last to play, after all tiers.")
    tiers.append(tuple(left))
    return Tiers(tiers=tuple(tier for tier in tiers if tier), warnings=tuple(warnings))


def _estimated(generators: Sequence[Generator]) -> Tiers:
    """A tier for each size, smallest first; then one for each model of no known size."""
    sized: dict[float, list[str]] = {}
    others: dict[str, list[str]] = {}
    for one in generators:
        size = model_size(one.model)
        if size is None:
            others.setdefault(one.model, []).append(one.name)
        else:
            sized.setdefault(size, []).append(one.name)
    tiers = (*(sized[size] for size in sorted(sized)), *others.values())
    basis = "by the sizes in the models' names" if sized else "in the order of the roster"
    return Tiers(tiers=tuple(tuple(names) for names in tiers), basis=basis)


def _unknown(name: str, playing: Iterable[str]) -> str:
    hint = did_you_mean(name, playing)
    return f"The tiers name {name!r}, which doesn't play{hint or '.'}"
