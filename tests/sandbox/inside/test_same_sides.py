"""Containers and numbers of classes that tests don't name are the same however they are asked."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.inside.conversation import same_in_both

_PROGRAM = r"""
import collections

class _Grid(list):
    def size(self): return sum(map(len, self))
class _Circle(list):
    def __getitem__(self, n): return list.__getitem__(self, n % len(self)) if isinstance(n, int) else list.__getitem__(self, n)
class _Matrix(list):
    def __getitem__(self, key):
        if isinstance(key, tuple): return list.__getitem__(list.__getitem__(self, key[0]), key[1])
        return list.__getitem__(self, key)
class _Sorted(dict):
    def __iter__(self): return iter(sorted(dict.keys(self)))
    def keys(self): return sorted(dict.keys(self))
    def items(self): return [(k, self[k]) for k in self]
class _Tree(dict):
    def __missing__(self, key):
        self[key] = made = type(self)()
        return made
class _Loose(dict):
    def __getitem__(self, key): return dict.__getitem__(self, key.lower())
    def get(self, key, default=None): return dict.get(self, key.lower(), default)
class _Tally(collections.Counter): pass
class _Default(collections.defaultdict): pass
class _Bag(set): pass
class _Shelf(set):
    def __getitem__(self, n): return sorted(self)[n]
class _Ring(collections.deque): pass
class _Text(str):
    def __truediv__(self, other): return _Text(f"{self}/{other}")
class _Chain:
    def __init__(self, items): self.items_ = list(items)
    def __len__(self): return len(self.items_)
    def __iter__(self): return iter(self.items_)
    def __getitem__(self, n): return self.items_[n]
    def __contains__(self, x): return x in self.items_
    def __reversed__(self): return reversed(self.items_)
    def push(self, x): self.items_.append(x)
    def drop(self): return self.items_.pop(0)
class _Table:
    def __init__(self, d): self.d = dict(d)
    def __len__(self): return len(self.d)
    def __iter__(self): return iter(self.d)
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def keys(self): return self.d.keys()
class _Counter:
    def __init__(self): self.n = 0
    def __len__(self): return 3
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
    def __int__(self): return self.n
class _P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return self.x == o.x if isinstance(o, _P) else NotImplemented
    def __hash__(self): return hash(self.x)
    def move(self): self.x += 1
def grid(rows): return _Grid(rows)
def circle(*a): return _Circle(a)
def matrix(rows): return _Matrix(rows)
def ordered(d): return _Sorted(d)
def tree(): return _Tree()
def loose(d): return _Loose(d)
def tally(t): return _Tally(t)
def default(): return _Default(list)
def bag(*a): return _Bag(a)
def shelf(*a): return _Shelf(a)
def ring(*a): return _Ring(a)
def text(t): return _Text(t)
def chain(*a): return _Chain(a)
def table(d): return _Table(d)
def counter(): return _Counter()
def p(x): return _P(x)
class _Stream:
    def __init__(self, items): self.rest = iter(items)
    def __iter__(self): return self.rest
class _Row(tuple):
    @property
    def first(self): return self[0]
def stream(*a): return _Stream(a)
def row(*a): return _Row(a)
def texts(*a): return {_Text(x) for x in a}, {_Text(x): n for n, x in enumerate(a)}
"""

_TEST = r"""
from solution import *
g = grid([[1, 2], [3, 4]])
note(g[0], g[0][1], g.size(), len(g), [*g], g == [[1, 2], [3, 4]])
g.append([5])
note(len(g), g.size(), g[-1], g[1:] == [[3, 4], [5]], [5] in g, g.count([5]), g.index([5]))
g[0] = [7]
note(g[0], [list(row) for row in g], list(reversed(g)), sorted(g))
g.reverse()
note(g[0], g.pop(), len(g))
del g[0]
note(len(g), bool(g), list(g))
c = circle(1, 2, 3)
note(c[4], c[-1], c[0:2], 3 in c, c.count(1), list(c))
m = matrix([[1, 2], [3, 4]])
note(m[1, 0], m[1], len(m))
d = ordered({"b": 1, "a": 2})
note(list(d), list(d.keys()), list(d.items()), d["b"], d.get("a"), d.get("z"), "a" in d, len(d), d == {"a": 2, "b": 1})
d["0"] = 5
note(list(d), len(d), list(d.values()) is not None)
t = tree()
t["x"]["y"]["z"] = 1
note("x" in t, len(t), "y" in t["x"], t["x"]["y"]["z"], list(t))
l = loose({"a": 1})
note(l["A"], l.get("A"), l["a"], list(l))
k = tally("hello")
note(k["l"], k["q"], k.most_common(1), sorted(k.items()), sum(k.values()))
k.update("q")
note(k["q"], len(k))
e = default()
e["x"] = [1]
note(e["x"], "x" in e, len(e), e["y"], len(e), sorted(e))
b, o = bag(1, 2), bag(2, 3)
note(sorted(b | o), sorted(b & o), sorted(b - o), sorted(b ^ o), sorted(b.union(o)), b.issubset({1, 2, 3}))
b.add(7)
note(7 in b, len(b), sorted(b), b == {1, 2, 7}, b <= {1, 2, 7, 8})
b |= {9}
note(9 in b, sorted(b))
r = ring(1, 2, 3)
note(list(r), r[0], r[-1], 2 in r, len(r))
r.rotate(1)
note(list(r), r[0], 2 in r)
r.append(5)
note(list(r), r[3])
s = text("a")
note(s / text("b"), s + text("b"), s + "d")
h = chain(3, 1, 2)
note(list(h), list(reversed(h)), [*h], h[0], h[-1], h[1:], 1 in h, len(h), sorted(h), list(h))
h.push(0)
note(h[3], list(h), h.drop(), h[0], list(h), 3 in h)
for x in h:
    if x == 1: h.push(8)
note(list(h))
q = table({2: "x", 0: "y", 1: "z"})
note(list(q), q[0], q[1], q[2], dict(q))
q[0] = "w"
note(q[0], list(q))
z = table({1: 2, 2: 1, 0: 0})
note(list(z), [z[k] for k in z], z[0])
n = counter()
note(int(n), next(n), int(n), next(n), int(n), list(n))
a, b2 = p(1), p(1)
note(a == b2, a != b2, b2 == a, len({a, b2}))
a.move()
note(a == b2, a != b2, b2 == a)
a.x = 1
note(a == b2)
i = stream(1, 2, 3, 4)
note(next(iter(i)), next(iter(i)), list(i), list(i))
y = shelf(3, 1, 2)
note(y[0], y[1:], 3 in y, len(y), sorted(y))
w = row(3, 4)
note(w.first, w.first, list(reversed(w)), w[::-1], w)
both, numbers = texts("a", "b", "a")
note(len(both), sorted(both), "a" in both, numbers["b"], numbers["a"], len(numbers), {"a", "b"} == both)
"""


def test_objects_with_several_sides_are_the_same_in_both() -> None:
    assert same_in_both(_PROGRAM, _TEST)
