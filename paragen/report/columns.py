"""The columns of each list that paragen prints: keys as in JSON and CSV, headings for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paragen.report import text
from paragen.report.rows import Column, Value


def _number(show: Callable[[float | None], str]) -> Callable[[Value], str]:
    """A column's reader from one of `report.text`; what isn't a number is shown as it is."""
    return lambda value: show(float(value)) if isinstance(value, int | float) else str(value)


def _size(value: Value) -> str:
    return text.size(value) if isinstance(value, int) else str(value)


ENERGY = Column(
    key="energy_j_per_pass",
    heading="energy/pass",
    show=_number(text.energy),
    right=True,
    optional=True,
    spare=1,
)
USERS = Column(
    key="mean_rating",
    heading="users",
    show=_number(text.score),
    right=True,
    optional=True,
    spare=1,
)

STATS: Sequence[Column] = (
    Column(key="task_type", heading="task type"),
    Column(key="generator", heading="generator", optional=True),
    Column(key="model", heading="model", spare=6, optional=True),
    Column(key="temperature", heading="temp", right=True, spare=6, optional=True),
    Column(key="plays", heading="plays", right=True, spare=1),
    Column(key="wins", heading="wins", right=True, spare=3),
    Column(key="win_rate", heading="win rate", show=_number(text.share), right=True, spare=1),
    Column(key="passes", heading="passes", right=True, spare=5),
    Column(
        key="success_rate",
        heading="success",
        show=_number(text.share),
        chart=_number(text.bar),
        right=True,
    ),
    Column(key="interval_low", heading="at least", show=_number(text.share), right=True, spare=2),
    Column(key="interval_high", heading="at most", show=_number(text.share), right=True, spare=8),
    Column(key="rating_mu", heading="rating", show=_number(text.rate), right=True, spare=4),
    Column(key="rating_sigma", heading="±", show=_number(text.rate), right=True, spare=9),
    Column(key="mean_combined", heading="combined", show=_number(text.score), right=True),
    Column(key="tokens_per_s", heading="tok/s", show=_number(text.rate), right=True, spare=2),
    Column(
        key="generation_s", heading="generation", show=_number(text.seconds), right=True, spare=7
    ),
    ENERGY,
    USERS,
    # Where all plays are fair, or all answers ended, a table for people does without.
    Column(key="fair_plays", heading="fair", right=True, spare=1),
    Column(key="unended", heading="unended", right=True, spare=1),
)

TREND = Column(key="trend", heading="lately", optional=True, spare=10, whole=True)

STATS_DRAWN: Sequence[Column] = (*STATS, TREND)
"""For a terminal that can show how a success rate went."""

STATS_MORE: Sequence[Column] = (
    *STATS,
    Column(key="runs", heading="runs", right=True),
    Column(key="judged", heading="judged", right=True),
    Column(key="std_combined", heading="std. dev.", show=_number(text.score), right=True),
    Column(key="load_s", heading="load", show=_number(text.seconds), right=True),
    Column(key="generation_s_per_pass", heading="per pass", show=_number(text.seconds), right=True),
    Column(key="tokens_per_pass", heading="tokens/pass", show=_number(text.count), right=True),
    Column(key="metered", heading="metered", right=True),
    Column(key="ratings", heading="rated", right=True),
    Column(key="fair_passes", heading="fair passes", right=True),
    Column(key="basis", heading="basis"),
)
"""For programs, and for documents: what a terminal has no room for too."""

SELECTIONS: Sequence[Column] = (
    Column(key="task_type", heading="task type"),
    Column(key="selections", heading="selections", right=True),
    Column(key="mean_combined", heading="combined", show=_number(text.score), right=True, spare=2),
    Column(key="std_combined", heading="std. dev.", show=_number(text.score), right=True, spare=3),
    Column(key="quality", heading="quality", show=_number(text.score), right=True, spare=1),
    Column(key="speed", heading="speed", show=_number(text.score), right=True, spare=1),
    Column(key="adjustments", heading="adjusted", right=True, spare=4),
    Column(key="distribution", heading="chosen"),
)

RECOMMENDED: Sequence[Column] = (
    Column(key="generator", heading="generator"),
    Column(key="score", heading="score", show=_number(text.score), right=True),
    Column(
        key="success_rate",
        heading="success",
        show=_number(text.share),
        chart=_number(text.bar),
        right=True,
    ),
    Column(key="interval_low", heading="at least", show=_number(text.share), right=True),
    Column(key="interval_high", heading="at most", show=_number(text.share), right=True, spare=2),
    Column(key="plays", heading="plays", right=True, spare=3),
    Column(key="sureness", heading="how sure", spare=1),
)
"""For a terminal, where why stands under them."""

RECOMMENDED_WHY: Sequence[Column] = (*RECOMMENDED, Column(key="why", heading="why"))

EVOLVED: Sequence[Column] = (
    Column(key="generation", heading="born", spare=2),
    Column(key="generator", heading="generator", whole=True),
    Column(key="model", heading="model", spare=3),
    Column(key="temperature", heading="temp", right=True),
    Column(key="options", heading="options"),
    Column(key="system", heading="system prompt", spare=5),
    Column(key="plays", heading="plays", right=True),
    Column(key="passes", heading="passes", right=True),
    Column(key="score", heading="score", show=_number(text.score), right=True, optional=True),
    Column(key="evolved_from", heading="from", spare=4),
)

HISTORY: Sequence[Column] = (
    Column(key="run_id", heading="run", whole=True),
    Column(key="started_at", heading="started", show=text.moment, whole=True, spare=3),
    Column(key="task", heading="task"),
    Column(key="task_type", heading="task type", spare=3),
    Column(key="mode", heading="mode", spare=5),
    Column(key="winner", heading="winner"),
    Column(key="combined", heading="combined", show=_number(text.score), right=True),
    Column(key="candidates", heading="candidates", right=True, spare=2),
    Column(key="passes", heading="passes", right=True, spare=1),
    Column(key="cached", heading="cached", right=True, spare=6),
    Column(key="wall_s", heading="took", show=_number(text.seconds), right=True, spare=4),
    Column(key="deadline_s", heading="deadline", show=_number(text.seconds), right=True, spare=7),
    Column(key="state", heading="state"),
    Column(key="by", heading="by", optional=True),
)

CANDIDATES: Sequence[Column] = (
    Column(key="id", heading="id"),
    Column(key="generator", heading="generator"),
    Column(key="model", heading="model", spare=4),
    Column(key="temperature", heading="temp", right=True, spare=3),
    Column(key="seed", heading="seed", right=True, spare=6),
    Column(key="status", heading="status"),
    Column(key="passed", heading="passed", right=True),
    Column(key="total", heading="tests", right=True),
    Column(key="quality", heading="quality", show=_number(text.score), right=True, spare=1),
    Column(key="speed", heading="speed", show=_number(text.score), right=True, spare=1),
    Column(key="combined", heading="combined", show=_number(text.score), right=True),
    Column(key="tokens_per_s", heading="tok/s", show=_number(text.rate), right=True, spare=2),
    Column(
        key="generation_s", heading="generation", show=_number(text.seconds), right=True, spare=3
    ),
    Column(key="execution_s", heading="execution", show=_number(text.seconds), right=True, spare=5),
    Column(key="energy_j", heading="energy", show=_number(text.energy), right=True, optional=True),
)

JUDGEMENTS: Sequence[Column] = (
    Column(key="file", heading="file"),
    Column(key="status", heading="status"),
    Column(key="tests", heading="tests", right=True),
    Column(key="execution_s", heading="execution", show=_number(text.seconds), right=True, spare=1),
    Column(key="peak_bytes", heading="memory", show=_size, right=True, spare=2),
    Column(key="detail", heading="detail"),
)

MODELS: Sequence[Column] = (
    Column(key="host", heading="host"),
    Column(key="model", heading="model"),
    Column(key="parameters", heading="parameters", right=True, spare=2),
    Column(key="quantization", heading="quantization", spare=3),
    Column(key="size_bytes", heading="size", show=_size, right=True),
    Column(key="loaded_bytes", heading="loaded", show=_size, right=True, spare=1),
    Column(key="vram_bytes", heading="in VRAM", show=_size, right=True, spare=4),
    Column(key="generators", heading="generators", spare=1),
)

DOCTOR: Sequence[Column] = (
    Column(key="check", heading="check"),
    Column(key="level", heading="level"),
    Column(key="found", heading="found"),
    Column(key="details", heading="details"),
    Column(key="advice", heading="advice"),
    Column(key="exit_code", heading="exit code", right=True),
)

MERGED: Sequence[Column] = (
    Column(key="file", heading="file"),
    Column(key="runs", heading="runs", right=True),
    Column(key="advanced", heading="further on", right=True),
    Column(key="plans", heading="plans", right=True),
    Column(key="candidates", heading="candidates", right=True),
    Column(key="generators", heading="generators", right=True),
    Column(key="feedback", heading="feedback", right=True),
    Column(key="baselines", heading="baselines", right=True),
    Column(key="answers", heading="answers", right=True),
    Column(key="loads", heading="loads", right=True),
    Column(key="played", heading="left out", right=True),
)

HOLDINGS: Sequence[Column] = (
    Column(key="what", heading="what"),
    Column(key="value", heading="value"),
)
