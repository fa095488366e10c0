"""What `paragen init` writes."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.app.starter import USUAL_MODELS, config_text, write_starter, writes_code
from paragen.domain.errors import UsageError
from paragen.domain.ports import Model
from paragen.files import load_task
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.settings import parse_settings
from tests.cli.running import NOWHERE
from tests.cli.scripts import recorded


@given(
    st.lists(
        st.from_regex(r"[a-z][a-z0-9._/-]{0,20}(:[a-z0-9._-]{1,8})?", fullmatch=True),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_a_config_of_any_models_loads(models: list[str]) -> None:
    text = config_text("http://gpu:11434", models)
    settings = parse_settings(text, "generators.toml", folder=Path())
    assert {g.model for g in settings.generators} == set(models)
    assert settings.generators[0].name == "first"
    assert [host.url for host in settings.hosts] == ["http://gpu:11434"]
    assert len({g.name for g in settings.generators}) == 1 + 2 * len(models)


def test_what_is_commented_out_would_load_too() -> None:
    """Every suggestion in the file is one that works."""
    lines = config_text(NOWHERE, ["m:1b"]).splitlines()
    plain = [line.removeprefix("# ") if _is_setting(line) else line for line in lines]
    data = tomllib.loads("\n".join(plain))
    assert {"run", "sandbox", "defaults", "hosts", "generators", "matrix"} == set(data)
    settings = parse_settings("\n".join(plain), "generators.toml", folder=Path())
    assert settings.run.criteria.preset == "balanced"
    assert settings.sandbox.workers == 4
    assert settings.hosts[0].slots == 1
    assert settings.generators[0].num_predict == 2048


def _is_setting(line: str) -> bool:
    return line.startswith("# ") and (" = " in line or line.startswith("# ["))


@pytest.mark.parametrize(
    ("model", "plays"),
    [
        (Model(name="qwen2.5-coder:7b"), True),
        (Model(name="nomic-embed-text:latest"), False),
        (Model(name="gpt-oss:120b-cloud", remote=True), False),
    ],
)
def test_which_models_may_play(model: Model, plays: bool) -> None:
    assert writes_code(model) is plays


def test_the_models_of_the_host(tmp_path: Path) -> None:
    names = [f"m{n}:1b" for n in range(7)]
    with ScriptedOllama([recorded(name) for name in names], remote=["cloud:1b"]) as server:
        started = write_starter(tmp_path / "deep/er", host_urls=(server.url,), force=False)
    assert started.warnings == ()
    assert [path.name for path in started.written] == ["generators.toml", "prompt.md"]
    data = tomllib.loads((tmp_path / "deep/er/generators.toml").read_text(encoding="utf-8"))
    named = data["matrix"][0]["models"]
    assert named
    assert set(named) <= set(names), "what runs elsewhere can't play"


def test_the_example_task_is_sound(tmp_path: Path) -> None:
    started = write_starter(tmp_path, host_urls=(NOWHERE,), force=False)
    task = load_task(started.prompt)
    assert task.has_tests
    assert task.entry_point == "parse_duration"
    (warning,) = started.warnings
    for model in USUAL_MODELS:
        assert f"ollama pull {model}" in warning


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "generators.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"generators\.toml: already there"):
        write_starter(tmp_path, host_urls=(NOWHERE,), force=False)
    assert not (tmp_path / "prompt.md").exists()
    write_starter(tmp_path, host_urls=(NOWHERE,), force=True)
    assert (tmp_path / "generators.toml").read_text(encoding="utf-8") != "mine"


def test_a_dangling_link_is_there_too(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "prompt.md").symlink_to(outside)
    with pytest.raises(UsageError, match="already there"):
        write_starter(folder, host_urls=(NOWHERE,), force=False)
    assert not outside.exists()


def test_what_can_not_be_written_leaves_the_other_as_it_was(tmp_path: Path) -> None:
    config, prompt = tmp_path / "generators.toml", tmp_path / "prompt.md"
    config.write_text("mine", encoding="utf-8")
    prompt.symlink_to(tmp_path / "missing" / "prompt.md")
    with pytest.raises(UsageError, match=r"prompt\.md: can't be written"):
        write_starter(tmp_path, host_urls=(NOWHERE,), force=True)
    assert config.read_text(encoding="utf-8") == "mine"
    assert sorted(tmp_path.iterdir()) == [config, prompt], "and nothing beside them"
    assert prompt.is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write what is read-only")
def test_what_is_read_only_stays(tmp_path: Path) -> None:
    config, prompt = tmp_path / "generators.toml", tmp_path / "prompt.md"
    for path in (config, prompt):
        path.write_text("mine", encoding="utf-8")
    prompt.chmod(0o444)
    with pytest.raises(UsageError, match=r"prompt\.md: can't be written"):
        write_starter(tmp_path, host_urls=(NOWHERE,), force=True)
    assert {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"mine"}


def test_a_link_stays_one_and_a_mode_too(tmp_path: Path) -> None:
    kept, config = tmp_path / "kept.toml", tmp_path / "generators.toml"
    kept.write_text("mine", encoding="utf-8")
    kept.chmod(0o600)
    config.symlink_to(kept)
    write_starter(tmp_path, host_urls=(NOWHERE,), force=True)
    assert config.is_symlink()
    assert kept.read_text(encoding="utf-8") != "mine"
    assert kept.stat().st_mode & 0o777 == 0o600
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"kept.toml", "generators.toml", "prompt.md"}


def test_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").symlink_to("/dev/null")
    with pytest.raises(UsageError, match="no file"):
        write_starter(tmp_path, host_urls=(NOWHERE,), force=True)
    assert not (tmp_path / "generators.toml").exists()
