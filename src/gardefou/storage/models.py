"""The tables, as SQLAlchemy models; migrations must arrive at exactly these."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Enum,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
    Uuid,
    and_,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

from gardefou.situations.situation import Situation
from gardefou.storage.records import CloseReason, EvidenceKind, Mode
from gardefou.storage.review import FollowUp, ReviewState, Verdict

NAME_LENGTH: Final = 200
"""Longest identifier of a camera, zone, mandate or account, characters."""

PATH_LENGTH: Final = 500
"""Longest path of a piece of evidence, characters."""

ERASE_WITH_ALERT: Final = "CASCADE"


class Base(DeclarativeBase):
    """Common ground of the tables: every constraint has a name, so migrations can address it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def closed_list(members: type[StrEnum], name: str) -> Enum:
    """A text column that the database itself holds to the members of an enum."""
    return Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda enum: [member.value for member in enum],
    )


class AlertRow(Base):
    """One alert; `review_state` and `review_count` repeat the latest review, for the lists."""

    __tablename__ = "alerts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    mandate_id: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    mode: Mapped[Mode] = mapped_column(closed_list(Mode, "mode"))
    camera_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    situation: Mapped[Situation] = mapped_column(closed_list(Situation, "situation"))
    zone_id: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    region: Mapped[list[list[float]]] = mapped_column(JSON)
    opened_at: Mapped[float] = mapped_column(Float)
    closed_at: Mapped[float | None] = mapped_column(Float)
    close_reason: Mapped[CloseReason | None] = mapped_column(
        closed_list(CloseReason, "close_reason")
    )
    review_state: Mapped[ReviewState] = mapped_column(
        closed_list(ReviewState, "review_state"), default=ReviewState.UNREVIEWED
    )
    review_count: Mapped[int] = mapped_column(default=0)

    evidence: Mapped[list[EvidenceRow]] = relationship(passive_deletes=True, lazy="selectin")
    latest_review: Mapped[ReviewRow | None] = relationship(
        primaryjoin=lambda: and_(
            AlertRow.id == foreign(ReviewRow.alert_id),
            AlertRow.review_count == foreign(ReviewRow.number),
        ),
        viewonly=True,
        uselist=False,
        lazy="selectin",
    )

    __table_args__ = (
        CheckConstraint("closed_at >= opened_at", name="closes_after_opening"),
        CheckConstraint(
            "(closed_at IS NULL) = (close_reason IS NULL)", name="closed_with_a_reason"
        ),
        CheckConstraint(
            "(mode = 'operational') = (mandate_id IS NOT NULL)", name="operational_under_a_mandate"
        ),
        CheckConstraint(
            "(review_state = 'unreviewed') = (review_count = 0)", name="reviewed_by_somebody"
        ),
        Index(None, "opened_at", "id"),
        Index(None, "camera_id", "opened_at", "id"),
        Index(None, "situation", "opened_at", "id"),
        Index(None, "review_state", "opened_at", "id"),
        Index(None, "mode", "opened_at", "id"),
        Index(
            "ix_alerts_still_open",
            "camera_id",
            "opened_at",
            "id",
            sqlite_where=(closed_at.is_(None)),
            postgresql_where=(closed_at.is_(None)),
        ),
    )


class EvidenceRow(Base):
    """One piece of evidence: where it stands, or why it could not be made."""

    __tablename__ = "evidence"

    alert_id: Mapped[UUID] = mapped_column(
        ForeignKey("alerts.id", ondelete=ERASE_WITH_ALERT), primary_key=True
    )
    kind: Mapped[EvidenceKind] = mapped_column(closed_list(EvidenceKind, "kind"), primary_key=True)
    path: Mapped[str | None] = mapped_column(String(PATH_LENGTH))
    made_at: Mapped[float | None] = mapped_column(Float)
    error_key: Mapped[str | None] = mapped_column(String(NAME_LENGTH))

    __table_args__ = (
        CheckConstraint("(path IS NULL) <> (error_key IS NULL)", name="made_or_failed"),
        CheckConstraint("(path IS NULL) = (made_at IS NULL)", name="made_at_a_time"),
    )


class ReviewRow(Base):
    """One decision of one operator about an alert; rows are added, never changed."""

    __tablename__ = "reviews"

    alert_id: Mapped[UUID] = mapped_column(
        ForeignKey("alerts.id", ondelete=ERASE_WITH_ALERT), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[Verdict] = mapped_column(closed_list(Verdict, "verdict"))
    follow_up: Mapped[FollowUp] = mapped_column(closed_list(FollowUp, "follow_up"))
    reviewer: Mapped[str] = mapped_column(String(NAME_LENGTH))
    reviewed_at: Mapped[float] = mapped_column(Float)

    __table_args__ = (CheckConstraint("number >= 1", name="counts_from_one"),)


class ErasedRow(Base):
    """An alert that was erased, so that nothing told late brings it back."""

    __tablename__ = "erased_alerts"

    alert_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    erased_at: Mapped[float] = mapped_column(Float)


class HoldRow(Base):
    """A procedure's claim on an alert, or on a camera's alerts of a time."""

    __tablename__ = "holds"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    reference: Mapped[str] = mapped_column(String(NAME_LENGTH))
    alert_id: Mapped[UUID | None] = mapped_column(Uuid)
    camera_id: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    since: Mapped[float | None] = mapped_column(Float)
    until: Mapped[float | None] = mapped_column(Float)
    placed_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    placed_at: Mapped[float] = mapped_column(Float)
    lifted_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    lifted_at: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (
        CheckConstraint("trim(reference) <> ''", name="names_a_procedure"),
        CheckConstraint(
            "(alert_id IS NULL) <> (camera_id IS NULL)", name="of_an_alert_or_a_camera"
        ),
        CheckConstraint(
            "(camera_id IS NULL) = (since IS NULL) AND (since IS NULL) = (until IS NULL)",
            name="of_a_camera_for_a_time",
        ),
        CheckConstraint("until >= since", name="ends_after_it_begins"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        Index(None, "alert_id"),
        Index(None, "camera_id", "since"),
    )


class PurgeRow(Base):
    """A file of an erased alert that still has to be deleted from the disk."""

    __tablename__ = "files_to_purge"

    path: Mapped[str] = mapped_column(String(PATH_LENGTH), primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(Uuid)


class DestructionRow(Base):
    """The destruction that was carried out last: written in the transaction that did it.

    The journal tells of a destruction a moment before; one that is not here was not carried out.
    """

    __tablename__ = "destructions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
