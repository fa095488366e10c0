"""Recordings written by tests."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable

from paragen.parse.recording import Recorded

_FIELDS = {field.name: field for field in dataclasses.fields(Recorded)}
_REQUIRED = ("model", "answer")


def format_recording(recorded: Iterable[Recorded]) -> str:
    """The text that `parse_recording` reads these from; what has its default is left out."""
    return "".join(json.dumps(_given(one), ensure_ascii=False) + "\n" for one in recorded)


def _given(one: Recorded) -> dict[str, object]:
    values = {name: getattr(one, name) for name in _FIELDS}
    return {k: v for k, v in values.items() if k in _REQUIRED or v != _FIELDS[k].default}
