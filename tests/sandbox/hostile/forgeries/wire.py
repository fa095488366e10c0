"""Programs that speak on their socket themselves, past the code that serves them there.

They are shown to work against a tester that checks nothing (see `credulous`): it takes any reply
for the one it waits for, any object number for one that it gave away, and any message for its own.
"""

# ruff: noqa: E501, ISC004 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Fools, Forgery, text

TESTS = text("""
    from solution import f
    EXPECTED = 62710561
    def test_it():
        table = [EXPECTED]
        def note(value): return value == EXPECTED
        assert f(7919, note) == table[0]
    """)

SPEAKING = text("""
    import json, os, re, sys
    def frame(message):
        body = message if type(message) is bytes else json.dumps(message).encode()
        return len(body).to_bytes(4, "big") + body
    def say(message):
        data = frame(message)
        while data: data = data[os.write(3, data):]
    def exactly(count):
        data = b""
        while len(data) < count:
            chunk = os.read(3, count - len(data))
            if not chunk: os._exit(0)
            data += chunk
        return data
    def hear(): return json.loads(exactly(int.from_bytes(exactly(4), "big")))
    def asked():
        frame = sys._getframe(1)
        while "asked" not in frame.f_locals: frame = frame.f_back
        return frame.f_locals["asked"]
    def rule(respond):
        "Answer everything from now on, in the place of the code that would."
        while True:
            request = hear()
            for message in respond(request): say(message)
    """)

_SECRET = "2"
"""The number that the credulous tester has given to an object which it never gave away."""


def _speaking(name: str, how: str, body: str) -> Forgery:
    return Forgery(name=name, how=how, program=SPEAKING + text(body), tests=TESTS,
                   fools=Fools.CREDULOUS)  # fmt: skip


CLAIMS = tuple(
    _speaking(
        f"claims_{word}", how,
        f"def f(x, note):\n    say(['r', asked(), {{{tag!r}: {_SECRET}}}, None, None])\n"
        "    rule(lambda q: [])\n",
    )
    for word, how, tag in (
        ("guest", "answers with an object of the test's that it never got", "x"),
        ("container", "answers with a container that it never got", "@"),
    )
)  # fmt: skip

_BUILT = f"['r', asked(), {{'x': {_SECRET}}}, None, None]"

REPLIES = (
    _speaking("before_the_call", "replies at import to the call that comes next",
              f"for n in range(1, 4): say(['r', n, {{'x': {_SECRET}}}, None, None])\n"
              "def f(x, note): return 0\n"),
    _speaking("twice", "replies twice",
              f"def f(x, note):\n    say({_BUILT})\n    return 0\n"),
    *(_speaking(f"wrong_id_{word}", f"replies with the id {wrong}",
                f"def f(x, note):\n    say(['r', {wrong}, {{'x': {_SECRET}}}, None, None])\n    return 0\n")
      for word, wrong in (("next", "asked() + 1"), ("last", "asked() - 1"), ("text", "str(asked())"),
                          ("none", "None"), ("list", "[asked()]"), ("large", "2 ** 70"))),
    *(_speaking(f"of_odd_form_{number}", f"replies in an odd form: {form}",
                f"def f(x, note):\n    say({form})\n    return 0\n")
      for number, form in enumerate((
          f"['r', asked(), {{'x': {_SECRET}}}]", f"['r', asked(), {{'x': {_SECRET}}}, None, None, 1]",
          f"['R', asked(), {{'x': {_SECRET}}}, None, None]", f"{{'r': {{'x': {_SECRET}}}}}",
          f"['r', asked(), {{'x': {_SECRET}, 't': []}}, None, None]",
          f"['r', asked(), {{'x': [{_SECRET}]}}, None, None]", f"['r', asked(), {{'x': {_SECRET}}}, [[0, [1]]], None]",
          f"['r', asked(), {{'x': {_SECRET}}}, None, [[1, 2]]]"))),
    *(_speaking(f"claims_to_be_{word}", f"says to everyone on the socket: {message}",
                f"def f(x, note):\n    say({message})\n    return 0\n")
      for word, message in (
          ("done", "['done']"), ("passed", "['passed', 'test_it']"),
          ("tester", "{'names': ['test_it'], 'cases': [['test_it', 'passed', '']], "
           "'out_of_memory': False, 'gone': '', 'flood': False, 'spent': False}"),
          ("zygote", "{'kind': 'ended', 'number': 1, 'code': 0, 'cpu_s': 0.0, 'peak_bytes': 1}"),
          ("reporter", "{'nonce': '', 'kind': 'case', 'name': 'test_it', 'outcome': 'passed', 'detail': ''}"))),
    _speaking("says_it_everywhere", "says on every descriptor, in frames and lines, that all passed",
              "def f(x, note):\n    done = json.dumps(['done']).encode()\n"
              "    report = b'{\"kind\": \"case\", \"name\": \"test_it\", \"outcome\": \"passed\"}\\n'\n"
              "    for d in range(1, 64):\n        for data in (frame(done), report):\n"
              "            try: os.write(d, data)\n            except OSError: pass\n    return 0\n"),
)  # fmt: skip

_RAISING = "def f(x, note):\n    say(['x', asked(), {}, None, None])\n    rule(lambda q: [])\n"
_ERROR = "{{'E': [90, {}, [], None, None, 0]}}"

EXCEPTIONS = tuple(
    _speaking(f"raises_{word}", f"says that its call raised {word}", _RAISING.format(_ERROR.format(kind)))
    for word, kind in {
        "SystemExit": "{'g': 'SystemExit'}", "KeyboardInterrupt": "{'g': 'KeyboardInterrupt'}",
        "GeneratorExit": "{'g': 'GeneratorExit'}",
        "Skipped": "{'k': [91, '_paragen.runner.outcomes', 'Skipped', 'Skipped', [{'g': 'BaseException'}], 0]}",
        "ExpectedFailure": "{'k': [91, 'x', 'ExpectedFailure', 'ExpectedFailure', [{'g': 'BaseException'}], 0]}",
        "SkipTest": "{'g': ['unittest.case', 'SkipTest']}",
        "Unsupported": "{'g': ['_paragen.runner.outcomes', 'Unsupported']}",
        "ProgramGone": "{'g': ['_paragen.inside.endings', 'ProgramGone']}",
    }.items()
)  # fmt: skip

TAKEOVERS = (
    _speaking("agrees_with_everything", "makes an answer of every special method, and says True to all",
              "def respond(q):\n    return [['r', q[1], True, None, None]]\n"
              "def f(x, note):\n"
              "    kind = {'k': [70, 'builtins', 'int', 'int', [], (1 << 90) - 1]}\n"
              "    say(['r', asked(), {'h': [71, kind]}, None, None])\n    rule(respond)\n"),
    _speaking("agrees_as_a_number", "the same, as an instance of a subclass of int",
              "def respond(q):\n    return [['r', q[1], True, None, None]]\n"
              "def f(x, note):\n"
              "    kind = {'k': [70, 'solution', 'N', 'N', [{'g': 'int'}], (1 << 90) - 1]}\n"
              "    say(['r', asked(), {'h': [71, kind, 'int', 0]}, None, None])\n    rule(respond)\n"),
    _speaking("asks_for_everything", "asks about every object whatever a program never would",
              "NAMES = ('__globals__', '__closure__', '__code__', '__dict__', '__defaults__', '__class__',\n"
              "    '__init__', '__reduce_ex__', '__self__', '__func__', '__wrapped__', '__builtins__',\n"
              "    '__subclasses__', '__mro__', '__module__', '__call__', '__get__', '__getattribute__')\n"
              "def f(x, note):\n    found = []\n"
              "    for number in range(3):\n        for name in NAMES:\n"
              "            say(['q', 'get', number, name, [], {}, None])\n"
              "            reply = hear()\n"
              "            found += [int(n) for n in re.findall('[0-9]{8,}', json.dumps(reply))]\n"
              "    return found[0] if found else 0\n"),
    _speaking("calls_what_it_never_got", "has every object of the test's called, listed and shown",
              "def f(x, note):\n    found = []\n"
              "    for number in (2, 1, 0, 3, 4):\n"
              "        for operation, name in (('list', None), ('content', None), ('do', '__repr__'), ('do', '__iter__'),\n"
              "                ('do', '__reduce__'), ('do', '__int__'), ('call', None), ('await', None)):\n"
              "            say(['q', operation, number, name, [], {}, None])\n"
              "            reply = hear()\n"
              "            found += [int(n) for n in re.findall('[0-9]{8,}', json.dumps(reply))]\n"
              "    return found[0] if found else 0\n"),
)  # fmt: skip

ATTACKS = (*CLAIMS, *REPLIES, *EXCEPTIONS, *TAKEOVERS)
