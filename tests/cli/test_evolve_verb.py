"""`paragen evolve`, against a model that is better at temperatures which nobody has tried."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from paragen.domain.generator import Generator
from paragen.report.schema import json_schema
from paragen.server.scripted_ollama import ScriptedOllama
from paragen.store.connection import connect
from paragen.store.experts import add_expert
from tests.cli.breeding import CLUMSY, LOW, LOWER, MODEL, Passes, config, record, script, tasks_of
from tests.cli.running import WRONG, Done, Place, until
from tests.cli.scripts import generations

TASKS = 14
MORE = ("--budget", "90", "--generations", "3", "--population", "4", "--parents", "3")
FEW = ("--budget", "30", "--generations", "2", "--population", "3", "--parents", "2")


@contextmanager
def searched(
    place: Place,
    passes: Passes,
    *,
    tasks: int = TASKS,
    otherwise: str = WRONG,
    slow: bool = False,
    more: str = "",
) -> Iterator[ScriptedOllama]:
    """A history of two parents, a config with them, and a model that passes where it is said."""
    read = tasks_of(place, tasks)
    record(place.database, read, (LOW, 2), (LOWER, 1))
    with ScriptedOllama(script(tasks, passes, otherwise=otherwise, slow=slow), slots=4) as server:
        place.write("generators.toml", config(server.url, LOW, LOWER, more=more))
        yield server


def warmer(number: int, temperature: float) -> bool:
    return temperature >= 0.3


def found(done: Done) -> dict[str, Any]:
    """What a search came to, held against its schema."""
    jsonschema.validate(done.object, json_schema("evolve"))
    return done.object


def genomes(one: dict[str, Any]) -> list[list[tuple[object, ...]]]:
    """The offspring, without anything that depends on how they were played."""
    return [
        [(bred["generator"], bred["temperature"], str(bred["options"])) for bred in born]
        for born in one["generations"]
    ]


def test_an_expert_is_found_and_written(place: Place) -> None:
    with searched(
        place, warmer, more="\n[run]\nmode = 'race'\nmax_attempts = 1\nprofile = 'fast-iteration'\n"
    ) as server:
        before = place.read("generators.toml")
        done = place.run("evolve", "-t", "API", "--json", "--budget", "90", "--generations", "1")
        asked = generations(server)
    one = found(done)
    assert (done.code, one["verdict"], one["expert"]) == (0, "kept", "api-expert-1"), done.err
    assert len(asked) == one["attempts"] <= 90
    assert one["tasks"]["recorded"] == TASKS
    assert one["tasks"]["held_back"] == 7
    assert one["rival"] in ("low", "lower")
    assert one["comparison"]["finding"] == "better"
    assert "It stands in generators.toml" in one["sentence"]

    after = place.read("generators.toml")
    assert after.startswith(before), "nothing else has changed by a byte"
    (*_, section) = tomllib.loads(after)["generators"]
    finalist = one["finalist"]
    assert section["name"] == "api-expert-1"
    assert section["model"] == MODEL
    assert section["temperature"] == finalist["temperature"] >= 0.3
    assert section["tags"] == ["expert", "api"]
    assert section["evolved_from"] == finalist["evolved_from"]
    assert section["success_rate"] == finalist["passes"] / finalist["plays"] == 1
    assert one["tasks"]["copies"] == 2, "as often as what is left of the budget allows"
    assert finalist["plays"] == 2 * 7

    with closing(connect(place.database, write=False)) as history:
        played = history.execute(
            "SELECT DISTINCT generator LIKE '%-expert-%', task FROM browse_candidates "
            "WHERE generator NOT LIKE 'low%'"
        ).fetchall()
    final, selection = ({task for is_final, task in played if is_final == n} for n in (1, 0))
    assert len(final) == len(selection) == 7
    assert not final & selection, "it is held back"

    rows = place.history("--all")
    assert sum(row["candidates"] for row in rows) == len(asked) + 2 * TASKS, "all on record"
    own = [row for row in rows if row["by"] is None]
    assert own == place.history(), "evolve's runs are marked, and left out else"
    assert len(own) == TASKS
    who = place.run("recommend", "-t", "api", "-k", "1", "--format", "json").object
    assert [one["generator"] for one in who["generators"]] == ["api-expert-1"]
    assert place.run("plan", "tasks/t0.md", "-g", "api-expert-1").code == 0
    stats = place.run("stats", "--format", "json").object
    assert [row["generator"] for row in stats["experts"]] == ["api-expert-1"]
    assert stats["experts"][0]["since"] == "unplayed", "since then, that is"
    assert stats["experts"][0]["better_than"] == one["rival"]
    assert {row["generator"] for row in stats["rows"]} == {"low", "lower", "api-expert-1"}


@pytest.mark.slow
def test_who_scores_better_is_an_expert_by_score_and_none_by_passes(place: Place) -> None:
    """All pass everything; at higher temperatures programs are simpler."""
    own = Generator(name="api-expert-7", model=MODEL, tags=("expert", "api"))
    with searched(place, warmer, otherwise=CLUMSY):
        record(place.database, tasks_of(place, 1), (own, 0))
        before = place.read("generators.toml")
        few = ("-q", "--budget", "80", "--generations", "1")
        passes = place.run("evolve", "--json", *few)
        assert place.read("generators.toml") == before
        score = place.run("evolve", "--by", "score", *few)
    one = found(passes)
    assert (passes.code, one["by"], one["verdict"]) == (1, "passes", "undecided")
    assert "Both pass them all" in one["sentence"]

    assert score.code == 0, score.err
    assert "api-expert-2 is better than low" in score.out
    assert "it scores 1.00 on average, low 0." in score.out
    assert "This was final 3 for api" in score.out
    assert "in up to 7.5% of such series" in score.out
    (*_, better, rival) = score.out.splitlines()
    assert "final" in better and " 1.00 " in better
    assert "final" in rival and " 1.00 " not in rival
    after = place.read("generators.toml")
    assert "of its plays on 7 tasks held back 14 of 14 (score 1.000) passed" in after
    (*_, section) = tomllib.loads(after)["generators"]
    assert section["temperature"] >= 0.3
    (expert,) = place.run("stats", "--format", "json").object["experts"]
    assert expert["better_than"] == "low"


@pytest.mark.slow
def test_the_same_seed_searches_the_same(place: Place) -> None:
    """Whatever the milliseconds were: many are equally good here."""
    with searched(place, warmer) as server:
        runs: list[dict[str, Any]] = []
        for seed in ("3", "3", "4"):
            copy = place.folder / f"{len(runs)}.db"
            shutil.copy(place.database, copy)
            place.write("generators.toml", config(server.url, LOW, LOWER))
            done = place.run("evolve", "--json", "-q", "--seed", seed, "--db", str(copy), *MORE)
            runs.append(found(done))
    first, again, other = runs
    assert [len(born) for born in genomes(first)] == [4, 4, 4]
    assert len({bred["generator"] for born in first["generations"] for bred in born}) == 12
    tasks = first["tasks"]
    final = 2 * tasks["held_back"] * tasks["copies"]
    assert first["attempts"] == (2 + 12) * tasks["selection"] + final, "parents play once"
    assert genomes(first) == genomes(again)
    assert first["finalist"] == again["finalist"]
    assert genomes(first)[0] != genomes(other)[0]


@pytest.mark.slow
def test_where_none_does_better_nothing_is_kept(place: Place) -> None:
    with searched(place, lambda number, temperature: False) as server:
        before = place.read("generators.toml")
        done = place.run("evolve", "--json", *FEW)
        asked = generations(server)
    one = found(done)
    assert (done.code, one["verdict"], one["expert"]) == (1, "none_ahead", None)
    assert one["finalist"] is None
    assert len(asked) == one["attempts"] <= 30
    assert place.read("generators.toml") == before


@pytest.mark.slow
def test_who_was_lucky_in_the_selection_is_not_kept(place: Place) -> None:
    """What only helps on some of the tasks doesn't hold on those held back."""
    with searched(place, lambda number, temperature: warmer(number, temperature) and number < 3):
        before = place.read("generators.toml")
        done = place.run("evolve")
    assert done.code == 1, done.out
    assert "Nothing is kept" in done.out or "nothing is kept" in done.out
    assert place.read("generators.toml") == before
    assert "api-expert-1" not in place.run("recommend", "-t", "api").out


def test_a_dry_run_asks_nobody(place: Place) -> None:
    with searched(place, warmer) as server:
        before = place.read("generators.toml"), place.database.read_bytes()
        done = place.run("evolve", "--dry-run", "--json")
        text = place.run("evolve", "--dry-run", "--seed", "1")
        assert server.requests == ()
    one = found(done)
    assert (done.code, one["verdict"], one["dry_run"]) == (0, "not_played", True)
    assert one["attempts"] == 0 < one["planned_attempts"] <= 200
    assert len(one["generations"]) == 1
    assert {bred["generator"] for bred in one["parents"]} == {"low", "lower"}
    assert (place.read("generators.toml"), place.database.read_bytes()) == before
    assert text.code == 0
    assert "asked of anybody now" in text.out
    assert "task type: api" in text.err
    assert text.out.count("api-evolved-") == 6


def test_too_few_tasks(place: Place) -> None:
    with searched(place, warmer, tasks=5) as server:
        done = place.run("evolve", "--json")
        assert server.requests == ()
        dry = place.run("evolve", "--dry-run")
    one = found(done)
    assert (done.code, one["verdict"]) == (1, "too_few_tasks")
    assert "2 more tasks would tell" in one["sentence"]
    assert dry.code == 0
    assert "2 more tasks would tell" in dry.out


def test_where_a_parent_passes_everything_nothing_is_played(place: Place) -> None:
    """Unless scores decide, or a task that it failed is among those that would be played."""
    perfect = Generator(name="perfect", model=MODEL, temperature=0.6)
    read = tasks_of(place, TASKS)
    record(place.database, read, (LOW, 9), (perfect, TASKS))
    place.write("generators.toml", config("http://127.0.0.1:9", LOW, perfect))
    done = place.run("evolve", "--json")
    dry = place.run("evolve", "--dry-run")
    one = found(done)
    assert (done.code, one["verdict"], one["attempts"]) == (1, "no_room", 0)
    assert one["planned_attempts"] == 0
    assert "perfect passes each of the 13 api tasks that would be played" in one["sentence"]
    assert (dry.code, dry.out.splitlines()[0]) == (0, one["sentence"])
    by_score = place.run("evolve", "--dry-run", "--by", "score", "--json").object
    assert by_score["verdict"] == "not_played"
    record(place.database, read[:1], (perfect, 0))
    assert place.run("evolve", "--dry-run", "--json").object["verdict"] == "not_played"


@pytest.mark.slow
def test_the_last_run_is_the_users(place: Place) -> None:
    with searched(place, warmer):
        own = place.history()[0]["run_id"]
        assert place.run("evolve", "-q", *FEW).code in (0, 1)
    assert place.run("show", "last", "-f", "json").object["run_id"] == own
    rated = place.run("feedback", "--rating", "0.4", "--candidate", "low", "--json")
    assert own in rated.out
    listed = place.run("history")
    assert "--all lists it" in listed.err
    assert "evolve" not in listed.out
    assert "evolve" in place.run("history", "--all").out


@pytest.mark.slow
def test_the_same_search_again_asks_nobody_again(place: Place) -> None:
    """Its final is the very same one, too, and no other try; --new is."""
    with searched(place, lambda number, temperature: warmer(number, temperature) and number < 9):
        first = place.run("evolve", "--json", "-q", *MORE)
        runs = len(place.history("--all"))
    again = place.run("evolve", "--json", *MORE)
    one, two = found(first), found(again)
    assert one["attempts_on_record"] == 0
    assert two["attempts_on_record"] == two["attempts"] == one["attempts"] > 0
    assert {**two, "attempts_on_record": 0} == one
    assert "are on record, of an earlier search like this one" in again.err
    assert len(place.history("--all")) == runs, "nothing is played"
    assert place.run("evolve", "-q", "--new", *MORE).code == 3, "no host is there to be asked"


@pytest.mark.slow
def test_interrupted_nothing_is_kept(place: Place) -> None:
    with searched(place, warmer, slow=True) as server:
        before = place.read("generators.toml")
        recorded = len(place.history())
        running = place.start("evolve", "-t", "api")
        until(lambda: server.active, "it generates")
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert done.out == ""
    assert "Interrupted: nothing is kept" in done.err
    assert "Traceback" not in done.err
    assert place.read("generators.toml") == before
    assert len(place.history()) == recorded
    assert len(place.history("--all")) > recorded, "what was played stays"
    with ScriptedOllama(script(TASKS, warmer), slots=4) as server:
        place.write("generators.toml", config(server.url, LOW, LOWER))
        again = place.run("evolve", "-t", "api")
    assert again.code == 0, again.err
    assert "going on with the unfinished session" in again.err


@pytest.mark.slow
def test_a_config_that_is_gone_loses_nothing(place: Place) -> None:
    with searched(place, warmer) as server:
        running = place.start("evolve", "-q")
        until(lambda: generations(server), "it generates")
        (place.folder / "generators.toml").unlink()
        done = running.done()
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    section = tomllib.loads(done.err.partition("by hand:\n\n")[2])
    assert section["generators"][0]["name"] == "api-expert-1"


@pytest.mark.slow
def test_who_is_in_the_history_alone_may_be_a_parent(place: Place) -> None:
    """If it runs one of the config's models, and no search made it; on whatever host there is."""
    read = tasks_of(place, TASKS)
    adhoc = Generator(name="small:7b@0.5", model=MODEL, temperature=0.5, host="elsewhere")
    here = Generator(name="small:7b@0.6", model=MODEL, temperature=0.6, host="gpu0")
    gone = Generator(name="gone", model="gone:7b")
    made = Generator(
        name="api-expert-4", model=MODEL, temperature=0.6, tags=("expert", "api"), top_k=7
    )
    needing = replace(read[0], name="next", sha256="next", needs=("t0",))
    known = (LOW, 2), (adhoc, 9), (here, 8), (gone, 12), (made, 14)
    record(place.database, [*read, needing], *known)
    place.write("generators.toml", config("http://127.0.0.1:9", LOW, LOWER))
    done = place.run("evolve", "--dry-run", "--json")
    one = found(done)
    assert one["tasks"]["recorded"] == TASKS
    assert "1 task that needs other tasks' programs is left out" in done.err
    parents = [(bred["generator"], bred["options"].get("host")) for bred in one["parents"]]
    assert parents == [("small:7b@0.5", None), ("small:7b@0.6", "gpu0"), ("low", None)]


@pytest.mark.slow
def test_mistakes(place: Place) -> None:
    place.run("evolve").refused("paragen init", "--config")
    place.write("generators.toml", config("http://127.0.0.1:9", LOW))
    place.run("evolve").refused("No task with tests is on record")
    read = tasks_of(place, TASKS)
    other = Generator(name="other", model="other:7b")
    record(place.database, read, (other, 3))
    place.run("evolve").refused("nobody to begin with")
    record(place.database, read, (LOW, 3))
    place.run("evolve", "-t", "sorting").refused("task type sorting", "There are api")
    place.run("evolve", "--budget", "5").refused("--budget 5", "fewer than 14")
    place.run("evolve").refused("127.0.0.1:9", code=3)


def test_an_expert_that_is_no_longer_better_is_said_to_be_so(place: Place) -> None:
    read = tasks_of(place, 8)
    expert = Generator(name="api-expert-1", model=MODEL, temperature=0.6, tags=("expert", "api"))
    tried = Generator(name="api-expert-2", model=MODEL, temperature=0.7, tags=("expert", "api"))
    with closing(connect(place.database, write=True)) as history:
        add_expert(
            history,
            expert,
            LOW,
            task_type="api",
            measure="passes",
            plays=7,
            passes=7,
            seed=0,
            session="s",
            evolved_from=("low",),
        )
    assert place.run("stats").err.startswith("No play"), "nothing is said of it yet"
    record(place.database, read, (LOW, 8), (expert, 1), (tried, 2))
    done = place.run("stats")
    assert "api-expert-1 is no longer better than low on api. Since 20" in done.err
    assert "low is better" in done.err or "is worse than low" in done.err
    assert "1 generator that `paragen evolve` tried" in done.err
    assert "api-expert-2" not in done.out
    assert "api-expert-2" in place.run("stats", "--tried").out
    one = place.run("stats", "--format", "json").object
    jsonschema.validate(one, json_schema("stats"))
    (row,) = one["experts"]
    assert (row["generator"], row["since"], row["better_than"]) == ("api-expert-1", "worse", "low")
    assert (row["plays"], row["passes"], row["tasks"]) == (8, 1, 8)
    assert {row["generator"] for row in one["rows"]} == {"low", "api-expert-1"}
    place.write("generators.toml", config("http://127.0.0.1:9", LOW))
    assert "no longer" not in place.run("stats").err, "who took it out knows"
    place.write("generators.toml", config("http://127.0.0.1:9", LOW, expert))
    assert "no longer" in place.run("stats").err
    other = place.run("stats", "-t", "sorting", "--format", "json").object
    assert other["experts"] == []
