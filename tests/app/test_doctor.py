"""What the doctor says of hosts and models in every state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Never

import pytest

from paragen import sandbox
from paragen.app import doctor
from paragen.app.choices import Choices
from paragen.app.doctor import Finding, Level, examine
from paragen.domain.errors import SandboxUnavailableError
from paragen.domain.tournament import SandboxState
from paragen.sandbox.levels import Description, Layer
from paragen.server.scripted_ollama import ScriptedOllama
from tests.app.hosts_by_hand import by_hand
from tests.cli.running import CHOSEN, NOWHERE
from tests.cli.scripts import GOOD, MIXED, config, recorded

GIB = 1 << 30


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which we are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARAGEN_DB", str(tmp_path / "history.db"))
    monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
    return tmp_path


def found(choices: Choices | None = None) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(replace(choices or Choices(), **CHOSEN))}


def write(text: str) -> None:
    Path("generators.toml").write_text(text, encoding="utf-8")


def test_everything_is_looked_at_whatever_is_wrong() -> None:
    checks = {"paragen", "config", "sandbox", "evaluator", "database"}
    assert checks <= set(found())
    write("[[hosts]]\nnme = 1")
    assert checks <= set(found())
    write("")
    with ScriptedOllama([]) as server:
        assert checks <= set(found(Choices(host_urls=(server.url,))))


def test_a_problem_has_advice_or_says_what_to_do() -> None:
    for finding in found().values():
        if finding.level is Level.PROBLEM:
            assert finding.advice or "`" in finding.found


def model_states(loaded: int, in_vram: int) -> Finding:
    """What is said of a model of which so much is loaded, so much of it in video memory."""
    tags = {"models": [{"name": GOOD, "model": GOOD, "size": 5 * GIB, "digest": "sha256:1"}]}
    running: dict[str, list[object]] = {"models": []}
    if loaded:
        running = {"models": [{"name": GOOD, "model": GOOD, "size": loaded, "size_vram": in_vram}]}
    bodies = {"/api/version": {"version": "0.9"}, "/api/tags": tags, "/api/ps": running}
    with by_hand(bodies) as url:
        write(config(url, models=[GOOD]))
        return found()[f"model {GOOD}"]


def test_a_model_that_is_not_loaded() -> None:
    finding = model_states(0, 0)
    assert finding.level is Level.OK
    assert "not loaded" in finding.found
    assert "5.0 GiB" in finding.found


def test_a_model_that_fits() -> None:
    finding = model_states(6 * GIB, 6 * GIB)
    assert finding.level is Level.OK
    assert "video memory" in finding.found


def test_a_model_that_spills() -> None:
    finding = model_states(8 * GIB, 6 * GIB)
    assert finding.level is Level.NOTE
    assert "2.0 GiB of 8.0 GiB on gpu0 are outside video memory" in finding.found
    assert "num_ctx" in finding.advice
    assert finding.exit_code == 0


def test_a_model_that_runs_elsewhere() -> None:
    with ScriptedOllama([recorded("big:cloud")], remote=["big:cloud"]) as server:
        write(config(server.url, models=["big:cloud"]))
        finding = found()["model big:cloud"]
    assert finding.level is Level.PROBLEM
    assert "local" in finding.advice


def test_models_are_looked_for_with_their_tags() -> None:
    with ScriptedOllama([recorded("qwen:latest")]) as server:
        write(config(server.url, models=["qwen"]))
        assert found()["model qwen"].level is Level.OK
        write(config(server.url, models=["qwen:7b"]))
        missing = found()["model qwen:7b"]
    assert missing.advice == "ollama pull qwen:7b"


def test_a_model_on_one_of_two_hosts() -> None:
    with ScriptedOllama(MIXED) as one, ScriptedOllama([]) as other:
        write(config(one.url, other.url, models=[GOOD]))
        finding = found()[f"model {GOOD}"]
    assert finding.level is Level.OK
    assert "gpu0" in finding.found
    assert "gpu1" not in finding.found


def test_the_demo_is_well_too() -> None:
    findings = found(Choices(demo=True))
    assert findings["host demo"].level is Level.OK
    assert not [f for f in findings.values() if f.level is Level.PROBLEM]


def test_the_evaluator_takes_its_measures() -> None:
    finding = found()["evaluator"]
    assert finding.level is Level.OK
    assert "6 measures" in finding.found


def test_the_sandbox_says_what_it_leaves_open() -> None:
    findings = {one.check: one for one in examine(Choices(sandbox="none", unsafe=True))}
    finding = findings["sandbox"]
    assert finding.level is Level.NOTE
    assert "not sealed" in finding.found
    assert any(detail.startswith("not confined: ") for detail in finding.details)


LAYERS = (
    Layer(name="seccomp", works=True, what="only harmless system calls"),
    Layer(name="namespaces", works=False, what="no network", why="Docker forbids them."),
)
DESCRIBED = Description(level="filters", sealed=True, layers=LAYERS, proofs=("fork", "socket"))


def test_each_layer_says_what_it_does_or_why_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    state = SandboxState(level="filters", sealed=True)
    opened = SimpleNamespace(state=state, workers=1, close=lambda: None)
    monkeypatch.setattr(doctor, "open_chosen", lambda options, choices: opened)
    monkeypatch.setattr(sandbox, "describe", lambda level: DESCRIBED)
    finding = found()["sandbox"]
    assert (finding.level, finding.found) == (Level.OK, "level filters, verdicts sealed")
    assert finding.details == (
        "✓ seccomp: only harmless system calls",
        "✗ namespaces (no network): Docker forbids them.",
        "proved here, by trying: fork, socket",
    )


def test_a_sandbox_that_is_not_to_be_had_still_has_its_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(options: object, choices: Choices) -> Never:
        raise SandboxUnavailableError("None here.\n  full: no.\n- Do this.")

    monkeypatch.setattr(doctor, "open_chosen", refuse)
    monkeypatch.setattr(sandbox, "describe", lambda level: DESCRIBED)
    finding = found()["sandbox"]
    assert (finding.level, finding.exit_code) == (Level.PROBLEM, 4)
    assert finding.found == "None here."
    assert finding.details[:3] == (
        "full: no.",
        "- Do this.",
        "✓ seccomp: only harmless system calls",
    )
