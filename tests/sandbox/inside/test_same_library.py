"""Values of the library that know more than what is in them: factories, and time zones."""

from __future__ import annotations

import zoneinfo

import pytest

from tests.sandbox.inside.conversation import loaded, same_in_both

_FACTORIES = r"""
from collections import Counter, defaultdict
import itertools


class Node:
    def __init__(self):
        self.seen = 0


def graph(edges):
    found = defaultdict(set)
    for a, b in edges:
        found[a].add(b)
    return found


def nested():
    return defaultdict(lambda: defaultdict(int), {"a": defaultdict(int, {"b": 1})})


def made(kind):
    kinds = {
        "none": None, "counter": Counter, "node": Node, "ids": itertools.count(3).__next__,
        "own": lambda: [5],
    }
    return defaultdict(kinds[kind], {"x": 0})


def add(table, key, value):
    table[key].append(value)
    return table


def count(words, table):
    for word in words:
        table[word] += 1


def copied(table):
    return table.copy()
"""
_OF_FACTORIES = r"""
from collections import defaultdict
from solution import add, copied, count, graph, made, nested

found = graph([(1, 2), (1, 3)])
note(found[1], found[9], sorted(found), found.default_factory)
deep = nested()
note(deep["a"]["b"], deep["a"]["c"], deep["x"]["y"], deep["x"], "z" in deep)
for kind in ("none", "counter", "ids", "own"):
    table = made(kind)
    try:
        note(kind, type(table).__name__, type(table["y"]).__name__, len(table), table["x"])
    except Exception as error:
        note(kind, type(error).__name__)
note(made("node")["a"].seen)
mine = defaultdict(list)
note(add(mine, "a", 1) is mine, add(mine, "a", 2) == {"a": [1, 2]}, mine["b"])
words = defaultdict(lambda: 10)
count(["a", "b", "a"], words)
note(dict(words))
note(copied(words)["new"], copied(copied(defaultdict(dict)))["new"], copied(words)["a"])
"""

_ZONES = r"""
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo


def convert(moment, zone):
    return moment.astimezone(ZoneInfo(zone))


def next_day(moment):
    assert isinstance(moment, datetime)
    return moment + timedelta(days=1)


def at(hour, zone):
    return time(hour, tzinfo=ZoneInfo(zone))


def again(zone, fold):
    return datetime(2024, 11, 3, 1, 30, tzinfo=zone, fold=fold)


def name_of(zone):
    return zone.key


def fresh(zone):
    return ZoneInfo.no_cache(zone)
"""
_OF_ZONES = r"""
from datetime import datetime, timezone
from zoneinfo import ZoneInfo
from solution import again, at, convert, fresh, name_of, next_day

new_york = ZoneInfo("America/New_York")
noon = datetime(2024, 3, 9, 12, tzinfo=new_york)
tokyo = convert(noon, "Asia/Tokyo")
note(tokyo, tokyo == noon, tokyo.tzinfo is ZoneInfo("Asia/Tokyo"), tokyo - noon)
note(next_day(noon), next_day(noon).utcoffset(), next_day(noon).tzname())
note(at(3, "UTC"), at(3, "Europe/Paris").tzinfo.key, name_of(new_york))
early, late = again(new_york, 0), again(new_york, 1)
note(early, late, early.fold, late.fold, early.utcoffset(), late.utcoffset())
note(convert(datetime(2024, 1, 1, tzinfo=timezone.utc), "UTC"), fresh("UTC").key)
"""


def test_factories_of_missing_values_are_the_same_in_both() -> None:
    same_in_both(_FACTORIES, _OF_FACTORIES)


@pytest.mark.skipif("Asia/Tokyo" not in zoneinfo.available_timezones(), reason="no time zones")
def test_time_zones_are_the_same_in_both() -> None:
    same_in_both(_ZONES, _OF_ZONES)


def test_what_a_factory_makes_is_not_taken_for_what_the_test_made() -> None:
    program = (
        "from collections import defaultdict\nclass Box:\n    held = 3\n"
        "    def __eq__(self, other): return True\n"
        "def f(): return defaultdict(Box)\n"
    )
    with loaded(program) as module:
        box = module.Box()
        assert box == 5
        made = module.f()
        assert made["x"].held == 3
        assert made["x"] != 49
        assert module.Box() == 5


def test_builtins_that_look_at_their_caller_make_no_values() -> None:
    program = "from collections import defaultdict\ndef f(): return defaultdict(super)\n"
    with loaded(program) as module:
        assert module.f().default_factory is None
