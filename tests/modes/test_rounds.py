"""The places of a round."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.generator import Generator
from paragen.modes.rounds import places


@given(
    size=st.integers(0, 12),
    weights=st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=6),
    least=st.integers(0, 1),
)
def test_a_round_has_no_more_places_than_it_has(
    size: int, weights: list[float | None], least: int
) -> None:
    players = [Generator(name=f"g{n}", model="m") for n in range(len(weights))]
    known = {f"g{n}": weight for n, weight in enumerate(weights) if weight is not None}
    counts = places(size, players, known, least)
    assert sum(counts.values()) == size
    assert min(counts.values(), default=0) >= 0
    unknown = [one.name for one in players if one.name not in known]
    assert all(counts[name] for name in unknown[:size]), "of whom nothing is known come first"
