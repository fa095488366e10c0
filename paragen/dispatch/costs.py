"""What loading a model and answering with it cost on a host: as seen, else as can be guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean, geometric_mean

from paragen.dispatch.values import Resident

GUESSED_LOAD_S = 10.0
GUESSED_GENERATION_S = 20.0
"""Where nothing is known at all: a model of some 7 B parameters on a card of the middle."""

MEASURED = "measured"
"""The basis of what was seen itself."""
GUESS = "a guess"
"""The basis of what nothing at all is known of."""
MEMORY = 20
"""A mean is over about so many samples, so that it follows a host that gets slower."""
LEAST_S = 1e-3
"""No cost counts as less: costs are divided by."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model's load, and one answer of it, cost on a host, in seconds.

    `basis` says where that comes from, for a person.
    """

    load_s: float
    generation_s: float
    basis: str = MEASURED


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of some seconds; it is over at least one sample."""

    seconds: float
    samples: int = 1

    def with_sample(self, seconds: float) -> Mean:
        """The mean with one more sample, in which older ones fade."""
        samples = min(self.samples + 1, MEMORY)
        return Mean(self.seconds + (seconds - self.seconds) / samples, samples)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a model on a host; None was not."""

    load: Mean | None = None
    generation: Mean | None = None


Pair = tuple[str, Resident]
"""A host's name and what runs there."""
Row = tuple[str, Resident, float | None, float | None]
"""A pair, and the seconds of a load and of an answer; None was not seen."""


@dataclass(frozen=True)
class Costs:
    """Costs by host and model: a value; `all_seen` gives another.

    What wasn't seen on a host is taken from the same model on other hosts, times how much slower
    this host is with models that were seen on both; else it is the mean of this host's models;
    else that of all; else it is the stated guess.
    """

    table: Mapping[Pair, Seen] = field(default_factory=dict)

    def of(self, host: str, resident: Resident) -> Cost:
        """What a model costs on a host."""
        pair = (host, resident)
        cost = self._known.get(pair)
        if cost is None:
            cost = self._known[pair] = self._cost(pair)
        return cost

    def _cost(self, pair: Pair) -> Cost:
        seen = self.table.get(pair)
        if seen is not None and seen.load is not None and seen.generation is not None:
            return Cost(max(LEAST_S, seen.load.seconds), max(LEAST_S, seen.generation.seconds))
        load_s, _ = self._loads.of(*pair, GUESSED_LOAD_S)
        generation_s, basis = self._generations.of(*pair, GUESSED_GENERATION_S)
        return Cost(load_s, generation_s, basis=basis)

    def all_seen(self, rows: Iterable[Row]) -> Costs:
        """These costs after these loads and answers were seen, in this order."""
        table = dict(self.table)
        pairs, is_new = set(), False
        for host, resident, load_s, generation_s in rows:
            before = table.get((host, resident), Seen())
            after = Seen(_more(before.load, load_s), _more(before.generation, generation_s))
            table[host, resident] = after
            pairs.add((host, resident))
            is_new |= (before.load is None) != (after.load is None)
            is_new |= (before.generation is None) != (after.generation is None)
        changed = Costs(table)
        if not is_new:
            # More samples of what was known hardly move what was concluded for other pairs: that
            # is kept until something new is seen, so that answers cost little to note.
            changed._known.update(self._known)
            for pair in pairs:
                changed._known.pop(pair, None)
        return changed

    def with_history(
        self, rows: Iterable[tuple[str, Resident, float | None, float | None, int]]
    ) -> Costs:
        """These costs with rows of history: host, model, mean load_s and generation_s, samples."""
        table = dict(self.table)
        for host, resident, load_s, generation_s, samples in rows:
            count = max(1, samples)
            table[(host, resident)] = Seen(
                None if load_s is None else Mean(load_s, count),
                None if generation_s is None else Mean(generation_s, count),
            )
        return Costs(table)

    @cached_property
    def _known(self) -> dict[Pair, Cost]:
        return {}

    @cached_property
    def _loads(self) -> _Estimates:
        return _Estimates({pair: one.load.seconds for pair, one in self.table.items() if one.load})

    @cached_property
    def _generations(self) -> _Estimates:
        return _Estimates(
            {pair: one.generation.seconds for pair, one in self.table.items() if one.generation}
        )


class _Estimates:
    """Seconds by host and model, and what follows from them for pairs that weren't seen."""

    def __init__(self, seconds: Mapping[Pair, float]) -> None:
        self._of_model: defaultdict[Resident, dict[str, float]] = defaultdict(dict)
        of_host: defaultdict[str, list[float]] = defaultdict(list)
        for (host, resident), value in seconds.items():
            self._of_model[resident][host] = max(value, LEAST_S)
            of_host[host].append(max(value, LEAST_S))
        self._of_host = {host: fmean(values) for host, values in of_host.items()}
        self._of_all = fmean(s for values in of_host.values() for s in values) if seconds else None
        self._slowness: dict[tuple[str, str], float] = {}

    def of(self, host: str, resident: Resident, guess: float) -> tuple[float, str]:
        """The seconds for a pair, and where they come from."""
        on_hosts = self._of_model.get(resident, {})
        if host in on_hosts:
            return on_hosts[host], MEASURED
        if on_hosts:
            scaled = [value * self._slower(host, other) for other, value in on_hosts.items()]
            return fmean(scaled), f"as on {', '.join(sorted(on_hosts))}"
        if host in self._of_host:
            return self._of_host[host], f"as other models on {host}"
        return (guess, GUESS) if self._of_all is None else (self._of_all, "as other models")

    def _slower(self, host: str, other: str) -> float:
        """How many times as long a host takes as another, by the models that were seen on both."""
        if (host, other) not in self._slowness:
            ratios = [
                on_hosts[host] / on_hosts[other]
                for on_hosts in self._of_model.values()
                if host in on_hosts and other in on_hosts
            ]
            self._slowness[host, other] = geometric_mean(ratios) if ratios else 1.0
        return self._slowness[host, other]


def _more(mean: Mean | None, seconds: float | None) -> Mean | None:
    if seconds is None:
        return mean
    return Mean(seconds) if mean is None else mean.with_sample(seconds)
