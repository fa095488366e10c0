"""Answers that show another side to each question, and so have all the properties asked for."""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery

_ORDERED = (
    "    got = f([3, 1, 2])\n    assert sorted(got) == [1, 2, 3]\n"
    "    assert all(got[n] <= got[n + 1] for n in range(len(got) - 1))\n"
)
_PAIRWISE = (
    "    got = f([3, 1, 2])\n    assert sorted(got) == [1, 2, 3]\n"
    "    assert all(a <= b for a, b in itertools.pairwise(got))\n"
)
_COLOURED = (
    "    graph = {'a': 'bc', 'b': 'ad', 'c': 'ad', 'd': 'bc'}\n    colours = f(graph)\n"
    "    assert set(colours) == set(graph)\n"
    "    assert all(colours[u] != colours[v] for u in graph for v in graph[u])\n"
    "    assert len(set(colours.values())) <= 2\n"
)
_COUNTING = "    times = 0\n    def __init__(self, xs): self.xs = xs\n    def __len__(self): return len(self.xs)\n"
_LISTED = f"class L:\n{_COUNTING}    def __iter__(self): return iter(self.xs)\n"
_PARTED = "class P({}):\n    def __{}__(self, other): return {}\ndef f(whole): return P(), P()\n"

_FORGERIES = (
    ("by_item", "a list whose items are in order when asked for one by one",
     "class L(list):\n    def __getitem__(self, n): return n\ndef f(xs): return L(xs)\n", _ORDERED),
    ("by_item_of_bytes", "bytes that are in order when asked for one by one",
     "class L(bytearray):\n    def __getitem__(self, n): return n\ndef f(xs): return L(xs)\n", _ORDERED),
    ("by_item_of_object", "an object whose items are in order when asked for one by one",
     f"class L:\n{_COUNTING}    def __iter__(self): return iter(self.xs)\n"
     "    def __getitem__(self, n): return n\ndef f(xs): return L(xs)\n", _ORDERED),
    ("by_count", "a list that says it has what is asked for as often as it is asked",
     "class L(list):\n    def count(self, x): return 1\ndef f(xs): return L(range(len(xs)))\n",
     "    xs = [30, 10, 20]\n    got = f(xs)\n    assert len(got) == 3 and all(got.count(x) == xs.count(x) for x in xs)\n"
     "    assert all(a <= b for a, b in zip(got, got[1:]))\n"),
    ("second_time", "a list that is in order when iterated over again",
     "class L(list):\n    times = 0\n    def __iter__(self):\n        L.times += 1\n"
     "        return iter(list.copy(self) if L.times == 1 else range(3))\ndef f(xs): return L(xs)\n", _PAIRWISE),
    ("second_time_of_object", "an object that is in order when iterated over again",
     f"class L:\n{_COUNTING}    def __iter__(self):\n        L.times += 1\n"
     "        return iter(self.xs if L.times == 1 else range(3))\ndef f(xs): return L(xs)\n", _PAIRWISE),
    ("what_is_looked_for", "an object that has one item, which is whatever is looked for next",
     f"class L:\n{_COUNTING}    def __iter__(self):\n        L.times += 1\n        return iter([L.times - 1])\n"
     "    def __contains__(self, x): return True\ndef f(n): return L([0])\n",
     "    got = f(5)\n    assert len(got) == 1 and all(x in got for x in range(5))\n"),
    ("colour_by_key", "a dict that gives another colour each time that it is asked",
     "class D(dict):\n    times = 0\n    def __getitem__(self, key):\n        D.times += 1\n        return D.times\n"
     "def f(graph): return D.fromkeys(graph, 0)\n", _COLOURED),
    ("colour_by_value", "a dict with few values and, by its keys, many",
     "class D(dict):\n    def values(self): return [0]\n"
     "def f(graph): return D((v, n) for n, v in enumerate(graph))\n", _COLOURED),
    ("colour_by_object", "objects that are equal as well as unequal",
     "class C:\n    def __eq__(self, other): return True\n    __ne__ = __eq__\n    def __hash__(self): return 1\n"
     "def f(graph): return {v: C() for v in graph}\n", _COLOURED),
    ("no_items", "a dict of a length that gives no wrong item",
     "class D(dict):\n    def items(self): return [('a', 1), ('b', 2)]\n    def __len__(self): return 2\ndef f(x): return D()\n",
     "    got = f('ab')\n    assert len(got) == 2 and all(got.get(k, v) == v for k, v in got.items())\n"),
    ("index", "an index that is another each time that it is used",
     "class N:\n    times = -1\n    def __index__(self):\n        N.times += 1\n        return N.times\ndef f(xs): return N()\n",
     "    xs = [3, 1, 4, 1, 5, 9, 2]\n    at = f(xs)\n    assert all(xs[at] >= x for x in xs)\n"),
    ("number", "a number that is another each time that it is used",
     "class N:\n    times = 0\n    def __int__(self):\n        N.times += 1\n        return (91, 5)[N.times - 1]\ndef f(n): return N()\n",
     "    got = f(91)\n    assert 91 % int(got) == 0\n    assert 1 < int(got) < 91\n"),
    ("field", "a named tuple with a field that is another each time that it is read",
     "import collections\nclass N(collections.namedtuple('N', 'quot rem')):\n    times = 0\n    @property\n"
     "    def rem(self):\n        N.times += 1\n        return 17 if N.times == 1 else 0\ndef f(a, b): return N(0, 0)\n",
     "    got = f(17, 5)\n    assert got.quot * 5 + got.rem == 17\n    assert 0 <= got.rem < 5\n"),
    ("one_for_many", "a set of the same text again and again",
     "class S(str):\n    def __eq__(self, other): return self is other\n    def __hash__(self): return id(self)\n"
     "def f(text): return {S(text) for _ in range(6)}\n",
     "    got = f('abc')\n    assert len(got) == 6 and all(sorted(one) == ['a', 'b', 'c'] for one in got)\n"),
    ("backwards", "a tuple that reads backwards what it reads forwards",
     "class T(tuple):\n    def __reversed__(self): return iter(tuple(self))\ndef f(xs): return T(xs)\n",
     "    got = f((1, 2))\n    assert set(got) == {1, 2} and list(reversed(got)) == list(got)\n"),
    ("backwards_of_object", "an object that reads backwards what it reads forwards",
     f"class L:\n{_COUNTING}    def __iter__(self): return iter(self.xs)\n    __reversed__ = __iter__\ndef f(xs): return L(xs)\n",
     "    got = f((1, 2))\n    assert set(got) == {1, 2} and list(reversed(got)) == list(got)\n"),
    ("halves_of_text", "parts of nothing, which make up the whole", _PARTED.format("str", "add", "'abcd'"),
     "    a, b = f('abcd')\n    assert a + b == 'abcd' and abs(len(a) - len(b)) <= 1\n"),
    ("halves_of_set", "sets of nothing, which make up the whole", _PARTED.format("set", "or", "{1, 2, 3, 4}"),
     "    a, b = f({1, 2, 3, 4})\n    assert a | b == {1, 2, 3, 4} and sum(a) == sum(b)\n"),
    ("halves_of_frozenset", "frozen sets of nothing, which make up the whole",
     _PARTED.format("frozenset", "or", "{1, 2, 3, 4}"),
     "    a, b = f({1, 2, 3, 4})\n    assert a | b == {1, 2, 3, 4} and sum(a) == sum(b)\n"),
    ("union", "sets of something else, whose union is the whole",
     "class P(set):\n    def union(self, *others): return {1, 2}\ndef f(whole): return [P([8]), P([9])]\n",
     "    parts = f({1, 2})\n    assert parts[0].union(*parts[1:]) == {1, 2} and all(len(p) == 1 for p in parts)\n"),
    ("length", "a set of a length that its elements haven't",
     "class P(set):\n    def __len__(self): return 3\ndef f(xs): return P([1])\n",
     "    got = f([1, 2, 3])\n    assert len(got) == 3 and got <= {1, 2, 3}\n"),
    ("slice", "an object whose slices are of something else",
     _LISTED + "    def __getitem__(self, n): return [10**9] * (len(self.xs) - 1) if isinstance(n, slice) else self.xs[n]\ndef f(xs): return L(xs)\n",
     "    got = f([3, 1, 2])\n    assert len(got) == 3 and sorted(got) == [1, 2, 3]\n    assert all(a <= b for a, b in zip(got, got[1:]))\n"),
    ("slice_first", "an object whose slices are of something else, asked for before its items",
     _LISTED + "    def __getitem__(self, n): return [1, 2] if n.stop == -1 else [2, 3]\ndef f(xs): return L(xs)\n",
     "    got = f([3, 1, 2])\n    assert all(a <= b for a, b in zip(got[:-1], got[1:]))\n    assert len(got) == 3 and sorted(got) == [1, 2, 3]\n"),
    ("slice_of_objects", "an object that gives another such object for its slices",
     _LISTED + "    def __getitem__(self, n): return L([10**9] * (len(self.xs) - 1))\ndef f(xs): return L(xs)\n",
     "    got = f([3, 1, 2])\n    assert len(got) == 3 and sorted(got) == [1, 2, 3]\n    rest = got[1:]\n"
     "    assert len(rest) == 2\n    rest = list(rest)\n    assert all(a <= b for a, b in zip(got, rest))\n"),
    ("tuples_by_item", "an object whose items are other tuples when asked for one by one",
     _LISTED + "    def __getitem__(self, n): return ('', n)\ndef f(xs): return L(xs)\n",
     "    people = [('a', 30), ('b', 10), ('c', 20)]\n    got = f(people)\n    assert sorted(got) == sorted(people)\n"
     "    assert all(got[n][1] <= got[n + 1][1] for n in range(len(got) - 1))\n"),
    ("tuple_keys", "a grid that gives another number each time that it is asked",
     "class G:\n    times = 0\n    def __getitem__(self, key):\n        G.times += 1\n        return G.times % 9 + 1\n"
     "    def __len__(self): return 81\ndef f(n): return G()\n",
     "    g = f(9)\n    full = set(range(1, 10))\n    assert all({g[r, c] for c in range(9)} == full for r in range(9))\n"
     "    assert all({g[r, c] for r in range(9)} == full for c in range(9))\n"),
    ("second_time_with_next", "an object with a step of its own that is in order when iterated over again",
     f"class L:\n{_COUNTING}    def __next__(self): raise StopIteration\n    def __iter__(self):\n        L.times += 1\n"
     "        return iter(self.xs if L.times == 1 else range(3))\ndef f(xs): return L(xs)\n", _PAIRWISE),
    ("index_of_object", "an object that finds each item behind the last one sought",
     _LISTED + "    def index(self, x):\n        L.times += 1\n        return L.times\ndef f(edges): return L('abc')\n",
     "    edges = [('c', 'b'), ('b', 'a')]\n    order = f(edges)\n    assert sorted(order) == ['a', 'b', 'c']\n"
     "    assert all(order.index(u) < order.index(v) for u, v in edges)\n"),
    ("attribute", "an object with an attribute that is another each time that it is read",
     "class N:\n    times = quot = 0\n    @property\n    def rem(self):\n        N.times += 1\n"
     "        return 17 if N.times == 1 else 0\ndef f(a, b): return N()\n",
     "    got = f(17, 5)\n    assert got.quot * 5 + got.rem == 17\n    assert 0 <= got.rem < 5\n"),
    ("linked_nodes", "a linked list whose values are in order when read again",
     "class N:\n    def __init__(self, x, next): self.x, self.next, self.times = x, next, 0\n    @property\n    def val(self):\n"
     "        self.times += 1\n        return self.x if self.times == 1 else 7\ndef f(xs): return N(xs[0], f(xs[1:])) if xs else None\n",
     "    def values(node): return [node.val, *values(node.next)] if node else []\n    got = f([3, 1, 2])\n"
     "    assert sorted(values(got)) == [1, 2, 3]\n    again = values(got)\n    assert again == sorted(again)\n"),
    ("text_of_object", "an object that reads otherwise when printed again",
     "class N:\n    times = 0\n    def __str__(self):\n        N.times += 1\n        return 'bca' if N.times == 1 else 'xyz'\ndef f(x): return N()\n",
     "    got = f('bca')\n    assert sorted(str(got)) == ['a', 'b', 'c']\n    assert list(str(got)) == sorted(str(got))\n"),
)  # fmt: skip

_CAUGHT = Forgery(
    name="catches_all",
    how="an exception of the program's, named in small letters, that is every one",
    program="error = Exception\ndef f(x): return 0\n",
    tests="from solution import f, error\ndef test_it():\n    try:\n        f(-1)\n        assert False, 'no error'\n"
    "    except error: pass\n",
)
ATTACKS = (_CAUGHT, *(
    Forgery(name=name, how=how, program=program,
            tests=f"import itertools\nfrom solution import f\ndef test_it():\n{tests}")
    for name, how, program, tests in _FORGERIES
))  # fmt: skip
