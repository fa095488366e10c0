"""pass@k: how likely one of k samples of a problem passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb
from statistics import fmean

KS = (1, 10, 100)
"""The k that are reported, as the papers do."""


def pass_at(k: int, samples: int, passed: int) -> float:
    """An unbiased estimate of pass@k from `samples` ≥ k of a problem, of which `passed` did.

    It is the share of all choices of k samples in which one at least passes, 1 − C(n−c, k)/C(n, k):
    Chen et al. 2021, "Evaluating Large Language Models Trained on Code", arXiv:2107.03374, eq. 1.
    """
    every = comb(samples, k)
    return (every - comb(samples - passed, k)) / every  # integers: exact up to the division


def mean_pass_at(counts: Sequence[tuple[int, int]], ks: Sequence[int] = KS) -> Mapping[int, float]:
    """The mean of pass@k over problems, `(samples, passed)` each, by k.

    A k is left out where a problem has fewer samples: its estimate would be a biased one.
    """
    return {
        k: fmean(pass_at(k, samples, passed) for samples, passed in counts)
        for k in ks
        if counts and all(samples >= k for samples, _ in counts)
    }
