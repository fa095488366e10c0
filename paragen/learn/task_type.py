"""The type of a task that doesn't say it: by past tasks that are like it, and by its own words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from paragen.parse.task_type import KEYWORDS, infer_task_type

LIKE = 0.35
"""Past tasks that are less alike than this say nothing."""
VOTERS = 5
"""So many past tasks have a vote, the most alike."""
KEYWORD, FALLBACK = 0.5, 0.25
"""What the keyword rule's vote weighs: where it found a keyword, and where it found none."""
DOUBT = 0.5
"""What speaks for none of the types that were named."""
COMMON = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "function", "given", "has",
    "have", "if", "in", "input", "into", "is", "it", "its", "list", "must", "not", "number", "of",
    "on", "one", "or", "output", "program", "python", "return", "returns", "string", "that",
    "the", "their", "then", "this", "to", "two", "value", "values", "when", "where", "which",
    "with", "write", "you",
))  # fmt: skip
"""Words that say nothing of what a task is about."""
MOST_WORDS = 64

_ASCII_WORD = re.compile("[a-z][a-z0-9]+")
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Japanese, Chinese
)
"""Scripts that write words without spaces between them."""
_MARKS = r"\u0300-\u036f\u0900-\u0963\u0966-\u0dff"
"""What is written above, below or beside letters, and is none: accents, and Indic vowels."""
_WORD = re.compile(
    rf"[{_UNSPACED}]{{2,}}|(?![{_UNSPACED}])[^\W\d_](?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+"
)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


class Similar(NamedTuple):
    """A past task whose author gave its type, and how much it is alike (1: the very same words)."""

    task_type: str
    likeness: float


class Guess(NamedTuple):
    """A task type that was inferred.

    `confidence` is the share of all votes that it has, some doubt counted as a vote for no type:
    above 0, below 1. `similar` is how many past tasks voted for it.
    """

    task_type: str
    confidence: float
    similar: int


def guess(prompt: str, entry_point: str | None, similar: Sequence[Similar]) -> Guess:
    """The type that past tasks and the keyword rule vote for; the rule's where they are equal."""
    by_rule = infer_task_type(prompt, entry_point)
    votes = defaultdict(float, {by_rule: KEYWORD if by_rule in KEYWORDS else FALLBACK})
    likest = sorted(similar, key=lambda one: (-one.likeness, one.task_type))[:VOTERS]
    voters = [one for one in likest if one.likeness >= LIKE]
    for one in voters:
        votes[one.task_type] += one.likeness
    best = max(votes, key=lambda name: (votes[name], name == by_rule, name))
    return Guess(
        task_type=best,
        confidence=votes[best] / (sum(votes.values()) + DOUBT),
        similar=sum(one.task_type == best for one in voters),
    )


def telling_words(prompt: str) -> tuple[str, ...]:
    """The words by which past tasks are looked for, each once, in the order of the prompt.

    Where a script has no spaces between words, each two characters that stand together are one.
    """
    folded = prompt.casefold()
    if folded.isascii():
        words = _ASCII_WORD.findall(folded)
    else:
        words = [part for word in _WORD.findall(folded) for part in _parts(word)]
    return tuple(dict.fromkeys(word for word in words if word not in COMMON))[:MOST_WORDS]


def _parts(word: str) -> Iterable[str]:
    if not _IS_UNSPACED.match(word):
        return (word,)
    return (word[at : at + 2] for at in range(len(word) - 1))
