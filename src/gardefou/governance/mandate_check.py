"""What a mandate lacks: by its regime, by the site it is for, by the minute.

Each function returns refusals, none when nothing is missing; together they are all of R2 to R6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from gardefou.governance.mandate import Authorisation, Mandate
from gardefou.governance.refusal import Reason, Refusal
from gardefou.governance.regime import (
    LEGAL_TIME,
    Artefact,
    Regime,
    Status,
    first_moment,
    last_moment,
    shipped,
)
from gardefou.site.coverage import uncovered
from gardefou.site.document import Camera, Site
from gardefou.situations.situation import Situation

DPIA_MONTHS: Final = 12
"""An impact assessment is younger than this at the end of the mandate, months."""

VIDEO_YEARS: Final = 5
"""A prefect's authorisation of cameras lasts so long, years (CSI L252-4)."""

_MISSING: Final = {
    Artefact.DPIA: Reason.DPIA_MISSING,
    Artefact.DPO_OPINION: Reason.DPO_OPINION_MISSING,
    Artefact.CNIL_COMMITMENT: Reason.CNIL_COMMITMENT_MISSING,
    Artefact.VIDEO_AUTHORISATION: Reason.VIDEO_AUTHORISATION_MISSING,
    Artefact.ATTESTATION: Reason.ATTESTATION_MISSING,
    Artefact.TRAININGS: Reason.TRAININGS_MISSING,
}


def by_law(mandate: Mandate, regimes: Mapping[str, Regime] | None = None) -> list[Refusal]:
    """What is missing whatever the site and the minute: legal basis, term, documents.

    ``regimes`` those of this version by default.
    """
    known = shipped() if regimes is None else regimes
    regime = known.get(mandate.regime)
    if regime is None:
        names = ", ".join(known) or "-"
        return [Refusal.of(Reason.REGIME_UNKNOWN, regime=mandate.regime, known=names)]
    return [*_basis(mandate, regime), *_decision(mandate, regime), *_documents(mandate, regime)]


def at_moment(mandate: Mandate, now: datetime) -> list[Refusal]:
    """Whether a minute lies within the mandate and its legal basis; ``now`` aware."""
    authorisation, basis = mandate.authorisation, mandate.legal_basis
    if now < max(authorisation.start, first_moment(basis.valid_from)):
        return [Refusal.of(Reason.NOT_BEGUN, mandate=mandate.id, start=shown(authorisation.start))]
    if now >= min(authorisation.end, last_moment(basis.valid_to)):
        return [Refusal.of(Reason.ENDED, mandate=mandate.id, end=shown(authorisation.end))]
    return []


def at_place(mandate: Mandate, site: Site) -> list[Refusal]:
    """What is wrong with the cameras it names.

    Unknown, without a position, outside, unmasked, or nobody said how much space zones close.
    """
    found: list[Refusal] = []
    for camera_id in mandate.authorisation.cameras:
        camera = site.camera(camera_id)
        if camera is None:
            found.append(Refusal.of(Reason.CAMERA_UNKNOWN, camera=camera_id))
        else:
            found += _position(mandate.authorisation, camera)
            if Situation.ZONE_INTRUSION in camera.situations.on and camera.walkways is None:
                found.append(Refusal.of(Reason.WALKWAYS_UNKNOWN, camera=camera_id))
            found += [
                Refusal.of(
                    Reason.AREA_UNCOVERED,
                    camera=camera_id,
                    area=gap.area,
                    percent=f"{100 * gap.share:.0f}",
                )
                for gap in uncovered(camera)
            ]
    return found


def not_covered(mandate: Mandate, cameras: Collection[Camera]) -> dict[str, Refusal]:
    """Cameras that may not be read under it, each with the reason.

    A camera that watches for one situation too many is not read at all.
    """
    refused: dict[str, Refusal] = {}
    authorisation = mandate.authorisation
    for camera in cameras:
        if camera.id not in authorisation.cameras:
            refused[camera.id] = Refusal.of(
                Reason.CAMERA_NOT_COVERED, camera=camera.id, mandate=mandate.id
            )
            continue
        beyond = sorted(camera.situations.on - set(authorisation.situations))
        if beyond:
            refused[camera.id] = Refusal.of(
                Reason.SITUATION_NOT_COVERED,
                camera=camera.id,
                situations=", ".join(beyond),
                mandate=mandate.id,
            )
    return refused


def shown(moment: datetime) -> str:
    """A moment as people read it.

    >>> from datetime import UTC
    >>> shown(datetime(2027, 1, 2, 7, 0, tzinfo=UTC))
    '2027-01-02 08:00 CET'
    """
    return moment.astimezone(LEGAL_TIME).strftime("%Y-%m-%d %H:%M %Z")


def _basis(mandate: Mandate, regime: Regime) -> Iterator[Refusal]:
    """The bundle against the regime: it may narrow it, never widen it."""
    basis = mandate.legal_basis
    if regime.status is Status.EXPIRED:
        yield Refusal.of(Reason.REGIME_EXPIRED, regime=regime.id, end=regime.valid_to)
    if regime.needs_counsel and basis.counsel is None:
        yield Refusal.of(Reason.REGIME_UNVERIFIED, regime=regime.id, status=regime.status.value)
    wider = {
        "texts": set(basis.texts) != set(regime.texts),
        "valid_from": basis.valid_from < regime.valid_from,
        "valid_to": regime.valid_to is not None and basis.valid_to > regime.valid_to,
        "situations": not set(basis.situations) <= regime.situations,
        "required": not set(basis.required) >= set(regime.required),
    }
    for name, is_wider in wider.items():
        if is_wider:
            yield Refusal.of(Reason.BASIS_WIDER, regime=regime.id, field=f"legal_basis.{name}")


def _decision(mandate: Mandate, regime: Regime) -> Iterator[Refusal]:
    authorisation, basis = mandate.authorisation, mandate.legal_basis
    start, end = authorisation.start, authorisation.end
    if start < first_moment(max(basis.valid_from, regime.valid_from)):
        yield Refusal.of(Reason.REGIME_NOT_YET, regime=regime.id, start=basis.valid_from)
    last = min(basis.valid_to, regime.valid_to or basis.valid_to)
    if end > last_moment(last):
        yield Refusal.of(Reason.REGIME_OUTLIVED, regime=regime.id, end=last)
    if end - start > timedelta(days=regime.max_days):
        days = -((start - end) // timedelta(days=1))
        yield Refusal.of(Reason.TOO_LONG, regime=regime.id, days=days, most=regime.max_days)
    for situation in authorisation.situations:
        if situation not in regime.situations or situation not in basis.situations:
            yield Refusal.of(
                Reason.SITUATION_NOT_LISTED, regime=regime.id, situation=situation.value
            )
    if authorisation.controller_kind not in regime.controllers:
        yield Refusal.of(
            Reason.CONTROLLER_NOT_LISTED,
            regime=regime.id,
            kind=authorisation.controller_kind.value,
            known=", ".join(sorted(regime.controllers)),
        )


def _documents(mandate: Mandate, regime: Regime) -> Iterator[Refusal]:
    """R5: each document that is missing, too old, or dated after the beginning.

    An attestation is demanded by every regime: without its hashes nothing could differ from it.
    """
    authorisation = mandate.authorisation
    demanded = {*regime.required, *mandate.legal_basis.required, Artefact.ATTESTATION}
    for artefact in Artefact:
        if artefact in demanded and getattr(authorisation, artefact.value) is None:
            yield Refusal.of(_MISSING[artefact], regime=regime.id)
    end, start = authorisation.end, authorisation.start
    dpia, video = authorisation.dpia, authorisation.video_authorisation
    if dpia is not None and end >= first_moment(_later(dpia.date, DPIA_MONTHS)):
        yield Refusal.of(Reason.DPIA_TOO_OLD, date=dpia.date, months=DPIA_MONTHS)
    if video is not None and end >= first_moment(_later(video.date, 12 * VIDEO_YEARS)):
        yield Refusal.of(Reason.VIDEO_AUTHORISATION_TOO_OLD, date=video.date, years=VIDEO_YEARS)
    for name, day in _dates(mandate).items():
        if first_moment(day) > start:
            yield Refusal.of(Reason.DOCUMENT_LATE, field=name, date=day)


def _dates(mandate: Mandate) -> dict[str, date]:
    """When each document is from, by its place in the mandate."""
    authorisation, counsel = mandate.authorisation, mandate.legal_basis.counsel
    trainings = authorisation.trainings
    dates = {"authorisation.act_date": authorisation.act_date}
    if counsel is not None:
        dates["legal_basis.counsel.date"] = counsel.date
    if trainings is not None:
        dates["authorisation.trainings.data_protection.date"] = trainings.data_protection.date
        dates["authorisation.trainings.system.date"] = trainings.system.date
    for name in ("dpia", "dpo_opinion", "video_authorisation"):
        document = getattr(authorisation, name)
        if document is not None:
            dates[f"authorisation.{name}.date"] = document.date
    return dates


def _later(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where there is none.

    >>> _later(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29):
        try:
            return date(day.year + years, month + 1, min(day.day, last))
        except ValueError:
            continue
    return date(day.year + years, month + 1, 28)


def _position(authorisation: Authorisation, camera: Camera) -> list[Refusal]:
    place = camera.place
    if place is None or place.latitude is None or place.longitude is None:
        return [Refusal.of(Reason.CAMERA_WITHOUT_POSITION, camera=camera.id)]
    if not authorisation.perimeter.contains(place.longitude, place.latitude):
        return [Refusal.of(Reason.CAMERA_OUTSIDE, camera=camera.id)]
    return []
