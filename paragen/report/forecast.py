"""What is to be expected of a session, as text for people."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from paragen.domain.forecast import Forecast, Outlook, PlannedTask
from paragen.report import text

MOST_ROWS = 30
"""How many attempts are listed; JSON has all."""


def forecast_details(forecast: Forecast) -> RenderableType:
    """Tasks, hosts, the order of attempts, and what it should take."""
    parts: list[RenderableType] = []
    for task in forecast.tasks:
        parts.append(Text(_task(task)))
        if task.not_worth_it is not None:
            parts.append(Text(f"  {text.one_line(task.not_worth_it)}", style="yellow"))
    parts += [Text(), _hosts(forecast), Text(), _attempts(forecast)]
    more = len(forecast.attempts) - MOST_ROWS
    if more > 0:
        parts.append(Text(f"  … and {more} more (--json lists all)", style="dim"))
    parts += [Text(), *(Text(line, style="bold") for line in outlook_lines(forecast))]
    return Group(*parts)


def outlook_lines(forecast: Forecast) -> tuple[str, ...]:
    """What it should take, and the ends between which that may fall."""
    expected, best, worst = forecast.expected, forecast.if_all_pass, forecast.if_none_passes
    lines = [f"expected: {_outlook(expected)}"]
    if (best.wall_s, best.attempts) != (worst.wall_s, worst.attempts):
        lines.append(f"if every program passes: {_outlook(best)}")
        lines.append(f"if none does: {_outlook(worst)}")
    if any(cost.basis == "a guess" for cost in forecast.costs):
        lines.append("Nothing is known of these models here yet: the times are a plain guess.")
    return tuple(lines)


def _outlook(outlook: Outlook) -> str:
    tokens = "" if outlook.tokens is None else f", {outlook.tokens} tokens"
    return f"{text.seconds(outlook.wall_s)}, {text.counted(outlook.attempts, 'attempt')}{tokens}"


def _task(task: PlannedTask) -> str:
    plan = task.plan
    mode = text.mode(plan.mode, plan.mode_options, plan.deadline_s)
    needs = f", after {', '.join(plan.needs)}" if plan.needs else ""
    weights = plan.criteria.weights
    return text.one_line(
        f"{plan.task.name} ({text.task_type(plan.task)}): {mode}, "
        f"{text.counted(len(plan.roster), 'instance')}, quality {weights.quality:.2f}, "
        f"speed {weights.speed:.2f}{needs}"
    )


def _hosts(forecast: Forecast) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("host", "state"):
        table.add_column(name, overflow="fold")
    for name in ("slots", "attempts", "loads", "busy"):
        table.add_column(name, justify="right", no_wrap=True)
    for host in forecast.hosts:
        table.add_row(
            Text(text.one_line(host.name)),
            Text("answers") if host.down is None else Text("doesn't answer", style="yellow"),
            str(host.slots),
            str(host.attempts),
            str(host.loads),
            text.seconds(host.busy_s),
        )
    return table


def _attempts(forecast: Forecast) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("at", justify="right", no_wrap=True)
    for name in ("host", "task", "generator", "model"):
        table.add_column(name, overflow="fold")
    for name in ("load", "generation"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in forecast.attempts[:MOST_ROWS]:
        load_s = one.begins_s - one.sent_s
        table.add_row(
            text.seconds(one.sent_s),
            Text(text.one_line(one.host)),
            Text(text.one_line(one.task)),
            Text(text.one_line(one.attempt.instance.name)),
            Text(text.one_line(one.attempt.instance.generator.model)),
            text.seconds(load_s) if load_s else text.NOTHING,
            text.seconds(one.ends_s - one.begins_s),
        )
    return table
