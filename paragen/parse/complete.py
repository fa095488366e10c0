"""What an answer leaves out because the prompt has it: a stub's head, imports and helpers."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence

from paragen.languages import python
from paragen.parse import unfenced
from paragen.parse.blocks import fenced
from paragen.parse.fences import unix_lines
from paragen.parse.snippet import Reader, Snippet


def shown_code(prompt: str, reader: Reader) -> tuple[Snippet, ...]:
    """The Python that a prompt shows, in fences or as its text, as far as it parses."""
    if not prompt.strip():
        return ()
    blocks, outside = fenced(unix_lines(prompt), reader)
    found = [block for block in blocks if block.tree is not None]
    found += unfenced.runs(outside, reader)
    if not found:  # a signature alone, without a body
        tail = unfenced.tail(outside)
        if tail is not None:
            bare = Snippet.read(tail.rstrip() + "\n    pass\n", reader)
            found += [bare] if bare.tree is not None else []
    return tuple(found)


def completed(
    bodies: Sequence[str], shown: Sequence[Snippet], entry_point: str, reader: Reader
) -> Snippet | None:
    """The program that the first fitting body makes under the stub of the entry point."""
    head = next((h for s in reversed(shown) if (h := _head(s, entry_point)) is not None), None)
    if head is None:
        return None
    for body in bodies:
        for variant in _indentations(body):
            text = f"{head}\n{variant}"
            for snippet in _leading(text, reader):
                if snippet.defines(entry_point) and _does_something(snippet, entry_point):
                    return snippet
    return None


def with_prelude(
    program: Snippet, shown: Sequence[Snippet], reader: Reader
) -> tuple[Snippet, tuple[str, ...]]:
    """The program with what it lacks of the prompt's imports and helpers, and their names."""
    statements = [(node, snippet) for snippet in shown for node in _usable(snippet)]
    taken: dict[int, str] = {}
    names: list[str] = []
    missing = set(program.missing)
    seen: set[str] = set()
    while missing:
        seen |= missing
        new: set[str] = set()
        for number, (node, snippet) in enumerate(statements):
            gives = _gives(node, missing)
            if gives and number not in taken:
                taken[number] = _source(node, snippet)
                names += sorted(gives)
                new |= python.free_names(node)
        missing = new - seen - program.provided
    if not taken:
        return program, ()
    prelude = "\n".join(taken[number] for number in sorted(taken))
    return joined([prelude, program.code], reader), tuple(dict.fromkeys(names))


def joined(parts: Sequence[str], reader: Reader) -> Snippet:
    """Pieces of code as one program; `from __future__` imports are moved to its top."""
    future: list[str] = []
    rest: list[str] = []
    for part in parts:
        tree = reader.tree(part)
        lines = part.split("\n")
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                span = slice(node.lineno - 1, node.end_lineno)
                future += lines[span]
                lines[span] = [""] * len(lines[span])
        rest.append("\n".join(lines).strip("\n"))
    top = ["\n".join(dict.fromkeys(future))] if future else []
    return Snippet.read("\n\n\n".join([*top, *(text for text in rest if text.strip())]), reader)


def _head(snippet: Snippet, entry_point: str) -> str | None:
    """A stub's text up to where the body of its entry point should begin."""
    nodes = snippet.tree.body if snippet.tree is not None else []
    for node in nodes:
        if isinstance(node, python.Function) and node.name == entry_point:
            return _up_to_body(node, snippet.code) if python.is_stub(node) else None
    return None


def _up_to_body(node: python.Function, code: str) -> str:
    lines = code.encode().split(b"\n")
    documented = ast.get_docstring(node, clean=False) is not None
    if documented:
        end = node.body[0].end_lineno or node.body[0].lineno
        return b"\n".join(lines[:end]).decode()
    first = node.body[0]
    before = lines[first.lineno - 1][: first.col_offset]
    return b"\n".join([*lines[: first.lineno - 1], before]).decode().rstrip()


def _indentations(body: str) -> Iterator[str]:
    """The body as it stands, with its first line indented, and with all lines indented."""
    body = body.strip("\n")
    if body[:1] in {" ", "\t"}:
        yield body
        yield textwrap.indent(textwrap.dedent(body), "    ")
        return
    yield f"    {body}"
    yield textwrap.indent(body, "    ")


def _leading(text: str, reader: Reader) -> Iterator[Snippet]:
    """The whole text, if it parses, else the runs of code in it."""
    snippet = unfenced.whole(text, reader)
    if snippet is not None:
        yield snippet
    else:
        yield from unfenced.runs(text, reader)


def _does_something(snippet: Snippet, entry_point: str) -> bool:
    """Whether the entry point's body has more than words that happen to be expressions."""
    nodes = snippet.tree.body if snippet.tree is not None else []
    return any(
        not isinstance(statement, ast.Expr)
        or isinstance(statement.value, ast.Call | ast.Yield | ast.YieldFrom | ast.Await)
        for node in nodes
        if isinstance(node, python.Function) and node.name == entry_point
        for statement in node.body
    )


def _usable(snippet: Snippet) -> Iterator[ast.stmt]:
    """The statements of shown code that a program can be given: no stubs, nothing that runs."""
    for node in snippet.tree.body if snippet.tree is not None else ():
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign) or (
            isinstance(node, python.Definition) and not python.is_stub(node)
        ):
            yield node


def _gives(node: ast.stmt, missing: set[str]) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        bound = set(python.bound_by_import(node))
        return missing if "*" in bound else bound & missing
    if isinstance(node, python.Definition):
        return {node.name} & missing
    stored = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return stored & missing


def _source(node: ast.stmt, snippet: Snippet) -> str:
    first = node.lineno
    if isinstance(node, python.Definition):
        first = min([first, *(d.lineno for d in node.decorator_list)])
    return "\n".join(snippet.code.split("\n")[first - 1 : node.end_lineno])
