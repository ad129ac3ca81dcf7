"""Passages across lines by quarter of an hour: recorded once, readable an hour later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import CheckConstraint, Index, Select, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gardefou.statistics.lines import Heading, Passer
from gardefou.statistics.quarters import DELAY_S, LEAST, QUARTER_S, QuarterCounts
from gardefou.storage.models import NAME_LENGTH, Base, closed_list
from gardefou.storage.records import Mode


class LineCountRow(Base):
    """Passages across one line in one quarter; ``passages`` NULL where there were too few."""

    __tablename__ = "line_counts"

    camera_id: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    line_id: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    mode: Mapped[Mode] = mapped_column(closed_list(Mode, "mode"), primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    heading: Mapped[Heading] = mapped_column(closed_list(Heading, "heading"), primary_key=True)
    passer: Mapped[Passer] = mapped_column(closed_list(Passer, "passer"), primary_key=True)
    passages: Mapped[int | None] = mapped_column()
    counted_s: Mapped[int] = mapped_column()

    __table_args__ = (
        CheckConstraint(f"start % {QUARTER_S} = 0", name="of_a_quarter_of_an_hour"),
        CheckConstraint(f"passages >= {LEAST}", name="never_small"),
        CheckConstraint(f"counted_s <= {QUARTER_S} AND counted_s > 0", name="counted_within_it"),
        Index(None, "start"),
    )


@dataclass(frozen=True, slots=True)
class LineCountRecord:
    """Passages across a line in the quarter of an hour from ``start``, UTC s.

    ``passages`` None when fewer than `LEAST`; ``counted_s`` for how much of the quarter the camera
    was watched, s.
    """

    camera_id: str
    line_id: str
    mode: Mode
    start: int
    heading: Heading
    passer: Passer
    passages: int | None
    counted_s: int


MOST_ROWS: Final = 50_000
"""Rows of one answer: those of fourteen lines over six days, or of one over nearly three months.
One more is read, to know that there are more."""


def record(session: Session, quarter: QuarterCounts, mode: Mode) -> bool:
    """Add a quarter; False when one of this camera and mode is there: the first told stays."""
    known = (
        select(LineCountRow.start)
        .where(LineCountRow.camera_id == quarter.camera_id, LineCountRow.mode == mode)
        .where(LineCountRow.start == quarter.start)
        .limit(1)
    )
    if session.execute(known).first() is not None:
        return False
    for each in quarter.counts:
        session.add(
            LineCountRow(
                camera_id=quarter.camera_id,
                line_id=each.line_id,
                mode=mode,
                start=quarter.start,
                heading=each.heading,
                passer=each.passer,
                passages=each.passages,
                counted_s=quarter.counted_s,
            )
        )
    session.flush()
    return True


def readable(
    now: float, camera_ids: Collection[str], since: float, until: float
) -> Select[LineCountRow]:
    """The rows of quarters in [since, until) that may be read at ``now``, UTC s, oldest first."""
    query = select(LineCountRow).where(
        LineCountRow.start >= since,
        LineCountRow.start < until,
        LineCountRow.start <= now - DELAY_S - QUARTER_S,
    )
    if camera_ids:
        query = query.where(LineCountRow.camera_id.in_(sorted(camera_ids)))
    row = LineCountRow
    order = (row.start, row.camera_id, row.line_id, row.heading, row.passer, row.mode)
    return query.order_by(*order).limit(MOST_ROWS + 1)


def as_record(row: LineCountRow) -> LineCountRecord:
    """The record of a row."""
    return LineCountRecord(
        row.camera_id,
        row.line_id,
        row.mode,
        row.start,
        row.heading,
        row.passer,
        row.passages,
        row.counted_s,
    )


def number_before(session: Session, time: float) -> int:
    """How many rows are of quarters that began before a time, UTC s."""
    query = select(func.count()).select_from(LineCountRow).where(LineCountRow.start < time)
    return session.scalars(query).one()


def erase_before(session: Session, time: float) -> None:
    """Take those rows out."""
    session.execute(delete(LineCountRow).where(LineCountRow.start < time))
