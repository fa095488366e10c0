"""A config's text and its tables, or what is in the way of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from paragen.domain.errors import ConfigError

MAX_BYTES = 1 << 20


def read_config(path: Path) -> str:
    """A config's text; raises ConfigError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: There is no such file. `paragen init` writes one, and `paragen run --model "
            "NAME` plays without any."
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


def read_tables(text: str, path: str) -> dict[str, Any]:
    """The tables in a config's text; raises ConfigError."""
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
