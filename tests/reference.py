"""Writes .github/REFERENCE.md from the code, so that it can't say what isn't so.

    python tests/reference.py            prints it
    python tests/reference.py --write    writes it

`tests/test_reference.py` fails where the file and the code differ.
"""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from pydantic import BaseModel

from paragen.checks.lint import IGNORED, LINES_PER_UNIT, MEASURES
from paragen.cli import VERBS, build
from paragen.domain.candidate import FAULT_KINDS
from paragen.domain.errors import HostError
from paragen.domain.generator import Generator
from paragen.judge.criteria import BALANCED, PRESETS, TASK_GROUPS
from paragen.judge.score import MEASURE_WEIGHTS
from paragen.learn.task_type import DOUBT, FALLBACK, KEYWORD, LIKE, VOTERS
from paragen.modes import MODES, find_mode
from paragen.modes.profiles import PROFILES
from paragen.parse.front_matter import READERS
from paragen.parse.task_type import KEYWORDS
from paragen.report.schema import SCHEMAS, json_schema
from paragen.settings.sections import Config, DefaultsSection, Options

FILE = Path(__file__).resolve().parents[1] / ".github" / "REFERENCE.md"


def reference() -> str:
    """The whole document."""
    parts = [
        "# Reference\n\nMade by `python tests/reference.py --write`; don't edit it by hand.\n",
        *_verbs(),
        *_config(),
        *_tasks(),
        *_task_types(),
        *_criteria(),
        *_evaluator(),
        *_error_kinds(),
        *_schemas(),
    ]
    return "\n".join(parts)


def _verbs() -> Iterator[str]:
    yield "## Commands\n"
    group: Any = typer.main.get_command(build(tuple(VERBS)))
    for verb, summary in VERBS.items():
        yield f"### paragen {verb}\n\n{summary}\n\n| argument or option | what |\n|---|---|"
        for param in group.commands[verb].params:
            yield f"| {_spelling(param)} | {_cell(getattr(param, 'help', '') or '')} |"
        yield ""


def _spelling(param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{param.metavar or param.name.upper()}`"
    flags = ", ".join(f"`{flag}`" for flag in (*param.opts, *param.secondary_opts))
    return f"{flags} `{param.metavar}`" if param.metavar else flags


def _config() -> Iterator[str]:
    yield "## generators.toml\n"
    for section, field in Config.model_fields.items():
        if section == "modes":
            yield from _modes()
            continue
        model = _model_of(field.annotation)
        kind = typing.get_origin(field.annotation)
        heading = f"[[{section}]]" if kind is list else f"[{section}]"
        if kind is dict:
            heading = f"[{section}.NAME]"
        yield f"### {heading}\n\n{_summary(model)}\n\n| key | default |\n|---|---|"
        for key, option in model.model_fields.items():
            default = "required" if option.is_required() else _default(section, key, option.default)
            yield f"| `{key}` | {default} |"
        yield ""
        if section == "profiles":
            yield from _profiles()


def _modes() -> Iterator[str]:
    yield "### [modes.NAME]\n\nA mode's own options, as `--mode-opt key=value` sets them.\n"
    yield "| mode | what | options |\n|---|---|---|"
    for mode, summary in MODES.items():
        options = "<br>".join(_option(one) for one in dataclasses.fields(find_mode(mode).options))
        yield f"| `{mode}` | {_cell(summary)} | {options} |"
    yield ""


def _option(field: dataclasses.Field[Any]) -> str:
    default = ",".join(field.default) if isinstance(field.default, tuple) else field.default
    shown = f" (`{default}`)" if default not in (None, "") else ""
    return f"`{field.name}`{shown}: {_cell(field.metadata['help'])}"


def _profiles() -> Iterator[str]:
    yield "Always there:\n\n| profile | what |\n|---|---|"
    for name, profile in PROFILES.items():
        yield f"| `{name}` | {_cell(profile.help)} |"
    yield ""


def _model_of(annotation: Any) -> type[BaseModel]:
    inner = typing.get_args(annotation)
    model = inner[-1] if inner else annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return model


def _summary(model: type[BaseModel]) -> str:
    words = (model.__doc__ or "").strip().split("\n")[0]
    return words.partition(": ")[2].capitalize() or words


def _default(section: str, key: str, default: object) -> str:
    if section == "defaults":
        default = getattr(Generator(name="", model=""), key)
    elif key in DefaultsSection.model_fields and _has_options(section):
        return "as in [defaults]"
    return "" if default is None or default in ({}, [], ()) else f"`{default}`"


def _has_options(section: str) -> bool:
    return issubclass(_model_of(Config.model_fields[section].annotation), Options)


def _tasks() -> Iterator[str]:
    yield "## Front matter of a task file\n"
    yield "Keys: " + ", ".join(f"`{key}`" for key in READERS) + ".\n"


def _task_types() -> Iterator[str]:
    yield "## The type of a task that doesn't say it\n"
    yield (
        f"Up to {VOTERS} past tasks whose authors gave a type, and that are like it (by BM25 at "
        f"least {LIKE:g}, where the same words are 1), vote for theirs with their likeness. Its "
        f"own words vote with {KEYWORD:g} for the type that has most of these in the prompt; where "
        f"there is none, with {FALLBACK:g} for `simple_function` if it asks for one function, else "
        f"`general`. The confidence is the share of all votes, {DOUBT:g} counted as doubt.\n"
    )
    yield "| task type | words |\n|---|---|"
    for name, words in KEYWORDS.items():
        yield f"| {name} | {', '.join(words)} |"
    yield ""


def _criteria() -> Iterator[str]:
    yield "## What wins, by task type\n"
    yield "| task type | quality | speed | min quality | max generation | max execution |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, criteria in {**TASK_GROUPS, "any other": BALANCED}.items():
        weights = criteria.weights
        yield (
            f"| {name} | {weights.quality} | {weights.speed} | {criteria.min_quality} "
            f"| {_bound(criteria.max_generation_s)} | {_bound(criteria.max_execution_s)} |"
        )
    shown = (f"`{name}` {w.quality}/{w.speed}" for name, w in PRESETS.items())
    yield f"\nPresets (quality/speed): {', '.join(shown)}.\n"


def _bound(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:g} s"


def _evaluator() -> Iterator[str]:
    yield "## The evaluator\n"
    yield (
        f"Ruff is run once over each program. A measure is 1 / (1 + cost × findings / units), "
        f"with units the lines of code / {LINES_PER_UNIT}, at least 1. A program that doesn't "
        "parse has correctness 0 and no other measure.\n"
    )
    yield "| measure | weight | cost | rules |\n|---|--:|--:|---|"
    for name, measure in MEASURES.items():
        rules = ", ".join(measure.rules)
        yield f"| {name} | {MEASURE_WEIGHTS[name]} | {measure.cost} | {rules} |"
    yield f"\nLeft out: {', '.join(IGNORED)}.\n"


def _error_kinds() -> Iterator[str]:
    yield "## Kinds of errors\n\n`error.kind` of a candidate: why it is an error, or not judged.\n"
    yield "| kind | what |\n|---|---|"
    of_hosts = {error.kind: error.__doc__ or "" for error in HostError.__subclasses__()}
    for kind, what in sorted((of_hosts | dict(FAULT_KINDS)).items()):
        yield f"| `{kind}` | {_cell(what.split(chr(10))[0])} |"
    yield ""


def _schemas() -> Iterator[str]:
    yield "## JSON\n"
    for name in SCHEMAS:
        schema = json_schema(name)
        yield f"### paragen schema {name}\n"
        for title, definition in {**schema.get("$defs", {}), name: schema}.items():
            keys = ", ".join(f"`{key}`" for key in definition["properties"])
            yield f"- **{title}**: {definition.get('description', '')} Keys: {keys}."
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(reference(), encoding="utf-8")
    else:
        print(reference())
