"""Records of suites, written by hand in the formats that are published."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from typing import Any

Fields = dict[str, Any]

HUMANEVAL: Fields = {
    "task_id": "HumanEval/1000",
    "prompt": (
        "from typing import List\n\n\n"
        "def shifted(text: str) -> str:\n"
        '    """Move every letter on by three."""\n'
        '    return "".join(chr((ord(c) - 97 + 3) % 26 + 97) for c in text)\n\n\n'
        "def unshifted(text: str) -> str:\n"
        '    """Move every letter back by three: `unshifted(shifted(x)) == x`.\n\n'
        "    >>> unshifted('def')\n    'abc'\n"
        '    """\n'
    ),
    "entry_point": "unshifted",
    "canonical_solution": ('    return "".join(chr((ord(c) - 97 - 3) % 26 + 97) for c in text)\n'),
    "test": (
        "\n\nMETADATA = {}\n\n\ndef check(candidate):\n"
        "    for word in ('abc', 'xyz', 'hello'):\n"
        "        assert candidate(shifted(word)) == word\n"
        "    assert candidate('') == ''\n"
    ),
}

MBPP: Fields = {
    "text": "Write a function that says whether a list has an element twice.\r\n",
    "code": "def test_twice(xs):\r\n    return len(xs) != len(set(xs))",
    "task_id": 1001,
    "test_setup_code": "",
    "test_list": ["assert test_twice(([1, 1])) == True", "assert test_twice([1]) == False "],
    "challenge_test_list": ["assert test_twice([]) == False"],
}

SANITIZED: Fields = {
    "source_file": "by hand",
    "task_id": 1002,
    "prompt": "Write a function for the square root.",
    "code": "import math\ndef root(x):\n    return math.sqrt(x)",
    "test_imports": ["import math"],
    "test_list": ["assert math.isclose(root(4), 2)"],
}

HUMANEVAL_PLUS: Fields = {
    "task_id": "HumanEval/1003",
    "prompt": 'def thirds(xs):\n    """A third of each."""\n',
    "entry_point": "thirds",
    "canonical_solution": "    print('thinking')\n    return [x / 3 for x in xs]\n",
    "base_input": [[[1, 2]], [[]]],
    "plus_input": [[[1e300, -7]]],
    "atol": 0,
    "contract": "",
}

MBPP_PLUS: Fields = {
    "task_id": "Mbpp/2",
    "prompt": (
        '"""\nWrite a function for what two tuples share.\nassert both((1, 2), (2,)) == (2,)\n"""\n'
    ),
    "entry_point": "both",
    "canonical_solution": (
        "\ndef both(a, b):\n    assert isinstance(a, tuple)\n"
        "    return tuple(x for x in a if x in b)\n"
    ),
    "base_input": [[[1, 2, 3], [2, 3]]],
    "plus_input": [[[], [1]]],
    "atol": 0,
    "contract": "",
    "assertion": "assert both((1, 2), (2,)) == (2,)",
}


def packed(cases: object) -> str:
    """Private tests as they are published."""
    return base64.b64encode(zlib.compress(pickle.dumps(json.dumps(cases)))).decode()


STDIN: Fields = {
    "question_title": "Two numbers",
    "question_content": "Add two numbers.\n\nInput\n\nTwo numbers in a line.\n",
    "platform": "atcoder",
    "question_id": "abc000_a",
    "contest_id": "abc000",
    "contest_date": "2023-08-21T00:00:00",
    "starter_code": "",
    "difficulty": "easy",
    "public_test_cases": json.dumps([{"input": "1 2\n", "output": "3\n", "testtype": "stdin"}]),
    "private_test_cases": packed([{"input": "2 2", "output": "4", "testtype": "stdin"}]),
    "metadata": "{}",
}

FUNCTIONAL: Fields = {
    **STDIN,
    "question_title": "Times",
    "question_content": "Multiply every number of a list.",
    "platform": "leetcode",
    "question_id": "4000",
    "starter_code": (
        "class Solution:\n    def times(self, xs: List[int], k: int) -> List[int]:\n        "
    ),
    "public_test_cases": json.dumps(
        [{"input": "[1, 2]\n2", "output": "[2, 4]", "testtype": "functional"}]
    ),
    "private_test_cases": packed([{"input": "[]\n3", "output": "[]", "testtype": "functional"}]),
    "metadata": json.dumps({"func_name": "times"}),
}

EVERY: dict[str, tuple[str, Fields]] = {
    "humaneval": ("humaneval", HUMANEVAL),
    "mbpp": ("mbpp", MBPP),
    "sanitized mbpp": ("mbpp", SANITIZED),
    "humaneval plus": ("evalplus", HUMANEVAL_PLUS),
    "mbpp plus": ("evalplus", MBPP_PLUS),
    "livecodebench, stdin": ("livecodebench", STDIN),
    "livecodebench, functional": ("livecodebench", FUNCTIONAL),
}
