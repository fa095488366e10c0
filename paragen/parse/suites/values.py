"""Values in JSON that JSON doesn't know: each such value is an object of one key, its tag.

`{"tuple": [1, 2]}` is `(1, 2)`, and a dict is `{"dict": [[key, value], …]}`, so that every object
is a tag. The two programs below are part of what runs in the sandbox: one reads such text in
tests, the other writes the answers of a suite's own solution.
"""

from __future__ import annotations

from typing import Any

DECODER = '''\
def decoded(tagged):
    """The value that an object of one key stands for."""
    ((tag, content),) = tagged.items()
    return TAGS[tag](content)


TAGS = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
    "complex": complex,
    "bytes": bytes.fromhex,
    "int": lambda digits: int(digits, 16),
}
'''

ENCODER = '''\
def encoded(value):
    """The JSON for a value; raises TypeError for one that it can't say."""
    if value is None or isinstance(value, (bool, float, str)):
        return value
    if isinstance(value, int):  # Python refuses to read or write longer ones in decimal
        return value if value.bit_length() < 14000 else {"int": hex(value)}
    if isinstance(value, list):
        return [encoded(one) for one in value]
    if isinstance(value, dict):
        return {"dict": [[encoded(key), encoded(one)] for key, one in value.items()]}
    if isinstance(value, complex):
        return {"complex": str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": value.hex()}
    for kind in (tuple, set, frozenset):
        if isinstance(value, kind):
            return {kind.__name__: [encoded(one) for one in value]}
    raise TypeError(f"a {type(value).__name__} can't be written down")
'''


def tagged(value: Any) -> Any:
    """A value of plain JSON with its objects tagged."""
    if isinstance(value, list):
        return [tagged(one) for one in value]
    if isinstance(value, dict):
        return {"dict": [[key, tagged(one)] for key, one in value.items()]}
    return value


def as_tuple(value: Any) -> Any:
    """A tagged list as a tuple; what isn't a list stays as it is."""
    return {"tuple": value} if isinstance(value, list) else value
