"""Records of the house to what goes over the wire."""

from __future__ import annotations

from collections.abc import Iterable

from gardefou.capture.notice import Notice
from gardefou.governance.figures import Maturity, published
from gardefou.runtime.bus import CameraHealth, CameraState, SystemState
from gardefou.runtime.load import SystemLoad
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import ReviewLabel
from gardefou.storage.records import AlertRecord, EvidenceKind
from gardefou.storage.review import Review
from gardefou.web.api.models import (
    AlertView,
    Bilingual,
    CameraHealthView,
    CameraLoadView,
    CameraView,
    EvidenceState,
    EvidenceView,
    LoadView,
    PresenceView,
    ReviewView,
    SystemView,
    TrustView,
    WatcherView,
    ZoneView,
)
from gardefou.web.presence import Presence
from gardefou.web.services import CameraInfo

FILE_NAMES = {
    EvidenceKind.SNAPSHOT: "snapshot.jpg",
    EvidenceKind.BEFORE: "before.mp4",
    EvidenceKind.CLIP: "clip.mp4",
}
"""The last part of the address of each piece of evidence."""


def alert_view(record: AlertRecord, labels: Iterable[ReviewLabel] = ()) -> AlertView:
    """An alert for the desk, with the labels that operators put on it."""
    return AlertView(
        id=record.id,
        camera_id=record.camera_id,
        situation=record.situation,
        zone_id=record.zone_id,
        opened_at=record.opened_at,
        closed_at=record.closed_at,
        close_reason=record.close_reason,
        region=list(record.region),
        mandate_id=record.mandate_id,
        mode=record.mode,
        evidence=[_evidence_view(record, kind) for kind in EvidenceKind],
        review=None if record.review is None else _review_view(record.review),
        review_count=record.review_count,
        labels=sorted(labels),
    )


def _evidence_view(record: AlertRecord, kind: EvidenceKind) -> EvidenceView:
    if kind in record.evidence:
        url = f"/media/{record.id}/{FILE_NAMES[kind]}"
        return EvidenceView(kind=kind, state=EvidenceState.READY, url=url, problem=None)
    if kind in record.evidence_errors:
        problem = Bilingual.of_known(record.evidence_errors[kind], "web.evidence.not_made")
        return EvidenceView(kind=kind, state=EvidenceState.FAILED, url=None, problem=problem)
    return EvidenceView(kind=kind, state=EvidenceState.PENDING, url=None, problem=None)


def _review_view(review: Review) -> ReviewView:
    return ReviewView(
        number=review.number,
        verdict=review.verdict,
        follow_up=review.follow_up,
        reviewer=review.reviewer,
        at=review.at,
    )


def health_view(camera_id: str, health: CameraHealth | None) -> CameraHealthView:
    """How a camera does; stopped when nobody has said anything about it."""
    if health is None:
        return CameraHealthView(
            camera_id=camera_id, state=CameraState.STOPPED, since=None, notice=None
        )
    return CameraHealthView(
        camera_id=camera_id,
        state=health.state,
        since=health.since,
        notice=_notice(health.notice),
    )


def trust_view(situation: Situation) -> TrustView:
    """How far a situation may be trusted; a situation without figures has none."""
    figures = published().situations.get(situation)
    if figures is None:
        return TrustView(maturity=Maturity.NOT_MEASURED, events=0, found=0, false=0, hours=0.0)
    return TrustView(
        maturity=figures.maturity,
        events=figures.events,
        found=figures.found,
        false=figures.false,
        hours=figures.hours,
    )


def camera_view(camera: CameraInfo, health: CameraHealth | None) -> CameraView:
    """A camera for the desk."""
    return CameraView(
        id=camera.id,
        name=camera.name,
        place=camera.place,
        situations=list(camera.situations),
        zones=[
            ZoneView(id=zone.id, name=zone.name, polygon=list(zone.polygon))
            for zone in camera.zones
        ],
        health=health_view(camera.id, health),
    )


def load_view(load: SystemLoad | None) -> LoadView:
    """How busy the system is; nothing is known of one that does not run."""
    load = load or SystemLoad(at=0.0)
    return LoadView(
        share=load.share,
        cameras=[
            CameraLoadView(
                camera_id=camera_id,
                wanted_fps=each.wanted_fps,
                analysis_fps=each.analysis_fps,
                latency_ms=each.latency_ms[1] if each.latency_ms else None,
                dropped=each.dropped,
                queued=each.waiting,
                ring_mib=each.ring_mib,
                awake=each.awake,
            )
            for camera_id, each in load.cameras.items()
        ],
        workers_mib=load.workers_mib,
        evidence_queued=load.evidence_waiting,
    )


def system_view(system: SystemState) -> SystemView:
    """The whole system for the desk."""
    return SystemView(
        processing=system.processing,
        disk=system.disk,
        disk_free=system.disk_free,
        notice=_notice(system.notice),
        destruction_pending=_notice(system.waits),
    )


def presence_view(presence: Presence) -> PresenceView:
    """Who has which alert open."""
    watchers = [
        WatcherView(desk=each.desk, name=each.name, alert_id=each.alert_id, until=each.until)
        for each in presence.now()
    ]
    return PresenceView(watchers=watchers)


def _notice(notice: Notice | None) -> Bilingual | None:
    if notice is None:
        return None
    return Bilingual(en=notice.in_language("en"), fr=notice.in_language("fr"))
