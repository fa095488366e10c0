"""An expert into generators.toml: at its end, where nothing that is there changes by a byte.

What stands between two generators may be a comment on either, so nothing is put there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from paragen.domain.errors import ConfigError
from paragen.domain.generator import Generator
from paragen.settings import parse_settings
from paragen.settings.file import read_config

BOM = "\ufeff"
ALWAYS = ("name", "model", "temperature", "tags")
LAST = ("system", "tags")
ATTEMPTS = 5
"""So often a file is read anew that somebody changes just then."""


class ExpertNotWrittenError(ConfigError):
    """A config can't be written, or can't hold an expert (exit code 2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertSection:
    """What is to be written: a generator, where it comes from, and how often it passed.

    `comment` stands above it, a line of it a line there.
    """

    generator: Generator
    evolved_from: Sequence[str]
    success_rate: float
    comment: str = ""


def check_writable(path: Path) -> None:
    """Raise ExpertNotWrittenError where it is plain that an expert can't be written to a config."""
    target = _target(path)
    if not target.is_file():
        raise ExpertNotWrittenError(f"{path}: is no file. `paragen init` writes one.")
    for one in (target, target.parent):
        if not os.access(one, os.W_OK):
            raise ExpertNotWrittenError(
                f"{path}: An expert would be written here, and you may not write {one}. Name "
                "another config with --config, or look what would be played with --dry-run."
            )


def write_expert(path: Path, section: ExpertSection) -> None:
    """Add an expert to a config, all at once or not at all.

    What was changed in the file meanwhile stays. Raises ExpertNotWrittenError, whose message holds
    what would have been written.
    """
    try:
        for _ in range(ATTEMPTS):
            target = _target(path)
            read_config(target)  # which says clearly what is in the way
            before = target.read_bytes()
            after = with_expert(before.decode("utf-8"), section, path).encode()
            if _replaced(target, before, after):
                return
        why = "others keep changing it"
    except OSError as error:
        why = error.strerror or str(error)
    except ConfigError as error:
        why = str(error)
    raise ExpertNotWrittenError(
        f"{path}: The expert couldn't be written here ({why.rstrip('.')}). This is it, to be put "
        f"there by hand:\n\n{_rendered(section, Generator(name='', model=''))}"
    )


def with_expert(text: str, section: ExpertSection, path: Path) -> str:
    """A config's text with an expert added; raises ConfigError where that is no config."""
    mark, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    before = parse_settings(body, str(path), folder=path.parent)
    rendered = _rendered(section, before.template)
    after = _in_array(body, section, before.template) or _at_the_end(body, rendered)
    settings = parse_settings(after, str(path), folder=path.parent)
    names = [one.name for one in before.generators]
    found = [one for one in settings.generators if one.name not in names]
    if found != [section.generator]:
        raise ConfigError(f"{path}: it can't say there what {section.generator.name} is.")
    return mark + after


def _rendered(section: ExpertSection, template: Generator) -> str:
    """The section as it stands in a file."""
    import tomlkit

    table = tomlkit.table()
    for key, value in _values(section, template).items():
        table.add(key, _item(value))
    tables = tomlkit.aot()
    tables.append(table)
    document = tomlkit.document()
    document.add("generators", tables)
    return "".join(f"# {line}\n" for line in section.comment.splitlines()) + tomlkit.dumps(document)


def _at_the_end(text: str, rendered: str) -> str:
    """A text with this behind it, with the same line ends."""
    end = "" if not text or text.endswith("\n") else "\n"
    added = f"{end}\n{rendered}" if text.strip() else rendered
    return text + (added.replace("\n", "\r\n") if "\r\n" in text else added)


def _in_array(text: str, section: ExpertSection, template: Generator) -> str | None:
    """A text whose generators stand in an array (`generators = [{…}]`), with one more in that.

    None where they don't.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import Array

    try:
        document = tomlkit.parse(text)
    except TOMLKitError:  # it is stricter than the reader of configs
        return None
    array = document.get("generators")
    if not isinstance(array, Array):
        return None
    table = tomlkit.inline_table()
    table.update(_values(section, template))
    array.append(table)
    return tomlkit.dumps(document)


def _values(section: ExpertSection, template: Generator) -> dict[str, Any]:
    """Keys and values in the order in which they are written; what the defaults say isn't."""
    generator = section.generator
    said = [
        one.name
        for one in fields(generator)
        if one.name in ALWAYS or getattr(generator, one.name) != getattr(template, one.name)
    ]
    ordered = [name for name in said if name not in LAST] + [name for name in LAST if name in said]
    values = {name: getattr(generator, name) for name in ordered}
    return {
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value is not None
        },
        "evolved_from": list(section.evolved_from),
        "success_rate": round(section.success_rate, 3),
    }


def _item(value: Any) -> Any:
    """A text of several lines as such, if it holds nothing that has to be escaped there."""
    import tomlkit

    lines = value.split("\n") if isinstance(value, str) else []
    if len(lines) > 1 and all(line.isprintable() for line in lines):
        # Of quotes in a row all but the last, which may not stand before the closing ones either.
        escaped = re.sub(r'"(?="|\Z)', r"\"", value.replace("\\", "\\\\"))
        return tomlkit.value(f'"""\n{escaped}"""')
    return tomlkit.item(value)


def _target(path: Path) -> Path:
    """The file itself, where the path is a link to it."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return path


def _replaced(target: Path, before: bytes, after: bytes) -> bool:
    """Put a file in the place of another with the same mode; False where that has changed."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, beside)
        if target.read_bytes() != before:
            return False
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return True
