"""How many people each weak detection of a crowd stands for.

A score means something else in every scene: seen from nearby one by one people score 0.8 and a
lamp post 0.4; in a crowd, from above or at night, people themselves score 0.4. What a picture's
good detections score tells which of the two it is, so the score from which a detection is rather
somebody than nobody follows it. Round that score a detection counts by a logistic function, so that
a count is an expected value and does not jump. Detections much smaller or larger than people are at
their place in the picture (a line of height over foot row, fitted robustly to the same picture)
count nothing: those are parts of people, or things.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry.arrays import Bools, Floats

# Fitted together on 256 pictures of a bus station, day to night, one of a concourse and PETS 2009;
# docs/counting.md says what each gives when it is left out of the fit.
OFFSET: Final = -0.16
"""Score of even chances where the typical score is 0."""

SLOPE: Final = 1.0
"""How much that score rises with the typical score."""

LEAST_EVEN: Final = 0.1
MOST_EVEN: Final = 0.9
"""Between these the score of even chances always lies."""

SOFTNESS: Final = 0.08
"""Width of the logistic function, in scores."""

MOST_RATIO: Final = 0.8
"""How far a height may be from what people are at its place, as a natural logarithm."""

_TYPICAL_SPREAD: Final = 0.3
"""Spread of people's heights at one place, as a natural logarithm; farther ones count little."""

_LEAST_SHARE: Final = 0.2
"""Least height of people anywhere in a picture, as a share of their typical height in it."""

_ROUNDS: Final = 8
"""Rounds of the robust fit; it stands still before."""


def of_people_size(boxes: Floats, scores: Floats) -> Bools:
    """Which boxes [N, 4] px have about the height of people at their place in one picture."""
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    ratios = np.log(heights / usual_heights(boxes, scores))
    return np.asarray(np.abs(ratios) <= MOST_RATIO, dtype=np.bool_)


def usual_heights(boxes: Floats, scores: Floats) -> Floats:
    """Height of people where each box's foot is, px, from all boxes [N, 4] of one picture. [N]."""
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    if len(heights) < 2:
        return heights
    trust = np.maximum(scores, 1e-3) ** 2
    order = np.argsort(heights)
    share = np.cumsum(trust[order])
    middle = float(heights[order][np.searchsorted(share, share[-1] / 2)])
    rows = boxes[:, 3] - boxes[:, 3].mean()
    terms = np.stack([np.ones_like(rows), rows], axis=1)
    usual = np.full_like(heights, middle)
    for _ in range(_ROUNDS):
        off = np.log(heights / usual) / _TYPICAL_SPREAD
        weights = trust / (1 + off**2) / usual**2
        # One squared pixel of row keeps the line level where all feet are on one row.
        normal = terms.T @ (terms * weights[:, None]) + np.diag([0.0, weights.sum()])
        line = np.linalg.solve(normal, terms.T @ (weights * heights))
        usual = np.maximum(terms @ line, _LEAST_SHARE * middle)
    return np.asarray(usual, dtype=np.float64)


def weights(scores: Floats) -> Floats:
    """How many people each detection of one picture stands for on average. [N] -> [N].

    >>> weights(np.array([0.8, 0.8, 0.3])).round(2)
    array([0.92, 0.92, 0.02])
    >>> weights(np.array([0.4, 0.4, 0.3])).round(2)
    array([0.91, 0.91, 0.74])
    """
    if not len(scores):
        return np.zeros(0)
    typical = float((scores**3).sum() / (scores**2).sum())
    even = min(max(OFFSET + SLOPE * typical, LEAST_EVEN), MOST_EVEN)
    return np.asarray(1 / (1 + np.exp((even - scores) / SOFTNESS)), dtype=np.float64)
