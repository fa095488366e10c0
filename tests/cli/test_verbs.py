"""The list of verbs says what each verb says of itself."""

from __future__ import annotations

from importlib import import_module

import pytest

from paragen.cli import VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_summary_is_the_first_line_of_its_help(verb: str) -> None:
    function = getattr(import_module(f"paragen.cli.{verb}"), verb)
    assert function.__doc__.strip().splitlines()[0] == VERBS[verb]
