"""A case as a camera of a site document: its zones, its settings, what is watched for."""

from __future__ import annotations

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case, CaseZone
from gardefou.site.document import Camera, Zone
from gardefou.site.settings import AVAILABLE, Situations
from gardefou.situations.situation import Situation

ACT = "evaluation"
"""Reference given as the legal act of a case's zones: nothing is closed by it."""


def camera_for(case: Case, on: frozenset[Situation] = AVAILABLE) -> Camera:
    """A case as a camera with these situations switched on and the case's settings applied.

    Raises `EvaluationError` when a setting is none of the situation's.
    """
    wanted = {str(each): case.settings.get(each, {}) for each in sorted(on)}
    try:
        return Camera(
            id="case",
            name=case.id,
            situations=Situations.model_validate(wanted),
            zones=tuple(_zone(zone) for zone in case.zones if zone.polygon),
        )
    except ValueError as error:
        detail = str(error).splitlines()[-1].strip()
        raise EvaluationError("evaluation.case_unusable", case=case.id, detail=detail) from error


def _zone(zone: CaseZone) -> Zone:
    intrusion = zone.situation is Situation.ZONE_INTRUSION
    return Zone.model_validate(
        {
            "id": zone.id,
            "situation": zone.situation,
            "polygon": zone.polygon,
            "direction": zone.direction,
            "act": ACT if intrusion else None,
            "classes": zone.classes,
        }
    )
