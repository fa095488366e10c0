"""What makes a name of the program's one of a class: what tests do with it."""

from __future__ import annotations

import pytest

from paragen.sandbox.runner.classes import used_as_class

CLASSES = [
    "s = Stack()\ns.push(1)\nassert s == [1]",
    "assert Stack().depth == 0",
    "assert isinstance(make(), Stack)",
    "assert isinstance(make(), (int, Stack))",
    "self.assertIsInstance(make(), Stack)",
    "with pytest.raises(Stack): make()",
    "self.assertRaises(Stack, make)",
    "try: make()\nexcept (ValueError, Stack): pass",
    "assert Stack.empty() == []",
    "assert solution.Stack.empty() == []",
    "assert type(make()) is Stack",
    "assert Stack(1) + Stack(2) == 3",
    "a, b = 1, 2\ns = Stack(a)\nassert s * 2 == Stack(b)",
    "assert Stack(1) * 2 == Stack(2)",
    "a, [b, c] = Stack(1), (2, Stack(3))\nassert a + c == 4",
    "self.assertEqual(Stack(1) * 2, Stack(2))",
    "@pytest.fixture\ndef stack():\n    return Stack()\ndef test(stack):\n    stack.push(1)",
    "class T:\n  def setUp(self): self.stack = Stack()\n  def test(self): self.stack.push(1)",
    "s = Stack()\ns[0] = 3",
    "with Stack() as s: pass",
    "def check(candidate):\n    s = candidate()\n    s.push(2)\n",
    "def test(s: Stack): pass",
    "match make():\n    case Stack(): pass",
    "if (s := Stack()): s.push(1)",
    ">>> s = Stack()\n>>> s.push(1)\n>>> s == [1]\nTrue\n",
    "assert str(Stack('a') / 'b') == 'a/b'",
    "p = Stack(str.strip) | (lambda s: s + '!')\nassert p(' a ') == 'a!'",
    "s = Stack([1]) | [4]\nassert 4 in s",
]

FUNCTIONS = [
    "assert Stack(7) == 49",
    "assert Stack('a').upper() == 'A'",
    "assert sorted(Stack(7).keys()) == [1]",
    "r = Stack(7)\nr.sort()\nassert r == [1]",
    "assert Stack(7)[0] == 49 and len(Stack(7)) == 1",
    "def check(candidate):\n    assert candidate(7) == 49\ncheck(Stack)",
    "with pytest.raises(ValueError): Stack(-1)",
    "self.assertRaises(ValueError, Stack, -1)",
    "pytest.raises(ValueError, Stack, -1)",
    "assert Stack(1) == Stack(1)",
    "assert abs(Stack(7) - 49) < 1e-9",
    "assert Stack(7) / 7 == 7 and Stack(7) - 0.5 > 0",
    "assert Stack('a') + 'b' == 'ab' and Stack('%s') % 'a' == 'a'",
    "assert Stack([1]) | {2} == {1, 2} and Stack([1]) + [2] == [1, 2]",
    "a, b = Stack(7), 49\nassert a + b == 98",
    "self.assertEqual(Stack(1), Stack(1))",
    "self.assertAlmostEqual(Stack(7) - 49, 0)",
    "assert Stack is not None and callable(Stack)",
    "assert Stack.__name__ == 'Stack'",
    "CASES = [(Stack, 7, 49)]\nfor f, given, wanted in CASES:\n    assert f(given) == wanted",
    "assert (",
    ">>> Stack(7)\n49\n",
]


@pytest.mark.parametrize("test", CLASSES)
def test_what_only_classes_are_for_shows_one(test: str) -> None:
    assert used_as_class("Stack", (test,))
    assert used_as_class("Stack", ("assert True", test))
    assert "candidate" in test or not used_as_class("Queue", (test,))


@pytest.mark.parametrize("test", FUNCTIONS)
def test_what_functions_are_for_shows_none(test: str) -> None:
    assert not used_as_class("Stack", (test,))
