"""generators.toml, checked where it enters and turned into values of the domain.

Import this module late: pydantic is here, and commands that need no config shouldn't load it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from paragen.domain.errors import ConfigError, UsageError
from paragen.domain.generator import CallLimits, Generator
from paragen.domain.host import HostSpec
from paragen.judge.criteria import CriteriaOptions, criteria_for
from paragen.parse.nearest import did_you_mean
from paragen.parse.roster import matrix_name
from paragen.parse.toml_lines import KeyPath, key_lines, line_of

FILE_NAME = "generators.toml"
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The [run] section; None is "not said"."""

    mode: str = "all"
    fail_fast: bool = False
    seed: int = 0
    criteria: CriteriaOptions = field(default_factory=CriteriaOptions)
    limits: CallLimits = field(default_factory=CallLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """The [sandbox] section; None is left to the sandbox."""

    level: str | None = None
    workers: int | None = None
    sealed_only: bool = False
    environment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a config says; without one, a local Ollama and no generators.

    `template` has the options of [defaults], for generators named on the command line.
    """

    path: str | None = None
    template: Generator = field(default_factory=lambda: Generator(name="", model=""))
    generators: tuple[Generator, ...] = ()
    hosts: tuple[HostSpec, ...] = (HostSpec(name="local"),)
    run: RunOptions = field(default_factory=RunOptions)
    sandbox: SandboxOptions = field(default_factory=SandboxOptions)
    database: str | None = None


class Section(BaseModel):
    """A section of the config: unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(min_length=1, pattern=r"^[^\s,]+$")]
Temperature = Annotated[float, Field(ge=0, le=2)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]
Bound = Annotated[float, Field(gt=0, allow_inf_nan=True)]
WholeNumber = Annotated[int, Field(ge=0, le=2**53)]


class Options(Section):
    """What [defaults], [[generators]] and [[matrix]] have in common."""

    num_ctx: Annotated[int, Field(ge=256, le=2**31)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: WholeNumber | None = None
    min_p: Share | None = None
    repeat_penalty: Annotated[float, Field(ge=0)] | None = None
    num_predict: Annotated[int, Field(ge=-2, le=2**31)] | None = None
    seed: WholeNumber | None = None
    stop: list[Text] | None = None
    system: str | None = None
    think: bool | None = None
    tags: list[Text] | None = None
    host: Name | None = None


class DefaultsSection(Options):
    """[defaults]: options of every generator that doesn't say otherwise."""

    temperature: Temperature | None = None


class GeneratorSection(DefaultsSection):
    """[[generators]]: one named recipe."""

    name: Name
    model: Name


class MatrixSection(Options):
    """[[matrix]]: models × temperatures, each named model@temperature."""

    models: Annotated[list[Name], Field(min_length=1)]
    temperatures: Annotated[list[Temperature], Field(min_length=1)]


class HostSection(Section):
    """[[hosts]]: where models run."""

    name: Name
    kind: Literal["ollama", "demo"] = "ollama"
    url: Annotated[str, Field(pattern=r"^https?://[^\s/]")] | None = None
    slots: Annotated[int, Field(ge=1, le=10_000)] | None = None
    recording: Text | None = None
    headers: dict[str, str] = {}


class RunSection(Section):
    """[run]: how tournaments are played and decided."""

    mode: Text = "all"
    preset: Text | None = None
    quality_weight: Weight | None = None
    speed_weight: Weight | None = None
    min_quality: Share | None = None
    max_generation_s: Bound | None = None
    max_execution_s: Bound | None = None
    prefer_simplicity: bool | None = None
    fail_fast: bool = False
    seed: WholeNumber = 0
    connect_limit_s: Seconds = CallLimits().connect_s
    first_token_limit_s: Seconds = CallLimits().first_token_s
    generation_limit_s: Seconds = CallLimits().generation_s
    retries: Annotated[int, Field(ge=0, le=100)] = CallLimits().retries


class SandboxSection(Section):
    """[sandbox]: where programs are executed."""

    level: Text | None = None
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    sealed_only: bool = False
    environment: Text | None = None


class DatabaseSection(Section):
    """[database]: where results are kept."""

    path: Text | None = None


class Config(Section):
    """The whole file."""

    defaults: DefaultsSection = DefaultsSection()
    hosts: list[HostSection] = []
    generators: list[GeneratorSection] = []
    matrix: list[MatrixSection] = []
    run: RunSection = RunSection()
    sandbox: SandboxSection = SandboxSection()
    database: DatabaseSection = DatabaseSection()


class Mistakes:
    """Collects the mistakes of one file, each at the line of its key."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines: Mapping[KeyPath, int] = key_lines(text)
        self._found: list[tuple[int, str]] = []

    def add(self, key: Sequence[str | int], what: str) -> None:
        """Note what is wrong with a key."""
        line = line_of(key, self._lines)
        self._found.append((line, f"{self._path}:{line}: {_written(key)}: {what}"))

    def raise_any(self) -> None:
        """Raise ConfigError with all mistakes, in the order of their lines."""
        if self._found:
            raise ConfigError("\n".join(dict.fromkeys(text for _, text in sorted(self._found))))


def load_settings(path: str | Path | None = None) -> Settings:
    """Load a config, ./generators.toml where no path is given; raises ConfigError."""
    file = Path(FILE_NAME if path is None else path)
    return parse_settings(_read(file), str(file), folder=file.parent)


def parse_settings(text: str, path: str, *, folder: Path) -> Settings:
    """The settings in a text; relative paths in it are relative to `folder`. Raises ConfigError."""
    data = _toml(text, path)
    mistakes = Mistakes(path, text)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=True):
            mistakes.add(problem["loc"], _what(problem, data))
        mistakes.raise_any()
        raise  # unreachable: a ValidationError has at least one problem
    generators = tuple(_generators(config, mistakes))
    hosts = tuple(_hosts(config, folder, mistakes))
    _check_hosts_of_generators(config, hosts, mistakes)
    run = _run_options(config.run, mistakes)
    mistakes.raise_any()
    return Settings(
        path=path,
        template=_generator("", "", config.defaults),
        generators=generators,
        hosts=hosts or Settings().hosts,
        run=run,
        sandbox=SandboxOptions(
            level=config.sandbox.level,
            workers=config.sandbox.workers,
            sealed_only=config.sandbox.sealed_only,
            environment=_relative(config.sandbox.environment, folder),
        ),
        database=_relative(config.database.path, folder),
    )


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: There is no such file. `paragen init` writes one, and `--model NAME` "
            "plays without any."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{str(path)!r}: This file can't be read: {why}.") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{path}: This is larger than 1 MiB: is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: This is not UTF-8 text: save it as UTF-8.") from None


def _toml(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = re.search(r" \(at line (\d+), column \d+\)$", message)
        line = int(match[1]) if match else text.count("\n") + 1
        what = message.partition(" (at ")[0]
        raise ConfigError(f"{path}:{line}: This is not TOML: {what}.") from None
    except (ValueError, RecursionError) as error:  # a number too long, a nest too deep
        raise ConfigError(f"{path}: This is not TOML: {error}.") from None


def _generators(config: Config, mistakes: Mistakes) -> Iterator[Generator]:
    """The generators of [[generators]] and [[matrix]]; a name that is taken is a mistake."""
    where: dict[str, str] = {}

    def take(name: str, key: KeyPath, origin: str) -> None:
        if name in where:
            mistakes.add(key, f"the name {name!r} is taken by {where[name]}.")
        where.setdefault(name, origin)

    for number, section in enumerate(config.generators):
        take(section.name, ("generators", number, "name"), f"generator {number + 1}")
        yield _generator(section.name, section.model, config.defaults, section)
    for number, matrix in enumerate(config.matrix):
        for model in matrix.models:
            for temperature in matrix.temperatures:
                name = matrix_name(model, temperature)
                take(name, ("matrix", number), f"[[matrix]] {number + 1}")
                yield _generator(name, model, config.defaults, matrix, temperature=temperature)


def _generator(name: str, model: str, *sections: Options, **more: Any) -> Generator:
    """A generator with the options of these sections, later ones over earlier ones."""
    options: dict[str, Any] = {}
    for section in sections:
        options |= section.model_dump(
            exclude_none=True, exclude={"name", "model", "models", "temperatures"}
        )
    options |= more
    for key in ("stop", "tags"):
        if key in options:
            options[key] = tuple(options[key])
    return Generator(name=name, model=model, **options)


def _hosts(config: Config, folder: Path, mistakes: Mistakes) -> Iterator[HostSpec]:
    seen: set[str] = set()
    for number, section in enumerate(config.hosts):
        if section.name in seen:
            mistakes.add(("hosts", number, "name"), f"the name {section.name!r} is taken.")
        seen.add(section.name)
        yield HostSpec(
            name=section.name,
            kind=section.kind,
            url=section.url,
            slots=section.slots,
            recording=_relative(section.recording, folder),
            headers=tuple(section.headers.items()),
        )


def _check_hosts_of_generators(
    config: Config, hosts: Sequence[HostSpec], mistakes: Mistakes
) -> None:
    names = [host.name for host in hosts or Settings().hosts]
    sections: list[tuple[KeyPath, Options]] = [(("defaults",), config.defaults)]
    sections += [(("generators", n), s) for n, s in enumerate(config.generators)]
    sections += [(("matrix", n), s) for n, s in enumerate(config.matrix)]
    for key, section in sections:
        if section.host is not None and section.host not in names:
            mistakes.add(
                (*key, "host"),
                f"there is no host {section.host!r}"
                f"{did_you_mean(section.host, names) or '.'} Hosts: {', '.join(names)}.",
            )


def _run_options(section: RunSection, mistakes: Mistakes) -> RunOptions:
    criteria = CriteriaOptions(
        preset=section.preset,
        quality_weight=section.quality_weight,
        speed_weight=section.speed_weight,
        min_quality=section.min_quality,
        max_generation_s=section.max_generation_s,
        max_execution_s=section.max_execution_s,
        prefer_simplicity=section.prefer_simplicity,
    )
    try:
        criteria_for("general", criteria)
    except UsageError as error:
        said = ("preset", "quality_weight", "speed_weight")
        first = next((key for key in said if getattr(section, key) is not None), "preset")
        mistakes.add(("run", first), str(error))
    return RunOptions(
        mode=section.mode,
        fail_fast=section.fail_fast,
        seed=section.seed,
        criteria=criteria,
        limits=CallLimits(
            connect_s=section.connect_limit_s,
            first_token_s=section.first_token_limit_s,
            generation_s=section.generation_limit_s,
            retries=section.retries,
        ),
    )


def _relative(path: str | None, folder: Path) -> str | None:
    """A path of the config as seen from where the user stands."""
    if path is None:
        return None
    try:
        return str(folder / Path(path).expanduser())
    except RuntimeError:  # `~name` of a user that there isn't: then it's a name like any other
        return str(folder / path)


def _written(key: Sequence[str | int]) -> str:
    """A key as a person would say it: `generators[2].temperature`, counted from 1."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part[:80]}" if text else part[:80]
    return text or "the file"


def _what(problem: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What is wrong, in our words: a table from pydantic's kinds of problem."""
    kind, context = str(problem["type"]), problem.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(problem["loc"])
    if kind == "missing":
        return "is missing."
    if kind == "literal_error":
        given = str(problem["input"])
        known = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"must be one of {', '.join(known)}{did_you_mean(given, known) or '.'}"
    if kind == "string_pattern_mismatch":
        if problem["loc"][-1] == "url":
            return "must begin with http:// or https:// and a host, as in http://127.0.0.1:11434."
        return "must not have spaces or commas in it."
    if kind in WANTED:
        return f"must be {WANTED[kind]}, not {_shown(problem['input'])}."
    if kind in BOUNDS:
        words, name = BOUNDS[kind]
        return f"must be {words} {context[name]}, not {_shown(problem['input'])}."
    return f"{problem['msg']}."


WANTED: Mapping[str, str] = {
    "string_type": "text in quotes",
    "string_too_short": "text that isn't empty",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list in brackets",
    "too_short": "a list that isn't empty",
    "dict_type": "a table",
    "model_type": "a table",
}

BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}

SECTIONS: Mapping[str, type[Section]] = {
    "defaults": DefaultsSection,
    "hosts": HostSection,
    "generators": GeneratorSection,
    "matrix": MatrixSection,
    "run": RunSection,
    "sandbox": SandboxSection,
    "database": DatabaseSection,
}


def _unknown_key(loc: Sequence[str | int]) -> str:
    if tuple(loc) == ("sandbox", "unsafe"):
        return "is for the command line (--unsafe) only: a file from elsewhere must not unconfine."
    section = SECTIONS.get(str(loc[0])) if len(loc) > 1 else Config
    known = list(section.model_fields) if section is not None else []
    advice = did_you_mean(str(loc[-1]), known)
    return f"there is no such key{advice or '.'} Keys: {', '.join(known)}."


def _shown(value: object) -> str:
    """A value as TOML writes it, near enough, and short."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
