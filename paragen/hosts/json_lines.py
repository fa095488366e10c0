"""Lines of JSON, as they come in: they end at line feeds, and at nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import httpx


class JsonLines(httpx.Response):
    """A response that is read as lines of JSON.

    httpx also ends lines at U+0085, U+2028 and their like, which JSON may hold in its strings as
    they are (and Ollama's does), so that an answer with one of them would come in two halves.
    """

    def iter_lines(self) -> Iterator[str]:
        """Each line, without its end."""
        begun: list[str] = []
        for text in self.iter_text():
            *ended, rest = text.split("\n")
            for line in ended:
                yield "".join([*begun, line])
                begun.clear()
            begun.append(rest)
        if any(begun):
            yield "".join(begun)


def read_as_json_lines(response: httpx.Response) -> None:
    """Make a response one of lines of JSON: a hook for clients, which make their responses."""
    response.__class__ = JsonLines
