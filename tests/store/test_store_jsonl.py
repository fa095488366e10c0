"""A history as JSON lines, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings

from paragen.domain.tournament import Run
from paragen.store.connection import connect
from paragen.store.filling import LinesError
from paragen.store.jsonl import merge_lines
from paragen.store.merge import Merged, merge
from paragen.store.queries import load_run
from paragen.store.recorder import Recorder
from tests.store import build
from tests.store.histories import LAST_STAGE, History, Shelf, Told, content, histories, tell
from tests.store.test_store_round_trip import whole

ENDED = Told(stage=LAST_STAGE)


def imported(target: Path, lines: Sequence[str]) -> Merged:
    with closing(connect(target, write=True)) as connection:
        return merge_lines(connection, "some.jsonl", [line.encode() + b"\n" for line in lines])


class TestThereAndBack:
    @settings(max_examples=8, deadline=None)
    @given(histories(), histories())
    def test_lines_say_what_a_merge_brings(
        self, shared: Shelf, told: History, other: History
    ) -> None:
        here, there = shared.made(told), shared.made(other)
        by_lines = shared.copy(here)
        imported(by_lines, content(there))
        with closing(connect(here, write=True)) as connection:
            merge(connection, there)
        assert content(by_lines) == content(here)

    @settings(max_examples=15, deadline=None)
    @given(build.runs())
    def test_any_run(self, shared: Shelf, run: Run) -> None:
        there, here = shared.empty(), shared.empty()
        recorder = Recorder(there, on_failure=pytest.fail)
        for event in build.events(run):
            recorder(event)
        recorder.close()
        imported(here, content(there))
        assert content(here) == content(there)
        with (
            closing(connect(here, write=False)) as ours,
            closing(connect(there, write=False)) as it,
        ):
            assert whole(load_run(ours, run.run_id)) == whole(load_run(it, run.run_id))

    def test_every_line_is_json_on_its_own(self, shelf: Shelf) -> None:
        lines = [json.loads(line) for line in content(shelf.made({("s1", "r1"): ENDED}))]
        assert lines[0]["schema"] == "paragen.export/1"
        assert all(len(line) == 1 for line in lines[1:])
        (tournament,) = [line["tournament"] for line in lines if "tournament" in line]
        assert tournament["runs"]["winner"] == "c1"
        assert [one["id"] for one in tournament["candidates"]] == ["c1", "c0"], "as they ended"
        assert tournament["candidates"][0]["cases"][0]["name"] == "test_a"
        assert [one["id"] for one in tournament["attempts"]] == ["c0", "c1"], "as they were asked"
        assert tournament["selections"][0]["candidate"] == "c1"

    def test_files_may_be_joined(self, shelf: Shelf) -> None:
        early = shelf.made({("s1", "r1"): Told(stage=3)})
        late = shelf.copy(early)
        tell(late, "s1", "r1", ENDED)
        other = shelf.made({("s2", "r3"): ENDED})
        for order in ([early, late, other], [late, other, early, late]):
            here = shelf.empty()
            imported(here, [line for path in order for line in ["", *content(path)]])
            expected = shelf.copy(late)
            with closing(connect(expected, write=True)) as connection:
                merge(connection, other)
            assert content(here) == content(expected)

    def test_twice_is_once(self, shelf: Shelf) -> None:
        there, here = shelf.made({("s1", "r1"): ENDED}), shelf.empty()
        assert imported(here, content(there)).rows["runs"] == 1
        again = imported(here, content(there))
        assert not any(again.rows.values())

    def test_an_empty_history(self, shelf: Shelf) -> None:
        (line,) = content(shelf.empty())
        assert not any(imported(shelf.empty(), [line]).rows.values())


HEADER = '{"schema":"paragen.export/1","tables":1}'


class TestRefused:
    @pytest.mark.parametrize(
        ("lines", "number", "why"),
        [
            ([], 1, "nothing in it"),
            (["", "  "], 1, "nothing in it"),
            (['{"runs":{}}'], 1, "first line of an export"),
            (["[]"], 1, "first line"),
            (["7"], 1, ""),
            (["{"], 1, "no JSON"),
            (['{"schema":"paragen.run/1"}'], 1, "paragen.run/1"),
            (['{"schema":"paragen.export/1"}'], 1, "tables"),
            (['{"schema":"paragen.export/1","tables":10000}'], 1, "newer paragen"),
            ([HEADER, "", "{"], 3, "no JSON"),
            ([HEADER, "\udcff"], 2, "no JSON"),
            ([HEADER, "[]"], 2, ""),
            ([HEADER, '{"a":{},"b":{}}'], 2, ""),
            ([HEADER, '{"nonsense":{}}'], 2, "nonsense"),
            ([HEADER, '{"loads":{"host); DROP":1}}'], 2, "host); DROP"),
            ([HEADER, '{"loads":{"host":1}}'], 2, "NOT NULL"),
            ([HEADER, '{"loads":{"host":[1]}}'], 2, ""),
            ([HEADER, '{"loads":{"num_ctx":99999999999999999999}}'], 2, "too large"),
            ([HEADER, '{"sessions":{"started_at":"x"}}'], 2, "sessions.id"),
            ([HEADER, '{"tournament":{"id":"r"}}'], 2, "plans"),
            (
                [HEADER, '{"tournament":{"plans":{"session":"s","run":"r"},"runs":null}}'],
                2,
                "no line before this one has 's' of the sessions",
            ),
        ],
    )
    def test_what_no_export_wrote(
        self, shelf: Shelf, lines: list[str], number: int, why: str
    ) -> None:
        here = shelf.made({("s1", "r1"): ENDED})
        before = content(here)
        given = [line.encode(errors="surrogateescape") for line in lines]
        with closing(connect(here, write=True)) as connection, pytest.raises(LinesError) as caught:
            merge_lines(connection, "some.jsonl", given)
        assert str(caught.value).startswith(f"some.jsonl:{number}: ")
        assert why in str(caught.value)
        assert content(here) == before

    def test_what_others_refer_to_is_missing(self, shelf: Shelf) -> None:
        lines = content(shelf.made({("s1", "r1"): ENDED}))
        nobody_refers_to = ('{"tournament"', '{"loads"')
        for number, line in enumerate(lines):
            here = shelf.empty()
            rest = lines[:number] + lines[number + 1 :]
            if line.startswith(nobody_refers_to):
                imported(here, rest)
                assert content(here) == rest
                continue
            with pytest.raises(LinesError):
                imported(here, rest)
            assert len(content(here)) == 1

    def test_a_candidate_of_another_tournament_has_not_won(self, shelf: Shelf) -> None:
        lines = content(shelf.made({("s1", "r1"): ENDED, ("s2", "r3"): ENDED}))
        last = max(n for n, line in enumerate(lines) if line.startswith('{"tournament"'))
        document = json.loads(lines[last])
        document["tournament"]["candidates"] = []
        lines[last] = json.dumps(document)
        with pytest.raises(LinesError, match="'c1' of the candidates"):
            imported(shelf.empty(), lines)
