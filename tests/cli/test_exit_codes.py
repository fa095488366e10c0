"""Each exit code, once, where a user meets it."""

from __future__ import annotations

from paragen.server.scripted_ollama import ScriptedOllama
from tests.cli.running import NOWHERE, WRONG, Place, until
from tests.cli.scripts import GOOD, recorded, slow


def test_every_exit_code(place: Place) -> None:
    answers = [recorded(GOOD), recorded("wrong", WRONG), slow("slow")]
    place.write("task.md")
    with ScriptedOllama(answers) as server:
        there = ("run", "task.md", "--host", server.url, "--no-record", "--model")
        assert place.run(*there, GOOD).code == 0, "a winner"
        assert place.run(*there, "wrong").code == 1, "played, no acceptable winner"
        assert place.run(*there, GOOD, "--mode", "none").code == 2, "a mistake"
        away = ("run", "task.md", "--host", NOWHERE, "--model", GOOD)
        assert place.run(*away).code == 3, "no host"
        assert place.run(*there, GOOD, "--sandbox", "none").code == 4, "no such sandbox here"
        running = place.start(*there, "slow")
        until(lambda: server.active, "it generates")
        running.interrupt()
        assert running.done().code == 130, "interrupted"
