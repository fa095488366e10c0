"""The wiring: what is chosen on the command line, what the config says, what hosts say."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from paragen.app.choices import Choices, configured
from paragen.app.doctor import examine
from paragen.app.judging import Judging
from paragen.app.models import list_models
from paragen.app.planning import forecast
from paragen.app.probe import probe
from paragen.app.session import Session
from paragen.domain.errors import (
    InterruptedRunError,
    NoHostError,
    RosterError,
    TaskError,
    UsageError,
)
from paragen.domain.events import AttemptStarted, Event, RunStarted, Warned
from paragen.domain.generator import CallLimits, Generator
from paragen.domain.host import HostSpec
from paragen.domain.ports import Host
from paragen.domain.status import Status
from paragen.files import load_task
from paragen.hosts import open_host
from paragen.judge.criteria import CriteriaOptions
from paragen.sandbox import LEVELS
from paragen.sandbox.levels import warning
from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import CHOSEN, LEVEL, NOWHERE, TASK
from tests.cli.scripts import BAD, GOOD, MIXED, config, generations, slow


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a task, in which we are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARAGEN_DB", str(tmp_path / "history.db"))
    monkeypatch.setenv("OLLAMA_HOST", NOWHERE)
    (tmp_path / "task.md").write_text(TASK, encoding="utf-8")
    return tmp_path


def prepare(**choices: object) -> Session:
    return Session.prepare([Path("task.md")], Choices(**{**CHOSEN, **choices}))


def warnings(told: list[Event]) -> list[str]:
    """What was warned of, but for the sandbox level that tests run at."""
    said = [event.message for event in told if isinstance(event, Warned)]
    return [message for message in said if message != warning(LEVEL)]


class TestSettings:
    def test_without_a_config_there_is_a_local_host(self) -> None:
        settings = configured(Choices())
        assert [host.name for host in settings.hosts] == ["local"]
        assert settings.generators == ()

    def test_the_config_of_the_folder_is_found(self, here: Path) -> None:
        (here / "generators.toml").write_text(config("http://a:1"), encoding="utf-8")
        assert [host.name for host in configured(Choices()).hosts] == ["gpu0"]
        assert [g.name for g in configured(Choices()).generators] == ["good", "bad"]

    def test_hosts_of_the_command_line_replace_the_configs(self, here: Path) -> None:
        (here / "generators.toml").write_text(config("http://a:1"), encoding="utf-8")
        one = configured(Choices(host_urls=("http://b:1",)))
        assert [(host.name, host.url) for host in one.hosts] == [("local", "http://b:1")]
        two = configured(Choices(host_urls=("http://b:1", "http://c:1")))
        assert [host.name for host in two.hosts] == ["host1", "host2"]

    def test_the_demo_asks_no_config(self, here: Path) -> None:
        (here / "generators.toml").write_text("nonsense", encoding="utf-8")
        settings = configured(Choices(demo=True))
        assert [host.kind for host in settings.hosts] == ["demo"]
        assert len(settings.generators) == 7


class TestPreparing:
    def test_the_command_line_comes_before_the_config(self, here: Path) -> None:
        run = "[run]\nseed = 3\nfail_fast = true\nmin_quality = 0.2\npreset = 'speed'\n"
        (here / "generators.toml").write_text(config(NOWHERE, more=run), encoding="utf-8")
        (plan,) = prepare().plans
        assert (plan.seed, plan.budget.fail_fast) == (3, True)
        assert plan.criteria.min_quality == 0.2
        assert plan.criteria.weights.speed == 0.5
        (plan,) = prepare(seed=0, criteria=CriteriaOptions(preset="quality")).plans
        assert plan.seed == 0
        assert plan.criteria.weights.quality == 0.85
        assert plan.criteria.min_quality == 0.2, "what isn't said stays"

    def test_task_types_weigh_differently(self, here: Path) -> None:
        (here / "fast.md").write_text(TASK.replace("general", "utilities"), encoding="utf-8")
        session = Session.prepare([Path("task.md"), Path("fast.md")], Choices(models=("m",)))
        assert [plan.criteria.weights.speed for plan in session.plans] == [0.3, 0.5]

    def test_a_warning_is_given_once(self, here: Path) -> None:
        (here / "generators.toml").write_text(config(NOWHERE, temperature=0), encoding="utf-8")
        (here / "b.md").write_text(TASK + "b", encoding="utf-8")
        session = Session.prepare([Path("task.md"), Path("b.md")], Choices(roster="good:2"))
        assert [len(plan.warnings) for plan in session.plans] == [1, 0]

    def test_every_mistake_is_found_before_anything_is_opened(self) -> None:
        for mistaken, error in (
            ({"mode": "nothing"}, UsageError),
            ({"temperatures": (0.5,)}, UsageError),
            ({"models": ("m",), "roster": "n"}, RosterError),
            ({"models": ("m",), "tests": (Path("none.py"),)}, TaskError),
            ({}, UsageError),
        ):
            with pytest.raises(error):
                prepare(**mistaken)

    def test_generators_given_replace_the_configs(self, here: Path) -> None:
        (here / "generators.toml").write_text(config(NOWHERE), encoding="utf-8")
        (plan,) = prepare(generators=(Generator(name="own", model="m"),)).plans
        assert [instance.name for instance in plan.roster] == ["own"]


class TestProbing:
    def test_hosts_are_asked_at_once_and_in_order(self) -> None:
        with ScriptedOllama(MIXED) as server:
            probed = probe(
                [HostSpec(name="down", url=NOWHERE), HostSpec(name="up", url=server.url)]
            )
        assert [(one.name, one.state is not None) for one in probed] == [
            ("down", False),
            ("up", True),
        ]
        assert "can't be reached" in probed[0].error
        for one in probed:
            one.host.close()

    def test_whoever_opens_hosts_does_so_with_the_configs_limits(
        self, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[float | None] = []

        def noting(spec: HostSpec, limits: CallLimits | None = None) -> Host:
            opened.append(limits.connect_s if limits is not None else None)
            return open_host(spec, limits)

        monkeypatch.setattr("paragen.hosts.open_host", noting)
        with ScriptedOllama(MIXED) as server:
            text = config(server.url, more="[run]\nconnect_limit_s = 7\n")
            (here / "generators.toml").write_text(text, encoding="utf-8")
            list_models(Choices())
            list(examine(Choices(**CHOSEN)))
            forecast([Path("task.md")], Choices())
            with prepare() as session:
                session.play([])
        assert opened == [7.0] * 4

    def test_models_are_listed_with_who_uses_them(self, here: Path) -> None:
        with ScriptedOllama(MIXED) as server:
            text = config(server.url, NOWHERE, models=[GOOD])
            (here / "generators.toml").write_text(text, encoding="utf-8")
            rows, silent = list_models(Choices())
        assert {row["model"]: row["generators"] for row in rows}[GOOD] == "good"
        assert len(silent) == 1
        with pytest.raises(NoHostError):
            list_models(Choices(host_urls=(NOWHERE,)))


class TestPlaying:
    def test_warnings_come_as_events(self, here: Path) -> None:
        told: list[Event] = []
        with ScriptedOllama(MIXED) as server:
            hosts = (server.url, NOWHERE)
            with prepare(models=(GOOD, "absent"), host_urls=hosts, record=False) as session:
                session.play([told.append])
        said = warnings(told)
        assert len(said) == 2
        assert "host2 is left out" in said[0]
        assert "ollama pull absent" in said[1]
        assert session.exit_code == 0

    def test_a_history_that_fails_is_a_warning_and_the_run_comes(self, here: Path) -> None:
        (here / "history.db").write_bytes(b"no database" * 1000)
        told: list[Event] = []
        with (
            ScriptedOllama(MIXED) as server,
            prepare(models=(GOOD,), host_urls=(server.url,)) as session,
        ):
            (run,) = session.play([told.append])
        assert run.winning is not None
        (said,) = warnings(told)
        assert "damaged" in said

    def test_an_interrupt_before_play_is_kept(self) -> None:
        with (
            ScriptedOllama([slow("slow")]) as server,
            prepare(models=("slow",), host_urls=(server.url,)) as session,
        ):
            session.interrupt()
            with pytest.raises(InterruptedRunError) as caught:
                session.play([])
            assert not generations(server)
        assert caught.value.exit_code == 130

    def test_an_interrupt_from_another_thread(self) -> None:
        with (
            ScriptedOllama([slow("slow")]) as server,
            prepare(models=("slow",), host_urls=(server.url,), record=False) as session,
        ):

            def interrupt(event: Event) -> None:
                if isinstance(event, AttemptStarted):
                    threading.Thread(target=session.interrupt).start()

            (run,) = session.play([interrupt])
        assert (session.exit_code, run.exit_code) == (130, 130)
        assert [c.status for c in run.ranking] == [Status.CANCELLED]

    def test_the_sandbox_is_named_in_the_run(self) -> None:
        told: list[Event] = []
        with (
            ScriptedOllama(MIXED) as server,
            prepare(models=(BAD,), host_urls=(server.url,), record=False) as session,
        ):
            session.play([told.append])
        (started,) = [event for event in told if isinstance(event, RunStarted)]
        assert started.run.sandbox.level in LEVELS
        assert session.exit_code == 1


class TestJudging:
    def test_verdicts_in_the_order_of_the_files(self, here: Path) -> None:
        programs = []
        for number in range(6):
            path = here / f"{number}.py"
            path.write_text(f"def double(x):\n    return x * {number}\n", encoding="utf-8")
            programs.append(path)
        verdicts = Judging(load_task("task.md"), programs).judge(Choices(workers=3, **CHOSEN))
        assert [file for file, _ in verdicts] == [str(path) for path in programs]
        passed = [file for file, verdict in verdicts if verdict.status is Status.PASSED]
        assert passed == [str(here / "2.py")]

    def test_a_file_that_is_missing_ends_it_before_any_is_run(self, here: Path) -> None:
        (here / "a.py").write_text("raise SystemExit", encoding="utf-8")
        with pytest.raises(UsageError, match=r"b\.py"):
            Judging(load_task("task.md"), [Path("a.py"), Path("b.py")])
