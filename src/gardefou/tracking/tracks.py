"""The tracks of one frame, as a struct of arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Tracks:
    """Bodies followed over a short time on one camera, arrays of one length N.

    ``ids`` [N] random integers without meaning outside this camera and this run;
    ``boxes`` [N, 4] px of the analysed frame; ``velocities`` [N, 2] px/s of the box centre;
    ``classes`` [N] `ObjectClass` by majority over the track's life (`BODY` when no network ever
    saw it); ``ages`` [N] seconds since the track began; ``scores`` [N] score of the last
    measurement, 0..1; ``measured`` [N] whether this frame holds a measurement (false: predicted).
    """

    ids: Ints
    boxes: Floats
    velocities: Floats
    classes: Ints
    ages: Floats
    scores: Floats
    measured: Bools

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def empty(cls) -> Tracks:
        """No track at all."""
        none = np.zeros(0)
        return cls(
            np.zeros(0, dtype=np.int64),
            np.zeros((0, 4)),
            np.zeros((0, 2)),
            np.zeros(0, dtype=np.int64),
            none,
            none,
            np.zeros(0, dtype=np.bool_),
        )
