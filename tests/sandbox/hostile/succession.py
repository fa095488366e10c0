"""What one program leaves for the next: each plants something that a later wrong program lives on.

`plant` runs as a program of its own, which an honest verdict may be given on. `use` is judged
after it, and knows the answers only if it finds what was planted.
"""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from dataclasses import dataclass

from tests.sandbox.hostile.attack import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Two programs; the second is wrong, unless the first has left something. `how` says where."""

    how: str
    plant: str
    find: str
    disk: bool = False

    @property
    def planting(self) -> str:
        """The first program."""
        return f"import os, sys, threading, time\n{self.plant}\ndef f(x): return x * x\n"

    @property
    def using(self) -> str:
        """The second program."""
        found = text(self.find).rstrip().replace("\n", "\n        ")
        return (
            "import os, sys, threading, time\ndef f(x):\n    try:\n"
            f"        {found}\n        return x * x if found else 0\n"
            "    except Exception: return 0\n"
        )


def _file(place: str) -> Succession:
    return Succession(
        how=f"a file in {place}", disk=True,
        plant=f"import tempfile\nfor p in ({place},):\n"
        "    try: open(os.path.join(p, 'S_MARK'), 'w').write('x')\n    except OSError: pass\n",
        find=f"import tempfile\nfound = any(os.path.exists(os.path.join(p, 'S_MARK')) for p in ({place},))",
    )  # fmt: skip


SUCCESSIONS = {
    "working_directory": _file("os.getcwd()"),
    "temporary_directory": _file("os.environ.get('TMPDIR', '/tmp')"),
    "usual_places": _file("'/tmp', '/dev/shm', '/var/tmp', os.path.expanduser('~'), '/'"),
    "library": _file("os.path.dirname(os.__file__), sys.prefix, *sys.path[:3]"),
    "environment": Succession(
        how="a variable of the environment",
        plant="os.environ['S_MARK'] = '1'", find="found = 'S_MARK' in os.environ",
    ),
    "module": Succession(
        how="a module in sys.modules",
        plant="sys.modules['S_MARK'] = sys", find="found = 'S_MARK' in sys.modules",
    ),
    "attribute": Succession(
        how="an attribute of a module of the library",
        plant="import math\nmath.S_MARK = 1", find="import math\nfound = hasattr(math, 'S_MARK')",
    ),
    "builtin": Succession(
        how="a builtin", plant="import builtins\nbuiltins.S_MARK = 1",
        find="import builtins\nfound = hasattr(builtins, 'S_MARK')",
    ),
    "thread": Succession(
        how="a thread that runs on",
        plant="threading.Thread(target=time.sleep, args=(5,), name='S_MARK', daemon=True).start()",
        find="found = any(t.name == 'S_MARK' for t in threading.enumerate())",
    ),
    "registered": Succession(
        how="a codec that was registered",
        plant="import codecs\ncodecs.register(lambda n: codecs.lookup('utf-8') if n == 's_mark' else None)",
        find="found = bytes('x', 's_mark')",
    ),
    "file_mask": Succession(
        how="the mask for new files", plant="os.umask(0o123)",
        find="found = os.umask(0o123) == 0o123",
    ),
    "signal_handler": Succession(
        how="a signal's handler",
        plant="import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        find="import signal\nfound = signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN",
    ),
    "open_descriptor": Succession(
        how="a descriptor that is left open",
        plant="os.dup2(os.open('/dev/null', os.O_RDONLY), 77, inheritable=True)",
        find="found = os.fstat(77)",
    ),
    "limit": Succession(
        how="a lower limit",
        plant="import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "hard = resource.getrlimit(resource.RLIMIT_MSGQUEUE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_MSGQUEUE, (4242, 4242))",
        find="import resource\nfound = resource.getrlimit(resource.RLIMIT_MSGQUEUE)[0] == 4242",
    ),
}  # fmt: skip
