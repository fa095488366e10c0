"""Who plays, with which options, where, and how many at once: seen from the server's side."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import RIGHT, TASK, Done, Place
from tests.cli.scripts import BAD, GOOD, MIXED, config, generations, recorded


def chats(server: ScriptedOllama) -> list[dict[str, Any]]:
    """The bodies of the generations asked for."""
    return [entry.body for entry in generations(server)]


def play(place: Place, *arguments: str) -> Done:
    """Play the task, unrecorded, for its JSON."""
    if not (place.folder / "task.md").exists():
        place.write("task.md")
    return place.run("run", "task.md", "--json", "--no-record", *arguments)


@pytest.mark.slow
def test_copies_have_seeds_of_their_own_which_seed_shifts(place: Place) -> None:
    with ScriptedOllama(MIXED, slots=2) as server:
        place.write("generators.toml", config(server.url, more="[run]\nseed = 5\n"))
        done = play(place, "-g", "good:3,bad", "--seed", "0")
        assert done.code == 0, done.err
        asked = {(body["model"], body["options"]["seed"]) for body in chats(server)}
        assert asked == {(GOOD, 0), (GOOD, 1000), (GOOD, 2000), (BAD, 0)}
        candidates = done.object["candidates"]
        assert {(c["generator"], c["copy"], c["seed"]) for c in candidates} == {
            ("good", 0, 0),
            ("good", 1, 1000),
            ("good", 2, 2000),
            ("bad", 0, 0),
        }
        assert "good#2" in done.err, "copies are told apart"
        shifted = play(place, "-g", "good:2", "--seed", "7").object
        assert {c["seed"] for c in shifted["candidates"]} == {7, 1007}
        by_config = play(place, "-g", "good:2").object
        assert {c["seed"] for c in by_config["candidates"]} == {5, 1005}


def test_copies_at_temperature_0_are_one_and_it_says_so(place: Place) -> None:
    with ScriptedOllama(MIXED) as server:
        place.write("generators.toml", config(server.url, temperature=0))
        done = play(place, "-g", "good:3")
        assert len(done.object["candidates"]) == 1
        assert len(chats(server)) == 1
        (warning,) = [line for line in done.err.splitlines() if line.startswith("warning: ")]
        assert "temperature 0" in warning
        assert "good" in warning


@pytest.mark.slow
def test_models_and_temperatures_without_any_config(place: Place) -> None:
    with ScriptedOllama(MIXED, slots=6) as server:
        both, temperatures = f"{GOOD}, {BAD}", "0.1,0.5,0.1"
        done = play(place, "--host", server.url, "-m", both, "--temperature", temperatures)
        assert done.code == 0, done.err
        pairs = Counter((c["model"], c["temperature"]) for c in done.object["candidates"])
        assert pairs == {(m, t): 1 for m in (GOOD, BAD) for t in (0.1, 0.5)}
        assert {c["generator"] for c in done.object["candidates"]} == {
            f"{m}@{t}" for m in (GOOD, BAD) for t in (0.1, 0.5)
        }
        repeated = play(place, "--host", server.url, "-m", GOOD, "-m", BAD)
        assert [c["generator"] for c in repeated.object["candidates"]] == [GOOD, BAD]
        asked = chats(server)[-1]["options"]
        assert asked["num_ctx"] == 8192, "always sent, so that the model isn't loaded again"
        assert asked["temperature"] == 0.3


@pytest.mark.slow
def test_ad_hoc_models_take_the_defaults_and_hosts_of_a_config(place: Place) -> None:
    with ScriptedOllama(MIXED) as server:
        more = "[defaults]\nnum_ctx = 4096\ntop_k = 7\n"
        place.write("generators.toml", more + config(server.url, models=[BAD]))
        done = play(place, "--model", GOOD)
        assert [c["model"] for c in done.object["candidates"]] == [GOOD]
        (asked,) = chats(server)
        assert (asked["options"]["num_ctx"], asked["options"]["top_k"]) == (4096, 7)


@pytest.mark.slow
def test_a_matrix_and_the_options_of_generators_reach_the_server(place: Place) -> None:
    matrix = f"""
[[matrix]]
models = ["{GOOD}", "{BAD}"]
temperatures = [0.1, 0.7]
[[generators]]
name = "own"
model = "{GOOD}"
temperature = 1.5
top_p = 0.9
num_predict = 500
stop = ["END"]
system = "Be terse."
"""
    with ScriptedOllama(MIXED, slots=5) as server:
        place.write("my config.toml", config(server.url, models=[]) + matrix)
        done = play(place, "--config", "my config.toml")
        names = {c["generator"] for c in done.object["candidates"]}
        assert names == {"own", *(f"{m}@{t}" for m in (GOOD, BAD) for t in (0.1, 0.7))}
        (own,) = [b for b in chats(server) if b["options"]["temperature"] == 1.5]
        assert (own["options"]["top_p"], own["options"]["num_predict"]) == (0.9, 500)
        assert own["options"]["stop"] == ["END"]
        assert own["messages"][0] == {"role": "system", "content": "Be terse."}
        some = play(place, "-c", "my config.toml", "-g", f"{GOOD}@0.1:2,own")
        assert len(some.object["candidates"]) == 3


@pytest.mark.slow
def test_models_see_the_prompt_and_none_of_the_tests(place: Place) -> None:
    with ScriptedOllama(MIXED) as server:
        play(place, "--host", server.url, "--model", GOOD)
        (asked,) = chats(server)
        sent = "\n".join(message["content"] for message in asked["messages"])
        assert "Write a function `double(x)`." in sent
        assert "assert" not in sent
        assert "test_two" not in sent
        assert "solution" not in sent
        assert asked["stream"] is True


@pytest.mark.slow
def test_slots_are_never_exceeded_on_any_host(place: Place) -> None:
    models = [f"m{n}" for n in range(6)]
    answers = [recorded(model, prompt_s=0.15) for model in models]
    with (
        ScriptedOllama(answers, slots=9, max_loaded=9) as two,
        ScriptedOllama(answers, slots=9, max_loaded=9) as one,
    ):
        text = config(two.url, one.url, models=models).replace(
            f'"{two.url}"', f'"{two.url}"\nslots = 2'
        )
        place.write("generators.toml", text)
        done = play(place, "-g", ",".join(f"{model}:2" for model in models))
        assert len(done.object["candidates"]) == 12
        assert {c["host"] for c in done.object["candidates"]} == {"gpu0", "gpu1"}
        assert (two.max_concurrency, one.max_concurrency) == (2, 1)


def test_sequential_is_one_at_a_time(place: Place) -> None:
    answers = [recorded("a"), recorded("b"), recorded("c")]
    with ScriptedOllama(answers, slots=3) as server:
        text = config(server.url, models="abc").replace(
            f'"{server.url}"', f'"{server.url}"\nslots = 3'
        )
        place.write("generators.toml", text)
        done = play(place, "--sequential")
        assert len(done.object["candidates"]) == 3
        assert server.max_concurrency == 1
        spans = [(e.started, e.ended) for e in generations(server)]
        for (_, ended), (started, _) in pairwise(spans):
            assert ended is not None
            assert ended <= started


@pytest.mark.slow
def test_several_tasks_keep_each_model_together(place: Place) -> None:
    with ScriptedOllama(MIXED, max_loaded=1) as server:
        place.write("generators.toml", config(server.url))
        for name in ("one", "two", "three"):
            place.write(f"{name}.md", f"{TASK}\n{name}\n")
        done = place.run("run", "one.md", "two.md", "three.md", "--json", "--no-record")
        assert len(done.objects) == 3
        assert [model for model, _ in server.loads] == [GOOD, BAD], "each is loaded once"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "weights"),
    [
        (["--preset", "quality"], (0.85, 0.15)),
        (["--preset", "balanced"], (0.7, 0.3)),
        (["--preset", "speed"], (0.5, 0.5)),
        (["--quality-weight", "3", "--speed-weight", "1"], (0.75, 0.25)),
        (["--quality-weight", "0.9"], (0.9, 0.1)),
        ([], (0.6, 0.4)),
    ],
)
def test_weights_reach_the_result(
    place: Place, given: list[str], weights: tuple[float, float]
) -> None:
    place.write("task.md", TASK.replace("general", "data_processing"))
    with ScriptedOllama([recorded(GOOD)]) as server:
        run = play(place, "--host", server.url, "--model", GOOD, *given).object
    assert (run["weights"]["quality"], run["weights"]["speed"]) == pytest.approx(weights)
    (candidate,) = run["candidates"]
    scores = candidate["scores"]
    combined = weights[0] * scores["quality"] + weights[1] * scores["speed"]
    assert scores["combined"] == pytest.approx(combined)


POOR = "```python\nimport os, sys\ndef double(x):\n    return eval('2 * x')\n```"


@pytest.mark.slow
def test_nobody_is_good_enough(place: Place) -> None:
    with ScriptedOllama([recorded("poor", POOR), recorded("right", RIGHT)]) as server:
        alone = play(place, "--host", server.url, "--model", "poor", "--min-quality", "0.99")
        both = play(place, "--host", server.url, "-m", "poor,right", "--min-quality", "0.99")
    assert (alone.code, alone.object["exit_code"], alone.object["winner"]) == (1, 1, None)
    assert alone.object["candidates"][0]["status"] == "passed"
    assert "quality" in alone.object["reason"]
    assert "--min-quality" in alone.object["reason"]
    assert (both.code, both.object["candidates"][0]["model"]) == (0, "right")


@pytest.mark.slow
def test_a_winner_must_be_quick_enough_too(place: Place) -> None:
    with ScriptedOllama([recorded("right", RIGHT)]) as server:
        who = ("--host", server.url, "-m", "right", "--max-generation-s", "0.000001")
        late = play(place, *who)
        code = place.run("run", "task.md", *who, "-o", "x.py", "--no-record")
    assert (late.code, late.object["winner"]) == (1, None)
    assert "--max-generation-s" in late.object["reason"]
    assert (code.code, code.out) == (1, "")
    assert not (place.folder / "x.py").exists(), "there is no winner's code to write"
