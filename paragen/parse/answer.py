"""The program in a model's answer: chosen by what parses and defines what was asked for.

Order of choice where an entry point is asked for:

1. a block that parses and defines it, of several the one with the most definitions, then the last;
2. the same of code without fences, in fences that CommonMark doesn't take for such, or typed at
   a Python prompt;
3. a body that fits under the prompt's stub;
4. a block that is meant to define it and doesn't parse: it will be judged, and fail;
5. a block that is code and defines something else.

Without an entry point it is the longest block that parses and neither tests nor only uses a
program. Blocks that define what the chosen one needs are joined to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from paragen.parse import unfenced
from paragen.parse.blocks import fenced, indented, sessions, wrapped
from paragen.parse.clean import MAX_CHARACTERS, clean
from paragen.parse.complete import completed, joined, shown_code, with_prelude
from paragen.parse.snippet import Reader, Snippet, mentions_definition

_OPENS = re.compile(r"(?:async\s+def|def|class)\s+\w+.*[:(]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """The program taken from an answer, None where there is none, and how it was come by.

    `note` is a sentence without a full stop, empty where there is nothing to say.
    """

    code: str | None
    note: str = ""


def extract(text: str, *, entry_point: str | None, prompt: str = "") -> Extraction:
    """Take the program out of an answer; whatever the text, nothing is raised."""
    cleaned = clean(text)
    if not cleaned.strip():
        why = "the answer has nothing but thinking" if text.strip() else "the answer is empty"
        return Extraction(code=None, note=why)
    reader = Reader()
    if entry_point is None:
        found = _longest(cleaned, reader)
    else:
        found = _defining(cleaned, entry_point, prompt, reader)
    if found.code is not None and not found.code.strip():
        found = Extraction(code=None, note="the answer's only block is empty")
    if reader.spent or len(text) > MAX_CHARACTERS:
        return replace(found, note="the answer is too long for all of it to be looked at")
    return found


def _defining(text: str, entry_point: str, prompt: str, reader: Reader) -> Extraction:
    shown = shown_code(prompt, reader)
    blocks, outside = fenced(text, reader)
    everything = list(blocks)
    for source in _sources(text, outside, blocks, entry_point, reader):
        everything += [snippet for snippet in source if snippet not in everything]
        defining = [s for s in source if s.defines(entry_point)]
        if defining:
            best = _most_complete(defining)
            return _finished(best, everything, entry_point, shown, reader)
    bodies = [s.code for s in blocks if not s.mentions_definition(entry_point)]
    if not mentions_definition(text, entry_point):
        bodies.append(text)
    program = completed(bodies, shown, entry_point, reader)
    if program is not None:
        program, _ = with_prelude(program, shown, reader)
        return Extraction(code=program.code, note="the answer is a body; the head is the prompt's")
    return _second_best(text, everything, entry_point)


def _sources(
    text: str, outside: str, blocks: Sequence[Snippet], entry_point: str | None, reader: Reader
) -> Iterator[list[Snippet]]:
    """Where a program may stand, the likeliest place first; later ones are read only if needed."""
    whole = unfenced.whole(text, reader)
    if whole is not None:  # fences in it can only be in its strings
        yield [whole]
    yield list(blocks)
    yield [s for block in blocks if not block.closed for s in unfenced.runs(block.code, reader)]
    yield wrapped(text, reader)
    # Of a block that the model set apart and broke, the sound half isn't the program.
    broken = any(s.closed and s.tree is None and _is_meant(s, entry_point) for s in blocks)
    yield list(unfenced.runs(outside if broken else text, reader))
    if "```" in text or "~~~" in text:
        yield indented(text, reader)
    if "\\_" in text:  # markdown's escapes, where the model took its code for prose
        yield list(unfenced.runs(text.replace("\\_", "_").replace("\\*", "*"), reader))
    if entry_point is not None and ">>>" in text:
        yield sessions(text, reader)


def _is_meant(snippet: Snippet, entry_point: str | None) -> bool:
    """Whether a block is what the model would call its program, parsing or not."""
    return snippet.labelled if entry_point is None else snippet.mentions_definition(entry_point)


def _most_complete(snippets: Sequence[Snippet]) -> Snippet:
    """The one with the most definitions, of equals the last."""
    return max(enumerate(snippets), key=lambda pair: (pair[1].definitions, pair[0]))[1]


def _finished(
    best: Snippet,
    others: Sequence[Snippet],
    entry_point: str | None,
    shown: Sequence[Snippet],
    reader: Reader,
) -> Extraction:
    """The chosen program with the blocks and the parts of the prompt that it needs."""
    program, count = _with_needed(best, others, entry_point, reader)
    program, names = with_prelude(program, shown, reader)
    notes = []
    if count > 1:
        notes.append(f"joined from {count} blocks")
    if names:
        notes.append(f"with {', '.join(names)} of the prompt")
    return Extraction(code=program.code, note=", ".join(notes))


def _with_needed(
    best: Snippet, others: Sequence[Snippet], entry_point: str | None, reader: Reader
) -> tuple[Snippet, int]:
    """The program joined with the blocks that give it what it misses, and how many they are."""
    chosen = [best]
    missing = set(best.missing)
    candidates = [
        s for s in others if s is not best and not (entry_point and entry_point in s.provided)
    ]
    while missing:
        useful = [s for s in candidates if s.provided & missing and s not in chosen]
        if not useful:
            break
        chosen.append(useful[-1])
        provided = frozenset().union(*(s.provided for s in chosen))
        missing = (missing | useful[-1].missing) - provided
    if len(chosen) == 1:
        return best, 1
    in_order = [s for s in others if s in chosen]
    return joined([s.code for s in in_order], reader), len(in_order)


def _second_best(text: str, snippets: Sequence[Snippet], entry_point: str) -> Extraction:
    """What is nearest to a program, where nothing parses and defines the entry point."""
    meant = [s for s in snippets if s.tree is None and s.mentions_definition(entry_point)]
    if meant:
        return Extraction(code=meant[-1].code, note="the program doesn't parse")
    placeholders = [s for s in snippets if s.tree is not None and entry_point in s.defined]
    if placeholders:
        return Extraction(code=placeholders[-1].code, note=f"{entry_point} is a placeholder")
    if mentions_definition(text, entry_point):
        tail = unfenced.tail(text)
        if tail is not None and not any(s.fenced and s.tree is None for s in snippets):
            return Extraction(code=tail.rstrip() + "\n", note="the program doesn't parse")
    note = f"no block defines {entry_point}"
    parsing = [s for s in snippets if s.tree is not None and (s.definitions or s.labelled)]
    if parsing:
        return Extraction(code=max(parsing, key=_substance).code, note=note)
    broken = [s.code for s in snippets if s.labelled]
    if not snippets and _OPENS.match(text.lstrip()):
        broken = [text.strip() + "\n"]
    if broken:
        return Extraction(code=broken[-1], note="the program doesn't parse")
    return Extraction(code=None, note="the answer has no program")


def _longest(text: str, reader: Reader) -> Extraction:
    blocks, outside = fenced(text, reader)
    for source in _sources(text, outside, blocks, None, reader):
        parsing = [s for s in source if s.tree is not None and (s.labelled or unfenced.is_code(s))]
        if parsing:
            return _finished(max(parsing, key=_substance), blocks, None, (), reader)
    broken = [s for s in blocks if s.labelled]
    if broken:
        return Extraction(
            code=max(broken, key=lambda s: len(s.code)).code, note="the program doesn't parse"
        )
    return Extraction(code=None, note="the answer has no program")


def _substance(snippet: Snippet) -> tuple[bool, bool, int]:
    """What a program is preferred by where no name is asked for."""
    return not snippet.is_tests, not snippet.is_usage, len(snippet.code)
