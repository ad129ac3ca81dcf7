"""One camera from frame to alert events: perception, tracks, scene, detectors, policy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gardefou.alerting.alert import Alert, AlertEvent
from gardefou.alerting.policy import TIMINGS, AlertPolicy, Timing
from gardefou.capture.frame import Frame
from gardefou.perception.perceiver import Pending, Perceiver
from gardefou.perception.percept import Percept
from gardefou.runtime.bodies import moving_bodies
from gardefou.runtime.cadence import Cadence
from gardefou.runtime.calm import has_unsettled_things, is_somebody_there, settled_after_s
from gardefou.situations.scene import Scene, SituationDetector
from gardefou.situations.situation import Situation
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracker import Tracker
from gardefou.tracking.tracks import Tracks

TRACKING = TrackerParameters(
    low_score=0.15, high_score=0.4, tentative_score=0.35, start_score=0.45, sure_score=0.65
)
"""The tracker's scores on the scale of the default network joined by motion (`moving_bodies`): what
it is sure of scores 0.6 to 0.9, where the benchmark detectors of MOT say 0.9 to 1. Set on the
intrusion and direction clips of the labelled footage."""

REST_S: Final = 10.0
"""Least time between two pictures of a sleep that the background models learn, s. They remember
50 s and more, and a look that is the same as before has little to teach them; learning each would
cost as much again as the look."""

_SLACK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Analysed:
    """What one frame came to: its percept, its tracks and the alert events it caused.

    ``calm``: nothing is under way, and the camera may sleep. Where the network passed the picture
    over (`Percept.looked`) there is no event, and tracks and calm are those of the picture before.
    """

    percept: Percept
    tracks: Tracks
    events: Sequence[AlertEvent]
    calm: bool = False


class CameraPipeline:
    """Everything one camera remembers, and the way of a frame through it.

    The way has two halves, so that a worker can start a frame of one camera while the network
    still looks at another's: `start` hands the picture to perception, `finish` goes on from its
    answer. Frames of one camera are finished in the order they were started, each before the next
    one is started where it may be passed over (``cadence``; by default none may).
    """

    def __init__(
        self,
        camera_id: str,
        perceiver: Perceiver,
        detectors: Sequence[SituationDetector],
        timings: Mapping[Situation, Timing] = TIMINGS,
        mandate_id: str | None = None,
        cadence: Cadence | None = None,
    ) -> None:
        self._perceiver = perceiver
        self._cadence = cadence or Cadence(always=True)
        self._detectors = detectors
        self._tracker = Tracker(TRACKING)
        self._policy = AlertPolicy(camera_id, timings, mandate_id)
        self._learned_at = -math.inf
        self._settled_after_s = max((settled_after_s(each) for each in detectors), default=0.0)
        self._before = (Tracks.empty(), False)
        self.looks_at_all = False
        """Whether the network looks at every picture just now, whatever the cadence says."""

    @property
    def open_alerts(self) -> list[Alert]:
        """Alerts of this camera that are open now."""
        return self._policy.open_alerts

    def start(self, frame: Frame) -> Pending:
        """Begin a frame; the picture is not kept beyond perception."""
        self._learned_at = frame.time
        return self._perceiver.start(
            frame.camera_id,
            frame.time,
            frame.image,
            frame.burst,
            lambda moving: self._cadence.needs(moving, frame.time, always=self.looks_at_all),
        )

    def finish(self, pending: Pending) -> Analysed:
        """End the frame begun with `start`: what was seen and which alerts open or close."""
        percept = self._perceiver.finish(pending)
        if not percept.looked:
            tracks, calm = self._before
            return Analysed(percept, tracks, [], calm)
        bodies = moving_bodies(percept)
        tracks = self._tracker.update(bodies, percept.time, percept.size)
        scene = Scene(
            percept.camera_id,
            percept.time,
            percept.size,
            tracks,
            percept.foreground,
            percept.detections,
            percept.statics,
            percept.flames,
            percept.flow,
            percept.crowd,
            percept.weapons,
            percept.lying,
        )
        observations = [seen for each in self._detectors for seen in each.update(scene)]
        events = self._policy.update(observations, percept.time)
        self._cadence.learn(scene, bodies, under_way=self._is_under_way(percept.time))
        self._before = (tracks, self._is_calm(scene))
        return Analysed(percept, tracks, events, self._before[1])

    def _is_under_way(self, time: float) -> bool:
        """Whether the next picture may tell more of something."""
        return (
            self._tracker.has_newcomer
            or self._policy.is_weighing
            or self._perceiver.is_watching(time)
        )

    def rest(self, frame: Frame) -> None:
        """A sleeping camera's look: now and then the background models go on, nothing else."""
        if frame.time - self._learned_at < REST_S - _SLACK_S:
            return
        self._learned_at = frame.time
        self._perceiver.rest(frame.image, frame.time)

    def _is_calm(self, scene: Scene) -> bool:
        """Whether nothing is under way that the next pictures could tell more of."""
        return (
            scene.foreground.reliable
            and self._policy.is_quiet
            and not is_somebody_there(scene)
            and not has_unsettled_things(scene, self._settled_after_s)
        )

    def reset(self) -> None:
        """Forget tracks and background, as after a break in the stream; open alerts stay open."""
        self._learned_at = -math.inf
        self._perceiver.reset()
        self._tracker.reset()
        self._cadence.reset()
        self._before = (Tracks.empty(), False)
        for detector in self._detectors:
            detector.reset()

    def close(self) -> list[AlertEvent]:
        """End of the stream: close what is open."""
        return self._policy.close()
