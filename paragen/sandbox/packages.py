"""Third-party packages that a task names: where they lie, and what can be imported of them."""

from __future__ import annotations

import re
import site
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution
from inspect import getmodulename
from pathlib import Path, PurePath

from paragen.domain.errors import SandboxRefusal
from paragen.parse.package_name import normal_package_name

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?"
    r"[^;]*(?:;(?P<marker>.*))?",
    re.DOTALL,
)
"""A requirement as PEP 508 writes it, as far as it matters here."""
_EXTRA = re.compile(r"""\bextra\s*==\s*['"]([^'"]*)['"]""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Packages of an environment, with all that they need.

    `paths` are the directories that they lie in, `modules` the names that can be imported of them,
    and `missing` names those that aren't there.
    """

    paths: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A distribution to look for; `needed` is false where it may be for another platform."""

    name: str
    extras: frozenset[str] = frozenset()
    needed: bool = True


def require(packages: tuple[str, ...], environment: str | None = None) -> Packages:
    """The packages of an environment (None: paragen's own); SandboxRefusal where one is missing."""
    found = resolve(packages, environment)
    if not found.missing:
        return found
    one = len(found.missing) == 1
    where = environment or sys.prefix
    python = PurePath(environment) / "bin" / "python" if environment else PurePath(sys.executable)
    raise SandboxRefusal(
        f"the package{'' if one else 's'} {', '.join(found.missing)} "
        f"{'isn' if one else 'aren'}'t installed in {where}: "
        f"{python} -m pip install {' '.join(found.missing)}"
    )


@cache
def resolve(packages: tuple[str, ...], environment: str | None = None) -> Packages:
    """What there is of these distributions and of all that they need, in an environment.

    Raises SandboxRefusal for an environment that there isn't, or that is another Python's.
    A requirement with a marker counts where it is installed, and is not missed where it isn't: so
    no marker needs to be evaluated. Those of extras count only where the extra is asked for.
    """
    if not packages:
        return Packages()
    directories = _site_packages(environment)
    paths: dict[str, None] = {}
    modules: set[str] = set()
    missing: dict[str, None] = {}
    waiting = [_Wanted(normal_package_name(name)) for name in packages]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        if (wanted.name, wanted.extras) in seen:
            continue
        distribution = next(iter(Distribution.discover(name=wanted.name, path=directories)), None)
        if distribution is None:
            if wanted.needed:
                missing[wanted.name] = None
            continue
        seen.add((wanted.name, wanted.extras))
        paths[str(distribution.locate_file(""))] = None
        modules.update(_modules(distribution))
        waiting += _requirements(distribution.requires or (), wanted.extras)
    return Packages(
        paths=tuple(sorted(paths)), modules=tuple(sorted(modules)), missing=tuple(sorted(missing))
    )


def _site_packages(environment: str | None) -> list[str]:
    """The directories that an environment's packages lie in; raises SandboxRefusal."""
    if environment is None:
        own = {*site.getsitepackages(), site.getusersitepackages()}
        return [path for path in dict.fromkeys(sys.path) if path in own]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [Path(environment) / lib / version / "site-packages" for lib in ("lib", "lib64")]
    found = dict.fromkeys(str(place.resolve()) for place in places if place.is_dir())
    if found:
        return list(found)
    others = sorted(path.name for path in Path(environment).glob("lib/python3*"))
    if others:
        raise SandboxRefusal(
            f"the environment {environment} is one of {others[0]}, and programs run with {version}:"
            f" make it with {sys.executable} -m venv"
        )
    raise SandboxRefusal(
        f"{environment} is no virtual environment: make it with {sys.executable} -m venv "
        f"{environment}, and install the packages there"
    )


def _requirements(lines: Iterable[str], extras: frozenset[str]) -> Iterator[_Wanted]:
    """What a distribution's requirements come to, with these extras of it asked for."""
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match is None:
            continue
        marker = match["marker"] or ""
        of_extras = {normal_package_name(extra) for extra in _EXTRA.findall(marker)}
        if of_extras and not of_extras & extras:
            continue
        asked = (extra.strip() for extra in (match["extras"] or "").split(","))
        yield _Wanted(
            name=normal_package_name(match["name"]),
            extras=frozenset(normal_package_name(extra) for extra in asked if extra),
            needed=not marker.strip(),
        )


def _modules(distribution: Distribution) -> Iterator[str]:
    """The names that a distribution adds to what can be imported, as far as it says so."""
    declared = (distribution.read_text("top_level.txt") or "").split()
    if declared:
        yield from declared
        return
    for file in distribution.files or ():
        first, *rest = PurePath(file).parts
        name = first if rest else getmodulename(first)
        if name and name.isidentifier() and name != "__pycache__":
            yield name
