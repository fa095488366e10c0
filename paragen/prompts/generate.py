"""The prompt of a first attempt: the task as its author wrote it, and what form to answer in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paragen.domain.generator import Attempt, Message
from paragen.domain.task import Module, Task

LANGUAGE_NAMES = {"python": "Python"}

SYSTEM = (
    "You are an expert {language} programmer. You write correct, efficient, readable programs "
    "that handle edge cases and errors, and you use only the standard library unless told "
    "otherwise."
)


def messages(task: Task, attempt: Attempt) -> tuple[Message, ...]:
    """A system message (the generator's own, if it has one) and the task.

    What the program may import of earlier steps is shown with its code.
    """
    language = LANGUAGE_NAMES.get(task.language, task.language)
    generator = attempt.instance.generator
    system = SYSTEM.format(language=language) if generator.system is None else generator.system
    parts = (task.prompt.strip(), *_modules(task.modules, task.language), _form(task, language))
    opening = (Message(role="system", content=system),) if system else ()
    return (*opening, Message(role="user", content="\n\n".join(parts)))


def _modules(modules: Sequence[Module], language: str) -> tuple[str, ...]:
    if not modules:
        return ()
    names = ", ".join(f"`{module.name}`" for module in modules)
    there = (
        f"This is there already, to be imported by name ({names}): use it, and don't write it anew."
    )
    return (there, *(f"Module `{m.name}`:\n\n{_fenced(m.source, language)}" for m in modules))


def _fenced(source: str, language: str) -> str:
    """A code block; its fence is longer than any that stands in the source."""
    longest = max((len(run) for run in re.findall("`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{source.rstrip()}\n{fence}"


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
