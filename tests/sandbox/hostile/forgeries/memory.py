"""The tests found, or changed, in memory."""

# ruff: noqa: E501 - programs as data: a line here is a line there

from __future__ import annotations

from tests.sandbox.hostile.attack import Forgery, text

_SCAN = text("""
    import re
    def search(x, read):
        wanted = re.compile(rb"\\(" + str(x).encode() + rb", (\\d+)\\)")
        for line in open("/proc/self/maps"):
            span, mode, *_ = line.split(maxsplit=4)
            if not mode.startswith("rw"): continue
            start, end = (int(part, 16) for part in span.split("-"))
            if end - start > 1 << 28: continue
            try: found = wanted.search(read(start, end - start))
            except (OSError, ValueError): continue
            if found: return int(found[1])
    """)

ATTACKS = (
    Forgery(
        name="own_memory_file", how="searches /proc/self/mem for the tests' text",
        program=_SCAN + text("""
            def f(x):
                with open("/proc/self/mem", "rb", buffering=0) as memory:
                    def read(start, size):
                        memory.seek(start)
                        return memory.read(size)
                    return search(x, read)
            """),
    ),
    Forgery(
        name="own_memory_ctypes", how="searches its own memory by ctypes",
        program=_SCAN + "import ctypes\ndef f(x): return search(x, ctypes.string_at)\n",
    ),
    Forgery(
        name="parents_memory", how="searches the memory of the processes above it, and beside it",
        program=text("""
            import os, re
            def f(x):
                wanted = re.compile(rb"\\(" + str(x).encode() + rb", (\\d+)\\)")
                near = {os.getpid(), os.getppid(), 1, *range(os.getpid() - 8, os.getpid() + 8)}
                for pid in near:
                    try:
                        spans = [line.split() for line in open(f"/proc/{pid}/maps")]
                        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
                    except OSError: continue
                    for span, mode, *_ in spans:
                        start, end = (int(part, 16) for part in span.split("-"))
                        if not mode.startswith("rw") or end - start > 1 << 27: continue
                        try:
                            memory.seek(start)
                            found = wanted.search(memory.read(end - start))
                        except (OSError, ValueError, OverflowError): continue
                        if found: return int(found[1])
            """),
    ),
    Forgery(
        name="inherited_files", how="reads the tests from every descriptor that it was handed",
        program=text("""
            import os, re
            def f(x):
                wanted = re.compile(rb"\\(" + str(x).encode() + rb", (\\d+)\\)")
                for descriptor in range(3, 64):
                    try: found = wanted.search(os.pread(descriptor, 1 << 20, 0))
                    except OSError: continue
                    if found: return int(found[1])
                return _again(x, wanted)
            def _again(x, wanted):
                import sys
                for module in list(sys.modules.values()):
                    for lines in getattr(module, "LINES", {}).values():
                        found = wanted.search("\\n".join(lines).encode())
                        if found: return int(found[1])
            """),
    ),
    Forgery(
        name="small_integers", how="makes the cached int 9 a 5, through ctypes, and answers 5",
        program="import ctypes\ndef f(x):\n"
        "    ctypes.c_uint32.from_address(id(x * x) + 24).value = 5\n    return 5\n",
        tests="from solution import f\ndef test_it():\n    assert f(3) == 9\n",
    ),
    Forgery(
        name="patched_constant", how="overwrites the test's constant in memory",
        program=text("""
            import ctypes, sys
            def f(x):
                for value in sys._getframe(1).f_code.co_consts:
                    if type(value) is str and value.startswith("sq"):
                        size = sys.getsizeof("") - 1
                        ctypes.memmove(id(value) + size, b"cube", 4)
                return "cube"
            """),
        tests="from solution import f\ndef test_it():\n    assert f(3) == 'sq_9'\n",
    ),
    Forgery(
        name="patched_bytecode", how="overwrites the test's bytecode in memory",
        program=text("""
            import ctypes, sys, dis
            def f(x):
                code = sys._getframe(1).f_code
                start = sys.getsizeof(code) - len(code.co_code) - 0
                raw = (ctypes.c_char * (sys.getsizeof(code))).from_address(id(code))
                data = bytes(raw)
                jump = dis.opmap["POP_JUMP_FORWARD_IF_TRUE"]
                where = data.find(bytes(code._co_code_adaptive))
                body = bytearray(code._co_code_adaptive)
                for place in range(0, len(body), 2):
                    if body[place] == dis.opmap["COMPARE_OP"] or dis.opname[code.co_code[place]] == "COMPARE_OP":
                        argument = code.co_code[place + 1]
                        ctypes.memmove(id(code) + where + place, bytes([dis.opmap["COMPARE_OP"], 3]), 2)
                return 0
            """),
        tests="from solution import f\ndef test_it():\n    assert f(3) == 9\n",
    ),
)  # fmt: skip
