"""Counts at lines: recorded once, never small, and read by nobody in the same hour."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.statistics.quarters import DELAY_S, QUARTER_S
from gardefou.storage.records import Mode
from gardefou.storage.spool import SpoolReader, SpoolWriter
from gardefou.storage.store import Store
from support.counts import START, quarter


class Clock:
    now = START + QUARTER_S + DELAY_S


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def late(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """A store whose time stands still."""
    with Store.open(tmp_path / "gardefou.db", clock=lambda: clock.now) as opened:
        yield opened


def test_a_quarter_goes_from_worker_to_store_and_its_file_is_gone(
    tmp_path: Path, late: Store
) -> None:
    spool = tmp_path / "spool"
    writer, reader = SpoolWriter(spool, Mode.OPERATIONAL), SpoolReader(spool)
    writer.write(quarter())
    assert reader.ingest(late).recorded == (quarter(),)
    assert [each.name for each in spool.iterdir() if each.is_file()] == []
    rows = late.line_counts()
    assert [(row.heading, row.passages) for row in rows] == [("left", None), ("right", 7)]
    assert {(row.camera_id, row.line_id, row.mode, row.start, row.counted_s) for row in rows} == {
        ("gate", "door", Mode.OPERATIONAL, START, 900)
    }


def test_told_twice_it_is_recorded_once(tmp_path: Path, late: Store) -> None:
    """A hub that is killed between the record and the file's end reads the file again."""
    writer = SpoolWriter(tmp_path / "spool", Mode.REHEARSAL)
    writer.write(quarter())
    writer.write(quarter())
    reader = SpoolReader(tmp_path / "spool")
    assert reader.ingest(late).repeated == 1
    writer.write(quarter(passages=9))
    assert reader.ingest(late).repeated == 1
    assert late.line_counts()[-1].passages == 7


def test_nobody_reads_a_quarter_before_an_hour_has_passed(late: Store, clock: Clock) -> None:
    late.apply([(quarter(), Mode.REHEARSAL)])
    assert len(late.line_counts()) == 2
    clock.now -= 1
    assert late.line_counts() == []
    assert late.line_counts(["gate"], START, START + 1) == []


def test_counts_are_found_by_camera_and_time(late: Store, clock: Clock) -> None:
    clock.now += QUARTER_S
    for each in (quarter(), quarter(START + QUARTER_S), quarter(camera="quay")):
        late.apply([(each, Mode.REHEARSAL)])
    assert {row.start for row in late.line_counts(["gate"])} == {START, START + QUARTER_S}
    assert {row.camera_id for row in late.line_counts(until=START + 1)} == {"gate", "quay"}
    assert late.line_counts(since=START + QUARTER_S + 1) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("passages", 4), ("start", START + 1), ("counted_s", 901), ("passer", "child")],
)
def test_the_table_itself_refuses_small_numbers_and_short_times(
    late: Store, column: str, value: object
) -> None:
    late.apply([(quarter(), Mode.REHEARSAL)])
    with sqlite3.connect(late.path) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(f"UPDATE line_counts SET {column} = ? WHERE heading = 'right'", (value,))


def test_a_file_with_a_small_number_is_set_aside(tmp_path: Path, late: Store) -> None:
    spool = tmp_path / "spool"
    path = SpoolWriter(spool, Mode.REHEARSAL).write(quarter())
    path.write_bytes(path.read_bytes().replace(b'"passages":7', b'"passages":3'))
    (rejected,) = SpoolReader(spool).ingest(late).rejected
    assert rejected.key == "storage.spool.malformed"
    assert late.line_counts() == []
