"""The level seatbelt as a whole, on Linux: all of it but the confining, which is macOS's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("macOS is played on Linux, and with a C compiler")
    library = tmp_path_factory.mktemp("darwin") / "stub.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, HERE / "stub.c"], check=True)
    done = subprocess.run(
        [sys.executable, HERE / "pretend.py", library], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_layers_are_there(played: dict[str, Any]) -> None:
    assert played["layers"] == {"seatbelt": "", "memory watch": ""}


def test_verdicts_are_sealed_and_right(played: dict[str, Any]) -> None:
    assert played["right"] == ["exited", True, ["passed"]]
    assert played["wrong"] == ["exited", True, ["failed"]]
    assert played["gone"] == ["exited", True, ["failed"]]
    assert played["script"] == "cba\n"


def test_limits_are_held_from_outside(played: dict[str, Any]) -> None:
    assert played["busy"][0] == "cpu_limit"
    assert played["idle"][0] == "wall_limit"
    assert played["large"][0] == "memory_limit"
    assert played["proofs"] == ["memory beyond the limit"]


def test_the_self_test_sees_that_nothing_is_kept_off(played: dict[str, Any]) -> None:
    outcomes = {name: contained for name, contained, _ in played["attempts"]}
    honest = outcomes.pop("keeping programs from honest work")
    assert honest, played["attempts"]
    assert len(outcomes) > 14
    assert [name for name, contained in outcomes.items() if contained] == []
