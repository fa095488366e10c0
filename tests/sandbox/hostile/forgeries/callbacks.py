"""Expected values read from, or changed through, what a test hands to the program."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery, text

_CALLBACK = text("""
    from solution import f
    EXPECTED = 62710561
    def test_it():
        expected = EXPECTED
        calls = []
        def note(value, hint=EXPECTED):
            calls.append(value)
            if value == expected: return EXPECTED
            if value is None: raise ValueError("nothing")
        assert f(7919, note) == expected
    """)

_INSTANCE = text("""
    from solution import f
    class Source:
        limit = 62710561
        def __init__(self):
            self._expected = 62710561
        def read(self): return 7919
        def __call__(self): return 7919
        def __iter__(self): return iter([7919])
        def check(self, value): return value == self._expected
    def test_it():
        source = Source()
        assert f(source) == source._expected
    """)

_GENERATOR = text("""
    from solution import f
    def numbers():
        expected = 62710561
        yield 7919
        yield expected and 1
    def test_it():
        assert f(numbers()) == 62710561
    """)


def _given(name: str, how: str, body: str, tests: str, before: str = "") -> Forgery:
    program = f"{before}def f(given, note=None):\n    {body}\n"
    return Forgery(name=name, how=how, program=program, tests=tests)


_ASKING = text("""
    import json, os
    def shown(given):
        "What it looks like to whoever has it: on a socket to the test, if there is one, asked there."
        body = json.dumps(["q", "do", 0, "__repr__", [], {}, None]).encode()
        try: os.write(3, len(body).to_bytes(4, "big") + body)
        except OSError: return repr(given)
        return os.read(3, 1 << 16).decode("latin-1")
    def number(text):
        import re
        return int(re.search("[1-9][0-9]{7}", text)[0])
    """)

READING = (
    _given("closure", "reads a callback's closure",
           "return next(c.cell_contents for c in note.__closure__ if type(c.cell_contents) is int)",
           _CALLBACK),
    _given("globals", "reads a callback's globals", "return note.__globals__['EXPECTED']", _CALLBACK),
    _given("defaults", "reads a callback's defaults", "return note.__defaults__[0]", _CALLBACK),
    _given("constants", "reads a callback's constants",
           "return max(c for c in note.__code__.co_consts if type(c) is int)",
           _CALLBACK.replace("if value is None", "if value == 62710561 and value is None")),
    _given("signature", "asks inspect for a callback's signature",
           "return inspect.signature(note).parameters['hint'].default", _CALLBACK, "import inspect\n"),
    _given("source", "asks inspect for a callback's source",
           "return int(re.search('EXPECTED = ([0-9]+)', inspect.getsource(inspect.getmodule(note)))[1])",
           _CALLBACK, "import inspect, re\n"),
    _given("module", "finds the callback's module by its name",
           "return sys.modules[note.__module__].EXPECTED", _CALLBACK, "import sys\n"),
    _given("traceback", "reads the frame of an exception that a callback raised",
           "try: note(None)\n    except ValueError as e:\n"
           "        return e.__traceback__.tb_next.tb_frame.f_locals['expected']", _CALLBACK),
    _given("traceback_globals", "reads the globals of an exception that a callback raised",
           "try: note(None)\n    except ValueError as e:\n"
           "        t = e.__traceback__\n"
           "        while t.tb_next: t = t.tb_next\n"
           "        return t.tb_frame.f_globals['EXPECTED']", _CALLBACK),
    _given("context", "reads what hangs on a callback's exception: context, cause, notes, frames",
           "try: note(None)\n    except ValueError as e:\n"
           "        return [c.cell_contents for c in note.__closure__][-1]",
           _CALLBACK.replace("raise ValueError(\"nothing\")", "raise ValueError('x') from KeyError(1)")),
    _given("brute_callback", "asks the callback about every value until it agrees",
           "return next(v for v in range(62_700_000, 62_800_000) if note.__closure__ and v * 1 == "
           "note.__globals__['EXPECTED'])", _CALLBACK),
    _given("collected", "finds what the callback refers to by the collector",
           "found = gc.get_referents(*gc.get_referents(note))\n"
           "    return next(v for v in found if type(v) is int and v > 10**6)", _CALLBACK, "import gc\n"),
    _given("instance_dict", "reads an instance's __dict__", "return given.__dict__['_expected']", _INSTANCE),
    _given("instance_vars", "reads an instance by vars()", "return vars(given)['_expected']", _INSTANCE),
    _given("instance_private", "reads an attribute with an underscore", "return given._expected", _INSTANCE),
    _given("instance_getattribute", "reads an attribute through object.__getattribute__",
           "return object.__getattribute__(given, '_expected')", _INSTANCE),
    _given("instance_reduce", "asks an instance for its pickled state",
           "return given.__reduce_ex__(2)[2]['_expected']", _INSTANCE),
    _given("instance_copied", "copies the instance and reads the copy",
           "return vars(copy.copy(given))['_expected']", _INSTANCE, "import copy\n"),
    _given("instance_state", "asks an instance for its state",
           "return given.__getstate__()['_expected']", _INSTANCE),
    _given("instance_class", "reads the constants of a method of the instance's class",
           "return max(c for c in type(given).__init__.__code__.co_consts if type(c) is int)", _INSTANCE),
    _given("instance_module", "finds the globals behind an instance's method",
           "g = given.read.__func__.__globals__\n    return g['Source']()._expected", _INSTANCE),
    _given("instance_format", "walks attributes by a format string",
           "return int('{0._expected}'.format(given))", _INSTANCE),
    _given("instance_self", "reads the object behind a bound method",
           "return given.read.__self__.__dict__['_expected']", _INSTANCE),
    _given("instance_subclasses", "finds the class of the instance among object's subclasses",
           "c = next(c for c in object.__subclasses__() if c.__name__ == 'Source')\n"
           "    return c()._expected", _INSTANCE),
    _given("instance_weak", "reads the instance's attributes by operator.attrgetter",
           "return operator.attrgetter('__dict__')(given)['_expected']", _INSTANCE, "import operator\n"),
    _given("generator_locals", "reads a generator's frame",
           "next(given)\n    return given.gi_frame.f_locals['expected']", _GENERATOR),
    _given("generator_code", "reads a generator's constants",
           "return max(c for c in given.gi_code.co_consts if type(c) is int)", _GENERATOR),
    _given("partial", "reads the arguments of a partial",
           "return given.args[0]",
           "import functools, operator\nfrom solution import f\ndef test_it():\n"
           "    is_right = functools.partial(operator.eq, 62710561)\n"
           "    assert is_right(f(is_right))\n"),
    _given("bound_method", "reads the list behind a bound method",
           "return given.__self__[0]",
           "from solution import f\ndef test_it():\n    wanted = [62710561]\n"
           "    assert f(wanted.__contains__) in wanted\n"),
    _given("partial_shown", "asks what a partial looks like", "return number(shown(given))",
           "import functools, operator\nfrom solution import f\ndef test_it():\n"
           "    is_right = functools.partial(operator.eq, 62710561)\n"
           "    assert is_right(f(is_right))\n", _ASKING),
    _given("method_shown", "asks what a bound method's object looks like",
           "return number(shown(given))",
           "import dataclasses\nfrom solution import f\n@dataclasses.dataclass\nclass Check:\n"
           "    wanted: int\n    def is_right(self, value): return value == self.wanted\n"
           "def test_it():\n    assert f(Check(62710561).is_right) == 62710561\n", _ASKING),
    _given("iterator", "reads what an iterator has left by its pickled state",
           "it = given.__reduce__()[1][0]\n    return it[-1]",
           "from solution import f\ndef test_it():\n    numbers = iter([7919, 62710561])\n"
           "    first = f(numbers)\n    assert (next(numbers), next(numbers)) == (7919, first)\n"),
    _given("wrapped", "reads what a decorated callback wraps",
           "return note.__wrapped__.__closure__[0].cell_contents",
           "import functools\nfrom solution import f\ndef test_it():\n    wanted = 62710561\n"
           "    def check(value): return value == wanted\n"
           "    @functools.wraps(check)\n    def note(*a): return check(*a)\n"
           "    assert f(7919, note) == wanted\n"),
)  # fmt: skip

CHANGING = (
    _given("changed_code", "gives a callback other code",
           "note.__code__ = (lambda value, hint=0: True).__code__\n    return 0",
           "from solution import f\ndef test_it():\n"
           "    def right(value, hint=0): return value == 49\n    assert right(f(7, right))\n"),
    _given("changed_globals", "changes a global through a callback",
           "note.__globals__['WANTED'] = 0\n    return 0",
           "from solution import f\nWANTED = 49\ndef test_it():\n"
           "    def note(): pass\n    assert f(7, note) == WANTED\n"),
    _given("changed_class", "changes the class of an instance that it was given",
           "type(given).__eq__ = lambda s, o: True\n    return 0",
           "from solution import f\nclass Point:\n    def __init__(self, x): self._x = x\n"
           "    def __eq__(self, o): return isinstance(o, Point) and self._x == o._x\n"
           "def test_it():\n    assert Point(3) == f(Point(4))\n"),
    _given("changed_kind", "sets the __class__ of an instance that it was given",
           "given.__class__ = type('Q', (), {'__eq__': lambda s, o: True, 'x': 0})\n    return 1",
           "from solution import f\nclass Point:\n    def __init__(self): self.x = 1\n"
           "    def __eq__(self, o): return o == 49 and self.x == 49\n"
           "def test_it():\n    p = Point()\n    got = f(p)\n    assert p == got\n"),
    _given("changed_private", "sets an attribute with an underscore",
           "given._wanted = 0\n    return 0",
           "from solution import f\nclass Box:\n    def __init__(self): self._wanted = 49\n"
           "def test_it():\n    box = Box()\n    assert f(box) == box._wanted\n"),
    _given("changed_dict", "updates an instance's __dict__",
           "given.__dict__['_wanted'] = 0\n    return 0",
           "from solution import f\nclass Box:\n    def __init__(self): self._wanted = 49\n"
           "def test_it():\n    box = Box()\n    assert f(box) == box._wanted\n"),
    _given("changed_cell", "writes a callback's closure",
           "note.__closure__[0].cell_contents = 0\n    return 0",
           "from solution import f\ndef test_it():\n    wanted = 49\n"
           "    def note(v): return v == wanted\n    assert f(7, note) == wanted\n"),
    _given("changed_referrers", "changes the table that holds its argument, found by the collector",
           "for h in gc.get_referrers(given):\n"
           "        if type(h) is dict and 'wanted' in h: h['wanted'] = 0\n    return 0",
           "from solution import f\ndef test_it():\n    case = {'given': [7], 'wanted': 49}\n"
           "    assert f(case['given']) == case['wanted']\n", "import gc\n"),
    _given("from_a_thread", "changes the test's table from a thread, after the call has returned",
           "found = [h for h in gc.get_referrers(given) if type(h) is dict and 'wanted' in h]\n"
           "    def late():\n        for h in found: h['wanted'] = 0\n"
           "    threading.Timer(0.05, late).start()\n    return 0",
           "import time\nfrom solution import f\ndef test_it():\n    case = {'given': [7], 'wanted': 49}\n"
           "    got = f(case['given'])\n    time.sleep(0.3)\n    assert got == case['wanted']\n",
           "import gc, threading\n"),
    _given("skip_by_callback", "raises in the test's own callback what skips the test",
           "note.__globals__['helper'] = note.__globals__['pytest'].skip\n    note()",
           "import pytest\nfrom solution import f\ndef helper(): pass\ndef test_easy(): assert f\n"
           "def test_it():\n    def note(): helper()\n    assert f(7, note) == 49\n"),
)  # fmt: skip

ATTACKS = (*READING, *CHANGING)
