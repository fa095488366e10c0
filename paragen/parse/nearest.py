"""Which of the names that there are was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like `word`, upper and lower case alike, None if none is.

    Names are alike from `cutoff` on: 0 is no letter in common, 1 all of them.
    """
    # Imported late: only a mistake needs it, and start-up shouldn't pay for mistakes.
    from difflib import get_close_matches

    by_folded = {name.casefold(): name for name in known}
    matches = get_close_matches(word[:200].casefold(), list(by_folded), n=1, cutoff=cutoff)
    return by_folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'name'?` for the nearest known name, empty where there is none."""
    name = nearest(word, known)
    return f"; did you mean {name!r}?" if name else ""
