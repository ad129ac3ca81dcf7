"""Evidence files: every view is written in the journal before the first byte leaves."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from gardefou.storage.records import AlertRecord, EvidenceKind
from gardefou.web.api.alerts import find_alert
from gardefou.web.api.context import InContext
from gardefou.web.api.models import PersonName, ProblemView, TextKey
from gardefou.web.problems import RefusedError

router = APIRouter(tags=["evidence"])


class EvidenceFile(StrEnum):
    """The files an alert may have."""

    SNAPSHOT = "snapshot.jpg"
    BEFORE = "before.mp4"
    CLIP = "clip.mp4"

    @property
    def kind(self) -> EvidenceKind:
        """The piece of evidence it is."""
        return EvidenceKind(self.value.partition(".")[0])

    @property
    def media_type(self) -> str:
        """Its type on the wire."""
        return "image/jpeg" if self is EvidenceFile.SNAPSHOT else "video/mp4"


UNNAMED: Final = "unnamed"
"""Stands in the journal when whoever asks for a file gives no name."""


@router.get(
    "/media/{alert_id}/{file}",
    response_class=FileResponse,
    responses={
        200: {"content": {"image/jpeg": {}, "video/mp4": {}}, "description": "The whole file"},
        206: {"content": {"video/mp4": {}}, "description": "The range that was asked for"},
        404: {"model": ProblemView},
    },
)
def get_evidence(
    context: InContext,
    alert_id: UUID,
    file: EvidenceFile,
    viewer: Annotated[PersonName, Query()] = UNNAMED,
) -> FileResponse:
    """A picture or clip of an alert, whole or by range."""
    record = find_alert(context, alert_id)
    path = _path(record, file.kind, context.services.evidence_dir)
    context.trail.viewing_evidence(viewer, alert_id, file.kind)
    return FileResponse(path, media_type=file.media_type)


def _path(record: AlertRecord, kind: EvidenceKind, folder: Path) -> Path:
    """The file of a piece of evidence; never outside ``folder``, whatever the store says."""
    root = folder.resolve()
    path = (root / record.evidence.get(kind, "")).resolve()
    if kind not in record.evidence or not path.is_relative_to(root) or not path.is_file():
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            "web.error.no_evidence",
            alert_id=record.id,
            kind=TextKey(f"storage.evidence.{kind.value}"),
        )
    return path
