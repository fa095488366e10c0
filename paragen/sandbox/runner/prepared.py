"""Test code made ready once for all the programs that it is run against."""

from __future__ import annotations

from .rewrite import Prepared

MOST_PIECES = 256
MOST_CHARACTERS = 1 << 24
"""Of all pieces that are kept together: what is made of one takes many times its text."""

_Key = tuple[str, str, int]
_kept: dict[_Key, Prepared] = {}


def prepared(source: str, origin: str, line: int) -> Prepared:
    """The piece made ready; raises as Prepared does. The least lately used ones are forgotten."""
    key = (source, origin, line)
    made = _kept.pop(key, None) or Prepared(source, origin, line)
    _kept[key] = made
    while len(_kept) > MOST_PIECES or (len(_kept) > 1 and _characters() > MOST_CHARACTERS):
        del _kept[next(iter(_kept))]
    return made


def _characters() -> int:
    return sum(len(source) for source, _, _ in _kept)
