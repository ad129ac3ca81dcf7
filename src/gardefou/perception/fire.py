"""Evidence of fire on one camera: flames and smoke of each burst, joined."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from gardefou.capture.burst import Burst
from gardefou.geometry.arrays import Floats, Size
from gardefou.perception.flames import FlameModel
from gardefou.perception.percept import Flames
from gardefou.perception.smoke import SmokeModel


class FireJudge(Protocol):
    """A learned model that looks again at what the rules found; none is shipped."""

    def belief(self, burst: Burst, boxes: Floats, is_smoke: bool) -> Floats:
        """How surely each box [M, 4], px of the burst, shows fire: [M], 0..1."""
        ...


class FireModel:
    """Flames and smoke that last over the bursts of one camera.

    ``judge``, where there is one, weakens what it does not believe; it adds nothing of its own.
    """

    def __init__(self, judge: FireJudge | None = None) -> None:
        self._models = ((FlameModel(), False), (SmokeModel(), True))
        self._judge = judge

    def reset(self) -> None:
        """Forget earlier bursts, as after a break in the stream."""
        for model, _ in self._models:
            model.reset()

    def update(self, burst: Burst, size: Size) -> Flames:
        """What a burst adds, in pixels of the analysed frame of this size."""
        height, width = burst.images.shape[1:3]
        scale = np.tile(np.array(size) / (width, height), 2)
        boxes, strengths, kinds = [], [], []
        for model, is_smoke in self._models:
            found, strength = model.update(burst.images)
            if self._judge is not None and len(found):
                strength = strength * self._judge.belief(burst, found, is_smoke)
            boxes.append(found * scale)
            strengths.append(strength)
            kinds.append(np.full(len(found), is_smoke))
        return Flames(np.concatenate(boxes), np.concatenate(strengths), np.concatenate(kinds))
