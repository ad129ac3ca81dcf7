"""Alerts and spool events to store in tests."""

from __future__ import annotations

from uuid import NAMESPACE_OID, UUID, uuid5

from gardefou.alerting.alert import Alert
from gardefou.situations.situation import Situation

SQUARE = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4))


def numbered_id(number: int) -> UUID:
    """The id that the alert with this number always has."""
    return uuid5(NAMESPACE_OID, f"alert {number}")


def alert(
    number: int = 1,
    camera_id: str = "gate",
    situation: Situation = Situation.FIRE,
    opened_at: float | None = None,
    mandate_id: str | None = None,
) -> Alert:
    """An alert that opened at its number, s, unless another time is given."""
    return Alert(
        id=numbered_id(number),
        mandate_id=mandate_id,
        camera_id=camera_id,
        situation=situation,
        zone_id=None,
        opened_at=float(number) if opened_at is None else opened_at,
        region=SQUARE,
    )
