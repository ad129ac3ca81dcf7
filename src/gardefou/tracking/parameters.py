"""What the tracker takes for granted: scores, times and noise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackerParameters:
    """Settings of a `Tracker`; times in seconds, lengths in body scales (mean of width and height).

    Scores: below ``low_score`` a detection is ignored; from ``high_score`` it takes part in the
    first association; from ``start_score`` it may start a track, which is reported at once from
    ``sure_score`` and otherwise after ``confirm_hits`` measurements. A foreground blob (`BODY`)
    starts a track whatever its score, reported after ``body_confirm_hits`` measurements.

    Times: a track is found again for ``memory`` after its last measurement, one with fewer than
    ``young_hits`` measurements for ``young_memory``; ``coast`` is how long a track without a
    measurement is still reported from its prediction.

    Association: ``overlap`` is the least intersection over union of predicted and detected box,
    each widened by ``buffer`` of its size on every side; ``duplicate_overlap`` that from which a
    detection doubles a body already tracked and starts nothing.

    Motion: ``position_noise`` and ``size_noise`` of a measurement; ``position_drift`` and
    ``size_drift`` of the velocity, scales/s per square root of a second; ``start_speed`` and
    ``start_growth`` spread of an unknown velocity, scales/s.
    """

    low_score: float = 0.1
    high_score: float = 0.6
    start_score: float = 0.8
    sure_score: float = 0.9
    confirm_hits: int = 2
    body_confirm_hits: int = 3
    memory: float = 2.0
    young_memory: float = 0.5
    young_hits: int = 3
    coast: float = 0.0
    overlap: float = 0.2
    buffer: float = 0.1
    duplicate_overlap: float = 0.7
    position_noise: float = 0.05
    size_noise: float = 0.08
    position_drift: float = 0.4
    size_drift: float = 0.1
    start_speed: float = 1.0
    start_growth: float = 0.3
