"""Programs of earlier steps, which a program may import by name: at every level, in every way."""

from __future__ import annotations

from functools import cache

import pytest

from paragen.checks.sealable import why_unsealed
from paragen.domain.command import Command, Ran, ScriptRun, TestRun
from paragen.domain.errors import SandboxRefusal
from paragen.domain.ports import Cancel, Sandbox
from paragen.domain.task import Limits, Module, TestCode
from paragen.sandbox.levels import UNCONFINED
from tests.sandbox import harness
from tests.sandbox.levels_here import LEVELS, opened

LEXER = Module(name="lexer", source="def words(text):\n    return text.split()\n")
READER = Module(
    name="reader",
    source='''"""Reads."""
from dataclasses import dataclass
from lexer import words


class ReadError(ValueError):
    pass


@dataclass(frozen=True)
class Text:
    words: tuple[str, ...]


def read(text):
    if not text:
        raise ReadError("nothing to read")
    return Text(tuple(words(text)))
''',
)
GIVEN = (LEXER, READER)
PROGRAM = """from reader import ReadError, Text, read

def count(text):
    return len(read(text).words)

def parsed(text) -> Text:
    return read(text)
"""


@cache
def _sandbox(level: str) -> Sandbox:
    return harness.sandbox() if level == UNCONFINED else opened(level)


@pytest.fixture(params=[*LEVELS, UNCONFINED])
def level(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


def run(level: str, command: Command) -> Ran:
    return _sandbox(level).run(command, Cancel())


def test_run(
    program: str, test: str, modules: tuple[Module, ...] = GIVEN, *, beside: bool = False
) -> TestRun:
    """A run of tests; `beside` the program where they say nothing of it themselves."""
    tests = (TestCode(source=test, origin="task.md"),)
    return TestRun(
        program=program,
        language="python",
        tests=tests,
        entry_point=None,
        limits=Limits(),
        modules=modules,
        unsealed_because=why_unsealed(tests) or ("it is wanted so" if beside else ""),
    )


test_run.__test__ = False  # type: ignore[attr-defined]  # it makes a command


def script(program: str, modules: tuple[Module, ...] = GIVEN) -> ScriptRun:
    return ScriptRun(program=program, language="python", stdin="", limits=Limits(), modules=modules)


TESTS = """from solution import ReadError, count, parsed
import pytest

def test_count():
    assert count("a b c") == 3

def test_object():
    assert parsed("a b").words == ("a", "b")
    assert parsed("a b") == parsed("a  b")

def test_error():
    with pytest.raises(ReadError, match="nothing"):
        count("")
    with pytest.raises(ValueError):
        count("")
"""


@pytest.mark.parametrize("beside", [False, True])
def test_a_program_imports_what_it_was_given(level: str, beside: bool) -> None:
    ran = run(level, test_run(PROGRAM, TESTS, beside=beside))
    assert harness.outcomes(ran) == {
        "test_count": "passed",
        "test_object": "passed",
        "test_error": "passed",
    }, ran
    assert ran.sealed == (not beside and level != UNCONFINED)


def test_a_script_imports_what_it_was_given(level: str) -> None:
    ran = run(
        level, script("import reader, lexer\nprint(reader.read('a b').words, lexer.__name__)")
    )
    assert (ran.stdout, ran.exit_code) == ("('a', 'b') lexer\n", 0), ran


def test_nothing_is_there_that_was_not_given(level: str) -> None:
    ran = run(level, script("import lexer", modules=(READER,)))
    assert "ModuleNotFoundError: No module named 'lexer'" in ran.stderr
    assert run(level, script("import lexer", modules=(LEXER,))).exit_code == 0
    ran = run(level, script("import lexer", modules=()))  # the program before had it
    assert "ModuleNotFoundError: No module named 'lexer'" in ran.stderr


def test_the_test_process_has_no_modules(level: str) -> None:
    test = "import importlib\ndef test():\n    importlib.import_module('lexer')\n"
    ran = run(level, test_run(PROGRAM, test))
    assert harness.outcomes(ran) == {"test": "passed" if level == UNCONFINED else "unsupported"}


def test_tests_that_import_a_module_run_beside_the_program(level: str) -> None:
    test = (
        "from reader import Text\nfrom solution import parsed\n"
        "def test():\n    assert isinstance(parsed('a'), Text)\n"
    )
    ran = run(level, test_run(PROGRAM, test))
    assert harness.outcomes(ran) == {"test": "passed"}, ran
    assert not ran.sealed
    assert "reader" in ran.unsealed_because or level == UNCONFINED


def test_a_traceback_shows_the_lines_of_a_module(level: str) -> None:
    ran = run(level, script("import reader\nreader.read('')"))
    assert (
        'File "reader.py", line 17, in read\n    raise ReadError("nothing to read")' in ran.stderr
    )
    assert ran.stderr.endswith("reader.ReadError: nothing to read\n")
    assert ran.exit_code == 1


def test_what_fails_in_a_module_is_the_programs_failure(level: str) -> None:
    test = "from solution import count\ndef test():\n    assert count('') == 0\n"
    beside = run(level, test_run(PROGRAM, test, beside=True))
    assert "ReadError: nothing to read; at reader.py:17 `raise ReadError" in harness.details(beside)
    missing = Module(
        name="reader", source="def read(text):\n    import nowhere\nReadError = Text = 1"
    )
    for beside_it in (False, True):
        ran = run(level, test_run(PROGRAM, test, (missing,), beside=beside_it))
        assert harness.outcomes(ran) == {"test": "failed"}, ran
        assert "nowhere" in harness.details(ran)


def test_a_module_knows_its_own_source(level: str) -> None:
    program = "import inspect, reader\nprint(inspect.getsource(reader.ReadError), reader.__file__)"
    assert (
        run(level, script(program)).stdout == "class ReadError(ValueError):\n    pass\n reader.py\n"
    )


@pytest.mark.parametrize(
    "name", ["json", "sys", "solution", "pytest", "a-b", "class", "_paragen_x"]
)
def test_a_module_can_hide_nothing(name: str) -> None:
    with pytest.raises(SandboxRefusal, match="can't be the name of a module"):
        run(UNCONFINED, script("pass", modules=(Module(name=name, source=""),)))
