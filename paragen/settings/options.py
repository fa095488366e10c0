"""What a config says, as values: without pydantic, so that they cost nothing to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from paragen.domain.generator import CallLimits, Generator
from paragen.domain.host import HostSpec
from paragen.domain.plan import Written
from paragen.domain.task import Degree
from paragen.judge.criteria import CriteriaOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayOptions:
    """How tournaments are played and decided, as [run], a profile or a command says it.

    None is "not said". `mode_options` belong to the mode that is named with them, or to whichever
    is played where none is.
    """

    mode: str | None = None
    mode_options: Mapping[str, Written] = field(default_factory=dict)
    criteria: CriteriaOptions = field(default_factory=CriteriaOptions)
    fail_fast: bool | None = None
    deadline_s: float | None = None
    min_attempts: int | None = None
    max_attempts: int | None = None
    concurrency: int | None = None
    max_models: int | None = None
    max_steps: int | None = None
    copies: int | None = None
    allocate: bool | None = None
    complexity: Degree | None = None
    criticality: Degree | None = None
    workers: int | None = None
    generation_limit_s: float | None = None
    cache: bool | None = None

    def over(self, weaker: PlayOptions) -> PlayOptions:
        """These options, and the weaker ones where these say nothing.

        Options of another mode than the one that is played are dropped with it.
        """
        same_mode = self.mode is None or weaker.mode is None or self.mode == weaker.mode
        merged = {
            one.name: getattr(self if getattr(self, one.name) is not None else weaker, one.name)
            for one in fields(self)
        }
        return replace(
            PlayOptions(**merged),
            mode_options={**(weaker.mode_options if same_mode else {}), **self.mode_options},
            criteria=self.criteria.over(weaker.criteria),
        )


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

    `template` has the options of [defaults], for generators named on the command line. `modes`
    are the options of [modes.NAME] by mode, `profiles` what [profiles.NAME] say by name, and
    `profile` the one that [run] names.
    """

    path: str | None = None
    template: Generator = field(default_factory=lambda: Generator(name="", model=""))
    generators: tuple[Generator, ...] = ()
    hosts: tuple[HostSpec, ...] = (HostSpec(name="local"),)
    run: PlayOptions = field(default_factory=PlayOptions)
    seed: int = 0
    limits: CallLimits = field(default_factory=CallLimits)
    modes: Mapping[str, Mapping[str, Written]] = field(default_factory=dict)
    profiles: Mapping[str, PlayOptions] = field(default_factory=dict)
    profile: str | None = None
    sandbox: SandboxOptions = field(default_factory=SandboxOptions)
    database: str | None = None
