"""The prompt of a first attempt: the task as its author wrote it, and what form to answer in."""

from __future__ import annotations

from collections.abc import Sequence

from paragen.domain.candidate import Candidate
from paragen.domain.generator import Attempt, Message
from paragen.domain.task import Task

LANGUAGE_NAMES = {"python": "Python"}

SYSTEM = (
    "You are an expert {language} programmer. You write correct, efficient, readable programs "
    "that handle edge cases and errors, and you use only the standard library unless told "
    "otherwise."
)


def messages(task: Task, attempt: Attempt, parents: Sequence[Candidate]) -> tuple[Message, ...]:
    """A system message (the generator's own, if it has one) and the task."""
    language = LANGUAGE_NAMES.get(task.language, task.language)
    generator = attempt.instance.generator
    system = SYSTEM.format(language=language) if generator.system is None else generator.system
    user = f"{task.prompt.strip()}\n\n{_form(task, language)}"
    if attempt.instance.role:
        user = f"{user}\nYour part in this: {attempt.instance.role}."
    opening = (Message(role="system", content=system),) if system else ()
    return (*opening, Message(role="user", content=user))


def _form(task: Task, language: str) -> str:
    if task.is_script:
        what = "a complete program that reads standard input and writes standard output"
    elif task.entry_point:
        what = f"a complete program that defines `{task.entry_point}`"
    else:
        what = "a complete program"
    return (
        f"Answer with {what}, in one fenced {language} code block, with all the imports that it "
        "needs and without usage examples or tests."
    )
