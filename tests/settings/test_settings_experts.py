"""An expert is added to a config, and nothing else in it changes."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import ConfigError
from paragen.domain.generator import Generator
from paragen.learn.genes import SYSTEM_PROMPTS
from paragen.settings import load_settings, parse_settings
from paragen.settings.experts import (
    ExpertNotWrittenError,
    ExpertSection,
    check_writable,
    with_expert,
    write_expert,
)
from tests.cli.running import skip_where_modes_bind_nobody

CONFIG = """\
# Mine.
[defaults]                      # for all
temperature = 0.4
num_ctx   = 4096   # odd spaces

[[generators]]
name = 'a'   # the first
model = "m"

# About the matrix.
[[matrix]]
models = ["x", "y"]
temperatures = [0.1]

[run]
seed = 3
# the end"""

EXPERT = ExpertSection(
    generator=Generator(
        name="api-expert-1",
        model="m",
        temperature=0.85,
        num_ctx=4096,
        top_k=45,
        system='You are "careful".\nYou read C:\\path twice.',
        tags=("expert", "api"),
    ),
    evolved_from=("a", "x@0.1"),
    success_rate=11 / 12,
    comment="Evolved from a and x@0.1.",
)
WRITTEN = '''
# Evolved from a and x@0.1.
[[generators]]
name = "api-expert-1"
model = "m"
temperature = 0.85
top_k = 45
system = """
You are "careful".
You read C:\\\\path twice."""
tags = ["expert", "api"]
evolved_from = ["a", "x@0.1"]
success_rate = 0.917
'''


def generators(text: str) -> tuple[Generator, ...]:
    return parse_settings(text.removeprefix("\ufeff"), "g.toml", folder=Path()).generators


def test_it_stands_at_the_end_and_all_else_as_it_was() -> None:
    text = with_expert(CONFIG, EXPERT, Path("g.toml"))
    assert text == CONFIG + "\n" + WRITTEN
    assert generators(text) == (*generators(CONFIG)[:1], EXPERT.generator, *generators(CONFIG)[1:])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but this",
        CONFIG + "\n",
        CONFIG.replace("\n", "\r\n"),
        "\ufeff" + CONFIG,
        'generators = [{ name = "a", model = "m" }]\n# so too\n',
        'generators = [\n  { name = "a", model = "m" },  # one\n]\n[run]\nseed = 1\n',
        '[defaults]\nsystem = "x"\nnum_ctx = 4096\n',
    ],
)
def test_whatever_stands_there(text: str) -> None:
    found = with_expert(text, EXPERT, Path("g.toml"))
    assert EXPERT.generator in generators(found)
    assert len(generators(found)) == len(generators(text)) + 1
    if "generators = [" in text:
        assert [part for part in text.split("\n") if "#" in part and part not in found] == []
    else:
        assert found.startswith(text)
    assert "\r\n" not in text or "\n" not in found.replace("\r\n", "")


@given(
    st.text(max_size=40) | st.text(alphabet='\n"\\ a\t', max_size=12),
    st.sampled_from([None, 0.0, 1.0]),
)
def test_any_system_prompt_comes_back(system: str, min_p: float | None) -> None:
    if any(0xD800 <= ord(one) < 0xE000 for one in system):
        return  # no text, and nothing that a config could hold
    generator = replace(EXPERT.generator, system=system, min_p=min_p)
    found = with_expert(CONFIG, replace(EXPERT, generator=generator), Path("g.toml"))
    assert generators(found)[1] == generator


@pytest.mark.parametrize("system", [one for one in SYSTEM_PROMPTS if one is not None])
def test_our_own_prompts_are_written_well(system: str) -> None:
    generator = replace(EXPERT.generator, system=system)
    found = with_expert(CONFIG, replace(EXPERT, generator=generator), Path("g.toml"))
    assert generators(found)[1] == generator
    assert all(line in found for line in system.split("\n")), "as a person would write it"


def test_what_the_defaults_would_change_is_not_written() -> None:
    """No section can say that an option isn't set for which there is a default."""
    generator = replace(EXPERT.generator, system=None)
    with pytest.raises(ConfigError, match="can't say there what api-expert-1 is"):
        with_expert('[defaults]\nsystem = "x"\n', replace(EXPERT, generator=generator), Path("g"))


def test_two_in_a_row() -> None:
    second = replace(EXPERT, generator=replace(EXPERT.generator, name="api-expert-2"))
    once = with_expert(CONFIG, EXPERT, Path("g.toml"))
    twice = with_expert(once, second, Path("g.toml"))
    assert twice.startswith(once)
    assert len(generators(twice)) == len(generators(CONFIG)) + 2


@pytest.mark.parametrize(
    "line",
    ['evolved_from = "a"', "evolved_from = []", "success_rate = 1.5", 'success_rate = "high"'],
)
def test_where_an_expert_comes_from_is_checked(line: str) -> None:
    key = line.partition(" ")[0]
    with pytest.raises(ConfigError, match=rf"g.toml:4: generators\[1\].{key}"):
        generators(f'[[generators]]\nname = "a"\nmodel = "m"\n{line}\n')


class TestFile:
    def test_it_is_written_with_the_same_mode(self, tmp_path: Path) -> None:
        path = tmp_path / "g.toml"
        path.write_text(CONFIG)
        path.chmod(0o640)
        check_writable(path)
        write_expert(path, EXPERT)
        assert path.read_text().startswith(CONFIG)
        assert EXPERT.generator in load_settings(path).generators
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert list(tmp_path.iterdir()) == [path], "nothing is left beside it"

    def test_a_link_stays_one(self, tmp_path: Path) -> None:
        real, link = tmp_path / "real" / "g.toml", tmp_path / "g.toml"
        real.parent.mkdir()
        real.write_text(CONFIG)
        link.symlink_to(real)
        check_writable(link)
        write_expert(link, EXPERT)
        assert link.is_symlink()
        assert EXPERT.generator in load_settings(real).generators

    @pytest.mark.parametrize(
        ("now", "why"),
        [
            (None, "no such file"),
            ("not = [toml", "This is not TOML"),
            (CONFIG.replace("'a'", "'api-expert-1'"), "taken"),
            (CONFIG.replace("'a'", "'a'\nhots = 1"), "there is no such key"),
        ],
    )
    def test_what_changed_meanwhile_loses_nothing(
        self, tmp_path: Path, now: str | None, why: str
    ) -> None:
        path = tmp_path / "g.toml"
        if now is not None:
            path.write_text(now)
        with pytest.raises(ExpertNotWrittenError) as caught:
            write_expert(path, EXPERT)
        assert why in str(caught.value)
        shown = str(caught.value).partition("by hand:\n\n")[2]
        assert generators(shown) == (EXPERT.generator,), "the expert stands in the message"
        assert [one.read_text() for one in tmp_path.iterdir()] == ([now] if now else [])

    def test_an_edit_meanwhile_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from paragen.settings import experts

        path = tmp_path / "g.toml"
        path.write_text(CONFIG)
        real = experts.with_expert

        def edited(text: str, section: ExpertSection, at: Path) -> str:
            if path.read_text() == CONFIG:
                path.write_text(CONFIG + "\n# edited just now\n")
            return real(text, section, at)

        monkeypatch.setattr(experts, "with_expert", edited)
        write_expert(path, EXPERT)
        assert "# edited just now" in path.read_text()
        assert EXPERT.generator in load_settings(path).generators

    def test_what_may_not_be_written_is_said_before(self, tmp_path: Path) -> None:
        with pytest.raises(ExpertNotWrittenError, match="is no file"):
            check_writable(tmp_path / "none.toml")
        with pytest.raises(ExpertNotWrittenError, match="is no file"):
            check_writable(tmp_path)
        skip_where_modes_bind_nobody(tmp_path)
        path = tmp_path / "closed" / "g.toml"
        path.parent.mkdir()
        path.write_text(CONFIG)
        path.chmod(0o400)
        with pytest.raises(ExpertNotWrittenError, match="may not write"):
            check_writable(path)
        path.chmod(0o600)
        path.parent.chmod(0o500)
        try:
            with pytest.raises(ExpertNotWrittenError, match="may not write"):
                check_writable(path)
            with pytest.raises(ExpertNotWrittenError, match="by hand"):
                write_expert(path, EXPERT)
        finally:
            path.parent.chmod(0o700)
        assert path.read_text() == CONFIG
