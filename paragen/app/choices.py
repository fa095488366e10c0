"""What a user chose beside the tasks, and the settings that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paragen.domain.errors import UsageError
from paragen.domain.generator import Generator
from paragen.domain.host import HostSpec
from paragen.domain.plan import Written
from paragen.domain.task import Degree
from paragen.judge.criteria import CriteriaOptions

if TYPE_CHECKING:
    from paragen.settings import Settings

EXAMPLES = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user chose beside the tasks; None and empty leave it to the config.

    `search` is what a search decides by, None where a user plays.
    """

    config: Path | None = None
    demo: bool = False
    generators: tuple[Generator, ...] = ()
    roster: str | None = None
    recommended: int | None = None
    explore: float = 0.0
    task_type: str | None = None
    models: tuple[str, ...] = ()
    temperatures: tuple[float, ...] = ()
    host_urls: tuple[str, ...] = ()
    seed: int | None = None
    criteria: CriteriaOptions = field(default_factory=CriteriaOptions)
    tests: tuple[Path, ...] = ()
    mode: str | None = None
    mode_options: Mapping[str, Written] = field(default_factory=dict)
    profile: str | None = None
    allocate: bool | None = None
    complexity: Degree | None = None
    criticality: Degree | None = None
    deadline_s: float | None = None
    min_attempts: int | None = None
    max_attempts: int | None = None
    concurrency: int | None = None
    max_models: int | None = None
    max_steps: int | None = None
    new: bool = False
    cache: bool | None = None
    sequential: bool = False
    fail_fast: bool | None = None
    generation_limit_s: float | None = None
    sandbox: str | None = None
    workers: int | None = None
    sealed_only: bool = False
    unsafe: bool = False
    database: Path | None = None
    record: bool = True
    audit_tests: bool = False
    search: str | None = None


def configured(choices: Choices) -> Settings:
    """The settings of the config file (or of none), with the hosts chosen beside it."""
    from paragen.settings import FILE_NAME, Settings, load_settings

    if choices.demo:
        settings = load_settings(EXAMPLES / "demo" / "demo.toml")
    elif choices.config is not None or Path(FILE_NAME).is_file():
        settings = load_settings(choices.config or FILE_NAME)
    else:
        settings = Settings()
    if choices.host_urls:
        return replace(settings, hosts=_hosts_at(choices.host_urls))
    return settings


def _hosts_at(urls: Sequence[str]) -> tuple[HostSpec, ...]:
    from paragen.hosts.address import normalise_url

    if not all(url.strip() for url in urls):
        raise UsageError("--host is empty. Give a URL, for example http://127.0.0.1:11434.")
    return tuple(
        HostSpec(
            name="local" if len(urls) == 1 else f"host{number}", url=normalise_url(url, "--host")
        )
        for number, url in enumerate(urls, start=1)
    )
