"""Which tests can be run apart from the program, asking it over a socket, and why others can't.

Sealed verdicts need the tests in a process of their own. What a test does with plain values, by
calls, with classes and their objects, works from there; a test that reaches into the program, or
changes what the program finds in its own process, needs to be there, too. That is decided by the
tests' text alone, before any program has run: no program has a say in it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from paragen.checks.aliases import outlived_copy
from paragen.checks.names import Names, walk
from paragen.checks.waiting import handed_on
from paragen.domain.task import TestCode, TestKind

_KNOWN_MODULES = sys.stdlib_module_names | {"pytest", "hypothesis", "numpy"}

_UNSEALED_USES = {
    "looks into objects with": (
        "inspect", "dis", "gc", "weakref", "tracemalloc", "ctypes", "sys._getframe",
        "sys.getrefcount", "sys.getsizeof", "sys.settrace", "sys.setprofile", "sys.monitoring",
        "sys.modules", "sys._current_frames", "typing.get_type_hints", "importlib.reload",
        "types.FunctionType", "types.LambdaType", "types.MethodType", "types.GeneratorType",
        "types.CoroutineType", "types.CodeType", "types.ModuleType", "types.AsyncGeneratorType",
        "unittest.mock.create_autospec", "pydoc",
    ),
    "runs things at once, or in other processes, with": (
        "threading", "concurrent", "multiprocessing", "_thread", "subprocess", "os.fork",
        "os.system", "os.kill", "signal",
    ),
    "copies objects as bytes with": ("pickle", "marshal", "shelve", "copyreg"),
    "sets conditions for the whole process with": (
        "random.seed", "random.setstate", "numpy.random.seed", "numpy.random.set_state",
        "numpy.seterr", "numpy.errstate", "os.chdir", "os.putenv", "os.unsetenv", "os.umask",
        "os.environ.update", "os.environ.setdefault", "os.environ.pop", "os.environ.clear",
        "sys.setrecursionlimit", "sys.set_int_max_str_digits", "locale.setlocale",
        "decimal.setcontext", "decimal.getcontext", "decimal.localcontext", "time.tzset",
        "logging.disable", "logging.basicConfig", "logging.getLogger", "resource",
        "contextlib.chdir", "atexit",
    ),
}  # fmt: skip
"""What tests of the standard library's (whole modules, or names in them) needs the one process."""

_USES = {path: cause for cause, paths in _UNSEALED_USES.items() for path in paths}

_ASYNCIO = frozenset(
    ("asyncio", "asyncio.run", "asyncio.sleep", "asyncio.TimeoutError", "asyncio.CancelledError")
)
"""What of asyncio runs one thing after the other; all else is taken to run several at once."""

_INSIDES = frozenset((
    "__code__", "__globals__", "__dict__", "__closure__", "__defaults__", "__kwdefaults__",
    "__wrapped__", "__subclasses__", "__self__", "__func__", "__slots__", "__file__",
    "__abstractmethods__", "gi_frame", "cr_frame", "tb_frame", "f_locals",
))  # fmt: skip

_CROSSING = ("datetime.", "decimal.", "fractions.", "numbers.", "numpy.", "pathlib.", "uuid.")
_BY_METHODS = frozenset((
    "AsyncGenerator", "AsyncIterable", "AsyncIterator", "Awaitable", "Callable", "Collection",
    "Container", "Coroutine", "Generator", "Hashable", "Iterable", "Iterator", "Reversible",
    "Sized",
))  # fmt: skip
_CONTAINERS = frozenset(("Counter", "OrderedDict", "defaultdict", "deque"))
"""Classes of the library that the tests can tell: of plain values, or told by methods."""

_CHECKS = frozenset((
    "isinstance", "issubclass", "assertIsInstance", "assertNotIsInstance", "assertIsSubclass",
))  # fmt: skip

_CHANGES = frozenset((
    "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop",
    "popitem", "popleft", "remove", "reverse", "setdefault", "sort", "update",
))  # fmt: skip
"""Methods that change a builtin container, of which the tests would have a copy."""

_OUTPUT = frozenset(("sys.stdout", "sys.stderr"))
"""What tests may replace: the program's output goes to the tests' streams."""

_ENVIRONMENT = frozenset(("setenv", "delenv", "chdir", "syspath_prepend"))
_BUILDERS = frozenset(("builds", "from_type", "register_type_strategy"))


def why_unsealed(tests: tuple[TestCode, ...], program_module: str = "solution") -> str:
    """Why tests need the program in their own process, as a sentence; "" where they don't.

    It names the first line that needs it. Code that doesn't parse needs nothing.
    """
    return next(filter(None, (_why(test, program_module) for test in tests)), "")


@lru_cache(maxsize=256)
def _why(test: TestCode, program: str) -> str:
    trees = list(_trees(test))
    everything = ast.Module(body=[s for tree in trees for s in tree.body], type_ignores=[])
    names = Names(everything, program)
    reader, waiting = _Reader(names, program), handed_on(everything, names)
    for node in walk(everything):
        if cause := reader.cause(node) or waiting.get(id(node), ""):
            return f"line {getattr(node, 'lineno', 1) + test.line - 1} {cause}"
    if (copy := outlived_copy(everything)) is not None:
        return f"line {copy.lineno + test.line - 1} looks at {copy.id}, of which it has a copy"
    return ""


def _trees(test: TestCode) -> Iterator[ast.Module]:
    """The code of a test; of a doctest its examples, each at its own place in the text."""
    pieces = [(test.source, 0)]
    if test.kind is TestKind.DOCTEST:
        import doctest  # slow to import, and seldom needed

        try:
            examples = doctest.DocTestParser().get_examples(test.source)
        except ValueError:
            return
        pieces = [(example.source, example.lineno) for example in examples]
    for source, offset in pieces:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield ast.increment_lineno(tree, offset)


class _Reader:
    """Reads test code node by node, and says what can't be done from another process."""

    def __init__(self, names: Names, program: str) -> None:
        self._names = names
        self._program = program
        self._rules: dict[type[ast.AST], Callable[[Any], str]] = {
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.ClassDef: self._class,
            ast.FunctionDef: self._test,
            ast.AsyncFunctionDef: self._test,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
            ast.Name: self._use,
            ast.Subscript: self._subscript,
            ast.Compare: self._compare,
            ast.For: self._loop,
            ast.comprehension: self._loop,
            ast.Constant: self._constant,
        }

    def cause(self, node: ast.AST) -> str:
        """What this node, by itself, needs the program's process for; "" for nothing."""
        rule = self._rules.get(type(node))
        return rule(node) if rule is not None else ""

    def _import(self, node: Any) -> str:
        """Packages whose objects neither cross nor are there on the tests' side."""
        modules = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            modules = [] if node.level else [node.module or ""]
        for module in modules:
            first = module.partition(".")[0]
            if first not in _KNOWN_MODULES and first != self._program:
                return f"imports {first}, whose objects can't be handed from process to process"
        return ""

    def _class(self, node: Any) -> str:
        """Classes of the tests that are made of, by or with something of the program."""
        bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
        return (
            self._first(bases, "subclasses {} of the program")
            or self._first((k.value for k in node.keywords), "makes a class with {} of the program")
            or self._first(_decorators(node), "decorates a class with {} of the program")
            or self._first(_parts(node), "uses {} of the program within a class")
        )

    def _test(self, node: Any) -> str:
        """Tests that the program would have to call: it need not."""
        if not node.name.startswith("test"):
            return ""
        return self._first(_decorators(node), "decorates a test with {} of the program")

    def _call(self, node: Any) -> str:
        """Calls that change something by its name, or that look into something."""
        path = self._names.path(node.func)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if path.startswith("unittest.mock."):
            return self._mock(path, node)
        if path in ("setattr", "delattr") or method in ("setattr", "delattr"):
            return self._set_by_name(node.args)
        if method in _ENVIRONMENT and "monkeypatch" in path:
            return f"changes the process's surroundings with {path}"
        if method in ("setitem", "delitem") and node.args:
            return self._change(node.args[0])
        if method in _CHANGES:
            return self._change(node.func.value)
        return self._look(path, node)

    def _look(self, path: str, node: Any) -> str:
        """Calls that look into what they are given, or take it for a container."""
        last = path.rpartition(".")[2]
        if last in _CHECKS:
            return self._check(node.args[1:2])
        if path == "vars" and node.args:
            return "looks into an object with vars()"
        if path in ("getattr", "hasattr") and any(_text(a) in _INSIDES for a in node.args):
            return f"looks into an object with {path}()"
        if path == "type" and len(node.args) == 3 and isinstance(node.args[1], ast.Tuple):
            return self._first(node.args[1].elts, "subclasses {} of the program")
        if path.startswith("doctest.") and node.args:
            return "runs doctests of the program itself"
        if last in _BUILDERS:
            return self._first(node.args, "has Hypothesis build {} of the program")
        if path in ("len", "sorted", "list", "dict", "set", "sum", "iter"):
            return self._stale(node.args)
        return ""

    def _check(self, classes: list[ast.expr]) -> str:
        """Classes of the library that objects of the program's don't have there."""
        while classes and isinstance(classes[0], ast.Tuple):
            classes = [*classes[0].elts, *classes[1:]]
        for cls in filter(self._names.in_module, classes):
            path = self._names.path(cls)
            module, _, last = path.rpartition(".")
            told = module in ("collections.abc", "typing") and last in _BY_METHODS
            plain = path.startswith(_CROSSING) or (module == "collections" and last in _CONTAINERS)
            if not (told or plain or module == self._program):
                return f"asks whether the program's objects are of the class {path}"
        return ""

    def _mock(self, path: str, node: Any) -> str:
        """Mocks that stand in a place where the program finds them, or look like its classes."""
        if not path.startswith("unittest.mock.patch"):
            spec = [k.value for k in node.keywords if k.arg in ("spec", "spec_set", "wraps")]
            return self._first(spec, "makes a mock of {} of the program")
        target = _text(node.args[0]) if node.args else ""
        if not target and len(node.args) > 1:
            target = f"{self._names.path(node.args[0])}.{_text(node.args[1])}"
        return "" if target in _OUTPUT else f"patches {target or 'something'} with a mock"

    def _set_by_name(self, arguments: list[ast.expr]) -> str:
        """`setattr(owner, name, …)` and `monkeypatch.setattr`, which also takes a dotted path."""
        if not arguments:
            return ""
        path = _text(arguments[0])
        if path:
            owner = path.rpartition(".")[0]
            return "" if path in _OUTPUT or owner == self._program else f"changes {path}"
        name = _text(arguments[1]) if len(arguments) > 1 else ""
        return self._set(arguments[0], name)

    def _set(self, owner: ast.expr, name: str) -> str:
        """An attribute that is set or deleted: of the program, or of what the program may use."""
        path = self._names.path(owner)
        if path == self._program or f"{path}.{name}" in _OUTPUT:
            return ""
        if self._names.of_program(owner):
            shown = path.removeprefix(f"{self._program}.")
            plain = _is_class(shown) or not ("." in shown or shown in sys.stdlib_module_names)
            if plain and not name.startswith("__"):
                return ""
            return f"changes {shown}.{name} of the program"
        return f"changes {path}.{name}" if self._names.in_module(owner) else ""

    def _attribute(self, node: Any) -> str:
        if not isinstance(node.ctx, ast.Load):
            return self._set(node.value, node.attr)
        if node.attr in _INSIDES:
            return f"looks into an object with {node.attr}"
        if node.attr in ("assertLogs", "assertNoLogs"):
            return "looks at what the program logs"
        return self._use(node)

    def _use(self, node: Any) -> str:
        """What of the standard library needs the one process, whatever is done with it."""
        if not self._names.in_module(node):
            return ""
        path = self._names.path(node)
        if path.startswith("asyncio.") and path not in _ASYNCIO:
            return f"runs things at once with {path}"
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            if cause := _USES.get(".".join(parts[:end])):
                return f"{cause} {path}"
        return ""

    def _subscript(self, node: Any) -> str:
        if not isinstance(node.ctx, ast.Load):
            return self._change(node.value)
        return self._stale([node.value])

    def _compare(self, node: Any) -> str:
        """Comparisons of the program's globals, but for those with constants."""
        sides = [node.left, *node.comparators]
        others = [side for side in sides if not isinstance(side, ast.Constant)]
        contained = any(isinstance(op, ast.In | ast.NotIn) for op in node.ops)
        return self._stale(others) if contained or len(others) > 1 else ""

    def _loop(self, node: Any) -> str:
        return self._stale([node.iter])

    def _constant(self, node: Any) -> str:
        text = node.value
        named = isinstance(text, str) and text.endswith(f"{self._program}.py")
        return f"names the file {self._program}.py" if named and " " not in text else ""

    def _change(self, target: ast.expr) -> str:
        """A container changed in place that may be the program's: the tests would change a copy."""
        while isinstance(target, ast.Subscript):
            target = target.value
        path = self._names.path(target)
        if self._names.of_program(target):
            shown = path.removeprefix(f"{self._program}.")
            return "" if _is_class(shown) else f"changes {shown} of the program in place"
        if self._names.in_module(target):
            return f"changes {path}"
        if isinstance(target, ast.Attribute) and not _is_self(target.value):
            return f"changes the attribute {target.attr} of an object in place"
        return ""

    def _stale(self, nodes: list[ast.expr]) -> str:
        """Globals of the program that may be containers: once imported, they would be copies."""
        found = [n for n in nodes if isinstance(n, ast.Name) and not _is_class(n.id)]
        return self._first(found, "looks at {} of the program, of which it would have a copy")

    def _first(self, nodes: Iterable[ast.AST], cause: str) -> str:
        """The cause, with the name of the first of these that the program defines."""
        for node in nodes:
            if self._names.of_program(node):
                path = self._names.path(node)
                return cause.format(path.removeprefix(f"{self._program}."))
        return ""


def _decorators(node: Any) -> Iterator[ast.AST]:
    for decorator in node.decorator_list:
        yield decorator.func if isinstance(decorator, ast.Call) else decorator


def _parts(node: ast.ClassDef) -> Iterator[ast.AST]:
    """What decorates a class's methods, and what makes its attributes if it doesn't hold tests."""
    holds_tests = node.name.startswith("Test") or bool(node.bases)
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _decorators(statement)
        elif holds_tests or not isinstance(statement, ast.Assign):
            continue
        elif isinstance(statement.value, ast.Call):
            yield statement.value.func


def _text(node: ast.AST) -> str:
    """The text of a string constant, "" of anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_class(path: str) -> bool:
    """Whether a name looks like one of a class: CapWords."""
    first = path.partition(".")[0]
    return first[:1].isupper() and not first.isupper()


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
