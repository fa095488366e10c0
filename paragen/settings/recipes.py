"""Who plays and where: the sections of generators and hosts as values of the domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from paragen.domain.generator import Generator
from paragen.domain.host import HostSpec
from paragen.parse.nearest import did_you_mean
from paragen.parse.roster import matrix_name
from paragen.parse.toml_lines import KeyPath
from paragen.places import home_expanded
from paragen.settings.mistakes import Mistakes
from paragen.settings.options import Settings
from paragen.settings.sections import Config, Options

NO_OPTIONS = {"name", "model", "models", "temperatures", "evolved_from", "success_rate"}
"""Keys of a section that don't say how a generator plays."""


def generators(config: Config, mistakes: Mistakes) -> Iterator[Generator]:
    """The generators of [[generators]] and [[matrix]]; a name that is taken is a mistake."""
    where: dict[str, str] = {}

    def take(name: str, key: KeyPath, origin: str) -> None:
        if name in where:
            mistakes.add(key, f"the name {name!r} is taken by {where[name]}.")
        where.setdefault(name, origin)

    for number, section in enumerate(config.generators):
        take(section.name, ("generators", number, "name"), f"generator {number + 1}")
        yield recipe(section.name, section.model, config.defaults, section)
    for number, matrix in enumerate(config.matrix):
        for model in matrix.models:
            for temperature in matrix.temperatures:
                name = matrix_name(model, temperature)
                take(name, ("matrix", number), f"[[matrix]] {number + 1}")
                yield recipe(name, model, config.defaults, matrix, temperature=temperature)


def recipe(name: str, model: str, *sections: Options, **more: Any) -> Generator:
    """A generator with the options of these sections, later ones over earlier ones."""
    options: dict[str, Any] = {}
    for section in sections:
        options |= section.model_dump(exclude_none=True, exclude=NO_OPTIONS)
    options |= more
    for key in ("stop", "tags"):
        if key in options:
            options[key] = tuple(options[key])
    return Generator(name=name, model=model, **options)


def hosts_of(config: Config, folder: Path, mistakes: Mistakes) -> Iterator[HostSpec]:
    """The hosts of [[hosts]]; a name that is taken is a mistake."""
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
            recording=relative(section.recording, folder),
            headers=tuple(section.headers.items()),
        )


def check_hosts(config: Config, hosts: Sequence[HostSpec], mistakes: Mistakes) -> None:
    """Note as a mistake every host that is wanted and isn't there."""
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


def relative(path: str | None, folder: Path) -> str | None:
    """A path of the config as seen from where the user stands."""
    return None if path is None else str(folder / home_expanded(path))
