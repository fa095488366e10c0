"""Async functions of the tests that wait, in the program's hands or in the tests' own."""

from __future__ import annotations

import pytest

from paragen.checks.sealable import why_unsealed
from paragen.domain.task import TestCode

_SLOW = (
    "import asyncio\nfrom solution import f\nasync def slow(x=0):\n    await asyncio.sleep(0.1)\n"
)

SEALED = {
    "it is awaited": "async def main(): return await slow(), await f(1)\nasyncio.run(main())",
    "it is run": "asyncio.run(slow())\nassert asyncio.run(f(1)) == 2",
    "it is iterated over": "async def test_it():\n    async for x in slow(): await f(x)",
    "it is in a comprehension": "async def test_it():\n    return [x async for x in slow()]",
    "another is handed on": "async def cb(): return 1\nassert asyncio.run(f(cb)) == 1",
    "one that only lets others run": (
        "async def cb(): await asyncio.sleep(0)\nassert asyncio.run(f(cb)) == 1"
    ),
    "what it defines waits": (
        "async def cb():\n    async def inner(): await asyncio.sleep(1)\n    return 1\nf(cb)"
    ),
    "tests in a class": (
        "class TestIt:\n    async def prepare(self): await asyncio.sleep(1)\n"
        "    async def test_it(self): await self.prepare()"
    ),
}
UNSEALED = {
    "assert asyncio.run(f(slow)) == 1": "line 5 hands the program slow",
    "asyncio.run(f([slow(1), slow(2)]))": "line 5 hands the program slow",
    "async def cb(): return await slow()\nf(key=cb)": "line 6 hands the program cb",
    "x = slow\nf(x)": "line 5 hands the program slow",
    "async def test_it():\n    await f(slow(), 1)": "line 6 hands the program slow",
    "class Client:\n    async def get(self): await asyncio.sleep(0.1)\nf(Client())":
        "line 6 has the method get",
    "from asyncio import sleep\nasync def cb(n): await sleep(n)\nf(cb)":
        "line 7 hands the program cb",
}  # fmt: skip


@pytest.mark.parametrize("more", SEALED.values(), ids=SEALED.keys())
def test_what_the_tests_wait_for_themselves_is_sealed(more: str) -> None:
    assert _why(more) == ""


@pytest.mark.parametrize(("more", "cause"), UNSEALED.items())
def test_what_the_program_would_wait_for_is_not(more: str, cause: str) -> None:
    assert _why(more) == f"{cause}, which waits for something"


def _why(more: str) -> str:
    return why_unsealed((TestCode(source=_SLOW + more, origin="task.md"),))
