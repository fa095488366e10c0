"""Needs: names and files in front matter, resolved over a session's tasks."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import TaskError
from paragen.parse.front_matter import Need
from paragen.parse.needs import Needy, is_file, resolve_needs


def needy(name: str, *needs: str, **files: int) -> Needy:
    return Needy(
        name=name,
        path=f"{name}.md",
        needs=tuple(Need(task=need, line=line) for line, need in enumerate(needs, 2)),
        files=files,
    )


def refused(*tasks: Needy) -> str:
    with pytest.raises(TaskError) as caught:
        resolve_needs(tasks)
    return str(caught.value)


def test_names_are_tasks_of_the_session_each_once() -> None:
    tasks = [needy("app", "lexer", "tree", "lexer"), needy("lexer"), needy("tree", "lexer")]
    assert resolve_needs(tasks) == (("lexer", "tree"), (), ("lexer",))


def test_a_file_is_the_task_in_it_whatever_its_name() -> None:
    assert resolve_needs([needy("app", "f", f=1), needy("named")]) == (("named",), ())
    assert [is_file(word) for word in ("a.md", "./a", "a", "a.b")] == [True, True, False, False]


def test_mistakes_are_said_with_their_line() -> None:
    assert refused(needy("app", "tree", "lexr"), needy("lexer"), needy("tree")).startswith(
        "app.md:3: needs: There is no task 'lexr' in this session; did you mean 'lexer'?"
    )
    twice = refused(needy("app", "a"), needy("a"), needy("a"))
    assert twice.startswith("app.md:2: needs: More than one task of this session has the name 'a'")
    for name in ("no-name", "class", "json", "solution"):
        said = refused(needy("app", name), needy(name))
        assert said.startswith(f"app.md:2: needs: A program can't be imported by the name {name!r}")


def test_a_circle_is_said_where_it_closes() -> None:
    assert refused(needy("a", "a")) == "a.md:2: needs: A circle: 'a' needs 'a'."
    said = refused(needy("a", "b"), needy("b", "c"), needy("c", "a"))
    assert ":2: needs: A circle: " in said
    assert said.count(" needs ") == 3


@given(st.lists(st.sets(st.integers(0, 5)), min_size=6, max_size=6))
def test_any_needs_are_in_an_order_or_a_circle(graph: list[set[int]]) -> None:
    tasks = [needy(f"t{n}", *(f"t{m}" for m in sorted(needs))) for n, needs in enumerate(graph)]
    try:
        found = resolve_needs(tasks)
    except TaskError as error:
        assert "circle" in str(error)
        return
    assert found == tuple(tuple(f"t{m}" for m in sorted(needs)) for needs in graph)
    order = list(TopologicalSorter(dict(enumerate(graph))).static_order())
    assert sorted(order) == list(range(6))
