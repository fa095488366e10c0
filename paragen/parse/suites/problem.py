"""A suite's problem: what a task file is made of, and what a sample's text goes under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paragen.domain.task import Example
from paragen.parse.fences import fences, unix_lines
from paragen.parse.suites.evalplus_oracles import Oracle

FUTURE = "from __future__ import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A solution of the suite's own whose answers are the tests' expected ones.

    `program` defines `entry_point`; `inputs` are lists of its arguments by the name of their
    group, in the tagged JSON of `values`. `exists` says that answers count only as being there.
    """

    program: str
    entry_point: str
    inputs: dict[str, list[Any]]
    oracle: Oracle
    atol: float = 0.0
    exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem of a suite.

    `prompt` is what a model is shown, in markdown that `plain_prompt` or `stub_prompt` made.
    `tests` is Python, empty where there are `examples`, or while a `reference` has yet to say
    what they expect. A sample's completion goes under `head`, a whole program under `prelude`.
    """

    id: str
    prompt: str
    entry_point: str | None = None
    tests: str = ""
    examples: tuple[Example, ...] = ()
    timeout_s: float | None = None
    head: str = ""
    prelude: str = ""
    reference: Reference | None = None

    def completed(self, completion: str) -> str:
        """The program that a completion makes."""
        return self.head + completion if self.head else self.whole(completion)

    def whole(self, solution: str) -> str:
        """The program that a solution makes, with what the suite takes as given."""
        if FUTURE in solution:  # which must stand first: it can do without
            return solution
        return self.prelude + solution


def plain_prompt(text: str) -> str:
    """A text as the prompt of a task file: itself, in a fence where its own markup would interfere.

    What comes after it in the file must not become a part of it, nor any of it a test.
    """
    prompt = unix_lines(text).replace("\0", "\N{REPLACEMENT CHARACTER}").strip("\n").rstrip() + "\n"
    return prompt if _is_neutral(prompt) else fenced(prompt, "text")


def stub_prompt(stub: str, entry_point: str) -> str:
    """The prompt for a stub that is to be completed, so that a chat's answer is a whole program."""
    return (
        f"Complete this Python program: write the body of `{entry_point}`. Answer with the whole "
        "program, its imports and everything else that stands here included.\n\n"
        + fenced(unix_lines(stub).strip("\n").rstrip() + "\n", "python")
    )


def fenced(text: str, info: str) -> str:
    """A text that ends with a line end in a fence, as long as it needs to be."""
    longest = max((len(run) for run in _runs(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{info}\n{text}{marks}\n"


def _runs(text: str) -> list[str]:
    return "".join(c if c == "`" else " " for c in text).split()


def _is_neutral(prompt: str) -> bool:
    """Whether a test fence after this text is read as one, and nothing before it is."""
    if not prompt.strip():
        return True
    probe = "```test\n```\n"
    found = fences(f"{prompt}\n{probe}")
    before = found[:-1]
    return (
        bool(found)
        and found[-1].start == prompt.count("\n") + 1
        and found[-1].info == "test"
        and all(fence.closed and "test" not in fence.info.lower() for fence in before)
    )
