"""HumanEval: a stub to complete, and `check(candidate)`."""

from __future__ import annotations

from paragen.parse.complete import with_prelude
from paragen.parse.snippet import Reader, Snippet
from paragen.parse.suites.problem import Problem, stub_prompt
from paragen.parse.suites.record import Record

TITLE = "HumanEval"
ID = "task_id"
KEYS = (frozenset({"task_id", "prompt", "entry_point", "test"}),)


def read(record: Record) -> Problem:
    """The problem that a record of HumanEval.jsonl holds; raises TaskError."""
    prompt, entry_point = record.text("prompt"), record.name("entry_point")
    reader = Reader()
    test = Snippet.read(record.text("test"), reader)
    if test.tree is None:
        record.fail("the key 'test' must hold Python")
    if "check" not in test.defined:
        record.fail("the key 'test' must define check(candidate)")
    # Helpers that the test uses are the suite's: a program must have no say in what they do.
    test, _ = with_prelude(test, [Snippet.read(prompt, reader)], reader)
    return Problem(
        id=record.identity(ID),
        prompt=stub_prompt(prompt, entry_point),
        entry_point=entry_point,
        tests=test.code,
        head=prompt,
    )
