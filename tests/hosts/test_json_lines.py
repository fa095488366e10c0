from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
from hypothesis import given
from hypothesis import strategies as st

from paragen.hosts.json_lines import read_as_json_lines

SEPARATORS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
TEXTS = st.lists(st.text(st.sampled_from(SEPARATORS + "aüß😀") | st.characters(codec="utf-8")))


class Pieces(httpx.SyncByteStream):
    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._data), self._size):
            yield self._data[start : start + self._size]


def lines_of(data: bytes, size: int) -> list[str]:
    response = httpx.Response(200, stream=Pieces(data, size))
    read_as_json_lines(response)
    return list(response.iter_lines())


@given(TEXTS, st.integers(1, 40), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_strings_come_back_however_they_are_cut(
    texts: list[str], size: int, ended: bool, end: str
) -> None:
    # As Ollama writes them: what JSON needn't escape is as it is.
    data = end.join(json.dumps(text, ensure_ascii=False) for text in texts)
    data += end if ended and texts else ""
    assert [json.loads(line) for line in lines_of(data.encode(), size)] == texts


def test_a_body_without_lines_has_none() -> None:
    assert lines_of(b"", 1) == []
    assert lines_of(b"{}\n\n{}", 2) == ["{}", "", "{}"]
