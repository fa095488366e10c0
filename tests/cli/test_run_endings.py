"""Whatever can go wrong between paragen and its hosts, and what a user is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from paragen.parse.recording import RecordedFault
from paragen.server.scripted_ollama import ScriptedOllama
from tests.app.hosts_by_hand import by_hand
from tests.cli.running import NOWHERE, RIGHT, Done, Place
from tests.cli.scripts import BAD, GOOD, MIXED, config, faulty, generations, recorded, slow

LIMITS = "[run]\nretries = 0\nfirst_token_limit_s = 1.5\ngeneration_limit_s = 3\n"
FAULTS = {
    RecordedFault.BUSY: "busy",
    RecordedFault.DROP: "connection",
    RecordedFault.REFUSE: "refused",
    RecordedFault.SERVER_ERROR: "refused",
    RecordedFault.STALL: "first_token_timeout",
    RecordedFault.HANG_MID_STREAM: "generation_timeout",
    RecordedFault.DIE_MID_STREAM: "stream_died",
    RecordedFault.DROP_MID_STREAM: "stream_died",
    RecordedFault.NO_FINAL_LINE: "no_final_line",
    RecordedFault.GARBAGE: "refused",
}


def named(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {candidate["generator"]: candidate for candidate in run["candidates"]}


@pytest.mark.slow
def test_every_odd_ending_is_an_error_of_its_own_kind(place: Place) -> None:
    answers = [
        *(faulty(fault.value, fault) for fault in FAULTS),
        recorded("thinker", "", thinking="Hm. " * 50, done_reason="length"),
        recorded("cut", RIGHT[:-12], done_reason="length"),
        recorded(GOOD),
    ]
    with ScriptedOllama(answers, slots=20, max_loaded=20) as server:
        models = [*(fault.value for fault in FAULTS), "thinker", "cut", "absent", GOOD]
        text = config(server.url, models=models, more=LIMITS)
        place.write("generators.toml", text.replace("[[gen", "slots = 20\n[[gen", 1))
        done = place.run("run", place.write("task.md"), "--json")
    assert done.code == 0, done.err
    ended = named(done.object)
    good = ended.pop("good")
    assert done.object["winner"] == good["id"]
    assert {name: one["error"]["kind"] for name, one in ended.items()} == {
        **{fault.value: kind for fault, kind in FAULTS.items()},
        "thinker": "empty_after_thinking",
        "cut": "truncated",
        "absent": "model_missing",
    }
    for name, one in ended.items():
        assert one["status"] == "error"
        assert set(one["scores"].values()) == {None}, "a failed call is never scored"
        assert one["tests"] == {"passed": None, "total": None}
        message = one["error"]["message"]
        assert message.endswith((".", "?")), "a sentence"
        assert "Traceback" not in message
        assert name in message or "gpu0" in message, "which model, or which host"
        assert message.splitlines()[0] in done.err
    assert "ollama pull absent" in ended["absent"]["error"]["message"]
    assert "warning: no host has absent" in done.err
    again = f"`paragen resume {done.object['run_id']} --retry errors` tries again"
    assert f"{len(ended)} not answered, which counts for nobody: {again}" in done.err
    assert "Ollama server at this address" in ended["garbage"]["error"]["message"]
    raw = place.run("show", "last", "--candidate", ended["cut"]["id"], "--raw")
    assert raw.out.startswith("```python\ndef double"), "what was answered is kept"
    stats = place.run("stats", "--format", "json").object["rows"]
    assert [row["generator"] for row in stats] == ["good"], "and nobody's record"


@pytest.mark.slow
def test_what_passes_at_the_second_try_is_no_error(place: Place) -> None:
    answers = [
        faulty("busy", RecordedFault.BUSY_ONCE),
        faulty("dropped", RecordedFault.DROP_ONCE),
    ]
    with ScriptedOllama(answers) as server:
        done = place.run(
            "run", place.write("task.md"), "--host", server.url, "-m", "busy,dropped", "--json"
        )
        tries = generations(server)
    assert {c["status"] for c in done.object["candidates"]} == {"passed"}
    assert len(tries) == 4


@pytest.mark.slow
def test_fail_fast_stops_at_the_first_error(place: Place) -> None:
    answers = [slow("slow"), faulty("dies", RecordedFault.DIE_MID_STREAM)]
    with ScriptedOllama(answers, slots=2) as server:
        text = config(server.url, models=["slow", "dies"])
        place.write("generators.toml", text.replace("[[gen", "slots = 2\n[[gen", 1))
        done = place.run("run", place.write("task.md"), "--fail-fast", "--json")
    ended = named(done.object)
    assert (ended["dies"]["status"], ended["slow"]["status"]) == ("error", "cancelled")
    assert done.code in (1, 3)
    assert done.object["exit_code"] == done.code
    assert "dies" in done.object["reason"]


@pytest.mark.slow
def test_best_effort_goes_on(place: Place) -> None:
    answers = [faulty("dies", RecordedFault.DIE_MID_STREAM), recorded(GOOD)]
    with ScriptedOllama(answers) as server:
        done = place.run(
            "run", place.write("task.md"), "--host", server.url, "-m", f"dies,{GOOD}", "--json"
        )
    assert done.code == 0
    assert named(done.object)["dies"]["error"]["kind"] == "stream_died"


@pytest.mark.slow
def test_the_generation_limit_of_the_command_line(place: Place) -> None:
    with ScriptedOllama([slow("slow")]) as server:
        named_so = ("--host", server.url, "-m", "slow", "--generation-limit-s", "0.5", "--json")
        done = place.run("run", place.write("task.md"), *named_so)
    (candidate,) = done.object["candidates"]
    assert candidate["error"]["kind"] == "generation_timeout"
    assert "0.5 s" in candidate["error"]["message"]


class TestNobodyThere:
    def test_no_server(self, place: Place) -> None:
        done = place.run("run", place.write("task.md"), "--host", NOWHERE, "--model", GOOD)
        message = done.refused("can't be reached", NOWHERE, "ollama serve", code=3)
        assert len(message.splitlines()) == 1
        assert place.history() == [], "nothing was played"

    @pytest.mark.slow
    def test_no_server_as_json_is_the_same(self, place: Place) -> None:
        done = place.run("run", place.write("task.md"), "--host", NOWHERE, "-m", GOOD, "--json")
        done.refused("can't be reached", code=3)

    @pytest.mark.slow
    def test_no_host_name(self, place: Place) -> None:
        url = "http://no-such-host.invalid:11434"
        done = place.run("run", place.write("task.md"), "--host", url, "-m", GOOD)
        done.refused("can't be reached", url, code=3)

    @pytest.mark.slow
    @pytest.mark.parametrize("status", [200, 404, 501])
    def test_a_server_that_is_no_ollama(self, place: Place, status: int) -> None:
        page = "<!DOCTYPE html>\n<html>\n<title>Welcome</title>\n</html>\n"
        bodies = dict.fromkeys(("/", "/api/version", "/api/tags", "/api/ps"), page)
        with by_hand(bodies, status) as url:
            done = place.run("run", place.write("task.md"), "--host", url, "-m", GOOD)
        message = done.refused(url, "Ollama server at this address", code=3)
        assert len(message.splitlines()) == 1

    @pytest.mark.slow
    def test_both_of_two(self, place: Place) -> None:
        place.write("generators.toml", config(NOWHERE, "http://127.0.0.1:19"))
        done = place.run("run", place.write("task.md"))
        done.refused("'gpu0'", "'gpu1'", code=3)

    def test_one_of_two_is_left_out_with_a_warning(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            place.write("generators.toml", config(NOWHERE, server.url))
            done = place.run("run", place.write("task.md"), "--json")
        assert done.code == 0
        assert "warning: host gpu0 is left out" in done.err
        assert {c["host"] for c in done.object["candidates"]} == {"gpu1"}

    def test_no_model_of_any_generator(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            done = place.run(
                "run", place.write("task.md"), "--host", server.url, "-m", "nix:1b,nada"
            )
            done.refused("nix:1b", "ollama pull nix:1b && ollama pull nada", code=3)
            assert not generations(server)

    @pytest.mark.slow
    def test_hosts_that_all_fail_in_mid_run(self, place: Place) -> None:
        with ScriptedOllama([faulty(GOOD, RecordedFault.DROP)]) as server:
            place.write("generators.toml", config(server.url, models=[GOOD], more=LIMITS))
            done = place.run("run", place.write("task.md"), "--json")
        assert (done.code, done.object["exit_code"]) == (3, 3)
        assert done.object["reason"].startswith("No host could answer.")
        assert place.history()[0]["winner"] is None

    @pytest.mark.slow
    def test_pinned_to_a_host_that_is_down(self, place: Place) -> None:
        with ScriptedOllama(MIXED) as server:
            text = config(server.url, NOWHERE, models=[GOOD])
            pinned = f'[[generators]]\nname = "pinned"\nmodel = "{GOOD}"\nhost = "gpu1"\n'
            place.write("generators.toml", text + pinned)
            done = place.run("run", place.write("task.md"), "--json")
        assert "host gpu1 is left out" in done.err
        assert "pinned" in done.err
        assert done.object["candidates"], "it is played somewhere, or an error: not forgotten"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://x", "http"),
        ("http://127.0.0.1:99999", "99999"),
        ("", "--host"),
        ("http://a b", "--host"),
        ("http://gpu\x01", "--host"),
        ("http://[::1", "--host"),
    ],
)
def test_addresses_that_are_none(place: Place, url: str, words: str) -> None:
    done: Done = place.run("run", place.write("task.md"), "--host", url, "-m", GOOD)
    done.refused(words)


@pytest.mark.slow
def test_ollama_host_that_is_no_address_is_named(place: Place) -> None:
    done = place.run(
        "run", place.write("task.md"), "-m", BAD, settings={"OLLAMA_HOST": "http://:port:"}
    )
    done.refused("OLLAMA_HOST")
