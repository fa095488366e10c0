"""Rosters: names with colons in them, copies and their seeds, and mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import RosterError
from paragen.domain.generator import Generator
from paragen.parse.nearest import did_you_mean, nearest
from paragen.parse.roster import MAX_COPIES, adhoc, matrix_name, parse_roster


def generator(name: str, temperature: float = 0.3, seed: int = 0) -> Generator:
    return Generator(name=name, model="m", temperature=temperature, seed=seed)


KNOWN = (
    generator("qwen_balanced"),
    generator("codellama:7b@0.1"),
    generator("codellama"),
    generator("codellama:7"),
    generator("cold", temperature=0),
    generator("hf.co/a/b:q4"),
)


def played(spec: str | None, seed: int = 0) -> list[tuple[str, int, int]]:
    return [
        (i.generator.name, i.copy, i.seed) for i in parse_roster(spec, KNOWN, seed=seed).instances
    ]


def test_none_is_everybody_once() -> None:
    assert [name for name, _, _ in played(None)] == [g.name for g in KNOWN]


def test_copies_have_seeds_a_thousand_apart() -> None:
    assert played("qwen_balanced:3", seed=7) == [
        ("qwen_balanced", 0, 7),
        ("qwen_balanced", 1, 1007),
        ("qwen_balanced", 2, 2007),
    ]
    (one, two) = parse_roster("s:2", [generator("s", seed=5)], seed=1).instances
    assert (one.seed, two.seed) == (6, 1006)


def test_names_may_hold_colons() -> None:
    assert [n for n, _, _ in played("codellama:7b@0.1:3")] == ["codellama:7b@0.1"] * 3
    assert [n for n, _, _ in played("codellama:7b@0.1")] == ["codellama:7b@0.1"]
    assert [n for n, _, _ in played("hf.co/a/b:q4:2")] == ["hf.co/a/b:q4"] * 2


def test_the_longest_name_wins() -> None:
    assert [n for n, _, _ in played("codellama:7")] == ["codellama:7"]
    assert [n for n, _, _ in played("codellama:2")] == ["codellama"] * 2
    assert [n for n, _, _ in played("codellama:7:2")] == ["codellama:7"] * 2


def test_the_same_name_twice_adds_up() -> None:
    assert [(n, c) for n, c, _ in played(" codellama , qwen_balanced, codellama : 2")] == [
        ("codellama", 0),
        ("codellama", 1),
        ("codellama", 2),
        ("qwen_balanced", 0),
    ]


def test_copies_at_temperature_0_are_one() -> None:
    roster = parse_roster("cold:3,codellama:2", KNOWN)
    assert [i.name for i in roster.instances] == ["cold", "codellama", "codellama#1"]
    assert len(roster.warnings) == 1
    assert "1 plays instead of 3" in roster.warnings[0]
    assert not parse_roster("cold", KNOWN).warnings


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("qwen_balnced", "did you mean 'qwen_balanced'"),
        ("qwen_balnced:3", "no generator 'qwen_balnced'"),
        ("zzz", "there are codellama, codellama:7, "),
        ("codellama:0", "from 1 to 1000"),
        ("codellama:-1", "from 1 to 1000"),
        ("codellama:1001", "from 1 to 1000"),
        ("codellama:" + "9" * 5000, "from 1 to 1000"),
        ("codellama:600,codellama:600", "more than 1000"),
        ("codellama:x", "from 1 to 1000"),
        ("codellama:", "from 1 to 1000"),
        ("codellama:²", "from 1 to 1000"),
        ("codellama,,cold", "a name is missing"),
        ("codellama,", "a name is missing"),
        ("", "it is empty"),
        (" ", "it is empty"),
    ],
)
def test_mistakes(spec: str, said: str) -> None:
    with pytest.raises(RosterError) as caught:
        parse_roster(spec, KNOWN)
    assert said in str(caught.value)


def test_no_generators() -> None:
    with pytest.raises(RosterError, match="no generators"):
        parse_roster(None, ())


names = st.text(st.characters(exclude_characters=",", exclude_categories=["Zs", "Cc"]), min_size=1)
unique_names = st.lists(names.filter(lambda n: n == n.strip()), min_size=1, max_size=6, unique=True)


@given(unique_names, st.data())
def test_what_is_written_is_what_plays(found: list[str], data: st.DataObject) -> None:
    counts = {name: data.draw(st.integers(1, 5)) for name in found}
    written = [f"{name}:{count}" for name, count in counts.items()]
    if set(written) & set(found):
        return  # a name that reads like another one with a count is that name
    roster = parse_roster(",".join(written), [generator(name) for name in found])
    played = [i.generator.name for i in roster.instances]
    assert {name: played.count(name) for name in found} == counts
    assert len({(i.generator.name, i.seed) for i in roster.instances}) == len(played)


@given(st.text(), st.integers())
def test_any_text_is_a_roster_or_a_mistake(spec: str, seed: int) -> None:
    try:
        roster = parse_roster(spec, KNOWN, seed=seed)
    except RosterError:
        return
    assert 1 <= len(roster.instances) <= MAX_COPIES * len(KNOWN)


def test_generators_named_on_the_command_line() -> None:
    template = Generator(name="", model="", num_ctx=4096)
    found = adhoc(["a:7b", "b", "b"], [0.1, 0.5, 1.0, 0.1], template)
    assert [g.name for g in found] == [
        "a:7b@0.1", "a:7b@0.5", "a:7b@1", "b@0.1", "b@0.5", "b@1",
    ]  # fmt: skip
    assert {g.num_ctx for g in found} == {4096}
    assert [(g.name, g.model, g.temperature) for g in adhoc(["a:7b"])] == [("a:7b", "a:7b", 0.3)]
    assert matrix_name("m", 0.25) == "m@0.25"


def test_nearest() -> None:
    assert nearest("Temprature", ["temperature", "top_p"]) == "temperature"
    assert nearest("zzz", ["temperature"]) is None
    assert nearest("", []) is None
    assert did_you_mean("zzz", ["temperature"]) == ""


@given(st.text(), st.lists(st.text()))
def test_the_nearest_is_one_of_the_known(word: str, known: list[str]) -> None:
    assert nearest(word, known) in {None, *known}
