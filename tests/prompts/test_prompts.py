"""What models are told, and what they aren't."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.generator import Attempt, Generator, Instance
from paragen.domain.task import Example, Module, Task, TestCode
from paragen.prompts import messages
from tests.store import build


def attempt(system: str | None = None) -> Attempt:
    generator = Generator(name="g", model="m", system=system)
    return Attempt(id="c1", instance=Instance(generator=generator, copy=0, seed=0))


def task(entry_point: str | None = "double", **more: object) -> Task:
    return Task(
        name="secret name",
        prompt="  Write `double(x)`.\n",
        sha256="s",
        entry_point=entry_point,
        **more,  # type: ignore[arg-type]  # each is a field of Task
    )


def test_a_system_message_and_the_task() -> None:
    system, user = messages(task(), attempt())
    assert (system.role, user.role) == ("system", "user")
    assert "Python" in system.content
    assert user.content.startswith("Write `double(x)`.\n\n")
    assert "defines `double`" in user.content
    assert "Python code block" in user.content


def test_the_generators_own_system_message_comes_instead() -> None:
    system, _ = messages(task(), attempt(system="Be {brief}."))
    assert system.content == "Be {brief}.", "as it is written"
    (only,) = messages(task(), attempt(system=""))
    assert only.role == "user", "an empty one is none"


def test_scripts_are_asked_for_as_scripts() -> None:
    pair = Example(name="e", stdin="4", stdout="8")
    user = messages(task(None, examples=(pair,)), attempt())[-1]
    assert "standard input" in user.content
    plain = messages(task(None), attempt())[-1]
    assert "standard input" not in plain.content
    assert "defines" not in plain.content


def test_what_earlier_steps_made_is_shown() -> None:
    module = Module(name="lexer", source="def lex(text):\n    return text.split()\n")
    user = messages(task(modules=(module,)), attempt())[-1].content
    assert "(`lexer`)" in user
    assert "```python\ndef lex(text):\n    return text.split()\n```" in user
    assert user.index("Write `double(x)`.") < user.index("def lex") < user.index("Answer with")


def test_a_module_that_has_fences_is_shown_whole() -> None:
    module = Module(name="doc", source='"""\n```python\nx\n```\n"""\n')
    user = messages(task(modules=(module,)), attempt())[-1].content
    assert f"````python\n{module.source}````" in user


MARK = "hidden-from-models"


@given(build.tasks(), st.sampled_from(["tests", "examples", "name", "path"]))
def test_tests_are_never_shown(given_task: Task, where: str) -> None:
    from dataclasses import replace

    hidden: dict[str, object] = {
        "tests": (TestCode(source=f"assert {MARK!r}", origin=MARK),),
        "examples": (Example(name=MARK, stdin=MARK, stdout=MARK),),
        "name": MARK,
        "path": MARK,
    }
    changed = replace(given_task, **{where: hidden[where]})  # type: ignore[arg-type]  # its type
    sent = messages(changed, attempt())
    assert MARK not in "".join(message.content for message in sent)
    assert given_task.prompt.strip() in sent[-1].content, "and the prompt as it is written"
