"""The sections of generators.toml as pydantic checks them: types, bounds, and no unknown key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from paragen.domain.generator import CallLimits
from paragen.domain.plan import Written
from paragen.domain.task import Degree


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
Count = Annotated[int, Field(ge=1, le=2**31)]
Workers = Annotated[int, Field(ge=1, le=1024)]


def _written(value: object) -> object:
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    raise PydanticCustomError("option_type", "not an option's value")


OptionValue = Annotated[Written, PlainValidator(_written)]


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
    """[[generators]]: one named recipe; what `paragen evolve` wrote says where it comes from."""

    name: Name
    model: Name
    evolved_from: Annotated[list[Text], Field(min_length=1)] | None = None
    success_rate: Share | None = None


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


class PlaySection(Section):
    """What [run] and the profiles have in common."""

    mode: Text | None = None
    preset: Text | None = None
    quality_weight: Weight | None = None
    speed_weight: Weight | None = None
    min_quality: Share | None = None
    max_generation_s: Bound | None = None
    max_execution_s: Bound | None = None
    prefer_simplicity: bool | None = None
    fail_fast: bool | None = None
    deadline_s: Seconds | None = None
    min_attempts: WholeNumber | None = None
    max_attempts: Count | None = None
    concurrency: Count | None = None
    max_models: Count | None = None
    max_steps: Count | None = None
    allocate: bool | None = None


class RunSection(PlaySection):
    """[run]: how tournaments are played and decided."""

    mode: Text | None = "all"
    profile: Text | None = None
    fail_fast: bool | None = False
    allocate: bool | None = False
    cache: bool = False
    seed: WholeNumber = 0
    connect_limit_s: Seconds = CallLimits().connect_s
    first_token_limit_s: Seconds = CallLimits().first_token_s
    generation_limit_s: Seconds = CallLimits().generation_s
    retries: Annotated[int, Field(ge=0, le=100)] = CallLimits().retries


class ProfileSection(PlaySection):
    """[profiles.NAME]: a way of playing, for `--profile NAME`; `options` are its mode's."""

    options: dict[str, OptionValue] = {}
    complexity: Degree | None = None
    criticality: Degree | None = None
    copies: Annotated[int, Field(ge=1, le=1000)] | None = None
    workers: Workers | None = None
    generation_limit_s: Seconds | None = None


class SandboxSection(Section):
    """[sandbox]: where programs are executed."""

    level: Text | None = None
    workers: Workers | None = None
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
    modes: dict[Name, dict[str, OptionValue]] = {}
    profiles: dict[Name, ProfileSection] = {}
    sandbox: SandboxSection = SandboxSection()
    database: DatabaseSection = DatabaseSection()
