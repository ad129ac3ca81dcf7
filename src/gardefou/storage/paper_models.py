"""The tables of the committee, the rights desk and the drills."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from gardefou.situations.situation import Situation
from gardefou.storage.models import ERASE_WITH_ALERT, NAME_LENGTH, Base, closed_list
from gardefou.storage.paper_records import (
    DrillResult,
    FindingKind,
    FindingStatus,
    Light,
    RefusalGround,
    RequestKind,
    RequestState,
    ReviewLabel,
)

TEXT_LENGTH: Final = 4000
"""Longest answer, reason or refusal, characters."""


class FindingRow(Base):
    """One finding; it is never taken away, only answered."""

    __tablename__ = "findings"

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FindingKind] = mapped_column(closed_list(FindingKind, "kind"))
    object_ref: Mapped[str] = mapped_column(String(NAME_LENGTH))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    opened_at: Mapped[float] = mapped_column(Float)
    status: Mapped[FindingStatus] = mapped_column(closed_list(FindingStatus, "status"))
    answer: Mapped[str | None] = mapped_column(String(TEXT_LENGTH))
    answered_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    answered_at: Mapped[float | None] = mapped_column(Float)
    minutes: Mapped[str | None] = mapped_column(String(NAME_LENGTH))

    __table_args__ = (
        CheckConstraint(
            "(status = 'answered') = (answer IS NOT NULL AND answered_by IS NOT NULL "
            "AND answered_at IS NOT NULL AND minutes IS NOT NULL)",
            name="answered_with_minutes",
        ),
        Index("ix_findings_kind_object_ref", "kind", "object_ref", unique=True),
    )


class RequestHoldRow(Base):
    """What a request keeps from the purge."""

    __tablename__ = "request_holds"

    number: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    start: Mapped[float] = mapped_column(Float)
    end: Mapped[float] = mapped_column(Float)
    reason: Mapped[str] = mapped_column(String(NAME_LENGTH))
    placed_at: Mapped[float] = mapped_column(Float)
    released_at: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (
        CheckConstraint('"end" >= start', name="ends_after_its_start"),
        Index(None, "camera_id", "end"),
    )


class RequestRow(Base):
    """One request of one person, who is not named here."""

    __tablename__ = "rights_requests"

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(closed_list(RequestKind, "kind"))
    reference: Mapped[str] = mapped_column(String(NAME_LENGTH))
    camera_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    start: Mapped[float] = mapped_column(Float)
    end: Mapped[float] = mapped_column(Float)
    received_at: Mapped[float] = mapped_column(Float)
    state: Mapped[RequestState] = mapped_column(closed_list(RequestState, "state"))
    hold: Mapped[int] = mapped_column(ForeignKey("request_holds.number"))
    extension: Mapped[str | None] = mapped_column(String(TEXT_LENGTH))
    ground: Mapped[RefusalGround | None] = mapped_column(closed_list(RefusalGround, "ground"))
    words: Mapped[str | None] = mapped_column(String(TEXT_LENGTH))
    closed_at: Mapped[float | None] = mapped_column(Float)
    closed_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))

    __table_args__ = (
        CheckConstraint(
            "(state = 'refused') = (ground IS NOT NULL)", name="refused_on_a_closed_ground"
        ),
        CheckConstraint(
            "(state = 'open') = (closed_at IS NULL AND closed_by IS NULL)",
            name="closed_by_somebody",
        ),
    )


class DrillRow(Base):
    """One drill: its plan, and its result once it is over."""

    __tablename__ = "drills"

    number: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    situation: Mapped[Situation] = mapped_column(closed_list(Situation, "situation"))
    at: Mapped[float] = mapped_column(Float)
    window_s: Mapped[float] = mapped_column(Float)
    test_object: Mapped[str] = mapped_column(String(NAME_LENGTH))
    light: Mapped[Light] = mapped_column(closed_list(Light, "light"))
    place: Mapped[str] = mapped_column(String(NAME_LENGTH))
    planned_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    planned_at: Mapped[float] = mapped_column(Float)
    result: Mapped[DrillResult | None] = mapped_column(closed_list(DrillResult, "result"))
    alert_id: Mapped[UUID | None] = mapped_column(Uuid)
    delay_s: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (
        CheckConstraint("planned_at <= at", name="planned_before_it_happens"),
        CheckConstraint(
            "(result IS NOT NULL AND result = 'found') = (alert_id IS NOT NULL)",
            name="found_by_an_alert",
        ),
    )


class LabelRow(Base):
    """A label that an operator put on an alert."""

    __tablename__ = "review_labels"

    alert_id: Mapped[UUID] = mapped_column(
        ForeignKey("alerts.id", ondelete=ERASE_WITH_ALERT), primary_key=True
    )
    label: Mapped[ReviewLabel] = mapped_column(closed_list(ReviewLabel, "label"), primary_key=True)
    labelled_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    labelled_at: Mapped[float] = mapped_column(Float)
