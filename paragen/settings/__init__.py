"""generators.toml, checked where it enters and turned into values of the domain.

Import this module late: pydantic is here, and commands that need no config shouldn't load it.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from paragen.settings import playing, recipes
from paragen.settings.file import read_config, read_tables
from paragen.settings.mistakes import Mistakes, what
from paragen.settings.options import PlayOptions, SandboxOptions, Settings
from paragen.settings.sections import Config

__all__ = [
    "FILE_NAME",
    "PlayOptions",
    "SandboxOptions",
    "Settings",
    "load_settings",
    "parse_settings",
]

FILE_NAME = "generators.toml"


def load_settings(path: str | Path | None = None) -> Settings:
    """Load a config, ./generators.toml where no path is given; raises ConfigError."""
    file = Path(FILE_NAME if path is None else path)
    return parse_settings(read_config(file), str(file), folder=file.parent)


def parse_settings(text: str, path: str, *, folder: Path) -> Settings:
    """The settings in a text; relative paths in it are relative to `folder`. Raises ConfigError."""
    data = read_tables(text, path)
    mistakes = Mistakes(path, text)
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_context=True):
            mistakes.add(problem["loc"], what(problem, data))
        mistakes.raise_any()
        raise  # unreachable: a ValidationError has at least one problem
    settings = _settings(config, path, folder, mistakes)
    mistakes.raise_any()
    return settings


def _settings(config: Config, path: str, folder: Path, mistakes: Mistakes) -> Settings:
    hosts = tuple(recipes.hosts_of(config, folder, mistakes))
    recipes.check_hosts(config, hosts, mistakes)
    return Settings(
        path=path,
        template=recipes.recipe("", "", config.defaults),
        generators=tuple(recipes.generators(config, mistakes)),
        hosts=hosts or Settings().hosts,
        run=playing.run_options(config.run, mistakes),
        seed=config.run.seed,
        limits=playing.call_limits(config.run),
        modes=playing.mode_tables(config.modes, mistakes),
        profiles={
            name: playing.profile_options(name, section, mistakes)
            for name, section in config.profiles.items()
        },
        profile=config.run.profile,
        sandbox=SandboxOptions(
            level=config.sandbox.level,
            workers=config.sandbox.workers,
            sealed_only=config.sandbox.sealed_only,
            environment=recipes.relative(config.sandbox.environment, folder),
        ),
        database=recipes.relative(config.database.path, folder),
    )
