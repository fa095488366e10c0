"""What names in test code stand for, as far as its text shows: of the program, or modules."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BUILTINS = frozenset(vars(builtins)) | {"__file__", "__name__"}


class Names:
    """The names of one piece of test code."""

    def __init__(self, tree: ast.AST, program: str) -> None:
        """Read the names off `tree`; `program` is the name of the module that is tested."""
        self._program = program
        self._bound: set[str] = set()
        self._modules: dict[str, str] = {}
        self._of_program: set[str] = set()
        self._everything = False
        for node in walk(tree):
            self._bind(node)
        self._everything |= not self._imports_program()
        for node in walk(tree):  # `Base = solution.Base`
            if isinstance(node, ast.Assign) and self.of_program(node.value):
                self._of_program |= {t.id for t in node.targets if isinstance(t, ast.Name)}

    def path(self, node: ast.AST) -> str:
        """The dotted name of what an expression names, modules by their own: "os.environ".

        Names of the program begin with its module's; "" for anything but names and attributes.
        """
        if isinstance(node, ast.Attribute):
            owner = self.path(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        if not isinstance(node, ast.Name):
            return ""
        if node.id in self._modules:
            return self._modules[node.id]
        return f"{self._program}.{node.id}" if self._is_program_name(node.id) else node.id

    def of_program(self, node: ast.AST) -> bool:
        """Whether an expression names something that the program defines."""
        return self.path(node).startswith(f"{self._program}.")

    def in_module(self, node: ast.AST) -> bool:
        """Whether an expression names something in a module that the tests import."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        return isinstance(root, ast.Name) and root.id in self._modules

    def _is_program_name(self, name: str) -> bool:
        if name in self._of_program:
            return True
        return self._everything and name not in self._bound and name not in _BUILTINS

    def _imports_program(self) -> bool:
        return bool(self._of_program) or self._program in self._modules.values()

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                self._modules[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom):
            self._bind_from(node)
        elif isinstance(node, _DEFINITIONS):
            self._bound.add(node.name)
        elif isinstance(node, ast.arg):
            self._bound.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._bound.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self._bound.add(node.name)

    def _bind_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name
            if node.module == self._program:
                self._of_program.add(name)
                self._everything |= name == "*"
            else:
                self._modules[name] = f"{node.module}.{alias.name}"


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node, in the order of the text; lists of constants, which may be long, are one."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not (isinstance(node, ast.List | ast.Tuple) and _constant(node.elts)):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _constant(nodes: Iterable[ast.AST]) -> bool:
    return all(isinstance(node, ast.Constant) for node in nodes)
