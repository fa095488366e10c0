"""generators.toml: what it says, and where a mistake in it is said to be."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import ConfigError
from paragen.domain.generator import CallLimits, Generator
from paragen.domain.host import HostSpec
from paragen.hosts import HOSTS
from paragen.judge.criteria import CriteriaOptions
from paragen.settings import PlayOptions, SandboxOptions, Settings, load_settings, parse_settings
from paragen.settings.sections import HostSection

EXAMPLE = Path(__file__).resolve().parents[2] / "generators.toml"

WHOLE = """
[defaults]
temperature = 0.4
num_ctx = 4096
stop = ["END"]
host = "gpu0"

[[hosts]]
name = "gpu0"
url = "http://127.0.0.1:11434"
slots = 2
headers = { Authorization = "Bearer x" }

[[hosts]]
name = "demo"
kind = "demo"
recording = "answers.jsonl"

[[generators]]
name = "careful"
model = "qwen2.5-coder:14b"
temperature = 0
top_p = 0.9
top_k = 40
min_p = 0.1
repeat_penalty = 1.1
num_predict = -1
seed = 7
stop = []
system = "Be careful."
think = false
tags = ["a", "b"]
host = "demo"

[[matrix]]
models = ["codellama", "deepseek-coder:6.7b"]
temperatures = [0.1, 1]
num_ctx = 1024

[run]
mode = "all"
preset = "speed"
min_quality = 0.5
max_generation_s = inf
max_execution_s = 3
prefer_simplicity = false
fail_fast = true
seed = 3
connect_limit_s = 1
first_token_limit_s = 2
generation_limit_s = 3.5
retries = 0

[sandbox]
level = "none"
sealed_only = true
environment = "venv"
workers = 3

[database]
path = "results/paragen.db"
"""


def parsed(text: str) -> Settings:
    return parse_settings(text, "g.toml", folder=Path("conf"))


def test_a_whole_config() -> None:
    settings = parsed(WHOLE)
    assert settings.generators[0] == Generator(
        name="careful",
        model="qwen2.5-coder:14b",
        temperature=0,
        num_ctx=4096,
        top_p=0.9,
        top_k=40,
        min_p=0.1,
        repeat_penalty=1.1,
        num_predict=-1,
        seed=7,
        stop=(),
        system="Be careful.",
        think=False,
        tags=("a", "b"),
        host="demo",
    )
    assert [(g.name, g.model, g.temperature) for g in settings.generators[1:]] == [
        ("codellama@0.1", "codellama", 0.1),
        ("codellama@1", "codellama", 1.0),
        ("deepseek-coder:6.7b@0.1", "deepseek-coder:6.7b", 0.1),
        ("deepseek-coder:6.7b@1", "deepseek-coder:6.7b", 1.0),
    ]
    assert {(g.num_ctx, g.stop, g.host) for g in settings.generators[1:]} == {
        (1024, ("END",), "gpu0")
    }
    assert settings.template.temperature == 0.4
    assert settings.hosts == (
        HostSpec(
            name="gpu0",
            url="http://127.0.0.1:11434",
            slots=2,
            headers=(("Authorization", "Bearer x"),),
        ),
        HostSpec(name="demo", kind="demo", recording=str(Path("conf/answers.jsonl"))),
    )
    assert settings.limits == CallLimits(connect_s=1, first_token_s=2, generation_s=3.5, retries=0)
    assert settings.run.criteria == CriteriaOptions(
        preset="speed",
        min_quality=0.5,
        max_generation_s=math.inf,
        max_execution_s=3,
        prefer_simplicity=False,
    )
    assert (settings.run.mode, settings.run.fail_fast, settings.seed) == ("all", True, 3)
    assert settings.sandbox == SandboxOptions(
        level="none", workers=3, sealed_only=True, environment=str(Path("conf/venv"))
    )
    assert settings.database == str(Path("conf/results/paragen.db"))


def test_no_config_can_switch_the_sandbox_off() -> None:
    with pytest.raises(ConfigError, match=r"g\.toml:2: sandbox\.unsafe: .*--unsafe"):
        parsed("[sandbox]\nunsafe = true\n")


def test_an_empty_config_is_the_defaults() -> None:
    settings = parsed("")
    said = PlayOptions(mode="all", fail_fast=False, allocate=False, cache=False)
    assert settings == Settings(path="g.toml", run=said)
    assert settings.hosts == (HostSpec(name="local"),)
    assert settings.limits == CallLimits()


def test_paths_from_elsewhere() -> None:
    home = parsed('[database]\npath = "~/x.db"').database
    assert home == str(Path("~/x.db").expanduser())
    assert parsed('[database]\npath = "/x.db"').database == "/x.db"
    nobody = parsed('[database]\npath = "~no-such-user-here/x.db"').database
    assert nobody == str(Path("conf/~no-such-user-here/x.db"))


def test_the_example_of_the_repository_loads() -> None:
    settings = load_settings(EXAMPLE)
    assert "qwen_balanced" in {g.name for g in settings.generators}
    assert "deepseek-coder:6.7b@0.5" in {g.name for g in settings.generators}


def test_every_key_in_the_examples_comments_is_one() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    lines = [
        line[2:] if line.startswith("# ") and " = " in line else line for line in text.splitlines()
    ]
    settings = parsed("\n".join(lines))
    assert settings.template.top_p == 0.9
    assert settings.sandbox.workers == 4


GENERATOR = '[[generators]]\nname = "a"\nmodel = "m"\n'


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[defaluts]", ["1: defaluts: there is no such key; did you mean 'defaults'?"]),
        ("[defaults]\ntemprature = 1", ["2: defaults.temprature: there is no such key; did you"]),
        ("[run]\nzzz = 1", ["2: run.zzz: there is no such key. Keys: mode, preset,"]),
        (GENERATOR + "modle = 'x'", ["4: generators[1].modle: there is no such key; did you mean"]),
        (GENERATOR + "hots = 'x'", ["4: generators[1].hots: there is no such key; did you mean"]),
        ("[[generators]]\nname = 'a'", ["1: generators[1].model: is missing."]),
        (
            GENERATOR + GENERATOR + "temperature = 2.5",
            ["7: generators[2].temperature: must be at most 2.0, not 2.5."],
        ),
        (GENERATOR + GENERATOR, ["5: generators[2].name: the name 'a' is taken by generator 1."]),
        (
            GENERATOR.replace('"a"', '"m@0.1"')
            + "[[matrix]]\nmodels = ['m']\ntemperatures = [0.1]",
            ["4: matrix[1]: the name 'm@0.1' is taken by generator 1."],
        ),
        (
            "[[matrix]]\nmodels = ['m', 'm']\ntemperatures = [0.1]",
            ["1: matrix[1]: the name 'm@0.1' is taken by [[matrix]] 1."],
        ),
        ("[[matrix]]\nmodels = []\ntemperatures = [3]", ["2: matrix[1].models: must be a list th",
                                                       "3: matrix[1].temperatures[1]: must be"]),
        ("generators = 1", ["1: generators: must be a list in brackets, not 1."]),
        ("generators = [1]", ["1: generators[1]: must be a table, not 1."]),
        ("run = 1", ["1: run: must be a table, not 1."]),
        ("[run]\nfail_fast = 1", ["2: run.fail_fast: must be true or false, not 1."]),
        ("[run]\nretries = 1.0", ["2: run.retries: must be a whole number, not 1.0."]),
        ("[run]\nretries = true", ["2: run.retries: must be a whole number, not true."]),
        ("[run]\nmode = 1", ["2: run.mode: must be text in quotes, not 1."]),
        ("[run]\nmode = ''", ["2: run.mode: must be text that isn't empty, not ''."]),
        ("[run]\nmin_quality = nan", ["2: run.min_quality: must be a finite number, not nan."]),
        ("[run]\nmax_generation_s = nan", ["2: run.max_generation_s: must be more than 0"]),
        ("[run]\nmax_generation_s = 0", ["2: run.max_generation_s: must be more than 0"]),
        ("[run]\ngeneration_limit_s = inf", ["2: run.generation_limit_s: must be a finite"]),
        ("[run]\npreset = 'best'", ["2: run.preset: There is no preset 'best'."]),
        ("[run]\n\nspeed_weight = 2", ["3: run.speed_weight: One weight alone"]),
        ("[run]\npreset = 'speed'\nquality_weight = 2", ["2: run.preset: Give either a preset or"]),
        ("[defaults]\ntop_p = 0", ["2: defaults.top_p: must be more than 0.0, not 0."]),
        ("[defaults]\nnum_ctx = 255", ["2: defaults.num_ctx: must be at least 256, not 255."]),
        ("[defaults]\nnum_ctx = " + "9" * 100, ["2: defaults.num_ctx: must be at most"]),
        ("[defaults]\nstop = 'x'", ["2: defaults.stop: must be a list in brackets, not 'x'."]),
        ("[[hosts]]\nname = 'a b'", ["2: hosts[1].name: must not have spaces or commas"]),
        ("[[hosts]]\nname = 'a,b'", ["2: hosts[1].name: must not have spaces or commas"]),
        ("[[hosts]]\nname = 'a'\nslots = 0", ["3: hosts[1].slots: must be at least 1, not 0."]),
        ("[[hosts]]\nname = 'a'\nkind = 'olama'", ["3: hosts[1].kind: must be one of"]),
        ("[[hosts]]\nname = 'a'\nurl = '127.0.0.1'", ["3: hosts[1].url: must begin with http://"]),
        ("[[hosts]]\nname = 'a'\nheaders = {a = 1}", ["3: hosts[1].headers.a: must be text in"]),
        ("[[hosts]]\nname = 'a'\n[[hosts]]\nname = 'a'", ["4: hosts[2].name: the name 'a'"]),
        ("[[hosts]]\nname = 'gpu0'\n[defaults]\nhost = 'gpu1'",
         ["4: defaults.host: there is no host 'gpu1'; did you mean 'gpu0'? Hosts: gpu0."]),
        (GENERATOR + "host = 'x'", ["4: generators[1].host: there is no host 'x'. Hosts: local."]),
        ("[[matrix]]\nmodels=['m']\ntemperatures=[0]\nhost='x'", ["4: matrix[1].host: there is"]),
        ("a = \n", ["1: This is not TOML: Invalid value."]),
        ("a = 1\na = 2", ["2: This is not TOML: Cannot overwrite a value."]),
        ("a = 1\n\nb = '", ["3: This is not TOML: "]),
    ],
)  # fmt: skip
def test_mistakes(text: str, messages: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    said = str(caught.value).split("\n")
    assert len(said) == len(messages)
    for line, message in zip(said, messages, strict=True):
        assert line.startswith(f"g.toml:{message}")


def test_all_mistakes_are_said_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        parsed("[run]\nretries = 'x'\n[defaults]\ntop_p = 2\n[[hosts]]\n")
    lines = [line.split(":")[1] for line in str(caught.value).split("\n")]
    assert lines == ["2", "4", "5"]


def test_long_values_are_shortened() -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(f"[run]\nretries = '{'x' * 1000}'")
    assert len(str(caught.value)) < 200


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="paragen init"):
        load_settings()
    Path("generators.toml").write_bytes(b"\xef\xbb\xbf[run]\r\nseed = 5\r\n")
    assert load_settings().seed == 5
    Path("latin.toml").write_bytes(b"a = 1\n# \xe9\n")
    with pytest.raises(ConfigError, match=r"latin.toml:2: .*UTF-8"):
        load_settings("latin.toml")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load_settings(tmp_path)
    with pytest.raises(ConfigError, match="can't be read"):
        load_settings("a\0b")
    Path("large.toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        load_settings("large.toml")


def test_every_kind_of_host_can_be_configured() -> None:
    for kind in HOSTS:
        assert HostSection.model_validate({"name": "a", "kind": kind}).kind == kind


def settings_or_mistake(text: str) -> None:
    try:
        assert isinstance(parsed(text), Settings)
    except ConfigError as error:
        assert str(error).startswith("g.toml:")


@given(st.text() | st.text(alphabet="[]{}.=\"'\\#\n abruntime01-"))
def test_any_text_is_settings_or_a_mistake(text: str) -> None:
    settings_or_mistake(text)


WHOLE_LINES = WHOLE.split("\n")
junk = st.sampled_from(
    ["", "[", "[[run]]", "= 1", "a = 1", "[run.x]", "hosts = []", "[[hosts.x]]", "name = 'x'",
     "model = 1", "temperature = nan", "[run]", "seed = " + "9" * 5000, "mode.x = 1", "url = ''",
     "headers = {}", "a = " + "[" * 2000, 'b = """', "top_k = -0x1"]
)  # fmt: skip


@given(st.data())
def test_any_damaged_config_is_settings_or_a_mistake(data: st.DataObject) -> None:
    lines = list(WHOLE_LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "double", "junk", "cut", "swap"]))
        if how == "drop" and len(lines) > 1:
            del lines[number]
        elif how == "double":
            lines.insert(number, lines[number])
        elif how == "junk":
            lines[number] = data.draw(junk)
        elif how == "cut":
            lines[number] = lines[number][: data.draw(st.integers(0, 20))]
        else:
            key, _, _ = lines[number].partition("=")
            other = data.draw(st.sampled_from(WHOLE_LINES)).partition("=")[2]
            lines[number] = f"{key}={other}"
    settings_or_mistake("\n".join(lines))


def test_pydantic_comes_with_this_module_alone() -> None:
    pure = "paragen.files, paragen.judge.select, paragen.parse.answer, paragen.parse.roster"
    code = f"import sys, {pure}; print('pydantic' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=50
    )
    assert ran.stdout.strip() == "False"


class TestPlaying:
    def test_modes_and_profiles(self) -> None:
        settings = parsed(
            "[run]\nprofile = 'mine'\ndeadline_s = 60\ncache = true\n"
            "[modes.quorum]\nmin = 2\nthreshold = 0.8\n[modes.escalate]\ntiers = 'a;b'\n"
            "[profiles.mine]\nmode = 'prune'\noptions = {floor = 0.3}\npreset = 'speed'\n"
            "allocate = true\ncomplexity = 'high'\ncopies = 3\nworkers = 2\nmax_models = 1\n"
        )
        assert settings.profile == "mine"
        assert (settings.run.deadline_s, settings.run.cache) == (60, True)
        assert settings.modes == {
            "quorum": {"min": 2, "threshold": 0.8},
            "escalate": {"tiers": "a;b"},
        }
        assert settings.profiles == {
            "mine": PlayOptions(
                mode="prune",
                mode_options={"floor": 0.3},
                criteria=CriteriaOptions(preset="speed"),
                allocate=True,
                complexity="high",
                copies=3,
                workers=2,
                max_models=1,
            )
        }

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[modes.qorum]", "1: modes.qorum: There is no mode 'qorum'; did you mean 'quorum'?"),
            ("[modes.quorum]\nmin = 2\nmni = 2", "3: modes.quorum.mni: Mode quorum has no option"),
            ("[modes.quorum]\nthreshold = 2", "2: modes.quorum.threshold: quorum's threshold is"),
            ("[modes.quorum]\nmin = {}", "2: modes.quorum.min: must be text, a number, true or f"),
            ("[modes.quorum]\nmin = [1]", "2: modes.quorum.min: must be text, a number, true or "),
            ("[profiles.p]\nmode = 'al'", "2: profiles.p.mode: There is no mode 'al'; did you mea"),
            (
                "[profiles.p]\nmode = 'prune'\noptions = {flor = 1}",
                "3: profiles.p.options.flor: Mode prune has no option 'flor'; did you mean 'floor'",
            ),
            ("[profiles.p]\noptions = {floor = 1}", "2: profiles.p.options: whose options these"),
            ("[profiles.p]\nmodde = 'all'", "2: profiles.p.modde: there is no such key; did you m"),
            ("[profiles.p]\ncomplexity = 'hgih'", "2: profiles.p.complexity: must be one of low,"),
            ("[profiles.p]\npreset = 'best'", "2: profiles.p.preset: There is no preset 'best'."),
            ("[profiles.p]\ncopies = 0", "2: profiles.p.copies: must be at least 1, not 0."),
            (
                "[run]\nmin_attempts = 4\nmax_attempts = 3",
                "2: run.min_attempts: must be at most max_attempts, 3.",
            ),
        ],
    )
    def test_mistakes(self, text: str, message: str) -> None:
        with pytest.raises(ConfigError) as caught:
            parsed(text)
        assert str(caught.value).startswith(f"g.toml:{message}")
        assert "\n" not in str(caught.value)
