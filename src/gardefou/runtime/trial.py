"""A situation tried on the last minute: the real pipeline over kept packets, nothing recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np

from gardefou.alerting.alert import Alert, AlertEvent, AlertOpened
from gardefou.capture.kept import KeptStretch
from gardefou.capture.masks import PrivacyMask
from gardefou.errors import TrialError
from gardefou.evidence.finder import Finder, FinderSettings, HeadFinder
from gardefou.evidence.heads import HeadRecord, HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.pictures import pictures
from gardefou.evidence.place import FEWEST, PICTURES, place_drawing
from gardefou.evidence.snapshot import SNAPSHOT_PIXELS, render_snapshot
from gardefou.geometry.arrays import Floats
from gardefou.perception.approved_view import ApprovedView, ViewCheck
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.assembly import camera_pipeline, read_settings
from gardefou.runtime.stream import analysed_frames
from gardefou.runtime.trial_job import TrialJob, TrialOutcome, TrialPicture, WouldBeAlert

MOST_PICTURES: Final = 8
"""Most pictures of one trial; alerts beyond them are told without one."""

APART_S: Final = 0.5
"""Least time between two pictures that make a drawing of the place, s."""

_SAME_MOMENT_S: Final = 1e-3


@dataclass(frozen=True, slots=True)
class TrialWork:
    """A job with all it takes: the kept packets, and the masks in force, polygons [K, 2].

    The masks that the job proposes are burnt in besides, so that never less is hidden than now.
    ``approved`` is the view that a picture must show before anybody sees it, None where none is
    known.
    """

    job: TrialJob
    footage: Footage
    masks: tuple[Floats, ...] = ()
    models_dir: Path | None = None
    approved: ApprovedView | None = None


def try_out(work: TrialWork, finder: Finder | None = None) -> TrialOutcome:
    """Analyse what was kept as if it came now; where the stream begins, nothing is known yet.

    ``finder`` of what must be blurred, by default the one of evidence. Raises `TrialError` when
    nothing can be decoded and when no picture shows the approved view, or too few for a drawing of
    the place without whoever is in it, `ModelError` without the models.
    """
    camera = work.job.camera
    proposed = [np.array(mask.polygon) for mask in camera.masks]
    masks = PrivacyMask([*work.masks, *proposed])
    settings = replace(read_settings(camera), masks=masks)
    stretch = KeptStretch(work.footage.packets, work.footage.parameters, settings)
    trail = HeadTrail()
    events: list[AlertEvent] = []
    times: list[float] = []
    with InferenceEngine(work.models_dir, threads=1) as engine:
        pipeline = camera_pipeline(camera, engine)
        for analysed in analysed_frames(stretch.frames(), pipeline, stretch):
            seen, shown = analysed.percept, work.footage.parameters.size
            if seen.looked:
                trail.add(seen.time, seen.size, seen.detections, analysed.tracks, shown)
            events.extend(analysed.events)
            times.append(seen.time)
    if not times:
        raise TrialError("runtime.trial.nothing", camera=camera.id)
    alerts = _alerts(events, stretch.start)
    found = finder or HeadFinder(FinderSettings(work.models_dir))
    painter = _Painter(work, masks, trail.record(), found)
    if work.job.lines_only:
        shown_pictures = [TrialPicture(0.0, _drawing(painter, times, camera.id))]
    else:
        wanted = [stretch.start + each.opened_s for each in alerts][:MOST_PICTURES]
        painted = painter.paint(wanted or [times[-1]])
        shown_pictures = [replace(each, at_s=each.at_s - stretch.start) for each in painted]
    return TrialOutcome(stretch.span_s, len(times), tuple(alerts), tuple(shown_pictures))


def _drawing(painter: _Painter, times: Sequence[float], camera_id: str) -> bytes:
    """The lines of the place from moments of the whole stretch, as JPEG."""
    count = min(PICTURES, int((times[-1] - times[0]) / APART_S) + 1)
    if count < FEWEST:
        raise TrialError("runtime.trial.nothing", camera=camera_id)
    painted = painter.paint(list(np.linspace(times[0], times[-1], count)))
    if len(painted) < FEWEST:
        raise TrialError("runtime.trial.another_view", camera=camera_id)
    return place_drawing([picture.jpeg for picture in painted])


def _alerts(events: Sequence[AlertEvent], start: float) -> list[WouldBeAlert]:
    """Alerts in the order in which they opened; one that did not close has no end."""
    opened: dict[UUID, Alert] = {}
    closed: dict[UUID, float] = {}
    for event in events:
        if isinstance(event, AlertOpened):
            opened[event.alert.id] = event.alert
        else:
            closed[event.alert.id] = event.closed_at - start
    return [
        WouldBeAlert(
            each.situation, each.zone_id, each.opened_at - start, closed.get(each.id), each.region
        )
        for each in opened.values()
    ]


class _Painter:
    """Pictures of moments as evidence shows them: masked, then heads and numbers blurred."""

    def __init__(
        self, work: TrialWork, masks: PrivacyMask, heads: HeadRecord, finder: Finder
    ) -> None:
        self._work = work
        self._masks = masks
        self._heads = heads
        self._finder = finder

    def paint(self, times: Sequence[float]) -> list[TrialPicture]:
        """A picture at or just after each stream time, s; times that share one get it once.

        Raises `TrialError` when none shows the approved view.
        """
        in_force = PrivacyMask(list(self._work.masks))
        check = ViewCheck(self._work.approved, in_force)
        takes = _first_after(times)
        painted = []
        for picture in pictures(self._work.footage, in_force, SNAPSHOT_PIXELS, takes):
            if check.admits(picture.image):
                found = self._finder.find(picture.image).regions
                regions = np.concatenate([self._heads.regions(picture.time), found])
                jpeg = render_snapshot(picture.image, self._masks, regions)
                painted.append(TrialPicture(picture.time, jpeg))
        if not painted:
            raise TrialError("runtime.trial.another_view", camera=self._work.job.camera.id)
        return painted


def _first_after(times: Sequence[float]) -> Callable[[float], bool]:
    """Chooses, in one pass, the first picture at or after each time."""
    left = sorted(times)

    def takes(time: float) -> bool:
        reached = [each for each in left if each <= time + _SAME_MOMENT_S]
        del left[: len(reached)]
        return bool(reached)

    return takes
