"""One history into another: whatever comes first, and however often, the same comes of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paragen.domain.errors import StoreError
from paragen.domain.events import CandidateEnded, Event, JudgingStarted
from paragen.engine.resumed import unjudged
from paragen.store import migrations, tables
from paragen.store.connection import connect
from paragen.store.merge import Merged, MergeItselfError, merge
from paragen.store.queries import history, load_run
from paragen.store.recorder import Recorder
from paragen.store.resume import unfinished
from tests.cli.running import skip_where_modes_bind_nobody
from tests.store import build
from tests.store.histories import (
    LAST_STAGE,
    MOMENTS,
    History,
    Shelf,
    Told,
    content,
    events,
    histories,
    only,
    tell,
)

FIXTURES = Path(__file__).parent / "fixtures"
ENDED = Told(stage=LAST_STAGE)


def merged(target: Path, *others: Path) -> Path:
    with closing(connect(target, write=True)) as connection:
        for other in others:
            merge(connection, other)
    return target


def record(path: Path, event: Event) -> None:
    recorder = Recorder(path, on_failure=pytest.fail)
    recorder(event)
    recorder.close()


def brought(target: Path, other: Path) -> Merged:
    with closing(connect(target, write=True)) as connection:
        return merge(connection, other)


def is_nothing(came: Merged) -> bool:
    return not came.advanced and not any(came.rows.values())


class TestLaws:
    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(histories(), min_size=3, max_size=3))
    @pytest.mark.slow
    def test_neither_the_order_nor_how_often_matters(
        self, shared: Shelf, told: list[History]
    ) -> None:
        a, b, c = (shared.made(one) for one in told)
        one_way = merged(shared.copy(a), b, c)
        the_other = merged(shared.copy(c), b, a)
        in_between = merged(shared.copy(a), merged(shared.copy(c), b))
        whole = content(one_way)
        assert content(the_other) == whole
        assert content(in_between) == whole
        for again in (a, b, c, the_other):
            assert is_nothing(brought(one_way, again))
        assert content(one_way) == whole

    @settings(max_examples=6, deadline=None)
    @given(histories())
    def test_into_nothing_it_is_what_it_was(self, shared: Shelf, told: History) -> None:
        there = shared.made(told)
        assert content(merged(shared.empty(), there)) == content(there)
        before = content(there)
        assert is_nothing(brought(there, shared.empty()))
        assert content(there) == before

    @pytest.mark.parametrize(
        "change",
        [
            "DELETE FROM cases WHERE position = 0",
            "DELETE FROM selections",
            "DELETE FROM plans",
            "DELETE FROM candidates WHERE id = 'c0'",
            "UPDATE measures SET value = 0.25 WHERE name = 'style'",
            "UPDATE candidates SET code = 'y' WHERE id = 'c0'",
            "UPDATE runs SET reason = 'because'",
            "UPDATE plans SET position = 3",
            "UPDATE attempts SET seed = 9",
            "UPDATE sessions SET settings = '{}'",
        ],
    )
    def test_of_two_that_differ_one_is_kept_everywhere(self, shelf: Shelf, change: str) -> None:
        a = shelf.made({("s1", "r1"): ENDED})
        b = shelf.copy(a)
        with closing(connect(b, write=True)) as connection:
            connection.execute(change)
        assert content(a) != content(b)
        one_way, the_other = merged(shelf.copy(a), b), merged(shelf.copy(b), a)
        assert content(one_way) == content(the_other)
        assert content(one_way) in (content(a), content(b))

    def test_a_plan_that_only_one_of_them_has(self, shelf: Shelf) -> None:
        a = shelf.made({("s1", f"r{n}"): Told(stage=1) for n in range(6)})
        b = shelf.copy(a)
        with closing(connect(b, write=True)) as connection:
            connection.execute("DELETE FROM plans")
        assert content(merged(shelf.copy(a), b)) == content(merged(shelf.copy(b), a))

    def test_begun_is_further_on_than_planned(self, shelf: Shelf) -> None:
        planned = shelf.made({("s1", "r1"): Told(stage=0)})
        begun = shelf.copy(planned)
        tell(begun, "s1", "r1", Told(stage=1))
        assert brought(shelf.copy(begun), planned).advanced == 0
        assert brought(planned, begun).advanced == 1
        assert content(planned) == content(begun)

    @pytest.mark.parametrize("text", "abcd")
    def test_judged_is_further_on_than_answered(self, shelf: Shelf, text: str) -> None:
        answered = shelf.made({("s1", "r1"): Told(stage=2)})
        judged = shelf.copy(answered)
        ended = build.candidate("c0", text=text)
        assert ended.answer is not None
        waiting = unjudged(ended.attempt, ended.host, ended.answer)
        record(answered, JudgingStarted(run_id="r1", attempt_id="c0", answered=waiting))
        record(judged, CandidateEnded(run_id="r1", candidate=ended))
        assert content(merged(shelf.copy(answered), judged)) == content(judged)
        assert not brought(shelf.copy(judged), answered).advanced


class TestWhatComesIn:
    def test_tournaments_with_all_that_is_theirs(self, shelf: Shelf) -> None:
        here, there = shelf.made({("s1", "r1"): ENDED}), shelf.made({("s2", "r3"): ENDED})
        came = brought(here, there)
        assert came.advanced == came.played == 0
        assert came.rows["runs"] == came.rows["plans"] == came.rows["sessions"] == 1
        assert (came.rows["candidates"], came.rows["cases"], came.rows["measures"]) == (2, 4, 4)
        assert came.rows["generators"] == 0, "they are the same"
        with (
            closing(connect(here, write=False)) as ours,
            closing(connect(there, write=False)) as it,
        ):
            assert load_run(ours, "r3") == load_run(it, "r3")
            found, expected = (unfinished(one, "r3", ended=True) for one in (ours, it))
            assert found is not None
            assert expected is not None
            assert found.runs == expected.runs
            assert {row.run_id for row in history(ours, limit=9)} == {"r1", "r3"}

    @pytest.mark.parametrize("stage", range(LAST_STAGE))
    def test_the_record_that_is_further_on_is_kept(self, shelf: Shelf, stage: int) -> None:
        early = shelf.made({("s1", "r1"): Told(stage=stage)})
        late = shelf.copy(early)
        tell(late, "s1", "r1", ENDED)
        assert brought(shelf.copy(late), early).advanced == 0
        came = brought(early, late)
        assert came.advanced == 1
        with (
            closing(connect(early, write=False)) as ours,
            closing(connect(late, write=False)) as it,
        ):
            assert load_run(ours, "r1") == load_run(it, "r1")
            assert unfinished(ours) is None

    def test_a_run_keeps_its_key_so_that_others_may_refer_to_it(self, shelf: Shelf) -> None:
        early = shelf.made({("s2", "r3"): ENDED, ("s1", "r1"): Told(stage=3)})
        late = shelf.made({("s1", "r1"): ENDED})
        with closing(connect(early, write=True)) as connection:
            before = only(connection, "SELECT key FROM runs WHERE id = 'r1'")
            assert merge(connection, late).advanced == 1
            assert only(connection, "SELECT key FROM runs WHERE id = 'r1'") == before

    def test_candidates_stay_in_the_order_in_which_they_ended(self, shelf: Shelf) -> None:
        here = merged(shelf.empty(), shelf.made({("s1", "r1"): Told(stage=4)}))
        with closing(connect(here, write=False)) as connection:
            assert [one.id for one in load_run(connection, "r1").ranking] == ["c1", "c0"]

    def test_what_is_unfinished_can_be_gone_on_with(self, shelf: Shelf) -> None:
        here = shelf.made({("s2", "r3"): ENDED})
        there = shelf.made({("s1", "r1"): Told(stage=3)})
        merged(here, there)
        tell(here, "s1", "r1", ENDED)
        tell(there, "s1", "r1", ENDED)
        with (
            closing(connect(here, write=False)) as ours,
            closing(connect(there, write=False)) as it,
        ):
            assert load_run(ours, "r1") == load_run(it, "r1")

    def test_the_newest_session_is_the_one_that_began_last(self, shelf: Shelf) -> None:
        here = shelf.made({("s1", "r1"): Told(stage=2, moment=MOMENTS[1])})
        merged(here, shelf.made({("s2", "r3"): Told(stage=2, moment=MOMENTS[0])}))
        with closing(connect(here, write=False)) as connection:
            found = unfinished(connection)
            assert found is not None
            assert found.session_id == "s1"

    def test_loads_as_often_as_they_were(self, shelf: Shelf) -> None:
        here, there = shelf.empty(), shelf.empty()
        for path, times in ((here, 2), (there, 3)):
            with closing(connect(path, write=True)) as connection:
                for _ in range(times):
                    connection.execute("INSERT INTO loads VALUES (NULL, 'h', 'm', 1, 0.5, 'then')")
        assert brought(here, there).rows["loads"] == 1
        assert brought(there, here).rows["loads"] == 0

    def test_baselines_with_their_records(self, shelf: Shelf) -> None:
        there = shelf.empty()
        with closing(connect(there, write=True)) as connection:
            connection.execute("INSERT INTO baselines VALUES (7, 'id', 'main', 'then')")
            names = tables.columns(connection, "baseline_records")
            values = [7, *(["x"] * 4), *([1] * (len(names) - 5))]
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO baseline_records VALUES ({marks})", values)
            connection.execute(
                "INSERT INTO feedback (id, given_at, kind, run) "
                "VALUES ('f', 'then', 'rating', 'r1')"
            )
        here = merged(shelf.made({("s1", "r1"): ENDED}), there)
        with closing(connect(here, write=False)) as connection:
            found = connection.execute(
                "SELECT b.name, r.plays FROM baseline_records AS r JOIN baselines AS b "
                "ON b.key = r.baseline"
            ).fetchall()
            assert [tuple(row) for row in found] == [("main", 1)]
            assert only(connection, "SELECT run FROM feedback") == "r1"
        assert is_nothing(brought(here, there))

    def test_what_is_derived_is_made_anew(self, shelf: Shelf) -> None:
        here, there = shelf.made({("s1", "r1"): ENDED}), shelf.made({("s2", "r3"): ENDED})
        with closing(connect(here, write=True)) as connection:
            for table in tables.DERIVED:
                assert only(connection, f"SELECT count(*) > 0 FROM {table}"), "the recorder made it"
            merge(connection, shelf.empty())
            for table in tables.DERIVED:
                assert only(connection, f"SELECT count(*) > 0 FROM {table}"), "nothing came in"
            merge(connection, there)
            for table in tables.DERIVED:
                assert only(connection, f"SELECT count(*) = 0 FROM {table}")


class TestPlayed:
    """A session that a living process plays is left out, and comes in when it has ended."""

    @pytest.mark.parametrize("playing", ["there", "here"])
    def test_it_is_left_out(self, shelf: Shelf, playing: str) -> None:
        there = shelf.made(
            {("s2", "r3"): ENDED, ("s1", "r1"): Told(stage=3 if playing == "there" else 4)}
        )
        here = shelf.made({("s1", "r1"): Told(stage=2)} if playing == "here" else {})
        recorder = Recorder(there if playing == "there" else here, on_failure=pytest.fail)
        recorder(events("s1", "r1", Told(stage=0))[0])
        before = content(here)
        came = brought(here, there)
        assert (came.played, came.advanced, came.rows["runs"]) == (1, 0, 1)
        assert [one for one in before if '"r1"' in one] == [
            one for one in content(here) if '"r1"' in one
        ]
        recorder.close()
        came = brought(here, there)
        assert came.played == 0
        assert came.advanced + came.rows["runs"] == 1

    def test_nobody_goes_on_with_it_meanwhile(self, shelf: Shelf) -> None:
        here = shelf.made({("s1", "r1"): Told(stage=2)})
        there = shelf.made({("s1", "r1"): Told(stage=3)})
        brought(here, there)
        with closing(connect(here, write=False)) as connection:
            assert unfinished(connection) is not None, "the lock is released"


def test_one_that_may_only_be_read(shelf: Shelf, tmp_path: Path) -> None:
    skip_where_modes_bind_nobody(tmp_path)
    folder = tmp_path / "closed"
    folder.mkdir()
    shutil.copy(shelf.made({("s1", "r1"): ENDED}), folder / "other.db")
    (folder / "other.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert brought(shelf.empty(), folder / "other.db").rows["runs"] == 1
    finally:
        folder.chmod(0o700)


class TestOlder:
    @pytest.mark.parametrize("dump", sorted(p.name for p in FIXTURES.glob("*.sql")))
    def test_one_of_an_older_version_is_read_and_not_touched(self, shelf: Shelf, dump: str) -> None:
        old = shelf.empty().with_suffix(".old")
        with closing(sqlite3.connect(old)) as connection:
            connection.executescript((FIXTURES / dump).read_text(encoding="utf-8"))
        before = old.read_bytes()
        here = merged(shelf.empty(), old)
        assert old.read_bytes() == before
        assert is_nothing(brought(here, old))
        with closing(connect(here, write=False)) as ours:
            found = load_run(ours, "run-a")
        with closing(connect(old, write=True)) as it:
            assert load_run(it, "run-a") == found


class TestRefused:
    @pytest.fixture
    def here(self, shelf: Shelf) -> Path:
        return shelf.made({("s1", "r1"): ENDED})

    def refused(self, here: Path, other: Path, *words: str) -> None:
        before = content(here)
        with closing(connect(here, write=True)) as connection:
            with pytest.raises(StoreError) as caught:
                merge(connection, other)
            names = [row["name"] for row in connection.execute("PRAGMA database_list")]
            assert "theirs" not in names
            assert not connection.in_transaction
        assert content(here) == before
        for word in (other.name, *words):
            assert word in str(caught.value)

    def test_itself(self, here: Path) -> None:
        link = here.with_name("link.db")
        link.symlink_to(here)
        for other in (here, link):
            with pytest.raises(MergeItselfError):
                brought(here, other)

    @pytest.mark.parametrize(
        ("content", "why"),
        [(None, "no such file"), (b"", "empty"), (b"# not this\n" * 500, "no history of paragen")],
    )
    def test_what_is_no_database(self, here: Path, content: bytes | None, why: str) -> None:
        other = here.with_name("other.db")
        if content is not None:
            other.write_bytes(content)
        self.refused(here, other, why)
        assert content is None or other.read_bytes() == content

    def test_a_folder(self, here: Path) -> None:
        self.refused(here, here.parent, "folder")

    def test_another_programs(self, here: Path) -> None:
        other = here.with_name("other.db")
        with closing(sqlite3.connect(other)) as connection:
            connection.execute("CREATE TABLE runs (id TEXT)")
        self.refused(here, other, "another program")

    def test_a_newer_one(self, here: Path, shelf: Shelf) -> None:
        other = shelf.empty()
        with closing(sqlite3.connect(other)) as connection:
            connection.execute(f"PRAGMA user_version = {migrations.version() + 1}")
        self.refused(here, other, "newer paragen")

    def test_a_damaged_one(self, here: Path, shelf: Shelf) -> None:
        other = shelf.made({("s2", "r3"): Told(stage=LAST_STAGE, way=1)})
        with closing(connect(other, write=True)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            page = int(str(only(connection, "PRAGMA page_size")))
            root = int(
                str(only(connection, "SELECT rootpage FROM sqlite_master WHERE name = 'answers'"))
            )
        data = bytearray(other.read_bytes())
        data[(root - 1) * page : root * page] = b"\xff" * page
        other.write_bytes(data)
        self.refused(here, other, "damaged")

    @pytest.mark.parametrize(
        "damage", ["DELETE FROM generators", "DROP VIEW browse_loads; DROP TABLE loads"]
    )
    def test_one_that_lacks_what_it_refers_to(self, here: Path, shelf: Shelf, damage: str) -> None:
        other = shelf.made({("s2", "r3"): ENDED})
        with closing(sqlite3.connect(other)) as connection:
            connection.executescript(damage)
        self.refused(here, other, "damaged")

    def test_a_failure_in_the_middle_leaves_nothing(self, here: Path, shelf: Shelf) -> None:
        other = shelf.made({("s2", "r3"): ENDED})
        with closing(connect(here, write=True)) as connection:
            connection.execute(
                "CREATE TRIGGER no BEFORE INSERT ON selections BEGIN SELECT raise(ABORT, 'no'); END"
            )
        before = content(here)
        with pytest.raises(StoreError, match=rf"{here.name}.*SQLite says: no"):
            brought(here, other)
        assert content(here) == before
        with closing(connect(here, write=True)) as connection:
            connection.execute("DROP TRIGGER no")
            assert merge(connection, other).rows["selections"] == 1


def test_every_table_is_known(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "h.db", write=True)) as connection:
        names = {
            row["name"]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        known = {*tables.every_table(), *tables.DERIVED, "_sqlite_migrations"}
        assert names == known | {name for name in names if name.startswith("sqlite_")}
        for table in tables.every_table():
            names = set(tables.references(connection, table).values())
            owners = {part.owner for part in (*tables.PARTS, *tables.PARTS_ALONE)}
            assert names <= owners | set(tables.SHARED)
