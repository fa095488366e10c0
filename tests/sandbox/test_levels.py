"""Which level is opened, and what is said where one can't be had."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from paragen import sandbox
from paragen.domain.command import Command, Ending, Ran, ScriptRun, TestRun, ToolRun
from paragen.domain.errors import (
    SandboxFault,
    SandboxRefusal,
    SandboxUnavailableError,
    UsageError,
)
from paragen.domain.ports import Cancel
from paragen.domain.task import Limits
from paragen.domain.tournament import SandboxState
from paragen.sandbox import levels
from paragen.sandbox.levels import Description

OPENED: list[tuple[str, int, str | None]] = []


class Scripted:
    """A sandbox that runs nothing, and says how each run ended."""

    def __init__(self, level: str, *, sealed: bool = True, ran: Ran | None = None) -> None:
        self.level = level
        self.sealed = sealed
        self.ran = ran or Ran(ending=Ending.EXITED, level=level, sealed=sealed)
        self.closed = False
        self.commands: list[Command] = []

    @property
    def state(self) -> SandboxState:
        return SandboxState(level=self.level, sealed=self.sealed)

    @property
    def workers(self) -> int:
        return 3

    def run(self, command: Command, cancel: Cancel) -> Ran:
        self.commands.append(command)
        return self.ran

    def close(self) -> None:
        self.closed = True


def module(name: str, missing: dict[str, Exception], opened: list[Scripted]) -> ModuleType:
    """A module of levels, of which those in `missing` can't be had."""

    def open_level(level: str, workers: int, environment: str | None) -> Scripted:
        OPENED.append((level, workers, environment))
        if level in missing:
            raise missing[level]
        opened.append(Scripted(level))
        return opened[-1]

    made = ModuleType(name)
    made.open_level = open_level  # type: ignore[attr-defined]  # a module made by hand
    made.describe = lambda level: Description(level=level, sealed=True)  # type: ignore[attr-defined]  # the same
    return made


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception]:
    """Linux with scripted levels; what is put in here can't be had, for this reason."""
    OPENED.clear()
    reasons: dict[str, Exception] = {}
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sandbox, "LEVELS", {**sandbox.LEVELS, "full": "made", "filters": "made"})
    monkeypatch.setitem(sys.modules, "made", module("made", reasons, []))
    return reasons


def test_auto_is_the_strongest_that_is_to_be_had(missing: dict[str, Exception]) -> None:
    assert sandbox.open_sandbox(workers=2, environment="venv").state.level == "full"
    assert OPENED == [("full", 2, "venv")]
    missing["full"] = SandboxUnavailableError("no user namespaces.")
    assert sandbox.open_sandbox().state.level == "filters"
    assert OPENED[1:] == [(name, sandbox.default_workers(), None) for name in ("full", "filters")]


def test_where_none_is_to_be_had_each_reason_is_said_and_what_to_do(
    missing: dict[str, Exception],
) -> None:
    missing["full"] = SandboxUnavailableError("no user namespaces.")
    missing["filters"] = SandboxFault("the worker ended.")
    with pytest.raises(SandboxUnavailableError) as caught:
        sandbox.open_sandbox(unsafe=True)
    said = str(caught.value)
    assert caught.value.exit_code == 4
    for words in (
        "full: no user namespaces.",
        "filters: the worker ended.",
        "--security-opt",
        "apparmor_restrict_unprivileged_userns=0",
        "Landlock",
        "--sandbox none --unsafe",
    ):
        assert words in said
    assert [level for level, _, _ in OPENED] == ["full", "filters"], "never a silently weaker one"


def test_a_level_asked_for_is_that_one_or_none(missing: dict[str, Exception]) -> None:
    missing["full"] = SandboxUnavailableError("no user namespaces.")
    with pytest.raises(SandboxUnavailableError, match=r"'full' .*no user namespaces") as caught:
        sandbox.open_sandbox("full")
    assert "--sandbox filters" in str(caught.value)
    assert [level for level, _, _ in OPENED] == ["full"]


@pytest.mark.parametrize(
    ("platform", "level", "words"),
    [
        ("linux", "seatbelt", "a level of macOS"),
        ("darwin", "full", "a level of Linux"),
        ("darwin", "filters", "a level of Linux"),
        ("freebsd", "auto", "virtual machine"),
    ],
)
def test_another_platforms_level(
    monkeypatch: pytest.MonkeyPatch, platform: str, level: str, words: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(SandboxUnavailableError, match=words):
        sandbox.open_sandbox(level, 1)


def test_an_unknown_level_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'filters'"):
        sandbox.open_sandbox("filter")
    with pytest.raises(UsageError, match="Choose from: auto, full, filters, seatbelt, none"):
        sandbox.describe("zzz")


def test_no_confinement_must_be_asked_for_twice() -> None:
    with pytest.raises(SandboxUnavailableError, match="add --unsafe") as caught:
        sandbox.open_sandbox("none", 1)
    assert caught.value.exit_code == 4
    opened = sandbox.open_sandbox("none", 1, unsafe=True)
    assert opened.state == SandboxState(level="none", sealed=False)
    opened.close()
    assert "not confined" in levels.warning("none")
    assert levels.warning("full") == ""


def test_the_level_that_confines_nothing_says_so() -> None:
    said = sandbox.describe("none")
    assert not said.sealed
    assert any("memory" in line for line in (*said.confines, *said.leaves_open))
    assert any("not sealed" in line for line in said.leaves_open)
    assert any("network" in line for line in said.leaves_open)
    assert any("slow or busy" in line for line in said.leaves_open), "limits aren't scaled here"


def test_importing_the_levels_loads_none_of_them() -> None:
    code = (
        "import sys, paragen.sandbox as s; s.kill_all();"
        "print([m for m in ('subprocess', *s.LEVELS.values()) if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def command(because: str = "") -> TestRun:
    return TestRun(
        program="x = 1\n",
        language="python",
        tests=(),
        entry_point=None,
        limits=Limits(),
        unsealed_because=because,
    )


class TestSealedOnly:
    def test_what_can_be_sealed_is_run(self, missing: dict[str, Exception]) -> None:
        opened = sandbox.open_sandbox(sealed_only=True)
        script = ScriptRun(program="", language="python", stdin="", limits=Limits())
        tool = ToolRun(argv=("ruff",), stdin="", timeout_s=1.0)
        for one in (command(), script, tool):
            assert opened.run(one, Cancel()).sealed
        assert (opened.workers, opened.state.level) == (3, "full")
        opened.close()

    def test_what_can_not_is_refused_before_it_runs(self, missing: dict[str, Exception]) -> None:
        opened = sandbox.open_sandbox(sealed_only=True)
        with pytest.raises(SandboxRefusal, match=r"sealed: it patches the program\. .*--sealed-o"):
            opened.run(command("it patches the program"), Cancel())

    def test_what_turns_out_unsealed_is_refused_too(self) -> None:
        from paragen.sandbox.sealed_only import SealedOnly

        below = Scripted("full", ran=Ran(ending=Ending.EXITED, unsealed_because="it had to be"))
        opened = SealedOnly(below)
        with pytest.raises(SandboxRefusal, match="it had to be"):
            opened.run(command(), Cancel())
        opened.close()
        assert below.closed

    def test_a_level_that_seals_nothing_is_not_to_be_had(self) -> None:
        from paragen.sandbox.sealed_only import SealedOnly

        below = Scripted("none", sealed=False)
        with pytest.raises(SandboxUnavailableError):
            SealedOnly(below)
        assert below.closed
        with pytest.raises(SandboxUnavailableError, match="seals no verdict"):
            sandbox.open_sandbox("none", 1, unsafe=True, sealed_only=True)
