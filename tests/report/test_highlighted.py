"""Programs in colours: whatever is taken away with the colours, the program stays."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from paragen.report.details import print_highlighted
from paragen.report.text import printable

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LANGUAGES = st.sampled_from(["python", "markdown", "diff", "none such"])
CODE = st.text(st.sampled_from("ab0 \t\n#'\"`\\(){}[]*-+@~>|_.:é漢\u3000\r\x0c\x1b"), max_size=80)


def shown(code: str, language: str, *, columns: int, coloured: bool = True) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=columns,
        force_terminal=True,
        color_system="truecolor" if coloured else None,
    )
    print_highlighted(console, code, language)
    return out.getvalue()


@given(CODE, LANGUAGES, st.integers(1, 40), st.booleans())
def test_nothing_is_broken_or_cut_or_padded(
    code: str, language: str, columns: int, coloured: bool
) -> None:
    whole = printable(code if code.endswith("\n") else code + "\n")
    told = shown(code, language, columns=columns, coloured=coloured)
    assert COLOURS.sub("", told) == whole
    assert coloured or told == whole


def test_there_are_colours() -> None:
    assert re.search(
        r"\x1b\[[0-9;]*38;[0-9;]+mdef\x1b\[", shown("def f(): ...", "python", columns=5)
    )
