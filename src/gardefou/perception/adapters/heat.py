"""Networks of the centre-point family: where the middle of a thing is, and how large it is.

X. Zhou et al., "Objects as Points", 2019.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Ints, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.adapters.suppression import suppress

SIZE_UNIT: Final = 16.0
"""A size of 0 in the size maps, px of the input."""

_LARGEST: Final = 4.0
"""Largest logarithm of a size that is believed: nothing is larger than the crop."""

_OVERLAP: Final = 0.3


class _Heat:
    """One output (1, h, w, K + 2): heat 0..1 of each of K kinds; log width, log height."""

    kinds: ClassVar[Ints]
    """`ObjectClass` of each heat map. [K]."""

    preprocessing: ClassVar[Preprocessing] = Preprocessing()

    def decode(self, outputs: Outputs, input_size: Size, score_floor: float) -> Detections:
        """The things of at least this score, one a peak of heat, in pixels of the input."""
        (maps,) = outputs
        heat, sizes = maps[0, ..., : len(self.kinds)], maps[0, ..., len(self.kinds) :]
        peaks = (heat >= score_floor) & (heat >= _highest_around(heat))
        rows, columns, kinds = np.nonzero(peaks)
        cell = np.array(input_size) / (heat.shape[1], heat.shape[0])
        middles = (np.stack([columns, rows], axis=1) + 0.5) * cell
        logs = np.minimum(sizes[rows, columns].astype(np.float64), _LARGEST)
        half = np.exp(logs) * SIZE_UNIT / 2
        corners = box.clip(np.concatenate([middles - half, middles + half], axis=1), input_size)
        scores = heat[rows, columns, kinds].astype(np.float64)
        return suppress(Detections(corners, scores, self.kinds[kinds]), _OVERLAP)


class WeaponHeat(_Heat):
    """One output (1, h, w, 5): heat of knife, firearm, bat; log width, log height."""

    kinds = np.array([ObjectClass.KNIFE, ObjectClass.FIREARM, ObjectClass.BAT], dtype=np.int64)


class FireHeat(_Heat):
    """One output (1, h, w, 4): heat of flame and smoke; log width, log height."""

    kinds = np.array([ObjectClass.FLAME, ObjectClass.SMOKE], dtype=np.int64)


def _highest_around(heat: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The greatest heat of each cell's 3x3 neighbours and its own. [h, w, 3] -> [h, w, 3]."""
    padded = np.pad(heat, ((1, 1), (1, 1), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.asarray(windows.max(axis=(-2, -1)), dtype=np.float32)
