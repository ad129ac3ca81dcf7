"""Rows to records."""

from __future__ import annotations

from gardefou.storage.models import AlertRow, ReviewRow
from gardefou.storage.records import AlertRecord
from gardefou.storage.review import Review


def alert_record(row: AlertRow) -> AlertRecord:
    """The record of an alert, with its evidence and its latest review."""
    return AlertRecord(
        id=row.id,
        camera_id=row.camera_id,
        situation=row.situation,
        zone_id=row.zone_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        region=tuple((x, y) for x, y in row.region),
        mandate_id=row.mandate_id,
        mode=row.mode,
        evidence={each.kind: each.path for each in row.evidence if each.path is not None},
        evidence_errors={
            each.kind: each.error_key for each in row.evidence if each.error_key is not None
        },
        review=None if row.latest_review is None else review_record(row.latest_review),
        review_count=row.review_count,
    )


def review_record(row: ReviewRow) -> Review:
    """The record of one decision."""
    return Review(row.number, row.verdict, row.follow_up, row.reviewer, row.reviewed_at)
