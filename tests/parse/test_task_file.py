"""Task files: what is a check, what the model sees, and where a mistake is said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.errors import TaskError
from paragen.domain.task import (
    MIB,
    Example,
    Limits,
    Task,
    TestCode,
    TestKind,
    normal_task_type,
)
from paragen.parse.examples import doctest_source, read_tests
from paragen.parse.task import build_task, read_task
from paragen.parse.task_type import infer_task_type

WHOLE = """---
task_type: Data Processing
entry_point: slugify
language: python
timeout_s: 5
memory_mb: 256
name: slugs
tests: more.py
---
Write `slugify(text)`.

```python
def slugify(text: str) -> str: ...
```

## Notes

```python test
from solution import slugify
def test_spaces(): assert slugify("a b") == "a-b"
```

Keep it short.

```doctest test
>>> slugify("a")
'a'
```
"""


def task(text: str, path: str = "dir/slug.md") -> Task:
    return build_task(read_task(text, path))


def mistake(text: str, path: str = "t.md") -> str:
    with pytest.raises(TaskError) as caught:
        task(text, path)
    return str(caught.value)


def test_a_whole_task_file() -> None:
    file = read_task(WHOLE, "dir/slug.md")
    assert [(t.path, t.line) for t in file.test_paths] == [("more.py", 8)]
    built = build_task(file, [TestCode(source="assert 1", origin="more.py")])
    assert built.name == "slugs"
    assert built.path == "dir/slug.md"
    assert built.task_type == "data_processing"
    assert not built.task_type_inferred
    assert built.entry_point == "slugify"
    assert built.limits == Limits(cpu_s=5, wall_s=10, scales=False, memory_bytes=256 * MIB)
    assert built.prompt == (
        "Write `slugify(text)`.\n\n```python\ndef slugify(text: str) -> str: ...\n```\n\n"
        "## Notes\n\nKeep it short.\n"
    )
    assert [(t.kind, t.origin, t.line) for t in built.tests] == [
        (TestKind.PYTHON, "dir/slug.md", 19),
        (TestKind.DOCTEST, "dir/slug.md", 26),
        (TestKind.PYTHON, "more.py", 1),
    ]
    lines = WHOLE.split("\n")
    for test in built.tests[:2]:
        assert lines[test.line - 1] == test.source.split("\n")[0]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_change_nothing(end: str) -> None:
    assert task("\ufeff" + WHOLE.replace("\n", end)) == task(WHOLE)


def test_a_task_without_front_matter() -> None:
    built = task("Print the sum of the numbers on standard input.\n", "total.md")
    assert built.name == "total"
    assert built.limits == Limits()
    assert built.task_type_inferred
    assert not built.has_tests
    assert built.entry_point is None


def test_empty_front_matter() -> None:
    assert task("---\n---\nDo it.").prompt == "Do it.\n"


def test_examples_are_pairs() -> None:
    built = task(
        "Sum.\n```stdin test\n1 2\n```\n```stdout test\n3\n```\n\n```stdout test\n0\n```\nDone.\n"
    )
    assert built.prompt == "Sum.\n\nDone.\n"
    assert built.examples == (
        Example(name="example 1", stdin="1 2\n", stdout="3\n"),
        Example(name="example 2", stdin="", stdout="0\n"),
    )
    assert built.is_script


@pytest.mark.parametrize(
    ("fence", "kind"),
    [
        ("python test", TestKind.PYTHON),
        ("py test", TestKind.PYTHON),
        ("test", TestKind.PYTHON),
        ("{.python .test}", TestKind.PYTHON),
    ],
)
def test_fences_that_are_python_tests(fence: str, kind: TestKind) -> None:
    assert task(f"Do.\n```{fence}\nassert 1\n```\n").tests[0].kind is kind


def test_a_session_is_a_doctest_whatever_it_is_called() -> None:
    for fence in ("python test", "doctest test", "pycon test"):
        built = task(f"Do.\n```{fence}\n>>> from solution import f\n>>> f()\n1\n```\n")
        assert built.tests[0].kind is TestKind.DOCTEST
        assert built.entry_point == "f"


def test_fences_in_lists_and_longer_ones() -> None:
    built = task("1. Do.\n\n   ````python test\n   assert '''\n   ```\n   '''\n   ````\n2. Done.\n")
    assert built.tests[0].source == "assert '''\n```\n'''\n"
    assert built.tests[0].line == 4
    assert built.prompt == "1. Do.\n\n2. Done.\n"


def test_the_word_test_in_code_or_prose_marks_nothing() -> None:
    built = task("Do test.\n```python\n# test\n```\n```pytest\nx\n```\n")
    assert not built.tests
    assert "# test" in built.prompt


@pytest.mark.parametrize(
    ("text", "entry_point"),
    [
        ("Do.\n```python test\nfrom solution import a, b\nassert a\n```\n", "a"),
        ("Do.\n```python\ndef only(x): ...\n```\n", "only"),
        ("Do.\n```python\nimport x\ndef one(): ...\n```\n```py\ndef two(): ...\n```\n", None),
        ("Do.\n```python\ndef broken(:\n```\n", None),
        ("Do.\n```js\ndef other(): ...\n```\n", None),
        ("---\nentry_point: c\n---\nDo.\n```test\nfrom solution import a\nassert a\n```\n", "c"),
    ],
)
def test_the_entry_point_is_found(text: str, entry_point: str | None) -> None:
    assert task(text).entry_point == entry_point


def test_the_digest_is_of_what_decides_and_not_of_names() -> None:
    base = task(WHOLE)
    assert task(WHOLE, "elsewhere.md").sha256 == base.sha256
    assert task(WHOLE.replace("name: slugs", "name: other")).sha256 == base.sha256
    for old, new in [
        ("Keep it short", "Keep it long"),
        ('slugify("a b")', 'slugify("a  b")'),
        ("timeout_s: 5", "timeout_s: 6"),
        ("memory_mb: 256", "memory_mb: 257"),
        ("entry_point: slugify", "entry_point: slug"),
        ("\n'a'\n", "\n'b'\n"),
    ]:
        assert task(WHOLE.replace(old, new)).sha256 != base.sha256


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("---\nentry_piont: x\n---\nDo.", 2, "did you mean 'entry_point'?"),
        ("---\ncompletely: x\n---\nDo.", 2, "Keys: task_type,"),
        ("---\n? [a]\n: b\n---\nDo.", 2, "There is no key"),
        ("---\nname: x\nDo.", 1, "not closed"),
        ("---\nname: a\n\nname: b\n---\nDo.", 4, "given twice, first in line 2"),
        ("---\n- a\n---\nDo.", 2, "`key: value`"),
        ("---\nname: a\nb: [\n---\nDo.", 3, "not YAML"),
        ("---\nname: 'a\n---\nDo.", 2, "not YAML"),
        ('---\nname: "\\UFFFFFFFF"\n---\nDo.', 1, "not YAML"),
        ("---\nname: a\ntask_type: a\x01b\n---\nDo.", 3, "YAML forbids"),
        ("---\nentry_point: yes\n---\nDo.", 2, 'must be text: put it in quotes, "yes"'),
        ("---\nentry_point: [a]\n---\nDo.", 2, "must be text."),
        ("---\nentry_point: a-b\n---\nDo.", 2, "not a name that a program can define"),
        ("---\nentry_point: class\n---\nDo.", 2, "not a name that a program can define"),
        ("---\nname: ''\n---\nDo.", 2, "is empty"),
        ("---\nlanguage: cobol\n---\nDo.", 2, "Languages: python"),
        ("---\ntimeout_s: soon\n---\nDo.", 2, "must be a number of seconds"),
        ("---\ntimeout_s: 0\n---\nDo.", 2, "more than 0"),
        ("---\ntimeout_s: .inf\n---\nDo.", 2, "more than 0"),
        ("---\ntimeout_s: .nan\n---\nDo.", 2, "more than 0"),
        ("---\nmemory_mb: 1.5\n---\nDo.", 2, "whole number of MiB"),
        ("---\nmemory_mb: 1\n---\nDo.", 2, "whole number of MiB"),
        ("---\nmemory_mb: 0x100\n---\nDo.", 2, "whole number of MiB"),
        ("---\ndisk_mb: -1\n---\nDo.", 2, "whole number of MiB from 0"),
        ("---\noutput_kb: 0\n---\nDo.", 2, "whole number of KiB from 1"),
        ("---\nopen_files: 3\n---\nDo.", 2, "whole number of files from 16"),
        ("---\nprocesses: many\n---\nDo.", 2, "whole number of processes"),
        ("---\nwall_s: -1\n---\nDo.", 2, "more than 0"),
        ("---\nsealed: maybe\n---\nDo.", 2, "true or false"),
        ("---\npackages: {a: b}\n---\nDo.", 2, "a package's name, or a list"),
        ("---\npackages:\n  - numpy\n  - 3\n---\nDo.", 4, 'in quotes, "3"'),
        ("---\npackages: [numpy>=2]\n---\nDo.", 2, "without a version"),
        ("---\npackages: ['']\n---\nDo.", 2, "not a package's name"),
        ("---\ntests:\n  - a.py\n  - {b: c}\n---\nDo.", 4, "path of a file"),
        ("---\nname: a\n---\n\n \n", 4, "no prompt"),
        ("", 1, "no prompt"),
        ("```python test\nassert 1\n```\n", 1, "no prompt"),
        ("Do.\n```python test\nassert 1\nassert (\n```\n", 4, "not Python"),
        ("---\nname: a\n---\nDo.\n\n```python test\na = 1\nb = = 2\n```\n", 8, "not Python"),
        ("Do.\n```doctest test\n>>> a = 1\n>>> b = = 2\n```\n", 4, "not Python"),
        ("Do.\n```doctest test\na = 1\n```\n", 3, "begins with >>>"),
        ("Do.\n```python test\n# later\n```\n", 3, "it is empty"),
        ("Do.\n```python test\nassert 1\n", 2, "not closed"),
        ("Do.\n\n```test\ndef helper(): pass\n```\n", 4, "nothing: there is no function test_"),
        ("Do.\n- ```python test\n  assert 1\n\nDone.\n", 2, "not closed"),
        ("Do.\n```js test\n1\n```\n", 2, "no 'js' tests"),
        ("Do.\n```stdin test\n1\n```\n", 2, "not followed by a `stdout test`"),
        (
            "Do.\n```stdin test\n1\n```\n```stdin test\n1\n```\n```stdout test\n```\n",
            2,
            "not followed by",
        ),
        ("Do.\n```test\ndef check(candidate): pass\n```\n", 3, "entry_point"),
        ("Do.\n\0\n", 2, "NUL"),
    ],
)
def test_mistakes_say_where_they_are(text: str, where: int, said: str) -> None:
    message = mistake(text)
    assert message.startswith(f"t.md:{where}: ")
    assert said in message


@pytest.mark.slow
def test_deep_yaml_is_a_mistake_like_any_other() -> None:
    assert "not YAML" in mistake("---\nname: " + "[" * 5000 + "\n---\nDo.")


def test_check_with_an_entry_point_is_fine() -> None:
    text = "---\nentry_point: f\n---\nDo.\n```test\ndef check(candidate): pass\n```\n"
    assert task(text).entry_point == "f"


@given(st.text())
def test_any_text_is_a_task_or_a_mistake(text: str) -> None:
    try:
        assert task(text).prompt.strip()
    except TaskError as error:
        assert str(error).startswith("dir/slug.md:")


pieces = st.sampled_from(
    ["---\n", "name: x\n", "tests: [a]\n", "\t", ": ", "```python test\n", "```\n", "- ", "> ",
     "```stdin test\n", "```stdout test\n", ">>> 1\n", "def f(): ...\n", "Do it.\n", "'", "\\"]
)  # fmt: skip


@given(st.lists(pieces, max_size=25).map("".join))
def test_any_mix_of_the_usual_pieces_is_a_task_or_a_mistake(text: str) -> None:
    test_any_text_is_a_task_or_a_mistake.hypothesis.inner_test(text)  # type: ignore[attr-defined]


def test_files_of_tests() -> None:
    (code,) = read_tests("assert 1\n", "a.py")
    assert code == TestCode(source="assert 1\n", origin="a.py")
    (session,) = read_tests("\n>>> 1\n1\n", "a.py")
    assert isinstance(session, TestCode)
    assert session.kind is TestKind.DOCTEST
    assert read_tests(
        '[{"stdin": "1", "stdout": "2", "name": "n"}, {"stdout": "3"}]', "a.json"
    ) == (
        Example(name="n", stdin="1", stdout="2"),
        Example(name="example 2", stdin="", stdout="3"),
    )
    assert read_tests('{"stdout": "3"}\r\n\r\n{"stdout": "4"}\r\n', "a.JSONL") == (
        Example(name="example 1", stdin="", stdout="3"),
        Example(name="example 3", stdin="", stdout="4"),
    )


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("a = = 1", "a.py", "a.py:1: This test is not Python"),
        ("", "a.py", "tests nothing"),
        ("def check_a(): assert 1\n", "a.py", "a.py:1: This test tests nothing: there is no"),
        ("x", "a.md", "not from '.md'"),
        ("[]", "a.json", "no examples"),
        ("\n", "a.jsonl", "no examples"),
        ("[\n1 2]", "a.json", "a.json:2: Not JSON"),
        ('{"stdout": ""}\n{', "a.jsonl", "a.jsonl:2: Not JSON"),
        ("[" * 100_000, "a.json", "a.json:1"),
        ("[1]", "a.json", "example 1: Each example must be"),
        ('{"stdin": "1"}', "a.json", "Each example must be"),
        ('{"stdout": 1}', "a.json", "stdout: must be text"),
        ('{"stdout": "1", "loose": 1}', "a.json", "loose: must be true or false"),
        ('{"stdout": "", "stdni": ""}', "a.json", "did you mean 'stdin'?"),
    ],
)
def test_mistakes_in_files_of_tests(text: str, path: str, said: str) -> None:
    with pytest.raises(TaskError) as caught:
        read_tests(text, path)
    assert said in str(caught.value)


def test_a_session_keeps_its_lines() -> None:
    session = "Text\n>>> for a in b:\n...     c\n...\n1\n  >>> d\n>>>\n"
    assert doctest_source(session) == "\nfor a in b:\n    c\n\n\nd\n\n"


@pytest.mark.parametrize(
    ("prompt", "entry_point", "expected"),
    [
        ("Write a REST endpoint with Flask that answers in JSON.", None, "api"),
        ("Hash a password with a salt and store it in SQL.", None, "security"),
        ("Query the SQLite database.", None, "database"),
        ("Parse a CSV file and aggregate its records.", None, "data_processing"),
        ("Run jobs in batches with a worker pool.", None, "batch"),
        ("Write a helper that formats a date.", None, "utilities"),
        ("Write a function that adds.", None, "simple_function"),
        ("Add.", "add", "simple_function"),
        ("Build me a castle.", None, "general"),
        ("The capital of France.", None, "general"),
    ],
)
def test_task_types_are_inferred(prompt: str, entry_point: str | None, expected: str) -> None:
    assert infer_task_type(prompt, entry_point) == expected


def test_task_types_are_normal() -> None:
    assert normal_task_type("  Data - Processing ") == "data_processing"
    assert task("---\ntask_type: ' - '\n---\nBuild me a castle.").task_type == "general"


SANDBOXED = """---
wall_s: 7.5
disk_mb: 100
output_kb: 8
open_files: 20
processes: 3
packages: [Zope.Interface, NumPy, numpy]
sealed: no
---
Do.
"""


def test_what_a_task_says_of_its_sandbox() -> None:
    built = task(SANDBOXED)
    assert built.limits == Limits(
        wall_s=7.5,
        scales=False,
        disk_bytes=100 * MIB,
        file_bytes=100 * MIB,
        output_bytes=8192,
        open_files=20,
        processes=3,
    )
    assert built.packages == ("numpy", "zope-interface")
    assert not built.sealed
    assert task("---\npackages: numpy\n---\nDo.").packages == ("numpy",)
    assert task("Do.").sealed


def test_what_a_task_says_of_its_sandbox_is_part_of_its_digest() -> None:
    digests = [task("Do.\n").sha256]
    lines = SANDBOXED.split("---\n")[1].splitlines()
    digests += [task(f"---\n{line}\n---\nDo.\n").sha256 for line in lines]
    assert len(set(digests)) == len(digests)
    assert task("---\nprocesses: 0\nsealed: true\n---\nDo.\n").sha256 == digests[0]


@pytest.mark.parametrize(
    ("test", "matter", "disk_mb"),
    [
        ("def test_a(tmp_path): assert tmp_path", "", 64),
        ("import tempfile\nassert tempfile", "", 64),
        ("def test_a(tmpdir): assert tmpdir", "", 64),
        ("assert 'tmp_paths'", "", 0),
        ("def test_a(tmp_path): assert tmp_path", "disk_mb: 0", 0),
        ("assert 1", "disk_mb: 2", 2),
    ],
)
def test_tests_that_need_files_have_room_for_them(test: str, matter: str, disk_mb: int) -> None:
    built = task(f"---\nname: a\n{matter}\n---\nDo.\n```python test\n{test}\n```\n")
    assert built.limits.disk_bytes == disk_mb * MIB
    assert built.limits.file_bytes >= Limits().file_bytes


def test_own_limits_hold_everywhere_and_defaults_grow_on_slow_machines() -> None:
    assert task("Do.").limits.scales
    assert task("---\ntask_type: batch\n---\nDo.").limits.scales
    assert not task("---\ntimeout_s: 3\n---\nDo.").limits.scales
    assert not task("---\nwall_s: 3\n---\nDo.").limits.scales


def test_programs_that_process_data_may_take_longer() -> None:
    def timeout_s(front_matter: str) -> float:
        text = f"---\nentry_point: f\n{front_matter}\n---\nWrite f."
        return build_task(read_task(text, "t.md")).limits.cpu_s

    assert timeout_s("task_type: data processing") == timeout_s("task_type: batch") == 30
    assert timeout_s("task_type: utilities") == 10
    assert timeout_s("task_type: batch\ntimeout_s: 5") == 5
