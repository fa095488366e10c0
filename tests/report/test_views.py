"""The plain and the live view: whatever is told to them, in whatever order, they don't fail."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from paragen.domain.candidate import Candidate
from paragen.domain.events import (
    AttemptQueued,
    AttemptStarted,
    CandidateEnded,
    Event,
    JudgingStarted,
    Noted,
    Progressed,
    RunEnded,
    RunStarted,
    Warned,
)
from paragen.domain.status import Status
from paragen.domain.tournament import Run
from paragen.report import text
from paragen.report.details import candidate_details
from paragen.report.live import LiveView, summary
from paragen.report.plain import PlainView, line
from paragen.report.tables import run_table
from tests.store import build

NAMES = ("good", "bad", "slow")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def played(*candidates: Candidate, winner: str | None = None, name: str = "r1") -> Run:
    return build.run(name, *candidates, winner=winner)


def story(run: Run) -> list[Event]:
    """The events of a run, in the order of the engine."""
    events: list[Event] = [RunStarted(run=replace(run, ranking=()), planned=len(run.ranking))]
    events += [AttemptQueued(run_id=run.run_id, attempt=c.attempt) for c in run.ranking]
    for c in run.ranking:
        where = {"run_id": run.run_id, "attempt_id": c.id}
        events += [
            AttemptStarted(**where, host="gpu0"),
            Progressed(**where, tokens=7, tokens_per_s=12.5),
            JudgingStarted(**where, answered=c),
            CandidateEnded(run_id=run.run_id, candidate=c),
        ]
    return [*events, RunEnded(run=run)]


def plain(events: Sequence[Event], *, tasks: int = 1, quiet: bool = False) -> str:
    stream = as_stderr()
    with PlainView(stream, tasks=tasks, quiet=quiet) as view:
        for event in events:
            view(event)
    return read(stream)


def live(
    events: Sequence[Event],
    *,
    tasks: int = 1,
    columns: int = 80,
    lines: int = 24,
    audits: bool = False,
) -> str:
    """All that the live view writes; what is on the screen when it ends is drawn at least once."""
    stream = as_stderr()
    console = Console(
        file=stream, force_terminal=True, width=columns, height=lines, color_system="standard"
    )
    with LiveView(console, tasks=tasks, audits=audits) as view:
        for event in events:
            view(event)
    return read(stream)


def as_stderr() -> io.TextIOWrapper:
    """A stream that takes what stderr takes."""
    return io.TextIOWrapper(
        io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True
    )


def read(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


WORDS = st.text(max_size=12) | st.sampled_from(
    ["", "\x1b[2J", "[/b]", "[red]", "a\nb\rc", "\ud800"]
)
NUMBERS = st.sampled_from([0, 1, 7, 10**12])
RATES = st.sampled_from([None, 0.0, 12.5, 1e300])


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """A candidate whose every text may be odd."""
    one = build.candidate(draw(st.sampled_from(NAMES)), draw(st.sampled_from(Status)))
    generator = replace(one.attempt.instance.generator, name=draw(WORDS))
    attempt = replace(one.attempt, instance=replace(one.attempt.instance, generator=generator))
    error = one.error and replace(one.error, kind=draw(WORDS), message=draw(WORDS))
    verdict = one.verdict and replace(
        one.verdict,
        detail=draw(WORDS),
        cases=draw(st.just(()) | st.just(one.verdict.cases)),
        peak_bytes=draw(st.none() | NUMBERS),
    )
    return replace(one, attempt=attempt, error=error, verdict=verdict)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run of a few such candidates."""
    ranking = draw(st.lists(candidates(), max_size=3, unique_by=lambda c: c.id))
    run = build.run(draw(st.sampled_from(["r1", "r2"])), *ranking)
    winner = draw(st.sampled_from([None, *(candidate.id for candidate in ranking)]))
    return replace(run, task=replace(run.task, name=draw(WORDS)), reason=draw(WORDS), winner=winner)


RUNS = runs()


@st.composite
def tellings(draw: st.DrawFn) -> list[Event]:
    """Events of up to two runs: in order, or a few of them in any, and some about strangers."""
    told = [event for run in draw(st.lists(RUNS, min_size=1, max_size=2)) for event in story(run)]
    told += [Warned(message=draw(WORDS)), Noted(message=draw(WORDS))]
    if draw(st.booleans()):
        return told
    where = {"run_id": draw(st.sampled_from(["r1", "r3"])), "attempt_id": draw(WORDS)}
    told += [
        Progressed(**where, tokens=draw(NUMBERS), tokens_per_s=draw(RATES)),
        JudgingStarted(**where, answered=draw(candidates())),
        AttemptStarted(**where, host=draw(WORDS)),
        CandidateEnded(run_id="r3", candidate=draw(candidates())),
    ]
    return draw(st.lists(st.sampled_from(told), max_size=12))


@given(tellings(), st.integers(0, 3), st.booleans())
@settings(max_examples=60)
def test_the_plain_view_never_fails(events: list[Event], tasks: int, quiet: bool) -> None:
    shown = plain(events, tasks=tasks, quiet=quiet)
    assert "\x1b" not in shown
    if quiet:
        assert shown.count("warning: ") >= sum(isinstance(event, Warned) for event in events)
        assert "sandbox" not in shown


@given(tellings(), st.integers(1, 3), st.integers(1, 300), st.integers(1, 60))
@settings(max_examples=40)
def test_the_live_view_never_fails(
    events: list[Event], tasks: int, columns: int, lines: int
) -> None:
    shown = live(events, tasks=tasks, columns=columns, lines=lines)
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is back"
    assert "\x07" not in CONTROL.sub("", shown), "names and messages don't steer the terminal"
    assert "\x1b" not in CONTROL.sub("", shown)


@given(RUNS, st.integers(1, 250))
@settings(max_examples=40)
def test_a_finished_run_is_shown_at_any_width(run: Run, columns: int) -> None:
    stream = as_stderr()
    console = Console(file=stream, width=columns)
    console.print(run_table(run, columns))
    console.print(summary(run))
    shown = read(stream)
    assert run.winner is None or "★" in shown
    for candidate in run.ranking:
        assert "\n" not in line(candidate)


@given(RUNS, st.integers(33, 250))
@settings(max_examples=40)
def test_what_matters_most_is_whole(run: Run, columns: int) -> None:
    out = shown(run_table(run, columns), columns)
    assert not [one for one in out.splitlines() if cell_len(one) > columns]
    assert not run.ranking or "combined" in out
    for candidate in run.ranking:
        scores = candidate.scores
        assert text.score(scores.combined if scores else None) in out
        assert text.status(candidate)[:6] in out


@given(RUNS, st.integers(10, 32))
@settings(max_examples=40)
def test_where_no_number_has_room_there_are_lines(run: Run, columns: int) -> None:
    out = shown(run_table(run, columns), columns)
    assert not [one for one in out.splitlines() if cell_len(one) > columns]
    words = " ".join(out.split())
    for candidate in run.ranking:
        if candidate.scores is not None:
            assert f"combined {text.score(candidate.scores.combined)}" in words


def test_plain_lines_tell_the_story() -> None:
    good, bad = build.candidate("good"), build.candidate("bad", Status.FAILED)
    error = build.candidate("slow", Status.ERROR)
    run = played(good, bad, error, winner="good")
    said: list[Event] = [Warned(message="Mind the gap."), Noted(message="good plays.")]
    assert plain(said, quiet=True) == "warning: Mind the gap.\n"
    assert plain(said) == "warning: Mind the gap.\ngood plays.\n"
    assert "good plays." in live(said)
    lines = plain([said[0], *story(run)]).splitlines()
    assert lines[0] == "warning: Mind the gap."
    assert lines[1].startswith("slugify: 3 attempts, mode all, task type utilities, sandbox rlimit")
    assert lines[2].startswith("  good: passed, 1/2 tests, quality 0.50, speed 0.50")
    assert "50.0 tok/s" in lines[2]
    assert "test_b: 1 != 2" in lines[3]
    assert lines[4] == "  slow: error: busy, The queue is full."
    assert lines[5] == "slugify: good passed"
    counted = plain([RunEnded(run=run), RunEnded(run=run)], tasks=2).splitlines()
    assert ["[1/2]" in counted[0], "[2/2]" in counted[1]] == [True, True]
    assert "\n  slugify: good: passed, 1/2 tests" in plain(story(run), tasks=2)
    assert plain(story(run), quiet=True) == ""


@pytest.mark.parametrize("columns", [60, 80, 100, 120, 200])
def test_a_long_name_leaves_the_numbers_their_room(columns: int) -> None:
    one = build.candidate("good")
    generator = replace(one.attempt.instance.generator, name="g" * 90)
    attempt = replace(one.attempt, instance=replace(one.attempt.instance, generator=generator))
    run = played(replace(one, attempt=attempt), winner="good")
    table = io.StringIO()
    Console(file=table, width=columns).print(run_table(run, columns))
    (row,) = [line for line in table.getvalue().splitlines() if line.startswith("★")]
    assert row.startswith("★  gggg")
    assert "…" not in row.replace("g…", "")
    assert "0.50" in row


def test_the_live_table_ends_with_the_winner_marked() -> None:
    good, bad = build.candidate("good"), build.candidate("bad", Status.FAILED)
    shown = CONTROL.sub("", live(story(played(good, bad, winner="good"))))
    final = shown[shown.index("★") :]
    assert re.search(r"★\s+good\s+passed\s+1/2\s+0\.50", final)
    assert re.search(r"\n\s+bad\s+failed", final)
    assert "bad: test_b: 1 != 2" in final
    assert "good passed" in final


def test_what_has_ended_is_shown_once() -> None:
    """Not in the table that is redrawn too, however long the tests are audited after it."""
    run = played(build.candidate("good"), build.candidate("bad", Status.FAILED), winner="good")
    shown = CONTROL.sub("", live(story(run), audits=True))
    after = shown[shown.index("good passed") :]
    assert "auditing the tests …" in after
    assert "generator" not in after


def test_nobody_is_no_table() -> None:
    """As after an interrupt, when all that ran has been called off."""
    run = played(build.candidate("good"))
    ended = [event for event in story(run) if not isinstance(event, RunEnded)]
    shown = CONTROL.sub("", live(ended, tasks=2))
    assert "2 tasks" in shown
    assert "generator" not in shown.rpartition("2 tasks")[0][-80:]


def test_the_live_table_shows_states_and_speed_before_the_end() -> None:
    run = played(*(build.candidate(name) for name in NAMES))
    start = story(run)[:4]
    where = {"run_id": "r1", "attempt_id": "good"}
    other = {"run_id": "r1", "attempt_id": "bad"}
    events: list[Event] = [
        *start,
        AttemptStarted(**where, host="gpu0"),
        Progressed(**where, tokens=31, tokens_per_s=12.5),
        AttemptStarted(**other, host="gpu0"),
        JudgingStarted(**other, answered=build.candidate("bad")),
    ]
    shown = CONTROL.sub("", live(events, columns=140))
    assert re.search(r"good\s+generating[–\s]+12\.5\s+31", shown)
    assert re.search(r"bad\s+testing", shown)
    assert re.search(r"slow\s+waiting", shown)


def test_more_rows_than_lines_show_the_running_first() -> None:
    run = played(*(build.candidate(f"g{n:02}") for n in range(60)))
    events = story(run)[:61]
    events.append(AttemptStarted(run_id="r1", attempt_id="g57", host="gpu0"))
    shown = CONTROL.sub("", live(events, lines=20))
    assert "g57" in shown
    rows = set(re.findall(r"g\d\d", shown))
    assert f"and {60 - len(rows)} more" in shown
    assert len(rows) <= 17


def test_one_line_of_reason() -> None:
    failed = build.candidate("c", Status.FAILED)
    assert text.why(failed) == "test_b: 1 != 2"
    assert text.why(build.candidate("c")) == ""
    assert text.why(build.candidate("c", Status.ERROR)) == "The queue is full."
    assert text.status(build.candidate("c", Status.ERROR)) == "error: busy"
    assert text.status(build.candidate("c", Status.NO_CODE)) == "no code"


def test_a_winner_whose_verdict_is_not_sealed_is_said_everywhere() -> None:
    good = build.candidate("good")
    assert good.verdict is not None
    forked = replace(good, verdict=replace(good.verdict, unsealed_because="the tests fork"))
    run = played(forked, winner="good")
    told = "good's verdict isn't sealed: the tests fork"
    assert plain(story(run)).splitlines()[-1] == f"  {told}"
    assert told in shown(run_table(run, 80))
    assert "the tests fork" in shown(candidate_details(forked))
    sealed = played(good, winner="good")
    assert "isn't sealed" not in plain(story(sealed)) + shown(run_table(sealed, 80))


def shown(what: RenderableType, columns: int = 80) -> str:
    """What rich makes of it, without colours."""
    console = Console(file=io.StringIO(), width=columns)
    with console.capture() as capture:
        console.print(what)
    return capture.get()
