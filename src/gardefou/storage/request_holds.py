"""What a request of a resident holds, as a condition for whatever destroys alerts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, func, or_

from gardefou.storage.models import AlertRow
from gardefou.storage.paper_models import RequestHoldRow


def held_by_request(at: float) -> ColumnElement[bool]:
    """The condition that a request holds an alert at a time, UTC s.

    A purge takes no alert for which it is true: neither the alert nor its evidence.
    """
    lasts = or_(RequestHoldRow.released_at.is_(None), RequestHoldRow.released_at > at)
    return exists().where(
        lasts,
        RequestHoldRow.camera_id == AlertRow.camera_id,
        RequestHoldRow.start <= func.coalesce(AlertRow.closed_at, AlertRow.opened_at),
        RequestHoldRow.end >= AlertRow.opened_at,
    )
