"""Which plays are fair evidence of how good a generator is, by the mode of their tournament.

A play is, where it was asked and judged whatever others did on the same task, and however soon they
answered. A race and a quorum end when enough have passed, and an adaptive tournament when enough
agree: who is slower is judged where the others fail. Escalating asks the dear ones where the cheap
ones failed. Of two that are equally good, those modes make one look better. In the rounds of a
bandit and of pruning everyone's first copy plays to its end, and how all did decides who gets more.
"""

from __future__ import annotations

from collections.abc import Mapping

EVERY_PLAY = frozenset({"all"})
"""The modes all of whose plays are fair."""

FIRST_COPY: Mapping[str, Mapping[str, float | str]] = {
    # By Thompson sampling history decides who is in the first round, and with `enough` the first
    # that is good enough ends it.
    "bandit": {"policy": "ucb1", "enough": 0.0},
    "prune": {"enough": 0.0},
}
"""The modes in which each generator's first copy is fair, where their options are these.

Plays in any other mode are fair in none.
"""
