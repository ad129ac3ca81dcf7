"""What detectors observed, moment by moment, so that the alert policy can be run over it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gardefou.alerting.alert import AlertEvent
from gardefou.alerting.policy import TIMINGS, AlertPolicy, Timing
from gardefou.situations.scene import Observation, Scene, SituationDetector
from gardefou.situations.situation import Situation


@dataclass(frozen=True, slots=True)
class Moment:
    """One analysed frame: stream time, s, and what all detectors observed in it."""

    time: float
    observations: tuple[Observation, ...]


class Recorder:
    """Listens to the detectors of one camera."""

    def __init__(self) -> None:
        self._heard: list[Observation] = []

    def around(self, detector: SituationDetector) -> SituationDetector:
        """The same detector, heard by this recorder."""
        return _Heard(detector, self._heard)

    def take(self) -> tuple[Observation, ...]:
        """What was observed since the last call."""
        taken = tuple(self._heard)
        self._heard.clear()
        return taken


class _Heard:
    """A detector whose observations are written down as they pass."""

    def __init__(self, detector: SituationDetector, heard: list[Observation]) -> None:
        self.situation = detector.situation
        self._detector = detector
        self._heard = heard

    def update(self, scene: Scene) -> list[Observation]:
        observations = self._detector.update(scene)
        self._heard.extend(observations)
        return observations

    def reset(self) -> None:
        self._detector.reset()


def replay(
    moments: Iterable[Moment], situation: Situation, timings: Mapping[Situation, Timing] = TIMINGS
) -> Sequence[AlertEvent]:
    """The alert events of one situation when its recorded observations are taken anew."""
    policy = AlertPolicy("replay", timings)
    events: list[AlertEvent] = []
    for moment in moments:
        seen = [each for each in moment.observations if each.situation is situation]
        events.extend(policy.update(seen, moment.time))
    return [*events, *policy.close()]
