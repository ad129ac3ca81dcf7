"""Evidence files: every view is written in the journal before the first byte leaves."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response

from gardefou.evidence.watermark import stamped_jpeg, watermark_text
from gardefou.governance.roles import Action
from gardefou.storage.records import AlertRecord, EvidenceKind
from gardefou.web.access import UNNAMED, Person, require
from gardefou.web.api.alerts import find_alert
from gardefou.web.api.context import Context, InContext
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


@router.get(
    "/media/{alert_id}/{file}",
    response_class=Response,
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
    person: Annotated[Person, require(Action.SEE_IMAGES)],
    viewer: Annotated[PersonName, Query()] = UNNAMED,
) -> Response:
    """A picture or clip of an alert, whole or by range.

    Where there are accounts, only after saying why, and a picture carries its viewer's name.
    """
    record = find_alert(context, alert_id)
    path = evidence_path(record, file.kind, context.services.evidence_dir)
    actor = person.actor(viewer)
    motive = _motive(context, person, alert_id)
    context.trail.viewing_evidence(actor, alert_id, file.kind, motive)
    if person.has_account and file is EvidenceFile.SNAPSHOT:
        text = watermark_text(person.name(None), context.services.clock())
        return Response(stamped_jpeg(path.read_bytes(), text), media_type=file.media_type)
    return FileResponse(path, media_type=file.media_type)


def _motive(context: Context, person: Person, alert_id: UUID) -> str:
    """Why somebody looks; refuses when they have an account and have not said it."""
    if not person.has_account:
        return ""
    motive = context.viewings.motive(person.actor(None), f"alert:{alert_id}")
    if motive is None:
        raise RefusedError(HTTPStatus.FORBIDDEN, "accounts.refused.motive")
    return motive


def evidence_path(record: AlertRecord, kind: EvidenceKind, folder: Path) -> Path:
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
