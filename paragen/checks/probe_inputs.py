"""Calls to compare programs by, as texts: `slugify('a b')`. The same for a task every time.

First come the calls that its prompt and its tests show, then variations of these, then values
chosen by the annotations of the signature that the prompt gives. Where examples are known, made-up
values keep to what these look like: outside of it right programs may differ.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from paragen.checks.names import walk
from paragen.checks.probe_calls import Signature, typed_calls, varied_calls
from paragen.domain.task import Task, TestCode, TestKind
from paragen.languages import python

MOST = 24
MOST_GIVEN, MOST_VARIED = 12, 6
_LONGEST = 400
"""Characters of a call: longer ones are data, not examples."""
_MOST_ENDS = 40
"""How many closing parentheses may be tried until a call is whole."""
_END = re.compile(r"(?=[\s,;)]|\.(?:\s|$)|$)")
_SESSION_LINE = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: (.*))?$")


@dataclass(slots=True)
class _Found:
    """What is known of one function that is to be called."""

    name: str
    calls: dict[str, ast.Call] = field(default_factory=dict)
    signature: Signature | None = None

    def add(self, call: ast.Call) -> None:
        """Note a call whose arguments can be evaluated anywhere."""
        if _stands_alone(call):
            named = ast.Call(ast.Name(self.name), call.args, call.keywords)
            text = ast.unparse(named)
            if len(text) <= _LONGEST:
                self.calls.setdefault(text, named)


def probe_inputs(task: Task) -> tuple[str, ...]:
    """At most MOST calls; none where the task names nothing that could be called."""
    if task.language != "python" or task.is_script:
        return ()
    trees = [tree for test in task.tests if (tree := _tree(test)) is not None]
    found = [_Found(name) for name in _functions(task, trees)]
    for one in found:
        _look_into(task.prompt, one)
        for tree in trees:
            _collect(tree, one)
    return tuple(islice(dict.fromkeys(_in_turn([list(_calls(one)) for one in found])), MOST))


def _calls(found: _Found) -> Iterator[str]:
    given = list(islice(found.calls, MOST_GIVEN))
    examples = list(found.calls.values())
    yield from given
    typed = typed_calls(found.name, found.signature, examples) if found.signature else ()
    most = MOST_VARIED if typed else MOST
    yield from islice(varied_calls(found.name, examples), most)
    yield from typed


def _in_turn(rows: list[list[str]]) -> Iterator[str]:
    """One of each, then the next of each: so that each function has its share."""
    for number in range(max(map(len, rows), default=0)):
        for row in rows:
            if number < len(row):
                yield row[number]


def _functions(task: Task, trees: Iterable[ast.Module]) -> tuple[str, ...]:
    """The names to call: the entry point, else what the tests take of the program."""
    if task.entry_point is not None:
        return (task.entry_point,)
    names: dict[str, None] = {}
    for tree in trees:
        imported = python.names_from(tree, "solution")
        functions = (node.func for node in walk(tree) if isinstance(node, ast.Call))
        called = {function.id for function in functions if isinstance(function, ast.Name)}
        lent = () if imported else sorted(python.free_names(tree))
        names.update((name, None) for name in (*imported, *lent) if name in called)
    return tuple(names)


def _tree(test: TestCode) -> ast.Module | None:
    if test.kind is TestKind.PYTHON:
        return python.tree_of(test.source)
    typed = (_SESSION_LINE.match(line) for line in test.source.split("\n"))
    return python.tree_of("\n".join((match[1] or "") if match else "" for match in typed))


def _collect(tree: ast.Module, found: _Found) -> None:
    """Note the calls in test code, `candidate(…)` within `check(candidate)` among them."""
    names = {found.name}
    for node in walk(tree):
        if isinstance(node, python.Function) and node.name == "check":
            names.update(argument.arg for argument in node.args.args)
        elif isinstance(node, ast.ImportFrom) and node.module == "solution":
            names.update(a.asname for a in node.names if a.name == found.name and a.asname)
        elif isinstance(node, ast.Call) and _callee(node.func) in names:
            found.add(node)


def _callee(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        owner = function.value
        return function.attr if isinstance(owner, ast.Name) and owner.id == "solution" else ""
    return function.id if isinstance(function, ast.Name) else ""


def _look_into(prompt: str, found: _Found) -> None:
    """Note the calls and the first signature that a text shows, wherever they stand in it."""
    for match in re.finditer(rf"(\bdef\s+)?(?<![\w.]){re.escape(found.name)}\(", prompt):
        arguments = _until_closed(prompt, match.end(), defined=bool(match[1]))
        if isinstance(arguments, ast.Call):
            if arguments.args or arguments.keywords:  # "calls f()" shows nothing
                found.add(arguments)
        elif isinstance(arguments, ast.arguments):
            found.signature = found.signature or Signature.of(arguments)
    if found.signature is not None:
        for line in prompt.split("\n"):
            _look_for_values(line, found, found.signature)


def _look_for_values(line: str, found: _Found, signature: Signature) -> None:
    """Note what a line says the parameters to be: `for s = "abc", n = 2 the result is "ab"`."""
    given = []
    for name in signature.names[: signature.required]:
        match = re.search(rf"(?<![\w.]){re.escape(name)}\s*=(?!=)\s*", line)
        value = _value_at(line, match.end()) if match else None
        if value is None:
            break
        given.append(value)
    if not given and signature.required == 1:  # `Input: [1, 2]`
        match = re.search(r"\binput:\s*", line, re.IGNORECASE)
        value = _value_at(line, match.end()) if match else None
        given = [value] if value is not None else []
    if given and len(given) == signature.required:
        found.add(ast.Call(ast.Name(found.name), given, []))


def _value_at(line: str, start: int) -> ast.expr | None:
    """The shortest literal at a place in a line that ends where a word would."""
    for match in _END.finditer(line, start + 1):
        if match.start() - start > _LONGEST:
            return None
        statement = _only(line[start : match.start()].strip())
        if isinstance(statement, ast.Expr):
            try:
                ast.literal_eval(statement.value)
            except (ValueError, TypeError, RecursionError, MemoryError):
                continue
            return statement.value
    return None


def _until_closed(text: str, start: int, *, defined: bool) -> ast.Call | ast.arguments | None:
    """What stands between the parenthesis that opens before `start` and its partner."""
    end = start
    for _ in range(_MOST_ENDS):
        end = text.find(")", end)
        if end < 0 or end - start > _LONGEST:
            return None
        inside = text[start:end]
        call = None if defined else _only(f"f({inside})")
        if isinstance(call, ast.Expr) and isinstance(call.value, ast.Call):
            return call.value
        function = _only(f"def f({inside}): pass")
        if isinstance(function, ast.FunctionDef):
            return function.args
        end += 1
    return None


def _only(text: str) -> ast.stmt | None:
    tree = python.tree_of(text)
    return tree.body[0] if tree is not None and len(tree.body) == 1 else None


def _stands_alone(call: ast.Call) -> bool:
    """Whether the arguments need nothing but builtins, and leave nothing out."""
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    holder = ast.Module(body=[ast.Expr(part) for part in parts], type_ignores=[])
    elided = any(isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(holder))
    return not elided and not python.free_names(holder)
