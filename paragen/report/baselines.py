"""The columns of lists of baselines, and of what is in one."""

from __future__ import annotations

from collections.abc import Sequence

from paragen.report import text
from paragen.report.rows import Column, Value


def _share(value: Value) -> str:
    return text.share(value) if isinstance(value, float) else str(value)


BASELINES: Sequence[Column] = (
    Column(key="name", heading="baseline"),
    Column(key="saved_at", heading="saved", show=text.moment, whole=True),
    Column(key="generators", heading="generators", right=True),
    Column(key="tasks", heading="tasks", right=True),
    Column(key="plays", heading="plays", right=True),
)

BASELINE: Sequence[Column] = (
    Column(key="generator", heading="generator"),
    Column(key="model", heading="model", spare=3),
    Column(key="temperature", heading="temp", right=True, spare=2),
    Column(key="tasks", heading="tasks", right=True),
    Column(key="plays", heading="plays", right=True),
    Column(key="passes", heading="passes", right=True),
    Column(key="success_rate", heading="success", show=_share, right=True),
)
