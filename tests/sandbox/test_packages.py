"""Packages that tasks name: found in an environment with what they need, or clearly missed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from paragen.domain.command import TestRun
from paragen.domain.errors import SandboxRefusal
from paragen.domain.ports import Cancel
from paragen.domain.status import Status
from paragen.domain.task import Limits, Task, TestCode
from paragen.sandbox.judge import judge_program
from paragen.sandbox.packages import require, resolve
from paragen.sandbox.unconfined import UnconfinedSandbox

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def install(
    site: Path, name: str, files: dict[str, str], *, requires: tuple[str, ...] = (), top: str = ""
) -> None:
    """A distribution as an installer leaves it."""
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {one}" for one in requires]
    (info / "METADATA").write_text("\n".join(lines) + "\n")
    if top:
        (info / "top_level.txt").write_text(top)
    for file, content in files.items():
        path = site / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    record = [*files, f"{info.name}/METADATA", "../../../bin/tool", "__pycache__/x.pyc"]
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in record))


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment with packages that need each other, in a circle too."""
    site = tmp_path / "lib" / VERSION / "site-packages"
    install(
        site,
        "Big.Table",
        {"bigtable/__init__.py": "import little\nROWS = little.SIZE\n", "_fast.abi3.so": ""},
        requires=(
            "gone-by-marker>=1; sys_platform == 'win32'",
            "colour[shades]>=2 ; python_version >= '3.8'",
            "only-for-tests; extra == 'test'",
            "Little_Number (>=1.0,<2)",
        ),
    )
    install(site, "little-number", {"little.py": "SIZE = 7\n"}, requires=("big-table", "colour"))
    install(
        site,
        "colour",
        {"colour/__init__.py": ""},
        top="colour\n_colour\n",
        requires=("paint; extra == \"shades\" and python_version > '3'", "rust ; extra=='metal'"),
    )
    install(site, "paint", {"paint.py": ""})
    install(site, "rust", {"rust.py": ""})
    install(site, "only-for-tests", {"only_for_tests.py": ""})
    install(site, "broken", {"broken.py": ""}, requires=("absent",))
    return tmp_path


def test_a_package_and_all_that_it_needs(environment: Path) -> None:
    found = resolve(("big-table",), str(environment))
    assert found.modules == ("_colour", "_fast", "bigtable", "colour", "little", "paint")
    assert found.paths == (str(environment / "lib" / VERSION / "site-packages"),)
    assert found.missing == ()
    assert resolve(("big-table",), str(environment)) is found, "looked for once"


def test_only_what_was_named(environment: Path) -> None:
    assert resolve(("paint",), str(environment)).modules == ("paint",)
    assert resolve(("rust", "paint"), str(environment)).modules == ("paint", "rust")
    assert resolve((), "/nowhere at all").paths == ()


def test_what_is_missing_is_named_with_what_to_do(environment: Path) -> None:
    with pytest.raises(SandboxRefusal) as caught:
        require(("paint", "numbers-9"), str(environment))
    said = str(caught.value)
    assert f"numbers-9 isn't installed in {environment}" in said
    assert f"{environment}/bin/python -m pip install numbers-9" in said
    with pytest.raises(SandboxRefusal, match=r"packages absent, numbers-9 aren't installed"):
        require(("broken", "numbers-9"), str(environment))


def test_environments_that_can_not_serve(tmp_path: Path) -> None:
    with pytest.raises(SandboxRefusal, match="no virtual environment"):
        resolve(("paint",), str(tmp_path / "nowhere"))
    (tmp_path / "lib" / "python3.1" / "site-packages").mkdir(parents=True)
    with pytest.raises(SandboxRefusal, match=r"is one of python3\.1, and programs run with"):
        resolve(("paint",), str(tmp_path))


def test_paragens_own_environment_is_the_default() -> None:
    found = require(("PyTest",))
    assert {"pytest", "_pytest", "pluggy"} <= set(found.modules)
    assert "numpy" not in found.modules
    with pytest.raises(SandboxRefusal, match="-m pip install no-such-package"):
        require(("no-such-package",))


def test_an_unconfined_program_imports_what_its_task_names(environment: Path) -> None:
    opened = UnconfinedSandbox(1, str(environment))
    program = "import bigtable\nROWS = bigtable.ROWS\n"
    test = TestCode(source="from solution import ROWS\nassert ROWS == 7\n", origin="t.md")

    def run(*packages: str) -> TestRun:
        return TestRun(
            program=program,
            language="python",
            tests=(test,),
            entry_point=None,
            limits=Limits(),
            packages=packages,
        )

    try:
        passed, failed = opened.run(run("big-table"), Cancel()), opened.run(run(), Cancel())
        with pytest.raises(SandboxRefusal, match="nothing-like-it"):
            opened.run(run("nothing-like-it"), Cancel())
    finally:
        opened.close()
    assert [case.outcome for case in passed.cases] == ["passed"]
    assert [case.outcome for case in failed.cases] == ["failed"]
    assert "bigtable" in failed.cases[0].detail
    assert passed.unsealed_because


def test_a_missing_package_is_no_failure_of_the_program(environment: Path) -> None:
    opened = UnconfinedSandbox(1, str(environment))
    task = Task(
        name="t",
        prompt="p",
        sha256="0",
        tests=(TestCode(source="assert True\n", origin="t.md"),),
        packages=("nothing-like-it",),
    )
    try:
        verdict, measures = judge_program(task, "x = 1\n", opened, Cancel())
    finally:
        opened.close()
    assert verdict.status is Status.NOT_JUDGED
    assert verdict.detail.startswith("the package nothing-like-it isn't installed in ")
    assert (verdict.level, measures) == ("none", {})
