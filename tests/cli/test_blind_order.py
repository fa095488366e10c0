"""In which order the two programs of a blind comparison stand."""

from __future__ import annotations

import builtins
import secrets
from dataclasses import replace

import pytest

from paragen.cli.blind import ask
from tests.store import build

FIRST = replace(build.candidate("first"), code="one = 1")
SECOND = replace(build.candidate("second"), code="two = 2")
RUN = build.run("r", FIRST, SECOND, winner="first")


@pytest.mark.parametrize("typed", ["1", "2"])
@pytest.mark.parametrize("chance", [0, 1])
def test_chance_decides_the_order_and_the_number_typed_who_is_meant(
    chance: int,
    typed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda below: chance)
    monkeypatch.setattr(builtins, "input", lambda: typed)
    preferred, other = ask(RUN, (FIRST, SECOND))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert (shown.err.index("one = 1") < shown.err.index("two = 2")) == bool(chance)
    assert (preferred is FIRST) == (bool(chance) == (typed == "1"))
    assert {preferred.id, other.id} == {"first", "second"}
