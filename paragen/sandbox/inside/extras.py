"""Values of the standard library (and numpy's) that cross as what they are, exact types only."""

from __future__ import annotations

import binascii
import importlib
import re
import sys

from .channel import Breach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NUMERIC = re.compile(r"[<>|=][biufc][0-9]{1,2}")
_PATHS = ("PurePosixPath", "PureWindowsPath", "PosixPath")
_MOST_DIMENSIONS = 32
_MOST_NAME = 100


def _array(value: Any) -> list[Any] | None:
    """A numpy array or scalar; None for one that isn't just numbers."""
    dtype = value.dtype.str
    if not _NUMERIC.fullmatch(dtype):
        return None
    data = binascii.b2a_base64(value.tobytes(), newline=False).decode("ascii")
    return [dtype, list(value.shape), data]


def _timezone(value: Any) -> Any:
    offset = value.utcoffset(None)
    return [offset.days, offset.seconds, offset.microseconds]


def _moment(value: Any) -> list[Any] | None:
    """A time of some kind; None for one whose time zone is neither an offset nor has a name."""
    zone = value.tzinfo
    if zone is None or type(zone) is sys.modules["datetime"].timezone:
        return [value.isoformat(), value.fold, None]
    place = _zone_name(zone)
    return None if place is None else [value.replace(tzinfo=None).isoformat(), value.fold, place]


def _zone_name(zone: Any) -> str | None:
    """The name by which both sides have this time zone; None if there is none."""
    kind = type(zone)
    if kind is not getattr(sys.modules.get("zoneinfo"), "ZoneInfo", None) or not zone.key:
        return None
    try:  # one that was made in another way may have a name that stands for something else
        return str(zone.key) if kind(zone.key) is zone else None
    except (OSError, ValueError, TypeError, LookupError):
        return None


_FORMS: dict[tuple[str, str], tuple[str, Callable[[Any], Any]]] = {
    ("decimal", "Decimal"): ("D", str),
    ("fractions", "Fraction"): ("F", lambda v: [f"{v.numerator:x}", f"{v.denominator:x}"]),
    ("datetime", "datetime"): ("dt", _moment),
    ("datetime", "time"): ("ti", _moment),
    ("datetime", "date"): ("da", lambda v: v.isoformat()),
    ("datetime", "timedelta"): ("td", lambda v: [v.days, v.seconds, v.microseconds]),
    ("datetime", "timezone"): ("tz", _timezone),
    ("zoneinfo", "ZoneInfo"): ("zi", _zone_name),
    ("uuid", "UUID"): ("u", lambda v: v.hex),
    ("numpy", "ndarray"): ("na", _array),
    **{
        (module, name): ("P", lambda v: [type(v).__name__, str(v)])
        for module in ("pathlib", "pathlib._local")
        for name in _PATHS
    },
}


def _form_of(value: Any) -> tuple[str, Callable[[Any], Any]] | None:
    cls = type(value)
    place = (cls.__module__, cls.__qualname__)
    form = _FORMS.get(place)
    if form is None and place[0] == "numpy" and hasattr(value, "dtype"):
        form = ("ns", _array)
    if form is None or vars(sys.modules.get(place[0], sys)).get(place[1]) is not cls:
        return None
    return form


def encode(value: Any) -> dict[str, Any] | None:
    """The value as JSON can hold it, None if it isn't one of these."""
    form = _form_of(value)
    body = None if form is None else form[1](value)
    return None if form is None or body is None else {form[0]: body}


def imported(module: str, name: str) -> Any:
    """A function or class of the standard library, by its qualified name."""
    value: Any = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _text(body: Any) -> str:
    if type(body) is not str:
        raise Breach("no text")
    return body


def _integers(body: Any, most: int) -> list[int]:
    if type(body) is not list or len(body) > most or not set(map(type, body)) <= {int}:
        raise Breach("no integers")
    return body


def _decode_fraction(body: Any) -> Any:
    numerator, denominator = body
    return _standard("fractions").Fraction(int(numerator, 16), int(denominator, 16))


def _decode_moment(name: str) -> Callable[[Any], Any]:
    def decode(body: Any) -> Any:
        text, fold, place = body
        moment = getattr(_standard("datetime"), name).fromisoformat(_text(text)).replace(fold=fold)
        return moment if place is None else moment.replace(tzinfo=_decode_named_zone(place))

    return decode


def _decode_named_zone(body: Any) -> Any:
    if len(_text(body)) > _MOST_NAME:
        raise Breach("no name")
    return _standard("zoneinfo").ZoneInfo(body)


def _decode_delta(body: Any) -> Any:
    days, seconds, microseconds = _integers(body, 3)
    return _standard("datetime").timedelta(days, seconds, microseconds)


def _decode_zone(body: Any) -> Any:
    return _standard("datetime").timezone(_decode_delta(body))


def _decode_path(body: Any) -> Any:
    name, text = body
    if name not in _PATHS:
        raise Breach("no path")
    return getattr(_standard("pathlib"), name)(_text(text))


def _decode_array(body: Any) -> Any:
    dtype, shape, data = body
    if not _NUMERIC.fullmatch(_text(dtype)):
        raise Breach("no numbers")
    numpy = _standard("numpy")
    content = binascii.a2b_base64(_text(data)) if data else b""
    return numpy.frombuffer(content, dtype).reshape(_integers(shape, _MOST_DIMENSIONS)).copy()


def _standard(name: str) -> Any:
    """A module of those named in this file."""
    return sys.modules.get(name) or importlib.import_module(name)


DECODERS: dict[str, Callable[[Any], Any]] = {
    "D": lambda body: _standard("decimal").Decimal(_text(body)),
    "F": _decode_fraction,
    "dt": _decode_moment("datetime"),
    "ti": _decode_moment("time"),
    "da": lambda body: _standard("datetime").date.fromisoformat(_text(body)),
    "td": _decode_delta,
    "tz": _decode_zone,
    "zi": _decode_named_zone,
    "u": lambda body: _standard("uuid").UUID(hex=_text(body)),
    "na": _decode_array,
    "ns": lambda body: _decode_array(body)[()],
    "P": _decode_path,
}


def decode(tag: str, body: Any) -> Any:
    """The value of such a form; raises Breach for an unknown tag."""
    decoder = DECODERS.get(tag)
    if decoder is None:
        raise Breach("an unknown tag")
    return decoder(body)
