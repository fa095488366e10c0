"""Ordinary programs run under the layers as they do without."""

from __future__ import annotations

import pytest

from tests.sandbox.linux import jail

PLAIN = {
    "extension modules": "import array, bz2, ctypes, decimal, hashlib, lzma, sqlite3, ssl, zlib",
    "a database in memory": """
import sqlite3
assert sqlite3.connect(":memory:").execute("select 6*7").fetchone() == (42,)""",
    "hashes": "import hashlib; assert hashlib.sha256(b'').hexdigest().startswith('e3b0')",
    "ssl contexts": "import ssl; ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)",
    "callbacks in C": """
import ctypes
F = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
assert F(lambda x: x + 1)(1) == 2""",
    "threads": """
import threading
seen = []
threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
assert sorted(seen) == list(range(8))""",
    "pools of threads": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool: assert sum(pool.map(abs, range(-4, 0))) == 10""",
    "asyncio": """
import asyncio
async def main():
    await asyncio.sleep(0.001)
    return await asyncio.gather(asyncio.to_thread(sum, [1, 2]), asyncio.wait_for(f(), 5))
async def f(): return 4
assert asyncio.run(main()) == [3, 4]""",
    "alarms": """
import signal
class Rung(Exception): pass
def ring(*_): raise Rung
signal.signal(signal.SIGALRM, ring); signal.setitimer(signal.ITIMER_REAL, 0.01)
try: signal.pause()
except Rung: pass
else: raise AssertionError""",
    "signals to itself": """
import os, signal
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
os.kill(os.getpid(), signal.SIGUSR1); signal.raise_signal(signal.SIGUSR1)
assert seen == [1, 1]""",
    "sleep": "import time; time.sleep(0.001)",
    "randomness": """
import os, random, secrets, uuid
os.urandom(9); random.random(); secrets.token_hex(); uuid.uuid4()""",
    "time zones": """
import datetime, zoneinfo
moment = datetime.datetime(2024, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
assert moment.utcoffset().total_seconds() == 7200""",
    "types of files": "import mimetypes; assert mimetypes.guess_type('a.html')[0] == 'text/html'",
    "the platform": """
import locale, os, platform
platform.platform(); locale.getlocale(); os.cpu_count()""",
    "nothing": """
with open("/dev/null", "w") as file: file.write("x")
assert open("/dev/null").read() == ''""",
    "zeros": "assert open('/dev/zero', 'rb', buffering=0).read(2) == bytes(2)",
    "pipes and pairs": """
import os, socket, selectors
r, w = os.pipe(); os.write(w, b'x'); assert os.read(r, 1) == b'x'
a, b = socket.socketpair(); a.settimeout(5); b.sendall(b'hello'); assert a.recv(9) == b'hello'
with selectors.DefaultSelector() as s:
    s.register(b, selectors.EVENT_READ); assert s.select(0) == []""",
    "its own limits": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))",
    "streams": "import sys; sys.stdin.read(); sys.stderr.isatty(); sys.stdout.flush()",
    "memory maps": "import mmap; m = mmap.mmap(-1, 9000); m[0] = 1; m.resize(20000)",
    "deep recursion": """
import sys
sys.setrecursionlimit(5000)
def f(n): return n and f(n - 1)
assert f(4000) == 0""",
    "faults": "import faulthandler; faulthandler.enable()",
}

WRITING = {
    "temporary files": """
import tempfile, os
with tempfile.TemporaryDirectory(dir=".") as d:
    with tempfile.NamedTemporaryFile(dir=d) as f: f.write(b"x"); f.flush(); os.fsync(f.fileno())
    os.mkdir(d + "/a"); os.rename(d + "/a", d + "/b"); os.symlink("b", d + "/c")
    os.rmdir(d + "/b")""",
    "a database": """
import sqlite3
with sqlite3.connect("x.db") as db:
    db.execute("create table t(a)"); db.execute("insert into t values(1)")
assert sqlite3.connect("x.db").execute("select * from t").fetchall() == [(1,)]""",
    "copies": """
import os, shutil, pathlib
os.makedirs("a/b"); pathlib.Path("a/b/c").write_text("x" * 9)
shutil.copytree("a", "d"); shutil.copy2("a/b/c", "e"); shutil.move("a", "f"); os.chmod("e", 0o600)
os.link("e", "g"); os.truncate("g", 3); assert pathlib.Path("e").read_text() == "xxx"
shutil.make_archive("z", "zip", "d"); shutil.rmtree("d"); os.utime("e")
os.listdir("/candidate/work")""",
    "a full disk": """
try:
    with open("big", "wb") as file: file.write(bytes(2 << 20))
except OSError as error: assert error.errno == 28
else: raise AssertionError""",
    "too many files": """
try:
    for i in range(100): open(str(i), "w").close()
except OSError as error: assert error.errno == 28
else: raise AssertionError""",
    "a fresh directory": "import os; assert os.listdir('.') == []",
}

PROCESSES = {
    "forks": """
import os
assert os.getpid() == 1
pid = os.fork()
if pid == 0: os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7""",
    "pools": """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]""",
    "other programs": """
import subprocess, sys
done = subprocess.run([sys.executable, "-I", "-S", "-c", "print(6*7)"], stdout=-1, text=True)
assert done.stdout == "42\\n", done""",
    "ends of children": """
import subprocess, sys
argv = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(99)"]
child = subprocess.Popen(argv, start_new_session=True)
child.terminate(); assert child.wait() == -15""",
    "queues": """
import multiprocessing
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=queue.put, args=("x",)); process.start()
assert queue.get(timeout=20) == "x"; process.join()""",
}

USERS = ("me", "nobody")
LEVELS = ("full", "filters")


def _check(results: list[str], pieces: dict[str, str]) -> None:
    assert dict(zip(pieces, results, strict=True)) == dict.fromkeys(pieces, "done")


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("level", ["none", *LEVELS])
def test_ordinary_programs_work(level: str, user: str) -> None:
    _check(jail.run(level, PLAIN.values(), user=user), PLAIN)


@pytest.mark.parametrize("level", LEVELS)
def test_ordinary_programs_work_in_the_tester(level: str) -> None:
    _check(jail.run(level, PLAIN.values(), tester=True), PLAIN)


@pytest.mark.parametrize("user", USERS)
def test_programs_that_write_work_where_they_may(user: str) -> None:
    _check(jail.run("full", WRITING.values(), user=user, writes=True), WRITING)


@pytest.mark.parametrize("user", USERS)
def test_programs_that_start_processes_work_where_they_may(user: str) -> None:
    results = jail.run("full", PROCESSES.values(), user=user, writes=True, processes=True)
    _check(results, PROCESSES)


@pytest.mark.parametrize("level", LEVELS)
def test_numpy_works(level: str) -> None:
    program = """
import numpy
a = numpy.arange(10000.0).reshape(100, 100)
assert (a @ a).shape == (100, 100) and numpy.linalg.eigvals(a).size == 100
numpy.random.default_rng(1).normal(size=9)"""
    assert jail.run(level, [program], path=(jail.numpy_home(),)) == ["done"]
