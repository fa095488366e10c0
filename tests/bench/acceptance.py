"""Real answers of real local models, played over HTTP through the command, as a user would.

    python -m tests.bench.acceptance CORPUS_FOLDER [--models 8] [--problems 10]

The folder holds `humaneval_even.jsonl` (problems as published) and `locals_even.jsonl` (answers,
{task_id, model, answer}). A scripted Ollama on loopback gives the recorded answers; each problem
becomes a task file whose tests are the problem's own `check(candidate)`. Prints the tournaments
as they end, and the table of `paragen stats`. What is real here are the answers and their
verdicts; speeds are the recording's.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import Any

from paragen.parse.recording import Recorded
from paragen.server.scripted_ollama import ScriptedOllama

MODELS = {
    "gpt4": "gpt4_final_500c_long",
    "gpt3": "gpt3_final_500c_long",
    "starcoder-gpteacher": (
        "GeorgiaTechResearchInstitute_starcoder-gpteacher-code-instruct_ALPACA_INPUT_MARKDOWN"
    ),
    "wizardlm-30b": "TheBloke_WizardLM-30B-GPTQ_VICUNA_MARKDOWN",
    "guanaco-65b": "TheBloke_guanaco-65B-GPTQ_ALPACA_MD_RECALC",
    "vicuna-13b": "TheBloke_vicuna-13B-1.1-GPTQ-4bit-128g_VICUNA_MARKDOWN",
    "instruct-codegen-16b": "sahil2801_instruct-codegen-16B_ALPACA_PREFIX1_MARKDOWN",
    "redpajama-7b": "togethercomputer_RedPajama-INCITE-7B-Instruct_Q_A_MARKDOWN",
}
"""Names as Ollama would have them, of those that the corpus has."""

SPEED = 20.0
"""How many times faster than recorded the answers stream: only the wait is shortened."""


def main() -> int:
    arguments = _arguments()
    problems = lines(arguments.corpus / "humaneval_even.jsonl")[: arguments.problems]
    models = dict(list(MODELS.items())[: arguments.models])
    names = {published: name for name, published in models.items()}
    wanted = {problem["task_id"]: problem for problem in problems}
    recorded = [
        Recorded(
            model=names[line["model"]], answer=line["answer"], match=stub(wanted[line["task_id"]])
        )
        for line in lines(arguments.corpus / "locals_even.jsonl")
        if line["task_id"] in wanted and line["model"] in names
    ]
    server = ScriptedOllama(recorded, slots=2, load_s=1.0, max_loaded=2, speed=SPEED)
    with tempfile.TemporaryDirectory() as name, server:
        folder = Path(name)
        _write(folder, problems, models, server.url)
        paragen = [sys.executable, "-m", "paragen"]
        database = ["--db", str(folder / "history.db")]
        played = subprocess.run(
            [*paragen, "run", "tasks", "--json", *database],
            cwd=folder, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        runs = [json.loads(line) for line in played.stdout.splitlines()]
        _check(runs, problems, models)
        print(f"paragen run: exit code {played.returncode}, {len(runs)} tournaments\n")
        subprocess.run(
            [*paragen, "stats", "--format", "markdown", *database], cwd=folder, check=True
        )
    return 0


def stub(problem: dict[str, Any]) -> str:
    """What of a problem's prompt stands in the task, and tells its answers apart."""
    text: str = problem["prompt"].strip()
    return text


def task_text(problem: dict[str, Any]) -> str:
    """A problem as a task file."""
    return (
        f"---\nentry_point: {problem['entry_point']}\ntask_type: simple_function\n---\n"
        f"Complete this function.\n\n````python\n{stub(problem)}\n````\n\n"
        f"````python test\n{problem['test'].strip()}\n````\n"
    )


def _write(
    folder: Path, problems: Sequence[dict[str, Any]], models: Iterable[str], url: str
) -> None:
    tasks = folder / "tasks"
    tasks.mkdir()
    for problem in problems:
        number = int(problem["task_id"].rpartition("/")[2])
        (tasks / f"humaneval_{number:03d}.md").write_text(task_text(problem))
    generators = "".join(
        f'[[generators]]\nname = "{model}"\nmodel = "{model}"\n' for model in models
    )
    (folder / "generators.toml").write_text(
        f'[[hosts]]\nname = "scripted"\nurl = "{url}"\nslots = 2\n{generators}'
    )


def _check(
    runs: Sequence[dict[str, Any]], problems: Sequence[dict[str, Any]], models: Sized
) -> None:
    assert len(runs) == len(problems), "one tournament a problem"
    for run in runs:
        assert len(run["candidates"]) == len(models), "every model plays each"
        faults = [c for c in run["candidates"] if c["status"] in ("error", "not_judged")]
        assert not faults, faults


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""

    def parsed() -> Iterator[dict[str, Any]]:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                yield json.loads(line)

    return list(parsed())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Play recorded answers of real models.")
    parser.add_argument("corpus", type=Path, help="the folder with the two files")
    parser.add_argument("--models", type=int, default=len(MODELS))
    parser.add_argument("--problems", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
