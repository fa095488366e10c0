"""Suites' files read, task files made of them, and samples judged against them."""

from __future__ import annotations

import fcntl
import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from paragen.app.lines import Lines
from paragen.app.results import Results, identity_of
from paragen.app.samples import SampleJudging
from paragen.app.suites import Import, Suite
from paragen.domain.command import CaseResult, Command, Ending, Outcome, Ran, TestRun
from paragen.domain.errors import (
    InterruptedRunError,
    ParagenError,
    SandboxFault,
    TaskError,
    UsageError,
)
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.status import Status
from paragen.domain.tournament import SandboxState
from paragen.files import load_task, load_tasks
from paragen.judge.tally import SuiteResult
from paragen.parse.suites.problem import Problem
from paragen.sandbox import open_sandbox
from tests.parse.suites import records

Fields = dict[str, Any]


def lines_of(rows: Iterable[object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, rows: Iterable[object]) -> Path:
    path = Path(name)
    text = lines_of(rows).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


class ByMarks:
    """A sandbox in which a program does what is written in it: PASS, FAULT, and else it fails."""

    def __init__(self, level: str = "full", workers: int = 2) -> None:
        self.state = SandboxState(level=level, sealed=True)
        self.workers = workers
        self.ran: list[str] = []
        self.closed = False
        self.on_run: Callable[[str], None] = lambda program: None

    def run(self, command: Command, cancel: Cancel) -> Ran:
        assert isinstance(command, TestRun)
        self.ran.append(command.program)
        self.on_run(command.program)
        if "FAULT" in command.program:
            raise SandboxFault("no processes left")
        if cancel.thrown:
            return Ran(ending=Ending.CANCELLED, level=self.state.level)
        outcome = Outcome.PASSED if "PASS" in command.program else Outcome.FAILED
        case = CaseResult(
            name="t", outcome=outcome, detail="" if "PASS" in command.program else "no"
        )
        return Ran(
            ending=Ending.EXITED,
            exit_code=0,
            planned=1,
            cases=(case,),
            complete=True,
            level=self.state.level,
            sealed=True,
        )

    def close(self) -> None:
        self.closed = True


def problems(count: int) -> list[Fields]:
    return [{**records.HUMANEVAL, "task_id": f"HumanEval/{number}"} for number in range(count)]


def sample(number: int, mark: str, **more: Any) -> Fields:
    return {"task_id": f"HumanEval/{number}", "completion": f"    return '{mark}'\n", **more}


def judge(
    samples: Path,
    sandbox: Sandbox,
    *,
    suite: str = "suite.jsonl",
    output: Path | None = None,
    new: bool = False,
    **options: Any,
) -> SuiteResult:
    seen: list[Counter[Status]] = []
    with SampleJudging(samples, Path(suite), output=output, new=new) as judging:
        result = judging.judge_in(lambda: sandbox, lambda s: seen.append(Counter(s)), **options)
    assert [one.total() for one in seen] == list(range(1, len(seen) + 1)), "told after each"
    return result


def results(name: str = "samples.jsonl_results.jsonl") -> list[Fields]:
    return [json.loads(line) for line in Path(name).read_text().splitlines()]


def mistake(do: Callable[[], object]) -> str:
    with pytest.raises(ParagenError) as caught:
        do()
    return str(caught.value)


class TestFiles:
    @pytest.mark.parametrize("name", ["suite.jsonl", "suite.jsonl.gz"])
    def test_compressed_or_not(self, name: str) -> None:
        with Lines(put(name, problems(3))) as lines:
            suite = Suite(lines)
            assert list(suite.places) == [f"HumanEval/{number}" for number in range(3)]
            assert suite.problem("HumanEval/2").id == "HumanEval/2"
            assert suite.problem("HumanEval/0").id == "HumanEval/0"
            assert suite.dialect == "humaneval"

    def test_blank_lines_count_and_a_byte_order_mark_does_not(self) -> None:
        text = "\ufeff\n \n" + lines_of(problems(2)).replace("\n", " \r\n") + "\n"
        Path("suite.jsonl").write_bytes(text.encode())
        with Lines(Path("suite.jsonl")) as lines:
            suite = Suite(lines)
            assert suite.places["HumanEval/1"].where == "suite.jsonl:4"
            assert suite.problem("HumanEval/1").id == "HumanEval/1"

    def test_an_array(self) -> None:
        Path("san.json").write_text("\n" + json.dumps([records.SANITIZED], indent=1))
        with Lines(Path("san.json")) as lines:
            suite = Suite(lines, "mbpp")
            assert suite.problem("1002").entry_point == "root"

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "no problems"),
            (b"[]", "no problems"),
            (b"{}\n", "suite.jsonl:1: This is no problem of a known suite"),
            (b"\n{\n", "suite.jsonl:2: This is not JSON"),
            (
                lines_of(problems(1) * 2).encode(),
                "suite.jsonl:2: 'HumanEval/0' is here for the sec",
            ),
            (
                lines_of([*problems(1), records.MBPP]).encode(),
                "suite.jsonl:2: This is no problem of humaneval",
            ),
            (b'"\xff"\n', "suite.jsonl:1: This is not UTF-8"),
            (gzip.compress(lines_of(problems(1)).encode())[:-9], "torn"),
            (b"\x1f\x8b no gzip", "torn"),
            (b"PK\x03\x04", "zip archive"),
        ],
    )
    def test_files_that_are_none(self, content: bytes, words: str) -> None:
        Path("suite.jsonl").write_bytes(content)

        def read() -> None:
            with Lines(Path("suite.jsonl")) as lines:
                Suite(lines)

        assert words in mistake(read)

    def test_files_that_are_not_there(self) -> None:
        put("suite.jsonl", problems(1))
        assert "did you mean 'suite.jsonl'" in mistake(lambda: Lines(Path("suit.jsonl")))
        assert "folder" in mistake(lambda: Lines(Path()))


class TestImport:
    def test_all_formats_are_read_back(self) -> None:
        put("lcb.jsonl", [records.STDIN, records.FUNCTIONAL])
        assert Import(Path("lcb.jsonl"), "livecodebench", Path("a/b"), force=False).write(None) == 2
        assert sorted(path.name for path in Path("a/b").iterdir()) == [
            "LiveCodeBench_4000.md",
            "abc000_a.md",
            "abc000_a.tests.jsonl",
        ]
        tasks = {task.name: task for task in load_tasks(["a/b"])}
        assert tasks["abc000_a"].examples[1].stdin == "2 2"
        assert tasks["abc000_a"].examples[1].loose, "as the suite's own harness compares"
        assert tasks["LiveCodeBench/4000"].entry_point == "Solution"

    def test_nothing_is_written_over_without_being_told(self) -> None:
        put("suite.jsonl", problems(2))
        Path("out").mkdir()
        Path("out/HumanEval_1.md").write_text("mine")
        Path("out/HumanEval_0.tests.py").touch()
        assert "HumanEval_0.tests.py and 1 more: already there" in mistake(
            lambda: Import(Path("suite.jsonl"), "humaneval", Path("out"), force=False)
        )
        assert Path("out/HumanEval_1.md").read_text() == "mine"
        assert len(list(Path("out").iterdir())) == 2
        assert Import(Path("suite.jsonl"), "humaneval", Path("out"), force=True).write(None) == 2
        assert load_task("out/HumanEval_1.md").name == "HumanEval/1"

    def test_all_or_nothing(self) -> None:
        put("suite.jsonl", [*problems(3), {**problems(9)[8], "test": "no check"}])
        work = Import(Path("suite.jsonl"), "humaneval", Path("out"), force=False)
        assert mistake(lambda: work.write(None)).startswith("suite.jsonl:4: ")
        assert not Path("out").exists()
        Path("out").mkdir()
        mistake(lambda: work.write(None))
        assert list(Path("out").iterdir()) == []

    def test_an_interrupted_one_leaves_nothing(self) -> None:
        put("suite.jsonl", problems(3))
        work = Import(Path("suite.jsonl"), "humaneval", Path("out"), force=False)
        work.interrupt()
        with pytest.raises(InterruptedRunError):
            work.write(None)
        assert not Path("out").exists()

    def test_names_that_are_alike_get_numbers(self) -> None:
        ids = ("a/b", "a_b", "A/B", "../a")
        put("suite.jsonl", [{**records.HUMANEVAL, "task_id": name} for name in ids])
        Import(Path("suite.jsonl"), "humaneval", Path("out"), force=False).write(None)
        assert {path.stem for path in Path("out").iterdir()} == {"a_b", "a_b-2", "A_B-3", "a"}
        assert {task.name for task in load_tasks(["out"])} == set(ids)

    def test_a_folder_that_cannot_be(self) -> None:
        put("suite.jsonl", problems(1))
        work = Import(Path("suite.jsonl"), "humaneval", Path("suite.jsonl/out"), force=False)
        assert "can't be written" in mistake(lambda: work.write(None))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    opened = open_sandbox("none", 2, unsafe=True)
    yield opened
    opened.close()


class TestEvalPlus:
    def test_answers_come_from_the_sandbox(self, sandbox: Sandbox) -> None:
        put("plus.jsonl.gz", [records.HUMANEVAL_PLUS, records.MBPP_PLUS])
        work = Import(Path("plus.jsonl.gz"), "evalplus", Path("out"), force=False)
        assert work.needs_sandbox
        assert work.write(sandbox) == 2
        thirds, both = load_tasks(["out"])
        assert "0.3333333333333333" in thirds.tests[0].source
        assert "x / 3 for" not in thirds.tests[0].source
        assert "assert both((1, 2), (2,)) == (2,)" in both.prompt

    @pytest.mark.parametrize(
        ("solution", "words"),
        [
            ("    raise KeyError('k')\n", "base input 1: KeyError"),
            ("    return object()\n", "object can't be written down"),
            ("    import os\n    os._exit(3)\n", "own solution failed"),
        ],
    )
    def test_a_solution_that_fails(self, sandbox: Sandbox, solution: str, words: str) -> None:
        good = {**records.HUMANEVAL_PLUS, "task_id": "good"}
        put("plus.jsonl", [good, {**records.HUMANEVAL_PLUS, "canonical_solution": solution}])
        work = Import(Path("plus.jsonl"), "evalplus", Path("out"), force=False)
        message = mistake(lambda: work.write(sandbox))
        assert message.startswith("plus.jsonl:2: ")
        assert words in message
        assert not Path("out").exists()

    def test_samples_of_both_kinds(self, sandbox: Sandbox) -> None:
        put("suite.jsonl", [records.HUMANEVAL_PLUS, records.MBPP_PLUS])
        rows = [
            {"task_id": "HumanEval/1003", "completion": "    return [x / 3 for x in xs]\n"},
            {
                "task_id": "HumanEval/1003",
                "solution": "def thirds(xs): return [x/3.001 for x in xs]",
            },
            {"task_id": "Mbpp/2", "completion": "def both(a, b):\n    return a and (2, 3)\n"},
            {"task_id": "Mbpp/2", "solution": "def both(a, b):\n    return (2, 3)\n"},
        ]
        result = judge(put("samples.jsonl", rows), open_sandbox("none", 2, unsafe=True))
        assert [row["passed"] for row in results()] == [True, False, True, False]
        assert result.dialect == "evalplus"
        assert result.tally.pass_at == {1: 0.5}

    def test_answers_that_cannot_be_written_down(self, sandbox: Sandbox) -> None:
        solution = "\nimport re\ndef check_str(text):\n    return re.match('a', text)\n"
        record = {
            **records.MBPP_PLUS,
            "task_id": "Mbpp/9",
            "entry_point": "check_str",
            "canonical_solution": solution,
            "base_input": [["ab"], ["b"]],
            "plus_input": [],
        }
        put("suite.jsonl", [record])
        bodies = ("text[0] == 'a'", "object() if text[0] == 'a' else None", "text")
        rows = [
            {"task_id": "Mbpp/9", "solution": f"def check_str(text): return {body}"}
            for body in bodies
        ]
        judge(put("samples.jsonl", rows), open_sandbox("none", 2, unsafe=True))
        assert [row["passed"] for row in results()] == [True, True, False]

    def test_every_answer_is_asked_for_once(self) -> None:
        put("suite.jsonl", [records.HUMANEVAL_PLUS])
        row = {
            "task_id": "HumanEval/1003",
            "solution": "def thirds(xs): return [x / 3 for x in xs]",
        }
        samples = put("samples.jsonl", [{**row, "n": number} for number in range(12)])
        inner = open_sandbox("none", 4, unsafe=True)
        asked: list[str] = []

        class Counting:
            state = inner.state
            workers = inner.workers
            close = inner.close

            def run(self, command: Command, cancel: Cancel) -> Ran:
                asked.append(type(command).__name__)
                return inner.run(command, cancel)

        result = judge(samples, Counting())
        assert Counter(asked) == {"ScriptRun": 1, "TestRun": 12}
        assert result.tally.statuses == {Status.PASSED: 12}


class TestJudging:
    def test_results_are_the_samples_in_order_with_what_came_of_them(self) -> None:
        put("suite.jsonl", problems(3))
        rows = [
            sample(1, "PASS", model="m"),
            sample(0, "no", temperature=0.1),
            {"task_id": "HumanEval/0", "solution": "# PASS"},
            sample(1, "PASS", model="m"),
        ]
        sandbox = ByMarks()
        result = judge(put("samples.jsonl", rows), sandbox)
        assert sandbox.closed
        assert [
            {key: row[key] for key in given} for row, given in zip(results(), rows, strict=True)
        ]
        assert [row["passed"] for row in results()] == [True, False, True, True]
        first, second = results()[:2]
        assert first["result"] == "passed"
        assert second["result"] == "failed: t: no"
        assert (second["status"], second["detail"]) == ("failed", "t: no")
        assert (first["sealed"], first["level"], first["execution_s"]) == (True, "full", 0)
        assert list(first)[:3] == ["task_id", "completion", "model"]
        assert (result.problems, result.unattempted, result.tally.samples) == (2, 1, 4)
        assert result.tally.pass_at == {1: 0.75}
        assert (result.tally.sealed, result.tally.levels) == (4, {"full": 4})
        head = records.HUMANEVAL["prompt"]
        assert Counter(sandbox.ran) == Counter(
            [
                head + "    return 'PASS'\n",
                head + "    return 'PASS'\n",
                head + "    return 'no'\n",
                "# PASS",
            ]
        )

    def test_pass_at_ten_needs_ten_of_each(self) -> None:
        put("suite.jsonl", problems(2))
        rows = [sample(n, "PASS" if k < 3 else "no") for n in range(2) for k in range(10 + n)]
        result = judge(put("samples.jsonl.gz", rows), ByMarks())
        assert set(result.tally.pass_at) == {1, 10}
        assert result.output == "samples.jsonl.gz_results.jsonl"

    def test_judged_samples_are_not_judged_again(self) -> None:
        put("suite.jsonl", problems(2))
        rows = [sample(0, "PASS"), sample(1, "no")]
        judge(put("samples.jsonl", rows), ByMarks())
        before = results()
        again = ByMarks()
        more = [sample(1, "PASS"), *rows, sample(0, "PASS", other=1)]
        result = judge(put("samples.jsonl", more), again)
        assert len(again.ran) == 2, "the new one, and the second of two that are alike"
        assert result.tally.earlier == 2
        assert result.tally.statuses == {Status.PASSED: 3, Status.FAILED: 1}
        assert results()[1:3] == before
        nothing = ByMarks()
        assert judge(put("samples.jsonl", more), nothing).tally.earlier == 4
        assert nothing.ran == []
        judge(Path("samples.jsonl"), nothing, new=True)
        assert len(nothing.ran) == 4

    def test_results_against_other_tests_or_at_another_level_do_not_count(self) -> None:
        put("suite.jsonl", problems(1))
        samples = put("samples.jsonl", [sample(0, "PASS")])
        judge(samples, ByMarks("none"))
        sandbox = ByMarks("full")
        judge(samples, sandbox)
        assert len(sandbox.ran) == 1
        other = {**problems(1)[0], "test": "def check(candidate): assert candidate(1)"}
        put("suite.jsonl", [other])
        judge(samples, sandbox)
        assert len(sandbox.ran) == 2
        assert len(results()) == 1

    def test_unsealed_results_do_not_count_where_only_sealed_ones_do(self) -> None:
        put("suite.jsonl", problems(1))
        samples = put("samples.jsonl", [sample(0, "PASS")])
        judge(samples, ByMarks())
        row = {**results()[0], "sealed": False}
        Path("samples.jsonl_results.jsonl").write_text(lines_of([row]))
        assert judge(samples, ByMarks()).tally.earlier == 1
        assert judge(samples, ByMarks(), sealed_only=True).tally.earlier == 0

    def test_a_torn_last_line_is_dropped(self) -> None:
        put("suite.jsonl", problems(1))
        samples = put("samples.jsonl", [sample(0, "PASS"), sample(0, "no")])
        judge(samples, ByMarks(workers=1))
        path = Path("samples.jsonl_results.jsonl")
        path.write_bytes(path.read_bytes()[:-5])
        sandbox = ByMarks()
        assert judge(samples, sandbox).tally.earlier == 1
        assert len(sandbox.ran) == 1
        assert [row["passed"] for row in results()] == [True, False]

    @pytest.mark.parametrize("content", ["mine\n", '{"task_id": 1, "passed": true}\n', "[]\n"])
    def test_a_file_of_something_else_is_left_alone(self, content: str) -> None:
        put("suite.jsonl", problems(1))
        samples = put("samples.jsonl", [sample(0, "PASS")])
        Path("other.txt").write_text(content)
        words = mistake(lambda: judge(samples, ByMarks(), output=Path("other.txt")))
        assert words.startswith("other.txt:1: ")
        assert "--new" in words
        assert Path("other.txt").read_text() == content

    def test_files_that_results_cannot_be_written_to(self) -> None:
        put("suite.jsonl", problems(1))
        samples = put("samples.jsonl", [sample(0, "PASS")])
        for output in (samples, Path("suite.jsonl")):
            assert "written over" in mistake(partial(judge, samples, ByMarks(), output=output))
        for name in ("results.jsonl.gz", "no/such/folder", "."):
            assert mistake(partial(judge, samples, ByMarks(), output=Path(name)))
        with Path("busy.jsonl").open("w") as busy:
            fcntl.flock(busy, fcntl.LOCK_EX)
            words = mistake(lambda: judge(samples, ByMarks(), output=Path("busy.jsonl")))
        assert "another run" in words

    def test_a_sandbox_that_fails_is_no_failed_sample(self) -> None:
        put("suite.jsonl", problems(1))
        rows = [sample(0, "PASS"), sample(0, "FAULT"), sample(0, "PASS", n=2)]
        samples = put("samples.jsonl", rows)
        result = judge(samples, ByMarks())
        assert result.tally.statuses == {Status.PASSED: 2, Status.NOT_JUDGED: 1}
        assert result.tally.pass_at == {1: 1.0}
        assert "no processes left" in result.tally.fault
        row = results()[1]
        assert (row["passed"], row["status"]) == (None, "not_judged")
        assert row["result"].startswith("not judged: the sandbox failed: no processes left")
        again = ByMarks()
        judge(samples, again)
        assert all("FAULT" in program for program in again.ran), "and it alone is tried again"
        assert again.ran
        assert len(results()) == 3

    def test_an_interrupted_one_goes_on_where_it_was(self) -> None:
        put("suite.jsonl", problems(1))
        rows = [sample(0, "PASS", n=number) for number in range(50)]
        samples = put("samples.jsonl", rows)
        sandbox = ByMarks(workers=2)
        with SampleJudging(samples, Path("suite.jsonl"), output=None, new=False) as judging:
            sandbox.on_run = lambda _: judging.interrupt() if len(sandbox.ran) >= 10 else None
            with pytest.raises(InterruptedRunError, match="the same command goes on") as caught:
                judging.judge_in(lambda: sandbox, lambda _: None)
        assert sandbox.closed
        kept = len(results())
        assert 0 < kept < 50
        assert f"after {kept} of 50" in str(caught.value)
        again = ByMarks()
        assert judge(samples, again).tally.earlier == kept
        assert len(again.ran) == 50 - kept
        assert [row["n"] for row in results()] == list(range(50))

    def test_few_samples_wait_and_as_many_run_as_there_are_workers(self) -> None:
        put("suite.jsonl", problems(1))
        samples = put("samples.jsonl", [sample(0, "PASS", n=number) for number in range(60)])
        sandbox = ByMarks(workers=3)
        together = threading.Barrier(3, timeout=30)

        def wait(program: str) -> None:
            together.wait()

        sandbox.on_run = wait
        assert judge(samples, sandbox).tally.statuses == {Status.PASSED: 60}

    def test_a_failure_of_ours_ends_it_and_keeps_what_there_is(self) -> None:
        bad = {**problems(2)[1], "test": "nothing"}
        put("suite.jsonl", [*problems(1), bad])
        samples = put("samples.jsonl", [sample(0, "PASS"), sample(1, "PASS")])
        with pytest.raises(TaskError, match=r"^suite.jsonl:2: "):
            judge(samples, ByMarks(workers=1))
        assert [row["task_id"] for row in results()] == ["HumanEval/0"]

    def test_tests_that_take_much_are_read_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        put("suite.jsonl", problems(3))
        rows = [sample(number, "PASS", n=n) for n in range(4) for number in range(3)]
        samples = put("samples.jsonl", rows)
        read: list[str] = []
        problem = Suite.problem

        def counted(self: Suite, name: str) -> Problem:
            read.append(name)
            return problem(self, name)

        monkeypatch.setattr(Suite, "problem", counted)
        assert judge(samples, ByMarks()).tally.statuses == {Status.PASSED: 12}
        assert Counter(read) == dict.fromkeys(("HumanEval/0", "HumanEval/1", "HumanEval/2"), 1)
        monkeypatch.setattr("paragen.app.suite_tasks.MOST_CHARACTERS", 1)
        assert judge(samples, ByMarks(workers=1), new=True).tally.statuses == {Status.PASSED: 12}
        assert len(read) == 3 + 12

    def test_programs_that_are_no_text_for_a_file(self) -> None:
        put("suite.jsonl", problems(1))
        rows = [sample(0, mark) for mark in ("PASS\ud800", "PASS\0", "PASS\r\n", "")]
        rows += [{"task_id": "HumanEval/0", "solution": None, "completion": "# PASS"}]
        done = judge(put("samples.jsonl", rows), open_sandbox("none", 2, unsafe=True))
        assert done.tally.statuses == {Status.FAILED: 5}
        assert [{key: row[key] for key in rows[0]} for row in results()[:4]] == rows[:4]

    def test_ids_that_are_numbers(self) -> None:
        put("suite.jsonl", [records.MBPP])
        rows = [{"task_id": 1001, "completion": "PASS"}, {"task_id": "1001", "solution": "PASS"}]
        assert judge(put("samples.jsonl", rows), ByMarks()).tally.passed == {"1001": 2}
        assert [row["task_id"] for row in results()] == [1001, "1001"]

    def test_every_mistake_is_told_before_anything_is_judged(self) -> None:
        put("suite.jsonl", problems(1))
        rows: list[object] = [
            sample(0, "PASS"),
            sample(7, "PASS"),
            {"completion": "x"},
            {"task_id": "HumanEval/0"},
            {"task_id": "HumanEval/0", "solution": 3},
            [1],
        ]
        path = put("samples.jsonl", rows)
        path.write_text(path.read_text() + '{"task_id": "Huma')
        sandbox = ByMarks()
        told = mistake(lambda: judge(path, sandbox)).splitlines()
        assert [line.split(":")[1] for line in told[:-1]] == ["2", "3", "4", "5", "6", "7"]
        assert "HumanEval/7" in told[0]
        assert told[-1] == "Nothing was judged."
        assert sandbox.ran == []
        assert not Path("samples.jsonl_results.jsonl").exists()

    def test_many_mistakes_are_not_told_one_by_one(self) -> None:
        put("suite.jsonl", problems(1))
        path = put("samples.jsonl", [sample(7, "x")] * 100)
        told = mistake(lambda: judge(path, ByMarks())).splitlines()
        assert len(told) == 22
        assert "80 more" in told[-2]

    @pytest.mark.parametrize("content", ["", "\n", "[{}]"])
    def test_files_without_samples(self, content: str) -> None:
        put("suite.jsonl", problems(1))
        Path("samples.jsonl").write_text(content)
        assert "samples.jsonl: T" in mistake(lambda: judge(Path("samples.jsonl"), ByMarks()))


def test_one_that_says_the_same_is_recognised_whatever_else_it_says() -> None:
    one: Sequence[Fields] = (sample(0, "x", a=1), sample(0, "x", b=2))
    assert identity_of(one[0], "p", "full") == identity_of(one[1], "p", "full")
    others = [
        identity_of(sample(1, "x"), "p", "full"),
        identity_of(sample(0, "y"), "p", "full"),
        identity_of({"task_id": "HumanEval/0", "solution": "    return 'x'\n"}, "p", "full"),
        identity_of(one[0], "q", "full"),
        identity_of(one[0], "p", "none"),
    ]
    assert len({identity_of(one[0], "p", "full"), *others}) == 6


def test_results_of_what_is_no_sample_any_more_go() -> None:
    path = Path("r.jsonl")
    row = {
        **sample(0, "x"),
        "status": "passed",
        "detail": "",
        "sealed": True,
        "level": "full",
        "execution_s": 0.0,
        "problem": "p",
    }
    path.write_text(lines_of([row]))
    path.chmod(0o640)
    with Results(path, new=False, samples=1) as kept:
        kept.add(0, {**row, "task_id": "another"})
        kept.put_in_order()
    assert [json.loads(line)["task_id"] for line in path.read_text().splitlines()] == ["another"]
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(UsageError), Results(Path("no/r.jsonl"), new=True, samples=0):
        pass
