"""Whether a camera's scene is calm: nobody there, nothing that waits to become an alert.

A calm camera may sleep (`capture.gate`). Everything else that is under way shows in the picture
or in an alert: what moves is not still, what a detector observes has an incident, and what trackers
and detectors remember of bodies is forgotten sooner than the stillness before a sleep lasts.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry.detections import ObjectClass
from gardefou.situations.abandoned_object import AbandonedObject
from gardefou.situations.scene import Scene, SituationDetector

PRESENT: Final = 0.4
"""Score from which somebody whom the network sees keeps the camera awake, though nothing moves."""

TRACKED: Final = 0.3
"""Score from which a track of a person does, whether it was measured just now or not: what is left
of a track in a post that looks a little like a person scores less, all day."""

SLACK_S: Final = 10.0
"""Beyond the time after which a thing may be signalled it is watched for so much longer, s: closer
looks may still take back what the first ones held against it."""


def is_somebody_there(scene: Scene) -> bool:
    """Whether the network or the tracker knows of a person in the scene.

    A vehicle that stands still is no reason to watch; one that moves is seen to move. So is a
    person of whom hardly anything was seen for the ten seconds before a sleep.
    """
    people = scene.detections.classes == ObjectClass.PERSON
    tracked = (scene.tracks.classes == ObjectClass.PERSON) & (scene.tracks.scores >= TRACKED)
    return bool((scene.detections.scores[people] >= PRESENT).any() or tracked.any())


def has_unsettled_things(scene: Scene, after_s: float) -> bool:
    """Whether a still thing has not stood long enough to be an alert or none, ``after_s``, s."""
    return scene.statics is not None and bool(np.any(scene.statics.ages < after_s))


def settled_after_s(detector: SituationDetector) -> float:
    """How long a detector watches a thing that stands still before it is settled, s."""
    return detector.unattended_s + SLACK_S if isinstance(detector, AbandonedObject) else 0.0
