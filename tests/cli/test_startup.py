"""Start-up is a feature: what `--help` and the history commands load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.fill import fill

HEAVY = ("ollama", "httpx", "pydantic", "sqlite_utils", "yaml", "openskill")
NOT_FOR_HELP = ("sqlite3", "paragen.engine", "paragen.store", "paragen.hosts", "paragen.sandbox")
PROGRAM = """
import sys
from paragen.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("\\n".join(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stderr.splitlines())


def heavy(modules: set[str]) -> list[str]:
    return [name for name in HEAVY if name in modules]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("startup") / "history.db"
    fill(path, candidates=20)
    return path


def test_help_loads_nothing_that_only_playing_needs() -> None:
    modules = loaded("--help")
    assert not heavy(modules)
    assert not [name for name in NOT_FOR_HELP if name in modules]
    assert "typer" in modules, "the list is one of modules"


@pytest.mark.parametrize("verb", ["stats", "history"])
def test_the_history_is_read_without_what_playing_needs(verb: str, database: Path) -> None:
    modules = loaded(verb, "--db", str(database))
    assert not heavy(modules)
    assert "sqlite3" in modules, "the list is one of modules"
    assert "paragen.engine" not in modules
    assert "paragen.settings" not in modules
    assert "paragen.domain.generator" not in modules, "what is counted in SQL is never made"


@pytest.mark.parametrize("verb", ["stats", "history"])
def test_no_database_is_read_without_it_too(verb: str, tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    assert not heavy(loaded(verb, "--db", str(missing)))
    assert not missing.exists(), "reading makes no file"
