"""What the runner wrote into its pipe, as values; whatever else stands there is ignored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from paragen.domain.command import CaseResult, Outcome

_MOST_BYTES = 1 << 62
"""More than any process takes, and less than any database holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far the runner came.

    `started`: it put its limits on, and the program came next. `names`: the cases found, None if
    it never came so far. `out_of_memory`: something died of MemoryError. `peak_bytes`: the
    process's largest resident size, by its own account. `done`: it came to its own end; `broke`:
    how the program cut it short, `lost_in`: in which case, if its tester outlived that.
    """

    started: bool = False
    names: tuple[str, ...] | None = None
    cases: tuple[CaseResult, ...] = ()
    out_of_memory: bool = False
    peak_bytes: int | None = None
    done: bool = False
    broke: str = ""
    lost_in: str = ""

    @property
    def running(self) -> str | None:
        """The case that was next when the report stopped, None where all had ended."""
        if self.lost_in:
            return self.lost_in
        ended = Counter(case.name for case in self.cases)
        for name in self.names or ():
            if not ended[name]:
                return name
            ended[name] -= 1
        return None


def read_report(data: bytes, nonce: str) -> Report:
    """The report that the lines with this nonce make.

    A program beside the runner can find the nonce: what only looks like a line is ignored, too.
    """
    report = Report()
    cases: list[CaseResult] = []
    for line in data.split(b"\n"):
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            fields = _fields(line, nonce)
            if fields.get("kind") == "case":
                cases.append(_case(fields))
            else:
                report = _with(report, fields)
    return replace(report, cases=tuple(cases))


def report_of(answer: Mapping[str, Any]) -> Report:
    """The report that a tester's answer makes; an empty answer is a report that isn't done."""
    names = answer.get("names")
    fields = ("name", "outcome", "detail")
    return Report(
        started=True,
        names=None if names is None else tuple(map(printable, names)),
        cases=tuple(
            _case(dict(zip(fields, case, strict=True))) for case in answer.get("cases", ())
        ),
        out_of_memory=bool(answer.get("out_of_memory")),
        done=bool(answer) and not answer["gone"],
        broke=str(answer.get("gone") or ""),
        lost_in=printable(answer.get("lost_in", "")),
    )


def printable(text: str) -> str:
    """The text without lone surrogates, which no file or database takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _with(report: Report, fields: Mapping[str, Any]) -> Report:
    """The report with what another line says; raises whatever one that is none leads to."""
    match fields.get("kind"):
        case "hello":
            return replace(report, started=True)
        case "plan":
            return replace(report, names=tuple(printable(n) for n in fields["names"]))
        case "memory":
            return replace(report, out_of_memory=True)
        case "done":
            peak_bytes = fields["peak_bytes"]
            known = type(peak_bytes) is int and 0 < peak_bytes < _MOST_BYTES
            return replace(report, done=True, peak_bytes=peak_bytes if known else None)
    return report


def _fields(line: bytes, nonce: str) -> dict[str, Any]:
    """The fields of a line, none where it isn't one of the runner's."""
    if nonce.encode() not in line:
        return {}
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    genuine = isinstance(fields, dict) and fields.get("nonce") == nonce
    return fields if genuine else {}


def _case(fields: dict[str, Any]) -> CaseResult:
    return CaseResult(
        name=printable(fields["name"]),
        outcome=Outcome(fields["outcome"]),
        detail=printable(fields["detail"]),
    )
