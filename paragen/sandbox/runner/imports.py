"""How tests import: as ever, but for pytest and Hypothesis, and with someone looking on."""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


_looking_on: list[Callable[[], None]] = []


def look_on(after_import: Callable[[], None]) -> None:
    """Have this called after each import of test code: what was imported is as yet unchanged."""
    _looking_on.append(after_import)


def importer(text: str) -> Callable[..., object]:
    """What `import` calls in test code with this text.

    `pytest` is a light one, which the program can't import, plant or patch. Hypothesis is told how
    to behave here when it is first imported.
    """
    find = builtins.__import__
    if "hypothesis" in text:
        find = _with_hypothesis(find)
    if "pytest" in text:
        find = _with_pytest(find)
    return _looked_on(find) if _looking_on else find


def _looked_on(usual: Callable[..., Any]) -> Callable[..., Any]:
    def find(name: str, *context: Any, **keywords: Any) -> object:
        found = usual(name, *context, **keywords)
        for after_import in _looking_on:
            after_import()
        return found

    return find


def _with_pytest(usual: Callable[..., Any]) -> Callable[..., Any]:
    from .shim import light_pytest

    light = light_pytest()

    def find(name: str, *context: Any, **keywords: Any) -> object:
        return light if name == "pytest" else usual(name, *context, **keywords)

    return find


def _with_hypothesis(usual: Callable[..., Any]) -> Callable[..., Any]:
    def find(name: str, *context: Any, **keywords: Any) -> object:
        found = usual(name, *context, **keywords)
        if name.partition(".")[0] == "hypothesis":
            from .properties import settle_down

            settle_down()
        return found

    return find
