"""Evidence files: every view is written in the journal before the first byte leaves."""

from __future__ import annotations

import logging
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from gardefou.errors import KeysError, OutputError
from gardefou.evidence.collector import LEAD_S, LONGEST_S, TAIL_S
from gardefou.evidence.vault import SealedFile
from gardefou.evidence.watermark import stamped_jpeg, watermark_text
from gardefou.governance.roles import Action
from gardefou.storage.records import AlertRecord, EvidenceKind
from gardefou.web.access import UNNAMED, Person, require
from gardefou.web.api.alerts import find_alert
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import MarkingView, PersonName, ProblemView, TextKey
from gardefou.web.marked import SHORT_S, TooManyError
from gardefou.web.problems import RefusedError
from gardefou.web.sealed import InMemory, sealed_response

LOGGER: Final = logging.getLogger(__name__)

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
        503: {"model": ProblemView},
    },
)
def get_evidence(
    context: InContext,
    alert_id: UUID,
    file: EvidenceFile,
    person: Annotated[Person, require(Action.SEE_IMAGES)],
    viewer: Annotated[PersonName, Query()] = UNNAMED,
    wanted: Annotated[str | None, Header(alias="range", include_in_schema=False)] = None,
    if_range: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """A picture or clip of an alert, whole or by range.

    Where there are accounts, only after saying why, and every picture of it carries its viewer's
    name.
    """
    record = find_alert(context, alert_id)
    sealed = opened_evidence(context, record, file.kind)
    try:
        motive = _motive(context, person, alert_id)
        context.trail.viewing_evidence(person.actor(viewer), alert_id, file.kind, motive)
        if person.has_account and file is EvidenceFile.SNAPSHOT:
            return _stamped(context, person, sealed, file.media_type)
        if person.has_account:
            return _marked(context, person, sealed, file, record, None if if_range else wanted)
        # A part may only be asked for of the very same file, which never changes under its name.
        return sealed_response(sealed, file.media_type, None if if_range else wanted)
    except BaseException:
        sealed.close()
        raise


def _stamped(context: Context, person: Person, sealed: SealedFile, media_type: str) -> Response:
    """A picture with its viewer's name and the time burnt in."""
    with sealed:
        picture = sealed.whole()
    text = watermark_text(person.name(None), context.services.clock())
    return Response(stamped_jpeg(picture, text), media_type=media_type)


def _marked(
    context: Context,
    person: Person,
    sealed: SealedFile,
    file: EvidenceFile,
    record: AlertRecord,
    wanted: str | None,
) -> Response:
    """A clip with its viewer's name burnt in, and when they said why: so its bytes stay the same.

    However often and in whatever parts it is asked for while that motive stands.
    """
    text = _mark(context, person, record.id)
    if text is None:  # Ended in this moment.
        raise RefusedError(HTTPStatus.FORBIDDEN, "accounts.refused.motive")
    is_long = file is EvidenceFile.CLIP and _clip_s(record) > SHORT_S
    with sealed:
        try:
            clip = context.marked.of(_name(record.id, file), text, sealed.whole, is_long)
        except OutputError as error:
            raise _unreadable(error) from error
        except TooManyError as error:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.marking") from error
    # It may have been destroyed while it waited for its turn.
    _evidence_path(find_alert(context, record.id), file.kind, context.services.evidence_dir)
    return sealed_response(InMemory(clip), file.media_type, wanted)


@router.get("/api/alerts/{alert_id}/marking")
def get_marking(
    context: InContext,
    alert_id: UUID,
    person: Annotated[Person, require(Action.SEE_IMAGES, by_itself=True)],
) -> MarkingView:
    """Whether a clip that one asked for waits until those of others are marked.

    The page asks by itself, so it keeps no session awake.
    """
    text = _mark(context, person, alert_id) if person.has_account else None
    files = (EvidenceFile.BEFORE, EvidenceFile.CLIP)
    waits = text is not None and any(
        context.marked.is_waiting(_name(alert_id, each), text) for each in files
    )
    return MarkingView(queued=waits)


def _mark(context: Context, person: Person, alert_id: UUID) -> str | None:
    """What a clip is marked with, None for somebody who did not say why they look."""
    begun = context.viewings.begun(person.actor(None), f"alert:{alert_id}")
    return None if begun is None else watermark_text(person.name(None), begun[0])


def _name(alert_id: UUID, file: EvidenceFile) -> str:
    return f"{alert_id}/{file.value}"


def _clip_s(record: AlertRecord) -> float:
    """How long an alert's clip is at most, s."""
    if record.closed_at is None:
        return LONGEST_S
    return min(LEAD_S + record.closed_at - record.opened_at + TAIL_S, LONGEST_S)


def opened_evidence(context: Context, record: AlertRecord, kind: EvidenceKind) -> SealedFile:
    """A piece of evidence, decrypted as it is read; its end was seen to be its end."""
    path = _evidence_path(record, kind, context.services.evidence_dir)
    try:
        sealed = context.services.vault.open(path)
    except FileNotFoundError as error:  # Erased in this moment.
        raise _missing(record, kind) from error
    except (KeysError, OutputError) as error:
        raise _unreadable(error) from error
    try:
        sealed.verify()
    except OutputError as error:
        sealed.close()
        raise _unreadable(error) from error
    return sealed


def _unreadable(error: KeysError | OutputError) -> RefusedError:
    LOGGER.error("%s", error)
    return RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "web.error.sealed_evidence")


def _motive(context: Context, person: Person, alert_id: UUID) -> str:
    """Why somebody looks; refuses when they have an account and have not said it."""
    if not person.has_account:
        return ""
    motive = context.viewings.motive(person.actor(None), f"alert:{alert_id}")
    if motive is None:
        raise RefusedError(HTTPStatus.FORBIDDEN, "accounts.refused.motive")
    return motive


def _evidence_path(record: AlertRecord, kind: EvidenceKind, folder: Path) -> Path:
    """The file of a piece of evidence; never outside ``folder``, whatever the store says."""
    root = folder.resolve()
    path = (root / record.evidence.get(kind, "")).resolve()
    if kind not in record.evidence or not path.is_relative_to(root) or not path.is_file():
        raise _missing(record, kind)
    return path


def _missing(record: AlertRecord, kind: EvidenceKind) -> RefusedError:
    return RefusedError(
        HTTPStatus.NOT_FOUND,
        "web.error.no_evidence",
        alert_id=record.id,
        kind=TextKey(f"storage.evidence.{kind.value}"),
    )
