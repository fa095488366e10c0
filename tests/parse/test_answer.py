"""Answers as models give them, one by one: what is taken, and what isn't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.parse.answer import extract

F = "def f(x):\n    return x + 1\n"
STUB = """Write `f`.

```python
from typing import List

def f(x: List[int]) -> int:
    ...
```
"""
RAW_STUB = '''import math
from typing import List


def helper(x):
    return math.floor(x)


def f(x: List[int]) -> int:
    """ Add one.
    >>> f(1)
    2
    """
'''


def code(text: str, entry_point: str | None = "f", prompt: str = "") -> str | None:
    return extract(text, entry_point=entry_point, prompt=prompt).code


@pytest.mark.parametrize(
    "text",
    [
        F,
        f"```python\n{F}```",
        f"```\n{F}```",
        f"~~~py\n{F}~~~",
        f"```Python3\n{F}```",
        f"```{{.python}}\n{F}```",
        f"```python:app.py\n{F}```",
        f"```solution.py\n{F}```",
        f"````python\n{F}````",
        f"```python\n{F}",
        f"Sure! Here's it → enjoy:\n\n```python\n{F}```\n\nIt doesn't fail → ever.",
        "- The code:\n\n  ```python\n  def f(x):\n      return x + 1\n  ```\n",
        "1. So:\n\n        ```python\n        def f(x):\n            return x + 1\n        ```\n",
        f"Here: ```python\n{F}```",
        f"> ```python\n> {F.replace(chr(10), chr(10) + '> ', 1)}> ```\n",
        f"[PYTHON]\n{F}[/PYTHON]",
        f"<code>{F}</code>",
        f"```python\r\n{F}```".replace("\n", "\r\n"),
        f"\ufeff```python\n{F}```",
        f"```python\n\ufeff{F}```",
        f"```python\n{F}\0```",
        f"\x1b[32m```python\x1b[0m\n\x1b]0;t\x07{F}```",
        f"```python\n{F}```<|im_end|>",
        f"{F}</s>",
        f"<think>\n```python\ndef f(x): return 0\n```\n</think>\n\n```python\n{F}```",
        f"```python\ndef f(x): return 0\n```\nNo, wait.</think>```python\n{F}```",
        f"```python\n{F}```\n<think>\n```python\ndef f(x): return 0\n```",
        f"```bash\npip install f\n```\n\n```python\n{F}```\n\n```python\nprint(f(1))\n```\n",
        f"```python\nassert f(1) == 2\nprint(f(2))\n```\n```python\n{F}```",
        f"```python\ndef f(x):\n    pass\n```\n\n```python\n{F}```",
        f"```python\n{F}```\n\n```python\ndef f(x):\n    ...\n```",
        f"```python\ndef f(x):\n    return x\n```\nBetter:\n```python\n{F}```",
        f"```python\n>>> f(1)\n2\n```\n```python\n{F}```",
        f"```javascript\nf = 1\n```\n```python\n{F}```",
        f"```python\ndef f(x:\n```\n```python\n{F}```",
        f"Sure, it's simple → look:\n\n{F}\nThis adds 1; it doesn't do more.",
        f"Sure\n\n{F}\nNote\n",
        f"{F}\nNote (important)\n",
        f"Explanation: here\n{F}\nResult: fine\n",
        f"Use `f`:\n\n```python\n{F}```\n\nExample:\n\n```\n2\n```",
        f"```python\n{F}\n\nThis function isn't hard.",
        "```python\n    def f(x):\n        return x + 1\n```",
        "def f(x):\n    return x + 1\n</code>",
        "def f\\_(x):\n    return x\n\nThen:\n" + F,
        f'<pre><code class="language-python">{F}</code></pre>',
        "```python\n>>> def f(x):\n...     return x + 1\n```",
        f"```python\n{F}```".replace("    ", "\u00a0 \u202f\u3000"),
        f"```python\n\u200b{F}```".replace("x", "x\u200b"),
        f"\u200b{F}\u2060",
    ],
)
def test_the_program_comes_back_whole(text: str) -> None:
    assert code(text) == F


def test_escaped_markup() -> None:
    program = "def f(x):\n    return x < 1 and x > 0\n"
    escaped = program.replace("<", "&lt;").replace(">", "&gt;")
    assert code(f"<pre><code>{escaped}</code></pre>") == program


def test_a_wrapper_around_a_fence_changes_nothing() -> None:
    assert code(f"[PYTHON]\n```python\n{F}```\n[/PYTHON]") == F


def test_a_whole_text_that_is_code_is_the_program_whatever_its_strings_show() -> None:
    script = "[print(x) for x in open(0)]\n"
    assert code(script, None) == script
    shows = (
        'def f(x):\n    """As in:\n\n```python\ndef f(x):\n    return 0\n```\n"""\n    return x\n'
    )
    assert code(shows) == shows


def test_escaped_underscores() -> None:
    assert code("def f\\_g(x):\n    return x\n", "f_g") == "def f_g(x):\n    return x\n"


def test_the_most_complete_block_wins() -> None:
    whole = f"def g(x):\n    return x\n\n\n{F}"
    assert code(f"```python\n{whole}```\nIn short:\n```python\n{F}```") == whole


def test_blocks_are_joined_where_one_needs_another() -> None:
    helper = "import math\n\ndef help_me(x):\n    return math.floor(x)\n"
    main = "def f(x):\n    return help_me(x)\n"
    text = (
        f"First:\n```python\n{helper}```\nThen:\n```python\n{main}```\n```python\nprint(f(1))\n```"
    )
    found = extract(text, entry_point="f")
    assert found.code == f"{helper}\n\n{main}"
    assert found.note == "joined from 2 blocks"


def test_joining_follows_what_the_helpers_need_and_keeps_the_order() -> None:
    parts = [
        "from __future__ import annotations\nimport math\n",
        "def f(x):\n    return a(x)\n",
        "def unused(x):\n    return x\n",
        "def a(x):\n    return b(x)\n",
        "from __future__ import annotations\ndef b(x):\n    return math.pi\n",
    ]
    found = code("\n".join(f"```python\n{part}```" for part in parts))
    assert found is not None
    assert found.startswith("from __future__ import annotations\n\n\nimport math\n")
    assert found.count("__future__") == 1
    assert "unused" not in found
    assert found.index("def f") < found.index("def a") < found.index("def b")
    compile(found, "f", "exec")


def test_drafts_of_the_program_are_never_joined() -> None:
    draft = "def g(x):\n    return 0\n\ndef f(x):\n    return g(x)\n"
    final = "def h(x):\n    return 1\n\ndef f(x):\n    return g(h(x))\n"
    assert code(f"```python\n{draft}```\n```python\n{final}```") == final


def test_a_body_goes_under_the_stub() -> None:
    for body in ("    return x[0] + 1\n", "return x[0] + 1\n", "```python\nreturn x[0] + 1\n```"):
        found = extract(body, entry_point="f", prompt=STUB)
        assert found.code is not None
        assert found.code.startswith("from typing import List\n\ndef f(x: List[int]) -> int:\n")
        assert found.code.endswith("    return x[0] + 1\n")
        assert "head" in found.note


def test_a_body_whose_first_line_lost_its_indentation() -> None:
    found = code("y = helper(x)\n    if y:\n        return 1\n    return 2\n", prompt=RAW_STUB)
    assert found == (
        RAW_STUB.strip("\n") + "\n    y = helper(x)\n    if y:\n        return 1\n    return 2\n"
    )


def test_a_body_ends_where_prose_begins() -> None:
    found = code("    return helper(x)\n\nThis isn't → code.\n", prompt=RAW_STUB)
    assert found == RAW_STUB.strip("\n") + "\n    return helper(x)\n"


def test_prose_is_no_body() -> None:
    for prose in ("Sorry", "I can't do that.", "Note (see above)", "    Sorry"):
        assert code(prose, prompt=STUB) is None


def test_imports_and_helpers_of_the_prompt_are_given() -> None:
    answer = "def f(x: List[int]) -> int:\n    return helper(x[0])\n"
    found = extract(answer, entry_point="f", prompt=RAW_STUB)
    assert found.code is not None
    assert found.code.startswith(
        "import math\nfrom typing import List\ndef helper(x):\n    return math.floor(x)\n"
    )
    assert found.code.endswith(answer)
    assert found.note == "with List, helper, math of the prompt"


def test_what_the_answer_has_is_not_given_again() -> None:
    answer = "from typing import List\n\ndef f(x: List[int]) -> int:\n    return x\n"
    assert extract(answer, entry_point="f", prompt=RAW_STUB).code == answer


def test_a_star_import_of_the_prompt_counts() -> None:
    prompt = "from math import *\n\ndef f(x):\n    '''Doc.'''\n"
    assert code("def f(x):\n    return floor(x)\n", prompt=prompt) == (
        "from math import *\n\n\ndef f(x):\n    return floor(x)\n"
    )


def test_a_signature_without_a_body_is_a_stub_too() -> None:
    assert code("    return x", prompt="def f(x):") == "def f(x):\n    return x\n"


def test_a_broken_program_is_code_and_will_fail() -> None:
    broken = "def f(x):\n    return (x\n"
    for text in (f"Here:\n```python\n{broken}```\nDone.", broken, f"It's:\n\n{broken}"):
        found = extract(text, entry_point="f")
        assert found.code == broken
        assert "parse" in found.note


def test_a_program_that_defines_something_else_is_code() -> None:
    found = extract("```python\ndef g():\n    return 1\n```", entry_point="f")
    assert found.code == "def g():\n    return 1\n"
    assert found.note == "no block defines f"
    assert code("```python\nx = = 1\n```") == "x = = 1\n"
    assert code("def g(x):\n    return (x\n") == "def g(x):\n    return (x\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "I'm sorry, I can't → help.",
        "Sure",
        "Note: this",
        "Use `f(1)` → 2.\n\n```bash\nls\n```\n",
        "```json\n[1]\n```",
        "```\n>>> f(1)\n2\n```",
        "<think>\n```python\ndef f(x): return 0\n```\n",
        "<think>```python\ndef f(x): return 0\n```\n",
        "Thinking...\n```python\ndef f(x): return 0\n```\n</think>\n",
        "```\nsome output\n```",
    ],
)
def test_no_program(text: str) -> None:
    for entry_point in ("f", None):
        found = extract(text, entry_point=entry_point)
        assert found.code is None
        assert found.note


def test_characters_that_nobody_sees_stay_where_python_takes_them() -> None:
    program = "def f(x):\n    return '\u200b\u00a0'\n"
    assert code(f"```python\n{program}```") == program


def test_a_session_that_defines_the_program_is_one() -> None:
    session = ">>> import math\n>>> def f(x):\n...     return x\n...\n>>> f(1)\n1\n"
    program = "import math\ndef f(x):\n    return x\n\nf(1)\n"
    assert code(f"So:\n```pycon\n{session}```\n") == program
    assert code(f"```pycon\n{session}```\n```python\n{F}```") == F


def test_an_answer_too_long_to_be_looked_through_is_said_to_be() -> None:
    many_blocks = "".join(f"```python\ndef g{i}():\n  0\n```\n" for i in range(2100))
    for rest in (many_blocks, " " * 1_000_000):
        found = extract(f"```python\n{F}```\n{rest}", entry_point="f")
        assert found.code == F
        assert "too long" in found.note


def test_thinking_alone_is_said_to_be_that() -> None:
    assert "thinking" in extract("<think>a", entry_point="f").note
    assert "empty" in extract(" ", entry_point="f").note


def test_tags_in_the_programs_own_strings_are_not_thinking() -> None:
    program = (
        'import re\n\ndef f(t):\n    t = re.sub(r"<think>.*?</think>", "", t)\n'
        "    return t.split('</think>')[-1].replace(\"<think>\", '')\n"
    )
    assert code(f"```python\n{program}```") == program
    assert code(f"<think>x</think>\n```python\n{program}```") == program


def test_scripts_need_no_entry_point() -> None:
    script = "n = int(input())\nprint(n * 2)\n"
    test = "```python\nimport unittest\n\nclass TestIt(unittest.TestCase):\n    pass\n\n# long\n```"
    text = f"```bash\npython main.py\n```\n```python\n{script}```\n```\n3\n```\n{test}"
    assert code(text, None) == script
    assert code(script, None) == script
    assert code("print(int(input()) * 2)", None) == "print(int(input()) * 2)\n"
    assert code("```\nprint(1)\n```", None) == "print(1)\n"
    assert code("```python\nx = (\n```", None) == "x = (\n"


def test_of_several_scripts_the_longest_wins() -> None:
    short, long = "print(input())\n", "for line in open(0):\n    print(line)\n"
    assert code(f"```python\n{short}```\n```python\n{long}```\n```python\n{short}```", None) == long


def test_a_placeholder_is_better_than_nothing() -> None:
    stub = "def f(x):\n    pass\n"
    for text in (stub, f"```\n{stub}```", f"It's:\n\n{stub}"):
        found = extract(text, entry_point="f")
        assert found.code == stub
        assert found.note == "f is a placeholder"


ESCAPES = st.sampled_from(["\x1b[0m", "\x1b]0;", "\x1b", "\0", "\ufeff", "\r", "\ud800", "\u2028"])
PIECES = st.sampled_from(
    ["```", "```python\n", "~~~\n", "````\n", "\n", "    ", "- ", "> ", "def f(x):\n", "    return",
     "'''", '"""', "<think>", "</think>", "[PYTHON]", "<code>", "\\", "(", ")", "import x\n",
     "@a\n", "else:\n", "x = 1\n", "it's → so\n", "f(1)\n", "\\_", "# a\n", "class f:\n",
     "&lt;", "</s>\n"]
)  # fmt: skip


@given(
    st.text() | st.lists(PIECES | ESCAPES, max_size=40).map("".join), st.sampled_from(["f", None])
)
def test_any_text_can_be_looked_through(text: str, entry_point: str | None) -> None:
    found = extract(text, entry_point=entry_point, prompt=text)
    assert found.code is None or found.code.strip()


@pytest.mark.parametrize(
    "text",
    [
        "`" * 50_000,
        "```\n" * 12_500,
        "```python\n" * 5_000,
        "``` " * 12_500,
        "~~~\n```\n" * 5_000,
        "def f(\n" * 5_000,
        "x = (\n" * 5_000,
        'x = """\n' * 5_000,
        "@a\n" * 12_500,
        "word(s) and 'quotes\n" * 2_500,
        "It's → prose.\n" * 3_750,
        "[PYTHON]" * 5_000,
        "<code>" * 7_500,
        "<think>" * 7_500,
        "</think>" * 7_500,
        "\x1b[" * 25_000,
        "\x1b]" * 25_000,
        "- " * 25_000,
        "(" * 50_000,
        "    " * 12_500,
        "a\\_b = 1\n" * 5_000,
        "def f(x):\n" + "    x += 1\n" * 3_750,
        "x = 1\n" * 7_500,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.slow
def test_long_hostile_texts_end(text: str) -> None:
    extract(text, entry_point="f", prompt="def f(x):\n")
    extract(text, entry_point=None)


def test_a_prompt_may_have_any_line_ends() -> None:
    assert extract("\r```\r:", entry_point="f", prompt="\r```\r:").code is None


@pytest.mark.parametrize("entry_point", ["f", None])
def test_a_block_of_nothing_visible_is_no_program(entry_point: str | None) -> None:
    assert extract("[PYTHON]\ufeff", entry_point=entry_point).code is None
