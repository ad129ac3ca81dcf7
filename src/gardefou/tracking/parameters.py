"""What the tracker takes for granted: scores, times and noise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrackerParameters:
    """Settings of a `Tracker`; times in seconds, lengths in body scales (mean of width and height).

    Scores: below ``low_score`` a detection is ignored; from ``high_score`` it takes part in the
    first association; from ``tentative_score`` it may start a track. A track is reported, from
    then on whenever it is measured, once a measurement scores ``sure_score``; or ``start_score``
    and it is at least the ``confirm_hits``-th; or less, but it is at least the
    ``patient_hits``-th and the body went ``patient_way`` of its width from where it began
    (false detections of things stand still). A foreground blob (`BODY`) starts a track at any
    score from ``low_score``, reported from its ``body_confirm_hits``-th measurement.

    Times: a track is found again for ``memory`` after its last measurement, one with fewer than
    ``young_hits`` measurements for ``young_memory``; ``coast`` is how long a track without a
    measurement is still reported, from its prediction.

    Association: ``overlap`` is the least similarity of a track and a detection in the first
    association, ``low_overlap`` in the second; boxes are widened by ``buffer`` of their size on
    every side. A detection that overlaps one already taken by ``duplicate_overlap`` or more starts
    nothing, nor does a blob or weak detection of which ``covered`` or more lies in a box already
    taken, or the reverse.

    A shake of the camera is taken out when at least ``shake_tracks`` tracks meet detections at a
    common distance of more than ``shake_shift`` of their width.

    Motion: ``position_noise`` and ``size_noise`` of a measurement of score 1, up to
    ``1 + doubt`` times as much at score 0; ``position_drift`` and ``size_drift`` of the
    velocity, scales/s per square root of a second; ``start_speed`` and ``start_growth`` spread
    of a new track's velocity, scales/s. ``raw`` is the measurement's share in what is left
    between the filter's box and the measured one in the box reported.

    The defaults were tuned together on MOT15 (two detectors, whole and at 5 frames/s) and on
    MOT17's truth with made-up gaps and jitter; ``tentative_score`` and what follows from it also on
    PETS with NanoDet's scores, whole and lowered by a fifth.
    """

    low_score: float = 0.1
    high_score: float = 0.75
    tentative_score: float = 0.4
    start_score: float = 0.75
    sure_score: float = 0.9
    confirm_hits: int = 2
    patient_hits: int = 5
    patient_way: float = 1.0
    body_confirm_hits: int = 3
    memory: float = 2.0
    young_memory: float = 0.3
    young_hits: int = 3
    coast: float = 0.0
    overlap: float = 0.2
    low_overlap: float = 0.4
    buffer: float = 0.1
    duplicate_overlap: float = 0.8
    covered: float = 0.5
    shake_tracks: int = 8
    shake_shift: float = 0.15
    position_noise: float = 0.07
    size_noise: float = 0.15
    doubt: float = 1.0
    position_drift: float = 0.3
    size_drift: float = 0.05
    start_speed: float = 1.5
    start_growth: float = 0.3
    raw: float = 0.4
