"""`paragen suite import` and `paragen judge --suite`, as a user meets them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.running import Place, plain, until
from tests.parse.suites import records

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "humaneval_even.jsonl"
RIGHT = records.HUMANEVAL["canonical_solution"]
ENDLESS = "    while True:\n        pass\n"
UNCONFINED = ("--sandbox", "none", "--unsafe")

FILES = {
    "humaneval": ("HumanEval.jsonl", [records.HUMANEVAL]),
    "mbpp": ("mbpp.jsonl", [records.MBPP]),
    "evalplus": ("Plus.jsonl", [records.HUMANEVAL_PLUS, records.MBPP_PLUS]),
    "livecodebench": ("test.jsonl", [records.STDIN, records.FUNCTIONAL]),
}
SOLUTIONS = {
    "HumanEval/1000": records.HUMANEVAL["prompt"] + RIGHT,
    "1001": records.MBPP["code"],
    "HumanEval/1003": "def thirds(xs): return [x / 3 for x in xs]",
    "Mbpp/2": "def both(a, b): return tuple(x for x in a if x in b)",
    "abc000_a": "print(sum(map(int, input().split())))",
    "4000": "class Solution:\n    def times(self, xs: List[int], k): return [k * x for x in xs]",
}


def lines_of(rows: list[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def sample(completion: str, **more: Any) -> dict[str, Any]:
    return {"task_id": "HumanEval/1000", "completion": completion, **more}


@pytest.mark.parametrize("dialect", FILES)
@pytest.mark.slow
def test_a_suite_imported_and_judged(place: Place, dialect: str) -> None:
    name, rows = FILES[dialect]
    place.write(f"{name}.gz", gzip.compress(lines_of(rows).encode()))
    done = place.run("suite", "import", dialect, f"{name}.gz", "-o", "tasks", *UNCONFINED)
    assert done.code == 0, done.err
    assert f"wrote {len(rows)} task" in done.out
    assert "paragen run tasks" in done.out
    assert len(list((place.folder / "tasks").glob("*.md"))) == len(rows)

    ids = [str(row.get("task_id") or row["question_id"]) for row in rows]
    samples = [{"task_id": one, "solution": SOLUTIONS[one]} for one in ids]
    samples += [{"task_id": one, "solution": "x = 1"} for one in ids]
    place.write("samples.jsonl", lines_of(samples))
    done = place.run("judge", "samples.jsonl", "--suite", f"{name}.gz", "-j", "2", "--json")
    assert (done.code, done.err) == (0, "")
    jsonschema.validate(done.object, place.run("schema", "judge-suite").object)
    assert done.object["schema"] == "paragen.judge-suite/1"
    assert done.object["dialect"] == dialect
    assert done.object["pass_at"] == {"1": 0.5}
    results = [json.loads(line) for line in place.read("samples.jsonl_results.jsonl").splitlines()]
    assert [row["passed"] for row in results] == [True] * len(ids) + [False] * len(ids), results


@pytest.mark.slow
def test_the_numbers_and_what_goes_on_from_them(place: Place) -> None:
    place.write("HumanEval.jsonl", lines_of([records.HUMANEVAL]))
    place.write("samples.jsonl", lines_of([sample(RIGHT), sample("    return text\n")]))
    first = place.run("judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "-o", "r.jsonl")
    assert first.code == 0, "the numbers are the result"
    assert first.out == "pass@1: 0.5000\n"
    assert "2 samples of 1 problem: 1 passed, 1 failed" in first.err
    assert "r.jsonl" in first.err
    again = place.run(
        "judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "-o", "r.jsonl", "--json"
    )
    assert again.object["earlier"] == 2
    assert again.object["statuses"] == {"passed": 1, "failed": 1}
    new = place.run(
        "judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "-o", "r.jsonl", "--json", "--new"
    )
    assert new.object["earlier"] == 0


@pytest.mark.slow
def test_an_interrupted_one_is_gone_on_with(place: Place) -> None:
    place.write("HumanEval.jsonl", lines_of([records.HUMANEVAL]))
    rows = [sample(RIGHT, n=number) for number in range(8)]
    place.write("samples.jsonl", lines_of([*rows[:4], sample(ENDLESS), *rows[4:]]))
    running = place.start("judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "-j", "1")
    path = place.folder / "samples.jsonl_results.jsonl"
    until(lambda: path.exists() and path.read_text().count("\n") == 4, "four results")
    running.interrupt()
    done = running.done()
    assert done.code == 130
    assert "after 4 of 9 samples" in done.err
    assert "Traceback" not in done.err
    torn = path.read_text()
    path.write_text(torn + torn[:20])
    place.write("samples.jsonl", lines_of(rows))
    again = place.run("judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "--json")
    assert again.code == 0, again.err
    assert again.object["earlier"] == 4
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == list(range(8))


@pytest.mark.slow
def test_on_a_terminal_a_bar_shows_how_far_it_is(place: Place) -> None:
    place.write("HumanEval.jsonl", lines_of([records.HUMANEVAL]))
    place.write("samples.jsonl", lines_of([sample(RIGHT)] * 5))
    shown = place.on_terminal("judge", "samples.jsonl", "--suite", "HumanEval.jsonl", columns=100)
    done = shown.done()
    assert done.code == 0
    assert "5/5" in plain(done.err)
    assert "pass@1: 1.0000" in plain(done.err)


def test_what_was_not_attempted_is_said(place: Place) -> None:
    second = {**records.HUMANEVAL, "task_id": "HumanEval/1"}
    place.write("HumanEval.jsonl", lines_of([records.HUMANEVAL, second]))
    place.write("samples.jsonl", lines_of([sample(RIGHT)]))
    done = place.run("judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "--json")
    assert "1 of the suite's problems" in done.err
    assert (done.object["problems"], done.object["unattempted"]) == (1, 1)


@pytest.mark.slow
def test_mistakes(place: Place) -> None:
    place.write("HumanEval.jsonl", lines_of([records.HUMANEVAL]))
    place.write("samples.jsonl", lines_of([sample(RIGHT), {"task_id": "nope"}]) + "{\n")
    refused = place.run("judge", "samples.jsonl", "--suite", "HumanEval.jsonl").refused(
        "samples.jsonl:2:", "nope", "samples.jsonl:3:", "Nothing was judged."
    )
    assert len(refused.splitlines()) == 3
    place.write("samples.jsonl", lines_of([sample(RIGHT)]))
    place.run("judge", "samples.jsonl", "--suite", "no.jsonl").refused("no.jsonl", "no such file")
    place.run("judge", "samples.jsonl", "x.py", "--suite", "HumanEval.jsonl").refused("--suite")
    place.run("judge", "t.md", "p.py", "-o", "r.jsonl").refused("--suite")
    place.run("judge", "t.md", "p.py", "--new").refused("--suite")
    place.run("suite", "import", "mbpp", "HumanEval.jsonl", "-o", "out").refused("humaneval")
    assert not (place.folder / "out").exists()
    for wrong in (("export", "mbpp", "x", "-o", "y"), ("import", "codex", "x", "-o", "y")):
        done = place.run("suite", *wrong)
        assert (done.code, done.out) == (2, "")
    assert place.run("suite", "import", "mbpp", "HumanEval.jsonl").code == 2, "no --output"


def test_a_level_that_is_not_to_be_had(place: Place) -> None:
    place.write("HumanEval.jsonl", lines_of([records.HUMANEVAL]))
    place.write("samples.jsonl", lines_of([sample(RIGHT)]))
    command = ("judge", "samples.jsonl", "--suite", "HumanEval.jsonl", "--sandbox", "seatbelt")
    place.run(*command).refused("seatbelt", code=4)


@pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus isn't here")
@pytest.mark.slow
def test_the_solutions_of_the_corpus_pass(place: Place) -> None:
    problems = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    rows = [{"task_id": p["task_id"], "completion": p["canonical_solution"]} for p in problems]
    place.write("samples.jsonl", lines_of(rows))
    done = place.run("judge", "samples.jsonl", "--suite", CORPUS, "--json")
    assert done.code == 0, done.err
    assert done.object["pass_at"] == {"1": 1.0}
    assert done.object["passed"] == done.object["problems"] == len(problems)
